import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Route53Error } from '../../lib/route53/index.ts';
import { configOf, harness } from '../support/harness.ts';
import { service } from '../support/objects.ts';

test('what is kept of a cluster does not grow with names times targets', async () => {
  const hostname = Array.from({ length: 500 }, (_, i) => `h${i}.example.com`).join();
  const addresses = Array.from({ length: 400 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
  const world = harness({ clusters: { prod: { objects: [service('web', { hostname }, addresses)] } } });
  const result = await world.run({ mode: 'sync' });
  expect(result.counts).toMatchObject({ created: 500, unpublished: 0 });
  const kept = await world.state.get('cluster/prod');
  if (!kept || kept === 'unchanged') throw new Error('nothing was kept');
  expect(gunzipSync(kept.bytes).length).toBeLessThan(500 * 250);
  expect((await world.run({ clusters: ['prod'] })).inStep).toBe(true);
});

test.each([
  ['names', { hostname: Array.from({ length: 501 }, (_, i) => `h${i}.example.com`).join() }],
  ['targets that only the machine can mean', { hostname: 'h0.example.com,h1.example.com', target: '127.0.0.1' }],
])('an object that comes to ask for too much (%s) keeps what it has, and others go on', async (_rule, annotations) => {
  const before = service('web', { hostname: 'h0.example.com,h1.example.com' }, ['192.0.2.1']);
  const world = harness({ clusters: { prod: { objects: [before] } } });
  await world.run();
  const records = world.records();
  world.clusters.prod!.objects = [
    service('web', annotations, ['192.0.2.2']),
    service('other', { hostname: 'other.example.com' }, ['192.0.2.3']),
  ];
  const result = await world.run({ force: true });
  expect(result.counts).toMatchObject({ created: 1, updated: 0, deleted: 0, unpublished: 1 });
  expect(world.records()).toEqual(expect.arrayContaining(records));
});

/** One Service a name, all of a namespace. */
const namesOf = (namespace: string, count: number, target = '192.0.2.1') =>
  Array.from({ length: count }, (_, i) =>
    service(
      `${namespace}${i}`,
      { hostname: `${namespace}${String(i).padStart(3, '0')}.example.com` },
      [target],
      namespace,
    ),
  );
const LIMITED =
  'owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\nlimits: {recordsPerNamespace: 40}';
const published = (world: ReturnType<typeof harness>, namespace: string) =>
  world.records().filter(line => line.startsWith(namespace) && line.includes(' A ')).length;

describe('limits.recordsPerNamespace', () => {
  test('leaves a neighbour its part of the zone, whoever comes first; a second run sends nothing', async () => {
    const world = harness({ config: LIMITED, clusters: { prod: { objects: namesOf('big', 100) } } });
    world.store.maxRecordSets = 60;
    const first = await world.run();
    expect(first.counts).toMatchObject({ created: 20, unpublished: 80 });
    expect(world.calls).toMatchObject({ changeRecordSets: 1, recordSetLimit: 1 });
    expect(await world.run()).toMatchObject({ counts: { unpublished: 80 }, calls: {} });
    expect(world.calls).toEqual({});
    world.clusters.prod!.objects.push(...namesOf('small', 5));
    const third = await world.run();
    expect(third.counts).toMatchObject({ created: 5, unpublished: 80 });
    expect([published(world, 'big'), published(world, 'small')]).toEqual([20, 5]);
  });

  test('takes nothing away when it is set, and lets what stands be changed and removed', async () => {
    const world = harness({ clusters: { prod: { objects: namesOf('big', 30) } } });
    await world.run();
    world.config = configOf(LIMITED);
    expect(await world.run()).toMatchObject({ inStep: true, calls: {} });
    world.clusters.prod!.objects = namesOf('big', 29, '192.0.2.9');
    const changed = await world.run();
    expect(changed.counts).toMatchObject({ created: 0, updated: 29, deleted: 1, unpublished: 0 });
  });

  test('grows with the quota of a zone, which is asked for once a day', async () => {
    const world = harness({ config: LIMITED, clusters: { prod: { objects: namesOf('big', 50) } } });
    world.store.maxRecordSets = 20_000;
    expect((await world.run()).counts).toMatchObject({ created: 40, unpublished: 10 });
    world.store.maxRecordSets = 30_000;
    expect((await world.run()).counts).toMatchObject({ created: 0, unpublished: 10 });
    world.clock.advance(25 * 3_600_000);
    expect((await world.run()).counts).toMatchObject({ created: 10, unpublished: 0 });
  });

  test('holds where the role may not ask for the quota, and a plan says the same', async () => {
    const world = harness({ config: LIMITED, clusters: { prod: { objects: namesOf('big', 50) } } });
    world.hooks.before = operation => {
      if (operation === 'recordSetLimit') throw new Route53Error('denied', 'AccessDenied', 'no');
    };
    expect((await world.run({ mode: 'plan' })).counts).toMatchObject({ created: 20, unpublished: 30 });
    expect((await world.run()).counts).toMatchObject({ created: 20, unpublished: 30 });
    expect(await world.run()).toMatchObject({ counts: { created: 0, unpublished: 30 }, calls: {} });
  });
});

describe('a zone that is nearly full', () => {
  test('updates what exists, and shares the room out between namespaces', async () => {
    const world = harness({ clusters: { prod: { objects: namesOf('zone', 10) } } });
    await world.run();
    world.store.maxRecordSets = world.json().length + 2 + 12;
    world.clusters.prod!.objects = [
      ...namesOf('big', 100),
      ...namesOf('small', 3),
      ...namesOf('zone', 10, '192.0.2.7'),
    ];
    const result = await world.run();
    expect(result.counts).toMatchObject({ created: 6, updated: 10 });
    expect([published(world, 'big'), published(world, 'small')]).toEqual([3, 3]);
    await world.run();
    expect(world.calls).toEqual({});
  });
});
