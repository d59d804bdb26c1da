import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { GetRolePolicyCommand, IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import {
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import { CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import {
  DeleteObjectCommand,
  GetBucketEncryptionCommand,
  GetBucketVersioningCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
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
/** Every part of the stack. */
const PARAMS = [
  `config=${CONFIG}`,
  'concurrency=auto',
  'webhookAccounts=222222222222',
  'auditClusters=prod-eu',
  'drift=cloudtrail',
  'eventBus=told',
];
const ARGS = ['--stage', 'e2e', '--region', REGION, ...PARAMS.flatMap(param => ['--param', param])];
const ACCOUNT = '123456789012';
const FUNCTION = 'fairlead-e2e-reconcile';

let moto: Moto;
let packaged: Package;
/** What `sls deploy` said. */
let told = '';
const client = <T>(Client: new (config: { endpoint: string; region: string; credentials: typeof KEYS }) => T): T =>
  new Client({ endpoint: moto.url, region: REGION, credentials: KEYS });
const KEYS = { accessKeyId: 'moto', secretAccessKey: 'moto' };

beforeAll(async () => {
  moto = await startMoto(REGION);
  const env = { ...process.env, ...moto.env, SLS_AWS_MONITORING_FREQUENCY: '200' };
  await sls(['package', '--package', OUTPUT, ...ARGS], env);
  told = await sls(['deploy', '--package', OUTPUT, ...ARGS], env);
  packaged = await openPackage(`${root}${OUTPUT}`);
});
afterAll(async () => {
  await moto.stop();
  await rm(packaged.folder, { recursive: true });
});

const configuration = (FunctionName = FUNCTION) =>
  client(LambdaClient).send(new GetFunctionConfigurationCommand({ FunctionName }));
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

  it.each(['reconcile', 'webhook', 'audit'])('deploys the very zip that was packaged: %s', async name => {
    const zip = await readFile(`${root}${OUTPUT}/${name}.zip`);
    const { CodeSha256 } = await configuration(`fairlead-e2e-${name}`);
    expect(CodeSha256).toBe(createHash('sha256').update(zip).digest('base64'));
  });

  it('lets the account in that was named, to the webhook over its URL', async () => {
    const FunctionName = 'fairlead-e2e-webhook';
    const { Policy = '' } = await client(LambdaClient).send(new GetPolicyCommand({ FunctionName }));
    const allowed = JSON.parse(Policy).Statement.map((one: { Action: string; Principal: unknown }) => [
      one.Action,
      JSON.stringify(one.Principal).includes('222222222222'),
    ]);
    expect(allowed.sort()).toEqual([
      ['lambda:InvokeFunction', true],
      ['lambda:InvokeFunctionUrl', true],
    ]);
  });

  it('lets CloudWatch Logs hand audit logs over', async () => {
    const FunctionName = 'fairlead-e2e-audit';
    const { Policy = '' } = await client(LambdaClient).send(new GetPolicyCommand({ FunctionName }));
    expect(JSON.parse(Policy).Statement).toEqual([
      expect.objectContaining({ Action: 'lambda:InvokeFunction', Principal: { Service: 'logs.amazonaws.com' } }),
    ]);
  });

  // moto's CloudFormation does not know these two types, so the template has to speak for them.
  it.each([
    ['a URL that IAM guards', 'WebhookLambdaFunctionUrl', { AuthType: 'AWS_IAM' }],
    [
      'the audit log of the named cluster',
      'AuditLogOfprodDasheu',
      {
        LogGroupName: '/aws/eks/prod-eu/cluster',
        DestinationArn: { 'Fn::GetAtt': ['AuditLambdaFunction', 'Arn'] },
        FilterPattern: expect.stringContaining('"ingresses"'),
      },
    ],
  ])('asks for %s', (_rule, id, properties) => {
    expect(packaged.template.Resources[id]?.Properties).toMatchObject(properties);
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
    expect(JSON.parse(RedrivePolicy)).toMatchObject({ deadLetterTargetArn: dead.QueueArn, maxReceiveCount: 10 });
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

  it.each([
    ['schedules runs', /-Schedule-/, { ScheduleExpression: 'rate(5 minutes)' }],
    ['tells of what others changed in Route 53', /-Drift-/, { EventPattern: expect.stringContaining('anything-but') }],
  ])('%s through the queue, with retries and a dead-letter queue', async (_rule, name, properties) => {
    const events = client(EventBridgeClient);
    const { Rules = [] } = await events.send(new ListRulesCommand({}));
    expect(Rules).toHaveLength(2);
    const rule = Rules.find(({ Name = '' }) => name.test(Name));
    expect(rule).toMatchObject({ State: 'ENABLED', ...properties });
    const { Targets } = await events.send(new ListTargetsByRuleCommand({ Rule: rule?.Name }));
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
      TellOfChanges: [`arn:aws:events:${REGION}:${ACCOUNT}:event-bus/told`],
    });
  });
});

describe('the deployed function', () => {
  it('reads the zones and keeps their state in the deployed bucket', async () => {
    const zone = { Name: 'example.com', CallerReference: 'e2e' };
    await client(Route53Client).send(new CreateHostedZoneCommand(zone));
    const variables = (await configuration()).Environment?.Variables ?? {};
    const answer = await invokePackaged(packaged.functions.reconcile, {}, { ...variables, ...moto.env });
    const { zones, clusters } = answer as RunResult;
    expect(zones).toEqual([expect.objectContaining({ name: 'example.com', source: 'read' })]);
    expect(clusters.map(({ name, state }) => [name, state])).toEqual([
      ['prod-eu', 'unreachable'],
      ['prod-us', 'unreachable'],
    ]);
    const { Contents = [] } = await client(S3Client).send(new ListObjectsV2Command({ Bucket: await stateBucket() }));
    expect(Contents.length).toBeGreaterThan(0);
  });

  it('tells the bus what it found, once', async () => {
    const [sqs, events] = [client(SQSClient), client(EventBridgeClient)];
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'told' }));
    // A bus of its own: on the default one moto gives every event to a rule that has a schedule and no pattern.
    const EventBusName = 'told';
    await events.send(new CreateEventBusCommand({ Name: EventBusName }));
    const EventPattern = '{"source":["fairlead"],"detail-type":["Finding"]}';
    await events.send(new PutRuleCommand({ Name: 'told', EventBusName, EventPattern }));
    const Targets = [{ Id: 'queue', Arn: `arn:aws:sqs:${REGION}:${ACCOUNT}:told` }];
    await events.send(new PutTargetsCommand({ Rule: 'told', EventBusName, Targets }));
    const variables = (await configuration()).Environment?.Variables ?? {};
    // The run before has told of the clusters already; with its state lost, all is told anew, and then no more.
    await client(S3Client).send(new DeleteObjectCommand({ Bucket: await stateBucket(), Key: 'told/default' }));
    for (let run = 0; run < 2; run++)
      await invokePackaged(packaged.functions.reconcile, {}, { ...variables, ...moto.env });
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    const told = Messages.map(({ Body = '{}' }) => JSON.parse(Body).detail);
    expect(told.map(({ service, reason, cluster }) => [service, reason, cluster]).sort()).toEqual([
      ['fairlead-e2e', 'unreadable', 'prod-eu'],
      ['fairlead-e2e', 'unreadable', 'prod-us'],
    ]);
    await events.send(new RemoveTargetsCommand({ Rule: 'told', EventBusName, Ids: ['queue'] }));
    await events.send(new DeleteRuleCommand({ Name: 'told', EventBusName }));
    await events.send(new DeleteEventBusCommand({ Name: EventBusName }));
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  });
});

describe('the deployed functions that take notices', () => {
  const NOTICE = { cluster: 'prod-eu', source: 'e2e', sequence: 1, since: 1_785_581_254_322 };

  it('put them on the deployed queue: a number once however often it is sent, the next one too', async () => {
    const { QueueUrl = '' } = await client(SQSClient).send(new GetQueueUrlCommand({ QueueName: 'fairlead-e2e.fifo' }));
    const { Environment } = await configuration('fairlead-e2e-webhook');
    // moto tells CloudFormation AWS's own address of the queue.
    const env = { ...Environment?.Variables, ...moto.env, FAIRLEAD_QUEUE_URL: QueueUrl };
    expect(new URL(Environment?.Variables?.FAIRLEAD_QUEUE_URL ?? '').pathname).toBe(new URL(QueueUrl).pathname);
    for (const sequence of [1, 1, 2]) {
      const answer = await invokePackaged(packaged.functions.webhook, requestOf({ ...NOTICE, sequence }), env);
      expect(answer).toEqual({ statusCode: 202 });
    }
    const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 });
    const { Messages = [] } = await client(SQSClient).send(receive);
    expect(Messages.map(({ Body = '' }) => JSON.parse(Body))).toEqual([NOTICE, { ...NOTICE, sequence: 2 }]);
  });
});

/** What Lambda makes of a request that IAM verified, as far as it is read. */
function requestOf(notice: unknown): unknown {
  const iam = { userArn: `arn:aws:sts::${ACCOUNT}:assumed-role/forwarder/e2e` };
  const http = { method: 'POST', path: '/', protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'e2e' };
  return {
    headers: {},
    requestContext: { http, authorizer: { iam } },
    body: JSON.stringify(notice),
    isBase64Encoded: false,
  };
}

describe('what sls deploy tells to do next', () => {
  const aws = spawnSync('aws', ['--version']).status === 0;
  it.skipIf(!aws)('can be done as it stands: roles of other accounts, and access for each cluster', () => {
    const lines = told.split('\n').filter(line => line.startsWith('  aws cloudformation deploy'));
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      // moto's CloudFormation has no outputs of a stack that was made by a change set.
      const command = line.replaceAll('<ReconcileRoleArn>', `arn:aws:iam::${ACCOUNT}:role/fairlead-e2e-${REGION}`);
      const { status, stderr } = spawnSync('sh', ['-c', command], { cwd: root, env: { ...process.env, ...moto.env } });
      expect(status, `${command}\n${stderr}`).toBe(0);
    }
  });

  it('names this stage and region wherever sls has to find the stack', () => {
    const lines = told.split('\n').filter(line => line.startsWith('  npx sls'));
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(line).toContain(`--stage e2e --region ${REGION}`);
  });
});

describe('sls deploy function', () => {
  it('brings the code anew, and leaves the function its role', async () => {
    const { Role } = await configuration();
    await sls(['deploy', 'function', '-f', 'reconcile', '--force', ...ARGS], { ...process.env, ...moto.env });
    expect((await configuration()).Role).toBe(Role);
  });
});

describe('sls remove', () => {
  /** A run at work, as far as the bucket sees it, until moments after something: its lease is renewed, and at the end it keeps what it knows. */
  async function runUntilAfter(isSo: () => Promise<boolean>): Promise<void> {
    const s3 = client(S3Client);
    const Bucket = await stateBucket();
    const put = (Key: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body: '{}' }));
    for (let after = 0; after < 3; ) {
      await put('lease/default');
      await sleep(1_000);
      if (after > 0 || (await isSo())) after += 1;
    }
    await put('zone/Z1');
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'lease/default' }));
  }

  it('leaves nothing, the state included, though a run is at work', async () => {
    const stopped = async () => {
      const asked = new GetFunctionConcurrencyCommand({ FunctionName: FUNCTION });
      return (await client(LambdaClient).send(asked)).ReservedConcurrentExecutions === 0;
    };
    const run = runUntilAfter(stopped);
    const removed = sls(['remove', ...ARGS], { ...process.env, ...moto.env, SLS_AWS_MONITORING_FREQUENCY: '200' });
    await Promise.all([run, removed]);
    expect(await client(S3Client).send(new ListBucketsCommand({}))).toMatchObject({ Buckets: [] });
    expect((await client(SQSClient).send(new ListQueuesCommand({}))).QueueUrls ?? []).toEqual([]);
    expect(await client(LambdaClient).send(new ListFunctionsCommand({}))).toMatchObject({ Functions: [] });
    expect(await client(LambdaClient).send(new ListEventSourceMappingsCommand({}))).toMatchObject({
      EventSourceMappings: [],
    });
    expect(await client(EventBridgeClient).send(new ListRulesCommand({}))).toMatchObject({ Rules: [] });
    const { Roles = [] } = await client(IAMClient).send(new ListRolesCommand({}));
    expect(Roles.filter(({ RoleName = '' }) => RoleName.startsWith('fairlead-e2e'))).toEqual([]);
  });
});
