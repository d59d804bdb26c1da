import type { KindRead } from './cluster.ts';
import type { Finding, Reason } from './finding.ts';
import type { ClusterName, DnsName, OwnerId, ZoneId } from './names.ts';
import type { ObjectRef } from './object.ts';
import type { RecordSet } from './record.ts';

/** What a run is asked to do. */
export interface RunRequest {
  readonly mode: 'sync' | 'plan';
  /** Read everything anew and let held removals through (of the clusters named, if any are). */
  readonly force: boolean;
  /** Only these clusters are read, what is kept stands in for the others; absent: all; empty: none. */
  readonly clusters?: readonly ClusterName[];
  /** Only the clusters of this shard; absent: all shards, one after the other. */
  readonly shard?: string;
  /** Names that somebody changed in Route 53: they are read again before anything is planned. */
  readonly reread?: readonly { readonly zone: ZoneId; readonly names: readonly DnsName[] }[];
}

/** One record set that was or would be changed, for reports: no ownership records, no unchanged swaps. */
export interface RecordChange {
  readonly action: 'create' | 'update' | 'delete';
  readonly name: DnsName;
  readonly type: string;
  readonly before?: RecordSet;
  readonly after?: RecordSet;
  readonly owner: OwnerId;
  /** The objects that ask for it, the first twenty of them. */
  readonly objects: readonly ObjectRef[];
  /** How many there are besides. */
  readonly moreObjects?: number;
  /** Whose it was, where that is another object: of a removal the one that has gone, of an update the one that gave it up. */
  readonly formerly?: string;
  readonly drift?: boolean;
  /** The rules of the config's `claims` that let its objects have it (`claims[0]`); absent where there are none. */
  readonly allowedBy?: readonly string[];
}

export interface ZoneResult {
  readonly id: ZoneId;
  readonly name: DnsName;
  readonly private: boolean;
  /** The view of the config that it is in; absent: the config has none. */
  readonly view?: string;
  /** Owned record sets (without ownership records) after the run. */
  readonly owned: number;
  readonly changes: readonly RecordChange[];
  /** Change batches that Route 53 accepted. */
  readonly batches: number;
  /** Where the records came from: the kept state, a full read, or nothing because the zone could not be read. */
  readonly source: 'kept' | 'read' | 'unreadable';
  /** ISO 8601: when the zone was last read in full; absent where it could not be read. */
  readonly readAt?: string;
}

export interface ClusterResult {
  readonly name: ClusterName;
  readonly owner: OwnerId;
  readonly state: 'read' | 'kept' | 'incomplete' | 'unreachable';
  readonly kinds: Readonly<Record<string, KindRead>>;
  readonly endpoints: number;
}

/** Findings that differ in their names alone. Those of all groups of a reason count as many as `reasons` has. */
export interface FindingGroup {
  readonly reason: Reason;
  /** Of their objects, or what they are about; a group without any of these has what the other groups have no room for. */
  readonly cluster?: ClusterName;
  readonly namespace?: string;
  readonly zone?: ZoneId;
  readonly count: number;
  /** The first of their names, sorted. */
  readonly names: readonly DnsName[];
}

/** The answer of every entry point: the Lambda returns it, the command prints it with `--json`. */
export interface RunResult {
  readonly mode: 'sync' | 'plan';
  readonly force: boolean;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** True when everything wanted is published and nothing is left to do. */
  readonly inStep: boolean;
  readonly counts: {
    readonly created: number;
    readonly updated: number;
    readonly deleted: number;
    readonly unpublished: number;
  };
  /** Route 53 calls by operation, failed and retried ones included. */
  readonly calls: Readonly<Record<string, number>>;
  readonly clusters: readonly ClusterResult[];
  readonly zones: readonly ZoneResult[];
  /** Bounded: one stands for many of one object and reason, and for those beyond a cap. */
  readonly findings: readonly Finding[];
  /** All findings in groups, those that were cut too; absent: none was left out for their number. */
  readonly groups?: readonly FindingGroup[];
  /** Findings by reason, counted before any were cut to keep the answer small. */
  readonly reasons: Readonly<Partial<Record<Reason, number>>>;
  /** Set when changes or findings were cut from this answer to stay under the Lambda's limit; the log has them all. */
  readonly truncated?: { readonly changes: number; readonly findings: number };
}
