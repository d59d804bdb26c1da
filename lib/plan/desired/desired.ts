import { groupBy } from '../../group.ts';
import type { DnsName, Endpoint, HostedZone, ObjectRef, OwnerId, Ownership, RecordSet } from '../../model/index.ts';
import { canonicalValue, resourceOf } from '../../model/index.ts';
import { readOwnershipName } from '../../registry/index.ts';
import type { PlanSettings } from '../settings.ts';
import type { Candidate } from './candidates.ts';

/** A record set that should be there, and the owner and object that its ownership record names. */
export interface DesiredRecord {
  readonly record: RecordSet;
  readonly owner: OwnerId;
  readonly object: ObjectRef;
  /** What the ownership record says where several clusters may have their addresses in it: a value for each that has. */
  readonly together?: readonly Ownership[];
}

/** Why a candidate cannot be published in a zone at all. */
export interface Impossible {
  readonly reason: 'conflict' | 'invalid';
  readonly message: string;
}

/** The types (A, AAAA) that a name of the same zone will have after this plan: what an alias to it can be. */
export type TypesAt = (name: DnsName) => readonly string[];

export interface DesiredContext {
  readonly zone: HostedZone;
  readonly settings: PlanSettings;
  readonly typesAt: TypesAt;
  /** Whether an ownership record that stands at the name (for this type) is of this object: then TTL and label are its. */
  readonly isPresent: (object: ObjectRef, type?: string) => boolean;
  /** The TTL that the weighted record sets of the name share, by type. */
  readonly sharedTtl?: SharedTtl;
}

/** Undefined: there is none of that type. */
export type SharedTtl = (type: string) => number | undefined;

/**
 * Turns what a candidate asks for into the record sets of one zone. Types that are not managed are among them.
 *
 * | endpoint                        | `alias` annotation | preferCname | record sets                                |
 * |---------------------------------|--------------------|-------------|--------------------------------------------|
 * | addresses, values of other types | any               | any         | one of that type with them                 |
 * | a name of an AWS service        | none               | no          | A and AAAA aliases, canonical zone id      |
 * | a name of an AWS service        | none               | yes         | CNAME                                      |
 * | a name of an AWS service        | `true`             | any         | A and AAAA aliases, canonical zone id      |
 * | any other name                  | none               | any         | CNAME                                      |
 * | CloudFront's, in a private zone | any                | any         | CNAME: no alias to it stands there         |
 * | a name of the same zone         | `true`             | any         | aliases of the types that the name has     |
 * | any name                        | `false`            | any         | CNAME                                      |
 */
export function desiredRecords(candidate: Candidate, context: DesiredContext): DesiredRecord[] | Impossible {
  const desired: DesiredRecord[] = [];
  for (const endpoint of mergedEndpoints(candidate, context)) {
    const made = endpoint.type === 'CNAME' ? fromName(endpoint, context) : fromValues(endpoint, context);
    if ('message' in made) return made;
    const whose = ownersOfType(candidate, endpoint);
    desired.push(...made.map(record => ({ record, ...whose })));
  }
  return desired;
}

/** Whose a record set is: the candidate's, or those parts' of it that have addresses of the type. */
function ownersOfType({ owner, parts = [] }: Candidate, { type, object }: Endpoint): Omit<DesiredRecord, 'record'> {
  const having = parts.filter(part => part.endpoints.some(endpoint => endpoint.type === type));
  const [first] = having;
  if (!first) return { owner, object };
  const together = having.map(part => ({
    owner: part.owner,
    resource: resourceOf(part.object),
    cluster: part.object.cluster,
    share: [...new Set(part.endpoints.flatMap(one => (one.type === type ? one.targets : [])))].sort(),
  }));
  return { owner: first.owner, object: first.object, together };
}

/** One endpoint a type and set identifier: the targets of all objects, the rest as the present owner has it, else the first. */
function mergedEndpoints({ endpoints }: Candidate, { isPresent }: DesiredContext): readonly Endpoint[] {
  if (endpoints.length === 1) return endpoints;
  const groups = groupBy(endpoints, ({ type, setIdentifier }) => `${type} ${setIdentifier ?? ''}`);
  return [...groups.values()].map(group => {
    const [first] = group as [Endpoint, ...Endpoint[]];
    const lead =
      group.find(({ object, type }) => isPresent(object, type)) ??
      group.find(({ object }) => isPresent(object)) ??
      first;
    const targets = new Map<string, string>();
    for (const target of group.flatMap(endpoint => endpoint.targets)) {
      const same = canonicalValue(first.type, target);
      if (!targets.has(same)) targets.set(same, target);
    }
    return { ...lead, targets: [...targets.values()].sort() };
  });
}

const common = ({ name, setIdentifier, routing, healthCheckId }: Endpoint) => ({
  name,
  ...(setIdentifier && { setIdentifier }),
  ...(routing && { routing }),
  ...(healthCheckId && { healthCheckId }),
});

/** Values of one record set (Route 53 Developer Guide, "Quotas"). */
export const MAX_VALUES = 400;

/**
 * The TTL of an object counts, but for the config's floor; that of the config where the object gives none. Weighted record
 * sets have the one that they share.
 */
function ttlOf({ ttl, type, routing }: Endpoint, { settings, sharedTtl }: DesiredContext): number {
  const shared = routing?.weight === undefined ? undefined : sharedTtl?.(type);
  return shared ?? (ttl === undefined ? settings.ttl : Math.max(ttl, settings.minTtl ?? 0));
}

function fromValues(endpoint: Endpoint, context: DesiredContext): RecordSet[] | Impossible {
  const { zone, settings } = context;
  const { name, type, targets } = endpoint;
  if (type === 'NS' && name === zone.name) {
    const message = `${name} is the apex of its hosted zone, whose NS records are Route 53's own`;
    return { reason: 'conflict', message };
  }
  const named = type === 'TXT' ? readOwnershipName(name, zone.name, settings.naming) : undefined;
  if (named !== undefined && named.type !== '') {
    const message = `${name} TXT is not published: the ownership record of ${named.name} ${named.type} has that name; set registry.prefix to keep ownership records apart from hostnames`;
    return { reason: 'conflict', message };
  }
  if (targets.length > MAX_VALUES) {
    const message = `${name} would have ${targets.length} values of type ${type}, and Route 53 takes at most ${MAX_VALUES} in a record set: spread them over several names`;
    return { reason: 'invalid', message };
  }
  const characters = targets.reduce((sum, target) => sum + target.length, 0);
  if (characters > settings.maxCharacters) {
    const message = `${name} would have ${characters} characters of type ${type}, and more than ${settings.maxCharacters} could not be changed again in one change batch: spread them over several names`;
    return { reason: 'invalid', message };
  }
  return [{ ...common(endpoint), type, ttl: ttlOf(endpoint, context), values: targets }];
}

/** Whether an endpoint is published as aliases. */
export function isAlias({ type, targets, alias }: Endpoint, { preferCname, aliasZoneOf }: PlanSettings): boolean {
  if (type !== 'CNAME' || alias === 'never') return false;
  return alias === 'always' || (!preferCname && aliasZoneOf(targets[0] as DnsName) !== undefined);
}

function fromName(endpoint: Endpoint, context: DesiredContext): RecordSet[] | Impossible {
  const { zone, settings, typesAt } = context;
  const target = endpoint.targets[0] as DnsName;
  const service = settings.aliasZoneOf(target);
  const isBarred = service !== undefined && zone.private && settings.aliasTraitsOf?.(service).privateZones === false;
  if (isBarred || !isAlias(endpoint, settings)) {
    if (endpoint.name === zone.name) {
      return {
        reason: 'conflict',
        message: `${endpoint.name} is the apex of its hosted zone, where DNS allows no CNAME (to ${target}): point it to an address or to an AWS load balancer`,
      };
    }
    return [{ ...common(endpoint), type: 'CNAME', ttl: ttlOf(endpoint, context), values: [target] }];
  }
  const possible = service === undefined ? typesAt(target) : ['A', 'AAAA'];
  const types = possible.filter(type => endpoint.aliasTypes?.includes(type as 'A' | 'AAAA') ?? true);
  if (types.length === 0) {
    return {
      reason: 'conflict',
      message: `the alias target ${target} is neither a name of an AWS service nor an A or AAAA record of the zone ${zone.name}: remove the alias annotation for a CNAME`,
    };
  }
  const evaluateTargetHealth = endpoint.evaluateTargetHealth ?? settings.evaluateTargetHealth;
  const alias = { zoneId: service ?? zone.id, dnsName: target, evaluateTargetHealth };
  return types.map(type => ({ ...common(endpoint), type, alias }));
}
