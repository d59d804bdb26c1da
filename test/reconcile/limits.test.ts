import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { harness } from '../support/harness.ts';
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
