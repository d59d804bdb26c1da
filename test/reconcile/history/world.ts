import type { RunResult } from '../../../lib/model/index.ts';
import { type Harness, harness } from '../../support/harness.ts';
import { inner, type Memory, memory } from './batch.ts';
import { NAMES, type Thing, thingOf, type Wish } from './objects.ts';
import { playRun } from './runs.ts';
import { CLUSTERS, configOf, DEFAULTS, type Settings, ZONES } from './settings.ts';
import { Copies } from './state.ts';
import type { Step, StrangerAct } from './steps.ts';
import { stranger } from './stranger.ts';
import { keyOf, plain, type View, viewOf } from './view.ts';
import { ZONE_ACTS } from './zones.ts';

/** Mutations of the code under test: something that it would do wrong, for a check to find. */
export interface Tamper {
  /** After Route 53 took a batch, before the judge sees what came of it. */
  readonly batch?: (world: World, zone: string) => void;
  /** After a run. */
  readonly run?: (world: World) => void;
  /** When all has come to rest, before it is compared with what is asked for. */
  readonly settled?: (world: World) => void;
}

/** A config, clusters, zones and states in which a history is played. */
export class World {
  readonly harness: Harness;
  settings: Settings = DEFAULTS;
  readonly memory: Memory = memory();
  /** Two places where state is kept: the deployed function's, and that of somebody's terminal. */
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

  /** A fault ends the history after the step: inside a run, it would only be one more error to be dealt with. */
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
        return this.put(step);
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
        return playRun(this, step);
    }
  }

  configure(set: Partial<Settings>): void {
    // Under another naming a claim is none, and what the state knew of it is forgotten.
    if (set.affix !== undefined || set.wildcardReplacement !== undefined)
      for (const forged of this.memory.forged.values())
        for (const [key, { text }] of forged) forged.set(key, { text, states: new Set() });
    if (set.affix !== undefined || set.wildcardReplacement !== undefined) this.#rename();
    this.settings = { ...this.settings, ...set };
    this.harness.config = configOf(this.settings);
  }

  /** What was written under the naming so far is told by the copies that there are. */
  #rename(): void {
    for (const [zone, pairs] of this.memory.pairs) {
      const renamed = inner(this.memory.renamed, zone);
      for (const txt of pairs.keys()) {
        const knowing = this.states.filter(state => state.holds(zone, txt)).map(({ generation }) => generation);
        if (!renamed.has(txt)) renamed.set(txt, new Set(knowing));
      }
    }
  }

  put(step: Extract<Step, { do: 'apply' | 'delete' }>): void {
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

  view = (zoneId: string): View => viewOf(this.harness.store, zoneId);

  views = () => new Map([...this.harness.store.zones.keys()].map(id => [id, this.view(id)]));

  /** Another hand's edit. `whose` says whether the records are its own; a record that it takes away is nobody's. */
  edit(zoneId: string, put: readonly object[], remove: readonly object[] = [], whose?: 'strict' | 'lost'): void {
    this.harness.store.edit(zoneId, { put: put as never, remove: remove as never });
    const keys = (records: readonly object[]) =>
      (records as { name: string; type: string }[]).map(({ name, type }) => keyOf(plain(name), type));
    for (const map of [this.memory.foreign, this.memory.forged])
      for (const key of keys(remove)) inner(map as Map<string, Map<string, unknown>>, zoneId).delete(key);
    const forged = inner(this.memory.forged, zoneId);
    const after = this.view(zoneId);
    for (const [key, known] of forged) forged.set(key, { ...known, text: after.get(key)?.text ?? known.text });
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
}
