import type { Clock } from './clock.ts';

/** In one unit of time, which is the unit of what comes out. */
export interface Backoff {
  readonly first: number;
  readonly longest: number;
}

/** After so many failures in a row (1 is the first): twice as long each time. For what is alone in its waiting. */
export function stepAfter(failures: number, { first, longest }: Backoff): number {
  return Math.min(first * 2 ** Math.min(failures - 1, 30), longest);
}

/** Such a step, spread over its upper half, so that those who failed together do not come back together. */
export function waitAfter(failures: number, backoff: Backoff, clock: Pick<Clock, 'random'>): number {
  return stepAfter(failures, backoff) * (0.5 + 0.5 * clock.random());
}
