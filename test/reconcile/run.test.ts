import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../lib/model/index.ts';
import { Route53Error } from '../../lib/route53/index.ts';
import { createMemoryStore, LeaseHeld, type StateStore, takeLease } from '../../lib/state/index.ts';
import { brief, EXAMPLE_ZONE, fakeClusters, harness } from '../support/harness.ts';
import { ALB, ingress, type KubernetesObject, NLB, service } from '../support/objects.ts';

const many = (count: number, from = 0): KubernetesObject[] =>
  Array.from({ length: count }, (_, i) => service(`s${from + i}`, { hostname: `s${from + i}.example.com` }, [NLB]));
const prod = (objects: KubernetesObject[]) => harness({ clusters: { prod: { objects } } });
const reasons = (result: RunResult) => result.findings.map(({ reason }) => reason);
const ID = EXAMPLE_ZONE.id as string;

describe('calls are in proportion to the change', () => {
  test('a run that changes nothing makes none', async () => {
    const world = prod(many(100));
    await world.run();
    const result = await world.run();
    expect(world.calls).toEqual({});
    expect(result).toMatchObject({ inStep: true, counts: { created: 0, updated: 0, deleted: 0 }, calls: {} });
  });

  test('one change costs one', async () => {
    const world = prod(many(100));
    await world.run();
    world.clusters.prod!.objects[7] = service('s7', { hostname: 's7.example.com' }, [ALB]);
    const result = await world.run();
    expect(world.calls).toEqual({ changeRecordSets: 1 });
    expect(result.counts).toMatchObject({ updated: 2 });
  });

  test('a refused name is not sent again until it changes, and its reason is Route 53’s own', async () => {
    const world = prod(many(100));
    world.store.poisons.push({
      name: 's7.example.com.',
      message: 'RRSet of type {type} with DNS name {name} is cursed',
    });
    const first = await world.run();
    expect(world.calls.changeRecordSets).toBe(2);
    expect(first.counts.created).toBe(198);
    expect(first.findings).toEqual([
      expect.objectContaining({
        reason: 'refused',
        name: 's7.example.com',
        message: expect.stringContaining('is cursed'),
        object: expect.objectContaining({ name: 's7' }),
      }),
    ]);
    const second = await world.run();
    expect(world.calls).toEqual({});
    expect(reasons(second)).toEqual(['refused']);
    world.store.poisons.length = 0;
    world.clusters.prod!.objects[7] = service('s7', { hostname: 's7.example.com' }, [ALB]);
    expect((await world.run()).inStep).toBe(true);
  });

  test('a refusal of a run whose clock was a year ahead is not believed: the name is sent again', async () => {
    const world = prod(many(3));
    world.store.poisons.push({ name: 's1.example.com.', message: 'RRSet {name} is cursed' });
    const ahead = { ...world.clock, now: () => world.clock.now() + 365 * 86_400_000 };
    expect(reasons(await world.run({}, { clock: ahead }))).toContain('refused');
    world.store.poisons.length = 0;
    expect((await world.run()).inStep).toBe(true);
  });

  test('a name that the role may not change costs that name only, and the next run nothing', async () => {
    const world = prod(many(20));
    const port = world.route53({});
    const route53: typeof port = {
      ...port,
      async changeRecordSets(zone, changes) {
        if (!changes.some(({ record }) => record.name === 's7.example.com'))
          return port.changeRecordSets(zone, changes);
        world.calls.changeRecordSets = (world.calls.changeRecordSets ?? 0) + 1;
        throw new Route53Error('denied', 'AccessDenied', 'not authorized');
      },
    };
    const first = await world.run({}, { route53 });
    expect(first.counts).toMatchObject({ created: 38, unpublished: 1 });
    expect(first.findings).toEqual([
      expect.objectContaining({
        reason: 'refused',
        name: 's7.example.com',
        message: expect.stringContaining('not auth'),
      }),
    ]);
    const second = await world.run({}, { route53 });
    expect(world.calls).toEqual({});
    expect(reasons(second)).toEqual(['refused']);
  });

  test('what can be created can be updated: more addresses than fit a batch twice', async () => {
    const addresses = (run: number) => [
      ...Array.from({ length: 250 }, (_, i) => `198.51.${run}.${i}`),
      ...Array.from({ length: 260 }, (_, i) => `2001:db8:${run}::${(i + 1).toString(16)}`),
    ];
    const large = (run: number) => [service('s', { hostname: 'x.example.com' }, addresses(run))];
    const world = prod(large(1));
    expect((await world.run()).inStep).toBe(true);
    world.clusters.prod!.objects = large(2);
    expect(await world.run()).toMatchObject({ inStep: true, counts: { updated: 2 } });
    expect(world.calls).toEqual({ changeRecordSets: 2 });
    await world.run();
    expect(world.calls).toEqual({});
  });

  test('what a killed run published is not taken for what the next one lost', async () => {
    const world = prod([]);
    await world.run();
    // Killed: it publishes the first name, and can say so to nobody.
    const { state } = world;
    let dead = false;
    const mortal: StateStore = {
      ...state,
      put: (...args) => (dead ? Promise.reject(new Error('killed')) : state.put(...args)),
    };
    world.clusters.prod!.objects = many(1);
    world.hooks.after = operation => {
      dead ||= operation === 'changeRecordSets';
    };
    await world.run({}, { store: mortal });
    // The next one's batch, with another name beside it, is lost on its way.
    let lost = false;
    world.clusters.prod!.objects = many(2);
    world.hooks = {
      before(operation) {
        if (operation !== 'changeRecordSets' || lost) return;
        lost = true;
        throw new Route53Error('transient', 'ECONNRESET', 'socket hang up');
      },
    };
    world.clock.advance(10_000);
    expect(await world.run()).toMatchObject({ inStep: true, counts: { created: 2 } });
    expect(world.json().filter(({ name }) => name === 's1.example.com.')).toHaveLength(2);
  });

  test('refusals by the thousand cost CPU in proportion to their number', async () => {
    const microseconds = async (count: number) => {
      const world = prod(many(count));
      world.store.maxRecordSets = 2;
      await world.run();
      // CPU, since other programs of the machine count in time; and of this thread, where Node tells it: others run other tests.
      const used = () => (process.threadCpuUsage ?? process.cpuUsage)();
      const start = used();
      await world.run({ force: true });
      const { user, system } = used();
      return user + system - start.user - start.system;
    };
    await microseconds(500);
    const few = await microseconds(2000);
    expect(await microseconds(16_000)).toBeLessThan(few * 8 * 4);
  }, 300_000);

  test('a refusal is tried again after an hour, and by force at once', async () => {
    const world = prod(many(1));
    world.store.poisons.push({ name: 's0.example.com.' });
    await world.run();
    world.store.poisons.length = 0;
    expect((await world.run()).inStep).toBe(false);
    expect((await world.run({ force: true })).inStep).toBe(true);
    const other = prod(many(1));
    other.store.poisons.push({ name: 's0.example.com.' });
    await other.run();
    other.store.poisons.length = 0;
    other.clock.advance(61 * 60_000);
    expect((await other.run()).inStep).toBe(true);
  });

  test('a full zone takes what fits, names the rest, and costs nothing more', async () => {
    const world = prod(many(100));
    world.store.maxRecordSets = 2 + 4 * 49;
    const first = await world.run();
    expect(world.calls).toMatchObject({ changeRecordSets: 2, recordSetLimit: 1 });
    expect(reasons(first).filter(reason => reason === 'refused')).toHaveLength(51);
    await world.run();
    expect(world.calls).toEqual({});
    world.clusters.prod!.objects = world.clusters.prod!.objects.filter(({ metadata: { name } }) => name !== 's10');
    const third = await world.run();
    expect(world.calls).toMatchObject({ changeRecordSets: 2, recordSetLimit: 1 });
    expect(third.counts).toMatchObject({ created: 2, deleted: 2, unpublished: 50 });
  });

  test('an object with more addresses than a record set takes costs no call, and one with as many is published', async () => {
    const addresses = (count: number) =>
      Array.from({ length: count }, (_, i) => `203.0.${Math.floor(i / 250)}.${i % 250}`);
    const world = prod([
      service('most', { hostname: 'most.example.com' }, addresses(400)),
      service('more', { hostname: 'more.example.com' }, addresses(401)),
      service('half', { hostname: 'both.example.com' }, addresses(200)),
    ]);
    const result = await world.run();
    expect(result.findings).toEqual([
      expect.objectContaining({
        reason: 'invalid',
        field: 'limits.targetsPerObject of the config',
        message: expect.stringMatching(/^service\/default\/more: .* 401 targets/),
      }),
    ]);
    expect(result.counts.created).toBe(2);
    expect(world.calls.changeRecordSets).toBe(1);
  });

  test('an object with the longest of names is published and goes again, without an orphan', async () => {
    const long = ingress('i'.repeat(253), ['long.example.com'], [NLB], {}, 'n'.repeat(63));
    const world = prod([long]);
    expect((await world.run()).inStep).toBe(true);
    expect(world.records()).toHaveLength(4);
    await world.run({ force: true });
    expect(world.calls.changeRecordSets).toBeUndefined();
    world.clusters.prod!.objects = [];
    await world.run();
    expect(world.records()).toEqual([]);
  });
});

describe('the kept copy of a zone', () => {
  test('serves until the refresh interval has passed', async () => {
    const world = prod(many(3));
    await world.run();
    world.clock.advance(11 * 60_000);
    await world.run();
    expect(world.calls).toEqual({});
    world.clock.advance(5 * 60_000);
    await world.run();
    expect(world.calls).toEqual({ listHostedZones: 1, listRecordSets: 1 });
  });

  test.each([
    ['damaged', Buffer.from('not gzip')],
    ['empty', Buffer.alloc(0)],
  ])('is read anew when it is %s', async (_, bytes) => {
    const world = prod(many(3));
    await world.run();
    const stored = await world.state.get(`zone/${ID}`);
    if (!stored || stored === 'unchanged') throw new Error('no zone was kept');
    await world.state.put(`zone/${ID}`, bytes, stored.version);
    expect((await world.run()).inStep).toBe(true);
    expect(world.calls).toEqual({ listRecordSets: 1 });
    await world.run();
    expect(world.calls).toEqual({});
  });

  test('a run that was killed after its batch costs the next one a read of the zone, not one of every name', async () => {
    const world = prod(many(200));
    const lost = createMemoryStore();
    await world.run({}, { store: lost });
    world.state = createMemoryStore();
    await world.run({ mode: 'plan' });
    expect(world.calls).toEqual({ listHostedZones: 1, listRecordSets: 3 });
    const stale = createMemoryStore();
    const empty = harness({ clusters: { prod: { objects: [] } } });
    await empty.run({}, { store: stale });
    const result = await world.run({}, { store: stale });
    expect(result.inStep).toBe(true);
    expect(world.calls.listRecordSets).toBeLessThanOrEqual(3);
  });

  test('a plan writes nothing, not even the copy', async () => {
    const world = prod(many(3));
    const result = await world.run({ mode: 'plan' });
    expect(result).toMatchObject({ inStep: false, counts: { created: 6 } });
    expect(world.records()).toEqual([]);
    expect(await world.state.get('zones')).toBeUndefined();
  });
});

describe('what others do in Route 53 meanwhile', () => {
  const moved = service('s0', { hostname: 's0.example.com' }, [ALB]);
  const setUp = async () => {
    const world = prod(many(1));
    await world.run();
    world.clusters.prod!.objects = [moved];
    return world;
  };
  const theirs = { name: 's0.example.com.', type: 'A', ttl: 60, values: ['192.0.2.66'] };
  const taken = {
    name: 'a-s0.example.com.',
    type: 'TXT',
    ttl: 300,
    values: ['"heritage=external-dns,external-dns/owner=other"'],
  };

  test('a record of ours that was edited is swapped from what is really there, and reported as drift', async () => {
    const world = await setUp();
    world.store.edit(ID, { put: [theirs] });
    const result = await world.run();
    expect(world.records()).toContain(`s0.example.com A → ${ALB}`);
    expect(result.zones[0]!.changes.find(({ type }) => type === 'A')).toMatchObject({
      action: 'update',
      drift: true,
      before: { values: ['192.0.2.66'] },
    });
  });

  test('a record that somebody took over is left alone', async () => {
    const world = await setUp();
    world.store.edit(ID, { put: [theirs, taken] });
    const result = await world.run();
    expect(world.records()).toContain('s0.example.com A 192.0.2.66');
    expect(result.findings).toContainEqual(
      expect.objectContaining({ reason: 'not-owned', message: expect.stringContaining('"other"') }),
    );
    await world.run();
    expect(world.calls).toEqual({});
  });

  test('nor is it removed when its object goes', async () => {
    const world = await setUp();
    world.clusters.prod!.objects = [];
    world.store.edit(ID, { put: [theirs, taken] });
    await world.run();
    expect(world.records()).toEqual(['a-s0.example.com TXT other', 's0.example.com A 192.0.2.66']);
  });

  test('a name that somebody created first is theirs', async () => {
    const world = await setUp();
    world.clusters.prod!.objects = [moved, service('s9', { hostname: 's9.example.com' }, [NLB])];
    world.store.edit(ID, { put: [{ ...theirs, name: 's9.example.com.' }] });
    const result = await world.run();
    expect(world.records()).toContain('s9.example.com A 192.0.2.66');
    expect(result.findings).toContainEqual(expect.objectContaining({ reason: 'not-owned', name: 's9.example.com' }));
  });

  test('names that are said to have changed are read again, and mended', async () => {
    const world = prod(many(100));
    await world.run();
    world.store.edit(ID, { put: [theirs] });
    await world.run();
    expect(world.calls).toEqual({});
    const result = await world.run({ reread: [{ zone: ID, names: ['s0.example.com'] }] });
    expect(world.calls).toEqual({ listRecordSets: 1, changeRecordSets: 1 });
    expect(result.zones[0]!.changes).toEqual([expect.objectContaining({ name: 's0.example.com', drift: true })]);
  });

  test('when only they are asked for, the clusters that have them are read, and no other', async () => {
    const config =
      'clusters: [{name: prod, region: eu-west-1, owner: prod}, {name: other, region: eu-west-1, owner: other}]\nzones: {domains: [example.com]}';
    const world = harness({ config, clusters: { prod: { objects: many(100) }, other: { objects: many(5, 200) } } });
    await world.run();
    world.store.edit(ID, { put: [theirs] });
    const listed: string[] = [];
    const readCluster = fakeClusters(world.clusters, listed);
    const request = { clusters: [], reread: [{ zone: ID, names: ['s0.example.com'] }] };
    const result = await world.run(request, { readCluster });
    expect({ listed, calls: world.calls }).toEqual({
      listed: ['prod'],
      calls: { listRecordSets: 1, changeRecordSets: 1 },
    });
    expect(result).toMatchObject({ inStep: true, counts: { updated: 1 } });
  });

  test('very many are read with their zone, which costs fewer requests', async () => {
    const world = prod(many(100));
    await world.run();
    const names = Array.from({ length: 50 }, (_, i) => `s${i}.example.com`);
    await world.run({ clusters: [], reread: [{ zone: ID, names }] });
    expect(world.calls).toEqual({ listRecordSets: 2 });
  });
});

describe('nothing is lost with its cluster', () => {
  test('all objects vanish: nothing is removed until a person forces it', async () => {
    const world = prod(many(100));
    await world.run();
    world.clusters.prod!.objects = [];
    const held = await world.run();
    expect(held.counts).toMatchObject({ deleted: 0, unpublished: 100 });
    expect(new Set(reasons(held))).toEqual(new Set(['held']));
    expect(held.findings[0]!.message).toContain('service/default/s0');
    const forced = await world.run({ force: true });
    expect(forced.counts.deleted).toBe(200);
    expect(world.records()).toEqual([]);
  });

  test('a kind that is denied keeps its records; the other kind goes on', async () => {
    const world = prod([...many(1), ingress('i', ['i.example.com'], [ALB])]);
    await world.run();
    world.clusters.prod = { objects: [...many(1, 5)], failing: { ingress: 'forbidden' } };
    const result = await world.run();
    expect(world.records().some(line => line.startsWith('i.example.com A'))).toBe(true);
    expect(world.records().some(line => line.startsWith('s5.example.com A'))).toBe(true);
    expect(world.records().some(line => line.startsWith('s0.example.com A'))).toBe(false);
    expect(result.clusters[0]).toMatchObject({ state: 'incomplete' });
    expect(reasons(result)).toContain('unreadable');
  });

  test('one cluster is out of reach: it is reported, its records stay, its names too, the others go on', async () => {
    const config =
      'clusters: [{name: eu, region: r-1, owner: eu}, {name: us, region: r-1, owner: us}]\nzones: {domains: [example.com]}'.replaceAll(
        'r-1',
        'eu-west-1',
      );
    const world = harness({ config, clusters: { eu: { objects: many(2) }, us: { objects: [] } } });
    await world.run();
    world.clusters.eu = { objects: [], failing: 'connect ETIMEDOUT' };
    world.clusters.us = {
      objects: [
        service('x', { hostname: 's0.example.com' }, [ALB]),
        service('y', { hostname: 'y.example.com' }, [ALB]),
      ],
    };
    const result = await world.run();
    expect(world.records()).toContain(`s0.example.com A → ${NLB}`);
    expect(world.records()).toContain(`y.example.com A → ${ALB}`);
    expect(result.clusters.map(({ name, state }) => [name, state])).toEqual([
      ['eu', 'unreachable'],
      ['us', 'read'],
    ]);
    expect(result.findings).toContainEqual(
      expect.objectContaining({ reason: 'frozen', object: expect.objectContaining({ cluster: 'us', name: 'x' }) }),
    );
  });

  test('a run for one cluster reads that one only', async () => {
    const config =
      'clusters: [{name: eu, region: eu-west-1, owner: eu}, {name: us, region: eu-west-1, owner: us}]\nzones: {domains: [example.com]}';
    const world = harness({ config, clusters: { eu: { objects: many(2) }, us: { objects: many(2, 10) } } });
    await world.run();
    world.clusters.us = { objects: many(3, 10) };
    const listed: string[] = [];
    const result = await world.run({ clusters: ['us'] }, { readCluster: fakeClusters(world.clusters, listed) });
    expect(listed).toEqual(['us']);
    expect(world.calls).toEqual({ changeRecordSets: 1 });
    expect(result.clusters.map(({ state }) => state)).toEqual(['kept', 'read']);
    expect(result.inStep).toBe(true);
  });

  test('a load balancer that went away for a while takes no record with it', async () => {
    const world = prod(many(1));
    await world.run();
    world.clusters.prod!.objects = [service('s0', { hostname: 's0.example.com' }, [])];
    const result = await world.run();
    expect(world.calls).toEqual({});
    expect(reasons(result)).toEqual(['no-target']);
  });

  test('no zone at all is told, with what the account has', async () => {
    const world = harness({ config: 'clusters: [{name: prod, region: us-east-1}]\nzones: {domains: [nowhere.org]}' });
    const result = await world.run();
    expect(result.findings).toEqual([{ reason: 'no-zone', message: expect.stringContaining('it has example.com') }]);
  });

  test('an unreadable zone does not hold up the others', async () => {
    const zones = [EXAMPLE_ZONE, { id: 'Z0OTHER', name: 'other.org.', records: [] }];
    const config = 'owner: arena\nclusters: [{name: prod, region: us-east-1}]';
    const world = harness({
      config,
      zones,
      clusters: { prod: { objects: [...many(1), service('o', { hostname: 'o.other.org' }, [NLB])] } },
    });
    world.hooks = {
      before(operation, zone) {
        if (operation === 'listRecordSets' && zone === 'Z0OTHER') throw new Error('no');
      },
    };
    const result = await world.run();
    expect(world.records(ID)).toHaveLength(4);
    expect(result.zones.find(({ id }) => id === 'Z0OTHER')).toMatchObject({ source: 'unreadable' });
  });
});

describe('a state store that fails costs full reads and nothing else', () => {
  const broken = (failing: readonly (keyof StateStore)[]): StateStore => {
    const store = createMemoryStore();
    const fail = () => Promise.reject(new Error('EROFS: read-only file system'));
    return { ...store, ...Object.fromEntries(failing.map(method => [method, fail])) };
  };

  test.each<[string, (keyof StateStore)[]]>([
    ['read', ['get']],
    ['written', ['put', 'remove']],
    ['read or written', ['get', 'put', 'remove']],
  ])('when it cannot be %s', async (_, failing) => {
    const world = prod(many(3));
    const store = broken(failing);
    const first = await world.run({}, { store });
    expect(world.records()).toHaveLength(12);
    expect(first).toMatchObject({ inStep: true, reasons: { warning: 1 } });
    expect(first.findings[0]?.message).toContain('EROFS');
    world.clusters.prod!.objects = many(2);
    expect((await world.run({}, { store })).counts.deleted).toBe(2);
    expect(world.records()).toHaveLength(8);
  });
});

test('a state store that does not answer is not asked over and over', async () => {
  const world = prod(many(3));
  let asked = 0;
  const hang = () => {
    asked += 1;
    world.clock.advance(45_000);
    return Promise.reject(new Error('TimeoutError'));
  };
  expect((await world.run({}, { store: { get: hang, put: hang, remove: hang } })).inStep).toBe(true);
  expect(world.records()).toHaveLength(12);
  // Once for the lease, and side by side for the list of zones, the shard and its cluster.
  expect(asked).toBe(4);
});

describe('one run at a time works on a shard', () => {
  test('a run that was killed holds up the next one no longer than that one waits', async () => {
    const world = prod(many(1));
    world.hooks.before = () => new Promise(() => {});
    void world.run();
    await expect.poll(async () => (await world.state.get('lease/default')) !== undefined).toBe(true);
    world.hooks = {};
    expect((await world.run()).inStep).toBe(true);
  });

  test('the second waits, then says who has it; a dead run’s lease ends by itself', async () => {
    const world = prod(many(1));
    await takeLease(world.state, 'default', { holder: 'the other', durationMs: 60_000, waitMs: 0 }, world.clock);
    await expect(world.run()).rejects.toThrow(LeaseHeld);
    await expect(world.run()).rejects.toThrow('the other');
    world.clock.advance(60_000);
    expect((await world.run()).inStep).toBe(true);
    expect((await world.run()).inStep).toBe(true);
  });

  test('shards have a lease each, and a run for one does not wait for the other', async () => {
    const config =
      'clusters: [{name: eu, region: eu-west-1, owner: eu}, {name: us, region: eu-west-1, owner: us}]\nshards: [{name: europe, clusters: [eu]}]\nzones: {domains: [example.com]}';
    const world = harness({ config, clusters: { eu: { objects: many(2) }, us: { objects: many(2, 10) } } });
    await takeLease(world.state, 'europe', { holder: 'the other', durationMs: 60_000, waitMs: 0 }, world.clock);
    const us = await world.run({ shard: 'default' });
    expect(us.clusters.map(({ name }) => name)).toEqual(['us']);
    const both = await world.run();
    expect(both.findings).toContainEqual(
      expect.objectContaining({ reason: 'deferred', message: expect.stringContaining('europe') }),
    );
    world.clock.advance(60_000);
    const all = await world.run();
    expect(all.clusters.map(({ name }) => name)).toEqual(['eu', 'us']);
    expect(all.zones).toHaveLength(1);
    expect(all.zones[0]).toMatchObject({ owned: 8 });
    expect(all.inStep).toBe(true);
  });

  test.each([
    [{ clusters: ['nope'] }, 'the config has no cluster "nope"'],
    [{ shard: 'nope' }, 'the config has no shard "nope"'],
  ])('%j is refused', async (request, message) => {
    await expect(prod([]).run(request)).rejects.toThrow(message);
  });
});

test('the records of an apex name and of a wildcard live and die whole', async () => {
  const world = prod([service('s', { hostname: 'example.com,*.x.example.com' }, [NLB])]);
  expect((await world.run()).inStep).toBe(true);
  expect(world.records()).toHaveLength(8);
  world.clusters.prod!.objects = [];
  await world.run();
  expect(world.json().map(brief)).toEqual([]);
});

test('a Service that is a load balancer no longer gives up its record', async () => {
  const objects = many(2);
  const world = prod(objects);
  await world.run();
  const [first] = objects;
  if (!first) throw new Error('no Service');
  world.clusters.prod!.objects[0] = { ...first, spec: { type: 'ClusterIP', clusterIP: '10.0.0.1' }, status: {} };
  expect(await world.run()).toMatchObject({ inStep: true, counts: { deleted: 2 } });
  expect(world.records().filter(line => line.includes('s0.'))).toEqual([]);
});
