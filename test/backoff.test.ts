import { expect, test } from 'vitest';
import { stepAfter, waitAfter } from '../lib/backoff.ts';

const backoff = { first: 100, longest: 1_000 };

test.each([
  [1, 100],
  [2, 200],
  [4, 800],
  [5, 1_000],
  [10_000, 1_000],
])('after %i failures in a row the step is %i', (failures, step) => {
  expect(stepAfter(failures, backoff)).toBe(step);
  expect(waitAfter(failures, backoff, { random: () => 0 })).toBe(step / 2);
  expect(waitAfter(failures, backoff, { random: () => 1 })).toBe(step);
});
