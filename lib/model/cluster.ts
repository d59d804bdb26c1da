import type { Endpoint, Hold, ObjectRef } from './endpoint.ts';
import type { Finding } from './finding.ts';
import type { ClusterName, DnsName, OwnerId } from './names.ts';

/** How the listing of one kind ended. Only a complete one may take records away. */
export type KindRead =
  | { readonly complete: true; readonly objects: number }
  | { readonly complete: false; readonly error: string };

/** What the sources made of the objects of one page, kind or cluster. */
export interface Wanted {
  readonly endpoints: readonly Endpoint[];
  readonly holds: readonly Hold[];
  readonly findings: readonly Finding[];
}

/** Everything read from one cluster in one run, already turned into endpoints. */
export interface Snapshot extends Wanted {
  readonly cluster: ClusterName;
  readonly owner: OwnerId;
  /** By source, in the words of the config (`gateway-httproute`). */
  readonly kinds: Readonly<Record<string, KindRead>>;
  /** Where the endpoints come from: read now, or kept from the last complete snapshot. */
  readonly origin: 'read' | 'kept';
  /**
   * Kinds of object, in the words of ownership records (`httproute`), that could not be read and whose endpoints are those of the last complete snapshot: they keep their names from
   * others, and ask for nothing new.
   */
  readonly standIns?: readonly string[];
  /**
   * Names that the cluster asked for once and no longer does, as long as a zone has them. Only where several clusters share
   * an owner id: the ownership record then does not tell whose a name was.
   */
  readonly formerly?: readonly DnsName[];
}

export function isComplete(snapshot: Snapshot): boolean {
  return Object.values(snapshot.kinds).every(kind => kind.complete);
}

/** `kind/namespace/name`, the form in which the ownership record names an object. */
export function resourceOf(object: { kind: string; namespace: string; name: string }): string {
  return `${object.kind}/${object.namespace}/${object.name}`;
}

/** `cluster: kind/namespace/name`, for people. */
export function describeObject(object: ObjectRef): string {
  return `${object.cluster}: ${resourceOf(object)}`;
}
