import type { Finding } from '../../../lib/model/index.ts';
import { clustersOf, inner, isOurs, labelAt, type Run, type RunContext } from './batch.ts';
import { asks, NAMES, type Wish } from './objects.ts';
import { zonesAbove } from './rules-below.ts';
import { obstacle } from './rules-names.ts';
import { DATA_TYPES, type Kind, ownerOf, shardsOf } from './settings.ts';
import { type Due, dueOf } from './truth.ts';
import {
  dataAt,
  keyOf,
  type Label,
  labelIn,
  ownershipAt,
  ownershipName,
  type Rec,
  selected,
  type View,
  within,
  type ZoneInfo,
} from './view.ts';
import type { World } from './world.ts';

/** A name in a zone when all has come to rest. */
export interface Place {
  readonly name: string;
  readonly zone: ZoneInfo;
  readonly world: World;
  readonly view: View;
  readonly run: Run;
  /** Of all clusters of the config, by sources that are on. */
  readonly wishes: readonly Wish[];
  readonly standing: readonly Rec[];
  /** Whether runs were forced, so that nothing is left that needs it. */
  readonly forced: boolean;
  /** A run that is to be judged by itself; absent: all has come to rest. */
  readonly context?: RunContext;
  /** Of these, what is ours to change. */
  readonly ours: readonly Rec[];
}

export function placeOf(name: string, zone: ZoneInfo, world: World, mode: Pick<Place, 'forced' | 'context'>): Place {
  const { settings } = world;
  const view = world.view(zone.id);
  const run = { settings, clusters: settings.clusters.map(one => ({ name: one, owner: ownerOf(settings, one) })) };
  const standing = dataAt(view, name);
  const foreign = inner(world.memory.foreign, zone.id);
  return {
    name,
    zone,
    world,
    view,
    run,
    ...mode,
    wishes: settings.clusters.flatMap(cluster =>
      wishesOf(cluster, world, mode.context).filter(
        wish => asks(wish, name) && settings.sources.some(kind => kind === wish.kind),
      ),
    ),
    standing,
    ours: standing.filter(
      ({ type }) =>
        !foreign.has(keyOf(name, type)) &&
        settings.types.some(managed => managed === type) &&
        isOurs(labelAt(view, name, type, { zone, run }), run),
    ),
  };
}

/** What a cluster asks for; of a run, as far as it could read it. */
export function wishesOf(cluster: string, world: World, context: RunContext | undefined): readonly Wish[] {
  if (!context) return world.wishes(cluster);
  const reading = context.read.get(cluster);
  return reading?.wishes.filter(({ kind }) => !reading.unread.has(kind)) ?? [];
}

export const show = ({ name, zone, standing }: Place) =>
  `${name} in ${zone.id} is ${JSON.stringify(standing.map(({ text }) => text))}`;

export const labelOf = ({ name, type }: Rec, { view, zone, run }: Place) =>
  labelAt(view, name, type, { zone, run }) as Label;

/** The findings of the last run that speak of the name, or of an object that asks for it as a whole. */
export const told = (place: Place): Finding | undefined => findings(place)[0];

export function findings({ name, zone, world, wishes }: Place): Finding[] {
  const isAsking = (object: Finding['object']) =>
    wishes.some(
      ({ cluster, resource }) =>
        object?.cluster === cluster && resource.endsWith(`/${object.namespace}/${object.name}`),
    );
  const all = world.last?.findings ?? [];
  return all.filter(
    ({ name: of, zone: at, object, reason, message }) =>
      reason !== 'warning' &&
      (of === name ||
        speaksOf(message, name) ||
        (at === zone.id && /^\d+ names \(.*, …\)/.test(message)) ||
        (of === undefined && isAsking(object))),
  );
}

/** What is said of a whole cluster (that it is frozen, or was not read) is not said of each name that it has. */
export const toldOfCluster = (label: Label, { run, world }: Place): boolean =>
  clustersOf(label, run).some(each => world.last?.findings.some(({ cluster, name }) => cluster === each && !name));

/** Whether a message that lists several names lists this one. */
export const speaksOf = (message: string, name: string) => message.includes(`(${name}`) || message.includes(` ${name}`);

/** The deepest public zones of a name: one, unless a zone is doubled. In private zones a name is in every one that fits. */
export function homesOf({ name, zone, world }: Place): ZoneInfo[] {
  if (zone.private) return [zone];
  const zones = selected(world.harness.store, world.settings).filter(
    other => other.private === zone.private && within(name, other.name),
  );
  const deepest = Math.max(...zones.map(other => other.name.length));
  return zones.filter(other => other.name.length === deepest);
}

/** Whether the name is to be published in this zone: the only one of its kind, or the only one that has it. */
export function isHome(place: Place): boolean {
  const homes = homesOf(place);
  const having =
    homes.length > 1 ? homes.filter(({ id }) => dataAt(place.world.view(id), place.name).length > 0) : homes;
  return having.length === 1 && having[0]?.id === place.zone.id;
}

export const dueFor = (wish: Wish, { name, zone, view, wishes, world }: Place): Due[] =>
  dueOf(
    wish,
    name,
    wishes.filter(({ cluster }) => cluster === wish.cluster),
    world.settings,
    { name: zone.name, view },
  );

export const dues = (place: Place) => place.wishes.map(wish => dueFor(wish, place)).filter(due => due.length > 0);

/** What the clusters ask for that are run together with those that have a record. */
export function duesBeside(label: Label, place: Place): Due[][] {
  const clusters = clustersOf(label, place.run);
  const shards = Object.values(shardsOf(place.world.settings)).filter(shard =>
    clusters.some(one => shard.includes(one)),
  );
  return dues({ ...place, wishes: place.wishes.filter(({ cluster }) => shards.flat().includes(cluster)) });
}

/** What is put off, and to be done in another run. */
export const LATE = new Set<string>(['refused', 'deferred', 'held', 'grace', 'unreadable']);

/** What may rightly keep the name from being what is asked for; the reason must be told. */
export function excuseOf(place: Place): string | undefined {
  const { name, zone, world, view, run } = place;
  if (world.settings.policy !== 'sync') return world.settings.policy;
  const { claimed, shared } = world.memory;
  if (claimed.get(zone.id)?.has(name) || shared.has(`${zone.id} ${name}`)) return 'somebody else lays claim to it';
  const other = otherMeaning(place);
  if (other !== undefined) return other;
  const unmanaged = place.standing.find(({ type }) => !world.settings.types.some(managed => managed === type));
  if (unmanaged) return unmanaged.text;
  const holder = holderOf(place) ?? holderAbove(place);
  if (holder !== undefined) return holder;
  const views = [view, place.context?.start.get(zone.id)].filter(one => one !== undefined);
  const known = views.map(one => obstacle(name, one, { zone, run, memory: world.memory })).find(Boolean);
  if (known !== undefined) return known;
  // What a name of the zone points to may be put off, too.
  const targets = place.wishes.flatMap(({ targets: of }) => of?.CNAME ?? []);
  const late = [name, ...targets]
    .flatMap(each => findings({ ...place, name: each }))
    .find(({ reason }) => LATE.has(reason));
  if (late) return late.reason;
  // Another name that is asked for may need the same names: which of the two is published is not said here.
  return NAMES.find(other => other !== name && within(other, zone.name) && collide(name, other, place));
}

/** An ownership record without its record, of an object that is there: the name is kept for it. */
export function holderOf(place: Place): string | undefined {
  const { name, zone, view, run, world } = place;
  for (const type of DATA_TYPES) {
    const txt = ownershipAt(view, name, type, zone.name, world.settings);
    const label = labelIn(txt);
    if (!txt || !isOurs(label, run) || view.has(keyOf(name, type))) continue;
    const due = dueOfLabel(label, place);
    const isAlive = clustersOf(label, run).some(cluster =>
      world.wishes(cluster).some(wish => wish.resource === label.resource),
    );
    if (isAlive || isFrozen(label, place) || due?.length === 0 || looksLikeOthers(txt.name, place)) return txt.name;
  }
  return undefined;
}

/** To a shard what another one has is others': what could be its ownership record under another naming stays (docs/limits.md). */
const looksLikeOthers = (txt: string, { name, view, world }: Place) =>
  shardsOf(world.settings).apart !== undefined &&
  NAMES.some(
    other => other !== name && labelsOf(other).some(label => txt.includes(label)) && dataAt(view, other).length > 0,
  );

/** An object that has the name in a zone above, and waits, could not be read, or cannot have a record here: it is its own here, too. */
function holderAbove(place: Place): string | undefined {
  const { name, zone, world, standing, forced, context } = place;
  const upper = standing.length > 0 ? [] : zonesAbove(zone, world.harness.store, world.settings);
  for (const each of upper) {
    const there = placeOf(name, each, world, { forced, ...(context && { context }) });
    const unmanaged = there.standing.find(({ type }) => !world.settings.types.some(managed => managed === type));
    if (unmanaged) return unmanaged.text;
    // The run goes by a copy of it, in which the name may be another one's.
    if (context && !context.listed.has(each.id) && there.standing.length > 0) return each.id;
    const labels = there.ours.map(record => labelOf(record, there));
    if (labels.length === 0) continue;
    const label = labels.find(
      one =>
        isFrozen(one, there) || isHeldAll(one, there) || [there, place].some(at => dueOfLabel(one, at)?.length === 0),
    );
    return label && `${name} is ${label.resource}'s in ${each.id}`;
  }
  return undefined;
}

/**
 * Another name that the object of one of ours asks for, which an ownership record of this name could be of under another
 * naming, and where a record set stands without ownership: which of the two is meant, only a person can say.
 */
function otherMeaning({ name, zone, view, run, world, ours, forced, context }: Place): string | undefined {
  const twin = name.startsWith('any.') ? name.replace('any', '*') : undefined;
  if (twin && dataAt(view, twin).some(({ type }) => !labelAt(view, twin, type, { zone, run }))) return twin;
  if (forced) return undefined;
  // The run may have given the other one its ownership back.
  const views = [view, context?.start.get(zone.id)].filter(one => one !== undefined);
  const isBare = (of: string) =>
    views.some(one => dataAt(one, of).some(({ type }) => !labelAt(one, of, type, { zone, run })));
  return ours.flatMap(({ type }) => {
    const label = labelAt(view, name, type, { zone, run }) as Label;
    const txt = ownershipName(name, type, zone.name, world.settings);
    const asked = clustersOf(label, run).flatMap(cluster =>
      world.wishes(cluster).flatMap(wish => (wish.resource === label.resource ? wish.names : [])),
    );
    return asked.filter(of => of !== name && labelsOf(of).some(label => txt.includes(label)) && isBare(of));
  })[0];
}

/** The first label of a name, as ownership records may have it. */
const labelsOf = (name: string) => (name.startsWith('*.') ? WILDCARDS : [name.split('.')[0] as string]);
const WILDCARDS = ['*', 'any'];

/** Whether no run is for the cluster that has it: it is out of the config, or in another shard than the owner id. */
export function isFrozen(label: Label, place: Place): boolean {
  const { run, world } = place;
  const clusters = clustersOf(label, run);
  const kind = label.resource.split('/')[0] as Kind;
  const { context, forced } = place;
  if (!forced && !world.settings.sources.includes(kind)) return true;
  if (context && clusters.some(cluster => context.read.get(cluster)?.unread.has(kind) !== false)) return true;
  if (mayBeOfOneThatLeft(label, clusters, place)) return true;
  const isElsewhere = clusters.every(cluster => ownerOf(world.settings, cluster) !== label.owner);
  return clusters.length === 0 || (shardsOf(world.settings).apart !== undefined && isElsewhere);
}

/**
 * An ownership record that names no cluster may be of one that left the owner id. As long as runs remember it, it stays, until a
 * person forces a run for those that have the owner id now; without that memory it counts as theirs, and may go.
 */
function mayBeOfOneThatLeft({ owner, cluster }: Label, present: readonly string[], place: Place): boolean {
  const { context, world } = place;
  const isForced = context ? present.every(one => context.forced.includes(one)) : place.forced;
  const had = world.memory.fleets.get(owner) ?? new Set();
  if (cluster !== undefined || isForced || ![...had].some(one => !present.includes(one))) return false;
  return findings(place).some(({ reason, message }) => reason !== 'held' && message.includes('is not in the config'));
}

/** A malformed hostname holds every record of its object. */
export const isHeldAll = (label: Label, { run, world }: Place) =>
  clustersOf(label, run).some(cluster =>
    world.wishes(cluster).some(wish => wish.heldAll && wish.resource === label.resource),
  );

export function collide(name: string, other: string, { zone, world, run }: Place): boolean {
  const txts = (of: string) => DATA_TYPES.map(type => ownershipName(of, type, zone.name, world.settings));
  if (!run.clusters.some(cluster => world.wishes(cluster.name).some(wish => asks(wish, other)))) return false;
  const [mine, theirs] = [txts(name), txts(other)];
  return mine.includes(other) || theirs.includes(name) || mine.some(txt => theirs.includes(txt));
}

/** What the object asks for that an ownership record names; undefined for one that asks no more. */
export function dueOfLabel(label: Label, place: Place): Due[] | undefined {
  const holders = askersOf(label, place);
  return holders.length > 0 ? holders.flatMap(wish => dueFor(wish, place)) : undefined;
}

/** The object that an ownership record names; where that names no cluster, one in each of several it may be. */
function askersOf(label: Label, { wishes, run }: Place): Wish[] {
  const clusters = clustersOf(label, run);
  return wishes.filter(({ resource, cluster }) => resource === label.resource && clusters.includes(cluster));
}

/** Whether the object, or one that it may be, asks for the name and has nothing that can be published. */
export const mayWait = (label: Label, place: Place): boolean =>
  askersOf(label, place).some(wish => dueFor(wish, place).length === 0);
