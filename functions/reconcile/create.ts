import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import middy from '@middy/core';
import type { Context, SQSBatchResponse } from 'aws-lambda';
import { withinDeadline } from '../../lib/aws/index.ts';
import type { News, RunCause, RunRequest, RunResult } from '../../lib/model/index.ts';
import { fitResult } from '../../lib/report/fit.ts';
import type { Stream } from '../../lib/stream.ts';
import { inTime } from '../in-time.ts';
import { meter } from '../metrics.ts';
import { type Covered, createCovered } from './covered.ts';
import { type AskedMessage, type BatchRun, type Known, readTrigger, type Trigger } from './event.ts';
import type { RetrySoon } from './redelivery.ts';

import { createTelemetry, logResult, meterLatency, meterResult, meterStream, type Telemetry } from './telemetry.ts';

/** What the function needs of the core. */
export interface Core {
  readonly known: Known;
  /** Throws when the run could not be made at all; whatever concerns a single zone, cluster or name is in the result. */
  reconcile(request: RunRequest, run: Invocation): Promise<RunResult>;
  /** Absent: messages of a failed run stay hidden for the queue's visibility time. */
  readonly retrySoon?: RetrySoon;
  /** Absent: nobody is told of changes and findings but by log and result. */
  readonly stream?: Stream;
}

/** What a run has to know of the invocation it is part of. */
export interface Invocation {
  /** Epoch milliseconds at which the run must have answered. */
  readonly deadlineMs: number;
  /** Names the run in leases: the request id, which the log has too. */
  readonly holder: string;
  readonly by: RunCause;
  /** Epoch milliseconds: when the earliest of the changes was seen that its notices tell of; absent: no notice asked for it. */
  readonly noticedAt?: number;
  /** Absent: nobody listens. */
  readonly onNews?: (news: News) => void;
}

/** Kept back from the Lambda's time for writing the log, the metrics and the answer. */
const ANSWER_MS = 2_000;
/** Of that, what a run may still take after its deadline to keep what it knows and give its lease back. */
const KEEP_MS = 1_000;
/** What sending the news of all runs of an invocation may take: the next run of the shard waits for it. */
const STREAM_MS = 3_000;
/** Of the Lambda's time, kept back from that. */
const END_MS = 500;

/**
 * The handler of the reconcile Lambda, with logging, metrics and tracing around it. A schedule or a payload is answered
 * with the run's result and fails when the run could not be made. A batch is answered with the messages to deliver
 * again: all that the run was for when it failed, none otherwise.
 */
export function createHandler(core: Core, telemetry: Telemetry = createTelemetry()) {
  const { logger, metrics, tracer } = telemetry;
  const covered = createCovered();
  const handle = async (event: unknown, context: Context): Promise<RunResult | SQSBatchResponse> => {
    const news: News[] = [];
    const onNews = core.stream && ((one: News) => void news.push(one));
    const run: Run = (request, asked) => runOnce(core, request, { context, ...asked, onNews }, telemetry);
    const trigger = readEvent(event, core, telemetry);
    try {
      return trigger.kind === 'batch'
        ? await runBatch(trigger, { run, covered, core }, telemetry)
        : fitResult(await run(trigger.request, { by: trigger.by }));
    } finally {
      await tell(news, core, context, telemetry);
    }
  };
  return middy(inTime(handle))
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(captureLambdaHandler(tracer, { captureResponse: false }))
    .use(logMetrics(metrics, { captureColdStartMetric: true }));
}

/** When all is done: nothing of a run depends on it. */
async function tell(news: readonly News[], { stream }: Core, context: Context, telemetry: Telemetry): Promise<void> {
  if (stream === undefined || news.length === 0) return;
  const untilMs = Date.now() + Math.min(STREAM_MS, context.getRemainingTimeInMillis() - END_MS);
  const lost = news.reduce((sum, { changes, findings }) => sum + changes.length + findings.length, 0);
  const failed = (error: Error) => ({ sent: 0, lost, fault: error.message });
  meterStream(await stream(news, untilMs).catch(failed), telemetry);
}

function readEvent(event: unknown, { known }: Core, { metrics }: Telemetry): Trigger {
  try {
    return readTrigger(event, known);
  } catch (error) {
    meter(metrics, 'EventsRefused', 1);
    throw error;
  }
}

interface Asked extends Pick<Invocation, 'by' | 'noticedAt'> {
  /** Of the time that is left to the invocation, how much the run may take; absent: all. */
  readonly share?: number;
}

type Run = (request: RunRequest, asked: Asked) => Promise<RunResult>;

interface RunOf extends Asked {
  readonly context: Context;
  readonly onNews: Invocation['onNews'] | undefined;
}

async function runOnce(
  core: Core,
  request: RunRequest,
  { context, share = 1, onNews, ...why }: RunOf,
  { logger, metrics }: Telemetry,
): Promise<RunResult> {
  const deadlineMs = Date.now() + share * (context.getRemainingTimeInMillis() - ANSWER_MS);
  try {
    const asked = { deadlineMs, holder: context.awsRequestId, ...why, ...(onNews && { onNews }) };
    const result = await withinDeadline(deadlineMs + KEEP_MS, () => core.reconcile(request, asked));
    logResult(result, logger);
    meterResult(result, metrics, wholeShard(request, core.known));
    return result;
  } catch (error) {
    meter(metrics, 'RunsFailed', 1);
    throw error;
  }
}

/** The shard that a run is over, unless it is over some of its clusters only, or over several shards. */
function wholeShard({ clusters, shard }: RunRequest, { shards }: Known): string | undefined {
  if (clusters !== undefined) return undefined;
  return shard ?? (shards.length === 1 ? shards[0] : undefined);
}

type Batch = Extract<Trigger, { kind: 'batch' }>;

interface Work {
  readonly run: Run;
  readonly covered: Covered;
  readonly core: Core;
}

/** One shard after the other, each with its share of the time, so that one that fails or is slow leaves the others theirs. */
async function runBatch({ runs, malformed }: Batch, work: Work, telemetry: Telemetry): Promise<SQSBatchResponse> {
  const { logger, metrics } = telemetry;
  for (const { messageId, message } of malformed) logger.error('message left out', { messageId, fault: message });
  meter(metrics, 'MessagesMalformed', malformed.length);
  const failed: AskedMessage[] = [];
  for (const [done, one] of runs.entries()) {
    const ended = await runFor(one, 1 / (runs.length - done), work, telemetry);
    if (!ended) failed.push(...one.messages);
  }
  if (failed.length > 0) await letRetry(failed, work.core, telemetry);
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

/** False when the run could not be made. */
async function runFor(one: BatchRun, share: number, { run, covered }: Work, telemetry: Telemetry): Promise<boolean> {
  const { logger, metrics } = telemetry;
  const messageIds = one.messages.map(({ messageId }) => messageId);
  if (covered.covers(one)) {
    logger.info('served by an earlier run', { messageIds });
    meter(metrics, 'MessagesServed', messageIds.length);
    return true;
  }
  try {
    const beganAt = Date.now();
    const result = await run(one.request, { by: causeOf(one.request), share, ...noticedOf(one) });
    covered.note(beganAt, one.request, result);
    meterLatency(one, result, Date.now(), metrics);
    return true;
  } catch (error) {
    // Answered, not thrown: malformed messages must not come back. `RunsFailed` rings instead of Lambda's own `Errors`.
    logger.error('run failed, its messages are delivered again', { error: error as Error, messageIds });
    return false;
  }
}

/** A schedule's message names a shard, that of a forwarder or an audit log clusters, that of CloudTrail names. */
function causeOf({ clusters, reread }: RunRequest): RunCause {
  if (reread !== undefined) return 'drift';
  return clusters === undefined ? 'schedule' : 'notice';
}

function noticedOf({ messages }: BatchRun): Pick<Asked, 'noticedAt'> {
  const since = messages.flatMap(message => message.since ?? []);
  return since.length === 0 ? {} : { noticedAt: Math.min(...since) };
}

/** Where that fails, the messages come back all the same, only later. */
async function letRetry(failed: readonly AskedMessage[], { retrySoon }: Core, { logger }: Telemetry): Promise<void> {
  try {
    await retrySoon?.(failed);
  } catch (error) {
    logger.warn('messages stay hidden for the visibility time of the queue', error as Error);
  }
}
