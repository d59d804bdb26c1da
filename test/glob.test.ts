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

test.each([
  ['fits in no way', `${'*a'.repeat(49)}*b`, false],
  ['fits in very many ways', `${'*a'.repeat(49)}*`, true],
  ['is stars only', '*'.repeat(100), true],
])(
  'a pattern of many stars that %s costs a look or two at each character of name and pattern',
  (_rule, pattern, fits) => {
    let looks = 0;
    const counted = (text: string) =>
      new Proxy(Object(text), {
        get(_target, key) {
          if (key !== 'length') looks += 1;
          return text[key as keyof string];
        },
      }) as string;
    expect(matchesGlob(counted('a'.repeat(100)), counted(pattern))).toBe(fits);
    expect(looks).toBeLessThan(4 * (100 + pattern.length));
  },
);
