import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestOf } from '../lib/explain/index.ts';
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

/** As it is defined: https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance#Optimal_string_alignment_distance */
function defined(a: string, b: string): number {
  const rows: number[][] = [];
  const at = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 0; i <= a.length; i++) {
    const row: number[] = [];
    rows.push(row);
    for (let j = 0; j <= b.length; j++) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwapped ? at(i - 2, j - 2) + 1 : replaced;
      row.push(i + j === 0 ? 0 : Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, replaced, swapped));
    }
  }
  return at(a.length, b.length);
}

/** Texts of few letters, so that they are alike. */
const alike = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 });

describe('editDistance with a bound', () => {
  it('is the distance as defined, and where that is above the bound any number above it', () => {
    fc.assert(
      fc.property(alike, alike, fc.nat(5), (a, b, most) => {
        const distance = defined(a, b);
        expect(editDistance(a, b)).toBe(distance);
        if (distance <= most) expect(editDistance(a, b, most)).toBe(distance);
        else expect(editDistance(a, b, most)).toBeGreaterThan(most);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('nearestOf', () => {
  const fleet = Array.from(
    { length: 100_000 },
    (_, i) => `c${i % 100}-svc-${Math.floor(i / 100)}.z${i % 50}.example.com`,
  );

  it.each([
    ['c7-scv-420.z7.example.com', 'c7-svc-420.z7.example.com'],
    // Near enough to all by its letters, and to none in fact.
    ['321-vcs-07c.34z.example.com', undefined],
  ])('%s among very many that are alike, without much time: %s', (unknown, nearest) => {
    const before = process.cpuUsage();
    expect(nearestOf(unknown, fleet)).toBe(nearest);
    const { user } = process.cpuUsage(before);
    expect(user / 1000, 'milliseconds').toBeLessThan(700);
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
