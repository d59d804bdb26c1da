import type { Finding } from '../../../lib/model/index.ts';
import { clustersOf, inner, isOurs, labelAt, type Run, type RunContext } from './batch.ts';
import { asks, NAMES, type Wish } from './objects.ts';
import { obstacle } from './rules-names.ts';
import { DATA_TYPES, type Kind, ownerOf, shardsOf } from './settings.ts';
import { type Due, dueOf, isDue } from './truth.ts';
import {
  dataAt,
  keyOf,
  type Label,
  labelIn,
  ownershipAt,
  ownershipName,
  passes,
  type Rec,
  selected,
  type View,
  within,
  type ZoneInfo,
} from './view.ts';
import type { World } from './world.ts';

/** A name in a zone when all has come to rest. */
interface Place {
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

/** What is wrong with a name in a zone that is at rest, if anything is. */
export function atRest(name: string, zone: ZoneInfo, world: World, forced: boolean): string | undefined {
  if (!within(name, zone.name) || !passes(name, world.settings)) return undefined;
  const place = placeOf(name, zone, world, { forced });
  for (const rule of [unwantedStays, wantedAbsent, nowhere, wrong, lingers, stray]) {
    const fault = rule(place);
    if (fault !== undefined) return `settled: ${fault}`;
  }
  return undefined;
}

/**
 * What a run should have published of the clusters that it could read, and told no reason for that the world gives. Of the
 * zones that it has read whole: of the others it may know too little.
 */
export function notServed(
  world: World,
  context: RunContext,
  except: readonly (number | undefined)[],
): string | undefined {
  // What one shard gives up, another may have in the next run only.
  if (shardsOf(world.settings).apart) return undefined;
  for (const zone of selected(world.harness.store, world.settings).filter(({ id }) => context.listed.has(id)))
    for (const [i, name] of NAMES.entries()) {
      if (except.includes(i) || !within(name, zone.name) || !passes(name, world.settings)) continue;
      const place = placeOf(name, zone, world, { forced: context.forced.length > 0, context });
      const fault = wantedAbsent(place) ?? wrong(place);
      if (fault !== undefined) return `notServed: ${fault}`;
    }
  return undefined;
}

function placeOf(name: string, zone: ZoneInfo, world: World, mode: Pick<Place, 'forced' | 'context'>): Place {
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
function wishesOf(cluster: string, world: World, context: RunContext | undefined): readonly Wish[] {
  if (!context) return world.wishes(cluster);
  const reading = context.read.get(cluster);
  return reading?.wishes.filter(({ kind }) => !reading.unread.has(kind)) ?? [];
}

const show = ({ name, zone, standing }: Place) =>
  `${name} in ${zone.id} is ${JSON.stringify(standing.map(({ text }) => text))}`;

const labelOf = ({ name, type }: Rec, { view, zone, run }: Place) => labelAt(view, name, type, { zone, run }) as Label;

/** The findings of the last run that speak of the name, or of an object that asks for it as a whole. */
const told = (place: Place): Finding | undefined => findings(place)[0];

function findings({ name, zone, world, wishes }: Place): Finding[] {
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

/** Whether a message that lists several names lists this one. */
const speaksOf = (message: string, name: string) => message.includes(`(${name}`) || message.includes(` ${name}`);

/** The deepest public zones of a name: one, unless a zone is doubled. In private zones a name is in every one that fits. */
function homesOf({ name, zone, world }: Place): ZoneInfo[] {
  if (zone.private) return [zone];
  const zones = selected(world.harness.store, world.settings).filter(
    other => other.private === zone.private && within(name, other.name),
  );
  const deepest = Math.max(...zones.map(other => other.name.length));
  return zones.filter(other => other.name.length === deepest);
}

/** Whether the name is to be published in this zone: the only one of its kind, or the only one that has it. */
function isHome(place: Place): boolean {
  const homes = homesOf(place);
  const having =
    homes.length > 1 ? homes.filter(({ id }) => dataAt(place.world.view(id), place.name).length > 0) : homes;
  return having.length === 1 && having[0]?.id === place.zone.id;
}

const dueFor = (wish: Wish, { name, zone, view, wishes, world }: Place): Due[] =>
  dueOf(
    wish,
    name,
    wishes.filter(({ cluster }) => cluster === wish.cluster),
    world.settings,
    { name: zone.name, view },
  );

const dues = (place: Place) => place.wishes.map(wish => dueFor(wish, place)).filter(due => due.length > 0);

/** What the clusters ask for that are run together with those that have a record. */
function duesBeside(label: Label, place: Place): Due[][] {
  const clusters = clustersOf(label, place.run);
  const shards = Object.values(shardsOf(place.world.settings)).filter(shard =>
    clusters.some(one => shard.includes(one)),
  );
  return dues({ ...place, wishes: place.wishes.filter(({ cluster }) => shards.flat().includes(cluster)) });
}

/** What is put off, and to be done in another run. */
const LATE = new Set<string>(['refused', 'deferred', 'held', 'grace', 'unreadable']);

/** What may rightly keep the name from being what is asked for; the reason must be told. */
function excuseOf(place: Place): string | undefined {
  const { name, zone, world, view, run } = place;
  if (world.settings.policy !== 'sync') return world.settings.policy;
  const { claimed, shared } = world.memory;
  if (claimed.get(zone.id)?.has(name) || shared.has(`${zone.id} ${name}`)) return 'somebody else lays claim to it';
  const unmanaged = place.standing.find(({ type }) => !world.settings.types.some(managed => managed === type));
  if (unmanaged) return unmanaged.text;
  const holder = holderOf(place);
  if (holder !== undefined) return holder;
  const views = [view, place.context?.start.get(zone.id)].filter(one => one !== undefined);
  const known = views.map(one => obstacle(name, one, { zone, run, memory: world.memory })).find(Boolean);
  if (known !== undefined) return known;
  const late = findings(place).find(({ reason }) => LATE.has(reason));
  if (late) return late.reason;
  // Another name that is asked for may need the same names: which of the two is published is not said here.
  return NAMES.find(other => other !== name && within(other, zone.name) && collide(name, other, place));
}

/** An ownership record without its record, of an object that may still want the name and cannot have it now. */
function holderOf(place: Place): string | undefined {
  const { name, zone, view, run, world } = place;
  for (const type of DATA_TYPES) {
    const txt = ownershipAt(view, name, type, zone.name, world.settings);
    const label = labelIn(txt);
    if (!txt || !isOurs(label, run)) continue;
    const due = dueOfLabel(label, place);
    if (isFrozen(label, place) || due?.length === 0 || isHeldAll(label, place)) return txt.name;
  }
  return undefined;
}

/** Whether no run is for the cluster that has it: it is out of the config, or in another shard than the owner id. */
function isFrozen(label: Label, place: Place): boolean {
  const { run, world } = place;
  const clusters = clustersOf(label, run);
  const kind = label.resource.split('/')[0] as Kind;
  const { context, forced } = place;
  if (!forced && !world.settings.sources.includes(kind)) return true;
  if (context && clusters.some(cluster => context.read.get(cluster)?.unread.has(kind) !== false)) return true;
  const isElsewhere = clusters.every(cluster => ownerOf(world.settings, cluster) !== label.owner);
  return clusters.length === 0 || (shardsOf(world.settings).apart !== undefined && isElsewhere);
}

/** A malformed hostname holds every record of its object. */
const isHeldAll = (label: Label, { run, world }: Place) =>
  clustersOf(label, run).some(cluster =>
    world.wishes(cluster).some(wish => wish.heldAll && wish.resource === label.resource),
  );

function collide(name: string, other: string, { zone, world, run }: Place): boolean {
  const txts = (of: string) => DATA_TYPES.map(type => ownershipName(of, type, zone.name, world.settings));
  if (!run.clusters.some(cluster => world.wishes(cluster.name).some(wish => asks(wish, other)))) return false;
  const [mine, theirs] = [txts(name), txts(other)];
  return mine.includes(other) || theirs.includes(name) || mine.some(txt => theirs.includes(txt));
}

/** What nobody asks for is gone, by force if need be; what may not go is told. */
function unwantedStays(place: Place): string | undefined {
  const { wishes, ours } = place;
  if (wishes.length > 0) return undefined;
  for (const record of ours) {
    const label = labelOf(record, place);
    const isHeld = isHeldAll(label, place);
    const mayStay = isHeld || isFrozen(label, place) || excuseOf(place) !== undefined;
    if (!mayStay) return `${show(place)}, but nobody asks for it, and it was forced`;
    if (!isHeld && !told(place)) return `${show(place)}, but nobody asks for it, and no finding says why it stays`;
  }
  return undefined;
}

/** Whether IPv6 addresses stand where the config leaves their IPv4 half out is not said here. */
const isWhole = (due: readonly Due[], { world }: Place) =>
  world.settings.types.includes('A') || due.every(({ type }) => type !== 'AAAA');

/** A name that an object asks for, that nothing stands in the way of, and that has one home, is published. */
function wantedAbsent(place: Place): string | undefined {
  if (place.standing.length > 0) return undefined;
  const possible = dues(place).filter(due => isWhole(due, place));
  const [home, ...doubles] = homesOf(place);
  if (possible.length === 0 || home?.id !== place.zone.id || doubles.length > 0) return undefined;
  if (excuseOf(place) !== undefined && told(place)) return undefined;
  return `${show(place)}, but is asked for as ${JSON.stringify(possible)}; findings: ${JSON.stringify(told(place))}`;
}

/** Of a name that none of several zones of one name has, it is told that it is published in none. */
function nowhere(place: Place): string | undefined {
  const homes = homesOf(place);
  const has = homes.some(({ id }) => dataAt(place.world.view(id), place.name).length > 0);
  if (has || homes.length < 2 || place.wishes.length === 0 || told(place)) return undefined;
  return `${place.name} is in none of ${homes.map(({ id }) => id)}, and no finding says so`;
}

/** What the object asks for that an ownership record names; undefined for one that asks no more. */
function dueOfLabel(label: Label, place: Place): Due[] | undefined {
  const clusters = clustersOf(label, place.run);
  const holders = place.wishes.filter(
    ({ resource, cluster }) => resource === label.resource && clusters.includes(cluster),
  );
  return holders.length > 0 ? holders.flatMap(wish => dueFor(wish, place)) : undefined;
}

/** What stands for an object is all that the object asks for, and nothing else; but where it has nothing to publish. */
function wrong(place: Place): string | undefined {
  const { wishes, ours } = place;
  if (ours.length === 0 || wishes.length === 0 || isCutOff(place)) return undefined;
  const excuse = excuseOf(place) ?? (isHome(place) ? undefined : 'not its home');
  for (const record of ours) {
    const label = labelOf(record, place);
    const due = dueOfLabel(label, place);
    // An ownership record is not written anew only because another object asks for the very same now.
    if ((due ?? dues(place).flat()).some(one => isDue(record, one))) continue;
    const stays = isFrozen(label, place) || isHeldAll(label, place) || (due ?? duesBeside(label, place)).length === 0;
    const isShared = new Set(ours.map(each => labelOf(each, place).resource)).size > 1;
    if (told(place) && (excuse !== undefined || stays || isShared)) return undefined;
    return `${show(place)}, but ${record.text} of ${JSON.stringify(label)} is not asked for (but ${JSON.stringify(due ?? dues(place))}); ${JSON.stringify(told(place))}`;
  }
  const whole = dues(place).some(due => due.every(one => ours.some(record => isDue(record, one))));
  if (excuse !== undefined || whole || dues(place).length === 0) return undefined;
  return `${show(place)}, but is asked for as ${JSON.stringify(dues(place))}`;
}

/** Below a delegation nobody is answered from this zone, so what stands there stands for nothing. */
const isCutOff = (place: Place) =>
  !isHome(place) && [...place.view.values()].some(({ name, type }) => type === 'NS' && within(place.name, name));

/** A name that a zone below answers for, and has, is gone from the zone above. */
function lingers(place: Place): string | undefined {
  const { zone, ours, view, world, run } = place;
  const [home, ...doubles] = homesOf(place);
  if (ours.length === 0 || !home || doubles.length > 0 || home.id === zone.id || told(place)) return undefined;
  const servers = world.harness.store.zone(home.id).nameServers;
  const delegated = view.get(keyOf(home.name, 'NS'))?.values?.every(server => servers.includes(server));
  const below = placeOf(place.name, home, world, { forced: place.forced });
  const published = below.ours.length > 0 && ours.every(({ type }) => below.ours.some(other => other.type === type));
  const free = ours.every(record => clustersOf(labelOf(record, place), run).length > 0);
  if (!delegated || !published || !free || world.settings.policy !== 'sync') return undefined;
  return `${show(place)}, though ${home.id} answers for it, and no finding says why`;
}

/** An ownership record of ours that fits no record set is told of. */
function stray(place: Place): string | undefined {
  const { name, zone, view, world, run } = place;
  for (const type of DATA_TYPES) {
    const txt = ownershipAt(view, name, type, zone.name, world.settings);
    if (!txt || !isOurs(labelIn(txt), run) || place.standing.length > 0) continue;
    const others = NAMES.filter(other =>
      DATA_TYPES.some(t => ownershipName(other, t, zone.name, world.settings) === txt.name),
    );
    if (others.some(other => dataAt(view, other).length > 0)) continue;
    const isTold = world.last?.findings.some(
      finding => speaksOf(finding.message, txt.name) || speaksOf(finding.message, name) || finding.name === name,
    );
    const counted = world.last?.findings.some(
      finding => finding.zone === zone.id && finding.message.includes('ownership records'),
    );
    if (!isTold && !counted)
      return `the ownership record ${txt.name} in ${zone.id} fits nothing, and no finding says so`;
  }
  return undefined;
}
