import type { Finding } from './finding.ts';
import type { HistoryLine, RunCause } from './history.ts';

/** A finding that stands and was not told lately. */
export interface FreshFinding {
  readonly finding: Finding;
  /** ISO 8601: when a run told of it first. */
  readonly since: string;
  /** It was told before, and still stands. */
  readonly again: boolean;
}

/** What a run over one shard has to tell those who were told of the runs before it. */
export interface News {
  readonly shard: string;
  /** The run, as it is named in leases and logs. */
  readonly run: string;
  readonly by: RunCause;
  /** ISO 8601: when the run had ended. */
  readonly at: string;
  /** What Route 53 accepted. */
  readonly changes: readonly HistoryLine[];
  /** What leaves something unpublished, or kept against the wish of the clusters. */
  readonly findings: readonly FreshFinding[];
}
