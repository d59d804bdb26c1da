import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Config } from '../../lib/config/config.ts';
import { DEFAULT_ACCOUNT, type Identity } from '../emulators/aws/credentials.ts';
import { type Batch, type EventSource, startEventSource } from '../emulators/lambda/event-source.ts';
import { type Lambda, startLambda } from '../emulators/lambda/lambda.ts';
import { type FunctionUrl, serveFunctionUrl, type UrlRequest } from '../emulators/lambda/url.ts';
import { temporaryFolder } from '../temporary.ts';
import type { World } from '../world.ts';
import { createQueues } from './queue.ts';
import { sendSchedule } from './schedule.ts';

export interface StackOptions {
  readonly world: World;
  readonly config: Config;
  /** Absolute path of the file that `config` was loaded from. */
  readonly configFile: string;
  /** Absolute paths of the modules that export the handlers. */
  readonly functions: { readonly reconcile: string; readonly webhook: string };
  /** Seconds that a run may take; default 300, as deployed. */
  readonly timeoutSeconds?: number;
  /** Seconds for which a message is hidden while it is worked on; default a minute more than a run may take, as deployed. */
  readonly visibilitySeconds?: number;
  /** Gets what a function writes to its log. */
  readonly onLog?: (name: FunctionName, text: string) => void;
  readonly onNotice?: (request: UrlRequest) => void;
  readonly onBatch?: (batch: Batch) => void;
}

export type FunctionName = 'reconcile' | 'webhook';

/** What serverless.yml deploys, on this machine: the functions as processes, the webhook's URL, the queue, the bucket. */
export interface Stack {
  readonly reconcile: Lambda;
  readonly webhook: Lambda;
  /** Where notices are posted; of type AWS_IAM. */
  readonly webhookUrl: string;
  readonly queueUrl: string;
  readonly deadLetterUrl: string;
  readonly sqs: SQSClient;
  /** Where the runs keep their state. */
  readonly bucket: string;
  /** Does what the schedule does at its time. */
  sendSchedule(): Promise<void>;
  /** Takes the Function URL away, as when a network fails, until `raiseUrl`. */
  dropUrl(): Promise<void>;
  raiseUrl(): Promise<void>;
  close(): Promise<void>;
}

/** Milliseconds that a notice may take. */
const WEBHOOK_MS = 10_000;
/** As infra/webhook.yml has it. */
const WEBHOOK_MB = 512;
const BUCKET = 'fairlead-local-state';

/** The functions sign with a key of their own, as with their role: what they do can be told from what is done by hand. */
export const FUNCTIONS_USER: Identity = {
  accessKeyId: 'AKIALOCALFUNCTIONS01',
  secretAccessKey: 'local/functions+secret/key000000000000001',
  arn: `arn:aws:iam::${DEFAULT_ACCOUNT}:user/functions`,
  userId: 'AIDALOCALFUNCTIONS001',
  account: DEFAULT_ACCOUNT,
};

/** Starts the stack in a world, whose S3 gets its bucket. Close it before the world. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { world, config, timeoutSeconds = 300, visibilitySeconds = timeoutSeconds + 60 } = options;
  const folder = temporaryFolder('stack');
  const sqs = clientOf(world);
  world.s3.createBucket(BUCKET);
  world.credentials.add(FUNCTIONS_USER);
  const queues = await createQueues(sqs, visibilitySeconds);
  const functions = startFunctions(options, {
    folder: folder.path,
    queueUrl: queues.queueUrl,
    timeoutMs: timeoutSeconds * 1000,
  });
  const source = await startSource(options, { sqs, queueUrl: queues.queueUrl, reconcile: functions.reconcile });
  const serve = (port?: number) => serveWebhook(options, functions.webhook, port);
  let url = await serve();
  const { url: webhookUrl } = url;
  const schedule = {
    sqs,
    queueUrl: queues.queueUrl,
    region: world.region,
    shards: config.shards.map(({ name }) => name),
  };
  return {
    ...functions,
    ...queues,
    webhookUrl,
    sqs,
    bucket: BUCKET,
    sendSchedule: () => sendSchedule(schedule, new Date()),
    dropUrl: () => url.close(),
    raiseUrl: async () => {
      url = await serve(Number(new URL(webhookUrl).port));
    },
    close: async () => {
      for (const lambda of Object.values(functions)) lambda.close();
      await Promise.all([url.close(), source.close()]);
      sqs.destroy();
      folder.remove();
    },
  };
}

/** With the world's keys, for this process; the functions find theirs in their environment. */
function clientOf(world: World): SQSClient {
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = world.env();
  return new SQSClient({ endpoint: world.url, region: world.region, credentials: { accessKeyId, secretAccessKey } });
}

function startFunctions(
  { world, config, configFile, functions, onLog }: StackOptions,
  { folder, queueUrl, timeoutMs }: { folder: string; queueUrl: string; timeoutMs: number },
): Record<FunctionName, Lambda> {
  const shards = config.shards.flatMap(({ name, clusters }) => clusters.map(cluster => [cluster, name]));
  const shardsFile = join(folder, 'shards.json');
  writeFileSync(shardsFile, JSON.stringify(Object.fromEntries(shards)));
  const start = (name: FunctionName, limits: { timeoutMs: number; memory: number }, env: Record<string, string>) =>
    startLambda({
      name: `fairlead-local-${name}`,
      bundle: functions[name],
      ...limits,
      env: {
        ...world.env(FUNCTIONS_USER),
        POWERTOOLS_SERVICE_NAME: 'fairlead',
        POWERTOOLS_TRACE_ENABLED: 'false',
        ...env,
      },
      onLog: text => onLog?.(name, text),
    });
  return {
    reconcile: start(
      'reconcile',
      { timeoutMs, memory: 1_769 },
      {
        ...{ FAIRLEAD_CONFIG: configFile, FAIRLEAD_STATE_BUCKET: BUCKET, FAIRLEAD_QUEUE_URL: queueUrl },
        // Names that are filtered, one by one.
        POWERTOOLS_LOG_LEVEL: 'DEBUG',
      },
    ),
    webhook: start(
      'webhook',
      { timeoutMs: WEBHOOK_MS, memory: WEBHOOK_MB },
      { FAIRLEAD_QUEUE_URL: queueUrl, FAIRLEAD_SHARDS: shardsFile },
    ),
  };
}

function startSource(
  { world, onBatch }: StackOptions,
  { sqs, queueUrl, reconcile }: { sqs: SQSClient; queueUrl: string; reconcile: Lambda },
): Promise<EventSource> {
  const { invoke } = reconcile;
  return startEventSource({ sqs, queueUrl, region: world.region, invoke, ...(onBatch && { onBatch }) });
}

function serveWebhook({ world, onNotice }: StackOptions, webhook: Lambda, port = 0): Promise<FunctionUrl> {
  return serveFunctionUrl({
    auth: 'AWS_IAM',
    region: world.region,
    credentials: world.credentials,
    port,
    invoke: webhook.invoke,
    ...(onNotice && { onRequest: onNotice }),
  });
}
