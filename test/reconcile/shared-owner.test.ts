import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../lib/config/index.ts';
import { createMemoryStore } from '../../lib/state/index.ts';
import { harness } from '../support/harness.ts';
import { type KubernetesObject, service } from '../support/objects.ts';

/** Two clusters with one owner id and the same applications: the label `cluster` of the ownership records tells them apart. */
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
    expect(result.findings[0]?.message).toMatch(/20 of the 20 names of the cluster "eu".* force a run for eu$/);
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
    expect(forced).toMatchObject({ inStep: false, counts: { unpublished: 20 } });
    await world.run({ force: true });
    expect(world.records()).toEqual([]);
  });

  test('a forced run for one, the first to notice, does so too', async () => {
    const { world, left, vanish } = await fleet(20, 20);
    vanish('eu');
    await world.run({ force: true, clusters: ['eu'] });
    expect([left('eu'), left('us')]).toEqual([0, 20]);
  });

  test('the ownership record tells whose a name is, also when all that was kept is lost', async () => {
    const { world, left, vanish } = await fleet(20, 200);
    expect(world.json().find(({ name }) => name === 'a-app0.eu.example.com.')?.values).toEqual([
      '"heritage=external-dns,external-dns/cluster=eu,external-dns/owner=fleet,external-dns/resource=service/default/app0"',
    ]);
    vanish('eu');
    world.state = createMemoryStore();
    expect((await world.run()).reasons).toEqual({ held: 20 });
    expect([left('eu'), left('us')]).toEqual([20, 200]);
  });

  test('an ownership record without cluster is any of theirs: all must be named, and it gets the cluster when it is written', async () => {
    const { world, left, vanish } = await fleet(0, 0);
    world.config = parseConfig(CONFIG.replace(/, \{name: us[^}]*\}/, ''), { file: '/test/fairlead.yml', env: {} });
    world.clusters.eu = { objects: apps('eu', 20) };
    await world.run();
    world.config = parseConfig(CONFIG, { file: '/test/fairlead.yml', env: {} });
    await world.run();
    expect(world.calls).toEqual({});
    world.clusters.eu.objects[0] = service('app0', { hostname: 'app0.eu.example.com' }, ['192.0.2.2']);
    await world.run();
    expect(world.json().find(({ name }) => name === 'a-app0.eu.example.com.')?.values?.[0]).toContain('cluster=eu');
    vanish('eu');
    await world.run();
    const forced = await world.run({ force: true, clusters: ['eu'] });
    expect(left('eu')).toBe(19);
    expect(forced.findings).toContainEqual(
      expect.objectContaining({ reason: 'frozen', message: expect.stringContaining('us: ') }),
    );
    await world.run({ force: true, clusters: ['eu', 'us'] });
    expect(world.records()).toEqual([]);
  });

  test('a cluster that is taken out of the config loses nothing, is told of once, and goes by a forced run that names it', async () => {
    const { world, left } = await fleet(20, 40);
    world.config = parseConfig(CONFIG.replace(/, \{name: us[^}]*\}/, ''), { file: '/test/fairlead.yml', env: {} });
    const result = await world.run();
    expect([left('eu'), left('us')]).toEqual([20, 40]);
    expect(result.findings).toEqual([
      expect.objectContaining({
        reason: 'frozen',
        message: expect.stringMatching(/^40 names .*"us" is not in the config/),
      }),
    ]);
    await expect(world.run({ clusters: ['us'] })).rejects.toThrow('the config has no cluster "us"');
    await expect(world.run({ force: true, clusters: ['us', 'su'] })).rejects.toThrow(
      /the config has no cluster "su", and no ownership record .* names it; the config has eu/,
    );
    expect([left('eu'), left('us')]).toEqual([20, 40]);
    await world.run({ force: true, clusters: ['us'] });
    expect([left('eu'), left('us')]).toEqual([20, 0]);
  });

  test('what a cluster left stays, and a forced run for it says why, where one that cannot be read asked for it, too', async () => {
    const { world, left } = await fleet(0, 1);
    world.clusters.eu!.objects = [service('other', { hostname: 'app0.us.example.com' }, ['192.0.2.9'])];
    await world.run();
    world.config = parseConfig(CONFIG.replace(/, \{name: us[^}]*\}/, ''), { file: '/test/fairlead.yml', env: {} });
    world.clusters.eu!.failing = 'no answer';
    const result = await world.run({ force: true, clusters: ['us'] });
    expect(left('us')).toBe(1);
    expect(result.findings).toContainEqual(
      expect.objectContaining({
        reason: 'frozen',
        message: expect.stringMatching(
          /^app0\.us\.example\.com is kept: whether an object asks for it is not known: eu: an object that could not be read now asked for it/,
        ),
      }),
    );
  });

  test('what a cluster that left is still wanted by another one is handed over, not removed', async () => {
    const { world } = await fleet(0, 1);
    world.clusters.eu!.objects = [service('other', { hostname: 'app0.us.example.com' }, ['192.0.2.9'])];
    world.config = parseConfig(CONFIG.replace(/, \{name: us[^}]*\}/, ''), { file: '/test/fairlead.yml', env: {} });
    expect((await world.run()).reasons).toEqual({ frozen: 1 });
    await world.run({ force: true, clusters: ['us'] });
    expect(world.calls.changeRecordSets).toBe(1);
    expect(world.records()).toContain('app0.us.example.com A 192.0.2.9');
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
