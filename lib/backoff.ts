import type { Clock } from './clock.ts';

/** Milliseconds. */
export interface Backoff {
  readonly first: number;
  readonly longest: number;
}

/** The wait after so many failures in a row (1 is the first): twice as long each time, spread over its upper half. */
export function waitAfter(failures: number, { first, longest }: Backoff, clock: Pick<Clock, 'random'>): number {
  const step = Math.min(first * 2 ** Math.min(failures - 1, 30), longest);
  return step * (0.5 + 0.5 * clock.random());
}
