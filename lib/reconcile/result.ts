import { groupBy } from '../group.ts';
import type {
  ClusterName,
  ClusterResult,
  Finding,
  Reason,
  RecordChange,
  RunRequest,
  RunResult,
  Snapshot,
  ZoneResult,
} from '../model/index.ts';
import { countOf, isComplete, isUnpublished } from '../model/index.ts';
import type { CachedSnapshot } from '../state/index.ts';
import type { KnownCluster } from './clusters.ts';

export interface Outcome {
  readonly request: RunRequest;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly calls: Readonly<Record<string, number>>;
  readonly views: readonly ClustersOfView[];
  readonly zones: readonly ZoneResult[];
  readonly findings: readonly Finding[];
}

/** The clusters as a view sees them. */
interface ClustersOfView {
  readonly snapshots: readonly Snapshot[];
  /** What is kept of the clusters from earlier runs. */
  readonly known: ReadonlyMap<ClusterName, KnownCluster>;
}

export function buildResult(outcome: Outcome): RunResult {
  const { request, zones, findings, views } = outcome;
  const before = views.flatMap(({ snapshots, known }) =>
    snapshots
      .filter(({ origin, frozen }) => origin === 'skipped' && !frozen)
      .flatMap(({ cluster }) => known.get(cluster)?.cached ?? []),
  );
  return {
    mode: request.mode,
    force: request.force,
    startedAt: new Date(outcome.startedAt).toISOString(),
    durationMs: outcome.endedAt - outcome.startedAt,
    ...summarize(
      request.mode,
      zones,
      [...findings, ...before.flatMap(unpublishedWhenRead)],
      before.reduce((sum, { unpublished }) => sum + unpublished, 0),
    ),
    calls: { ...outcome.calls },
    clusters: clusterResults(views),
    zones,
  };
}

/** What a cluster that this run did not read had unpublished when it was last read still counts. */
function unpublishedWhenRead({ snapshot: { cluster }, unpublished, readAt }: CachedSnapshot): Finding[] {
  if (unpublished === 0) return [];
  const what = unpublished === 1 ? '1 thing it asks for was' : `${unpublished} things it asks for were`;
  const message = `${cluster}: ${what} not published when it was last read (${new Date(readAt).toISOString()}); a run that reads it says why`;
  return [{ reason: 'warning', message, cluster }];
}

/**
 * What is counted over all zones and findings of a result.
 * @param before unpublished things that other runs found and this one did not look at
 */
export function summarize(
  mode: RunRequest['mode'],
  zones: readonly ZoneResult[],
  findings: readonly Finding[],
  before = 0,
): Pick<RunResult, 'inStep' | 'counts' | 'findings' | 'reasons'> {
  const changes = zones.flatMap(zone => zone.changes);
  const count = (action: RecordChange['action']) => changes.filter(change => change.action === action).length;
  const reasons: Partial<Record<Reason, number>> = {};
  for (const finding of findings) reasons[finding.reason] = (reasons[finding.reason] ?? 0) + countOf(finding);
  const unpublished = before + countUnpublished(findings);
  return {
    inStep: unpublished === 0 && (mode === 'sync' || changes.length === 0),
    counts: { created: count('create'), updated: count('update'), deleted: count('delete'), unpublished },
    findings,
    reasons,
  };
}

const countUnpublished = (findings: readonly Finding[]) =>
  findings.filter(isUnpublished).reduce((sum, finding) => sum + countOf(finding), 0);

/** Unpublished things of a result that other runs found: of clusters that it did not read. */
export const unpublishedBefore = ({ counts, findings }: Pick<RunResult, 'counts' | 'findings'>): number =>
  counts.unpublished - countUnpublished(findings);

/** Each cluster once: what it asks for is counted over all views. */
function clusterResults(views: readonly ClustersOfView[]): ClusterResult[] {
  const all = views.flatMap(({ snapshots, known }) =>
    snapshots.map(snapshot => clusterResult(snapshot, known.get(snapshot.cluster))),
  );
  return [...groupBy(all, ({ name }) => name).values()].map(some => {
    const [first] = some as [ClusterResult];
    // Read for one view and not for another, it was not read for all that it asks for.
    const least = some.find(({ state }) => state !== 'read') ?? first;
    const owner = [...new Set(some.map(one => one.owner))].join(', ');
    return { ...least, owner, endpoints: some.reduce((sum, { endpoints }) => sum + endpoints, 0) };
  });
}

function clusterResult(snapshot: Snapshot, known: KnownCluster | undefined): ClusterResult {
  const { cluster: name, owner, kinds, origin } = snapshot;
  const reads = Object.values(kinds);
  if (origin === 'skipped')
    return { name, owner, state: 'kept', kinds, endpoints: known?.cached?.snapshot.endpoints.length ?? 0 };
  const partly = reads.some(read => read.complete) ? 'incomplete' : 'unreachable';
  return { name, owner, state: isComplete(snapshot) ? 'read' : partly, kinds, endpoints: snapshot.endpoints.length };
}

/** The result of a run that was done a second time, with what the first time has already changed. */
export function mergePasses(first: RunResult, second: RunResult): RunResult {
  const zones = new Map(second.zones.map(zone => [zone.id, zone]));
  for (const zone of first.zones) {
    const again = zones.get(zone.id);
    if (!again && zone.changes.length === 0) continue;
    zones.set(
      zone.id,
      again ? { ...again, changes: [...zone.changes, ...again.changes], batches: zone.batches + again.batches } : zone,
    );
  }
  const all = [...zones.values()];
  const { counts } = summarize(second.mode, all, second.findings);
  return {
    ...second,
    startedAt: first.startedAt,
    durationMs: first.durationMs + second.durationMs,
    counts: { ...counts, unpublished: second.counts.unpublished },
    zones: all,
  };
}
