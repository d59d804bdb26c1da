import { addTo } from '../../group.ts';
import type {
  ClusterName,
  DnsName,
  ObjectRef,
  OwnerId,
  Ownership,
  Party,
  RecordSet,
  Snapshot,
} from '../../model/index.ts';
import { resourceOf } from '../../model/index.ts';
import { type Cluster, clusterOf } from './cluster.ts';
import { departedFrom, type Keeping, type SourceOf, whyFrozen, whyPutOff, whyWaiting } from './keeping.ts';

/**
 * What may be done in whose name, given what was read. All is decided by owner and cluster. An ownership record without
 * cluster may be of any cluster of its owner: what all of them agree on may be done.
 */
export interface Owners {
  /** Whether the owner id belongs to a configured cluster. */
  ours(owner: OwnerId): boolean;
  /** Whether several configured clusters have the owner id, so that ownership records must name the cluster. */
  shared(owner: OwnerId): boolean;
  /** The configured clusters that an ownership record may be of. */
  clustersOf(ownership: Ownership): readonly ClusterName[];
  /** The party that an ownership record counts for. */
  partyOf(ownership: Ownership): Party;
  /** Whether an ownership record is of this very object, as far as it tells. */
  isOf(ownership: Ownership, object: ObjectRef): boolean;
  /**
   * Why what the record says stays though its object does not ask for the name; undefined: the object has given it up.
   * @param record what stands: where another object asks for just that and is put off (`Hold.putOff`), it stays, too
   */
  keeping(ownership: Ownership, name: DnsName, record?: RecordSet): Keeping | undefined;
  /** Why nothing of the record may be changed: like `keeping`, but an object that waits may be covered. */
  frozen(ownership: Ownership): Keeping | undefined;
  /** Whether some object of the owner waits for the name: a load balancer that is not there yet keeps what stands. */
  awaited(ownership: Ownership, name: DnsName): boolean;
  /** Whether the object is there and asks for the name, or waits for it. */
  asks(ownership: Ownership, name: DnsName): boolean;
  /** The names that the object asks for, or waits for. */
  namesOf(ownership: Ownership): readonly DnsName[];
  /** Whether the object is there and asks for other names: then it has moved, it is not lost. */
  alive(ownership: Ownership): boolean;
  /** Whether a person forced this run for whatever cluster the record may be of. */
  forced(ownership: Ownership): boolean;
  forcedCluster(cluster: ClusterName): boolean;
}

/**
 * @param sourceOf the source that reads objects of a kind
 * @param forced clusters for which a person said "yes, really": their removals pass the guard, and records of kinds that
 *   are not read, or of a cluster that left the config, may go. What could not be read stays frozen all the same.
 */
export function ownersOf(
  snapshots: readonly Snapshot[],
  sourceOf: SourceOf,
  forced: readonly ClusterName[] = [],
): Owners {
  const byOwner = new Map<OwnerId, Cluster[]>();
  const byName = new Map<ClusterName, Cluster>();
  for (const snapshot of snapshots) {
    const cluster = clusterOf(snapshot);
    byName.set(cluster.name, cluster);
    addTo(byOwner, snapshot.owner, cluster);
  }
  const possible = ({ owner, cluster }: Ownership): readonly Cluster[] => {
    if (cluster === undefined) return byOwner.get(owner) ?? [];
    // A cluster whose owner id was changed in the config is still itself.
    const named = byName.get(cluster);
    return named ? [named] : [];
  };
  const isForced = (ownership: Ownership) => {
    const names = ownership.cluster === undefined ? possible(ownership).map(({ name }) => name) : [ownership.cluster];
    return names.length > 0 && names.every(name => forced.includes(name));
  };
  const isLetGo = ({ left = [] }: Ownership) => left.every(name => forced.includes(name));
  const frozen = (ownership: Ownership) => {
    if (!isForced(ownership) && !isLetGo(ownership)) return departedFrom(ownership.left ?? []);
    return whyFrozen(ownership, possible(ownership), sourceOf, isForced(ownership));
  };
  return {
    ours: owner => byOwner.has(owner),
    shared: owner => (byOwner.get(owner)?.length ?? 0) > 1,
    clustersOf: ownership => possible(ownership).map(({ name }) => name),
    partyOf: ownership => {
      const clusters = possible(ownership);
      const cluster = ownership.cluster ?? (clusters.length === 1 ? clusters[0]?.name : undefined);
      return { owner: ownership.owner, ...(cluster !== undefined && { cluster }) };
    },
    // Of a cluster that left the config, too: what is kept of it is among what others ask for.
    isOf: (ownership, object) =>
      ownership.resource === resourceOf(object) &&
      (ownership.cluster === undefined
        ? possible(ownership).some(({ name }) => name === object.cluster)
        : ownership.cluster === object.cluster),
    keeping: (ownership, name, record) =>
      frozen(ownership) ??
      whyWaiting(ownership, name, possible(ownership)) ??
      (record && whyPutOff(ownership, record, possible(ownership))),
    frozen,
    awaited: (ownership, name) => possible(ownership).some(cluster => cluster.awaited.has(name)),
    asks: ({ resource = '', ...rest }, name) =>
      possible(rest).some(
        ({ asking }) =>
          asking()
            .get(name)
            ?.some(object => resourceOf(object) === resource) === true,
      ),
    namesOf: ({ resource = '', ...rest }) => possible(rest).flatMap(({ asked }) => [...(asked().get(resource) ?? [])]),
    alive: ({ resource, ...rest }) => {
      const clusters = possible(rest);
      return resource !== undefined && clusters.length === 1 && clusters[0]?.alive().has(resource) === true;
    },
    forced: isForced,
    forcedCluster: cluster => forced.includes(cluster),
  };
}
