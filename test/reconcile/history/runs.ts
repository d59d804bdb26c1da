import { isDeepStrictEqual } from 'node:util';
import type { RunRequest } from '../../../lib/model/index.ts';
import { LeaseHeld } from '../../../lib/state/index.ts';
import { type Batch, inner, labelAt, type RunContext } from './batch.ts';
import { judge } from './judge.ts';
import { asks, NAMES } from './objects.ts';
import { clustersUnder, portsOf } from './ports.ts';
import { notServed, notTaken } from './rest.ts';
import { type Settings, shardsOf } from './settings.ts';
import type { Copies } from './state.ts';
import type { RunStep } from './steps.ts';
import { isData, plain, type View, wire } from './view.ts';
import type { World } from './world.ts';

/** Record sets that a zone may hold, faults aside. */
const ROOM = 10_000;

/** Plays a run, or several at once; every batch that Route 53 takes of them is judged. */
export async function playRun(world: World, step: RunStep): Promise<void> {
  const { state = 0, overtaken, twice, together, ...alone } = step;
  const shards = Object.keys(shardsOf(world.settings)) as ('apart' | 'default')[];
  if (overtaken) return one(world, step);
  if (twice) {
    const other: RunStep = { do: 'run', state: 1 - state };
    await Promise.all([one(world, { ...alone, state }), one(world, other)]);
  } else if (together) await Promise.all(shards.map(shard => one(world, { do: 'run', state, shard })));
  else await one(world, step);
}

async function one(world: World, step: RunStep): Promise<void> {
  const request = requestOf(step, world.settings, world);
  if (!request) return;
  world.memory.divided ||= (step.state ?? 0) !== 0;
  const context = contextOf(step, request, world);
  const dying = { dead: false };
  prepare(step, world);
  const change = (zone: string, apply: () => void) => {
    const before = world.view(zone);
    apply();
    if (step.plan) world.blame('a plan changed a zone');
    world.tamper.batch?.(world, zone);
    judgeBatch(zone, before, context, world);
  };
  try {
    world.last = await world.harness.run(request, portsOf(step, context, dying, world, { change, overtake }));
    if (!step.plan && !step.badstate) learnKnown(step, context, world);
    world.tamper.run?.(world);
    if (isOnly(step, ['gone']) && step.gone) world.blame(notTaken(world, context, step.gone));
    if (isOnly(step, PLAIN) && knowsZones(context, world))
      world.blame(notServed(world, context, [step.poison, step.denied]));
  } catch (error) {
    if (!dying.dead && !isExpected(error as Error, step))
      world.blame(`the run ended with ${(error as Error).stack ?? error}`);
  }
  world.memory.interrupted ||= dying.dead;
  // What a run that was forced for all has seen, it takes for proven.
  if (!step.plan && world.settings.clusters.every(name => context.forced.includes(name)))
    for (const zone of context.listed.keys()) world.memory.forged.delete(zone);
  rememberUnwanted(context, world);
}

/** Another run comes in between, while the lease of this one runs out. */
async function overtake({ overtaken, state = 0 }: RunStep, world: World): Promise<void> {
  if (!overtaken) return;
  if (overtaken.first) world.put(overtaken.first);
  world.harness.clock.advance(11_000);
  await one(world, { do: 'run', state: overtaken.state === 0 ? state : 1 - state });
}

/** What the run is asked to do; undefined where the config does not have what the step names. */
function requestOf(step: RunStep, settings: Settings, world: World): RunRequest | undefined {
  const { clusters: known } = settings;
  const request = { mode: step.plan ? 'plan' : 'sync', force: step.force ?? false } as const;
  if (step.gone !== undefined)
    return known.includes(step.gone) ? undefined : { ...request, force: true, clusters: [step.gone] };
  if (step.shard !== undefined) return shardsOf(settings)[step.shard] && { ...request, shard: step.shard };
  if (step.reread !== undefined) {
    const names = step.reread.map(name => NAMES[name] as string);
    const zones = [...world.harness.store.zones.values()].map(({ id, name }) => ({
      zone: id,
      names: names.filter(each => `.${each}.`.endsWith(`.${name}`)),
    }));
    return { ...request, force: false, clusters: [], reread: zones.filter(({ names: some }) => some.length > 0) };
  }
  const clusters = step.clusters?.filter(name => known.includes(name));
  if (clusters?.length === 0) return undefined;
  return clusters ? { ...request, clusters } : request;
}

function contextOf(step: RunStep, request: RunRequest, world: World): RunContext {
  const { settings } = world;
  const names = request.shard === undefined ? settings.clusters : (shardsOf(settings)[request.shard] ?? []);
  const drift = request.reread && new Set(request.reread.flatMap(({ names: some }) => some));
  const clusters = clustersUnder(names, settings);
  const { fleets } = world.memory;
  for (const { name, owner } of clusters) fleets.set(owner, new Set(fleets.get(owner)).add(name));
  return {
    serial: world.next(),
    settings,
    clusters,
    forced: request.force ? (request.clusters ?? names) : [],
    ...(drift && { drift }),
    read: new Map(),
    start: world.views(),
    listed: new Map(),
    state: (world.states[step.state ?? 0] as Copies).generation,
    lost: new Map(),
    moved: new Map(),
  };
}

function prepare(step: RunStep, world: World): void {
  const { store, clusters } = world.harness;
  store.poisons.length = 0;
  const size = Math.max(...[...store.zones.keys()].map(id => store.records(id).length));
  store.maxRecordSets = step.room === undefined ? ROOM : size + step.room;
  if (step.poison !== undefined) store.poisons.push({ name: wire(NAMES[step.poison] as string) });
  for (const [name, cluster] of Object.entries(clusters)) {
    delete cluster.failing;
    if (step.unread?.cluster === name)
      cluster.failing = step.unread.kind === 'all' ? 'timed out' : { [step.unread.kind]: 'denied' };
  }
}

function judgeBatch(zoneId: string, before: View, run: RunContext, world: World): void {
  const { store } = world.harness;
  const { id, name, private: isPrivate } = store.zone(zoneId);
  const after = world.view(zoneId);
  for (const [key, { text }] of before) if (after.get(key)?.text !== text) world.log.push(`- ${text}`);
  for (const [key, { text }] of after) if (before.get(key)?.text !== text) world.log.push(`+ ${text}`);
  const zone = { id, name: plain(name), private: isPrivate };
  const batch: Batch = { zone, before, after, run, memory: world.memory, store };
  world.blame(judge(batch));
}

/** Whether the run knew which zones there are now: the list of them is kept for as long as `state.refresh`, too. */
function knowsZones({ state }: RunContext, world: World): boolean {
  const copies = world.states.find(({ generation }) => generation === state);
  const known = copies?.zones();
  return known === undefined || isDeepStrictEqual(known, new Set(world.harness.store.zones.keys()));
}

/** What the state knows now of the zones that the run has read. */
function learnKnown(step: RunStep, { listed, state }: RunContext, world: World): void {
  const copies = world.states[step.state ?? 0] as Copies;
  if (copies.generation !== state) return;
  for (const zone of listed.keys()) {
    if (!world.harness.store.zones.has(zone)) continue;
    const texts = [...inner(world.memory.foreign, zone).values()].map(({ text }) => text);
    copies.know(zone, texts);
  }
}

/** Which names a run that read their clusters saw unwanted, and since when. */
function rememberUnwanted(run: RunContext, world: World): void {
  const { unwanted } = world.memory;
  for (const zone of world.harness.store.zones.values()) {
    const info = { id: zone.id, name: plain(zone.name), private: zone.private };
    const view = world.view(zone.id);
    for (const { name } of [...view.values()].filter(({ type }) => isData(type))) {
      const labels = [...view.values()].filter(other => other.name === name && isData(other.type));
      const label = labels.map(({ type }) => labelAt(view, name, type, { zone: info, run })).find(Boolean);
      const cluster = run.clusters.find(
        ({ name: each, owner }) => owner === label?.owner && (label.cluster ?? each) === each && run.read.has(each),
      );
      if (!cluster) continue;
      const key = `${zone.id} ${name}`;
      const wanted = run.read.get(cluster.name)?.wishes.some(wish => asks(wish, name));
      if (wanted) unwanted.delete(key);
      else if (!unwanted.has(key)) unwanted.set(key, run.serial);
    }
  }
}

/** A run in which only single clusters, kinds or names are out of reach: all else is to be served by it. */
const PLAIN: readonly (keyof RunStep)[] = ['force', 'unread', 'poison', 'denied'];

const isOnly = (step: RunStep, keys: readonly (keyof RunStep)[]) =>
  Object.keys(step).every(key => key === 'do' || keys.some(allowed => allowed === key));

/** Another run has the shard; a name that the config does not have. */
const isExpected = (error: Error, step: RunStep) =>
  error instanceof LeaseHeld || (error.name === 'UnknownTarget' && step.gone !== undefined);
