import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, LambdaFunctionURLEvent } from 'aws-lambda';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Core, createHandler as createReconcile } from '../../../functions/reconcile/create.ts';
import { createHandler as createWebhook } from '../../../functions/webhook/create.ts';
import type { RunResult } from '../../../lib/model/index.ts';
import { sendNotice } from '../../../lib/notice/queue.ts';
import { type Batch, type EventSource, startEventSource } from '../../../local/emulators/lambda/event-source.ts';
import { createQueues, type Queues } from '../../../local/stack/queue.ts';
import { startWorld, type World } from '../../../local/world.ts';
import { sqs } from '../clients.ts';

const BURST_MS = 6_000;
const EVERY_MS = 20;
const RUN_MS = 500;
/** By which the clocks of SQS and Lambda are taken to differ (functions/reconcile/covered.ts). */
const SKEW_MS = 250;

let world: World;
let client: SQSClient;
let queues: Queues;
let source: EventSource | undefined;

beforeEach(async () => {
  // Only the date: the burst happens in simulated time, everything else in real time.
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'true');
  vi.useFakeTimers({ toFake: ['Date'] });
  world = await startWorld();
  client = sqs(world);
  queues = await createQueues(client, 43_200);
});
afterEach(async () => {
  await source?.close();
  client.destroy();
  await world.close();
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

const CONTEXT = {
  awsRequestId: 'r',
  functionName: 'f',
  getRemainingTimeInMillis: () => 300_000,
} as unknown as Context;
const telemetry = () => ({
  logger: new Logger({ logLevel: 'SILENT' }),
  metrics: new Metrics({ namespace: 'test' }),
  tracer: new Tracer({ enabled: false }),
});

/** What a run answers that read the cluster. */
const READ = {
  mode: 'sync',
  findings: [],
  reasons: {},
  clusters: [{ name: 'prod', owner: 'o', state: 'read', kinds: {}, endpoints: 0 }],
  zones: [],
  durationMs: RUN_MS,
  counts: { created: 0, updated: 0, deleted: 0, unpublished: 0 },
  calls: {},
} as unknown as RunResult;

test('a burst of notices is a bounded number of runs, and the last one sees the last change', async () => {
  const webhook = createWebhook(
    {
      authenticate: async () => true,
      shardOf: () => 'default',
      enqueue: (notice, shard) => sendNotice(client, queues.queueUrl, notice, shard),
    },
    telemetry(),
  );
  const begunAt = Date.now();
  let sent = 0;
  const post = async () => {
    const body = JSON.stringify({ cluster: 'prod', source: 'test', sequence: ++sent, since: Date.now() });
    const event = { body, headers: {}, requestContext: { http: {} }, isBase64Encoded: false };
    const answer = await webhook(event as unknown as LambdaFunctionURLEvent, CONTEXT);
    expect(answer).toEqual({ statusCode: 202 });
  };
  /** Lets simulated time pass, in which the notices of the burst come. */
  const pass = async (milliseconds: number) => {
    for (let passed = 0; passed < milliseconds; passed += EVERY_MS) {
      vi.setSystemTime(Date.now() + EVERY_MS);
      if (Date.now() - begunAt <= BURST_MS) await post();
    }
  };
  const runs: { beganAt: number; seen: number }[] = [];
  const core: Core = {
    known: { clusters: ['prod'], shards: ['default'] },
    reconcile: async () => {
      runs.push({ beganAt: Date.now(), seen: sent });
      await pass(RUN_MS);
      return READ;
    },
  };
  const handler = createReconcile(core, telemetry());
  const batches: Batch[] = [];
  await post();
  source = await startEventSource({
    sqs: client,
    queueUrl: queues.queueUrl,
    region: world.region,
    invoke: event => handler(event, CONTEXT),
    onBatch: batch => batches.push(batch),
  });
  const records = () => batches.flatMap(batch => batch.records);
  // vi.waitFor would let simulated time pass.
  while (records().length < BURST_MS / EVERY_MS + 1) await sleep(20);
  expect(new Set(records().map(({ body }) => body)).size).toBe(sent);
  expect(batches.flatMap(({ failed }) => failed)).toEqual([]);
  expect(runs.at(-1)?.seen).toBe(sent);
  expect(runs.length).toBeLessThanOrEqual((BURST_MS + SKEW_MS) / RUN_MS + 3);
  // A run for each batch would have been about twice as many.
  expect(batches.length).toBeGreaterThan(1.5 * runs.length);
});
