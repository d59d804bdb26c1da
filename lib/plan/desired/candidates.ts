import { addTo, groupBy } from '../../group.ts';
import type { ClusterName, DnsName, Endpoint, HostedZone, ObjectRef, OwnerId, Snapshot } from '../../model/index.ts';
import { resourceOf } from '../../model/index.ts';
import { type MergeScope, scopeOf } from '../settings.ts';
import { facetOf } from './facets.ts';

/** What one object, or several that share their addresses or agree on a target, ask for under one name. */
export interface Candidate {
  readonly name: DnsName;
  readonly owner: OwnerId;
  readonly cluster: ClusterName;
  /** Position of the cluster in the config: the earlier goes first where nothing else decides. */
  readonly rank: number;
  /** Sorted by resource. */
  readonly objects: readonly ObjectRef[];
  /** As the objects ask, sorted by resource and type. */
  readonly endpoints: readonly Endpoint[];
  /** All targets, for the order of preference. */
  readonly targets: readonly string[];
  /** Of a record set that several clusters may have together, by cluster; absent: it is one cluster's alone. */
  readonly parts?: readonly Part[];
  /** Its set identifier is that of its cluster's share (`sharing: weighted`), and none that its objects give themselves. */
  readonly isShare?: true;
}

/** What one cluster adds to a record set that several have together. */
export interface Part {
  readonly owner: OwnerId;
  /** The one that its ownership record names. */
  readonly object: ObjectRef;
  readonly endpoints: readonly Endpoint[];
}

/** Whether a candidate may be published in a zone: its object may pin it to another (`aws-hosted-zone-id`). */
export function mayStandIn({ endpoints }: Candidate, zone: Pick<HostedZone, 'id'>): boolean {
  return endpoints.every(({ zoneId }) => zoneId === undefined || zoneId === zone.id);
}

/** All candidates by name. Names in the order in which they were met; the caller sorts. */
export type Candidates = ReadonlyMap<DnsName, readonly Candidate[]>;

/** Addresses are put together within a cluster, of objects of one kind. */
const scopeIn = ({ object, routing }: Endpoint, merge: MergeScope) =>
  `${object.cluster} ${object.kind} ${scopeOf(object, routing ? 'object' : merge)}`;

const EVERY = () => true;

/**
 * Groups the endpoints of all clusters by name, and those of one name into candidates: addresses by scope, names by target
 * (who points to the same load balancer asks for the very same record). A record set with a set identifier is one object's:
 * others give theirs another.
 */
export function gatherCandidates(
  snapshots: readonly Snapshot[],
  merge: MergeScope,
  among: (name: DnsName) => boolean = EVERY,
): Candidates {
  const byName = new Map<DnsName, Candidate[]>();
  snapshots.forEach((snapshot, rank) => {
    const owner = { owner: snapshot.owner, cluster: snapshot.cluster, rank };
    const asked = among === EVERY ? snapshot.endpoints : snapshot.endpoints.filter(({ name }) => among(name));
    for (const [name, endpoints] of groupBy(asked, endpoint => endpoint.name)) {
      for (const group of groupsOf(endpoints, merge)) addTo(byName, name, candidateOf(name, group, owner));
    }
  });
  return byName;
}

function groupsOf(endpoints: readonly Endpoint[], merge: MergeScope): Endpoint[][] {
  const [only] = endpoints;
  if (endpoints.length === 1 && only) return [[only]];
  const key = (endpoint: Endpoint) =>
    JSON.stringify([
      endpoint.setIdentifier,
      endpoint.routing,
      endpoint.zoneId,
      ...(endpoint.type === 'CNAME'
        ? [endpoint.targets, endpoint.alias, endpoint.aliasTypes, endpoint.evaluateTargetHealth, endpoint.healthCheckId]
        : [facetOf(endpoint), scopeIn(endpoint, merge)]),
    ]);
  return [...groupBy([...endpoints].sort(byResource), key).values()];
}

function candidateOf(
  name: DnsName,
  endpoints: readonly Endpoint[],
  owner: Pick<Candidate, 'owner' | 'cluster' | 'rank'>,
): Candidate {
  const [only] = endpoints;
  if (only && endpoints.length === 1)
    return { name, ...owner, objects: [only.object], endpoints, targets: [...new Set(only.targets)].sort() };
  const objects = [...new Map(endpoints.map(({ object }) => [resourceOf(object), object])).values()];
  const targets = [...new Set(endpoints.flatMap(endpoint => endpoint.targets))].sort();
  return { name, ...owner, objects, endpoints, targets };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const byResource = (a: Endpoint, b: Endpoint) =>
  compare(resourceOf(a.object), resourceOf(b.object)) || compare(a.type, b.type);

/**
 * The order in which candidates for a free name are preferred, the first one best: addresses before names, then (as
 * ExternalDNS) the shorter and the smaller list of targets, then the cluster's place in the config, then the object.
 */
export function compareCandidates(a: Candidate, b: Candidate): number {
  return (
    Number(pointsToName(a)) - Number(pointsToName(b)) ||
    compareTargets(a.targets, b.targets) ||
    a.rank - b.rank ||
    compare(resourceOf(a.objects[0] as ObjectRef), resourceOf(b.objects[0] as ObjectRef))
  );
}

const pointsToName = (candidate: Candidate) => candidate.endpoints[0]?.type === 'CNAME';

function compareTargets(a: readonly string[], b: readonly string[]): number {
  if (a.length !== b.length) return a.length - b.length;
  for (let i = 0; i < a.length; i++) {
    const order = compareTarget(a[i] as string, b[i] as string);
    if (order !== 0) return order;
  }
  return 0;
}

/** IPv4 addresses by number, as ExternalDNS has it; anything else as text. */
function compareTarget(a: string, b: string): number {
  const left = ipv4Number(a);
  const right = ipv4Number(b);
  return left !== undefined && right !== undefined ? left - right : compare(a, b);
}

function ipv4Number(target: string): number | undefined {
  const octets = target.split('.');
  if (octets.length !== 4 || !octets.every(octet => /^\d{1,3}$/.test(octet))) return undefined;
  return octets.reduce((sum, octet) => sum * 256 + Number(octet), 0);
}
