import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import middy from '@middy/core';
import type { Notice } from '../../lib/model/index.ts';
import { inTime } from '../in-time.ts';
import { meter } from '../metrics.ts';
import { createTelemetry, type Telemetry } from '../telemetry.ts';
import { readBatch } from './batch.ts';
import { clusterOf, noticeOf } from './notice.ts';

/** What the function needs of the world. */
export interface Ports {
  /** The shard of a cluster of the config; undefined for any other name. */
  shardOf(cluster: string): string | undefined;
  /** Puts a notice on the queue, in the message group of the shard. Throws when it is not there. */
  enqueue(notice: Notice, shard: string): Promise<void>;
}

/**
 * The handler behind the subscription to a cluster's audit log: a batch in which objects of the sources were written becomes
 * one notice. When the queue does not take it the handler throws: Lambda tries twice more, then leaves the batch in the
 * queue of what was not delivered, whose alarm rings.
 */
export function createHandler(ports: Ports, telemetry: Telemetry = createTelemetry()) {
  const { logger, metrics } = telemetry;
  const handle = async (event: unknown): Promise<void> => {
    const outcome = await take(event, ports);
    meter(metrics, 'NoticesAccepted', typeof outcome === 'object' ? 1 : 0);
    if (typeof outcome === 'object') return logger.info('notice accepted', { notice: outcome });
    if (outcome === 'nothing') return;
    logger.warn('notice refused', { refusal: outcome });
    meter(metrics, 'NoticesRefused', 1, { reason: outcome });
  };
  return middy(inTime(handle))
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(logMetrics(metrics, { captureColdStartMetric: true }));
}

/** The notice that went on the queue; or why there is none: nothing that matters was written, or the cluster is not known. */
async function take(event: unknown, ports: Ports): Promise<Notice | 'nothing' | 'unknown-cluster'> {
  const batch = readBatch(event);
  if (batch.messageType === 'CONTROL_MESSAGE') return 'nothing'; // CloudWatch Logs tries whether it gets through
  const cluster = clusterOf(batch, name => ports.shardOf(name) !== undefined);
  const shard = cluster && ports.shardOf(cluster);
  if (!cluster || !shard) return 'unknown-cluster';
  const notice = noticeOf(batch, cluster);
  if (notice === undefined) return 'nothing';
  await ports.enqueue(notice, shard);
  return notice;
}
