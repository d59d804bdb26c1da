import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { podIdentity } from '../../forwarder/program/pod-identity.ts';
import { webIdentity } from '../../forwarder/program/web-identity.ts';
import { createHandler } from '../../functions/reconcile/create.ts';
import { retryThrough } from '../../functions/reconcile/redelivery.ts';
import { prepareRemoval } from '../../infra/removal.ts';
import { scanTable } from '../../lib/aws/dynamodb.ts';
import { withinDeadline } from '../../lib/aws/index.ts';
import { fromSecretsManager, fromSsm } from '../../lib/aws/secret-stores.ts';
import { createEks } from '../../lib/cluster/eks.ts';
import { parseConfig } from '../../lib/config/index.ts';
import { composePorts, reconcile } from '../../lib/reconcile/index.ts';
import { createAwsRoute53 } from '../../lib/route53/index.ts';
import { createS3Store } from '../../lib/state/index.ts';
import { streamTo } from '../../lib/stream.ts';
import { auditLine, batchOf, invocationOf } from '../functions/audit/lines.ts';
import { context } from '../functions/lambda.ts';
import { type SilentServer, startSilent } from './silent.ts';

const ROLE = 'arn:aws:iam::111122223333:role/zones';
/** `new …Client(`, or a provider of credentials that makes a client of its own. */
const MAKES_CLIENT = /new (?:\w+\.)?(\w+Client)\(|\b(from[A-Z]\w+)\(\{/g;
let server: SilentServer;
let folder: string;

beforeAll(async () => {
  server = await startSilent();
  folder = await mkdtemp(join(tmpdir(), 'fairlead-silent-'));
  await writeFile(join(folder, 'shards.json'), '{"prod":"default"}');
  await writeFile(join(folder, 'token'), 'x.y.z');
  const env = {
    AWS_ENDPOINT_URL: server.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'x',
    AWS_ROLE_ARN: ROLE,
    AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, 'token'),
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${server.url}/v1/credentials`,
    FAIRLEAD_QUEUE_URL: `${server.url}/111122223333/fairlead.fifo`,
    FAIRLEAD_SHARDS: join(folder, 'shards.json'),
    LAMBDA_TASK_ROOT: folder,
    POWERTOOLS_DEV: 'false',
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
  await rm(folder, { recursive: true });
});

const configOf = (text: string) => parseConfig(text, { file: 'fairlead.yml', env: process.env });

const removal = {
  config: { region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } },
  ...{ stack: 'fairlead-prod', timeout: 300 },
};

/** Every client of what ships: where it is made, and a call that goes through it. */
const CLIENTS: Readonly<Record<string, () => Promise<unknown>>> = {
  'lib/route53/aws.ts Route53Client': () => createAwsRoute53().listHostedZones(),
  'lib/state/s3.ts S3Client': () => createS3Store('bucket', '').get('lease/default'),
  'lib/cluster/eks.ts EKSClient': () => createEks({ region: 'us-east-1' }).describe('prod'),
  'lib/cluster/eks.ts fromTemporaryCredentials': () =>
    createEks({ region: 'us-east-1', roleArn: ROLE }).describe('prod'),
  'lib/reconcile/compose.ts fromTemporaryCredentials': () =>
    composePorts(
      configOf(`{clusters: [{name: prod, region: us-east-1}], zones: {roleArn: '${ROLE}'}}`),
      process.env,
    ).route53.listHostedZones(),
  'functions/reconcile/redelivery.ts SQSClient': () =>
    retryThrough(process.env.FAIRLEAD_QUEUE_URL ?? '')([{ messageId: '1', receiptHandle: 'r', receives: 1 }]),
  // What is not sent is counted; here it is made an error again, to be looked at as the others are.
  'lib/stream.ts EventBridgeClient': async () => {
    const finding = { reason: 'refused', message: 'no' } as const;
    const told = { shard: 'default', run: 'r', by: 'schedule', at: '2026-01-01T00:00:00Z', changes: [] } as const;
    const news = { ...told, findings: [{ finding, since: told.at, again: false }] };
    const { fault } = await streamTo('arn:aws:events:us-east-1:111122223333:event-bus/x', 'fairlead')(
      [news],
      Date.now() + 60_000,
    );
    throw new Error(fault);
  },
  'lib/aws/dynamodb.ts DynamoDBClient': () =>
    scanTable({ ...removal.config, name: 'external-dns', endpoint: server.url }, 'o', 'me'),
  'lib/aws/secret-stores.ts SSMClient': () => fromSsm('secret'),
  'lib/aws/secret-stores.ts SecretsManagerClient': () => fromSecretsManager('secret'),
  'functions/webhook/handler.ts SQSClient': async () => {
    const { handler } = await import('../../functions/webhook/handler.ts');
    const requestContext = { authorizer: { iam: { userArn: ROLE } }, http: { sourceIp: '192.0.2.1' } };
    const body = '{"cluster":"prod","source":"pod","sequence":1,"since":1}';
    return handler({ body, headers: {}, isBase64Encoded: false, requestContext } as never, context());
  },
  'functions/audit/handler.ts SQSClient': async () => {
    const { handler } = await import('../../functions/audit/handler.ts');
    return handler(invocationOf(batchOf([auditLine()])), context());
  },
  'infra/removal.ts CloudFormationClient': () => prepareRemoval(removal),
  'forwarder/program/web-identity.ts fromTokenFile': () => webIdentity()(),
};

test('the list has every client that ships', () => {
  const made = ['lib', 'functions', 'forwarder', 'infra', 'cli'].flatMap(folder =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter(file => file.endsWith('.ts'))
      .flatMap(file => {
        const found = readFileSync(join(folder, file), 'utf8').matchAll(MAKES_CLIENT);
        return [...found].map(([, a, b]) => `${folder}/${file} ${a ?? b}`);
      }),
  );
  // Made with the same handler, for a person who waits: no deadline of a run is theirs.
  const own = [
    'cli/aws.ts fromNodeProviderChain',
    'cli/doctor.ts STSClient',
    'cli/doctor.ts SQSClient',
    'infra/plugin.ts CloudFormationClient',
    'infra/removal.ts LambdaClient',
    'infra/removal.ts S3Client',
    'forwarder/program/pod-identity.ts fromHttp',
  ];
  expect([...new Set(made)].sort()).toEqual([...Object.keys(CLIENTS), ...own].sort());
});

test.each(Object.entries(CLIENTS))('%s gives a silent server no longer than its work has', async (_, call) => {
  const from = performance.now();
  await expect(withinDeadline(Date.now() + 500, call)).rejects.toThrow(/no whole answer in the time that was left/);
  expect(performance.now() - from).toBeLessThan(5_000);
});

test('the agent of EKS Pod Identity is not waited for', async () => {
  await expect(podIdentity(100)()).rejects.toThrow(/timeout/);
});

test('a run in a network without a way out says so before Lambda ends it', async () => {
  const config = configOf('{clusters: [{name: prod, region: us-east-1}], state: {store: "s3://bucket/x"}}');
  const ports = composePorts(config, process.env);
  const handler = createHandler({
    known: { clusters: ['prod'], shards: ['default'] },
    reconcile: (request, { deadlineMs }) => reconcile(request, { config, ports, deadlineMs }),
  });
  const from = performance.now();
  await expect(handler({}, context(5_000))).rejects.toThrow();
  expect(performance.now() - from).toBeLessThan(5_000);
});
