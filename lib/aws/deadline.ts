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
