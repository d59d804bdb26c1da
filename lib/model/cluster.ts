import type { Endpoint, Hold } from './endpoint.ts';
import type { Finding } from './finding.ts';
import type { ClusterName, DnsName, OwnerId } from './names.ts';

/** How the listing of one kind ended. Only a complete one may take records away. */
export type KindRead =
  | { readonly complete: true; readonly objects: number }
  | { readonly complete: false; readonly error: string };

/** The hostnames that one object has in its own text, whatever the config makes of them. */
export interface Written {
  /** `kind/namespace/name` */
  readonly resource: string;
  /** Absent: too many to be kept; it may have any. */
  readonly names?: readonly DnsName[];
}

/** What the sources made of the objects of one page, kind or cluster. */
export interface Wanted {
  readonly endpoints: readonly Endpoint[];
  readonly holds: readonly Hold[];
  readonly findings: readonly Finding[];
  /** Of the objects whose text has other hostnames than those that they ask for; absent: it is known of no object. */
  readonly written?: readonly Written[];
}

/**
 * Everything read from one cluster in one run, already turned into endpoints. A kind that was not read completely has no
 * endpoints that could be trusted to be all: what the cluster has of it stays as it is.
 */
export interface Snapshot extends Wanted {
  readonly cluster: ClusterName;
  readonly owner: OwnerId;
  /** By source, in the words of the config (`gateway-httproute`). */
  readonly kinds: Readonly<Record<string, KindRead>>;
  /** `skipped`: this run was not asked to read the cluster. It then touches nothing of it. */
  readonly origin: 'read' | 'skipped';
  /** The config says that nothing of the cluster is to be changed. */
  readonly frozen?: boolean;
}

export function isComplete(snapshot: Snapshot): boolean {
  return Object.values(snapshot.kinds).every(kind => kind.complete);
}
