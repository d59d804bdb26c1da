import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchesGlob } from '../lib/glob.ts';

test.each([
  ['prod-eu', 'prod-*', true],
  ['prod-eu', '*-eu', true],
  ['prod-eu', '*', true],
  ['', '*', true],
  ['', '', true],
  ['prod', 'prod*', true],
  ['prod', '*prod', true],
  ['prod-eu-1', 'prod-*-1', true],
  ['aab', '*ab', true],
  ['prod', 'pro', false],
  ['prod', 'prodx', false],
  ['xprod', 'prod*', false],
  ['p.od', 'p.od', true],
  ['prod', 'p.od', false],
  ['a', 'a*b', false],
])('%s fits %s: %s', (text, pattern, fits) => {
  expect(matchesGlob(text, pattern)).toBe(fits);
});

test('it says what a regular expression says', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 }), letters, (text, pattern) => {
      expect(matchesGlob(text, pattern)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(text));
    }),
    { numRuns: 2_000 },
  );
});

test('a pattern of many stars costs nothing to speak of', () => {
  const from = performance.now();
  for (let i = 0; i < 1_000; i++) matchesGlob('a'.repeat(100), `${'*a'.repeat(49)}*b`);
  expect(performance.now() - from).toBeLessThan(1_000);
});
