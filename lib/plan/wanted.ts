import type { DnsName, Endpoint, HostedZone, ManagedType, ObjectRef, RecordSet } from '../model/index.ts';
import { readOwnershipName } from '../registry/index.ts';
import type { Candidate } from './candidates.ts';
import type { PlanSettings } from './settings.ts';

/** A record set that should be there, and the object that its ownership record names. */
export interface WantedRecord {
  readonly record: RecordSet;
  readonly object: ObjectRef;
}

/** Why a candidate cannot be published in a zone at all. */
export interface Impossible {
  readonly reason: 'conflict' | 'invalid';
  readonly message: string;
}

/** The types (A, AAAA) that a name of the same zone has or is about to have: what an alias to it can be. */
export type TypesAt = (name: DnsName) => readonly string[];

/**
 * Turns what a candidate asks for into the record sets of one zone.
 *
 * | endpoint                        | `alias` wish       | preferCname | record sets                                |
 * |---------------------------------|--------------------|-------------|--------------------------------------------|
 * | addresses, or values of a type  | any                | any         | the type with these                        |
 * | a name of an AWS service        | none               | no          | A and AAAA aliases, canonical zone id      |
 * | a name of an AWS service        | none               | yes         | CNAME                                      |
 * | a name of an AWS service        | `true`             | any         | A and AAAA aliases, canonical zone id      |
 * | any other name                  | none               | any         | CNAME                                      |
 * | a name of the same zone         | `true`             | any         | aliases of the types that the name has     |
 * | any name                        | `false`            | any         | CNAME                                      |
 */
export function wantedRecords(
  candidate: Candidate,
  zone: HostedZone,
  settings: PlanSettings,
  typesAt: TypesAt,
): WantedRecord[] | Impossible {
  const wanted: WantedRecord[] = [];
  for (const endpoint of candidate.endpoints) {
    const made =
      endpoint.type === 'CNAME' ? fromName(endpoint, zone, settings, typesAt) : fromValues(endpoint, zone, settings);
    if ('message' in made) return made;
    wanted.push(...made.map(record => ({ record, object: endpoint.object })));
  }
  return wanted.filter(({ record }) => settings.types.includes(record.type as ManagedType));
}

const common = ({ name, setIdentifier, routing }: Endpoint) => ({
  name,
  ...(setIdentifier && { setIdentifier }),
  ...(routing && { routing }),
});

/** Values of one record set (Route 53 Developer Guide, "Quotas"). */
const MAX_VALUES = 400;

/** The TTL of an object counts, but for the config's floor; that of the config where the object gives none. */
const ttlOf = ({ ttl }: Endpoint, settings: PlanSettings) =>
  ttl === undefined ? settings.ttl : Math.max(ttl, settings.minTtl ?? 0);

function fromValues(endpoint: Endpoint, zone: HostedZone, settings: PlanSettings): RecordSet[] | Impossible {
  const { name, type, targets } = endpoint;
  if (type === 'NS' && name === zone.name) {
    return {
      reason: 'conflict',
      message: `${name} is the apex of its hosted zone, whose NS records are Route 53's own`,
    };
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
  return [{ ...common(endpoint), type, ttl: ttlOf(endpoint, settings), values: targets }];
}

function fromName(
  endpoint: Endpoint,
  zone: HostedZone,
  settings: PlanSettings,
  typesAt: TypesAt,
): RecordSet[] | Impossible {
  const target = endpoint.targets[0] as DnsName;
  const service = settings.aliasZoneOf(target);
  const asAlias =
    endpoint.alias === 'always' || (endpoint.alias === 'auto' && !settings.preferCname && service !== undefined);
  if (!asAlias) {
    if (endpoint.name === zone.name) {
      return {
        reason: 'conflict',
        message: `${endpoint.name} is the apex of its hosted zone, where DNS allows no CNAME (to ${target}): point it to an address or to an AWS load balancer`,
      };
    }
    return [{ ...common(endpoint), type: 'CNAME', ttl: ttlOf(endpoint, settings), values: [target] }];
  }
  const all = service === undefined ? typesAt(target) : ['A', 'AAAA'];
  const types =
    endpoint.aliasTypes === undefined ? all : all.filter(type => endpoint.aliasTypes?.some(one => one === type));
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
