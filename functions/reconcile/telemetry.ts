import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { groupBy } from '../../lib/group.ts';
import { countOf, describeObject, type Finding, type Reason, type RunResult } from '../../lib/model/index.ts';
import { firstAndCount } from '../../lib/shown.ts';
import type { BatchRun } from './event.ts';

/** Powertools reads its own settings (POWERTOOLS_…) from the environment; serverless.yml sets them. */
export interface Telemetry {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
}

export function createTelemetry(): Telemetry {
  return { logger: new Logger(), metrics: new Metrics({ namespace: 'fairlead' }), tracer: new Tracer() };
}

/** Findings of these reasons leave nothing unpublished (see Reason). */
const HARMLESS: ReadonlySet<Reason> = new Set<Reason>(['filtered', 'warning', 'grace', 'merged']);

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
    const count = group.reduce((sum, finding) => sum + countOf(finding), 0);
    const what = ({ name, object }: Finding) => name ?? (object ? describeObject(object) : '');
    const first = firstAndCount([...new Set(group.map(what))].filter(Boolean), SHOWN);
    const by = field === '' ? '' : ` by ${field}`;
    logger.info(`filtered${by}: ${count} (${first})`, { filtered: { count, ...(field !== '' && { field }) } });
  }
}

function logFinding(finding: Finding, logger: Logger): void {
  const line = finding.reason === 'filtered' ? 'debug' : HARMLESS.has(finding.reason) ? 'info' : 'warn';
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
  if (result.mode === 'plan') return void metrics.addMetric('Plans', MetricUnit.Count, 1);
  metrics.addMetric('Runs', MetricUnit.Count, 1);
  metrics.addMetric('Created', MetricUnit.Count, counts.created);
  metrics.addMetric('Updated', MetricUnit.Count, counts.updated);
  metrics.addMetric('Deleted', MetricUnit.Count, counts.deleted);
  metrics.addMetric(
    'Route53Calls',
    MetricUnit.Count,
    Object.values(calls).reduce((sum, count) => sum + count, 0),
  );
  metrics.addMetric('Duration', MetricUnit.Milliseconds, result.durationMs);
  if (shard !== undefined) meterShard(shard, result, metrics);
}

/** What is true of a whole shard, under its name: the run of a notice knows the names of the notice only. */
function meterShard(shard: string, { counts, clusters, reasons }: RunResult, metrics: Metrics): void {
  const unreachable = clusters.filter(({ state }) => state === 'unreachable' || state === 'incomplete').length;
  metrics.singleMetric().addDimension('shard', shard).addMetric('Runs', MetricUnit.Count, 1);
  metrics.singleMetric().addDimension('shard', shard).addMetric('Unpublished', MetricUnit.Count, counts.unpublished);
  metrics.singleMetric().addDimension('shard', shard).addMetric('ClustersUnreachable', MetricUnit.Count, unreachable);
  metrics
    .singleMetric()
    .addDimension('shard', shard)
    .addMetric('Filtered', MetricUnit.Count, reasons.filtered ?? 0);
  for (const [reason, count] of Object.entries(reasons)) {
    if (!HARMLESS.has(reason as Reason)) meterReason(reason, count, metrics);
  }
}

/** `Unpublished` once more with the reason as a dimension, which CloudWatch keeps as a metric of its own. */
function meterReason(reason: string, count: number, metrics: Metrics): void {
  metrics.singleMetric().addDimension('reason', reason).addMetric('Unpublished', MetricUnit.Count, count);
}

/** From the earliest change that the notices of a run tell of to the end of the run, where the run changed something. */
export function meterLatency({ messages }: BatchRun, { counts }: RunResult, now: number, metrics: Metrics): void {
  const since = messages.flatMap(message => message.since ?? []);
  if (since.length === 0 || counts.created + counts.updated + counts.deleted === 0) return;
  metrics.addMetric('ChangeToPublished', MetricUnit.Milliseconds, Math.max(0, now - Math.min(...since)));
}
