import type { NameChange, Refusal } from '../model/index.ts';
import { fingerprint } from '../plan/index.ts';

/** Milliseconds. */
const FIRST_RETRY = 60 * 60 * 1000;
const LAST_RETRY = 24 * FIRST_RETRY;

/**
 * What is remembered of a refused change, so that it is not sent again until it changes or an hour (then two, four, … a
 * day) has passed.
 *
 * @param known what was remembered of the name before
 */
export function refusalOf(change: NameChange, words: string, known: Refusal | undefined, now: number): Refusal {
  const print = fingerprint(change);
  const attempts = (known?.fingerprint === print ? known.attempts : 0) + 1;
  const retryAt = now + Math.min(LAST_RETRY, FIRST_RETRY * 2 ** (attempts - 1));
  return { fingerprint: print, message: words, attempts, retryAt };
}
