import type { Finding, HostedZone, NameChange, RecordChange, ZoneId, ZoneResult, ZoneState } from '../model/index.ts';
import { recordChanges } from '../model/index.ts';
import { allowedBy, type PlanInput, type PlanOutput } from '../plan/index.ts';
import type { CountedRoute53 } from '../route53/index.ts';
import { markDrift } from './drift.ts';
import type { ZoneHistory } from './history.ts';
import { differs, memoryAfter, type Work } from './memory.ts';
import type { OpenRun } from './ports.ts';
import { publishZone } from './publish.ts';
import { hasEdits, keepZone, openCopy } from './zone-copy.ts';
import type { LoadedZone } from './zones.ts';

/** What a run does to each of its zones. */
export interface RunWork extends Work {
  readonly run: OpenRun;
  readonly route53: CountedRoute53;
}

/** A zone after the run, or after a look at what the run would do. */
export interface DoneZone extends ZoneHistory {
  readonly id: ZoneId;
  readonly result: ZoneResult;
  readonly findings: readonly Finding[];
  readonly replanned: ReadonlySet<string>;
  readonly missing: boolean;
}

export function changesOf(zone: LoadedZone, planned: PlanOutput): NameChange[] {
  const { state, previous } = zone;
  const changes = planned.zones.find(other => other.zone.id === state.zone.id)?.changes ?? [];
  return previous ? changes.map(change => markDrift(change, previous, state.records)) : [...changes];
}

function ownedIn(state: ZoneState, planned: PlanOutput): number {
  return planned.owned.get(state.zone.id) ?? 0;
}

/** A name's change as it is told. */
function toldChanges(change: NameChange, { zones, elsewhere = [], settings }: PlanInput): RecordChange[] {
  const apexes = new Set([...zones.map(({ zone }) => zone), ...elsewhere].map(({ name }) => name));
  return recordChanges(change, record => allowedBy(change, record, apexes, settings));
}

export function previewZone(zone: LoadedZone, { run, planned, input }: RunWork): Promise<DoneZone> {
  const { state, source } = zone;
  const changes = changesOf(zone, planned).flatMap(change => toldChanges(change, input));
  const result: ZoneResult = {
    ...state.zone,
    ...viewOf(run),
    ...{ owned: ownedIn(state, planned), changes, batches: 0, source },
    ...lastRead(state),
  };
  const nothing = { findings: [], replanned: new Set<string>(), missing: false, applied: [] };
  return Promise.resolve({ id: state.zone.id, zone: state.zone, result, ...nothing });
}

export async function finishZone(zone: LoadedZone, work: RunWork): Promise<DoneZone> {
  const { state, source, edits } = zone;
  const { planned, run } = work;
  const published = await publishZone(
    { state, changes: changesOf(zone, planned), edits },
    { ...work, ports: run.ports },
  );
  const memory = memoryAfter(zone, published, work);
  const copy = zone.copy ? openCopy(zone.copy, run.shard) : state;
  if (hasEdits(published.edits) || differs(memory, copy)) {
    await keepZone(run, {
      ...zone,
      state: { ...published.state, ...memory },
      edits: published.edits,
    });
  }
  const made = published.applied.flatMap(change => toldChanges(change, work.input));
  const grown = made.reduce(
    (sum, change) =>
      sum + (change.type === 'TXT' ? 0 : change.action === 'create' ? 1 : change.action === 'delete' ? -1 : 0),
    0,
  );
  const result: ZoneResult = {
    ...state.zone,
    ...viewOf(run),
    owned: ownedIn(state, planned) + grown,
    changes: made,
    batches: published.batches,
    source,
    ...lastRead(state),
  };
  const { findings, replanned, missing, applied } = published;
  return { id: state.zone.id, zone: state.zone, result, findings, replanned, missing, applied };
}

/** A copy that is in doubt has the time 0: it is read anew by the next run. */
const lastRead = ({ readAt }: ZoneState) => (readAt > 0 ? { readAt: new Date(readAt).toISOString() } : {});

const viewOf = ({ view }: Pick<OpenRun, 'view'>) => (view === undefined ? {} : { view });

export function unreadableZone(zone: HostedZone, run: Pick<OpenRun, 'view'>): ZoneResult {
  return { ...zone, ...viewOf(run), owned: 0, changes: [], batches: 0, source: 'unreadable' };
}
