import { AsyncLocalStorage } from 'node:async_hooks';

const deadlines = new AsyncLocalStorage<number>();

/**
 * Does `work` with a time by which every AWS request in it must have ended, whichever client sends it and however deep:
 * the SDK asks for credentials, tries again and reads bodies by itself. Inside another deadline the earlier one holds.
 *
 * @param atMs epoch milliseconds
 */
export function withinDeadline<T>(atMs: number, work: () => T): T {
  return deadlines.run(Math.min(atMs, deadlines.getStore() ?? Number.POSITIVE_INFINITY), work);
}

/** Milliseconds that are left to the work that asks; infinite where it has no deadline. */
export function timeLeft(): number {
  return (deadlines.getStore() ?? Number.POSITIVE_INFINITY) - Date.now();
}

const answers = new AsyncLocalStorage<number>();

/** Does `work` with so many milliseconds for each AWS request in it, instead of what its client would wait. */
export function answersWithin<T>(milliseconds: number, work: () => T): T {
  return answers.run(milliseconds, work);
}

/** Milliseconds that a request of the work that asks may take; infinite where nothing else is said. */
export const answerLimit = (): number => answers.getStore() ?? Number.POSITIVE_INFINITY;
