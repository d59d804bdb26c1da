import type {
  ClusterName,
  DnsName,
  Endpoint,
  ObjectRef,
  OwnerId,
  Ownership,
  Party,
  RecordSet,
  Snapshot,
} from '../../model/index.ts';
import { canonicalValue, objectNamedBy, resourceOf } from '../../model/index.ts';
import type { PlanSettings } from '../settings.ts';

/**
 * Why an object keeps what an ownership record says it has, without asking for it now.
 *
 * | hold      | when                                                                                     |
 * |-----------|------------------------------------------------------------------------------------------|
 * | unread    | its kind could not be read completely in its cluster, or this run did not read it        |
 * | unlisted  | it is of a kind that is not among the sources                                            |
 * | departed  | its cluster is not in the config                                                         |
 * | config    | the config freezes its cluster, which is told once                                       |
 * | waiting   | the object is there, but has no usable target yet, or what it asks for is malformed      |
 */
export interface Keeping {
  readonly why: 'unread' | 'unlisted' | 'departed' | 'config' | 'waiting';
  readonly message: string;
}

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
  /** Why nothing of the record may be changed: like `keeping`, but an object that waits may be served. */
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

type SourceOf = PlanSettings['sourceOf'];

interface Cluster {
  readonly name: ClusterName;
  readonly kinds: Snapshot['kinds'];
  readonly frozen: boolean;
  /** Objects that ask for something or wait for it, by `kind/namespace/name`; made when it is first asked. */
  readonly alive: () => ReadonlySet<string>;
  /** Holds on all that an object has. */
  readonly heldObjects: Map<string, string>;
  /** Holds on one name of an object, by `resource name`. */
  readonly heldNames: Map<string, string>;
  readonly awaited: Set<DnsName>;
  /** What objects are put off with, by name. */
  readonly putOff: Map<DnsName, Endpoint[]>;
  /** Objects that ask for a name or wait for it; made when it is first asked. */
  readonly asking: () => ReadonlyMap<DnsName, readonly ObjectRef[]>;
  /** Names that an object asks for or waits for, by `kind/namespace/name`; made when it is first asked. */
  readonly asked: () => ReadonlyMap<string, ReadonlySet<DnsName>>;
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
    const others = byOwner.get(snapshot.owner);
    if (others) others.push(cluster);
    else byOwner.set(snapshot.owner, [cluster]);
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
  const frozen = (ownership: Ownership) => whyFrozen(ownership, possible(ownership), sourceOf, isForced(ownership));
  return {
    ours: owner => byOwner.has(owner),
    shared: owner => (byOwner.get(owner)?.length ?? 0) > 1,
    clustersOf: ownership => possible(ownership).map(({ name }) => name),
    partyOf: ownership => {
      const clusters = possible(ownership);
      const cluster = ownership.cluster ?? (clusters.length === 1 ? clusters[0]?.name : undefined);
      return { owner: ownership.owner, ...(cluster !== undefined && { cluster }) };
    },
    isOf: (ownership, object) =>
      ownership.resource === resourceOf(object) && possible(ownership).some(({ name }) => name === object.cluster),
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

function clusterOf({ cluster, kinds, endpoints, holds, frozen = false }: Snapshot): Cluster {
  let living: Set<string> | undefined;
  const alive = () => {
    living ??= new Set([...endpoints, ...holds].map(({ object }) => resourceOf(object)));
    return living;
  };
  const heldObjects = new Map<string, string>();
  const heldNames = new Map<string, string>();
  const awaited = new Set<DnsName>();
  const refused = new Map<DnsName, Endpoint[]>();
  for (const { object, name, message, putOff } of holds) {
    const resource = resourceOf(object);
    if (name === undefined) heldObjects.set(resource, message);
    else {
      heldNames.set(`${resource} ${name}`, message);
      // Who may not have a name must not keep another's record of it from going.
      if (putOff) refused.set(name, [...(refused.get(name) ?? []), putOff]);
      else awaited.add(name);
    }
  }
  let names: Map<string, Set<DnsName>> | undefined;
  const asked = () => {
    if (names) return names;
    names = new Map();
    for (const { object, name } of [...endpoints, ...holds]) {
      if (name === undefined) continue;
      const resource = resourceOf(object);
      const known = names.get(resource);
      if (known) known.add(name);
      else names.set(resource, new Set([name]));
    }
    return names;
  };
  let objects: Map<DnsName, ObjectRef[]> | undefined;
  const asking = () => {
    if (objects) return objects;
    objects = new Map();
    for (const list of [endpoints, holds]) {
      for (const { object, name } of list) {
        if (name === undefined) continue;
        const known = objects.get(name);
        if (known) known.push(object);
        else objects.set(name, [object]);
      }
    }
    return objects;
  };
  return { name: cluster, kinds, frozen, alive, heldObjects, heldNames, awaited, putOff: refused, asking, asked };
}

function whyFrozen(
  ownership: Ownership,
  clusters: readonly Cluster[],
  sourceOf: SourceOf,
  forced: boolean,
): Keeping | undefined {
  const { resource, cluster } = ownership;
  if (clusters.length === 0) {
    if (forced) return undefined;
    const message = `its cluster "${cluster}" is not in the config: put it back, or force a run for it (${cluster}) to remove what it left`;
    return { why: 'departed', message };
  }
  const stopped = clusters.find(({ frozen }) => frozen);
  if (stopped) {
    // What may be of another cluster, too, is told by itself.
    const why = clusters.every(({ frozen }) => frozen) ? 'config' : 'unread';
    return { why, message: `${stopped.name}: the config freezes the cluster` };
  }
  const word = resource && objectNamedBy(resource).kind;
  const source = word === undefined ? undefined : sourceOf(word);
  for (const { name, kinds } of clusters) {
    const unread = unreadSource(kinds, source);
    if (unread !== undefined) return { why: 'unread', message: `${name}: ${unread}` };
  }
  const isListed = source !== undefined && clusters.every(({ kinds }) => kinds[source] !== undefined);
  if (word === undefined || forced || isListed) return undefined;
  return {
    why: 'unlisted',
    message: `it belongs to ${resource}, a kind of object that is not among the sources (add its source, or force a run to remove the record)`,
  };
}

/** Of a source that is read its own reading counts; of any other every reading, since what it is part of is not known. */
function unreadSource(kinds: Snapshot['kinds'], source: string | undefined): string | undefined {
  const own = source === undefined ? undefined : kinds[source];
  const relevant = own && source !== undefined ? [[source, own] as const] : Object.entries(kinds);
  for (const [word, read] of relevant) if (!read.complete) return `${word} objects could not be read (${read.error})`;
  return undefined;
}

function whyWaiting({ resource }: Ownership, name: DnsName, clusters: readonly Cluster[]): Keeping | undefined {
  if (resource === undefined) return undefined;
  for (const cluster of clusters) {
    const message = cluster.heldNames.get(`${resource} ${name}`) ?? cluster.heldObjects.get(resource);
    if (message !== undefined) return { why: 'waiting', message: `${cluster.name}: ${resource}: ${message}` };
  }
  return undefined;
}

/** The object of the ownership record has gone, and one that asks for the very same record is served by it. */
function whyPutOff({ resource }: Ownership, record: RecordSet, clusters: readonly Cluster[]): Keeping | undefined {
  const canonical = (target: string) => canonicalValue(record.alias ? 'CNAME' : record.type, target);
  const standing = record.alias ? [record.alias.dnsName] : (record.values ?? []);
  for (const { name, putOff, heldNames } of clusters) {
    for (const { object, targets } of putOff.get(record.name) ?? []) {
      const asked = new Set(targets.map(canonical));
      if (resource !== undefined && !standing.every(target => asked.has(canonical(target)))) continue;
      const why = heldNames.get(`${resourceOf(object)} ${record.name}`);
      return { why: 'waiting', message: `${name}: ${resourceOf(object)}: ${why}` };
    }
  }
  return undefined;
}
