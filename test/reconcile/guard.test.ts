import { describe, expect, test } from 'vitest';
import { Route53Error } from '../../lib/route53/index.ts';
import { createMemoryStore } from '../../lib/state/index.ts';
import { configOf, EXAMPLE_ZONE, type Harness, harness } from '../support/harness.ts';
import { ALB, ingress, type KubernetesObject, NLB, service, services } from '../support/objects.ts';

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
    // A domain without a hosted zone is told of.
    const { warning: _warning, ...reasons } = result.reasons;
    expect(reasons).toEqual({ held: 20 });
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

describe('what the config no longer lets through is held, whichever key it is', () => {
  const COUNT = 30;
  const each = <T>(make: (i: number) => T) => Array.from({ length: COUNT }, (_, i) => make(i));
  const host = (i: number) => `a${i}.example.com`;
  const ingresses = (
    annotations: (i: number) => Record<string, string> = () => ({}),
    own = (i: number) => [`b${i}.example.com`],
  ) => each(i => ingress(`i${i}`, own(i), ['192.0.2.1'], annotations(i)));
  const annotated = () => ingresses(i => ({ hostname: host(i) }));
  const endpoints = each(i => ({
    apiVersion: 'externaldns.k8s.io/v1alpha1',
    kind: 'DNSEndpoint',
    metadata: { name: `e${i}`, namespace: 'default' },
    spec: {
      endpoints: [
        { dnsName: host(i), recordType: 'A', targets: ['192.0.2.1'] },
        { dnsName: `b${i}.example.com`, recordType: 'A', targets: ['198.51.100.1'] },
      ],
    },
  }));
  const template = (text: string) => `hostnames: {templates: ['{{.Name}}.${text}'], combine: true}\n`;
  /** `i0`, `i1`, … */
  const templated = () =>
    ingresses().map(one => ({ ...one, metadata: { ...one.metadata, name: one.metadata.name.replace('i', 'a') } }));

  test.each<[string, KubernetesObject[], string, string]>([
    [
      'ingress.ignoreRules',
      ingresses(
        i => ({ hostname: `b${i}.example.com` }),
        i => [host(i)],
      ),
      '',
      'ingress: {ignoreRules: true}\n',
    ],
    [
      'ingress.ignoreTls',
      ingresses().map((one, i) => ({ ...one, spec: { ...(one.spec as object), tls: [{ hosts: [host(i)] }] } })),
      '',
      'ingress: {ignoreTls: true}\n',
    ],
    ['hostnames.ignoreAnnotation', annotated(), '', 'hostnames: {ignoreAnnotation: true}\n'],
    [
      'annotationPrefixes',
      ingresses(i => ({ 'old.example.net/hostname': host(i) })),
      'annotationPrefixes: [old.example.net/]\n',
      'annotationPrefixes: [new.example.net/]\n',
    ],
    ['hostnames.templates, mistyped', templated(), template('example.com'), template('exmaple.example.com')],
    ['hostnames.templates, taken out', templated(), template('example.com'), ''],
    ['hostnames.combine', templated(), template('example.com'), template('example.com').replace('true', 'false')],
    [
      'hostnames.templates without combine',
      ingresses(
        () => ({}),
        () => [],
      ).map((one, i) => ({ ...one, metadata: { ...one.metadata, name: `a${i}` } })),
      template('example.com').replace('true', 'false'),
      template('other.example.com').replace('true', 'false'),
    ],
    ['records.targetNets', endpoints, 'sources: [crd]\n', 'sources: [crd]\nrecords: {targetNets: [198.51.100.0/24]}\n'],
  ])('%s', async (_, objects, before, after) => {
    const world = harness({ config: BASE + before, clusters: { prod: { objects } } });
    const hosts = () =>
      world.json().filter(({ name, type }) => type === 'A' && /^a\d+\.example\.com/.test(name)).length;
    expect((await world.run()).inStep).toBe(true);
    expect(hosts()).toBe(COUNT);
    world.config = configOf(BASE + after);
    for (const _run of [1, 2, 3]) {
      const result = await world.run();
      expect([hosts(), result.reasons.held]).toEqual([COUNT, COUNT]);
      world.clock.advance(20 * MINUTE);
    }
    // As it was, they are asked for again. A person means it.
    world.config = configOf(BASE + before);
    const back = await world.run();
    expect([hosts(), back.findings.filter(({ name = '' }) => /^a\d+\.example\.com/.test(name))]).toEqual([COUNT, []]);
    world.config = configOf(BASE + after);
    await world.run({ force: true });
    expect(hosts()).toBe(0);
  });

  test('a hosted zone that many objects are pinned to by mistake', async () => {
    const zones = [EXAMPLE_ZONE, { id: 'Z0INSIDE', name: 'example.com.', private: true, records: [] }];
    const pinned = (id: string) =>
      each(i => service(`s${i}`, { hostname: host(i), 'aws-hosted-zone-id': id }, ['192.0.2.1']));
    const world = harness({ config: BASE, zones, clusters: { prod: { objects: pinned(ID) } } });
    await world.run();
    world.clusters.prod!.objects = pinned('Z0INSIDE');
    expect((await world.run()).reasons).toEqual({ held: COUNT });
    expect(left(world)).toBe(COUNT);
  });

  describe('and what the objects ask for by changing their own hostnames is not', () => {
    test.each<[string, KubernetesObject[]]>([
      ['one of two hostnames is taken out of the annotation', ingresses()],
      ['a hostname is exchanged', ingresses(i => ({ hostname: `c${i}.example.com` }))],
      [
        'only the annotation is left',
        ingresses(
          i => ({ hostname: `c${i}.example.com` }),
          () => [],
        ),
      ],
    ])('%s', async (_, objects) => {
      for (const deleteAfter of ['0s', '1h']) {
        const guard = `guard: {deleteAfter: ${deleteAfter}}\n`;
        const world = harness({ config: BASE + guard, clusters: { prod: { objects: annotated() } } });
        await world.run();
        world.clusters.prod!.objects = objects;
        await world.run();
        world.clock.advance(60 * MINUTE);
        const result = await world.run();
        expect([left(world), result.inStep]).toEqual([0, true]);
      }
    });

    test('unless it is not known what they asked for before', async () => {
      const world = harness({ config: BASE, clusters: { prod: { objects: annotated() } } });
      await world.run();
      world.clusters.prod!.objects = ingresses();
      world.state = createMemoryStore();
      expect((await world.run()).reasons).toEqual({ held: COUNT });
      expect(left(world)).toBe(COUNT);
    });

    test('also when they did it while the config kept their names back', async () => {
      const world = harness({ config: BASE, clusters: { prod: { objects: annotated() } } });
      await world.run();
      world.config = configOf(`${BASE}hostnames: {ignoreAnnotation: true}\n`);
      await world.run();
      world.clusters.prod!.objects = ingresses();
      expect((await world.run()).inStep).toBe(true);
      expect(left(world)).toBe(0);
    });
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

describe('the bound of an hour, between namespaces', () => {
  const OF_TEN = 'guard: {maxDeletes: {count: 10, percent: 0}}\n';
  /** A world in which each namespace has so many names, and what each of them still asks for. */
  async function lived(counts: Readonly<Record<string, number>>, more = OF_TEN) {
    const gone = new Map<string, number>();
    const objects = () =>
      Object.entries(counts).flatMap(([ns, count]) =>
        Array.from({ length: count }, (_, i) =>
          service(`${ns}${i}`, { hostname: `${ns}${i}.example.com` }, ['192.0.2.1'], ns),
        ).slice(gone.get(ns) ?? 0),
      );
    const world = harness({
      config: `${BASE}limits: {recordsPerNamespace: 9000}\n${more}`,
      clusters: { prod: { objects: objects() } },
    });
    await world.run();
    return {
      world,
      left: (ns: string) => left(world, ns),
      async lose(some: Readonly<Record<string, number>>) {
        for (const [ns, count] of Object.entries(some)) gone.set(ns, (gone.get(ns) ?? 0) + count);
        world.clusters.prod!.objects = objects();
        return world.run();
      },
    };
  }

  test('one that removes a few names with every run holds up no other, and takes no more than two runs’ worth', async () => {
    const { world, left, lose } = await lived({ tenant: 200, shop: 40 });
    const gone = [0, 0];
    for (let run = 1; run <= 10; run++) {
      world.clock.advance(5 * MINUTE);
      const { findings } = await lose({ tenant: 4, shop: 1 });
      expect(left('shop')).toBe(40 - run);
      gone[0] = 200 - left('tenant');
      expect(gone[0]).toBe(Math.min(4 * run, 20));
      if (run === 6)
        expect(findings[0]?.message).toMatch(
          /and 20 of its namespace "tenant" went in the last hour: more than 2 times the 10/,
        );
      if (run > 6) expect(findings[0]?.reason).toBe('held');
    }
  });

  test('what both lose in one run is judged by namespace, the fewest first', async () => {
    const { left, lose } = await lived({ tenant: 200, shop: 40 });
    await lose({ tenant: 10 });
    await lose({ tenant: 9 });
    await lose({ tenant: 7, shop: 3 });
    expect([left('tenant'), left('shop')]).toEqual([181, 37]);
  });

  test.each<[string, Readonly<Record<string, number>>, number]>([
    ['has the whole bound where it is alone', { tenant: 200 }, 30],
    ['leaves the others no more than they have', { tenant: 200, shop: 2 }, 28],
    ['leaves them a third', { tenant: 200, shop: 100 }, 20],
  ])('a namespace %s', async (_, counts, most) => {
    const { world, left, lose } = await lived(counts);
    for (let run = 0; run < 40; run++) {
      world.clock.advance(MINUTE);
      await lose({ tenant: 1 });
    }
    expect(200 - left('tenant')).toBe(most);
    world.clock.advance(60 * MINUTE);
    await lose({});
    expect(200 - left('tenant')).toBeGreaterThan(most);
  });

  test('a fault that takes from all of them removes no more than before: three times the bound', async () => {
    const namespaces = ['p', 'q', 'r', 's', 't', 'u'];
    const { world, left, lose } = await lived(Object.fromEntries(namespaces.map(ns => [ns, 30])));
    const all = () => namespaces.reduce((sum, ns) => sum + left(ns), 0);
    for (let run = 0; run < 15; run++) {
      world.clock.advance(3 * MINUTE);
      await lose(Object.fromEntries(namespaces.map(ns => [ns, run % 6 === namespaces.indexOf(ns) ? 7 : 0])));
      expect(180 - all()).toBeLessThanOrEqual(30);
    }
    expect(180 - all()).toBeGreaterThanOrEqual(28);
  });

  test('what an earlier version remembered counts for all', async () => {
    const { world, left, lose } = await lived({ tenant: 200, shop: 40 });
    await lose({ tenant: 10 });
    const key = `zone/${ID}`;
    const stored = await world.state.get(key);
    if (!stored || stored === 'unchanged') throw new Error('nothing is kept');
    const { gunzipSync, gzipSync } = await import('node:zlib');
    const isZipped = stored.bytes[0] === 0x1f;
    const text = (isZipped ? gunzipSync(stored.bytes) : Buffer.from(stored.bytes)).toString();
    const older = text.replaceAll('"namespace":"tenant",', '').replace('"names":10', '"names":30');
    expect(older).not.toBe(text);
    await world.state.put(key, isZipped ? gzipSync(older) : Buffer.from(older), stored.version);
    await lose({ shop: 1 });
    expect(left('shop')).toBe(40);
  });
});

describe('what the config filters out is no longer asked for, and its names are others’', () => {
  const HELD = 'guard: {maxUpdates: {count: 10, percent: 0}}\n';
  const of = (namespace: string, count: number, target: string) =>
    Array.from({ length: count }, (_, i) =>
      service(`${namespace}${i}`, { hostname: `a${i}.example.com` }, [target], namespace),
    );

  test.each([
    ['filters.namespaces', 'filters: {namespaces: [default, other]}\n'],
    ['records.targetNets', 'records: {targetNets: [198.51.100.0/24]}\n'],
  ])('%s: at once, within guard.maxUpdates, and both are told', async (_, filter) => {
    for (const count of [10, 11]) {
      const objects = of('shop', count, '192.0.2.1');
      const world = harness({ config: BASE + HELD, clusters: { prod: { objects } } });
      await world.run();
      world.clusters.prod!.objects = [...objects, ...of('other', count, '198.51.100.1')];
      expect((await world.run()).reasons.conflict).toBe(count);
      world.config = configOf(BASE + HELD + filter);
      const result = await world.run();
      const taken = world.records().filter(line => line.endsWith(' A 198.51.100.1'));
      expect([taken.length, result.reasons.held ?? 0]).toEqual(count === 10 ? [10, 0] : [0, 11]);
      const told = result.zones.flatMap(({ changes }) => changes.map(({ formerly }) => formerly));
      const findings = result.findings.filter(({ reason }) => reason === 'held').map(({ message }) => message);
      for (const text of [...told, ...findings]) expect(text).toContain('service/shop/shop');
    }
  });
});

test('removals by a clock that is far ahead count for an hour, too', async () => {
  const { world, keepFrom } = await published(100, 'guard: {maxDeletes: {count: 10, percent: 0}}\n');
  const YEAR = 365 * 24 * 60 * MINUTE;
  world.clock.advance(YEAR);
  for (const from of [10, 20, 30]) {
    keepFrom(from);
    await world.run();
  }
  world.clock.advance(-YEAR);
  keepFrom(31);
  await world.run();
  expect(left(world)).toBe(70);
  world.clock.advance(59 * MINUTE);
  await world.run();
  expect(left(world)).toBe(70);
  world.clock.advance(1 * MINUTE);
  await world.run();
  expect(left(world)).toBe(69);
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

describe('one namespace that changes in mass does not stop the others of its cluster', () => {
  const GUARD = 'guard: {maxUpdates: {count: 10, percent: 50}, maxDeletes: {count: 10, percent: 20}}\n';
  const of = (namespace: string, count: number, target: string) =>
    Array.from({ length: count }, (_, i) =>
      service(`${namespace}${i}`, { hostname: `${namespace}${i}.example.com` }, [target], namespace),
    );
  const OLD = '192.0.2.1';
  const NEW = '192.0.2.2';
  const world = async (evil: number, good: number) => {
    const made = harness({
      config: BASE + GUARD,
      clusters: { prod: { objects: [...of('evil', evil, OLD), ...of('good', good, OLD)] } },
    });
    await made.run();
    return made;
  };
  const told = (result: Awaited<ReturnType<Harness['run']>>) => ({
    updated: result.counts.updated,
    deleted: result.counts.deleted,
    held: result.reasons.held ?? 0,
  });

  test.each<[string, number, number, number, number, boolean]>([
    ['few of the others', 60, 60, 20, 3, true],
    ['half of what the others have', 60, 60, 20, 10, true],
    ['more than that', 60, 60, 20, 11, false],
    ['all that the cluster has', 60, 60, 20, 20, false],
    ['all, of which the others have very little', 200, 200, 3, 3, false],
  ])('other targets, and for %s', async (_, evil, moved, good, others, done) => {
    const one = await world(evil, good);
    one.clusters.prod!.objects = [
      ...of('evil', moved, NEW),
      ...of('good', others, NEW),
      ...of('good', good, OLD).slice(others),
    ];
    const first = await one.run();
    expect(told(first)).toEqual({ updated: done ? others : 0, deleted: 0, held: done ? moved : moved + others });
    const [finding] = first.findings.filter(({ reason }) => reason === 'held');
    expect(finding?.message.includes(`${moved} of them are of the namespace "evil"`)).toBe(done);
    expect(told(await one.run())).toEqual({ updated: 0, deleted: 0, held: done ? moved : moved + others });
    expect(told(await one.run({ force: true }))).toMatchObject({ updated: done ? moved : moved + others, held: 0 });
  });

  test.each<[string, number, number, number, number, boolean]>([
    ['few of the others', 60, 60, 50, 3, true],
    ['a fifth of what the others have', 60, 60, 50, 10, true],
    ['more than that', 60, 60, 50, 11, false],
    ['all that the cluster has', 60, 60, 20, 20, false],
    ['all, of which the others have very little', 60, 60, 3, 3, false],
    ['few of its own, which it could lose by itself', 40, 9, 40, 8, true],
  ])('names that go, and %s', async (_, evil, gone, good, others, done) => {
    const one = await world(evil, good);
    one.clusters.prod!.objects = [...of('evil', evil, OLD).slice(gone), ...of('good', good, OLD).slice(others)];
    const expected = { updated: 0, deleted: done ? others : 0, held: done ? gone : gone + others };
    expect(told(await one.run())).toEqual(expected);
    one.clock.advance(MINUTE);
    expect(told(await one.run())).toEqual({ ...expected, deleted: 0 });
    expect(told(await one.run({ force: true }))).toMatchObject({ deleted: done ? gone : gone + others, held: 0 });
  });
});
