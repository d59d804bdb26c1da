import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMemoryStore, type StateStore } from '../../lib/state/index.ts';
import { EXAMPLE_ZONE, harness } from '../support/harness.ts';
import { NLB, service } from '../support/objects.ts';

const KEYS = ['zones', `zone/${EXAMPLE_ZONE.id}`, 'cluster/prod'];
const OBJECTS = [
  service('a', { hostname: 'a.example.com' }, [NLB]),
  service('b', { hostname: 'b.example.com' }, ['203.0.113.1']),
  service('waiting', { hostname: 'c.example.com' }, []),
  service('refused', { hostname: 'd.example.com' }, ['203.0.113.1']),
];

async function text(store: StateStore, key: string): Promise<string> {
  const stored = await store.get(key);
  if (!stored || stored === 'unchanged') throw new Error(`${key} was not kept`);
  return gunzipSync(stored.bytes).toString();
}

/** Puts `value` in the place of the n-th part (object, list or leaf) of a JSON text. */
function spoil(json: string, n: number, value: unknown): string {
  let count = 0;
  JSON.parse(json, (_, part) => {
    count += 1;
    return part;
  });
  let at = 0;
  const spoiled = JSON.parse(json, (_, part) => (at++ === n % count ? value : part));
  return JSON.stringify(spoiled);
}

const WRONG = fc.constantFrom<unknown>(null, 0, -1, 'x', true, [], {}, [null], [[]], { x: 1 });

test('whatever stands in the state, a run neither fails nor leaves the zone wrong', async () => {
  const world = harness({ clusters: { prod: { objects: OBJECTS } } });
  world.store.poisons.push({ name: 'd.example.com.' });
  await world.run();
  const right = world.records();
  const whole = new Map<string, string>();
  for (const key of KEYS) whole.set(key, await text(world.state, key));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...KEYS), fc.nat({ max: 400 }), WRONG, async (spoiled, n, value) => {
      const store = createMemoryStore();
      for (const [key, json] of whole)
        await store.put(key, gzipSync(key === spoiled ? spoil(json, n, value) : json), undefined);
      // The cluster is out of reach: what is kept of it is used, too.
      for (const failing of [undefined, 'connect ETIMEDOUT']) {
        world.clusters.prod = { objects: OBJECTS, ...(failing !== undefined && { failing }) };
        await world.run({}, { store });
        expect(world.records()).toEqual(right);
      }
    }),
    { numRuns: 500 },
  );
});
