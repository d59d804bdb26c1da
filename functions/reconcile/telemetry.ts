import type { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { groupBy } from '../../lib/group.ts';
import {
  countOf,
  describeObject,
  type Finding,
  isUnpublished,
  type Reason,
  type RunResult,
} from '../../lib/model/index.ts';
import { firstAndCount } from '../../lib/shown.ts';
import type { Streamed } from '../../lib/stream.ts';
import { createLogger } from '../logger.ts';
import { type MetricName, meter } from '../metrics.ts';
import type { BatchRun } from './event.ts';

/** Powertools reads its own settings (POWERTOOLS_…) from the environment; serverless.yml sets them. */
export interface Telemetry {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
}

export function createTelemetry(): Telemetry {
  return { logger: createLogger(), metrics: new Metrics({ namespace: 'fairlead' }), tracer: new Tracer() };
}

/** Writes one line for every change and every finding, which an answer may have to leave out, and one for the run. */
export function logResult(result: RunResult, logger: Logger): void {
  const { zones, findings, ...summary } = result;
  const did = result.mode === 'plan' ? 'would ' : '';
  for (const { id, changes } of zones)
    for (const change of changes)
      logger.info(`${did}${change.action} ${change.name} ${change.type}`, { zone: id, change });
  for (const finding of findings) logFinding(finding, logger);
  logFiltered(findings, logger);
  logger.info('run finished', { run: { ...summary, zones: zones.map(({ changes, ...zone }) => zone) } });
}

/** Names that a line about what is filtered shows. */
const SHOWN = 10;

/**
 * What is filtered is most of a large cluster, the same in each run: a line for each key that filters says how much, and the
 * first of it. Each by itself is for the log level `DEBUG`.
 */
function logFiltered(findings: readonly Finding[], logger: Logger): void {
  const filtered = groupBy(
    findings.filter(({ reason }) => reason === 'filtered'),
    ({ field = '' }) => field.replaceAll(/\[\d+\]/g, '[]'),
  );
  for (const [field, group] of filtered) {
    const count = sum(group.map(countOf));
    const what = ({ name, object }: Finding) => name ?? (object ? describeObject(object) : '');
    const first = firstAndCount([...new Set(group.map(what))].filter(Boolean), SHOWN);
    const by = field === '' ? '' : ` by ${field}`;
    logger.info(`filtered${by}: ${count} (${first})`, { filtered: { count, ...(field !== '' && { field }) } });
  }
}

function logFinding(finding: Finding, logger: Logger): void {
  const line = finding.reason === 'filtered' ? 'debug' : isUnpublished(finding) ? 'warn' : 'info';
  logger[line](finding.message, { finding });
}

/**
 * Counts a run. A plan publishes nothing, so only that it ran is counted: an alarm on `Unpublished` must not depend on
 * what somebody looks at.
 *
 * @param shard the shard that the run was over, the whole of it; absent for any other run
 */
export function meterResult(result: RunResult, metrics: Metrics, shard?: string): void {
  const { counts, calls } = result;
  if (result.mode === 'plan') return void meter(metrics, 'Plans', 1);
  meter(metrics, 'Runs', 1);
  meter(metrics, 'Created', counts.created);
  meter(metrics, 'Updated', counts.updated);
  meter(metrics, 'Deleted', counts.deleted);
  meter(metrics, 'Route53Calls', sum(Object.values(calls)));
  meter(metrics, 'Duration', result.durationMs);
  if (shard !== undefined) meterShard(shard, result, metrics);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** What is true of a whole shard, under its name: the run of a notice knows the names of the notice only. */
function meterShard(shard: string, result: RunResult, metrics: Metrics): void {
  const { counts, clusters, zones, reasons } = result;
  const unread = clusters.filter(({ state }) => state === 'unreachable' || state === 'incomplete');
  const gauges: Readonly<Partial<Record<MetricName, number>>> = {
    Runs: 1,
    Unpublished: counts.unpublished,
    ClustersUnreachable: unread.length,
    Desired: sum(clusters.map(({ endpoints }) => endpoints)),
    Owned: sum(zones.map(({ owned }) => owned)),
    Held: reasons.held ?? 0,
    Frozen: reasons.frozen ?? 0,
    Refused: reasons.refused ?? 0,
    Filtered: reasons.filtered ?? 0,
    ...ageOf(result),
  };
  for (const [name, value] of Object.entries(gauges)) meter(metrics, name as MetricName, value, { shard });
  for (const { name, owned, source } of zones) {
    if (source !== 'unreadable') meter(metrics, 'Owned', owned, { shard, zone: name });
  }
  for (const [reason, count] of Object.entries(reasons)) {
    if (isUnpublished({ reason: reason as Reason })) meter(metrics, 'Unpublished', count, { reason });
  }
}

/** Of the zone that was longest not read in full; nothing where there is no zone. */
function ageOf({ zones, startedAt, durationMs }: RunResult): Readonly<Partial<Record<MetricName, number>>> {
  const read = zones.flatMap(({ readAt }) => (readAt === undefined ? [] : [Date.parse(readAt)]));
  if (read.length === 0) return {};
  return { ZoneAge: Math.max(0, Math.round((Date.parse(startedAt) + durationMs - Math.min(...read)) / 1000)) };
}

/** From the earliest change that the notices of a run tell of to the end of the run, where the run changed something. */
export function meterLatency({ messages }: BatchRun, { counts }: RunResult, now: number, metrics: Metrics): void {
  const since = messages.flatMap(message => message.since ?? []);
  if (since.length === 0 || counts.created + counts.updated + counts.deleted === 0) return;
  meter(metrics, 'ChangeToPublished', Math.max(0, now - Math.min(...since)));
}

/** What the stream's bus did not take is in the log and the history all the same. */
export function meterStream({ sent, lost, fault }: Streamed, { logger, metrics }: Telemetry): void {
  meter(metrics, 'StreamSent', sent);
  meter(metrics, 'StreamLost', lost);
  if (lost > 0) logger.warn(`${lost} events of the change stream were not sent: ${fault}`);
}
