const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * How long a time is, for people: the largest unit of which it has two at least.
 *
 * @param milliseconds a time from the future or a clock that was set back counts as none
 */
export function span(milliseconds: number): string {
  const time = Math.max(0, milliseconds);
  if (time < 2 * MINUTE) return `${Math.round(time / 1000)} s`;
  if (time < 2 * HOUR) return `${Math.round(time / MINUTE)} min`;
  return time < 2 * DAY ? `${Math.round(time / HOUR)} h` : `${Math.round(time / DAY)} days`;
}

/** How long ago it was, for people. Both epoch milliseconds. */
export const ago = (then: number, now: number): string => `${span(now - then)} ago`;
