import { clustersOf, isOurs, type RunContext } from './batch.ts';
import { asks, NAMES } from './objects.ts';
import {
  dueOfLabel,
  dues,
  duesBeside,
  excuseOf,
  findings,
  homesOf,
  isFrozen,
  isHeldAll,
  isHome,
  labelOf,
  mayWait,
  type Place,
  placeOf,
  show,
  speaksOf,
  told,
  toldOfCluster,
} from './place.ts';
import { DATA_TYPES, isFrozenZone, shardsOf } from './settings.ts';
import { type Due, isDue } from './truth.ts';
import { dataAt, keyOf, labelIn, ownershipAt, ownershipName, passes, selected, within, type ZoneInfo } from './view.ts';
import type { World } from './world.ts';
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
  for (const zone of thawed(world, context))
    for (const [i, name] of NAMES.entries()) {
      if (except.includes(i) || !within(name, zone.name) || !passes(name, world.settings)) continue;
      const place = placeOf(name, zone, world, { forced: context.forced.length > 0, context });
      // Two names that each may be an alias to the other can take a run more.
      if (isCircle(name, place)) continue;
      const fault = wantedAbsent(place) ?? wrong(place);
      if (fault !== undefined) return `notServed: ${fault}`;
    }
  return undefined;
}

/** The zones that a run has read whole, and that it may change. */
const thawed = (world: World, { listed }: RunContext) =>
  selected(world.harness.store, world.settings).filter(
    zone => listed.has(zone.id) && !isFrozenZone(zone, world.settings),
  );

const isCircle = (name: string, { world, wishes }: Place) =>
  wishes.some(({ targets }) =>
    world.settings.clusters.some(cluster =>
      world.wishes(cluster).some(other => asks(other, targets?.CNAME ?? '') && other.targets?.CNAME === name),
    ),
  );

/** What a forced run for a cluster that is not in the config any more should have removed. */
export function notTaken(world: World, context: RunContext, gone: string): string | undefined {
  for (const zone of thawed(world, context))
    for (const name of NAMES) {
      if (!within(name, zone.name) || !passes(name, world.settings)) continue;
      const place = placeOf(name, zone, world, { forced: true });
      const left = place.ours.find(record => labelOf(record, place).cluster === gone);
      if (left && place.wishes.length === 0 && excuseOf(place) === undefined && !told(place))
        return `notTaken: ${show(place)}, though ${gone} was forced, and no finding says why`;
    }
  return undefined;
}

/** What nobody asks for is gone, by force if need be; what may not go is told. */
function unwantedStays(place: Place): string | undefined {
  const { wishes, ours } = place;
  if (wishes.length > 0 || isDoubted(place)) return undefined;
  for (const record of ours) {
    const label = labelOf(record, place);
    const isHeld = isHeldAll(label, place);
    const mayStay = isHeld || isFrozen(label, place) || excuseOf(place) !== undefined;
    if (!mayStay) return `${show(place)}, but nobody asks for it, and nothing keeps it`;
    if (!isHeld && !told(place)) return `${show(place)}, but nobody asks for it, and no finding says why it stays`;
  }
  return undefined;
}

/**
 * An older copy, or one in which not every run of ours keeps what it wrote, knows the record as another owner's, or as
 * nobody's: who wrote its ownership is then a person's to say.
 */
function isDoubted(place: Place): boolean {
  const { states } = place.world;
  const isPartial =
    states.some(({ restored, missed }) => restored || missed) || states.every(({ writes }) => writes.length > 0);
  return isPartial && findings(place).some(({ reason }) => reason === 'not-owned');
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

/** What stands for an object is all that the object asks for, and nothing else; but where it has nothing to publish. */
function wrong(place: Place): string | undefined {
  const { wishes, ours } = place;
  if (ours.length === 0 || wishes.length === 0 || isCutOff(place) || isDoubted(place)) return undefined;
  const excuse = excuseOf(place) ?? (isHome(place) ? undefined : 'not its home');
  const labels = ours.map(record => labelOf(record, place));
  const isShared = new Set(labels.map(({ cluster, resource }) => `${cluster} ${resource}`)).size > 1;
  for (const record of ours) {
    const label = labelOf(record, place);
    const due = dueOfLabel(label, place);
    // An ownership record is not written anew only because another object asks for the very same now.
    if ((due ?? dues(place).flat()).some(one => isDue(record, one))) continue;
    // What a malformed hostname holds is told of its object, not of each of its names.
    if (isHeldAll(label, place) && !told(place)) continue;
    // An ownership record that names no cluster may be of another one's object, which has nothing to publish.
    const isKept = labels.some(each => mayWait(each, place));
    const stays =
      isKept || isFrozen(label, place) || isHeldAll(label, place) || (due ?? duesBeside(label, place)).length === 0;
    const isTold = told(place) !== undefined || (isFrozen(label, place) && toldOfCluster(label, place));
    if (isTold && (excuse !== undefined || stays || isShared)) return undefined;
    return `${show(place)}, but ${record.text} of ${JSON.stringify(label)} is not asked for (but ${JSON.stringify(due ?? dues(place))}); ${JSON.stringify(told(place))}`;
  }
  // Who does not have the name, or only a type of it beside another object, is told why nothing is added to what stands there.
  const stays = labels.some(label => isFrozen(label, place) || isHeldAll(label, place));
  if (told(place) && (isShared || stays)) return undefined;
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
  // What a malformed hostname holds is told of its object.
  if (ours.some(record => isHeldAll(labelOf(record, place), place))) return undefined;
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
    // A wildcard and the name of its replacement share their ownership records: what is told of the one is told of the other.
    const isTold = world.last?.findings.some(finding =>
      [txt.name, ...others].some(one => speaksOf(finding.message, one) || finding.name === one),
    );
    const counted = world.last?.findings.some(
      finding => finding.zone === zone.id && finding.message.includes('ownership records'),
    );
    if (!isTold && !counted)
      return `the ownership record ${txt.name} in ${zone.id} fits nothing, and no finding says so`;
  }
  return undefined;
}
