import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { composeDoctor, type DoctorOptions } from '../../cli/doctor.ts';
import { retryThrough } from '../../functions/reconcile/redelivery.ts';
import { KNOWN_OPERATIONS } from '../../lib/aws/answer.ts';
import { scanTable } from '../../lib/aws/dynamodb.ts';
import { awsClient, withinDeadline } from '../../lib/aws/index.ts';
import { fromSecretsManager, fromSsm } from '../../lib/aws/secret-stores.ts';
import { createEks } from '../../lib/cluster/eks.ts';
import { parseConfig } from '../../lib/config/index.ts';
import { sendNotice } from '../../lib/notice/queue.ts';
import { printable } from '../../lib/printable.ts';
import { reasonOf } from '../../lib/reason.ts';
import { createAwsRoute53 } from '../../lib/route53/index.ts';
import { createS3Store } from '../../lib/state/index.ts';
import { SICKNESSES, type SickServer, startSick } from './sick.ts';

const ROLE = 'arn:aws:iam::111122223333:role/zones';
const region = 'us-east-1';
const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'x' };
/** A client that tries as often as it does in a run. */
const aws = { region, credentials };
let server: SickServer;

beforeEach(() => {
  vi.stubEnv('AWS_REGION', region);
  vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

const doctor = () =>
  composeDoctor(
    parseConfig('clusters: [{name: prod, region: us-east-1}]', { file: 'fairlead.yml', env: {} }),
    { env: process.env, credentials: async () => credentials },
    {} as DoctorOptions,
  );
const state = () => createS3Store('bucket', '', aws);
const queue = () => `${server.url}/111122223333/fairlead.fifo`;
const notice = { cluster: 'prod', source: 'pod', sequence: 1, since: 1 };

/** A call of each operation that runs and commands make, and what its server is called. */
const CALLS: Readonly<Record<string, readonly [service: string, call: () => Promise<unknown>]>> = {
  ListHostedZones: ['Route 53', () => createAwsRoute53(aws).listHostedZones()],
  ListResourceRecordSets: ['Route 53', () => createAwsRoute53(aws).listRecordSets('Z1')],
  ChangeResourceRecordSets: ['Route 53', () => createAwsRoute53(aws).changeRecordSets('Z1', [])],
  ListTagsForResources: ['Route 53', () => createAwsRoute53(aws).listTags(['Z1'])],
  GetHostedZoneLimit: ['Route 53', () => createAwsRoute53(aws).recordSetLimit('Z1')],
  GetObject: ['S3', () => state().get('lease/default')],
  PutObject: ['S3', () => state().put('lease/default', Buffer.from('{}'), undefined)],
  DeleteObject: ['S3', () => state().remove('lease/default', '"1"')],
  DescribeCluster: ['EKS', () => createEks({ region }).describe('prod')],
  AssumeRole: ['STS', () => createEks({ region, roleArn: ROLE }, async () => credentials).credentials('prod')],
  GetCallerIdentity: ['STS', () => doctor().identity()],
  GetParameter: ['SSM', () => fromSsm('key', aws)],
  GetSecretValue: ['Secrets Manager', () => fromSecretsManager('key', aws)],
  SendMessage: ['SQS', () => sendNotice(awsClient(SQSClient, aws), queue(), notice, 'default')],
  GetFunctionConfiguration: ['Lambda', () => doctor().environmentOf('fairlead-webhook')],
  GetQueueUrl: ['SQS', () => doctor().messages('fairlead.fifo')],
  ChangeMessageVisibilityBatch: [
    'SQS',
    () => retryThrough(queue())([{ messageId: '1', receiptHandle: 'r', receives: 1 }]),
  ],
  PutEvents: ['EventBridge', () => awsClient(EventBridgeClient, aws).send(new PutEventsCommand({ Entries: [] }))],
  Scan: ['DynamoDB', () => scanTable({ ...aws, name: 'external-dns', endpoint: server.url }, 'o', 'me')],
};

/** How each sickness is told; the server's name stands in it where something else answered. */
const TOLD: Readonly<Record<keyof typeof SICKNESSES, (service: string) => RegExp>> = {
  silent: () => /127\.0\.0\.1: no whole answer in the time that was left/,
  trickle: () => /127\.0\.0\.1: no whole answer in the time that was left/,
  'closes at once': () => /127\.0\.0\.1 broke off before it answered .*is there a way to it from here/,
  'page with 200': isNot,
  'page with 403': isNot,
  'page with 404': isNot,
  'page with 502': isNot,
  'empty with 200': isNot,
  'empty with 400': () => /HTTP 400 without a word/,
  // Of an object it is known before its body is read.
  'body without end': () => /127\.0\.0\.1(: no whole answer in the time|: its answer does not end| is not S3)/,
  'error without end': () => /127\.0\.0\.1: (no whole answer in the time|its answer does not end)/,
  'long error': () => /long long .*… \(\d+ characters\)/,
  '503 for ever': () => /try again/,
  'time skewed': () => /Signature expired/,
  'signature refused': () => /Signature expired/,
};

function isNot(service: string): RegExp {
  return new RegExp(
    `at 127\\.0\\.0\\.1 is not ${service} \\(HTTP \\d+, .*\\): what stands between \\(a proxy, AWS_ENDPOINT_URL\\)\\?`,
  );
}

/** These have no end of their own: their work has one. */
const ENDLESS = /silent|trickle|without end/;

const rows = Object.entries(CALLS).flatMap(([operation, [service, call]]) =>
  (Object.keys(SICKNESSES) as (keyof typeof SICKNESSES)[]).map(sickness => ({ operation, service, call, sickness })),
);

describe('a call fails in time, and says in one plain line what answered, or that nobody did', () => {
  test.each(rows)('$operation of $service: $sickness', async ({ service, call, sickness }) => {
    server = await startSick('http://127.0.0.1:1', SICKNESSES[sickness]);
    vi.stubEnv('AWS_ENDPOINT_URL', server.url);
    const milliseconds = ENDLESS.test(sickness) ? 200 : 60_000;
    const error = await withinDeadline(Date.now() + milliseconds, call).then(
      answer => new Error(`taken for an answer: ${JSON.stringify(answer)}`),
      thrown => thrown,
    );
    const said = reasonOf(error);
    expect(said).toMatch(TOLD[sickness](service));
    expect((error as Error).message.length).toBeLessThan(1_500);
    expect(said).not.toMatch(/Unexpected token|Deserialization|UnknownError/);
    expect(said).toBe(printable(said));
    if (!ENDLESS.test(sickness)) expect(server.asked).toBeGreaterThan(0);
  });
});

test('the list has every operation that runs and commands use, and what its answers always have', async () => {
  server = await startSick('http://127.0.0.1:1', SICKNESSES.silent);
  const used = ['lib', 'functions', 'forwarder', 'cli'].flatMap(folder =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter(file => file.endsWith('.ts'))
      .flatMap(file => [...readFileSync(join(folder, file), 'utf8').matchAll(/new (?:s3\.)?([A-Z]\w+)Command\(/g)])
      .map(([, operation = '']) => operation),
  );
  const unknown = used.filter(operation => operation !== '' && !KNOWN_OPERATIONS.has(operation));
  expect(used.length).toBeGreaterThan(15);
  expect(unknown).toEqual([]);
  const untried = used.filter(operation => !(operation in CALLS));
  // Asked only after another of the same service has been answered, or where what comes of it makes no difference.
  expect([...new Set(untried)].sort()).toEqual(['DescribeEventBus', 'GetQueueAttributes']);
});
