import fc from 'fast-check';
import { expect, test } from 'vitest';
import { explainName, explainObject, type Facts, findObjects } from '../../lib/explain/index.ts';
import { isUnpublished } from '../../lib/model/index.ts';
import { type PlanInput, plan } from '../../lib/plan/index.ts';
import { NAMES, worlds } from '../support/worlds.ts';

const factsOf = (input: PlanInput): Facts => {
  const zones = input.zones.map(({ zone }) => zone);
  return {
    origin: 'kept',
    shards: [{ input }],
    asked: input.snapshots,
    zones,
    selected: new Set(zones.map(({ id }) => id)),
    readAt: { zones: new Map(), clusters: new Map() },
    gaps: [],
  };
};

test('explain says of every name what the plan does, and has a reason for all that is not published', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(worlds, input => {
      const facts = factsOf(input);
      const { zones, findings } = plan(input);
      for (const name of NAMES) {
        const found = explainName(name, facts);
        seen.add(found.verdict);
        const changes = zones.flatMap(({ changes: all }) => all.filter(change => change.name === name));
        const unpublished = findings.filter(each => each.name === name && each.object && isUnpublished(each));
        expect(found.next.length > 0).toBe(changes.length > 0);
        if (found.published) expect([changes, unpublished]).toEqual([[], []]);
        if (found.verdict === 'unknown') expect(changes).toEqual([]);
        const refused = found.asking.filter(({ outcome }) => outcome === 'refused' || outcome === 'waiting');
        expect(refused.every(({ reasons }) => reasons.length > 0)).toBe(true);
        expect(found.asking.map(({ outcome }) => outcome)).not.toContain('unclear');
        for (const { object } of unpublished) expect(refused.map(one => one.object)).toContainEqual(object);
        expect(found.advice).not.toBe('');
      }
    }),
    { numRuns: 60 },
  );
  expect([...seen]).toEqual(
    expect.arrayContaining(['foreign', 'kept', 'leaving', 'partly', 'pending', 'refused', 'unknown']),
  );
});

test('an object is told the same of its names as the names themselves', () => {
  fc.assert(
    fc.property(worlds, input => {
      const facts = factsOf(input);
      const wanted = { kind: 'service', namespace: 'default', name: 'a' };
      for (const object of findObjects(wanted, facts.asked))
        for (const asker of explainObject(object, facts).names) {
          const alone = explainName(asker.name, facts).asking;
          expect(alone).toContainEqual(asker);
        }
    }),
    { numRuns: 100 },
  );
});
