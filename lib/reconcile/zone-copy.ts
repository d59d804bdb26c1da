import type { ClusterConfig } from '../config/config.ts';
import { groupBy } from '../group.ts';
import type {
  AffixSettings,
  ClusterName,
  DnsName,
  OwnerId,
  RecordSet,
  Undone,
  ZoneMemory,
  ZoneState,
} from '../model/index.ts';
import { editSets, type SetEdit, sameRecord } from '../model/index.ts';
import { leftSince } from '../registry/index.ts';
import { decodeZone, encodeZone, type ZoneCopy, zoneKey } from '../state/index.ts';
import type { OpenRun } from './ports.ts';

type Records = ReadonlyMap<DnsName, readonly RecordSet[]>;

/** What a run came to know of a zone beyond the copy that it began with; kept so that two runs lose nothing of each other. */
export interface Edits {
  /** The whole zone was read. */
  whole: boolean;
  /** Names that were read again. */
  readonly names: Set<DnsName>;
  /** Record sets that were deleted (`after` is absent) or created, in this order. */
  readonly sets: SetEdit[];
  /** What a person undid (by `changeKey`), or released; no run edits it. */
  readonly undone?: ReadonlyMap<string, Undone | 'released'>;
}

export const noEdits = (): Edits => ({ whole: false, names: new Set(), sets: [] });

export const hasEdits = ({ whole, names, sets }: Edits): boolean => whole || names.size > 0 || sets.length > 0;

const NO_MEMORY: ZoneMemory = {
  refusals: new Map(),
  unwantedSince: new Map(),
  removed: [],
  misread: new Set(),
  left: new Map(),
};

/** A zone copy as the runs of one shard see it. */
export function openCopy({ memory, ...copy }: ZoneCopy, shard: string): ZoneState {
  return { ...copy, ...(memory.get(shard) ?? NO_MEMORY) };
}

/** A zone with the clusters that each owner id has by now, and with what those left that it had before. */
export function withFleet(
  { fleet, left, ...state }: ZoneState,
  clusters: readonly ClusterConfig[],
  naming: OpenRun['naming'],
): ZoneState {
  const known = { records: state.records, ...(fleet && { fleet }), ...(left && { left }) };
  return { ...state, ...leftSince(known, fleetOf(clusters), naming) };
}

function fleetOf(clusters: readonly ClusterConfig[]): ReadonlyMap<OwnerId, readonly ClusterName[]> {
  const fleet = groupBy(clusters, ({ owner }) => owner);
  return new Map([...fleet].map(([owner, some]) => [owner, some.map(({ name }) => name).sort()]));
}

/** A zone that was never read before. */
export const newState = (
  zone: ZoneState['zone'],
  records: Records,
  readAt: number,
  naming: AffixSettings,
): ZoneState => ({
  zone,
  records,
  readAt,
  naming,
  unproven: new Set(),
  meant: new Map(),
  lapsed: new Set(),
  ...NO_MEMORY,
});

export interface Keeping {
  readonly state: ZoneState;
  readonly edits: Edits;
  /** The copy that the run began with, if there was one. */
  readonly copy?: ZoneCopy;
  readonly version?: string;
}

/** Keeps a zone after a run. Of a copy that another run wrote meanwhile, what this one did not touch is taken over. */
export async function keepZone(run: OpenRun, { state, edits, copy, version }: Keeping): Promise<void> {
  const { refusals, unwantedSince, givenUp, heldWith, removed, misread, quota, fleet, left, ...rest } = state;
  const memory: ZoneMemory = {
    ...{ refusals, unwantedSince, removed, misread },
    ...(givenUp && { givenUp }),
    ...(heldWith && { heldWith }),
    ...(quota && { quota }),
    ...(fleet && { fleet }),
    ...(left && { left }),
  };
  const ours: ZoneCopy = {
    ...withUndone(rest, edits),
    memory: new Map(copy?.memory).set(run.shard, memory),
  };
  const merge = (theirs: ZoneCopy) => mergeCopies(theirs, ours, edits, run.shard);
  await run.cache.write(zoneKey(state.zone.id), ours, version, { encode: encodeZone, decode: decodeZone, merge });
}

/**
 * Two runs at a time, of two shards say, end with both their changes. Where both read the same thing it is not known whose
 * reading is the later: the copy is then good for swaps, which cannot do harm, and is read in full by the next run.
 */
export function mergeCopies(theirs: ZoneCopy, ours: ZoneCopy, edits: Edits, shard: string): ZoneCopy {
  const base = edits.whole ? ours.records : withNames(theirs.records, ours.records, edits.names);
  const doubtful =
    edits.whole || [...edits.names].some(name => !sameSets(theirs.records.get(name), ours.records.get(name)));
  const memory = ours.memory.get(shard);
  const { undone: _, ...rest } = ours;
  return {
    ...withUndone({ ...rest, ...(theirs.undone && { undone: theirs.undone }) }, edits),
    records: editSets(base, edits.sets),
    readAt: doubtful ? 0 : theirs.readAt,
    unproven: new Set([...theirs.unproven, ...ours.unproven]),
    meant: new Map([...theirs.meant, ...ours.meant]),
    lapsed: new Set([...theirs.lapsed, ...ours.lapsed]),
    memory: memory ? new Map(theirs.memory).set(shard, memory) : theirs.memory,
  };
}

function withUndone<T extends Pick<ZoneCopy, 'undone'>>(copy: T, { undone: edits }: Edits): T {
  if (!edits || edits.size === 0) return copy;
  const undone = new Map(copy.undone);
  for (const [key, one] of edits) {
    if (one === 'released') undone.delete(key);
    else undone.set(key, one);
  }
  return { ...copy, undone };
}

function withNames(theirs: Records, ours: Records, names: ReadonlySet<DnsName>): Records {
  if (names.size === 0) return theirs;
  const records = new Map(theirs);
  for (const name of names) {
    const sets = ours.get(name);
    if (sets) records.set(name, sets);
    else records.delete(name);
  }
  return records;
}

function sameSets(a: readonly RecordSet[] = [], b: readonly RecordSet[] = []): boolean {
  return a.length === b.length && a.every(record => b.some(other => sameRecord(record, other)));
}
