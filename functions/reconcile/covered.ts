import type { ClusterName, RunRequest, RunResult } from '../../lib/model/index.ts';
import type { BatchRun } from './event.ts';

/** Milliseconds by which SQS's clock and Lambda's may differ. Both follow Amazon Time Sync, to far less than this. */
const SKEW = 250;

/**
 * What this instance's runs have read, so that a burst of notices does not become a burst of runs: a notice that was on
 * the queue before a run began to read its cluster told that run nothing it did not see. So the number of runs is
 * bounded by how long the burst lasts, not by how many notices it has. Another instance knows nothing of it and runs once.
 */
export interface Covered {
  /** Whether every message of a run is covered already. */
  covers(run: BatchRun): boolean;
  /** Notes a run that began at a time (epoch milliseconds), for the clusters that it was asked to be for. */
  note(beganAt: number, request: Pick<RunRequest, 'clusters'>, result: RunResult): void;
}

export function createCovered(): Covered {
  const readFrom = new Map<ClusterName, number>();
  return {
    covers({ request: { clusters = [], reread }, messages }) {
      if (clusters.length === 0 || reread !== undefined) return false;
      const oldest = Math.min(...clusters.map(cluster => readFrom.get(cluster) ?? Number.NEGATIVE_INFINITY));
      return messages.every(({ sentAt }) => sentAt !== undefined && sentAt < oldest - SKEW);
    },
    note(beganAt, { clusters: asked }, { mode, clusters, findings }) {
      const unfinished = findings.some(({ reason }) => reason === 'deferred' || reason === 'unreadable');
      if (mode === 'plan' || unfinished) return;
      // Of a cluster that was read beside, for names that it shares with those or that Route 53 told of, no other name was looked at.
      const covered = clusters.filter(({ name }) => asked?.includes(name) ?? true);
      for (const { name, state } of covered) if (state === 'read') readFrom.set(name, beganAt);
    },
  };
}
