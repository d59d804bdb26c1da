import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../lib/model/index.ts';
import { Route53Error } from '../../lib/route53/index.ts';
import { createMemoryStore, LeaseHeld, StateConflict, type StateStore, takeLease } from '../../lib/state/index.ts';
import { configOf, EXAMPLE_ZONE, type Harness, harness } from '../support/harness.ts';
import { type KubernetesObject, service } from '../support/objects.ts';

const ID = EXAMPLE_ZONE.id as string;
const SECOND = 1000;
const objects = (count: number, from = 0): KubernetesObject[] =>
  Array.from({ length: count }, (_, i) =>
    service(`s${from + i}`, { hostname: `s${from + i}.example.com` }, ['192.0.2.1']),
  );
const named = (...numbers: number[]) => numbers.map(i => `${ID} s${i}.example.com`);

/** A world in which `count` names are published, and what its lease says at any time. */
async function published(count: number) {
  const world = harness({ clusters: { prod: { objects: objects(count) } } });
  await world.run();
  const lease = async () => {
    const stored = await world.state.get('lease/default');
    return stored && stored !== 'unchanged' ? JSON.parse(Buffer.from(stored.bytes).toString()) : undefined;
  };
  return { world, lease };
}

/** Another run takes the lease over, as soon as the expiry of this one has passed. */
async function overtake(world: Harness, shard = 'default') {
  world.clock.advance(11 * SECOND);
  return takeLease(world.state, shard, { holder: 'the other', durationMs: 60 * SECOND, waitMs: 0 }, world.clock);
}

const deferred = (result: RunResult) => result.findings.filter(({ reason }) => reason === 'deferred');

describe('the lease is a fence', () => {
  test('removals are announced in it before they are sent, and forgotten when the run ends', async () => {
    const { world, lease } = await published(5);
    let seen: unknown;
    world.hooks = {
      async before(operation) {
        if (operation === 'changeRecordSets') seen = await lease();
      },
    };
    world.clusters.prod!.objects = objects(3);
    expect((await world.run()).counts.deleted).toBe(2);
    expect(seen).toMatchObject({ announced: named(3, 4) });
    expect(await lease()).toBeUndefined();
    expect(world.calls).toEqual({ changeRecordSets: 1 });
  });

  test('a run without removals writes it once, and costs one Route 53 call', async () => {
    const { world } = await published(5);
    const writes: string[] = [];
    const store: StateStore = {
      ...world.state,
      put(key, bytes, expected) {
        writes.push(key);
        return world.state.put(key, bytes, expected);
      },
    };
    world.clusters.prod!.objects = [...objects(4), service('s4', { hostname: 's4.example.com' }, ['192.0.2.9'])];
    expect((await world.run({}, { store })).counts).toMatchObject({ updated: 1 });
    expect(writes.filter(key => key.startsWith('lease/'))).toHaveLength(1);
    expect(world.calls).toEqual({ changeRecordSets: 1 });
  });

  test('a run that was overtaken sends nothing more, and says so', async () => {
    const world = harness({ clusters: { prod: { objects: objects(400) } } });
    let sent = 0;
    world.hooks = {
      async before(operation) {
        if (operation === 'changeRecordSets' && ++sent === 1) await overtake(world);
      },
    };
    const result = await world.run();
    expect(sent).toBe(1);
    expect(result.inStep).toBe(false);
    expect(deferred(result)).toHaveLength(400 - result.counts.created);
    expect(deferred(result)[0]?.message).toContain('another run');
  });

  test('its removal under way fails where the other has written the ownership record anew, and is not sent again', async () => {
    const { world } = await published(1);
    world.clusters.prod!.objects = [];
    let sent = 0;
    world.hooks = {
      async before(operation) {
        if (operation !== 'changeRecordSets' || ++sent > 1) return;
        const other = await overtake(world);
        expect(other.overtaken).toEqual(named(0));
        const txt = world.store.records(ID).find(({ type }) => type === 'TXT')!;
        const values = txt.values?.map(value => value.replace('heritage', 'fairlead-seen=2,heritage')) ?? [];
        world.store.edit(ID, { put: [{ ...txt, values }] });
        await other.release();
      },
    };
    const result = await world.run();
    expect(sent).toBe(1);
    expect(world.records()).toContain('s0.example.com A 192.0.2.1');
    expect(deferred(result).map(({ name }) => name)).toEqual(['s0.example.com']);
  });

  test('one whose lease ended, but that nobody overtook, renews it and goes on', async () => {
    const world = harness({ clusters: { prod: { objects: objects(400) } } });
    world.hooks = {
      before(operation) {
        if (operation === 'changeRecordSets') world.clock.advance(11 * SECOND);
      },
    };
    expect(await world.run()).toMatchObject({ inStep: true, counts: { created: 400 } });
  });

  test('where the store fails meanwhile, what cannot be announced waits, and the rest is sent', async () => {
    const { world } = await published(3);
    let taken = false;
    const store: StateStore = {
      ...world.state,
      put(key, bytes, expected) {
        if (taken) return Promise.reject(new Error('503 SlowDown'));
        taken = key.startsWith('lease/');
        return world.state.put(key, bytes, expected);
      },
    };
    world.clusters.prod!.objects = [...objects(2), ...objects(1, 7)];
    const result = await world.run({}, { store });
    expect(result.counts).toMatchObject({ created: 1, deleted: 0 });
    expect(deferred(result).map(({ name }) => name)).toEqual(['s2.example.com']);
  });

  test('what a killed run was about to remove stays announced until a run has looked at it', async () => {
    const { world, lease } = await published(5);
    world.clusters.prod!.objects = objects(4);
    world.hooks = {
      before: operation => (operation === 'changeRecordSets' ? new Promise<void>(() => {}) : undefined),
    };
    void world.run();
    await expect.poll(lease).toMatchObject({ announced: named(4) });
    // The next one cannot read the zone; the one after it fails altogether.
    const broken = (broke: string) => ({
      before(operation: string) {
        if (operation === broke) throw new Route53Error('fatal', 'Broken', 'no');
      },
    });
    world.hooks = broken('listRecordSets');
    await world.run({ force: true });
    expect(await lease()).toMatchObject({ announced: named(4) });
    world.hooks = broken('listHostedZones');
    await expect(world.run({ force: true })).rejects.toThrow('no');
    expect(await lease()).toMatchObject({ announced: named(4) });
    world.hooks = {};
    await world.run();
    expect(await lease()).toBeUndefined();
  });
});

describe('a run goes on without a lease, and says so,', () => {
  const failing = (fault: () => Error, state = createMemoryStore()): StateStore => ({
    ...state,
    put: (key, ...rest) => (key.startsWith('lease/') ? Promise.reject(fault()) : state.put(key, ...rest)),
  });

  test.each([
    ['takes no writes', () => new Error('403 AccessDenied'), '403'],
    ['answers conflict for ever', () => new StateConflict('409'), 'refused 8 writes'],
  ])('where the store %s', async (_, fault, words) => {
    const world = harness({ clusters: { prod: { objects: objects(2) } } });
    const result = await world.run({}, { store: failing(fault) });
    expect(result).toMatchObject({ inStep: true, counts: { created: 2 }, reasons: { warning: 1 } });
    expect(result.findings[0]?.message).toContain(words);
  });
});

describe('a request is done when every shard has run whose clusters it names', () => {
  const config =
    'clusters: [{name: eu, region: eu-west-1, owner: eu}, {name: us, region: eu-west-1, owner: us}]\nshards: [{name: europe, clusters: [eu]}]\nzones: {domains: [example.com]}';
  const two = () => harness({ config, clusters: { eu: { objects: objects(1) }, us: { objects: objects(1, 7) } } });
  const busy = (world: Harness) =>
    takeLease(world.state, 'europe', { holder: 'the other', durationMs: 60 * SECOND, waitMs: 0 }, world.clock);

  test('the others are run, and then it fails', async () => {
    const world = two();
    await busy(world);
    await expect(world.run({ clusters: ['eu', 'us'] })).rejects.toThrow(LeaseHeld);
    expect(world.records()).toContain('s7.example.com A 192.0.2.1');
  });

  test.each([{}, { clusters: [] }])('one that names none (%j) tells it in its result', async request => {
    const world = two();
    await world.run();
    await busy(world);
    const result = await world.run(request);
    expect(deferred(result).map(({ message }) => message)).toEqual([expect.stringContaining('europe')]);
  });
});

describe('what a cluster that is not read had unpublished still counts', () => {
  const SHARDED = `
owner: arena
clusters: [{name: a, region: us-east-1}, {name: b, region: us-east-1}, {name: c, region: us-east-1, owner: c}]
shards: [{name: one, clusters: [a, b]}]
zones: {domains: []}`;
  const world = async () => {
    const made = harness({
      config: SHARDED,
      clusters: {
        a: { objects: [service('x', { hostname: 'x.nowhere.test,y.nowhere.test' }, ['192.0.2.1'])] },
        b: { objects: objects(1) },
        c: { objects: objects(1, 10) },
      },
    });
    expect((await made.run()).counts.unpublished).toBe(2);
    return made;
  };

  test('in a run over several shards', async () => {
    const result = await (await world()).run({ clusters: ['b', 'c'] });
    expect(result).toMatchObject({ inStep: false, counts: { unpublished: 2 } });
  });

  test('in a run without a lease', async () => {
    const made = await world();
    const { state } = made;
    const store: StateStore = {
      ...state,
      put: (key, bytes, expected) =>
        key.startsWith('lease/') ? Promise.reject(new Error('read-only')) : state.put(key, bytes, expected),
    };
    const result = await made.run({ clusters: ['b'] }, { store });
    expect(result.findings.map(({ message }) => message)).toContainEqual(expect.stringContaining('had no lease'));
    expect(result).toMatchObject({ inStep: false, counts: { unpublished: 2 } });
  });
});

test('of a public and a private zone of one name, neither is above the other: a shard with none of them writes no state', async () => {
  const config = (
    type: string,
  ) => `clusters: [{name: eu, region: eu-west-1, owner: eu}, {name: us, region: us-east-1, owner: us}]
shards: [{name: apart, clusters: [us]}]
zones: {domains: [example.com], type: ${type}}\n`;
  const world = harness({
    config: config('private'),
    zones: [EXAMPLE_ZONE, { id: 'Z0INSIDE', name: 'example.com.', private: true, records: [] }],
    clusters: {
      eu: { objects: [service('apex', { hostname: 'example.com' }, ['192.0.2.1'])] },
      us: { objects: [] },
    },
  });
  await world.run();
  world.config = configOf(config('any'));
  for (const _run of [1, 2]) await world.run();
  const writes: string[] = [];
  const store: StateStore = {
    ...world.state,
    put(key, bytes, expected) {
      writes.push(key);
      return world.state.put(key, bytes, expected);
    },
  };
  for (const _run of [1, 2]) {
    world.clock.advance(SECOND);
    await world.run({}, { store });
  }
  expect(writes.filter(key => !key.startsWith('lease/'))).toEqual([]);
});
