import { describe, expect, test } from 'vitest';
import { harness } from '../support/harness.ts';
import { type KubernetesObject, service } from '../support/objects.ts';

/** Two clusters with one owner id and the same applications: the ownership records do not tell them apart. */
const CONFIG = `
owner: fleet
clusters: [{name: eu, region: eu-west-1}, {name: us, region: us-east-1}]
zones: {domains: [example.com]}
`;

const apps = (cluster: string, count: number): KubernetesObject[] =>
  Array.from({ length: count }, (_, i) =>
    service(`app${i}`, { hostname: `app${i}.${cluster}.example.com` }, ['192.0.2.1']),
  );

async function fleet(eu: number, us: number) {
  const world = harness({
    config: CONFIG,
    clusters: { eu: { objects: apps('eu', eu) }, us: { objects: apps('us', us) } },
  });
  await world.run();
  const left = (cluster: string) =>
    world.json().filter(({ name, type }) => type === 'A' && name.includes(`.${cluster}.`)).length;
  const vanish = (...clusters: string[]) => {
    for (const cluster of clusters) world.clusters[cluster] = { objects: [] };
  };
  return { world, left, vanish };
}

describe('clusters that share an owner id', () => {
  test('one that lost everything loses nothing, however large the others are and whatever they run', async () => {
    const { world, left, vanish } = await fleet(20, 200);
    vanish('eu');
    const result = await world.run();
    expect([left('eu'), left('us')]).toEqual([20, 200]);
    expect(result.reasons).toEqual({ held: 20 });
    expect(result.findings[0]?.message).toMatch(/20 of the 20 record sets of the cluster "eu".* force a run for eu$/);
  });

  test('a move is one in its own cluster, not because another cluster has an object of that name', async () => {
    const { world, left } = await fleet(20, 20);
    world.clusters.eu = {
      objects: apps('eu', 20).map(({ metadata: { name } }) =>
        service(name, { hostname: `${name}.moved.example.com` }, ['192.0.2.1']),
      ),
    };
    const result = await world.run();
    expect([left('eu'), left('moved'), left('us')]).toEqual([0, 20, 20]);
    expect(result.inStep).toBe(true);
  });

  test('force lets through what the clusters named have lost, and nothing else', async () => {
    const { world, left, vanish } = await fleet(20, 20);
    vanish('eu', 'us');
    await world.run();
    const forced = await world.run({ force: true, clusters: ['eu'] });
    expect([left('eu'), left('us')]).toEqual([0, 20]);
    expect(forced.reasons).toEqual({ held: 20 });
    await world.run({ force: true });
    expect(world.records()).toEqual([]);
  });

  test('a forced run for one, the first to notice, does so too', async () => {
    const { world, left, vanish } = await fleet(20, 20);
    vanish('eu');
    await world.run({ force: true, clusters: ['eu'] });
    expect([left('eu'), left('us')]).toEqual([0, 20]);
  });

  test('where nothing tells whose a name was, all clusters of the owner must be named', async () => {
    const { world, left, vanish } = await fleet(20, 20);
    vanish('eu', 'us');
    for (const key of ['cluster/eu', 'cluster/us']) {
      const stored = await world.state.get(key);
      if (stored && stored !== 'unchanged') await world.state.remove(key, stored.version);
    }
    await world.run();
    const forced = await world.run({ force: true, clusters: ['eu'] });
    expect([left('eu'), left('us')]).toEqual([20, 20]);
    expect(forced.findings[0]?.message).toMatch(/for all clusters of its owner \(eu, us\)$/);
    await world.run({ force: true, clusters: ['eu', 'us'] });
    expect(world.records()).toEqual([]);
  });

  test('what a cluster has lost is forgotten when its records are gone, and an idle run writes nothing', async () => {
    const { world, vanish } = await fleet(3, 3);
    vanish('eu');
    await world.run();
    await world.run();
    const before = await world.state.get('cluster/eu');
    await world.run();
    expect(await world.state.get('cluster/eu')).toEqual(before);
    expect(before).not.toBe('unchanged');
    await world.run({ clusters: ['us'] });
    expect(world.calls).toEqual({});
  });
});
