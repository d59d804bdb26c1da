import type { ClusterName } from './names.ts';
import type { NamedObject } from './object.ts';

/**
 * "Something changed here": what a cluster sends when an object that matters to DNS changed. A hint, never data: it asks
 * for a run over its cluster, which reads everything for itself.
 */
export interface Notice {
  readonly cluster: ClusterName;
  /** Who sends it: made up anew at each start of a forwarder, so that the numbers of two lives are never taken for one. */
  readonly source: string;
  /**
   * Counts up from 1 within a source. Two notices with one number say the same: one that was sent again because its answer
   * was lost may be dropped, one that says more has a number of its own.
   */
  readonly sequence: number;
  /** Epoch milliseconds at which the earliest of the changes was seen; for measuring, nothing else. */
  readonly since: number;
  /** What changed; absent: anything may have changed. */
  readonly objects?: readonly NamedObject[];
}
