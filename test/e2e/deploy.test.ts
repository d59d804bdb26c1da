import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { EventBridgeClient, ListRulesCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { GetRolePolicyCommand, IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import {
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import { CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import {
  GetBucketEncryptionCommand,
  GetBucketVersioningCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, GetQueueUrlCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Statement } from '../../infra/iam.ts';
import type { RunResult } from '../../lib/model/index.ts';
import { invokePackaged } from '../../scripts/package/invoke.ts';
import { openPackage, type Package } from '../../scripts/package/open.ts';
import { root, sls } from '../../scripts/sls.ts';
import { type Moto, startMoto } from './moto.ts';

const REGION = 'eu-west-1';
const OUTPUT = '.cache/e2e-package';
const CONFIG = 'infra/fairlead.example.yml';
const ARGS = ['--stage', 'e2e', '--region', REGION, '--param', `config=${CONFIG}`];
const ACCOUNT = '123456789012';
const FUNCTION = 'fairlead-e2e-reconcile';

let moto: Moto;
let packaged: Package;
const client = <T>(Client: new (config: { endpoint: string; region: string; credentials: typeof KEYS }) => T): T =>
  new Client({ endpoint: moto.url, region: REGION, credentials: KEYS });
const KEYS = { accessKeyId: 'moto', secretAccessKey: 'moto' };

beforeAll(async () => {
  moto = await startMoto(REGION);
  const env = { ...process.env, ...moto.env, SLS_AWS_MONITORING_FREQUENCY: '200' };
  await sls(['package', '--package', OUTPUT, ...ARGS], env);
  await sls(['deploy', '--package', OUTPUT, ...ARGS], env);
  packaged = await openPackage(`${root}${OUTPUT}`);
});
afterAll(async () => {
  await moto.stop();
  await rm(packaged.folder, { recursive: true });
});

const configuration = () => client(LambdaClient).send(new GetFunctionConfigurationCommand({ FunctionName: FUNCTION }));
const queue = async (name: string) => {
  const sqs = client(SQSClient);
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
  return (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes ?? {};
};
const stateBucket = async () => (await configuration()).Environment?.Variables?.FAIRLEAD_STATE_BUCKET ?? '';

describe('sls deploy', () => {
  it('makes the function, with the time, memory and concurrency that were set', async () => {
    expect(await configuration()).toMatchObject({
      Runtime: 'nodejs24.x',
      Handler: 'dist/functions/reconcile/index.handler',
      Timeout: 300,
      MemorySize: 1769,
      Role: `arn:aws:iam::${ACCOUNT}:role/fairlead-e2e-${REGION}`,
      TracingConfig: { Mode: 'PassThrough' },
    });
    const concurrency = await client(LambdaClient).send(new GetFunctionConcurrencyCommand({ FunctionName: FUNCTION }));
    expect(concurrency.ReservedConcurrentExecutions).toBe(2);
  });

  it('deploys the very zip that was packaged', async () => {
    const zip = await readFile(`${root}${OUTPUT}/reconcile.zip`);
    expect((await configuration()).CodeSha256).toBe(createHash('sha256').update(zip).digest('base64'));
  });

  it('makes the queues: FIFO, with a dead-letter queue, hidden for longer than a run may take', async () => {
    const {
      FifoQueue,
      ContentBasedDeduplication,
      VisibilityTimeout,
      RedrivePolicy = '{}',
    } = await queue('fairlead-e2e.fifo');
    expect({ FifoQueue, ContentBasedDeduplication, VisibilityTimeout }).toEqual({
      FifoQueue: 'true',
      ContentBasedDeduplication: 'true',
      VisibilityTimeout: '360',
    });
    const dead = await queue('fairlead-e2e-dead-letters.fifo');
    expect(JSON.parse(RedrivePolicy)).toMatchObject({ deadLetterTargetArn: dead.QueueArn, maxReceiveCount: 5 });
  });

  it('lets the queue start the function, ten messages at a time, failures one by one', async () => {
    const mappings = await client(LambdaClient).send(new ListEventSourceMappingsCommand({}));
    expect(mappings.EventSourceMappings).toEqual([
      expect.objectContaining({
        EventSourceArn: `arn:aws:sqs:${REGION}:${ACCOUNT}:fairlead-e2e.fifo`,
        BatchSize: 10,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      }),
    ]);
  });

  it('schedules runs through the queue, with retries and a dead-letter queue', async () => {
    const events = client(EventBridgeClient);
    const { Rules } = await events.send(new ListRulesCommand({}));
    expect(Rules).toEqual([expect.objectContaining({ ScheduleExpression: 'rate(5 minutes)', State: 'ENABLED' })]);
    const { Targets } = await events.send(new ListTargetsByRuleCommand({ Rule: Rules?.[0]?.Name }));
    expect(Targets).toEqual([
      expect.objectContaining({
        Arn: `arn:aws:sqs:${REGION}:${ACCOUNT}:fairlead-e2e.fifo`,
        SqsParameters: { MessageGroupId: 'default' },
        RetryPolicy: { MaximumEventAgeInSeconds: 300, MaximumRetryAttempts: 10 },
        DeadLetterConfig: { Arn: `arn:aws:sqs:${REGION}:${ACCOUNT}:fairlead-e2e-undelivered` },
      }),
    ]);
  });

  it('makes the state bucket: encrypted, without versions', async () => {
    const s3 = client(S3Client);
    const Bucket = await stateBucket();
    const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
    expect(JSON.stringify(ServerSideEncryptionConfiguration)).toContain('AES256');
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
  });

  it('gives the role the rights that fairlead.yml asks for, on real ARNs', async () => {
    const role = { RoleName: `fairlead-e2e-${REGION}`, PolicyName: 'fairlead' };
    const { PolicyDocument = '' } = await client(IAMClient).send(new GetRolePolicyCommand(role));
    // What CloudFormation handed over, moto writes as Python does.
    const { Statement: statements } = JSON.parse(decodeURIComponent(PolicyDocument).replaceAll("'", '"'));
    const resources = Object.fromEntries(statements.map(({ Sid, Resource }: Statement) => [Sid, [Resource].flat()]));
    expect(resources).toEqual({
      ListZones: ['*'],
      ReadZones: ['arn:aws:route53:::hostedzone/*'],
      ChangeRecords: ['arn:aws:route53:::hostedzone/*'],
      DescribeClusters: [`arn:aws:eks:${REGION}:${ACCOUNT}:cluster/prod-eu`],
      AssumeRoles: ['arn:aws:iam::111122223333:role/fairlead-read'],
      KeepState: [`arn:aws:s3:::${await stateBucket()}/*`],
      FindState: [`arn:aws:s3:::${await stateBucket()}`],
      WriteLogs: [`arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/aws/lambda/${FUNCTION}:*`],
      TakeMessages: [`arn:aws:sqs:${REGION}:${ACCOUNT}:fairlead-e2e.fifo`],
      KeepUndelivered: [`arn:aws:sqs:${REGION}:${ACCOUNT}:fairlead-e2e-undelivered`],
    });
  });
});

describe('the deployed function', () => {
  it('reads the zones and keeps their state in the deployed bucket', async () => {
    const zone = { Name: 'example.com', CallerReference: 'e2e' };
    await client(Route53Client).send(new CreateHostedZoneCommand(zone));
    const variables = (await configuration()).Environment?.Variables ?? {};
    const answer = await invokePackaged(packaged, {}, { ...variables, ...moto.env });
    const { zones, clusters } = answer as RunResult;
    expect(zones).toEqual([expect.objectContaining({ name: 'example.com', source: 'read' })]);
    expect(clusters.map(({ name, state }) => [name, state])).toEqual([
      ['prod-eu', 'unreachable'],
      ['prod-us', 'unreachable'],
    ]);
    const { Contents = [] } = await client(S3Client).send(new ListObjectsV2Command({ Bucket: await stateBucket() }));
    expect(Contents.length).toBeGreaterThan(0);
  });
});

describe('sls remove', () => {
  it('leaves nothing, the state included', async () => {
    await sls(['remove', ...ARGS], { ...process.env, ...moto.env, SLS_AWS_MONITORING_FREQUENCY: '200' });
    expect(await client(S3Client).send(new ListBucketsCommand({}))).toMatchObject({ Buckets: [] });
    expect((await client(SQSClient).send(new ListQueuesCommand({}))).QueueUrls ?? []).toEqual([]);
    expect(await client(LambdaClient).send(new ListFunctionsCommand({}))).toMatchObject({ Functions: [] });
    expect(await client(LambdaClient).send(new ListEventSourceMappingsCommand({}))).toMatchObject({
      EventSourceMappings: [],
    });
    expect(await client(EventBridgeClient).send(new ListRulesCommand({}))).toMatchObject({ Rules: [] });
    expect(await client(IAMClient).send(new ListRolesCommand({}))).toMatchObject({ Roles: [] });
  });
});
