/**
 * How a thing was found.
 *
 * | status  | meaning                                                      |
 * |---------|--------------------------------------------------------------|
 * | ok      | as it must be                                                |
 * | doubt   | works, but not as one would want it                          |
 * | bad     | does not work: records are not as they are asked for         |
 * | unknown | could not be looked at, with the reason; nothing is wrong yet |
 */
type Status = 'ok' | 'doubt' | 'bad' | 'unknown';

/** One thing that was looked at. No secret stands in it, so that it can be sent to a colleague. */
export interface Check {
  readonly area: 'program' | 'aws' | 'zones' | 'clusters' | 'state' | 'records' | 'queue' | 'webhook' | 'stream';
  /** The zone, the cluster, the file, … */
  readonly subject: string;
  readonly status: Status;
  /** What was found, in a sentence without its final dot. */
  readonly found: string;
  /** What to do, often a command; absent where nothing is to be done. */
  readonly remedy?: string;
}
