import fc from 'fast-check';
import type { SourceKind } from '../../lib/model/index.ts';
import { Route53Error } from '../../lib/route53/index.ts';
import { createMemoryStore, LeaseHeld, type StateStore } from '../../lib/state/index.ts';
import type { RecordJson } from '../../local/route53/index.ts';
import { brief, type Harness, harness } from '../support/harness.ts';
import { type KubernetesObject, NLB, service } from '../support/objects.ts';
import type { Operation } from '../support/store-route53.ts';

/** One thing that happens: in a cluster, in Route 53 by another hand, or a run with whatever goes wrong in it. */
export type Step =
  | {
      readonly do: 'apply';
      readonly cluster: string;
      readonly object: number;
      readonly name: number;
      readonly target: number;
    }
  | { readonly do: 'delete'; readonly cluster: string; readonly object: number }
  | {
      readonly do: 'stranger';
      readonly act: 'occupy' | 'edit' | 'take over' | 'drop record' | 'drop ownership';
      readonly name: number;
    }
  | {
      readonly do: 'run';
      readonly state: number;
      readonly faults: Faults;
      readonly clusters?: readonly string[];
      readonly force: boolean;
    }
  | { readonly do: 'runs'; readonly faults: Faults }
  | { readonly do: 'wait'; readonly minutes: number };

export interface Faults {
  /** What the first change requests of the run meet, one after the other. */
  readonly changes: readonly (
    | 'ok'
    | 'throttled'
    | 'busy'
    | '500 before'
    | '500 after'
    | 'killed before'
    | 'killed after'
    | 'stranger before'
  )[];
  readonly poisoned?: number;
  readonly unlisted?: { readonly cluster: string; readonly kind: SourceKind };
}

const NAMES = ['a.example.com', 'b.example.com', '*.w.example.com', 'example.com', 'a-b.example.com'];
const TARGETS: readonly (readonly string[])[] = [
  ['203.0.113.1'],
  ['203.0.113.2', '2001:db8::2'],
  [NLB],
  ['lb.example.net'],
  [],
];
const CLUSTERS = ['one', 'two'];

const index = (items: readonly unknown[]) => fc.nat({ max: items.length - 1 });
const cluster = fc.constantFrom(...CLUSTERS);
const fault = fc.constantFrom(
  'ok' as const,
  'throttled' as const,
  'busy' as const,
  '500 before' as const,
  '500 after' as const,
  'killed before' as const,
  'killed after' as const,
  'stranger before' as const,
);
const faults: fc.Arbitrary<Faults> = fc.record(
  {
    changes: fc.array(fault, { maxLength: 3 }),
    poisoned: index(NAMES),
    unlisted: fc.record({ cluster, kind: fc.constantFrom<SourceKind>('service', 'ingress') }),
  },
  { requiredKeys: ['changes'] },
);

export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('apply' as const),
      cluster,
      object: fc.nat({ max: 2 }),
      name: index(NAMES),
      target: index(TARGETS),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), cluster, object: fc.nat({ max: 2 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('stranger' as const),
      act: fc.constantFrom(
        'occupy' as const,
        'edit' as const,
        'take over' as const,
        'drop record' as const,
        'drop ownership' as const,
      ),
      name: index(NAMES),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record(
      {
        do: fc.constant('run' as const),
        state: fc.nat({ max: 1 }),
        faults,
        clusters: fc.subarray(CLUSTERS, { minLength: 1 }),
        force: fc.boolean(),
      },
      { requiredKeys: ['do', 'state', 'faults', 'force'] },
    ),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('runs' as const), faults }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.constantFrom(1, 14, 120) }) },
);

const CONFIG = `
clusters: [{name: one, region: us-east-1, owner: one}, {name: two, region: us-east-1, owner: two}]
zones: {domains: [example.com]}
`;

const wire = (name: string) => `${name.replace('*', '\\052')}.`;
const keyOf = (record: RecordJson) => `${record.name} ${record.type}`;
const ownerIn = (record: RecordJson) => /external-dns\/owner=([^,"]+)/.exec(record.values?.[0] ?? '')?.[1];
const ours = (record: RecordJson) => CLUSTERS.includes(ownerIn(record) ?? '');

/**
 * Plays a history on the strict Route 53 and holds it against the promises after every request: what is a stranger's
 * stays as it is, no ownership record stands without a record nor changes apart from it, no value appears that no object ever asked for. The
 * caller then ends the faults and asks {@link settle} whether the rest came right.
 */
export class History {
  readonly world: Harness;
  readonly #states: StateStore[] = [createMemoryStore(), createMemoryStore()];
  /** Record sets that belong to somebody else, by name and type. */
  readonly #foreign = new Map<string, string>();
  /** Every line that some object has asked for so far, and what strangers wrote into records of ours. */
  readonly #imagined = new Set<string>();
  #serial = 0;

  constructor() {
    this.world = harness({ config: CONFIG, clusters: { one: { objects: [] }, two: { objects: [] } } });
  }

  async play(step: Step): Promise<void> {
    if (step.do === 'apply') this.#apply(step);
    else if (step.do === 'delete') this.#delete(step);
    else if (step.do === 'stranger') this.#stranger(step.act, NAMES[step.name] as string);
    else if (step.do === 'wait') this.world.clock.advance(step.minutes * 60_000);
    else if (step.do === 'run')
      await this.#run(step.state, step.faults, {
        force: step.force,
        ...(step.clusters && { clusters: step.clusters }),
      });
    else await Promise.all([this.#run(0, step.faults, { force: false }), this.#run(1, step.faults, { force: false })]);
    this.check();
  }

  /** Ends all faults and runs twice, as a person would who forces a resync. */
  async settle(): Promise<void> {
    this.world.store.poisons.length = 0;
    for (const cluster of Object.values(this.world.clusters)) delete cluster.failing;
    this.world.clock.advance(24 * 60 * 60_000);
    for (let i = 0; i < 2; i++) await this.#run(0, { changes: [] }, { force: true });
    this.check();
    this.#checkWanted();
    this.#checkOrphans();
  }

  #apply({ cluster, object, name, target }: Extract<Step, { do: 'apply' }>): void {
    const hostname = NAMES[name] as string;
    const made = service(`s${object}`, { hostname }, TARGETS[target] as string[]);
    this.#replace(cluster, object, made);
    for (const line of linesOf(made)) this.#imagined.add(line);
  }

  #delete({ cluster, object }: Extract<Step, { do: 'delete' }>): void {
    this.#replace(cluster, object);
  }

  #replace(cluster: string, object: number, made?: KubernetesObject): void {
    const place = this.world.clusters[cluster] as { objects: KubernetesObject[] };
    place.objects = [
      ...place.objects.filter(({ metadata }) => metadata.name !== `s${object}`),
      ...(made ? [made] : []),
    ];
  }

  #records(name: string): readonly RecordJson[] {
    return this.world
      .json()
      .filter(record => record.name === wire(name) && ['A', 'AAAA', 'CNAME'].includes(record.type));
  }

  #ownership(name: string): readonly RecordJson[] {
    return this.world
      .json()
      .filter(record => record.type === 'TXT' && ours(record) && covered(record.name) === wire(name));
  }

  #edit(put: readonly RecordJson[], remove: readonly RecordJson[] = []): void {
    const id = [...this.world.store.zones.keys()][0] as string;
    this.world.store.edit(id, { put: put as never, remove: remove as never });
  }

  #stranger(act: Extract<Step, { do: 'stranger' }>['act'], name: string): void {
    const standing = this.#records(name);
    const ownership = this.#ownership(name);
    const value = `198.51.100.${(this.#serial++ % 250) + 1}`;
    if (act === 'occupy' && standing.length === 0 && ownership.length === 0)
      this.#own([{ name: wire(name), type: 'A', ttl: 60, values: [value] }]);
    const [mine] = standing.filter(({ name: at, type }) => !this.#foreign.has(`${at} ${type}`));
    if (act === 'edit' && mine && mine.type === 'A') {
      const edited: RecordJson = { name: mine.name, type: 'A', ttl: 60, values: [value] };
      this.#imagined.add(brief(edited));
      this.#edit([edited]);
    }
    if (act === 'take over' && ownership.length > 0) {
      const theirs = ownership.map(record => ({
        ...record,
        values: ['"heritage=external-dns,external-dns/owner=stranger"'],
      }));
      this.#own([...theirs, ...standing]);
    }
    if (act === 'drop record' && mine) this.#edit([], [mine]);
    if (act === 'drop ownership' && ownership.length > 0) {
      this.#edit([], ownership);
      this.#own(standing);
    }
  }

  #own(records: readonly RecordJson[]): void {
    this.#edit(records);
    const now = new Map(this.world.json().map(record => [keyOf(record), JSON.stringify(record)]));
    for (const record of records) this.#foreign.set(keyOf(record), now.get(keyOf(record)) as string);
  }

  async #run(state: number, faults: Faults, request: { force: boolean; clusters?: readonly string[] }): Promise<void> {
    const script = [...faults.changes];
    let dead = false;
    const die = () => {
      dead = true;
      throw new Error('the process was killed');
    };
    this.world.store.poisons.length = 0;
    if (faults.poisoned !== undefined) this.world.store.poisons.push({ name: wire(NAMES[faults.poisoned] as string) });
    for (const [name, cluster] of Object.entries(this.world.clusters)) {
      delete cluster.failing;
      if (faults.unlisted?.cluster === name) cluster.failing = { [faults.unlisted.kind]: 'denied' };
    }
    let current: (typeof script)[number] = 'ok';
    const hooks = {
      before: (operation: Operation) => {
        if (dead) die();
        if (operation !== 'changeRecordSets') return;
        current = script.shift() ?? 'ok';
        if (current === 'throttled') throw new Route53Error('throttled', 'Throttling', 'Rate exceeded');
        if (current === 'busy') throw new Route53Error('busy', 'PriorRequestNotComplete', 'The request was rejected');
        if (current === '500 before')
          throw new Route53Error('transient', 'InternalError', 'We encountered an internal error');
        if (current === 'killed before') die();
        if (current === 'stranger before') this.#stranger('edit', NAMES[0] as string);
      },
      after: (operation: Operation) => {
        if (operation !== 'changeRecordSets') return;
        this.check();
        if (current === '500 after') throw new Route53Error('transient', 'ECONNRESET', 'socket hang up');
        if (current === 'killed after') die();
      },
    };
    const store = this.#states[state] as StateStore;
    const mortal: StateStore = {
      get: (key, known) => (dead ? die() : store.get(key, known)),
      put: (key, bytes, expected) => (dead ? die() : store.put(key, bytes, expected)),
      remove: (key, expected) => (dead ? die() : store.remove(key, expected)),
    };
    try {
      await this.world.run(request, {
        store: mortal,
        route53: this.world.route53(hooks),
        holder: `run ${this.#serial++}`,
      });
    } catch (error) {
      if (!dead && !(error instanceof LeaseHeld)) throw error;
    }
  }

  check(): void {
    const now = new Map(this.world.json().map(record => [keyOf(record), record]));
    for (const [key, before] of this.#foreign) {
      const record = now.get(key);
      if (!record || JSON.stringify(record) !== before)
        throw new Error(`a stranger's ${key} was changed: ${before} is now ${JSON.stringify(record)}`);
    }
    for (const record of now.values()) {
      if (record.type === 'TXT' || this.#foreign.has(keyOf(record))) continue;
      const line = brief(record);
      const merged = line.split(' ').length > 3 && record.type !== 'TXT';
      if (!merged && !this.#imagined.has(line)) throw new Error(`nobody ever wanted ${line}`);
    }
  }

  /** Every name that some object asks for and no stranger occupies has the records that one of the objects wants. */
  #checkWanted(): void {
    const asking = new Map<string, string[][]>();
    for (const { objects } of Object.values(this.world.clusters)) {
      for (const object of objects) {
        const lines = linesOf(object);
        const name = lines[0]?.split(' ')[0];
        if (name !== undefined) asking.set(name, [...(asking.get(name) ?? []), lines]);
      }
    }
    for (const [name, wishes] of asking) {
      if (
        [...this.#foreign.keys()].some(
          key => key.startsWith(`${wire(name)} `) || covered(key.split(' ')[0] as string) === wire(name),
        )
      )
        continue;
      if (name === 'a-b.example.com' || name === 'b.example.com') continue; // Their ownership records may exclude each other.
      const standing = this.#records(name).map(brief).sort();
      const apexCname = (lines: readonly string[]) =>
        name === 'example.com' && lines.some(line => line.includes(' CNAME '));
      const possible = wishes.filter(lines => !apexCname(lines)).map(lines => [...lines].sort().join('\n'));
      if (possible.length > 0 && !possible.includes(standing.join('\n')) && !isMerged(standing, wishes)) {
        throw new Error(`${name} is ${JSON.stringify(standing)}, but is wanted as ${JSON.stringify(possible)}`);
      }
    }
  }

  #checkOrphans(): void {
    const all = this.world.json();
    for (const record of all.filter(txt => txt.type === 'TXT' && ours(txt))) {
      const name = covered(record.name);
      if (!all.some(other => other.name === name && ['A', 'AAAA', 'CNAME'].includes(other.type)))
        throw new Error(`an orphan: ${brief(record)}`);
    }
  }
}

/** The name that an ownership record speaks of, in Route 53's form. */
function covered(name: string): string {
  const apex = /^_fairlead-apex-(?:a|aaaa|cname)\.(.*)$/.exec(name);
  return apex?.[1] ?? name.replace(/^(?:a|aaaa|cname)-/, '');
}

/** Addresses of several Services of one cluster are one record set. */
function isMerged(standing: readonly string[], wishes: readonly string[][]): boolean {
  const values = new Set(wishes.flat().flatMap(line => line.split(' ').slice(2)));
  return (
    standing.length > 0 &&
    standing.every(line =>
      line
        .split(' ')
        .slice(2)
        .every(value => values.has(value)),
    )
  );
}

/** What an object asks for, a line a record set; several addresses of one type in one line. */
function linesOf(object: KubernetesObject): string[] {
  const name = Object.values(object.metadata.annotations ?? {})[0] as string;
  const targets = (object.status as { loadBalancer: { ingress: { ip?: string; hostname?: string }[] } }).loadBalancer
    .ingress;
  return targets.flatMap(({ ip, hostname }) => {
    if (ip !== undefined) return [`${name} ${ip.includes(':') ? 'AAAA' : 'A'} ${ip}`];
    return hostname === NLB
      ? ['A', 'AAAA'].map(type => `${name} ${type} → ${hostname}`)
      : [`${name} CNAME ${hostname}`];
  });
}
