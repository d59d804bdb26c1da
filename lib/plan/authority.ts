import type { ClusterName, DnsName, OwnerId, Snapshot } from '../model/index.ts';
import { resourceOf } from '../model/index.ts';
import { sourceOfResource } from '../sources/kinds.ts';

/** What the snapshots of one owner's clusters allow. */
interface OwnerView {
  /** Sources that were asked for, of some cluster of the owner. */
  readonly asked: Set<string>;
  /** Sources that some cluster of the owner could not read completely, with the reason. */
  readonly unread: Map<string, string>;
  readonly heldNames: Set<DnsName>;
  readonly heldObjects: Set<string>;
  readonly clusters: ClusterView[];
}

interface ClusterView {
  readonly name: ClusterName;
  /** Objects that ask for something, by `kind/namespace/name`. */
  readonly asking: Set<string>;
  readonly formerly: ReadonlySet<DnsName>;
}

const NO_NAMES: ReadonlySet<DnsName> = new Set();

/** What may be done in the name of each owner, given what was read of its clusters. */
export interface Authority {
  /** Whether the owner id belongs to a configured cluster. */
  ours(owner: OwnerId): boolean;
  /**
   * Why records of `resource` may not be changed or removed now, or undefined if they may. An object of a kind that was
   * not read completely may well be there.
   */
  frozen(owner: OwnerId, name: DnsName, resource: string | undefined): string | undefined;
  /**
   * Whether the object is alive, in the very cluster that asked for the name, and asks for another one: the name has moved,
   * it is not lost.
   */
  moved(owner: OwnerId, name: DnsName, resource: string | undefined): boolean;
  /** Whether an object without a usable target, or with malformed input, keeps the record. */
  held(owner: OwnerId, name: DnsName, resource: string | undefined): boolean;
  /** Whether a person forced this run for the cluster that asked for the name, or for every cluster of the owner. */
  forced(owner: OwnerId, name: DnsName): boolean;
  /**
   * The clusters that asked for a name which no object asks for any more. One where the owner has one cluster; of several
   * that share the owner those that are known to have asked, which may be none.
   */
  formerClusters(owner: OwnerId, name: DnsName): readonly ClusterName[];
  /** Whether a person forced this run for the cluster. */
  forcedCluster(cluster: ClusterName): boolean;
  clustersOf(owner: OwnerId): readonly ClusterName[];
}

/**
 * @param forced clusters for which a person said "yes, really": their owners' removals pass the guard, and records that
 *   name a kind which fairlead does not read may go. What could not be read stays frozen all the same.
 */
export function authorityOf(snapshots: readonly Snapshot[], forced: readonly ClusterName[] = []): Authority {
  const owners = new Map<OwnerId, OwnerView>();
  for (const snapshot of snapshots) addSnapshot(viewOf(owners, snapshot.owner), snapshot);
  const clustersOf = (owner: OwnerId) => owners.get(owner)?.clusters ?? [];
  const former = (owner: OwnerId, name: DnsName) => {
    const clusters = clustersOf(owner);
    return clusters.length < 2 ? clusters : clusters.filter(cluster => cluster.formerly.has(name));
  };
  const isForced = (owner: OwnerId, name: DnsName) => {
    if (forced.length === 0) return false;
    const all = (clusters: readonly ClusterView[]) =>
      clusters.length > 0 && clusters.every(cluster => forced.includes(cluster.name));
    return all(clustersOf(owner)) || all(former(owner, name));
  };
  return {
    ours: owner => owners.has(owner),
    frozen: (owner, name, resource) => whyFrozen(owners.get(owner), resource, isForced(owner, name)),
    forced: isForced,
    forcedCluster: cluster => forced.includes(cluster),
    moved: (owner, name, resource) =>
      resource !== undefined && former(owner, name).some(cluster => cluster.asking.has(resource)),
    held: (owner, name, resource) => {
      const view = owners.get(owner);
      return (
        view !== undefined && (view.heldNames.has(name) || (resource !== undefined && view.heldObjects.has(resource)))
      );
    },
    formerClusters: (owner, name) => former(owner, name).map(cluster => cluster.name),
    clustersOf: owner => clustersOf(owner).map(cluster => cluster.name),
  };
}

function viewOf(owners: Map<OwnerId, OwnerView>, owner: OwnerId): OwnerView {
  const known = owners.get(owner);
  if (known) return known;
  const fresh = {
    asked: new Set<string>(),
    unread: new Map(),
    heldNames: new Set<string>(),
    heldObjects: new Set<string>(),
    clusters: [],
  };
  owners.set(owner, fresh);
  return fresh;
}

function addSnapshot(view: OwnerView, snapshot: Snapshot): void {
  const asking = new Set<string>();
  const formerly = snapshot.formerly ? new Set(snapshot.formerly) : NO_NAMES;
  view.clusters.push({ name: snapshot.cluster, asking, formerly });
  for (const [kind, read] of Object.entries(snapshot.kinds)) {
    view.asked.add(kind);
    if (!read.complete) view.unread.set(kind, `${snapshot.cluster}: ${kind} objects could not be read (${read.error})`);
  }
  for (const endpoint of snapshot.endpoints) asking.add(resourceOf(endpoint.object));
  for (const hold of snapshot.holds) {
    if (hold.name === undefined) view.heldObjects.add(resourceOf(hold.object));
    else view.heldNames.add(hold.name);
    asking.add(resourceOf(hold.object));
  }
}

function whyFrozen(view: OwnerView | undefined, resource: string | undefined, forced: boolean): string | undefined {
  if (view === undefined) return 'its owner is not configured';
  const kind = resource?.split('/', 1)[0];
  if (kind === undefined) return view.unread.values().next().value;
  const source = sourceOfResource(kind);
  if (source !== undefined && view.asked.has(source)) return view.unread.get(source);
  if (forced) return view.unread.values().next().value;
  return `it belongs to ${resource}, a kind of object that fairlead does not read (a forced run takes it over)`;
}
