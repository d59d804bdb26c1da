import { type Clock, systemClock } from '../../lib/clock.ts';

/** The wall clock for what others read, and one for spans of time, which nobody can set. */
export interface ForwarderClock extends Clock {
  /** Milliseconds since some moment; never goes back. */
  uptime(): number;
}

export const forwarderClock: ForwarderClock = { ...systemClock, uptime: () => performance.now() };
