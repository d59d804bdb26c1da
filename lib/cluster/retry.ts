import { type Backoff, waitAfter } from '../backoff.ts';
import type { Clock } from '../clock.ts';
import { unlessAborted } from './abort.ts';
import { BusyError, ClusterError } from './errors.ts';

const TRIES = 4;
/** Milliseconds. */
const WAITS: Backoff = { first: 200, longest: 10_000 };
/** Milliseconds after which a request is not made again. */
const PATIENCE = 20_000;
/** Seconds. A server that wants to be left alone for longer is left alone until the next run. */
const LONGEST_WAIT = 10;

/** Makes a request, and again after a while where that may help. */
export async function withRetries<T>(clock: Clock, signal: AbortSignal | undefined, act: () => Promise<T>): Promise<T> {
  const began = clock.now();
  for (let tries = 1; ; tries++) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof ClusterError) || error.recovery !== 'retry') throw error;
      if (tries === TRIES || clock.now() - began >= PATIENCE) throw error;
      const asked = error instanceof BusyError ? error.retryAfter : undefined;
      if (asked !== undefined && asked > LONGEST_WAIT) throw error;
      const wait = asked === undefined ? waitAfter(tries, WAITS, clock) : asked * 1000;
      await unlessAborted(clock.sleep(wait), signal);
    }
  }
}
