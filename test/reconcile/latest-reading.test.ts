import { describe, expect, test } from 'vitest';
import type { RunRequest, RunResult } from '../../lib/model/index.ts';
import { reconcile } from '../../lib/reconcile/index.ts';
import { aliasZoneOf } from '../../lib/route53/alias-zones.ts';
import { createBudget } from '../../lib/route53/index.ts';
import { createMemoryStore, type StateStore } from '../../lib/state/index.ts';
import { EXAMPLE_ZONE, fakeClusters, type Harness, harness } from '../support/harness.ts';
import { type KubernetesObject, service } from '../support/objects.ts';

const ID = EXAMPLE_ZONE.id as string;
const CONFIG =
  'clusters: [{name: eu, region: eu-west-1, owner: eu}, {name: us, region: us-east-1, owner: us}]\nzones: {domains: [example.com]}\n';
const SHARDS = `${CONFIG}shards: [{name: europe, clusters: [eu]}]\n`;
const DAY = 24 * 3_600_000;

const s = (address: string) => service('s', { hostname: 's.example.com' }, [address]);
const CHANGED = [s('192.0.2.2'), service('new', { hostname: 'new.example.com' }, ['192.0.2.3'])];

async function published(config = CONFIG) {
  const world = harness({ config, clusters: { eu: { objects: [s('192.0.2.1')] }, us: { objects: [] } } });
  await world.run();
  return world;
}

/** A store that refuses to write some keys. */
function refusing(world: Harness, refused: (key: string) => boolean): StateStore {
  const inner = world.state;
  const put: StateStore['put'] = (key, bytes, expected) =>
    refused(key) ? Promise.reject(new Error('503 SlowDown')) : inner.put(key, bytes, expected);
  return { ...inner, put };
}

describe('what an earlier reading said never undoes what a later one did', () => {
  type Reading = (world: Harness) => Promise<Partial<Parameters<Harness['run']>[1]>>;
  const readings: Record<string, Reading> = {
    'read in part': async world => {
      world.clusters.eu = { failing: { ingress: 'forbidden' }, objects: CHANGED };
      await world.run();
      return {};
    },
    'read while nothing could be kept': async world => {
      world.clusters.eu!.objects = CHANGED;
      const store = refusing(world, key => !key.startsWith('lease'));
      await world.run({}, { store });
      world.clock.advance(20 * 60_000);
      return { store };
    },
    'read while its own snapshot could not be kept': async world => {
      world.clusters.eu!.objects = CHANGED;
      await world.run({ clusters: ['eu'] }, { store: refusing(world, key => key === 'cluster/eu') });
      return {};
    },
  };
  const requests: [string, Partial<RunRequest>][] = [
    ['a notice of another cluster', { clusters: ['us'] }],
    ['a forced run for another cluster', { clusters: ['us'], force: true }],
    ['names changed by somebody else', { clusters: [], reread: [{ zone: ID, names: ['other.example.com'] }] }],
    ['its own name changed by somebody', { clusters: [], reread: [{ zone: ID, names: ['s.example.com'] }] }],
  ];
  const cases = Object.keys(readings).flatMap(reading =>
    requests.map(([what, request]) => [what, reading, request] as const),
  );

  test.each(cases)('%s, after a cluster was %s', async (_, reading, request) => {
    const world = await published();
    const ports = await readings[reading]!(world);
    const before = world.records();
    expect(before).toEqual(expect.arrayContaining(['new.example.com A 192.0.2.3', 's.example.com A 192.0.2.2']));
    await world.run(request, ports);
    expect(world.records()).toEqual(before);
    await world.run({}, ports);
    expect(world.records()).toEqual(before);
  });
});

describe('runs that overlap', () => {
  test('of two shards that ask for one name, in IPv4 here and in IPv6 there: no ownership record is left alone', async () => {
    const world = harness({
      config: SHARDS,
      clusters: {
        eu: { objects: [service('s', { hostname: 'x.example.com' }, ['192.0.2.1'])] },
        us: { objects: [service('s', { hostname: 'x.example.com' }, ['2001:db8::1'])] },
      },
    });
    await Promise.all([world.run({ shard: 'europe' }), world.run({ shard: 'default' })]);
    const paired = () => {
      const lines = world.records();
      const records = lines.filter(line => line.startsWith('x.example.com')).length;
      return [records > 0, lines.length - records === records];
    };
    expect(paired()).toEqual([true, true]);
    await world.run();
    expect(paired()).toEqual([true, true]);
    for (const cluster of ['eu', 'us']) world.clusters[cluster]!.objects = [];
    await world.run();
    expect(world.records()).toEqual([]);
  });

  test('one that was overtaken does not take away what the other found right', async () => {
    const world = await published();
    const objects = world.clusters.eu!.objects;
    world.clusters.eu!.objects = [];
    let other: Promise<RunResult> | undefined;
    world.hooks = {
      async before(operation) {
        if (operation !== 'changeRecordSets' || other) return;
        world.clusters.eu!.objects = objects;
        world.clock.advance(11_000);
        other = world.run({}, { holder: 'the other' });
        await other;
      },
    };
    await world.run({}, { holder: 'one' });
    expect(other).toBeDefined();
    expect(world.records()).toContain('s.example.com A 192.0.2.1');
  });

  test.each<[string, KubernetesObject[]]>([
    ['take away', []],
    ['give to another', [{ ...s('192.0.2.9'), metadata: { ...s('192.0.2.9').metadata, name: 'z' } }]],
  ])('over two states do not %s what the other, which read later, has just written', async (_, others) => {
    const world = await published();
    world.clusters.eu!.objects = others;
    let done = false;
    world.hooks = {
      async before(operation) {
        if (operation !== 'changeRecordSets' || done) return;
        done = true;
        world.clusters.eu!.objects = [s('192.0.2.2')];
        await world.run({}, { store: createMemoryStore() });
      },
    };
    const first = await world.run();
    expect(done).toBe(true);
    expect(world.records()).toContain('s.example.com A 192.0.2.2');
    expect(first.reasons).toEqual({ deferred: 1 });
    expect(await world.run()).toMatchObject({ inStep: true, counts: { created: 0, updated: 0, deleted: 0 } });
  });
});

describe('two shards in one zone', () => {
  test('each keeps how long its own names have been unwanted', async () => {
    const world = await published(`${SHARDS}guard: {deleteAfter: 1h}\n`);
    world.clusters.eu!.objects = [];
    const both = async () => {
      for (const shard of ['europe', 'default']) await world.run({ shard });
    };
    await both();
    for (let minutes = 0; minutes < 60; minutes += 5) {
      expect(world.records()).toHaveLength(2);
      world.clock.advance(5 * 60_000);
      await both();
    }
    expect(world.records()).toEqual([]);
  });

  test('each keeps its own refusals, and sends a refused name once', async () => {
    const world = harness({ config: SHARDS, clusters: { eu: { objects: [s('192.0.2.1')] }, us: { objects: [] } } });
    world.store.poisons.push({
      name: 's.example.com.',
      message: 'RRSet of type {type} with DNS name {name} is cursed',
    });
    let sent = 0;
    for (let run = 0; run < 6; run++) {
      await world.run({ shard: run % 2 ? 'default' : 'europe' });
      sent += world.calls.changeRecordSets ?? 0;
      if (run === 0) expect(sent).toBeGreaterThan(0);
      if (run === 0) sent = 0;
    }
    expect(sent).toBe(0);
  });

  test('each reads the zones that its names can fall into, and no others', async () => {
    const numbers = Array.from({ length: 10 }, (_, i) => i);
    const clusters = numbers.map(i => `{name: c${i}, region: eu-west-1, owner: o${i}}`);
    const shards = numbers.map(i => `{name: s${i}, clusters: [c${i}]}`);
    const domains = numbers.map(i => `z${i}.com`);
    const world = harness({
      config: `clusters: [${clusters}]\nshards: [${shards}]\nzones: {domains: [${domains}]}\n`,
      zones: numbers.map(i => ({ id: `Z${i}`, name: `z${i}.com.`, records: [] })),
      clusters: Object.fromEntries(
        numbers.map(i => [`c${i}`, { objects: [service('a', { hostname: `a.z${i}.com` }, ['192.0.2.1'])] }]),
      ),
    });
    await world.run();
    world.clock.advance(20 * 60_000);
    await world.run({ shard: 's3' });
    expect(world.calls.listRecordSets).toBe(1);
  });
});

test('a name that one cluster gives up for another is never out of DNS, whichever of them has the notice', async () => {
  const x = (address: string) => [service('x', { hostname: 'x.example.com' }, [address])];
  const clusters = { eu: { objects: x('192.0.2.1') }, us: { objects: x('192.0.2.2') } };
  const world = harness({ config: CONFIG, clusters });
  await world.run();
  clusters.eu.objects = [];
  for (const cluster of ['eu', 'us']) {
    const result = await world.run({ clusters: [cluster] });
    expect(result.inStep).toBe(false);
    expect(world.records()).toContain('x.example.com A 192.0.2.1');
  }
  expect((await world.run()).inStep).toBe(true);
  expect(world.calls).toEqual({ changeRecordSets: 1 });
  expect(world.records()).toContain('x.example.com A 192.0.2.2');
});

describe('time', () => {
  test('of a run whose clock was a year ahead is not believed: the zone is read again', async () => {
    const world = harness({ config: CONFIG, clusters: { eu: { objects: [s('192.0.2.1')] }, us: { objects: [] } } });
    await world.run({}, { clock: { ...world.clock, now: () => world.clock.now() + 365 * DAY } });
    world.store.edit(ID, { put: [{ name: 's.example.com.', type: 'A', ttl: 60, values: ['192.0.2.66'] }] });
    world.clock.advance(20 * 60_000);
    await world.run();
    expect(world.records()).toContain('s.example.com A 192.0.2.1');
  });

  test('a snapshot that does not change is written anew before a bucket’s 30 days take it away', async () => {
    const world = await published();
    let writtenAt = world.clock.now();
    const inner = world.state;
    const put: StateStore['put'] = (key, bytes, expected) => {
      if (key === 'cluster/eu') writtenAt = world.clock.now();
      return inner.put(key, bytes, expected);
    };
    for (let day = 0; day < 62; day++) {
      world.clock.advance(DAY);
      await world.run({}, { store: { ...inner, put } });
      expect(world.clock.now() - writtenAt).toBeLessThan(29 * DAY);
    }
  });

  test('that one cluster takes is a share of a run’s: the others are published', async () => {
    const world = await published();
    const objects: KubernetesObject[] = [service('good', { hostname: 'good.example.com' }, ['192.0.2.9'])];
    world.clusters.us!.objects = objects;
    const read = fakeClusters(world.clusters);
    // The reading is given up after a share of real time; the time that is left by the clock does not pass.
    const now = Date.now();
    const clock = { now: () => now, sleep: () => Promise.resolve(), random: () => 0.5 };
    const result = await reconcile(
      { mode: 'sync', force: false },
      {
        config: world.config,
        deadlineMs: now + 600,
        ports: {
          route53: world.route53({}),
          budget: createBudget(world.config.budget, clock),
          store: world.state,
          aliasZoneOf,
          clock,
          holder: 'test',
          readCluster: async (cluster, kinds, page, restart, signal, needs) => {
            if (cluster.name === 'us') return read(cluster, kinds, page, restart, signal, needs);
            await new Promise(resolve => signal?.addEventListener('abort', resolve));
            return Object.fromEntries(kinds.map(kind => [kind, { complete: false as const, error: 'was stopped' }]));
          },
        },
      },
    );
    expect(world.records()).toEqual(
      expect.arrayContaining(['good.example.com A 192.0.2.9', 's.example.com A 192.0.2.1']),
    );
    expect(result.clusters.map(({ name, state }) => [name, state])).toContainEqual(['us', 'read']);
  });
});

describe('what a run for one cluster tells', () => {
  test('is as much out of step as a run for all is, where another cluster’s names are not published', async () => {
    const bad = service('a', { hostname: 'bad..example.com' }, ['203.0.113.7']);
    const world = harness({ config: CONFIG, clusters: { eu: { objects: [bad] }, us: { objects: [] } } });
    const all = await world.run();
    expect(all.inStep).toBe(false);
    expect((await world.run({ clusters: ['us'] })).inStep).toBe(false);
  });
});
