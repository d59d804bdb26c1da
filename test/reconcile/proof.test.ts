import { describe, expect, test } from 'vitest';
import { createMemoryStore } from '../../lib/state/index.ts';
import type { RecordJson } from '../../local/emulators/route53/index.ts';
import { configOf, EXAMPLE_ZONE, type Harness, harness } from '../support/harness.ts';
import { service, services } from '../support/objects.ts';

const ID = EXAMPLE_ZONE.id as string;
const HAND_MADE: RecordJson = { name: 'www.example.com.', type: 'A', ttl: 60, values: ['192.0.2.80'] };
/** What somebody writes who may write TXT records only, as an ACME client may. */
const CLAIM: RecordJson = {
  name: 'a-www.example.com.',
  type: 'TXT',
  ttl: 60,
  values: ['"heritage=external-dns,external-dns/owner=arena,external-dns/resource=service/default/gone"'],
};
const WWW = 'www.example.com A 192.0.2.80';

/** A world that has seen the hand-made record without ownership. */
async function seen(objects = services(3, '192.0.2.1')) {
  const world = harness({ zones: [{ ...EXAMPLE_ZONE, records: [HAND_MADE] }], clusters: { prod: { objects } } });
  await world.run();
  return world;
}

const put = (world: Harness, ...records: RecordJson[]) => world.store.edit(ID, { put: records as never[] });
const onWww = (world: Harness) => world.records().filter(line => line.includes('www'));

describe('a claim that appeared beside a record that stood there before is reported, not obeyed', () => {
  test.each<[string, (world: Harness) => Promise<unknown>]>([
    [
      'when the zone is read again',
      async world => {
        world.clock.advance(20 * 60_000);
        await world.run();
      },
    ],
    [
      'when the change of the TXT is told',
      world => world.run({ clusters: [], reread: [{ zone: ID, names: ['a-www.example.com'] }] }),
    ],
    [
      'when both are told',
      world => world.run({ clusters: [], reread: [{ zone: ID, names: ['www.example.com', 'a-www.example.com'] }] }),
    ],
  ])('%s, and in the runs after it', async (_, notices) => {
    const world = await seen();
    put(world, CLAIM);
    await notices(world);
    for (let run = 0; run < 3; run++) {
      const result = await world.run();
      expect(world.records()).toContain(WWW);
      expect(result.findings).toContainEqual(
        expect.objectContaining({
          reason: 'not-owned',
          name: 'www.example.com',
          message: expect.stringContaining('forced'),
        }),
      );
      world.clock.advance(20 * 60_000);
    }
  });

  test('though an object asks for the name: it is not overwritten', async () => {
    const world = await seen([service('gone', { hostname: 'www.example.com' }, ['192.0.2.1'])]);
    put(world, CLAIM);
    world.clock.advance(20 * 60_000);
    expect((await world.run()).reasons).toEqual({ 'not-owned': 1 });
    expect(onWww(world)).toContain(WWW);
  });

  test('a forced run takes it', async () => {
    const world = await seen();
    put(world, CLAIM);
    world.clock.advance(20 * 60_000);
    await world.run();
    await world.run({ force: true });
    expect(onWww(world)).toEqual([]);
  });

  test('when the claim goes again, the record is as it was, and so it is at the next claim', async () => {
    const world = await seen();
    put(world, CLAIM);
    world.clock.advance(20 * 60_000);
    await world.run();
    world.store.edit(ID, { remove: [{ name: CLAIM.name, type: 'TXT' }] });
    world.clock.advance(20 * 60_000);
    expect((await world.run()).findings).toEqual([]);
    put(world, CLAIM);
    world.clock.advance(20 * 60_000);
    await world.run();
    expect(onWww(world)).toContain(WWW);
  });
});

describe('a claim in the zone above on the apex of a zone, where ExternalDNS writes it', () => {
  const TEAM = 'Z0TEAM00000000000001';
  const APEX: RecordJson = { name: 'team.example.com.', type: 'A', ttl: 60, values: ['192.0.2.80'] };
  const ABOVE: RecordJson = { ...CLAIM, name: 'a-team.example.com.' };
  const delegation: RecordJson = { name: 'team.example.com.', type: 'NS', ttl: 60, values: ['ns.example.net.'] };
  const twoZones = (above: readonly RecordJson[], below: readonly RecordJson[]) =>
    harness({
      zones: [
        { ...EXAMPLE_ZONE, records: [delegation, ...above] },
        { id: TEAM, name: 'team.example.com.', records: [...below] },
      ],
      clusters: { prod: { objects: services(3, '192.0.2.1') } },
    });
  const apex = (world: Harness) => world.records(TEAM).filter(line => line.includes(' A '));

  test.each<[string, (world: Harness) => Promise<unknown>]>([
    [
      'when both zones are read again',
      async world => {
        world.clock.advance(20 * 60_000);
        await world.run();
      },
    ],
    [
      'when the change of the TXT is told',
      world => world.run({ clusters: [], reread: [{ zone: ID, names: [ABOVE.name] }] }),
    ],
  ])('is not obeyed where the record stood before: %s, and in the runs after it', async (_, notices) => {
    const world = twoZones([], [APEX]);
    await world.run();
    await world.run();
    put(world, ABOVE);
    await notices(world);
    for (let run = 0; run < 3; run++) {
      await world.run();
      expect(apex(world)).toEqual(['team.example.com A 192.0.2.80']);
      world.clock.advance(20 * 60_000);
    }
    await world.run({ force: true });
    expect(apex(world)).toEqual([]);
  });

  test('decides where record and claim came together', async () => {
    const world = twoZones([], []);
    await world.run();
    put(world, ABOVE);
    world.store.edit(TEAM, { put: [APEX] as never[] });
    world.clock.advance(20 * 60_000);
    await world.run();
    expect(apex(world)).toEqual([]);
  });

  test('decides where it stood there from the first', async () => {
    const world = twoZones([ABOVE], [APEX]);
    await world.run();
    expect(apex(world)).toEqual([]);
  });
});

describe('the ownership record decides', () => {
  test('without a kept copy, as in ExternalDNS', async () => {
    const world = await seen();
    put(world, CLAIM);
    world.state = createMemoryStore();
    await world.run();
    expect(onWww(world)).toEqual([]);
  });

  test('where record and claim came together, as when ExternalDNS made them', async () => {
    const world = harness({ clusters: { prod: { objects: services(3, '192.0.2.1') } } });
    await world.run();
    put(world, HAND_MADE, CLAIM);
    world.clock.advance(20 * 60_000);
    await world.run();
    expect(onWww(world)).toEqual([]);
  });

  test('where both came together, and a notice told of the record alone', async () => {
    const world = harness({ clusters: { prod: { objects: services(3, '192.0.2.1') } } });
    await world.run();
    put(world, HAND_MADE, CLAIM);
    await world.run({ clusters: [], reread: [{ zone: ID, names: ['www.example.com'] }] });
    world.clock.advance(20 * 60_000);
    await world.run();
    expect(onWww(world)).toEqual([]);
  });

  test('where both came together, and a notice told of the ownership record alone', async () => {
    const world = harness({ clusters: { prod: { objects: services(3, '192.0.2.1') } } });
    await world.run();
    put(world, HAND_MADE, CLAIM);
    await world.run({ clusters: [], reread: [{ zone: ID, names: ['a-www.example.com'] }] });
    // Both go, or neither: the ownership record alone would leave an orphan.
    expect([0, 2]).toContain(onWww(world).length);
    world.clock.advance(20 * 60_000);
    await world.run();
    expect(onWww(world)).toEqual([]);
  });

  /** A run whose process dies as soon as Route 53 has taken its change. */
  async function runAndDie(world: Harness, request: Parameters<Harness['run']>[0] = {}) {
    const inner = world.state;
    let dead = false;
    world.hooks = {
      after(operation) {
        if (operation === 'changeRecordSets') dead = true;
      },
    };
    const mortal: typeof inner = {
      ...inner,
      put: (key, bytes, expected) => (dead ? Promise.reject(new Error('killed')) : inner.put(key, bytes, expected)),
    };
    await world.run(request, { store: mortal });
    world.hooks = {};
  }

  test('where a run of ours wrote it that was killed before it could keep what it did', async () => {
    const world = harness({ clusters: { prod: { objects: services(1, '192.0.2.1') } } });
    await world.run();
    world.clusters.prod!.objects = services(2, '192.0.2.1');
    await runAndDie(world);
    world.clusters.prod!.objects = services(1, '192.0.2.1');
    world.clock.advance(20 * 60_000);
    await world.run();
    expect(world.records()).toEqual(['a-a0.example.com TXT arena service/default/a0', 'a0.example.com A 192.0.2.1']);
  });

  test('where it was one of another shard, which a run of this one looks at first', async () => {
    const config = (owner: string) =>
      `clusters:
  - {name: eu, region: eu-west-1, owner: eu}
  - {name: us, region: us-east-1, owner: us}
  - {name: ap, region: us-east-1, owner: ${owner}}
shards: [{name: europe, clusters: [eu]}]
zones: {domains: [example.com]}`;
    const of = (target: string) => [service('www', { hostname: 'www.example.com' }, [target])];
    const clusters = {
      eu: { objects: services(1, '192.0.2.9') },
      us: { objects: [] },
      ap: { objects: of('192.0.2.1') },
    };
    const world = harness({ config: config('us'), clusters });
    await world.run();
    // The cluster gets an owner id of its own, and what tells of that is lost.
    world.config = configOf(config('ap'));
    await runAndDie(world, { shard: 'default' });
    world.clock.advance(20 * 60_000);
    await world.run({ shard: 'europe' });
    world.clusters.ap!.objects = of('192.0.2.2');
    expect((await world.run()).inStep).toBe(true);
    expect(onWww(world)).toContain('www.example.com A 192.0.2.2');
  });
});
