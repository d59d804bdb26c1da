import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addTo } from '../../lib/group.ts';
import type { RecordJson } from '../../local/emulators/route53/index.ts';
import { editForeign, foreignStep } from '../support/foreign.ts';
import { EXAMPLE_ZONE, type Harness, harness } from '../support/harness.ts';
import { type KubernetesObject, service } from '../support/objects.ts';
import { expectOwned } from '../support/owned.ts';

const CONFIG = `owner: arena
clusters: [{name: c1, region: us-east-1}, {name: c2, region: us-east-1}]
zones: {domains: [example.com]}
guard: {maxDeletes: {percent: 100, count: 100}, maxUpdates: {percent: 100, count: 100}}`;
const HOSTS = ['w', 'v'] as const;
const OBJECTS = 4;

/** Routing annotations, sound and not. */
const ROUTINGS: readonly Record<string, string>[] = [
  {},
  { 'aws-health-check-id': '11111111-2222-3333-4444-555555555555' },
  ...['blue', 'green', 'grey'].flatMap(id =>
    [
      { 'aws-weight': '1' },
      { 'aws-weight': '2', ttl: '60' },
      { 'aws-region': 'eu-west-1' },
      { 'aws-region': 'us-east-1' },
      { 'aws-failover': 'PRIMARY' },
      { 'aws-multi-value-answer': 'true' },
      { 'aws-weight': 'ten' },
    ].map(policy => ({ 'set-identifier': id, ...policy })),
  ),
];
const TARGETS = ['ip', 'ip', 'other ip', 'v6', 'v6 alone', 'alias', 'cname', 'none', 'nowhere'] as const;
type Kind = (typeof TARGETS)[number];

/** The types that an object with such targets asks for. */
const TYPES: Readonly<Record<Kind, readonly string[]>> = {
  ip: ['A'],
  'other ip': ['A'],
  v6: ['A', 'AAAA'],
  'v6 alone': ['AAAA'],
  alias: ['A', 'AAAA'],
  cname: ['CNAME'],
  none: [],
  nowhere: [],
};

/** What a stranger may put there, where Route 53 takes it. */
const FOREIGN: readonly Partial<RecordJson>[] = [
  {},
  { setIdentifier: 'x', weight: 5, ttl: 20 },
  { setIdentifier: 'blue', weight: 5 },
  { setIdentifier: 'x', region: 'eu-west-1' },
  { setIdentifier: 'c', cidrRoutingConfig: { collectionId: 'c1', locationName: 'office' } },
  { type: 'AAAA', values: ['2001:db8::9'] },
  { type: 'AAAA', values: ['2001:db8::9'], setIdentifier: 'x', weight: 5 },
  { type: 'CNAME', values: ['other.example.net.'] },
  // Where an ownership record is to stand.
  { name: 'a-', type: 'TXT', values: ['"mine"'] },
  { name: 'aaaa-', type: 'TXT', values: ['"mine"'], setIdentifier: 'blue', weight: 5 },
];

type Step =
  | { do: 'apply'; cluster: number; object: number; hosts: number; routing: number; target: number }
  | { do: 'delete'; cluster: number; object: number }
  | { do: 'fail'; cluster: number }
  | { do: 'foreign'; host: number; what: number; put: boolean }
  | { do: 'run' };

const cluster = fc.constantFrom(1, 2);
const object = fc.nat(OBJECTS - 1);
const apply = fc.record({
  do: fc.constant('apply' as const),
  cluster,
  object,
  hosts: fc.constantFrom(1, 1, 2, 3),
  routing: fc.nat(ROUTINGS.length - 1),
  target: fc.nat(TARGETS.length - 1),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: apply },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), cluster, object }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fail' as const), cluster }) },
  {
    weight: 2,
    arbitrary: foreignStep(FOREIGN.length),
  },
  { weight: 5, arbitrary: fc.constant({ do: 'run' as const }) },
);

interface Asking {
  readonly cluster: number;
  readonly name: string;
  readonly hosts: readonly string[];
  readonly kind: Kind;
}

class Life {
  readonly world: Harness = harness({
    config: CONFIG,
    zones: [EXAMPLE_ZONE],
    clusters: { c1: { objects: [] }, c2: { objects: [] } },
  });
  readonly #things = new Map<string, Asking & { readonly object: KubernetesObject }>();
  readonly #foreign = new Map<string, RecordJson>();
  readonly #failing = new Set<number>();

  async take(one: Step): Promise<void> {
    if (one.do === 'apply') this.#apply(one);
    else if (one.do === 'delete') this.#things.delete(`${one.cluster} ${one.object}`);
    else if (one.do === 'fail') {
      if (!this.#failing.delete(one.cluster)) this.#failing.add(one.cluster);
    } else if (one.do === 'foreign') this.#stranger(one);
    else await this.#run();
  }

  #apply({ cluster, object, hosts, routing, target }: Extract<Step, { do: 'apply' }>): void {
    const name = `o${object}`;
    const asked = HOSTS.filter((_, i) => hosts & (1 << i)).map(host => `${host}.example.com`);
    // Of each object its own: who asks for the very same is served by another's.
    const targets: Record<Kind, string[]> = {
      ip: [`10.${cluster}.${object}.1`],
      'other ip': [`10.${cluster}.${object}.2`, '10.9.9.9'],
      v6: [`10.${cluster}.${object}.1`, `2001:db8:${cluster}:${object}::1`],
      'v6 alone': [`2001:db8:${cluster}:${object}::1`],
      alias: [`n${cluster}${object}-0123456789abcdef.elb.us-east-1.amazonaws.com`],
      cname: [`lb${cluster}${object}.example.net`],
      none: [],
      nowhere: ['nowhere.example.com'],
    };
    const kind = TARGETS[target] ?? 'ip';
    const annotations = {
      hostname: asked.join(','),
      ...(kind === 'nowhere' && { alias: 'true' }),
      ...ROUTINGS[routing],
    };
    // A namespace each, so that addresses are not merged.
    const made = service(name, annotations, targets[kind], `n${object}`);
    this.#things.set(`${cluster} ${object}`, { cluster, name, hosts: asked, kind, object: made });
  }

  #stranger({ host, what, put }: Extract<Step, { do: 'foreign' }>): void {
    const { name = '', ...rest } = FOREIGN[what] ?? {};
    const common = { type: 'A', ttl: 300, values: ['192.0.2.1'] };
    const set: RecordJson = { ...common, ...rest, name: `${name}${HOSTS[host]}.example.com.` };
    editForeign(this.world.store, this.#foreign, set, put);
  }

  /** The types of record sets that objects have at a host, as the ownership records say. */
  #having(host: string): Map<string, string[]> {
    const having = new Map<string, string[]>();
    for (const { name, type, values } of this.world.json()) {
      const [, of] = new RegExp(`^(\\w+)-${host}\\.$`).exec(name) ?? [];
      const [, at, resource] = /cluster=([^,"]+).*resource=([^,"]+)/.exec(values?.[0] ?? '') ?? [];
      if (type === 'TXT' && of !== undefined && at !== undefined) addTo(having, `${at} ${resource}`, of.toUpperCase());
    }
    return having;
  }

  async #run(): Promise<void> {
    const { world } = this;
    const things = [...this.#things.values()];
    for (const cluster of [1, 2]) {
      const objects = things.filter(thing => thing.cluster === cluster).map(thing => thing.object);
      world.clusters[`c${cluster}`] = { objects, ...(this.#failing.has(cluster) && { failing: 'away' }) };
    }
    const hosts = HOSTS.map(host => `${host}.example.com`);
    const before = new Map(hosts.map(host => [host, this.#having(host)]));
    const result = await world.run({ force: true });

    const reasons = new Set(result.findings.map(({ reason }) => reason));
    expect(reasons, 'Route 53 refuses nothing that is sent').not.toContain('refused');
    expect(reasons).not.toContain('deferred');
    this.#checkZone();
    for (const host of hosts) {
      const now = this.#having(host);
      for (const [key, types] of before.get(host) ?? [])
        if (this.#failing.has(Number(key[1]))) expect(now.get(key), 'what was not read stays').toEqual(types);
      for (const thing of things.filter(one => one.hosts.includes(host) && !this.#failing.has(one.cluster))) {
        const key = `c${thing.cluster} service/${thing.object.metadata.namespace}/${thing.name}`;
        const had = before.get(host)?.get(key) ?? [];
        if (had.length > 0) expect([...now.keys()], `${host} stays ${key}’s`).toContain(key);
        const kept = had.filter(type => TYPES[thing.kind].includes(type));
        expect(now.get(key) ?? [], `${key} keeps what it has at ${host}`).toEqual(expect.arrayContaining(kept));
        const told = result.findings.some(
          ({ object, name }) =>
            object?.cluster === `c${thing.cluster}` && object.name === thing.name && (name ?? host) === host,
        );
        expect(now.has(key) || told, `${key} is published at ${host} or told why not`).toBe(true);
      }
    }
    await this.#checkAgain();
  }

  /** Strangers' record sets are as they were; each of ours has its ownership record, and there are no others. */
  #checkZone(): void {
    expectOwned(this.world.json(), [...this.#foreign.values()]);
  }

  /** A second run changes and sends nothing; and objects in another order lead to the same. */
  async #checkAgain(): Promise<void> {
    const { world } = this;
    const second = await world.run();
    expect(second.zones.flatMap(({ changes }) => changes)).toEqual([]);
    expect(world.calls.changeRecordSets ?? 0).toBe(0);
    for (const one of Object.values(world.clusters)) one.objects = [...one.objects].reverse();
    const other = await world.run({ mode: 'plan' });
    expect(other.zones.flatMap(({ changes }) => changes)).toEqual([]);
  }

  /** Everything goes: what is left is the strangers’. */
  async end(): Promise<void> {
    this.#things.clear();
    this.#failing.clear();
    await this.#run();
    expect(this.world.json()).toHaveLength(this.#foreign.size);
  }
}

const RUNS = Number(process.env.ROUTING_RUNS ?? 150);

test('whatever objects ask for under one name, and strangers put there: nothing is refused, taken away or left untold', {
  timeout: Math.max(120_000, RUNS * 500),
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 24 }), async steps => {
      const life = new Life();
      for (const one of steps) await life.take(one);
      await life.end();
    }),
    { numRuns: RUNS },
  );
});
