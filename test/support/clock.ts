import type { Clock } from '../../lib/clock.ts';

/** Time that only passes when somebody sleeps. */
export function fakeClock(start = Date.parse('2026-01-01T00:00:00Z')): Clock & { advance(milliseconds: number): void } {
  let now = start;
  return {
    now: () => now,
    sleep: async milliseconds => {
      now += milliseconds;
    },
    random: () => 0.5,
    advance: milliseconds => {
      now += milliseconds;
    },
  };
}
