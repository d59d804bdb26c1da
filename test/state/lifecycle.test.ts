import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { StateStore } from '../../lib/state/index.ts';
import { type Harness, harness } from '../support/harness.ts';
import { NLB, service } from '../support/objects.ts';
import { recordingPuts } from '../support/recording-store.ts';

const DAY = 86_400_000;

/** Days after which the stack's bucket deletes an object that was not written since. */
const EXPIRES: number = parse(readFileSync('infra/state.yml', 'utf8'), {
  logLevel: 'silent',
}).Resources.StateBucket.Properties.LifecycleConfiguration.Rules.find(
  ({ Id }: { Id: string }) => Id === 'forgotten',
).ExpirationInDays;

/** A store with the bucket's lifecycle rule, by the clock of the world. */
function expiring(world: Harness) {
  const inner = world.state;
  const writtenAt = new Map<string, number>();
  const expired: string[] = [];
  const store: StateStore = {
    ...inner,
    async put(key, bytes, expected) {
      const version = await inner.put(key, bytes, expected);
      writtenAt.set(key, world.clock.now());
      return version;
    },
  };
  /** What S3 does once a day. */
  const sweep = async () => {
    for (const [key, at] of writtenAt) {
      if (world.clock.now() - at < EXPIRES * DAY) continue;
      const stored = await inner.get(key);
      if (stored && stored !== 'unchanged') await inner.remove(key, stored.version);
      writtenAt.delete(key);
      expired.push(key);
    }
  };
  return { store, sweep, expired, writtenAt };
}

const CONFIG =
  'clusters: [{name: prod, region: us-east-1}, {name: far, region: eu-west-1}]\nzones: {domains: [example.com]}';

describe('what is in use outlives the bucket’s rule, though nothing changes for seventy days', () => {
  test.each<[string, string]>([
    ['one view', `owner: arena\n${CONFIG}`],
    ['with Events on objects', `owner: arena\nkubernetesEvents: true\n${CONFIG}`],
    [
      'two views',
      `owner: arena\n${CONFIG.replace('\nzones', '\nviews: [{name: in, zones')}}, {name: out, zones: {domains: [example.org]}}]`,
    ],
  ])('%s', async (_, config) => {
    const world = harness({
      config,
      clusters: {
        prod: {
          objects: [service('a', { hostname: 'a.example.com' }, [NLB]), service('x', { hostname: 'x.nowhere' }, [NLB])],
        },
        far: { objects: [service('b', { hostname: 'b.example.com' }, ['192.0.2.1'])] },
      },
    });
    const { store, sweep, expired, writtenAt } = expiring(world);
    await world.run({}, { store });
    const kept = [...writtenAt.keys()].filter(key => !key.startsWith('history/') && !key.startsWith('lease/'));
    expect(kept.some(key => key.startsWith('cluster/'))).toBe(true);
    for (let day = 0; day < 70; day++) {
      world.clock.advance(DAY);
      await sweep();
      const result = await world.run({}, { store });
      expect(result.counts).toMatchObject({ created: 0, updated: 0, deleted: 0 });
    }
    expect(expired.filter(key => !key.startsWith('history/'))).toEqual([]);
    expect(expired.some(key => key.startsWith('history/'))).toBe(true);
  });

  test('nor is it written with every run', async () => {
    const world = harness({
      config: `owner: arena\n${CONFIG}`,
      clusters: { prod: { objects: [service('a', { hostname: 'a.example.com' }, [NLB])] }, far: { objects: [] } },
    });
    await world.run();
    const { store, puts } = recordingPuts(world.state);
    for (let hour = 0; hour < 4 * 30; hour++) {
      world.clock.advance(DAY / 4);
      await world.run({}, { store });
    }
    for (const key of ['cluster/prod', 'selected']) expect(puts.filter(one => one === key)).toHaveLength(4);
  });

  test('a cluster that is out of reach for longer keeps its records, and has them when it is back', async () => {
    const world = harness({
      config: `owner: arena\n${CONFIG}`,
      clusters: {
        prod: { objects: [service('a', { hostname: 'a.example.com' }, ['192.0.2.1'])] },
        far: { objects: [service('b', { hostname: 'b.example.com' }, ['192.0.2.1'])] },
      },
    });
    const { store, sweep } = expiring(world);
    await world.run({}, { store });
    const records = world.records();
    world.clusters.far!.failing = 'no way to it';
    world.clusters.prod!.objects.push(service('c', { hostname: 'b.example.com' }, ['192.0.2.9']));
    for (let day = 0; day < 70; day++) {
      world.clock.advance(DAY);
      await sweep();
      await world.run({}, { store });
    }
    expect(world.records()).toEqual(records);
    delete world.clusters.far!.failing;
    await world.run({}, { store });
    expect(world.records()).toEqual(records);
  });
});
