import { describe, expect, test } from 'vitest';
import { Route53Error } from '../../lib/route53/index.ts';
import { createMemoryStore } from '../../lib/state/index.ts';
import { configOf, EXAMPLE_ZONE, type Harness, harness } from '../support/harness.ts';
import { ALB, ingress, NLB, service, services } from '../support/objects.ts';

const ID = EXAMPLE_ZONE.id as string;
const BASE = 'owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\n';
const FLEET =
  'owner: fleet\nclusters: [{name: eu, region: eu-west-1}, {name: us, region: us-east-1}]\nzones: {domains: [example.com]}\n';
const MINUTE = 60_000;

/** How many of the names `LABEL0.example.com`, `LABEL1.…`, … have an address record. */
const left = (world: Harness, label = 'a') =>
  world.json().filter(({ name, type }) => type === 'A' && name.startsWith(label) && /^[a-z]+\d/.test(name)).length;

/** A world with `count` names; those before number `from` are asked for no more. */
async function published(count: number, more = '') {
  const world = harness({ config: BASE + more, clusters: { prod: { objects: services(count, '192.0.2.1') } } });
  await world.run();
  const keepFrom = (from: number) => {
    world.clusters.prod!.objects = services(count, '192.0.2.1').slice(from);
  };
  return { world, keepFrom };
}

describe('what a cluster has lost stays held', () => {
  test.each<[string, (world: Harness) => unknown]>([
    [
      'one read of the state fails',
      async world => {
        const inner = world.state;
        const refuse = () => Promise.reject(new Error('503 SlowDown'));
        await world.run(
          {},
          { store: { ...inner, get: (key, version) => (key === 'cluster/eu' ? refuse() : inner.get(key, version)) } },
        );
      },
    ],
    [
      'a domain is added to the filter',
      world => {
        world.config = configOf(FLEET.replace('[example.com]', '[example.com, example.org]'));
      },
    ],
    [
      'the zone cannot be read in one run',
      async world => {
        world.clock.advance(20 * MINUTE);
        world.hooks = {
          before(operation) {
            if (operation === 'listRecordSets') throw new Route53Error('denied', 'AccessDenied', 'no');
          },
        };
        await world.run();
        world.hooks = {};
      },
    ],
    [
      'the owner id of the config is changed and changed back',
      async world => {
        world.config = configOf(FLEET.replace('owner: fleet', 'owner: other'));
        await world.run();
        world.config = configOf(FLEET);
      },
    ],
    [
      'the state is lost',
      world => {
        world.state = createMemoryStore();
      },
    ],
    ['a day passes', world => world.clock.advance(24 * 60 * MINUTE)],
    ['another cluster has a notice', world => world.run({ clusters: ['us'] })],
  ])('when %s', async (_, happens) => {
    const clusters = { eu: { objects: services(20, '192.0.2.1', 'e') }, us: { objects: services(200, ALB, 'u') } };
    const world = harness({ config: FLEET, clusters });
    await world.run();
    world.clusters.eu!.objects = [];
    expect((await world.run()).reasons).toEqual({ held: 20 });
    await happens(world);
    const result = await world.run();
    expect([left(world, 'e'), left(world, 'u')]).toEqual([20, 200]);
    expect(result.reasons).toEqual({ held: 20 });
  });
});

describe('the guard counts names', () => {
  test('not their record sets: ten load balancers are forty, and go', async () => {
    const world = harness({ config: BASE, clusters: { prod: { objects: services(20, NLB) } } });
    await world.run();
    world.clusters.prod!.objects = services(20, NLB).slice(10);
    expect((await world.run()).counts.deleted).toBe(20);
    expect(left(world)).toBe(10);
  });

  test('ownership records without their record sets, too', async () => {
    const { world, keepFrom } = await published(30);
    const gone = world.store.records(ID).filter(({ type }) => type === 'A');
    world.store.edit(ID, { remove: gone.map(({ name, type }) => ({ name, type })) });
    keepFrom(30);
    world.clock.advance(20 * MINUTE);
    expect((await world.run()).reasons).toEqual({ held: 30 });
    expect(world.records()).toHaveLength(30);
    await world.run({ force: true });
    expect(world.records()).toEqual([]);
  });

  test('not those that one single object takes along: an Ingress with many hosts goes, and then a Service', async () => {
    const hosts = Array.from({ length: 16 }, (_, i) => `h${i}.example.com`);
    const one = service('one', { hostname: 'one.example.com' }, [NLB]);
    const world = harness({ config: BASE, clusters: { prod: { objects: [ingress('six', hosts, [ALB]), one] } } });
    await world.run();
    world.clusters.prod!.objects = [one];
    expect(await world.run()).toMatchObject({ inStep: true, counts: { deleted: 32 } });
    world.clusters.prod!.objects = [];
    expect(await world.run()).toMatchObject({ inStep: true, counts: { deleted: 2 } });
    expect(world.records()).toEqual([]);
  });

  test('not those of objects that ask for other names now', async () => {
    const { world } = await published(30);
    world.clusters.prod!.objects = services(30, '192.0.2.1').map(({ metadata: { name } }) =>
      service(name, { hostname: `${name}.moved.example.com` }, ['192.0.2.1']),
    );
    expect(await world.run()).toMatchObject({ inStep: true, counts: { created: 30, deleted: 30 } });
  });
});

describe('what became unwanted in another run is judged by itself', () => {
  test('so that what is held does not hold what goes later', async () => {
    const { world, keepFrom } = await published(40);
    keepFrom(15);
    expect((await world.run()).reasons).toEqual({ held: 15 });
    world.clock.advance(MINUTE);
    keepFrom(18);
    expect((await world.run()).reasons).toEqual({ held: 15 });
    expect(left(world)).toBe(37);
  });

  test('within a bound for all runs of an hour: three times that of one run', async () => {
    const { world, keepFrom } = await published(100, 'guard: {maxDeletes: {count: 10, percent: 0}}\n');
    for (const [from, stay] of [
      [10, 90],
      [20, 80],
      [30, 70],
      [31, 70],
    ] as const) {
      keepFrom(from);
      const result = await world.run();
      expect(left(world)).toBe(stay);
      if (stay === 100 - from) expect(result.inStep).toBe(true);
      else expect(result.findings[0]).toMatchObject({ reason: 'held', message: expect.stringContaining('last hour') });
      world.clock.advance(10 * MINUTE);
    }
    world.clock.advance(19 * MINUTE);
    await world.run();
    expect(left(world)).toBe(70);
    world.clock.advance(1 * MINUTE);
    expect((await world.run()).inStep).toBe(true);
    expect(left(world)).toBe(69);
  });
});

describe('guard.maxUpdates', () => {
  const GUARD = 'guard: {maxUpdates: {count: 10, percent: 20}}\n';

  test.each([
    ['ten of twenty names', 10, 20, true],
    ['eleven of twenty names', 11, 20, false],
    ['a fifth of a hundred names', 20, 100, true],
    ['more than a fifth of a hundred names', 21, 100, false],
  ])('other targets for %s', async (_, changed, count, done) => {
    const { world } = await published(count, GUARD);
    world.clusters.prod!.objects = [
      ...services(changed, '192.0.2.2'),
      ...services(count, '192.0.2.1').slice(changed),
      service('new', { hostname: 'new.example.com' }, ['192.0.2.3']),
    ];
    const result = await world.run();
    expect(result.counts).toMatchObject({ created: 1, updated: done ? changed : 0 });
    expect(result.reasons).toEqual(done ? {} : { held: changed });
    if (!done) expect(result.findings[0]?.message).toContain('guard.maxUpdates');
    await world.run({ force: true });
    expect(world.records().filter(line => line.endsWith(' A 192.0.2.2'))).toHaveLength(changed);
  });

  test('another TTL is no other target', async () => {
    const { world } = await published(20, GUARD);
    world.config = configOf(`${BASE}${GUARD}records: {ttl: 60}\n`);
    expect((await world.run()).counts.updated).toBe(20);
  });

  test('the names of one single object change together', async () => {
    const hostname = Array.from({ length: 20 }, (_, i) => `h${i}.example.com`).join();
    const world = harness({
      config: BASE + GUARD,
      clusters: { prod: { objects: [service('s', { hostname }, ['192.0.2.1'])] } },
    });
    await world.run();
    world.clusters.prod!.objects = [service('s', { hostname }, ['192.0.2.2'])];
    expect(await world.run()).toMatchObject({ inStep: true, counts: { updated: 20 } });
  });
});

describe('a forced run', () => {
  const ownership = (type: string, owner: string) => ({
    name: `${type}-x.example.com.`,
    type: 'TXT',
    ttl: 300,
    values: [`"heritage=external-dns,external-dns/owner=${owner},external-dns/resource=service/default/a"`],
  });
  const shared = [
    { name: 'x.example.com.', type: 'A', ttl: 300, values: ['203.0.113.7'] },
    { name: 'x.example.com.', type: 'AAAA', ttl: 300, values: ['2001:db8::1'] },
    ownership('a', 'eu'),
    ownership('aaaa', 'us'),
  ];
  const config =
    'clusters: [{name: eu, region: eu-west-1, owner: eu}, {name: us, region: us-east-1, owner: us}]\nzones: {domains: [example.com]}\nguard: {maxDeletes: {count: 0, percent: 0}}\n';

  test('for one cluster removes its own record of a name that another owner has a record at, and not the other’s', async () => {
    const world = harness({
      config,
      zones: [{ ...EXAMPLE_ZONE, records: shared }],
      clusters: { eu: { objects: [] }, us: { objects: [] } },
    });
    expect((await world.run()).reasons).toEqual({ held: 2 });
    await world.run({ force: true, clusters: ['eu'] });
    expect(world.records()).toEqual(['aaaa-x.example.com TXT us service/default/a', 'x.example.com AAAA 2001:db8::1']);
    await world.run({ force: true });
    expect(world.records()).toEqual([]);
  });
});
