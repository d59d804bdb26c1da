import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { faultOf, terminalAws } from '../../cli/aws.ts';
import { composeDoctor, type DoctorOptions } from '../../cli/doctor.ts';
import { podIdentity } from '../../forwarder/program/pod-identity.ts';
import { webIdentity } from '../../forwarder/program/web-identity.ts';
import { createHandler } from '../../functions/reconcile/create.ts';
import { retryThrough } from '../../functions/reconcile/redelivery.ts';
import Plugin from '../../infra/plugin.ts';
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
/** Milliseconds; where its work has no end, a client waits for an answer for 15 s. */
const SOONER = 14_000;
/** The one place where clients are made has none of its own. */
const PLACE = 'lib/aws/client.ts';
const MAKES_CLIENT = /\bawsClient\(\s*(?:\w+\.)?(\w+)/g;
/** A client that is made past it, or a class of AWS's that is given to somebody else. */
const PAST_IT = /\bnew\s+[\w.()]*Client\b/;
/** Providers of credentials make clients of their own. */
const PROVIDERS = /import \{([^}]*)\} from '@aws-sdk\/credential-providers'/g;
let server: SilentServer;
let folder: string;

beforeAll(async () => {
  server = await startSilent();
  folder = await mkdtemp(join(tmpdir(), 'fairlead-silent-'));
  await writeFile(join(folder, 'shards.json'), '{"prod":"default"}');
  await writeFile(join(folder, 'token'), 'x.y.z');
  const keys = 'aws_access_key_id = A\naws_secret_access_key = x';
  await writeFile(
    join(folder, 'aws'),
    `[profile role]\nrole_arn = ${ROLE}\nsource_profile = keys\n[profile keys]\n${keys}`,
  );
  const env = {
    AWS_ENDPOINT_URL: server.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'x',
    AWS_CONFIG_FILE: join(folder, 'aws'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
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
  'infra/removal.ts LambdaClient': () => afterListing('<ResourceType>AWS::Lambda::EventSourceMapping</ResourceType>'),
  'infra/removal.ts S3Client': () =>
    afterListing('<ResourceType>AWS::S3::Bucket</ResourceType><LogicalResourceId>StateBucket</LogicalResourceId>'),
  'infra/plugin.ts CloudFormationClient': () => {
    const provider = {
      ...{ getAwsSdkV3Config: async () => removal.config, getStage: () => 'prod', getRegion: () => 'us-east-1' },
      naming: { getStackName: () => 'fairlead-prod' },
    };
    const service = { custom: { deployment: { config: 'fairlead.yml', paused: false } } };
    const plugin = new Plugin({ service, getProvider: () => provider } as never);
    return plugin.hooks['after:deploy:deploy']?.() ?? Promise.resolve();
  },
  'cli/doctor.ts STSClient': () => doctor().identity(),
  'cli/doctor.ts LambdaClient': () => doctor().environmentOf('fairlead-prod-webhook'),
  'cli/doctor.ts SQSClient': () => doctor().messages('fairlead.fifo'),
  'cli/aws.ts fromNodeProviderChain': async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    try {
      return await (await terminalAws(process.env)).credentials();
    } finally {
      vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE');
    }
  },
  'cli/aws.ts fromIni': async () => {
    throw new Error(await faultOf('role'));
  },
  'forwarder/program/web-identity.ts fromTokenFile': () => webIdentity()(),
  // Its own limit is shorter than that of any run; here both are told as one.
  'forwarder/program/pod-identity.ts fromHttp': () =>
    podIdentity(100)().catch((error: Error) => {
      throw new Error(`no whole answer in the time that was left: ${error.message}`);
    }),
};

const doctor = () =>
  composeDoctor(
    configOf('clusters: [{name: prod, region: us-east-1}]'),
    { env: process.env, credentials: async () => removal.config.credentials },
    {} as DoctorOptions,
  );

/** CloudFormation answers with one resource, and what is asked next is silent. */
async function afterListing(resource: string): Promise<void> {
  const text = `<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries><member><PhysicalResourceId>x</PhysicalResourceId><ResourceStatus>CREATE_COMPLETE</ResourceStatus>${resource}</member></StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>`;
  const listing = await startSilent(socket =>
    socket.end(`HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\ncontent-length: ${text.length}\r\n\r\n${text}`),
  );
  vi.stubEnv('AWS_ENDPOINT_URL_CLOUDFORMATION', listing.url);
  try {
    await prepareRemoval(removal);
  } finally {
    vi.stubEnv('AWS_ENDPOINT_URL_CLOUDFORMATION', undefined);
    await listing.close();
  }
}

const shipped = ['lib', 'functions', 'forwarder', 'infra', 'cli'].flatMap(folder =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .map(file => ({ file: `${folder}/${file}`, text: readFileSync(join(folder, file), 'utf8') })),
);

test('no client is made but in the one place', () => {
  expect(shipped.filter(({ file, text }) => file !== PLACE && PAST_IT.test(text)).map(({ file }) => file)).toEqual([]);
});

test('the list has every client and every provider of credentials that ships', () => {
  const made = shipped.flatMap(({ file, text }) => [
    ...(file === PLACE ? [] : [...text.matchAll(MAKES_CLIENT)].map(([, name]) => `${file} ${name}`)),
    ...[...text.matchAll(PROVIDERS)].flatMap(([, names = '']) =>
      names.split(',').flatMap(name => (/^\s*from/.test(name) ? [`${file} ${name.trim()}`] : [])),
    ),
  ]);
  expect([...new Set(made)].sort()).toEqual(Object.keys(CLIENTS).sort());
});

test.each(Object.entries(CLIENTS))('%s gives a silent server no longer than its work has', async (_, call) => {
  const from = performance.now();
  await expect(withinDeadline(Date.now() + 500, call)).rejects.toThrow(/no whole answer in the time that was left/);
  expect(performance.now() - from).toBeLessThan(SOONER);
});

test('a run in a network without a way out says so before Lambda ends it', async () => {
  const config = configOf('{clusters: [{name: prod, region: us-east-1}], state: {store: "s3://bucket/x"}}');
  const ports = composePorts(config, process.env);
  const handler = createHandler({
    known: { clusters: ['prod'], shards: ['default'] },
    reconcile: (request, { deadlineMs }) => reconcile(request, { config, ports, deadlineMs }),
  });
  const from = performance.now();
  await expect(handler({}, context(5_000))).rejects.toThrow(
    /no whole answer in the time that was left|no time was left/,
  );
  expect(performance.now() - from).toBeLessThan(SOONER);
});
