import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearestKey } from '../lib/nearest.ts';

describe('editDistance counts insertions, deletions, replacements and swaps', () => {
  it.each([
    ['', '', 0],
    ['abc', 'abc', 0],
    ['abc', 'ac', 1],
    ['abc', 'abxc', 1],
    ['abc', 'axc', 1],
    ['abc', 'acb', 1],
    ['kitten', 'sitting', 3],
    ['', 'abc', 3],
  ])('%j and %j: %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });

  it('is never more than the longer of the two, and 0 for equal texts only', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        const distance = editDistance(a, b);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(distance === 0).toBe(a === b);
      }),
    );
  });
});

describe('nearestKey', () => {
  const known = ['domains', 'excludeDomains', 'type', 'ids'];
  it.each([
    ['domain', 'domains'],
    ['Domains', 'domains'],
    ['exclude_domains', 'excludeDomains'],
    ['typ', 'type'],
    ['id', 'ids'],
    ['owner', undefined],
    ['', undefined],
    ['x'.repeat(100_000), undefined],
  ])('of %.20s is %s', (key, nearest) => {
    expect(nearestKey(key, known)).toBe(nearest);
  });
});
