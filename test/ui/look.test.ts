import { describe, expect, test } from 'vitest';
import type { Finding } from '../../lib/model/index.ts';
import { aliasZoneOf } from '../../lib/route53/alias-zones.ts';
import { createBudget } from '../../lib/route53/index.ts';
import { historySource, lookAtWorld } from '../../lib/ui/index.ts';
import { indexPicture, search } from '../../lib/ui/picture.ts';
import { configOf, fakeClusters, harness } from '../support/harness.ts';
import { service } from '../support/objects.ts';

const CONFIG = 'owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\n';

function worldOf(more = '') {
  const world = harness({
    clusters: { prod: { objects: [service('x', { hostname: 'x.example.com' }, ['192.0.2.1'])] } },
    config: CONFIG + more,
  });
  const { config, clock, state: store } = world;
  const ports = {
    ...{ clock, store, aliasZoneOf, holder: 'test', route53: world.route53({}) },
    budget: createBudget(config.budget, clock),
    readCluster: fakeClusters(world.clusters),
  };
  return { world, config, ports };
}

describe('the page of a name that is frozen says so, and why, also where it is told once for many names', () => {
  const clusters = (owner: string, other = 'old') =>
    `clusters: [{name: prod, region: us-east-1}, {name: ${other}, region: us-east-1, owner: ${owner}}]`;
  const ZONES = 'owner: arena\nzones: {domains: [example.com]}\n';
  const gone = { failing: { service: 'is gone', ingress: 'is gone' }, objects: [] };

  test.each<[string, string, string, RegExp]>([
    ['a cluster of one owner with another', clusters('arena'), clusters('arena'), /^old: service, ingress .*is gone/],
    ['a cluster with an owner of its own', clusters('old'), clusters('old'), /^old: service, ingress .*is gone/],
    [
      'a cluster that left the config',
      clusters('arena'),
      clusters('arena', 'new'),
      /"old" is not in the config: put it back/,
    ],
    [
      'a cluster that the config freezes',
      clusters('arena'),
      clusters('arena').replace('owner: arena', 'owner: arena, freeze: true'),
      /^old is frozen by the config/,
    ],
  ])('%s', async (_, before, after, told) => {
    const names = ['b1.example.com', 'b2.example.com'];
    const old = { objects: names.map((hostname, i) => service(`b${i}`, { hostname }, [`192.0.2.${i + 1}`])) };
    const prod = { objects: [service('a', { hostname: 'a.example.com' }, ['192.0.2.9'])] };
    const world = harness({ config: ZONES + before, clusters: { prod, old, new: { objects: [] } } });
    await world.run();
    world.clusters.old = gone;
    const { clock, state: store } = world;
    const config = configOf(ZONES + after);
    const picture = await lookAtWorld(config, {
      ...{ clock, store, aliasZoneOf, holder: 'test', route53: world.route53({}) },
      budget: createBudget(config.budget, clock),
      readCluster: fakeClusters(world.clusters),
    });
    const index = indexPicture(picture);
    for (const name of names)
      expect(index.findings.get(name)?.map(({ message }) => message)).toContainEqual(expect.stringMatching(told));
    expect(index.findings.get('a.example.com')).toBeUndefined();
    const [{ reason }] = index.findings.get('b2.example.com') as [Finding];
    expect(search(index, `b2 ${reason}`).map(({ listed }) => listed.record.name)).toEqual(['b2.example.com']);
  });
});

/** What Route 53 was asked for since the last time. */
function asked({ calls }: ReturnType<typeof harness>): Record<string, number> {
  const before = { ...calls };
  for (const operation of Object.keys(calls)) delete calls[operation as keyof typeof calls];
  return before;
}

test('a look lists each zone once, for the plan and for the records, and changes nothing', async () => {
  const { world, config, ports } = worldOf();
  const { plan, records, rooms } = await lookAtWorld(config, ports);
  expect(plan.counts).toMatchObject({ created: 1 });
  expect(records.map(({ record }) => record.type)).toEqual(expect.arrayContaining(['NS', 'SOA']));
  expect(rooms.of.size).toBe(1);
  expect(asked(world)).toEqual({ listHostedZones: 1, listRecordSets: 1, recordSetLimit: 1 });
  expect(world.records()).toEqual([]);
});

test('what runs have kept serves; asked to look anew, zones are listed again', async () => {
  const { world, config, ports } = worldOf();
  await world.run();
  asked(world);
  const first = await lookAtWorld(config, ports);
  expect(asked(world)).toEqual({ recordSetLimit: 1 });
  expect(first.records.map(({ record }) => record.name)).toContain('x.example.com');
  world.clock.advance(60_000);
  await lookAtWorld(config, ports, { before: first });
  expect(asked(world)).toEqual({});
  await lookAtWorld(config, ports, { before: first, anew: true });
  expect(asked(world)).toEqual({ listHostedZones: 1, listRecordSets: 1, recordSetLimit: 1 });
  world.clock.advance(11 * 60_000);
  expect((await lookAtWorld(config, ports, { before: first })).rooms.at).toBe(world.clock.now());
});

test('shows what runs did, with what they cost and how long their notices took, and writes nothing', async () => {
  const { world, config, ports } = worldOf('state: {store: ./state}\n');
  const seen = world.clock.now();
  world.clock.advance(3_000);
  await world.run({ clusters: ['prod'] }, { holder: 'run-1' }, { by: 'notice', noticedAt: seen });
  const picture = await lookAtWorld(config, ports);
  expect(picture.runs).toMatchObject([
    {
      run: 'run-1',
      by: 'notice',
      created: 1,
      noticed: new Date(seen).toISOString(),
      calls: 3,
      names: ['x.example.com'],
    },
  ]);
  const [run] = picture.runs as Exclude<typeof picture.runs, string>;
  const source = historySource(config, ports);
  for (const lines of [await source.ofRun(run!), await source.ofName('x.example.com')])
    expect(lines.map(({ name, run: by }) => [name, by])).toEqual([['x.example.com', 'run-1']]);
});

test('says why runs are not known, where nothing is kept or it cannot be read', async () => {
  const { config, ports } = worldOf();
  expect((await lookAtWorld(config, ports)).runs).toMatch(/state\.store is "memory"/);
  const store = { ...ports.store, get: () => Promise.reject(new Error('no such bucket')) };
  const folder = configOf(`${CONFIG}state: {store: ./state}\n`);
  expect((await lookAtWorld(folder, { ...ports, store })).runs).toMatch(/could not be read: no such bucket/);
});
