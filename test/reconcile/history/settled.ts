import type { Finding } from '../../../lib/model/index.ts';
import { inner, labelAt } from './batch.ts';
import { asks, NAMES, type Wish } from './objects.ts';
import { obstacle } from './rules-names.ts';
import { ownerOf } from './settings.ts';
import { type Due, dueOf, isDue } from './truth.ts';
import { dataAt, keyOf, type Label, ownershipName, passes, type Rec, selected, within, type ZoneInfo } from './view.ts';
import type { World } from './world.ts';

const HOUR = 3_600_000;
/** Runs in which everything must have come to rest: a name that moves down into a zone takes two. */
const RUNS = 6;

/** Ends all faults and runs until nothing happens any more; then what is published is what is asked for. */
export async function settle(world: World): Promise<void> {
  const { clock } = world.harness;
  clock.advance(25 * HOUR);
  for (const force of [false, true, true]) {
    world.last = undefined;
    await world.play({ do: 'run', ...(force && { force }) });
    if (!world.last) world.blame('settled: nothing else is at work, and still the run was not done');
    clock.advance(2 * HOUR);
  }
  await world.play({ do: 'run', force: true });
  await rest(world);
  world.tamper.settled?.(world);
  for (const zone of selected(world.harness.store, world.settings))
    for (const name of NAMES) world.blame(atName(name, zone, world));
  if (world.fault !== undefined) throw new Error(world.fault);
}

/** An idle run makes no Route 53 call and writes no state. */
async function rest(world: World): Promise<void> {
  let idle = '';
  for (let run = 0; run < RUNS; run++) {
    const [state] = world.states;
    const before = state?.writes.length ?? 0;
    world.harness.clock.advance(1000);
    await world.play({ do: 'run' });
    const calls = JSON.stringify(world.harness.calls);
    const written = state?.writes.slice(before) ?? [];
    if (calls === '{}' && written.length === 0) return;
    idle = `${calls}, state written: [${written}], ${world.log.join(' ')}`;
  }
  world.blame(`idle: the run does not come to rest: ${idle}`);
}

interface Place {
  readonly name: string;
  readonly zone: ZoneInfo;
  readonly world: World;
  readonly wishes: readonly Wish[];
  readonly standing: readonly Rec[];
}

/** What is wrong with a name in a zone at rest. */
function atName(name: string, zone: ZoneInfo, world: World): string | undefined {
  if (!within(name, zone.name) || !passes(name, world.settings)) return undefined;
  const { settings } = world;
  const wishes = settings.clusters.flatMap(cluster =>
    world.wishes(cluster).filter(wish => asks(wish, name) && settings.sources.includes(wish.kind)),
  );
  const standing = dataAt(world.view(zone.id), name);
  const place = { name, zone, world, wishes, standing };
  return unwantedStays(place) ?? wantedAbsent(place) ?? wrong(place);
}

const run = ({ world: { settings } }: Place) => ({
  settings,
  clusters: settings.clusters.map(name => ({ name, owner: ownerOf(settings, name) })),
});

const labelOf = (record: Rec, place: Place): Label | undefined =>
  labelAt(place.world.view(place.zone.id), record.name, record.type, { zone: place.zone, run: run(place) as never });

/** The finding of the last run that speaks of the name, or of an object that asks for it as a whole. */
const told = ({ name, world, wishes }: Place): Finding | undefined =>
  world.last?.findings.find(
    ({ name: of, object, reason, message }) =>
      reason !== 'warning' &&
      (of === name ||
        message.includes(`(${name}`) ||
        message.includes(` ${name}`) ||
        (of === undefined &&
          wishes.some(
            ({ cluster, resource }) =>
              object?.cluster === cluster && resource.endsWith(`/${object.namespace}/${object.name}`),
          ))),
  );

const show = (place: Place) =>
  `${place.name} in ${place.zone.id} is ${JSON.stringify(place.standing.map(({ text }) => text))}`;

function unwantedStays(place: Place): string | undefined {
  const { settings } = place.world;
  const foreign = inner(place.world.memory.foreign, place.zone.id);
  for (const record of place.standing) {
    const label = labelOf(record, place);
    const ours = settings.clusters.some(cluster => ownerOf(settings, cluster) === label?.owner);
    if (!ours || foreign.has(keyOf(record.name, record.type)) || place.wishes.length > 0 || told(place)) continue;
    if (settings.types.includes(record.type as never) && !heldAll(label as Label, place.world))
      return `settled: ${show(place)}, but nobody asks for it, and no finding says why it stays`;
  }
  return undefined;
}

const heldAll = (label: Label, world: World) =>
  world.settings.clusters.some(cluster =>
    world.wishes(cluster).some(wish => wish.heldAll && wish.resource === label.resource),
  );

/** Whether the name is to be published in this zone: the deepest, and the only one of its name. */
function isHome({ name, zone, world }: Place): boolean {
  const zones = selected(world.harness.store, world.settings).filter(
    other => other.private === zone.private && within(name, other.name),
  );
  const deepest = Math.max(...zones.map(other => other.name.length));
  const homes = zones.filter(other => other.name.length === deepest);
  return homes.length === 1 && homes[0]?.id === zone.id;
}

function dues(place: Place): Due[][] {
  const { name, zone, world, wishes } = place;
  const view = world.view(zone.id);
  return wishes
    .map(wish =>
      dueOf(
        wish,
        name,
        wishes.filter(({ cluster }) => cluster === wish.cluster),
        world.settings,
        { name: zone.name, view },
      ),
    )
    .filter(due => due.length > 0);
}

/** Whether IPv6 addresses stand where the config leaves their IPv4 half out is not said here. */
const isWhole = (due: readonly Due[], { world }: Place) =>
  world.settings.types.includes('A') || due.every(({ type }) => type !== 'AAAA');

const blocked = (place: Place): string | undefined => {
  const { name, zone, world } = place;
  const view = world.view(zone.id);
  const claimed = world.memory.claimed.get(zone.id)?.has(name);
  if (claimed) return 'claimed';
  const known = obstacle(name, view, { zone, run: run(place) as never, memory: world.memory });
  if (known !== undefined) return known;
  // Another name that is asked for may need the same names: which of the two is published is not said here.
  const rival = NAMES.filter(other => other !== name && within(other, zone.name)).find(other =>
    collide(name, other, place),
  );
  return rival;
};

function collide(name: string, other: string, { zone, world }: Place): boolean {
  const { settings } = world;
  const txts = (of: string) =>
    ['A', 'AAAA', 'CNAME'].map(type => ownershipName(of, type, zone.name, settings)) as string[];
  const wanted = (of: string) => settings.clusters.some(cluster => world.wishes(cluster).some(wish => asks(wish, of)));
  if (!wanted(other)) return false;
  const [mine, theirs] = [txts(name), txts(other)];
  return mine.includes(other) || theirs.includes(name) || mine.some(txt => theirs.includes(txt));
}

/** A name that an object asks for, that nothing stands in the way of, and that has one home, is published. */
function wantedAbsent(place: Place): string | undefined {
  if (place.standing.length > 0 || place.wishes.length === 0) return undefined;
  const possible = dues(place).filter(due => isWhole(due, place));
  if (possible.length === 0 || !isHome(place)) return undefined;
  if (blocked(place) !== undefined && told(place)) return undefined;
  return `settled: ${show(place)}, but is asked for as ${JSON.stringify(possible)}; findings: ${JSON.stringify(told(place))}`;
}

/** Below a delegation nobody is answered from this zone, so what stands there stands for nothing. */
function isCutOff(place: Place): boolean {
  const view = place.world.view(place.zone.id);
  return !isHome(place) && [...view.values()].some(({ name, type }) => type === 'NS' && within(place.name, name));
}

/** What stands for an object is all that the object asks for, and nothing else. */
function wrong(place: Place): string | undefined {
  const { name, zone, world, standing } = place;
  const { settings } = world;
  if (standing.length === 0 || place.wishes.length === 0 || isCutOff(place)) return undefined;
  const foreign = inner(world.memory.foreign, zone.id);
  const mine = standing.filter(record => {
    const label = labelOf(record, place);
    return (
      !foreign.has(keyOf(name, record.type)) &&
      settings.types.includes(record.type as never) &&
      settings.clusters.some(cluster => ownerOf(settings, cluster) === label?.owner)
    );
  });
  const excuse =
    blocked(place) ??
    (settings.policy === 'sync' ? undefined : settings.policy) ??
    (isHome(place) ? undefined : 'not its home');
  const unexpected = mine.find(record => !labelled(record, place).some(due => due.some(one => isDue(record, one))));
  if (unexpected && !(told(place) && (excuse !== undefined || isHeld(unexpected, place))))
    return `settled: ${show(place)}, but ${unexpected.text} of ${JSON.stringify(labelOf(unexpected, place))} is not asked for; ${JSON.stringify(told(place))}`;
  if (excuse !== undefined || unexpected || mine.length === 0) return undefined;
  const whole = dues(place).some(due => due.every(one => mine.some(record => isDue(record, one))));
  if (!whole && dues(place).length > 0)
    return `settled: ${show(place)}, but is asked for as ${JSON.stringify(dues(place))}`;
  return undefined;
}

/** What the object that a record is labelled for asks for. */
function labelled(record: Rec, place: Place): Due[][] {
  const label = labelOf(record, place);
  const { name, zone, world, wishes } = place;
  const holders = wishes.filter(
    ({ resource, cluster }) => resource === label?.resource && (label.cluster ?? cluster) === cluster,
  );
  // An ownership record is not written anew only because another object asks for the very same now.
  return (holders.length > 0 ? holders : wishes).map(wish =>
    dueOf(
      wish,
      name,
      wishes.filter(({ cluster }) => cluster === wish.cluster),
      world.settings,
      {
        name: zone.name,
        view: world.view(zone.id),
      },
    ),
  );
}

/** The object has nothing to publish instead, so what it has stays. */
const isHeld = (record: Rec, place: Place) =>
  labelled(record, place).some(due => due.length === 0) || place.wishes.length > 0;
