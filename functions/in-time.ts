import type { Context } from 'aws-lambda';
import { withinDeadline } from '../lib/aws/index.ts';

/** Kept back from the function's time for the log, the metrics and the answer. */
const ANSWER_MS = 1_000;

/**
 * A handler whose AWS requests end before Lambda would end the function: it then says what failed, where "Task timed out"
 * says nothing, and its messages come back in seconds.
 */
export function inTime<E, R>(handle: (event: E, context: Context) => Promise<R>) {
  return (event: E, context: Context): Promise<R> =>
    withinDeadline(Date.now() + context.getRemainingTimeInMillis() - ANSWER_MS, () => handle(event, context));
}
