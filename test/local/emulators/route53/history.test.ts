import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dumpZones, type RecordSet } from '../../../../local/emulators/route53/index.ts';
import { refusal, twoZones } from './changes.ts';
import { allPages, line } from './pages.ts';

const names = fc
  .array(fc.constantFrom('a', 'b', 'www', 'www-1', '*', '_x', '9', 'ab'), { minLength: 0, maxLength: 3 })
  .map(labels => [...labels, 'example.com'].join('.'));
const sets: fc.Arbitrary<RecordSet> = fc.oneof(
  fc.record({
    name: names,
    type: fc.constant('A'),
    ttl: fc.constantFrom(60, 300),
    values: fc.constantFrom(['1.1.1.1'], ['x']),
  }),
  fc.record({ name: names, type: fc.constant('TXT'), ttl: fc.constant(300), values: fc.constant(['"x"']) }),
  fc.record({ name: names, type: fc.constant('CNAME'), ttl: fc.constant(300), values: fc.constant(['x.net']) }),
  fc.record({
    name: names,
    type: fc.constant('AAAA'),
    ttl: fc.constant(300),
    values: fc.constant(['::1']),
    setIdentifier: fc.constantFrom('one', 'two', 'Three'),
    weight: fc.constantFrom(1, 300),
  }),
);
const batches = fc.array(
  fc.record({ action: fc.constantFrom('CREATE' as const, 'DELETE' as const, 'UPSERT' as const), recordSet: sets }),
  { minLength: 1, maxLength: 6 },
);

/** An independent statement of the order: label by label from the right, then type, then identifier. */
function before(a: RecordSet, b: RecordSet): number {
  const [left, right] = [a, b].map(set => set.name.slice(0, -1).split('.').reverse()) as [string[], string[]];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [x, y] = [left[i], right[i]];
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
    // A label that another begins with is compared with the dot that follows it, as Route 53 documents.
    if (x !== y) return `${x}.` < `${y}.` ? -1 : 1;
  }
  const key = (set: RecordSet) => `${set.type} ${set.setIdentifier ?? ''}`;
  return key(a) === key(b) ? 0 : key(a) < key(b) ? -1 : 1;
}

test('for any history: pages are the sorted whole, and a refused batch leaves the store unchanged', () => {
  fc.assert(
    fc.property(fc.array(batches, { maxLength: 12 }), fc.integer({ min: 1, max: 5 }), (history, maxItems) => {
      const store = twoZones();
      for (const batch of history) {
        const state = JSON.stringify(dumpZones(store, { ownSets: true }));
        const refused = refusal(() => store.change('Z1', batch));
        if (refused) expect(JSON.stringify(dumpZones(store, { ownSets: true }))).toBe(state);
      }
      const listed = allPages(store, 'Z1', maxItems);
      expect(listed).toEqual(store.records('Z1'));
      expect(listed).toEqual([...listed].sort(before));
      expect(new Set(listed.map(line)).size).toBe(store.zone('Z1').records.size);
    }),
    { numRuns: 300 },
  );
});

test('for any history: what was applied is what a simple model of the zone holds', () => {
  fc.assert(
    fc.property(fc.array(batches, { maxLength: 12 }), history => {
      const store = twoZones();
      const model = new Map(store.records('Z1').map(set => [line(set), JSON.stringify(set.values)]));
      for (const batch of history) {
        if (refusal(() => store.change('Z1', batch))) continue;
        for (const { action, recordSet } of batch) {
          const key = line({ ...recordSet, name: `${recordSet.name.replaceAll('*', '\\052')}.` });
          if (action === 'DELETE') model.delete(key);
          else model.set(key, JSON.stringify(recordSet.values));
        }
      }
      const held = new Map(store.records('Z1').map(set => [line(set), JSON.stringify(set.values)]));
      expect(held).toEqual(model);
    }),
    { numRuns: 300 },
  );
});
