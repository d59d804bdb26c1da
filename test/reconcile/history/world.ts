import type { RunRequest, RunResult } from '../../../lib/model/index.ts';
import type { ClusterReader } from '../../../lib/reconcile/index.ts';
import { Route53Error, type Route53Port } from '../../../lib/route53/index.ts';
import { LeaseHeld } from '../../../lib/state/index.ts';
import { fakeClusters, type Harness, harness } from '../../support/harness.ts';
import type { Operation } from '../../support/store-route53.ts';
import { type Batch, inner, labelAt, type Memory, memory, type Reading, type RunContext } from './batch.ts';
import { judge } from './judge.ts';
import { asks, NAMES, type Thing, thingOf, type Wish } from './objects.ts';
import { notServed } from './rest.ts';
import { CLUSTERS, configOf, DEFAULTS, KINDS, type Kind, ownerOf, type Settings, shardsOf, ZONES } from './settings.ts';
import { Copies } from './state.ts';
import type { ChangeFault, RunStep, Step, StrangerAct } from './steps.ts';
import { stranger } from './stranger.ts';
import { isData, keyOf, plain, type View, viewOf, wire } from './view.ts';
import { ZONE_ACTS } from './zones.ts';

/** Record sets that a zone may hold, faults aside. */
const ROOM = 10_000;

class Killed extends Error {}

/** Mutations of the code under test: something that it would do wrong, for a check to find. */
export interface Tamper {
  /** After Route 53 took a batch, before the judge sees what came of it. */
  readonly batch?: (world: World, zone: string) => void;
  /** After a run. */
  readonly run?: (world: World) => void;
  /** When all has come to rest, before it is compared with what is asked for. */
  readonly settled?: (world: World) => void;
}

/** A config, clusters, zones and states in which a history is played; every batch that Route 53 takes is judged. */
export class World {
  readonly harness: Harness;
  settings: Settings = DEFAULTS;
  readonly memory: Memory = memory();
  readonly states = [new Copies(), new Copies()];
  readonly #things = new Map<string, Map<number, Thing>>();
  tamper: Tamper;
  /** What was wrong first. */
  fault: string | undefined;
  last: RunResult | undefined;
  /** Changes of the latest step, for a person. */
  readonly log: string[] = [];
  #serial = 0;

  constructor(tamper: Tamper = {}) {
    this.tamper = tamper;
    const zones = [ZONES.root, ZONES.org].map(({ id, name }) => ({ id, name: `${name}.`, records: [] }));
    this.harness = harness({
      zones,
      clusters: Object.fromEntries(CLUSTERS.map(name => [name, { objects: [] }])),
    });
    this.configure({});
  }

  next = () => ++this.#serial;

  blame(fault: string | undefined): void {
    this.fault ??= fault;
  }

  async play(step: Step): Promise<void> {
    this.log.length = 0;
    await this.#play(step);
    if (this.fault !== undefined) throw new Error(this.fault);
  }

  #play(step: Step): Promise<unknown> | unknown {
    switch (step.do) {
      case 'config':
        return this.configure(step.set);
      case 'apply':
      case 'delete':
        return this.#put(step);
      case 'empty':
        this.#things.delete(step.cluster);
        return this.#offer(step.cluster);
      case 'zone':
        return ZONE_ACTS[step.act](this);
      case 'stranger':
        return this.stranger(step.act, step.name, step.zone);
      case 'state':
        return (this.states[step.state] as Copies)[step.act]();
      case 'wait':
        return this.harness.clock.advance(step.minutes * 60_000);
      case 'run':
        return this.run(step);
    }
  }

  configure(set: Partial<Settings>): void {
    this.settings = { ...this.settings, ...set };
    this.harness.config = configOf(this.settings);
  }

  #put(step: Extract<Step, { do: 'apply' | 'delete' }>): void {
    const things = inner(this.#things, step.cluster);
    if (step.do === 'apply') things.set(step.object, thingOf(step));
    else things.delete(step.object);
    this.#offer(step.cluster);
  }

  #offer(cluster: string): void {
    const objects = [...inner(this.#things, cluster).values()].map(({ object }) => object);
    (this.harness.clusters[cluster] as { objects: unknown[] }).objects = objects;
  }

  wishes = (cluster: string): Wish[] => [...inner(this.#things, cluster).values()].map(({ wish }) => wish);

  #views = () => new Map([...this.harness.store.zones.keys()].map(id => [id, this.view(id)]));

  view = (zoneId: string): View => viewOf(this.harness.store, zoneId);

  /** Another hand's edit. `whose` says whether the records are its own; a record that it takes away is nobody's. */
  edit(zoneId: string, put: readonly object[], remove: readonly object[] = [], whose?: 'strict' | 'lost'): void {
    this.harness.store.edit(zoneId, { put: put as never, remove: remove as never });
    const keys = (records: readonly object[]) =>
      (records as { name: string; type: string }[]).map(({ name, type }) => keyOf(plain(name), type));
    for (const key of keys(remove)) inner(this.memory.foreign, zoneId).delete(key);
    if (whose) this.disown(zoneId, keys(put), whose);
  }

  /** From now on these record sets are not ours: another's for good, or only as long as their ownership is lost. */
  disown(zoneId: string, keys: readonly string[], whose: 'strict' | 'lost'): void {
    const view = this.view(zoneId);
    for (const key of keys) {
      const text = view.get(key)?.text;
      if (text !== undefined) inner(this.memory.foreign, zoneId).set(key, { text, strict: whose === 'strict' });
    }
  }

  stranger(act: StrangerAct, name: number, zone = 0): void {
    const zones = [...this.harness.store.zones.values()].filter(({ name: of }) =>
      `.${NAMES[name]}.`.endsWith(`.${of}`),
    );
    const found = zones[zone % zones.length];
    if (found) stranger(this, act, NAMES[name] as string, found.id);
  }

  async run(step: RunStep): Promise<void> {
    const { state = 0 } = step;
    const { overtaken, twice, together, ...alone } = step;
    const shards = Object.keys(shardsOf(this.settings)) as ('apart' | 'default')[];
    if (overtaken) return this.#run(step);
    if (twice) await Promise.all([this.#run(alone), this.#run({ do: 'run', state: 1 - state })]);
    else if (together) await Promise.all(shards.map(shard => this.#run({ do: 'run', state, shard })));
    else await this.#run(step);
  }

  /** The clusters that a run is for; undefined where the config has none of them. */
  #request(step: RunStep): RunRequest | undefined {
    const { clusters: known } = this.settings;
    const request = { mode: step.plan ? 'plan' : 'sync', force: step.force ?? false } as const;
    if (step.gone !== undefined)
      return known.includes(step.gone) ? undefined : { ...request, force: true, clusters: [step.gone] };
    if (step.shard !== undefined) return shardsOf(this.settings)[step.shard] && { ...request, shard: step.shard };
    if (step.reread !== undefined) {
      const names = step.reread.map(name => NAMES[name] as string);
      const zones = [...this.harness.store.zones.values()].map(({ id, name }) => ({
        zone: id,
        names: names.filter(one => `.${one}.`.endsWith(`.${name}`)),
      }));
      return { ...request, force: false, clusters: [], reread: zones.filter(({ names: some }) => some.length > 0) };
    }
    const clusters = step.clusters?.filter(name => known.includes(name));
    if (clusters?.length === 0) return undefined;
    return clusters ? { ...request, clusters } : request;
  }

  #context(step: RunStep, request: RunRequest, serial: number): RunContext {
    const { settings } = this;
    const names = request.shard === undefined ? settings.clusters : (shardsOf(settings)[request.shard] ?? []);
    const drift = request.reread && new Set(request.reread.flatMap(({ names }) => names));
    return {
      serial,
      settings,
      clusters: clustersOf(names, settings),
      forced: request.force ? (request.clusters ?? names) : [],
      ...(drift && { drift }),
      read: new Map(),
      start: this.#views(),
      listed: new Map(),
      state: (this.states[step.state ?? 0] as Copies).generation,
      lost: new Map(),
      moved: new Map(),
    };
  }

  async #run(step: RunStep): Promise<void> {
    const request = this.#request(step);
    if (!request) return;
    const context = this.#context(step, request, this.next());
    const dying = { dead: false };
    this.#prepare(step);
    const { clock } = this.harness;
    const skewed = step.skew === undefined ? clock : { ...clock, now: () => clock.now() + (step.skew ?? 0) };
    try {
      const result = await this.harness.run(request, {
        route53: this.#route53(step, context, dying),
        readCluster: this.#reader(context),
        store: (this.states[step.state ?? 0] as Copies).open(step.badstate, dying, key =>
          this.blame(step.plan ? `a plan wrote ${key}` : undefined),
        ),
        clock: skewed,
        holder: `run ${context.serial}`,
      });
      this.last = result;
      if (!step.plan && !step.badstate) this.#learn(step, context);
      this.tamper.run?.(this);
      if (isPlain(step)) this.blame(notServed(this, context, [step.poison, step.denied]));
    } catch (error) {
      if (!dying.dead && !isExpected(error as Error, step)) {
        this.blame(`the run ended with ${(error as Error).stack ?? error}`);
      }
    }
    this.memory.interrupted ||= dying.dead;
    // What a forced run has seen, it takes for proven.
    if (context.forced.length > 0) for (const zone of context.listed.keys()) this.memory.forged.delete(zone);
    this.#remember(context);
  }

  /** What the state knows now of the zones that the run has read. */
  #learn(step: RunStep, { listed, state }: RunContext): void {
    const copies = this.states[step.state ?? 0] as Copies;
    if (copies.generation !== state) return;
    for (const zone of listed.keys()) {
      if (!this.harness.store.zones.has(zone)) continue;
      const foreign = inner(this.memory.foreign, zone);
      copies.know(
        zone,
        [...foreign.values()].map(({ text }) => text),
      );
    }
  }

  #prepare(step: RunStep): void {
    const { store, clusters } = this.harness;
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

  #reader(context: RunContext): ClusterReader {
    const read = fakeClusters(this.harness.clusters);
    return async (cluster, kinds, ...rest) => {
      const failing = this.harness.clusters[cluster.name]?.failing;
      const failed = (kind: Kind) => typeof failing === 'string' || failing?.[kind] !== undefined;
      const unread = new Set(KINDS.filter(kind => !kinds.includes(kind) || failed(kind)));
      const wishes = this.wishes(cluster.name);
      const reading: Reading = { wishes, unread, serial: this.next() };
      if (context.read.size === 0) context.start = this.#views();
      context.read.set(cluster.name, reading);
      // A request for all shards is a run for each, one after the other.
      const shard = Object.values(shardsOf(context.settings)).find(names => names.includes(cluster.name));
      context.clusters = clustersOf(shard ?? [], context.settings);
      if (!kinds.some(kind => failed(kind as Kind))) this.memory.latest.set(cluster.name, reading);
      return read(cluster, kinds, ...rest);
    };
  }

  #route53(step: RunStep, context: RunContext, dying: { dead: boolean }): Route53Port {
    const script = [...(step.faults ?? [])];
    let current: ChangeFault = 'ok';
    let overtaken = step.overtaken === undefined;
    const zones = [...this.harness.store.zones.keys()];
    const deadzone = step.deadzone === undefined ? undefined : zones[step.deadzone];
    const port = this.harness.route53({
      before: async (operation: Operation, zone) => {
        if (dying.dead) throw new Killed('the process was killed');
        if (operation === 'listRecordSets' && zone === deadzone)
          throw new Route53Error('denied', 'AccessDenied', 'not authorized');
        if (operation !== 'changeRecordSets') return;
        if (!overtaken) {
          overtaken = true;
          await this.#overtake(step);
        }
        current = script.shift() ?? 'ok';
        this.#fail(current, dying, zone);
      },
      after: operation => {
        if (operation !== 'changeRecordSets') return;
        if (current === '500 after') throw new Route53Error('transient', 'ECONNRESET', 'socket hang up');
        if (current === 'killed after') die(dying);
      },
      change: (zone, apply) => {
        const before = this.view(zone);
        apply();
        if (step.plan) this.blame('a plan changed a zone');
        this.tamper.batch?.(this, zone);
        this.#judge(zone, before, context);
      },
    });
    return {
      ...port,
      changeRecordSets: async (zone, changes) => {
        if (step.denied !== undefined && changes.some(({ record }) => record.name === NAMES[step.denied as number]))
          throw new Route53Error('denied', 'AccessDenied', 'not authorized to perform: ChangeResourceRecordSets');
        return port.changeRecordSets(zone, changes);
      },
      listRecordSets: async (zone, from, max) => {
        const page = await port.listRecordSets(zone, from, max);
        if (!from && context.read.size === 0) context.listed.set(zone, this.view(zone));
        return page;
      },
    };
  }

  #fail(fault: ChangeFault, dying: { dead: boolean }, zone: string | undefined): void {
    if (fault === 'throttled') throw new Route53Error('throttled', 'Throttling', 'Rate exceeded');
    if (fault === 'busy') throw new Route53Error('busy', 'PriorRequestNotComplete', 'The request was rejected');
    if (fault === '500 before')
      throw new Route53Error('transient', 'InternalError', 'We encountered an internal error');
    if (fault === 'killed before') die(dying);
    if (typeof fault === 'object' && zone !== undefined) stranger(this, fault.act, NAMES[fault.name] as string, zone);
  }

  async #overtake({ overtaken, state = 0 }: RunStep): Promise<void> {
    if (!overtaken) return;
    if (overtaken.first) this.#put(overtaken.first);
    this.harness.clock.advance(11_000);
    await this.#run({ do: 'run', state: overtaken.state === 0 ? state : 1 - state });
  }

  #judge(zoneId: string, before: View, run: RunContext): void {
    const { store } = this.harness;
    const { id, name, private: isPrivate } = store.zone(zoneId);
    const zone = { id, name: plain(name), private: isPrivate };
    const after = this.view(zoneId);
    for (const [key, record] of before) if (after.get(key)?.text !== record.text) this.log.push(`- ${record.text}`);
    for (const [key, record] of after) if (before.get(key)?.text !== record.text) this.log.push(`+ ${record.text}`);
    const batch: Batch = { zone, before, after, run, memory: this.memory, store };
    this.blame(judge(batch));
  }

  /** Which names a run that read their clusters saw unwanted, and since when. */
  #remember(run: RunContext): void {
    for (const zone of this.harness.store.zones.values()) {
      const info = { id: zone.id, name: plain(zone.name), private: zone.private };
      const view = this.view(zone.id);
      for (const { name, type } of view.values()) {
        if (!isData(type)) continue;
        const label = labelAt(view, name, type, { zone: info, run });
        const cluster = run.clusters.find(
          ({ name: one, owner }) => owner === label?.owner && (label.cluster ?? one) === one && run.read.has(one),
        );
        if (!cluster) continue;
        const key = `${zone.id} ${name}`;
        const wanted = run.read.get(cluster.name)?.wishes.some(wish => asks(wish, name));
        if (wanted) this.memory.unwanted.delete(key);
        else if (!this.memory.unwanted.has(key)) this.memory.unwanted.set(key, run.serial);
      }
    }
  }
}

const clustersOf = (names: readonly string[], settings: Settings) =>
  names.map(name => ({ name, owner: ownerOf(settings, name) }));

function die(dying: { dead: boolean }): never {
  dying.dead = true;
  throw new Killed('the process was killed');
}

const PLAIN = new Set(['do', 'force', 'unread', 'poison', 'denied']);

/** A run in which only single clusters, kinds or names are out of reach: all else is to be served by it. */
const isPlain = (step: RunStep) => Object.keys(step).every(key => PLAIN.has(key));

/** Another run has the shard; the zones cannot be listed; a name that the config does not have. */
function isExpected(error: Error, step: RunStep): boolean {
  return error instanceof LeaseHeld || (error.name === 'UnknownTarget' && step.gone !== undefined);
}
