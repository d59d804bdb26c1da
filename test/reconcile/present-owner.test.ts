import { describe, expect, test } from 'vitest';
import { createMemoryStore } from '../../lib/state/index.ts';
import { configOf, EXAMPLE_ZONE, type Harness, harness } from '../support/harness.ts';
import { ALB, ingress, type KubernetesObject, NLB, service } from '../support/objects.ts';

const ID = EXAMPLE_ZONE.id as string;
const ONE = 'owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\n';
const APART =
  'clusters: [{name: eu, region: eu-west-1, owner: eu}, {name: us, region: us-east-1, owner: us}]\nzones: {domains: [example.com]}\n';
const SHARED =
  'owner: fleet\nclusters: [{name: eu, region: eu-west-1}, {name: us, region: us-east-1}]\nzones: {domains: [example.com]}\n';

const X = { hostname: 'x.example.com' };
const ofX = (world: Harness) => world.records().filter(line => line.startsWith('x.example.com '));
const prod = (objects: KubernetesObject[], config = ONE) => harness({ config, clusters: { prod: { objects } } });

/** Three runs each of which must leave the zone as it is. */
async function staysAsItIs(world: Harness) {
  const before = world.records();
  for (let run = 0; run < 3; run++) {
    await world.run();
    expect(world.records()).toEqual(before);
    world.clock.advance(5 * 60_000);
  }
}

describe('a name stays with the object that has it while that object', () => {
  const holder = service('a', X, ['192.0.2.5']);

  test.each<[string, KubernetesObject]>([
    ['has no load balancer', service('a', X, [])],
    ['has a typo in its target', service('a', { ...X, target: '192.0.2.300' }, ['192.0.2.5'])],
    ['has a typo in its hostnames', service('a', { hostname: 'x.example.com,y..example.com' }, ['192.0.2.5'])],
  ])('%s: nobody else gets it, of whatever kind, cluster or owner', async (_, now) => {
    const rivals = ['192.0.2.1', '2001:db8::1', 'lb.example.net'].flatMap(target => [
      [ONE, 'prod', 'prod', ingress('b', ['x.example.com'], [target], {}, 'other')] as const,
      [APART, 'eu', 'us', service('b', X, [target])] as const,
      [SHARED, 'us', 'eu', service('a', X, [target])] as const,
    ]);
    for (const [config, home, cluster, rival] of rivals) {
      const names = configOf(config).clusters.map(({ name }) => name);
      const clusters = Object.fromEntries(names.map(name => [name, { objects: name === home ? [holder] : [] }]));
      const world = harness({ config, clusters });
      await world.run();
      world.clusters[cluster]!.objects.push(rival);
      world.clusters[home]!.objects[0] = now;
      await staysAsItIs(world);
      expect(ofX(world)).toEqual(['x.example.com A 192.0.2.5']);
    }
  });

  test('cannot be read; it gives it up only by asking for it no longer, in one batch', async () => {
    const world = harness({ config: APART, clusters: { eu: { objects: [holder] }, us: { objects: [] } } });
    await world.run();
    world.clusters.us!.objects = [service('b', X, ['192.0.2.1'])];
    world.clusters.eu!.failing = 'connect ETIMEDOUT';
    await staysAsItIs(world);
    world.clusters.eu = { objects: [service('a', { hostname: 'other.example.com' }, ['192.0.2.5'])] };
    expect((await world.run()).inStep).toBe(true);
    expect(ofX(world)).toEqual(['x.example.com A 192.0.2.1']);
    expect(world.calls.changeRecordSets).toBe(1);
  });
});

describe('the same object in two clusters that share an owner id', () => {
  const app = (target: string) => ingress('app', ['x.example.com'], [target]);
  const BLUE = 'k8s-blue-2222222222.us-east-1.elb.amazonaws.com';
  const GREEN = 'k8s-aaaa-1111111111.us-east-1.elb.amazonaws.com';

  test('the first keeps the name, the second is told, and takes it over in one batch when the first gives it up', async () => {
    const world = harness({ config: SHARED, clusters: { eu: { objects: [] }, us: { objects: [app(BLUE)] } } });
    await world.run();
    world.clusters.eu!.objects = [app(GREEN)];
    const second = await world.run();
    expect(world.calls).toEqual({});
    expect(second.findings).toEqual([
      expect.objectContaining({ reason: 'conflict', object: expect.objectContaining({ cluster: 'eu' }) }),
    ]);
    world.clusters.us!.objects = [];
    expect((await world.run()).inStep).toBe(true);
    expect(world.calls).toEqual({ changeRecordSets: 1 });
    expect(ofX(world)).toEqual([`x.example.com A → ${GREEN}`, `x.example.com AAAA → ${GREEN}`]);
    const texts = world.json().flatMap(({ type, values }) => (type === 'TXT' ? (values ?? []) : []));
    const label =
      '"heritage=external-dns,external-dns/cluster=eu,external-dns/owner=fleet,external-dns/resource=ingress/default/app"';
    expect(texts).toEqual([label, label]);
    world.clusters.eu!.objects = [];
    await world.run();
    expect(world.records()).toEqual([]);
  });

  test('of a cluster that joins later the first keeps the name, though nothing tells them apart but the address', async () => {
    const alone = SHARED.replace(/, \{name: us[^}]*\}/, '');
    const clusters = { eu: { objects: [app('192.0.2.5')] }, us: { objects: [app('192.0.2.1')] } };
    const world = harness({ config: alone, clusters });
    await world.run();
    world.config = configOf(SHARED);
    world.state = createMemoryStore();
    await staysAsItIs(world);
    clusters.eu.objects = [app('192.0.2.6')];
    await world.run();
    expect(ofX(world)).toEqual(['x.example.com A 192.0.2.6']);
    await staysAsItIs(world);
  });

  test('a name never goes to and fro', async () => {
    const objects = (name: string, target: string) => [ingress(name, ['x.example.com'], [target])];
    const clusters = { eu: { objects: objects('o5', '203.0.113.1') }, us: { objects: objects('o3', '203.0.113.1') } };
    const world = harness({ config: SHARED, clusters });
    await world.run();
    clusters.eu.objects.push(...objects('o3', '2001:db8::3'));
    await world.run();
    await staysAsItIs(world);
    expect(world.calls).toEqual({});
  });
});

describe('records.merge: whose addresses are put together', () => {
  const eu = [service('a', X, ['192.0.2.1'], 'one')];
  const both = 'x.example.com A 192.0.2.1 192.0.2.2';
  const first = 'x.example.com A 192.0.2.1';
  const inNamespace = [...eu, service('b', X, ['192.0.2.2'], 'one')];
  const beside = [...eu, service('b', X, ['192.0.2.2'], 'two')];
  const ofKinds = [...eu, ingress('b', ['x.example.com'], ['192.0.2.2'], {}, 'one')];

  test.each<[string, string, KubernetesObject[], string, Record<string, number>]>([
    ['object', 'one namespace', inNamespace, first, { conflict: 1 }],
    ['namespace', 'one namespace', inNamespace, both, { merged: 2 }],
    ['namespace', 'two namespaces', beside, first, { conflict: 1 }],
    ['namespace', 'two kinds', ofKinds, first, { conflict: 1 }],
    ['cluster', 'two namespaces', beside, both, { merged: 2 }],
    ['cluster', 'two kinds', ofKinds, first, { conflict: 1 }],
  ])('%s: objects of %s', async (merge, _, objects, record, reasons) => {
    const world = prod(objects, `${ONE}records: {merge: ${merge}}\n`);
    const result = await world.run();
    expect(ofX(world)).toEqual([record]);
    expect(result.reasons).toEqual(reasons);
    expect(result.inStep).toBe(!('conflict' in reasons));
    const told = result.findings.map(({ object }) => object?.name);
    expect(told.sort()).toEqual('conflict' in reasons ? ['b'] : ['a', 'b']);
  });

  test('who loses is told who has it, and who is merged with whom', async () => {
    const lost = await prod(beside).run();
    expect(lost.findings[0]?.message).toMatch(/one\/a/);
    const merged = await prod(inNamespace).run();
    for (const { message } of merged.findings) expect(message).toMatch(/one\/a.*one\/b.*records\.merge/);
  });

  test('never over clusters, though they share an owner id', async () => {
    const world = harness({
      config: `${SHARED}records: {merge: cluster}\n`,
      clusters: { eu: { objects: eu }, us: { objects: [service('b', X, ['192.0.2.2'], 'one')] } },
    });
    expect((await world.run()).reasons).toEqual({ conflict: 1 });
    expect(ofX(world)).toEqual([first]);
  });

  test('one address in two spellings is one', async () => {
    const world = prod([service('a', X, ['2001:db8::1']), service('b', { ...X, target: '2001:0db8:0::1' }, [])]);
    expect((await world.run()).inStep).toBe(true);
    expect(ofX(world)).toEqual(['x.example.com AAAA 2001:db8::1']);
  });

  test.each([200, 400])(
    'the result stays in proportion to the objects where %i share a name with as many rivals',
    async n => {
      const objects = Array.from({ length: n }, (_, i) => [
        service(`s${i}`, X, [`192.0.${i >> 7}.1`]),
        ingress(`i${i}`, ['x.example.com'], [`lb${i}.example.net`]),
      ]).flat();
      const result = await prod(objects).run();
      expect(result.findings.length).toBeLessThanOrEqual(2 * n);
      for (const { message } of result.findings) expect(message.length).toBeLessThan(500);
    },
  );
});

describe('TTL', () => {
  const withTtl = ingress('web', ['x.example.com'], ['203.0.113.10'], { ttl: '60' });
  const solver = ingress('acme-solver', ['x.example.com'], ['203.0.113.10']);

  test('is the present owner’s, whoever comes and goes beside it', async () => {
    const world = prod([withTtl]);
    await world.run();
    for (const objects of [[withTtl, solver], [withTtl]]) {
      world.clusters.prod!.objects = objects;
      expect((await world.run()).inStep).toBe(true);
      expect(world.calls).toEqual({});
    }
    expect(world.json().find(({ type }) => type === 'A')?.ttl).toBe(60);
  });

  test('of one that another namespace’s object asks for, too, is no conflict', async () => {
    const other = ingress('web', ['x.example.com'], ['203.0.113.10'], {}, 'other');
    const world = prod([withTtl, other]);
    expect((await world.run()).inStep).toBe(true);
    world.clusters.prod!.objects = [other];
    expect((await world.run()).inStep).toBe(true);
    expect(world.json().find(({ type }) => type === 'A')?.ttl).toBe(300);
  });

  test('of identical aliases says nothing: both are served, and nothing is told', async () => {
    const world = prod([ingress('a', ['x.example.com'], [ALB]), ingress('b', ['x.example.com'], [ALB], { ttl: '60' })]);
    expect(await world.run()).toMatchObject({ inStep: true, findings: [] });
    expect(ofX(world)).toEqual([`x.example.com A → ${ALB}`, `x.example.com AAAA → ${ALB}`]);
    world.clusters.prod!.objects.shift();
    await world.run();
    expect(ofX(world)).toHaveLength(2);
  });
});

describe('an AAAA never stands without its A', () => {
  const foreign = (name: string) => ({ name, type: 'TXT', ttl: 300, values: ['"google-site-verification=abc"'] });
  const world = (blocked: string) =>
    harness({
      config: ONE,
      zones: [{ ...EXAMPLE_ZONE, records: [foreign(`${blocked}-x.example.com.`)] }],
      clusters: {
        prod: { objects: [service('half', X, [NLB]), service('ok', { hostname: 'ok.example.com' }, [NLB])] },
      },
    });

  test('a name whose A is blocked is not published, the reason names what is in the way, and the others are', async () => {
    const here = world('a');
    const result = await here.run();
    expect(here.records()).toEqual([
      'a-ok.example.com TXT arena service/default/ok',
      'a-x.example.com TXT "google-site-verification=abc"',
      'aaaa-ok.example.com TXT arena service/default/ok',
      `ok.example.com A → ${NLB}`,
      `ok.example.com AAAA → ${NLB}`,
    ]);
    expect(result.inStep).toBe(false);
    expect(result.findings).toContainEqual(
      expect.objectContaining({ reason: 'conflict', message: expect.stringContaining('a-x.example.com') }),
    );
    await here.run();
    expect(here.calls).toEqual({});
  });

  test('the A alone is published where the AAAA is blocked, and that is told', async () => {
    const here = world('aaaa');
    const result = await here.run();
    expect(ofX(here)).toEqual([`x.example.com A → ${NLB}`]);
    expect(result.findings).toEqual([
      expect.objectContaining({ reason: 'conflict', type: 'AAAA', message: expect.stringContaining('aaaa-x') }),
    ]);
  });

  test('a type of a name that an object has beside another one goes when it asks for what that one has', async () => {
    const both = (target: string) => [ingress('a', ['x.example.com'], ['192.0.2.1']), service('b', X, [target])];
    const here = prod(both('2001:db8::1'));
    await here.run();
    expect(ofX(here)).toEqual(['x.example.com A 192.0.2.1', 'x.example.com AAAA 2001:db8::1']);
    here.clusters.prod!.objects = both('192.0.2.1');
    expect((await here.run()).inStep).toBe(true);
    expect(here.records()).toEqual(['a-x.example.com TXT arena ingress/default/a', 'x.example.com A 192.0.2.1']);
  });

  test('nor is the A alone held where only the longer name of the AAAA’s ownership record is too long', async () => {
    const hostname = `${'h'.repeat(60)}.example.com`;
    const here = prod([service('s', { hostname }, ['192.0.2.1', '2001:db8::1'])]);
    const result = await here.run();
    expect(here.records().filter(line => line.startsWith(hostname))).toEqual([`${hostname} A 192.0.2.1`]);
    expect(result.reasons).toEqual({ conflict: 1 });
    await here.run();
    expect(here.calls).toEqual({});
  });
});

describe('a new type that is blocked never takes away the old one', () => {
  const LONG = `${'h'.repeat(58)}.example.com`;
  const somebodys = { name: 'cname-x.example.com.', type: 'TXT', ttl: 60, values: ['"hello"'] };

  test.each<[string, string, string[], (world: Harness) => void]>([
    [
      'an ownership record that would be too long (preferCname is turned on)',
      LONG,
      [NLB],
      world => {
        world.config = configOf(`${ONE}records: {preferCname: true}\n`);
      },
    ],
    [
      'somebody’s TXT in its place',
      'x.example.com',
      ['192.0.2.1'],
      world => {
        world.store.edit(ID, { put: [somebodys] });
        world.clock.advance(20 * 60_000);
        world.clusters.prod!.objects = [service('s', X, ['lb.example.net'])];
      },
    ],
    [
      'the ownership record of the AAAA that is too long',
      `${'h'.repeat(60)}.example.com`,
      ['192.0.2.1'],
      world => {
        const hostname = `${'h'.repeat(60)}.example.com`;
        world.clusters.prod!.objects = [service('s', { hostname }, ['2001:db8::1'])];
      },
    ],
  ])('by %s', async (_, hostname, targets, change) => {
    const world = prod([service('s', { hostname }, targets)]);
    await world.run();
    const before = world.records();
    change(world);
    const result = await world.run();
    expect(world.records()).toEqual(expect.arrayContaining(before));
    expect(result.inStep).toBe(false);
    expect(result.findings.map(({ name }) => name)).toContain(hostname);
  });

  test.each<[string, (world: Harness) => void]>([
    [
      'that the config leaves out',
      world => {
        world.config = configOf(`${ONE}records: {types: [A, CNAME]}\n`);
      },
    ],
    [
      'with somebody’s TXT in the place of its ownership record',
      world => world.store.edit(ID, { put: [{ ...somebodys, name: 'aaaa-x.example.com.' }] }),
    ],
  ])('also where another object of the namespace asks for a type that is free: an AAAA %s', async (_, block) => {
    const world = prod([service('s', X, ['lb.example.net'])]);
    await world.run();
    block(world);
    world.clock.advance(20 * 60_000);
    world.clusters.prod!.objects = [service('s', X, ['2001:db8::1']), ingress('i', ['x.example.com'], ['192.0.2.1'])];
    const result = await world.run({ force: true });
    expect(ofX(world)).toEqual(['x.example.com CNAME lb.example.net']);
    expect(result.findings).toContainEqual(
      expect.objectContaining({
        reason: 'conflict',
        object: expect.objectContaining({ name: 'i' }),
        message: expect.stringMatching(
          /has a CNAME of service\/default\/s, which asks for the name and cannot exchange it/,
        ),
      }),
    );
    expect(result.findings.map(({ reason }) => reason)).not.toContain('merged');
    // It gives the name up by asking for it no longer.
    world.clusters.prod!.objects.shift();
    await world.run();
    expect(ofX(world)).toEqual(['x.example.com A 192.0.2.1']);
  });

  test('and is exchanged when nothing is in the way any more', async () => {
    const world = prod([service('s', X, ['192.0.2.1'])]);
    await world.run();
    world.store.edit(ID, { put: [somebodys] });
    world.clusters.prod!.objects = [service('s', X, ['lb.example.net'])];
    await world.run();
    world.store.edit(ID, { remove: [{ name: somebodys.name, type: 'TXT' }] });
    world.clock.advance(20 * 60_000);
    expect((await world.run()).inStep).toBe(true);
    expect(ofX(world)).toEqual(['x.example.com CNAME lb.example.net']);
    expect(world.records()).toHaveLength(2);
  });
});

test('names that are swapped between two objects change in one batch', async () => {
  const objects = (a: string, b: string) => [
    service('a', { hostname: a }, ['192.0.2.1']),
    service('b', { hostname: b }, [NLB]),
  ];
  const world = prod(objects('x.example.com', 'y.example.com'));
  await world.run();
  world.clusters.prod!.objects = objects('y.example.com', 'x.example.com');
  expect((await world.run()).inStep).toBe(true);
  expect(world.calls).toEqual({ changeRecordSets: 1 });
  await world.run();
  expect(world.calls).toEqual({});
});

test('Ingresses that cannot be listed do not hold a Service’s new address, or it is told', async () => {
  const world = prod([service('s', X, ['192.0.2.1']), ingress('i', ['x.example.com'], ['2001:db8::1'])]);
  await world.run();
  world.clusters.prod!.objects[0] = service('s', X, ['192.0.2.9']);
  world.clusters.prod!.failing = { ingress: 'denied' };
  const result = await world.run();
  expect(ofX(world)).toContain('x.example.com AAAA 2001:db8::1');
  if (!ofX(world).includes('x.example.com A 192.0.2.9'))
    expect(result.findings.map(({ name }) => name)).toContain('x.example.com');
});

describe('whatever is frozen for a cluster that was not read names that cluster', () => {
  const ofX1 = service('a', X, ['192.0.2.5']);
  const ofX2 = service('b', X, ['192.0.2.6']);
  const unread = { failing: { service: 'timed out', ingress: 'timed out' } };
  test.each<[string, string, KubernetesObject[]]>([
    ['it has the name, and nobody else asks for it', 'us', []],
    ['it asked for the name that another has given up', 'eu', []],
  ])('%s', async (_, gone, objects) => {
    for (const config of [APART, SHARED]) {
      const world = harness({ config, clusters: { us: { objects: [ofX1] }, eu: { objects: [] } } });
      await world.run();
      world.clusters.eu!.objects = [ofX2];
      await world.run();
      const before = ofX(world);
      for (const cluster of ['us', 'eu'])
        world.clusters[cluster] = cluster === gone ? { ...unread, objects: [] } : { objects };
      const result = await world.run();
      expect(ofX(world)).toEqual(before);
      const frozen = result.findings.filter(({ reason }) => reason === 'frozen').map(({ message }) => message);
      expect(frozen).toEqual([expect.stringContaining(`: ${gone}: `)]);
    }
  });
});
