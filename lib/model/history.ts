import type { ClusterName, DnsName, OwnerId, ZoneId } from './names.ts';
import type { RecordSet } from './record.ts';

/** Who asked for a run. `drift`: Route 53 told of a change by somebody else. */
export type RunCause = 'schedule' | 'notice' | 'drift' | 'manual';

/** One applied change of one name, as it is kept: whole, so that what was can be told and put back. */
export interface HistoryLine {
  /** ISO 8601: when the run that made it had Route 53's answer to all its batches. */
  readonly at: string;
  /** The run, as it is named in leases and logs. */
  readonly run: string;
  readonly by: RunCause;
  readonly shard: string;
  readonly zone: ZoneId;
  readonly zoneName: DnsName;
  readonly name: DnsName;
  readonly action: 'create' | 'update' | 'delete';
  readonly why: string;
  readonly owner: OwnerId;
  readonly cluster?: ClusterName;
  /** The objects that asked for it, the first twenty of them, as `cluster: kind/namespace/name`. */
  readonly objects: readonly string[];
  /** How many there were besides. */
  readonly moreObjects?: number;
  /** Whose it was, where that is another object. */
  readonly formerly?: string;
  /** ISO 8601: when the run began, and when the earliest of the changes was seen that a notice asked it for. */
  readonly began?: string;
  readonly noticed?: string;
  /** Requests of the run to Route 53 until then. */
  readonly calls?: number;
  /** The run that this undoes, where a person asked for that. */
  readonly undoes?: string;
  /** Every record set that was replaced or removed, ownership records included. */
  readonly before: readonly RecordSet[];
  readonly after: readonly RecordSet[];
}
