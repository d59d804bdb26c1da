import type { ClusterName, DnsName, OwnerId, Snapshot } from '../model/index.ts';
import { resourceOf } from '../model/index.ts';

/** Kinds that fairlead can list: a record of another kind is another tool's source, whose objects it never sees. */
const LISTABLE = new Set(['service', 'ingress']);

/** What the snapshots of one owner's clusters allow. */
interface OwnerView {
  /** Kinds that some cluster of the owner could not list completely, with the reason. */
  readonly unread: Map<string, string>;
  /** Objects that ask for something, by `kind/namespace/name`. */
  readonly asking: Set<string>;
  readonly heldNames: Set<DnsName>;
  readonly heldObjects: Set<string>;
  readonly clusters: ClusterName[];
}

/** What may be done in the name of each owner, given what was read of its clusters. */
export interface Authority {
  /** Whether the owner id belongs to a configured cluster. */
  ours(owner: OwnerId): boolean;
  /**
   * Why records of `resource` may not be changed or removed now, or undefined if they may. An object of a kind that was
   * not read completely may well be there.
   */
  frozen(owner: OwnerId, resource: string | undefined): string | undefined;
  /** Whether the object is alive and asks for some name: its vanished names have moved, they are not lost. */
  asking(owner: OwnerId, resource: string | undefined): boolean;
  /** Whether an object without a usable target, or with malformed input, keeps the record. */
  held(owner: OwnerId, name: DnsName, resource: string | undefined): boolean;
  /** Whether a person forced this run for the owner. */
  forced(owner: OwnerId): boolean;
  clustersOf(owner: OwnerId): readonly ClusterName[];
}

/**
 * @param forced clusters for which a person said "yes, really": their owners' removals pass the guard, and records that
 *   name a kind which fairlead does not read may go. What could not be read stays frozen all the same.
 */
export function authorityOf(snapshots: readonly Snapshot[], forced: readonly ClusterName[] = []): Authority {
  const owners = new Map<OwnerId, OwnerView>();
  for (const snapshot of snapshots) addSnapshot(viewOf(owners, snapshot.owner), snapshot);
  const isForced = (owner: OwnerId) => owners.get(owner)?.clusters.some(cluster => forced.includes(cluster)) === true;
  return {
    ours: owner => owners.has(owner),
    frozen: (owner, resource) => whyFrozen(owners.get(owner), resource, isForced(owner)),
    forced: isForced,
    asking: (owner, resource) => resource !== undefined && owners.get(owner)?.asking.has(resource) === true,
    held: (owner, name, resource) => {
      const view = owners.get(owner);
      return (
        view !== undefined && (view.heldNames.has(name) || (resource !== undefined && view.heldObjects.has(resource)))
      );
    },
    clustersOf: owner => owners.get(owner)?.clusters ?? [],
  };
}

function viewOf(owners: Map<OwnerId, OwnerView>, owner: OwnerId): OwnerView {
  const known = owners.get(owner);
  if (known) return known;
  const fresh = {
    unread: new Map(),
    asking: new Set<string>(),
    heldNames: new Set<string>(),
    heldObjects: new Set<string>(),
    clusters: [],
  };
  owners.set(owner, fresh);
  return fresh;
}

function addSnapshot(view: OwnerView, snapshot: Snapshot): void {
  view.clusters.push(snapshot.cluster);
  for (const [kind, read] of Object.entries(snapshot.kinds)) {
    if (!read.complete) view.unread.set(kind, `${snapshot.cluster}: ${kind} objects could not be read (${read.error})`);
  }
  for (const endpoint of snapshot.endpoints) view.asking.add(resourceOf(endpoint.object));
  for (const hold of snapshot.holds) {
    if (hold.name === undefined) view.heldObjects.add(resourceOf(hold.object));
    else view.heldNames.add(hold.name);
    view.asking.add(resourceOf(hold.object));
  }
}

function whyFrozen(view: OwnerView | undefined, resource: string | undefined, forced: boolean): string | undefined {
  if (view === undefined) return 'its owner is not configured';
  const kind = resource?.split('/', 1)[0];
  if (kind === undefined) return view.unread.values().next().value;
  if (LISTABLE.has(kind)) return view.unread.get(kind);
  if (forced) return view.unread.values().next().value;
  return `it belongs to ${resource}, a kind of object that fairlead does not read (a forced run takes it over)`;
}
