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
