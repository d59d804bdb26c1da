import type {
  ClusterResult,
  Finding,
  NameChange,
  Reason,
  RecordChange,
  RecordSet,
  RunRequest,
  RunResult,
  Snapshot,
  ZoneResult,
} from '../model/index.ts';
import { isComplete } from '../model/index.ts';

/** Reasons that leave something unpublished, or kept against the wish of the clusters. */
const UNPUBLISHED: ReadonlySet<Reason> = new Set<Reason>([
  'no-target',
  'invalid',
  'unsupported',
  'no-zone',
  'not-owned',
  'conflict',
  'policy',
  'frozen',
  'held',
  'refused',
  'deferred',
  'unreadable',
]);

export interface Outcome {
  readonly request: RunRequest;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly calls: Readonly<Record<string, number>>;
  readonly snapshots: readonly Snapshot[];
  readonly zones: readonly ZoneResult[];
  readonly findings: readonly Finding[];
}

export function buildResult(outcome: Outcome): RunResult {
  const { request, zones, findings } = outcome;
  return {
    mode: request.mode,
    force: request.force,
    startedAt: new Date(outcome.startedAt).toISOString(),
    durationMs: outcome.endedAt - outcome.startedAt,
    ...summarize(request.mode, zones, findings),
    calls: { ...outcome.calls },
    clusters: outcome.snapshots.map(clusterResult),
    zones,
  };
}

/** What is counted over all zones and findings of a result. */
export function summarize(
  mode: RunRequest['mode'],
  zones: readonly ZoneResult[],
  findings: readonly Finding[],
): Pick<RunResult, 'inStep' | 'counts' | 'findings' | 'reasons'> {
  const changes = zones.flatMap(zone => zone.changes);
  const count = (action: RecordChange['action']) => changes.filter(change => change.action === action).length;
  const reasons: Partial<Record<Reason, number>> = {};
  for (const { reason } of findings) reasons[reason] = (reasons[reason] ?? 0) + 1;
  const unpublished = findings.filter(({ reason }) => UNPUBLISHED.has(reason)).length;
  return {
    inStep: unpublished === 0 && (mode === 'sync' || changes.length === 0),
    counts: { created: count('create'), updated: count('update'), deleted: count('delete'), unpublished },
    findings,
    reasons,
  };
}

function clusterResult(snapshot: Snapshot): ClusterResult {
  const reads = Object.values(snapshot.kinds);
  const state = isComplete(snapshot)
    ? snapshot.origin
    : reads.some(read => read.complete)
      ? 'incomplete'
      : 'unreachable';
  return {
    name: snapshot.cluster,
    owner: snapshot.owner,
    state,
    kinds: snapshot.kinds,
    endpoints: snapshot.endpoints.length,
  };
}

const isOwnership = (record: RecordSet) => record.type === 'TXT';
const isSame = (a: RecordSet, b: RecordSet) =>
  a.name === b.name && a.type === b.type && (a.setIdentifier ?? '') === (b.setIdentifier ?? '');

/** A name's change as the record sets that a person looks for. Ownership records show only where nothing else changes. */
export function recordChanges(change: NameChange): RecordChange[] {
  const all = [...change.deletes, ...change.creates];
  const shown = all.some(record => !isOwnership(record)) ? (record: RecordSet) => !isOwnership(record) : () => true;
  const base = { owner: change.owner, objects: change.objects, ...(change.drift && { drift: true }) };
  const after = change.creates.filter(shown);
  const gone = change.deletes.filter(record => shown(record) && !after.some(other => isSame(other, record)));
  return [
    ...gone.map(record => ({
      action: 'delete' as const,
      name: record.name,
      type: record.type,
      before: record,
      ...base,
    })),
    ...after.map(record => {
      const before = change.deletes.find(other => isSame(other, record));
      return {
        action: before ? ('update' as const) : ('create' as const),
        name: record.name,
        type: record.type,
        ...(before && { before }),
        after: record,
        ...base,
      };
    }),
  ];
}
