import type { Route53Store } from '../../../local/emulators/route53/index.ts';
import { asks, type Wish } from './objects.ts';
import type { Kind, Settings } from './settings.ts';
import { type Due, dueOf } from './truth.ts';
import { isData, type Label, labelIn, ownershipAt, type Rec, type View, type ZoneInfo } from './view.ts';

/** What a run read of a cluster, and when: readings of a later serial know more. */
export interface Reading {
  readonly wishes: readonly Wish[];
  readonly unread: ReadonlySet<Kind>;
  readonly serial: number;
  /** The state of the run that read it. */
  readonly state: object;
}

/** In whose name something is done. */
export interface Run {
  readonly settings: Settings;
  /** Of the shard that runs. */
  readonly clusters: readonly { readonly name: string; readonly owner: string }[];
}

/** One run, as far as its batches are judged by it. */
export interface RunContext extends Run {
  readonly serial: number;
  clusters: Run['clusters'];
  readonly forced: readonly string[];
  /** A drift run may touch these names only. */
  readonly drift?: ReadonlySet<string>;
  readonly read: Map<string, Reading>;
  /** The zones as the run found them: DNS is read before the clusters. */
  start: ReadonlyMap<string, View>;
  /** Zones that the run has read whole before it planned, as they were then. */
  readonly listed: Map<string, View>;
  /** Names that the run took out of a zone, by zone, owner, cluster and the run that first saw them unwanted. */
  readonly lost: Map<string, Map<string, string>>;
  /** The same of names whose targets it changed. */
  readonly moved: Map<string, Map<string, string>>;
  /** The state that it keeps its copies in; another one after that was lost. */
  readonly state: object;
}

/** What the judge remembers of a world between batches. */
export interface Memory {
  /** Record sets that are not ours, by zone and key; a strict one never becomes ours. */
  readonly foreign: Map<string, Map<string, { text: string; strict: boolean }>>;
  /** Another's record sets that somebody laid a claim of ours to, and the states whose copies show them without. */
  readonly forged: Map<string, Map<string, { text: string; states: ReadonlySet<object> }>>;
  /** The record set that each ownership record was written for, by zone and the ownership record's name. */
  readonly pairs: Map<string, Map<string, string>>;
  /** Ownership records, by zone and name, that were written under another naming, and the states whose copies show them so. */
  readonly renamed: Map<string, Map<string, ReadonlySet<object>>>;
  /** Zones whose delegation of another one somebody took away: a run that has not read them since does not know. */
  readonly undelegated: Set<string>;
  /** Names at which somebody laid a claim beside ours, and when: a run heeds it that read the zone since. */
  readonly claimed: Map<string, Set<string>>;
  /** Names, with their zone, of which somebody removed a record, and when. */
  readonly dropped: Map<string, number>;
  /** Names, with their zone, whose ownership somebody contested: by adding itself to it, or by a claim for us. */
  readonly shared: Set<string>;
  /** Whether runs kept what they knew in more than one state: each then doubts ownership records that the other's runs wrote. */
  divided: boolean;
  /** The run that first saw a name unwanted. */
  readonly unwanted: Map<string, number>;
  /** A run was killed, so that a later one may first see to what that one left. */
  interrupted: boolean;
  /** The latest reading of each cluster by any run. */
  readonly latest: Map<string, Reading>;
  /** The clusters that each owner id had in some run. */
  readonly fleets: Map<string, Set<string>>;
}

/** A change batch that Route 53 took. */
export interface Batch {
  readonly zone: ZoneInfo;
  readonly before: View;
  readonly after: View;
  readonly run: RunContext;
  readonly memory: Memory;
  readonly store: Route53Store;
}

export const memory = (): Memory => ({
  foreign: new Map(),
  forged: new Map(),
  renamed: new Map(),
  undelegated: new Set(),
  pairs: new Map(),
  claimed: new Map(),
  fleets: new Map(),
  dropped: new Map(),
  shared: new Set(),
  divided: false,
  unwanted: new Map(),
  interrupted: false,
  latest: new Map(),
});

export const inner = <K, L, V>(map: Map<K, Map<L, V>>, key: K): Map<L, V> => {
  const known = map.get(key) ?? new Map<L, V>();
  map.set(key, known);
  return known;
};

/** A rule says what is wrong with a batch, or nothing. */
export type Rule = (batch: Batch) => string | undefined;

export const changed = ({ before, after }: Batch, key: string) => before.get(key)?.text !== after.get(key)?.text;
export const keysOf = ({ before, after }: Batch) => new Set([...before.keys(), ...after.keys()]);
export const recordOf = ({ before, after }: Batch, key: string) => (after.get(key) ?? before.get(key)) as Rec;
export const changedData = (batch: Batch) =>
  [...keysOf(batch)].filter(key => isData(recordOf(batch, key).type) && changed(batch, key));
export const namesOf = (batch: Batch) => new Set(changedData(batch).map(key => recordOf(batch, key).name));

export const isOurs = (label: Label | undefined, run: Run): label is Label =>
  label !== undefined && run.clusters.some(({ owner }) => owner === label.owner);

/** The clusters of the config that an ownership record may be of: the one that it names, or any with its owner id. */
export const clustersOf = (label: Label, run: Run): string[] =>
  run.clusters
    .filter(({ name, owner }) => (label.cluster === undefined ? owner === label.owner : label.cluster === name))
    .map(({ name }) => name);

export const labelAt = (view: View, name: string, type: string, { zone, run }: { zone: ZoneInfo; run: Run }) =>
  labelIn(ownershipAt(view, name, type, zone.name, run.settings));

/** Whether nothing that the run has tells what an ownership record was written for, under another naming (docs/limits.md). */
export function isForgotten(txt: string, { memory, zone, run }: Pick<Batch, 'memory' | 'zone' | 'run'>): boolean {
  const states = inner(memory.renamed, zone.id).get(txt);
  return states !== undefined && !states.has(run.state);
}

/** What is known of a cluster: what this run read of it, and what a later one did. */
export function readings(cluster: string, { run, memory }: Batch): Reading[] {
  const own = run.read.get(cluster);
  const last = memory.latest.get(cluster);
  return [own, ...(last && last.serial > (own?.serial ?? -1) ? [last] : [])].filter(one => one !== undefined);
}

/**
 * The clusters whose object of that name asks for the host, as far as anybody knows, by a source that is on. One that cannot
 * be understood keeps what it had when this run read its cluster: a later run, which saw it only then, takes nothing back. Nor
 * does one with a state of its own: it does not know what this run is about to do (docs/limits.md).
 */
export const askingClusters = (label: Label, name: string, batch: Batch): string[] =>
  clustersOf(label, batch.run).filter(cluster =>
    readings(cluster, batch)
      .filter(({ state }) => state === batch.run.state)
      .some(({ wishes }, i) =>
        wishes.some(
          wish =>
            wish.resource === label.resource &&
            batch.run.settings.sources.includes(wish.kind) &&
            (asks(wish, name) || (wish.heldAll && i === 0)),
        ),
      ),
  );

export const wishesIn = (cluster: string, batch: Batch): Wish[] =>
  readings(cluster, batch).flatMap(({ wishes, unread }) => wishes.filter(({ kind }) => !unread.has(kind)));

export const duesOf = (wish: Wish, name: string, reading: Reading, batch: Batch): Due[] =>
  [batch.after, batch.before].flatMap(view =>
    dueOf(wish, name, reading.wishes, batch.run.settings, { name: batch.zone.name, view }),
  );
