import type { ClusterName, DnsName, Endpoint, HostedZone, ObjectRef, OwnerId, Snapshot } from '../model/index.ts';
import { resourceOf } from '../model/index.ts';

/** What one object, or several that share their addresses, ask for under one name. */
export interface Candidate {
  readonly name: DnsName;
  readonly owner: OwnerId;
  readonly cluster: ClusterName;
  /** Position of the cluster in the config: the earlier goes first where nothing else decides. */
  readonly rank: number;
  /** Sorted by resource. */
  readonly objects: readonly ObjectRef[];
  /** One endpoint a type; an address record's targets are those of all objects together. */
  readonly endpoints: readonly Endpoint[];
  /** Its objects were seen in an earlier run and could not be read in this one: it keeps what it has, it asks for nothing new. */
  readonly standIn: boolean;
}

/** Whether a candidate may be published in a zone: its object may pin it to another (`aws-hosted-zone-id`). */
export function mayStandIn({ endpoints }: Candidate, zone: HostedZone): boolean {
  return endpoints.every(({ zoneId }) => zoneId === undefined || zoneId === zone.id);
}

/** All candidates by name. Names in the order in which they were met; the caller sorts. */
export type Candidates = ReadonlyMap<DnsName, readonly Candidate[]>;

/**
 * Groups the endpoints of all clusters by name. Address endpoints of the objects of one kind in one cluster are one
 * candidate with the union of their targets (as ExternalDNS merges them); an endpoint that points to a name is a
 * candidate for itself, together with those that say exactly the same.
 */
export function gatherCandidates(snapshots: readonly Snapshot[]): Candidates {
  const byName = new Map<DnsName, Candidate[]>();
  snapshots.forEach((snapshot, rank) => {
    for (const [name, endpoints] of groupBy(snapshot.endpoints, endpoint => endpoint.name)) {
      const made = fromEndpoints(name, endpoints).map(part => ({
        ...part,
        owner: snapshot.owner,
        cluster: snapshot.cluster,
        rank,
        standIn: part.objects.every(object => snapshot.standIns?.includes(object.kind)),
      }));
      const known = byName.get(name);
      if (known) known.push(...made);
      else byName.set(name, made);
    }
  });
  return byName;
}

type Part = Pick<Candidate, 'name' | 'objects' | 'endpoints'>;

function fromEndpoints(name: DnsName, endpoints: readonly Endpoint[]): Part[] {
  const only = endpoints[0];
  if (endpoints.length === 1 && only) return [{ name, objects: [only.object], endpoints }];
  const sorted = [...endpoints].sort(byResource);
  return [...groupBy(sorted, groupKey).values()].map(group => {
    const merged = [...groupBy(group, endpoint => endpoint.type).values()].map(mergeTargets);
    return { name, objects: uniqueObjects(group), endpoints: merged };
  });
}

/** What may be merged: all addresses of one kind; names only where they agree in everything. */
function groupKey(endpoint: Endpoint): string {
  const set = endpoint.setIdentifier ?? '';
  const { aliasTypes, evaluateTargetHealth, zoneId } = endpoint;
  if (endpoint.type !== 'CNAME') return `${endpoint.object.kind} ${set} ${zoneId ?? ''}`;
  return JSON.stringify([
    set,
    endpoint.targets,
    endpoint.ttl,
    endpoint.alias,
    aliasTypes,
    evaluateTargetHealth,
    zoneId,
  ]);
}

function mergeTargets(group: readonly Endpoint[]): Endpoint {
  const [first, ...others] = group as [Endpoint, ...Endpoint[]];
  if (others.length === 0) return first;
  return { ...first, targets: [...new Set(group.flatMap(endpoint => endpoint.targets))].sort() };
}

function uniqueObjects(group: readonly Endpoint[]): ObjectRef[] {
  return [...new Map(group.map(endpoint => [resourceOf(endpoint.object), endpoint.object])).values()];
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const byResource = (a: Endpoint, b: Endpoint) =>
  compare(resourceOf(a.object), resourceOf(b.object)) || compare(a.type, b.type);

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

/**
 * The order in which candidates for a free name are preferred, the first one best: addresses before names, then (as
 * ExternalDNS) the shorter and the smaller list of targets, then the cluster's place in the config, then the object.
 */
export function compareCandidates(a: Candidate, b: Candidate): number {
  return (
    Number(pointsToName(a)) - Number(pointsToName(b)) ||
    compareTargets(targetsOf(a), targetsOf(b)) ||
    a.rank - b.rank ||
    compare(resourceOf(a.objects[0] as ObjectRef), resourceOf(b.objects[0] as ObjectRef))
  );
}

const pointsToName = (candidate: Candidate) => candidate.endpoints.some(endpoint => endpoint.type === 'CNAME');
const targetsOf = (candidate: Candidate) => candidate.endpoints.flatMap(endpoint => endpoint.targets);

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
