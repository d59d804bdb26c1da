import type { Route53Store } from '../../../local/route53/index.ts';
import { asks, type Wish } from './objects.ts';
import type { Kind, Settings } from './settings.ts';
import { type Due, dueOf, groupOf, isDue } from './truth.ts';
import {
  dataAt,
  isData,
  keyOf,
  type Label,
  labelIn,
  ownershipAt,
  ownershipName,
  passes,
  type Rec,
  selected,
  type View,
  viewOf,
  within,
  type ZoneInfo,
} from './view.ts';

/** What a run read of a cluster, and when: readings of a later serial know more. */
export interface Reading {
  readonly wishes: readonly Wish[];
  readonly unread: ReadonlySet<Kind>;
  readonly serial: number;
}

/** One run, as far as its batches are judged by it. */
export interface RunContext {
  readonly serial: number;
  readonly settings: Settings;
  /** Of the config, or of the shard that runs. */
  readonly clusters: readonly { readonly name: string; readonly owner: string }[];
  readonly forced: readonly string[];
  /** A drift run may touch these names only. */
  readonly drift?: ReadonlySet<string>;
  readonly read: Map<string, Reading>;
  /** The zones as the run found them. */
  readonly start: ReadonlyMap<string, View>;
  /** Zones that the run has read from the start. */
  readonly listed: Set<string>;
  /** Names that the run took out of a zone, by zone, owner, cluster and the run that first saw them unwanted. */
  readonly lost: Map<string, Map<string, string>>;
  /** The same of names whose targets it changed. */
  readonly moved: Map<string, Map<string, string>>;
}

/** What the judge remembers of a world between batches. */
export interface Memory {
  /** Record sets that are not ours, by zone and key; a strict one never becomes ours. */
  readonly foreign: Map<string, Map<string, { text: string; strict: boolean }>>;
  /** The record set that each ownership record was written for, by zone and the ownership record's name. */
  readonly pairs: Map<string, Map<string, string>>;
  /** Names at which somebody laid a claim beside ours, and when: a run heeds it that read the zone since. */
  readonly claimed: Map<string, Set<string>>;
  /** The run that first saw a name unwanted. */
  readonly unwanted: Map<string, number>;
  /** The latest reading of each cluster by any run. */
  readonly latest: Map<string, Reading>;
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
  pairs: new Map(),
  claimed: new Map(),
  unwanted: new Map(),
  latest: new Map(),
});

export const inner = <K, L, V>(map: Map<K, Map<L, V>>, key: K): Map<L, V> => {
  const known = map.get(key) ?? new Map<L, V>();
  map.set(key, known);
  return known;
};

/** A rule says what is wrong with a batch, or nothing. */
type Rule = (batch: Batch) => string | undefined;

const changed = ({ before, after }: Batch, key: string) => before.get(key)?.text !== after.get(key)?.text;
const keysOf = ({ before, after }: Batch) => new Set([...before.keys(), ...after.keys()]);
const recordOf = ({ before, after }: Batch, key: string) => (after.get(key) ?? before.get(key)) as Rec;
const changedData = (batch: Batch) =>
  [...keysOf(batch)].filter(key => isData(recordOf(batch, key).type) && changed(batch, key));
const namesOf = (batch: Batch) => new Set(changedData(batch).map(key => recordOf(batch, key).name));

const isOurs = (label: Label | undefined, run: RunContext): label is Label =>
  label !== undefined && run.clusters.some(({ owner }) => owner === label.owner);

/** The clusters of the config that an ownership record may be of. */
export const clustersOf = (label: Label, run: RunContext): string[] =>
  run.clusters
    .filter(({ name, owner }) => owner === label.owner && (label.cluster === undefined || label.cluster === name))
    .map(({ name }) => name);

export const labelAt = (view: View, name: string, type: string, { zone, run }: Pick<Batch, 'zone' | 'run'>) =>
  labelIn(ownershipAt(view, name, type, zone.name, run.settings));

/** What is known of a cluster: what this run read of it, and what a later one did. */
function readings(cluster: string, { run, memory }: Batch): Reading[] {
  const own = run.read.get(cluster);
  const last = memory.latest.get(cluster);
  return [own, ...(last && last.serial > (own?.serial ?? -1) ? [last] : [])].filter(one => one !== undefined);
}

/** The clusters whose object of that name asks for the host, as far as anybody knows. */
const askingClusters = (label: Label, name: string, batch: Batch): string[] =>
  clustersOf(label, batch.run).filter(cluster =>
    readings(cluster, batch).some(({ wishes }) =>
      wishes.some(wish => wish.resource === label.resource && (asks(wish, name) || wish.heldAll)),
    ),
  );

const wishesIn = (cluster: string, batch: Batch): Wish[] =>
  readings(cluster, batch).flatMap(({ wishes, unread }) => wishes.filter(({ kind }) => !unread.has(kind)));

const duesOf = (wish: Wish, name: string, reading: Reading, batch: Batch): Due[] =>
  [batch.after, batch.before].flatMap(view =>
    dueOf(wish, name, reading.wishes, batch.run.settings, { name: batch.zone.name, view }),
  );

/** 1. Record sets of others stay as they are, whatever else happens; and never become ours. */
const foreignUnchanged: Rule = batch => {
  for (const [key, { text, strict }] of inner(batch.memory.foreign, batch.zone.id)) {
    const now = batch.after.get(key);
    if (now?.text !== text) return `${key}, which is not ours, was ${text} and is ${now?.text}`;
    const { name, type } = now;
    const txt = ownershipAt(batch.after, name, type, batch.zone.name, batch.run.settings);
    if (strict && isData(type) && txt && changed(batch, keyOf(txt.name, 'TXT')) && isOurs(labelIn(txt), batch.run))
      return `${key}, which is not ours, was made ours`;
  }
  return undefined;
};

/** 1. Without an ownership record of an owner of this run, nothing is changed: nor is anybody else's TXT. */
const unownedUnchanged: Rule = batch => {
  for (const [key, record] of batch.before) {
    if (!changed(batch, key)) continue;
    const after = batch.after.get(key);
    const { name, type, values = [] } = record;
    if (isData(type)) {
      const label = labelAt(batch.before, name, type, batch);
      if (!isOurs(label, batch.run)) return `${key} was changed without ownership (${JSON.stringify(label)})`;
    } else if (type !== 'TXT') return `${key} was changed`;
    const theirs = values.filter(value => type === 'TXT' && !isOurs(labelIn({ ...record, values: [value] }), batch.run));
    const gone = theirs.find(value => !after?.values?.includes(value));
    if (gone !== undefined) return `${key} lost somebody's value ${gone}`;
  }
  return undefined;
};

/** Nothing outside the filter, the selected zones, the managed types or the names of a drift run is touched. */
const withinScope: Rule = batch => {
  const { run, zone } = batch;
  if (!selected(batch.store, run.settings).some(({ id }) => id === zone.id)) return `zone ${zone.id} is not selected`;
  for (const key of changedData(batch)) {
    const { name, type } = recordOf(batch, key);
    if (!passes(name, run.settings)) return `${key} lies outside the domain filter`;
    if (!run.settings.types.some(managed => managed === type)) return `${key} is of a type that is not managed`;
    if (run.drift && !run.drift.has(name)) return `${key} is none of the names that were to be read again`;
  }
  return undefined;
};

/** 2. No record set of ours is left without ownership record. */
const noRecordOrphan: Rule = batch => {
  const pairs = inner(batch.memory.pairs, batch.zone.id);
  for (const [txt, key] of pairs) {
    const before = labelIn(batch.before.get(keyOf(txt, 'TXT')));
    const record = batch.after.get(key);
    if (!isOurs(before, batch.run) || !batch.before.has(key) || !record) continue;
    const now = labelIn(batch.after.get(keyOf(txt, 'TXT'))) ?? labelAt(batch.after, record.name, record.type, batch);
    if (!isOurs(now, batch.run)) return `${key} lost its ownership record ${txt}`;
  }
  for (const key of changedData(batch)) {
    const record = batch.after.get(key);
    if (record && !isOurs(labelAt(batch.after, record.name, record.type, batch), batch.run))
      return `${key} was written without an ownership record`;
  }
  return undefined;
};

/** 2. No ownership record is left or written without its record set, and none serves two. */
const noOwnershipOrphan: Rule = batch => {
  const pairs = inner(batch.memory.pairs, batch.zone.id);
  for (const [txt, key] of pairs) {
    const standing = isOurs(labelIn(batch.after.get(keyOf(txt, 'TXT'))), batch.run);
    if (standing && batch.before.has(key) && !batch.after.has(key)) return `${key} is gone, but ${txt} is not`;
  }
  const used = new Map<string, string>();
  for (const key of changedData(batch)) {
    const record = batch.after.get(key);
    if (!record) continue;
    const txt = ownershipName(record.name, record.type, batch.zone.name, batch.run.settings);
    const other = pairs.get(txt);
    if (other !== undefined && other !== key && batch.after.has(other)) return `${key} and ${other} share ${txt}`;
    if (used.has(txt)) return `${key} and ${used.get(txt)} share ${txt}`;
    used.set(txt, key);
  }
  for (const [key, record] of batch.after) {
    const fresh = !batch.before.has(key) && isOurs(labelIn(record), batch.run);
    if (fresh && !isPaired(record, batch)) return `${key} was written for no record set`;
  }
  return undefined;
};

function isPaired(txt: Rec, { after, zone, run }: Batch): boolean {
  return [...after.values()].some(
    ({ name, type }) => isData(type) && ownershipName(name, type, zone.name, run.settings) === txt.name,
  );
}

/** The policy. */
const policy: Rule = batch => {
  const { policy } = batch.run.settings;
  if (policy === 'sync') return undefined;
  for (const key of changedData(batch)) {
    const { name } = recordOf(batch, key);
    if (!batch.before.has(key)) continue;
    if (policy === 'create-only') return `${key} was changed`;
    if (dataAt(batch.after, name).length === 0) return `${name} was removed`;
  }
  return undefined;
};

/** 5. What a cluster has that was not read, or is not in the config, stays as it is, unless that cluster was forced. */
const freeze: Rule = batch => {
  for (const [key, record] of batch.before) {
    const label = labelIn(record.type === 'TXT' ? record : ownershipFor(record, batch));
    if (!isOurs(label, batch.run) || !changed(batch, key)) continue;
    const why = frozen(label, record, batch);
    const after = batch.after.get(key);
    if (why !== undefined && !(record.type === 'TXT' && labelIn(after)?.resource === label.resource))
      return `${key} of ${JSON.stringify(label)} was ${after ? 'changed' : 'removed'}, but ${why}`;
  }
  return undefined;
};

const ownershipFor = ({ name, type }: Rec, { before, zone, run }: Batch) =>
  ownershipAt(before, name, type, zone.name, run.settings);

function frozen(label: Label, { name }: Rec, batch: Batch): string | undefined {
  const { run } = batch;
  const clusters = clustersOf(label, run);
  const forced = (names: readonly string[]) => names.length > 0 && names.every(one => run.forced.includes(one));
  if (clusters.length === 0)
    return forced([label.cluster ?? '']) ? undefined : 'its cluster is not in the config with that owner';
  const kind = label.resource.split('/')[0] as Kind;
  if (!run.settings.sources.includes(kind)) return forced(clusters) ? undefined : `${kind} is no source`;
  const unread = clusters.filter(cluster => run.read.get(cluster)?.unread.has(kind) !== false);
  // Of a record that may be any of several clusters', one that was read and asks for it may speak.
  const speaks = clusters.some(
    cluster =>
      !unread.includes(cluster) &&
      run.read.get(cluster)?.wishes.some(wish => wish.resource === label.resource && asks(wish, name)),
  );
  if (unread.length === 0 || (clusters.length > 1 && speaks)) return undefined;
  return `${kind} of ${unread.join(', ')} was not read`;
}

/** Every record set that is written is what its object asks for, as this run (or a later one) read it. */
const onlyWanted: Rule = batch => {
  for (const key of changedData(batch)) {
    const record = batch.after.get(key);
    const label = record && labelAt(batch.after, record.name, record.type, batch);
    if (!record || !label) continue;
    const clusters = clustersOf(label, batch.run);
    if (!clusters.some(cluster => batch.run.read.has(cluster)))
      return `${record.text} was written for ${JSON.stringify(label)}, which this run did not read`;
    const dues = clusters.flatMap(cluster =>
      readings(cluster, batch).flatMap(reading =>
        reading.wishes
          .filter(wish => wish.resource === label.resource && asks(wish, record.name))
          .flatMap(wish => duesOf(wish, record.name, reading, batch)),
      ),
    );
    if (!dues.some(due => isDue(record, due)))
      return `${record.text} was written for ${JSON.stringify(label)}, but nobody asks for that (but for ${JSON.stringify(dues)})`;
  }
  return undefined;
};

/** 14. A name stays with the object that has it for as long as that one asks for it. */
const notGiven: Rule = batch => {
  for (const name of namesOf(batch)) {
    const types = ['A', 'AAAA', 'CNAME'] as const;
    const holders = types.flatMap(type => {
      const label = labelAt(batch.before, name, type, batch);
      return isOurs(label, batch.run) ? [{ type, label, asking: askingClusters(label, name, batch) }] : [];
    });
    const now = types.flatMap(type => {
      const label = batch.after.has(keyOf(name, type)) ? labelAt(batch.after, name, type, batch) : undefined;
      return label ? [{ type, label, asking: askingClusters(label, name, batch) }] : [];
    });
    const isHolder = (one: (typeof now)[number], of: readonly (typeof now)[number][]) =>
      of.some(
        other => other.label.resource === one.label.resource && other.asking.some(each => one.asking.includes(each)),
      );
    for (const holder of holders.filter(({ asking }) => asking.length > 0)) {
      const taker = now.find(one => one.type === holder.type) ?? now[0];
      if (taker && !isHolder(taker, holders) && !isHolder(holder, now) && !joins(holder, taker, name, batch))
        return `${name} was given from ${JSON.stringify(holder.label)}, which asks for it, to ${JSON.stringify(taker.label)}`;
    }
  }
  return undefined;
};

/** Whether the two objects share the name, so that nothing is taken from the first. */
function joins(
  holder: { label: Label; asking: readonly string[] },
  taker: { label: Label; asking: readonly string[] },
  name: string,
  batch: Batch,
): boolean {
  return holder.asking.some(cluster =>
    readings(cluster, batch).some(({ wishes }) => {
      const [one, other] = [holder, taker].map(({ label }) => wishes.find(wish => wish.resource === label.resource));
      return one?.targets && other && groupOf(one, name, wishes, batch.run.settings).includes(other);
    }),
  );
}

/** A name that is asked for is never out of DNS without a replacement, nor its IPv6 half there without the other. */
const neverOut: Rule = batch => {
  for (const name of namesOf(batch)) {
    const before = dataAt(batch.before, name);
    const after = dataAt(batch.after, name);
    if (before.length > 0 && after.length === 0 && !answeredBelow(name, batch)) {
      const asker = before
        .map(({ type }) => labelAt(batch.before, name, type, batch))
        .find(label => isOurs(label, batch.run) && askingClusters(label, name, batch).length > 0);
      if (asker) return `${name} was removed, but ${JSON.stringify(asker)} asks for it`;
      const other = batch.run.clusters
        .flatMap(({ name: cluster }) => (batch.run.read.has(cluster) ? wishesIn(cluster, batch) : []))
        .find(wish => canHave(wish, name, batch));
      if (other) return `${name} was removed, but ${other.cluster}: ${other.resource} asks for it`;
    }
    const half = after.find(({ type }) => type === 'AAAA');
    const wasWhole = before.some(({ type }) => type === 'A') || !batch.before.has(keyOf(name, 'AAAA'));
    if (half && wasWhole && !batch.after.has(keyOf(name, 'A')) && wantsBoth(half, batch))
      return `${name} AAAA stands without the A that is asked for, too`;
  }
  return undefined;
};

function canHave(wish: Wish, name: string, batch: Batch): boolean {
  if (!asks(wish, name) || !passes(name, batch.run.settings)) return false;
  if (obstacle(name, batch.after, batch) !== undefined) return false;
  return readings(wish.cluster, batch).every(
    reading =>
      reading.wishes.includes(wish) &&
      dueOf(wish, name, reading.wishes, batch.run.settings, { name: batch.zone.name, view: batch.after }).length > 0,
  );
}

function wantsBoth({ name, type }: Rec, batch: Batch): boolean {
  const label = labelAt(batch.after, name, type, batch);
  return clustersOf(label as Label, batch.run).some(cluster =>
    readings(cluster, batch).every(reading =>
      reading.wishes.some(
        wish =>
          wish.resource === label?.resource &&
          asks(wish, name) &&
          ['A', 'AAAA'].every(each => duesOf(wish, name, reading, batch).some(due => due.type === each)),
      ),
    ),
  );
}

/** Whether a zone below answers for the name: the parent delegates it, and the name stood there before this run. */
export function answeredBelow(name: string, { zone, run, store, before }: Batch): boolean {
  const below = selected(store, run.settings).filter(
    other => other.private === zone.private && other.name !== zone.name && within(other.name, zone.name) && within(name, other.name),
  );
  return below.some(other => {
    const there = dataAt(viewOf(store, other.id), name).length > 0;
    if (zone.private) return there;
    const stood = dataAt(run.start.get(other.id) ?? new Map(), name).length > 0;
    return there && stood && before.has(keyOf(other.name, 'NS'));
  });
}

/** What of others, or of another name of ours, is in the way of publishing a name in a zone. */
export function obstacle(
  name: string,
  view: View,
  { zone, run, memory }: Pick<Batch, 'zone' | 'run' | 'memory'>,
): string | undefined {
  const foreign = inner(memory.foreign, zone.id);
  for (const [key, record] of view) {
    if (record.type === 'NS' && within(name, record.name)) return key;
    if (record.name !== name) continue;
    if (foreign.has(key) || !isData(record.type)) return key;
    if (!isOurs(labelAt(view, name, record.type, { zone, run }), run)) return key;
  }
  for (const type of ['A', 'AAAA', 'CNAME'] as const) {
    const txt = ownershipName(name, type, zone.name, run.settings);
    if (txt.split('.').some(label => label.length > 63)) return `${txt} is too long`;
    const owner = inner(memory.pairs, zone.id).get(txt);
    if (owner !== undefined && view.has(owner) && owner !== keyOf(name, type)) return owner;
    const beside = [...view.values()].find(
      record => record.name === txt && (record.type !== 'TXT' || !isOurs(labelIn(record), run)),
    );
    if (beside) return keyOf(beside.name, beside.type);
  }
  return undefined;
}

const party = (label: Label) => `${label.owner} ${label.cluster ?? '*'}`;

/** 6. More names than the guard allows are not removed together, unless they are one object's. */
const guardRemovals: Rule = batch => {
  const { run, zone, memory } = batch;
  for (const name of namesOf(batch)) {
    const [first] = dataAt(batch.before, name);
    if (!first || dataAt(batch.after, name).length > 0 || answeredBelow(name, batch)) continue;
    const label = labelAt(batch.before, name, first.type, batch);
    if (!isOurs(label, run) || excused(label, batch)) continue;
    const since = memory.unwanted.get(`${zone.id} ${name}`) ?? run.serial;
    inner(run.lost, `${zone.id} ${party(label)} ${since}`).set(name, label.resource);
  }
  return over(run.lost, run.settings.maxDeletes, batch, 'removed');
};

function excused(label: Label, batch: Batch): boolean {
  const clusters = clustersOf(label, batch.run);
  const named = label.cluster === undefined ? clusters : [label.cluster];
  if (named.every(cluster => batch.run.forced.includes(cluster))) return true;
  return clusters.some(cluster =>
    batch.run.read.get(cluster)?.wishes.some(({ resource, names }) => resource === label.resource && names.length > 0),
  );
}

/** 6. Likewise of names whose targets change. */
const guardUpdates: Rule = batch => {
  const { run, zone } = batch;
  for (const name of namesOf(batch)) {
    const [first] = dataAt(batch.before, name);
    const label = first && labelAt(batch.before, name, first.type, batch);
    if (!isOurs(label, run) || dataAt(batch.after, name).length === 0) continue;
    const named = label.cluster === undefined ? clustersOf(label, run) : [label.cluster];
    if (named.every(cluster => run.forced.includes(cluster))) continue;
    inner(run.moved, `${zone.id} ${party(label)} ${run.serial}`).set(name, label.resource);
  }
  return over(run.moved, run.settings.maxUpdates, batch, 'changed');
};

/** `allowed` is both a number and a percentage; the larger of the two counts. What one object takes along counts not. */
function over(counts: RunContext['lost'], allowed: number, batch: Batch, what: string): string | undefined {
  for (const [of, names] of counts) {
    const [zoneId, owner, cluster] = of.split(' ') as [string, string, string];
    const owned = ownedNames(owner, cluster, zoneId, batch);
    const limit = Math.max(allowed, Math.floor((owned * allowed) / 100));
    const byObject = [...Map.groupBy(names, ([, resource]) => resource).values()].map(list => list.length);
    if (names.size - Math.max(0, ...byObject) > limit)
      return `${names.size} of ${owned} names of ${owner}, ${cluster} were ${what} in ${zoneId}, and ${limit} are allowed: ${[...names.keys()]}`;
  }
  return undefined;
}

function ownedNames(owner: string, cluster: string, zoneId: string, batch: Batch): number {
  const view = batch.run.start.get(zoneId) ?? batch.before;
  const names = [...view.values()]
    .filter(({ type }) => isData(type))
    .filter(({ name, type }) => {
      const label = labelAt(view, name, type, batch);
      return label?.owner === owner && (cluster === '*' || (label.cluster ?? cluster) === cluster);
    });
  return new Set(names.map(({ name }) => name)).size;
}

/** A name at which somebody else lays a claim is left alone by a run that saw the claim. */
const contestedLeft: Rule = batch => {
  const claimed = batch.memory.claimed.get(batch.zone.id);
  if (!claimed || !batch.run.listed.has(batch.zone.id)) return undefined;
  const touched = [...namesOf(batch)].find(name => claimed.has(name));
  return touched === undefined ? undefined : `${touched} was changed, though somebody else lays claim to it`;
};

export const RULES = {
  foreignUnchanged,
  unownedUnchanged,
  withinScope,
  noRecordOrphan,
  noOwnershipOrphan,
  policy,
  freeze,
  notGiven,
  onlyWanted,
  neverOut,
  guardRemovals,
  guardUpdates,
  contestedLeft,
} satisfies Record<string, Rule>;

/** What is wrong with a batch; then learns from it whose the new record sets are. */
export function judge(batch: Batch): string | undefined {
  for (const [name, rule] of Object.entries(RULES)) {
    const fault = rule(batch);
    if (fault !== undefined) return `${name}: ${fault}`;
  }
  learn(batch);
  return undefined;
}

function learn(batch: Batch): void {
  const { zone, run, memory, after } = batch;
  const pairs = inner(memory.pairs, zone.id);
  const foreign = inner(memory.foreign, zone.id);
  for (const { name, type } of after.values()) {
    if (!isData(type)) continue;
    const txt = ownershipName(name, type, zone.name, run.settings);
    const record = after.get(keyOf(txt, 'TXT'));
    if (!record || !isOurs(labelIn(record), run)) continue;
    if (!changed(batch, keyOf(name, type)) && !changed(batch, keyOf(txt, 'TXT'))) continue;
    const other = pairs.get(txt);
    if (other !== undefined && after.has(other)) continue;
    pairs.set(txt, keyOf(name, type));
    // Ours again, with the value that it has.
    if (foreign.get(keyOf(name, type))?.strict === false) foreign.delete(keyOf(name, type));
  }
}
