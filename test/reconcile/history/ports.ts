import type { ClusterReader, Ports } from '../../../lib/reconcile/index.ts';
import { Route53Error, type Route53Port } from '../../../lib/route53/index.ts';
import { fakeClusters } from '../../support/harness.ts';
import type { Reading, RunContext } from './batch.ts';
import { NAMES } from './objects.ts';
import { KINDS, type Kind, ownerOf, type Settings, shardsOf } from './settings.ts';
import type { Copies } from './state.ts';
import type { ChangeFault, RunStep } from './steps.ts';
import { stranger } from './stranger.ts';
import type { World } from './world.ts';

interface Dying {
  dead: boolean;
}

interface Actions {
  /** In place of a change batch. */
  readonly change: (zone: string, apply: () => void) => void;
  /** Before the first change batch. */
  readonly overtake: (step: RunStep, world: World) => Promise<void>;
}

export const clustersUnder = (names: readonly string[], settings: Settings) =>
  names.map(name => ({ name, owner: ownerOf(settings, name) }));

/** The world as a run finds it, with all that is to go wrong in it. */
export function portsOf(
  step: RunStep,
  context: RunContext,
  dying: Dying,
  world: World,
  actions: Actions,
): Partial<Ports> {
  const { clock } = world.harness;
  const state = world.states[step.state ?? 0] as Copies;
  return {
    route53: route53Of(step, context, dying, world, actions),
    readCluster: readerOf(context, world),
    store: state.open(step.badstate, dying, key => world.blame(step.plan ? `a plan wrote ${key}` : undefined)),
    clock: step.skew === undefined ? clock : { ...clock, now: () => clock.now() + (step.skew ?? 0) },
    holder: `run ${context.serial}`,
  };
}

/** Reads the clusters, and tells the run's context what was read of them. */
function readerOf(context: RunContext, world: World): ClusterReader {
  const read = fakeClusters(world.harness.clusters);
  return async (cluster, kinds, ...rest) => {
    const failing = world.harness.clusters[cluster.name]?.failing;
    const failed = (kind: Kind) => typeof failing === 'string' || failing?.[kind] !== undefined;
    const unread = new Set(KINDS.filter(kind => !kinds.includes(kind) || failed(kind)));
    const { state } = context;
    const reading: Reading = { wishes: world.wishes(cluster.name), unread, serial: world.next(), state };
    if (context.read.size === 0) context.start = world.views();
    context.read.set(cluster.name, reading);
    // A request for all shards is a run for each, one after the other.
    const shard = Object.values(shardsOf(context.settings)).find(names => names.includes(cluster.name));
    context.clusters = clustersUnder(shard ?? [], context.settings);
    if (!kinds.some(kind => failed(kind as Kind))) world.memory.latest.set(cluster.name, reading);
    return read(cluster, kinds, ...rest);
  };
}

class Killed extends Error {}

function die(dying: Dying): never {
  dying.dead = true;
  throw new Killed('the process was killed');
}

function route53Of(step: RunStep, context: RunContext, dying: Dying, world: World, actions: Actions): Route53Port {
  const script = [...(step.faults ?? [])];
  let current: ChangeFault = 'ok';
  let overtaken = step.overtaken === undefined;
  const deadzone = step.deadzone === undefined ? undefined : [...world.harness.store.zones.keys()][step.deadzone];
  const port = world.harness.route53({
    before: async (operation, zone) => {
      if (dying.dead) throw new Killed('the process was killed');
      if (operation === 'listRecordSets' && zone === deadzone) throw denied();
      if (operation !== 'changeRecordSets') return;
      if (!overtaken) {
        overtaken = true;
        await actions.overtake(step, world);
      }
      current = script.shift() ?? 'ok';
      failBefore(current, dying, zone, world);
    },
    after: operation => {
      if (operation !== 'changeRecordSets') return;
      if (current === '500 after') throw new Route53Error('transient', 'ECONNRESET', 'socket hang up');
      if (current === 'killed after') die(dying);
    },
    change: actions.change,
  });
  return {
    ...port,
    changeRecordSets: async (zone, changes) => {
      const forbidden = step.denied === undefined ? undefined : NAMES[step.denied];
      if (changes.some(({ record }) => record.name === forbidden)) throw denied();
      return port.changeRecordSets(zone, changes);
    },
    listRecordSets: async (zone, from, max) => {
      const page = await port.listRecordSets(zone, from, max);
      if (!from && context.read.size === 0) context.listed.set(zone, world.view(zone));
      return page;
    },
  };
}

const denied = () =>
  new Route53Error('denied', 'AccessDenied', 'not authorized to perform: the action on the resource');

function failBefore(fault: ChangeFault, dying: Dying, zone: string | undefined, world: World): void {
  if (fault === 'throttled') throw new Route53Error('throttled', 'Throttling', 'Rate exceeded');
  if (fault === 'busy') throw new Route53Error('busy', 'PriorRequestNotComplete', 'The request was rejected');
  if (fault === '500 before') throw new Route53Error('transient', 'InternalError', 'We encountered an internal error');
  if (fault === 'killed before') die(dying);
  if (typeof fault === 'object' && zone !== undefined) stranger(world, fault.act, NAMES[fault.name] as string, zone);
}
