import type {
  DnsName,
  Endpoint,
  Finding,
  Hold,
  HostedZone,
  NameChange,
  RecordSet,
  Snapshot,
} from '../../model/index.ts';
import { isAddressType, resourceOf } from '../../model/index.ts';
import { isAlias } from '../desired/desired.ts';
import { groupOf } from '../desired/facets.ts';
import { isManaged, type PlanSettings } from '../settings.ts';
import { modeOfEndpoint } from '../sharing/mode.ts';
import { within } from '../zones/zone-filter.ts';
import { passesFilter } from '../zones/zones.ts';
import { type ClaimVerdict, decideClaim } from './claims.ts';

/** The snapshots as far as `claims` of the config let them, and what is told of the rest. */
export interface Allowed {
  readonly snapshots: readonly Snapshot[];
  readonly findings: readonly Finding[];
}

/**
 * Takes out what objects may not ask for. It is held: what an object has already stays as it is, and its name is given to
 * nobody else, until the object asks for it no longer. Of one object and name the types of a facet stand or fall together: a
 * rule that lets the A through alone would take the AAAA away.
 *
 * @param zones the selected hosted zones
 */
export function withoutRefused(
  snapshots: readonly Snapshot[],
  zones: readonly HostedZone[],
  settings: PlanSettings,
): Allowed {
  const findings: Finding[] = [];
  const allowed = snapshots.map(snapshot => {
    const refused = refusedIn(snapshot.endpoints, zones, settings);
    if (refused.size === 0) return snapshot;
    const endpoints = snapshot.endpoints.filter(endpoint => !refused.has(keyOf(endpoint)));
    const holds = snapshot.endpoints.flatMap((endpoint): Hold[] => {
      const one = refused.get(keyOf(endpoint));
      return one ? [{ object: endpoint.object, name: endpoint.name, message: one.verdict.why, putOff: endpoint }] : [];
    });
    findings.push(...[...refused.values()].map(findingOf));
    return { ...snapshot, endpoints, holds: [...snapshot.holds, ...holds] };
  });
  return { snapshots: allowed, findings };
}

interface Refused {
  readonly endpoint: Endpoint;
  readonly type: string;
  readonly reason: 'not-allowed' | 'invalid';
  readonly verdict: ClaimVerdict;
}

const keyOf = ({ object, name, type }: Endpoint) => `${resourceOf(object)} ${name} ${groupOf(type)}`;

/** What is refused first of each object, name and facet. */
function refusedIn(
  endpoints: readonly Endpoint[],
  zones: readonly HostedZone[],
  settings: PlanSettings,
): ReadonlyMap<string, Refused> {
  const refused = new Map<string, Refused>();
  const { claims } = settings;
  const apexes = new Set(zones.map(({ name }) => name));
  for (const endpoint of endpoints) {
    const { object, name } = endpoint;
    const lone = loneWeight(endpoint, settings);
    if (lone) refused.set(keyOf(endpoint), lone);
    // Without rules only labels of other protocols are looked for, and nearly no name has an underscore.
    if (claims.length === 0 && !name.includes('_')) continue;
    // What lies outside zones.domains is told to be so.
    if (!passesFilter(name, settings.filter)) continue;
    for (const type of typesOf(endpoint, zones, settings)) {
      const verdict = decideClaim(claims, { object, name, type, apex: apexes.has(name) });
      const key = keyOf(endpoint);
      if (!verdict.allowed && !refused.has(key)) refused.set(key, { endpoint, type, reason: 'not-allowed', verdict });
    }
  }
  return refused;
}

/** A weight without a set identifier is of a cluster's share; published as a simple record it would take all the traffic. */
function loneWeight(endpoint: Endpoint, settings: PlanSettings): Refused | undefined {
  const { weight, type } = endpoint;
  if (weight === undefined) return undefined;
  const mode = modeOfEndpoint(endpoint, settings);
  if (mode === 'weighted' && isAddressType(type)) return undefined;
  const what = isAddressType(type)
    ? `the name is not shared by weight (sharing: ${mode})`
    : `records of type ${type} have none`;
  const why = `a weight needs a set identifier, which tells this record from the others of its name, and ${what}: add one, or remove aws-weight`;
  return { endpoint, type, reason: 'invalid', verdict: { allowed: false, why } };
}

/** The managed types that it would have, in whatever zone: what may be no alias in a private one is a CNAME there. */
function typesOf(endpoint: Endpoint, zones: readonly HostedZone[], settings: PlanSettings): readonly string[] {
  const alias = isAlias(endpoint, settings);
  const service = alias ? settings.aliasZoneOf(endpoint.targets[0] as DnsName) : undefined;
  const isBarred = service !== undefined && settings.aliasTraitsOf?.(service).privateZones === false;
  const inPrivate = isBarred && zones.some(zone => zone.private && within(endpoint.name, zone.name));
  const aliases = alias ? (endpoint.aliasTypes ?? ['A', 'AAAA']) : [endpoint.type];
  const made = inPrivate ? [...aliases, 'CNAME'] : aliases;
  return made.filter(type => isManaged(type, settings));
}

function findingOf({ endpoint: { object, name }, type, reason, verdict: { rule, why } }: Refused): Finding {
  return {
    reason,
    message: `${name} is not published for ${resourceOf(object)}: ${why}; what is published of it stays`,
    object,
    name,
    type,
    ...(rule !== undefined && { field: `${rule} of the config` }),
  };
}

/** The rules that let the objects of a change have one of its record sets; none where the config has none. */
export function allowedBy(
  { objects }: NameChange,
  { name, type }: RecordSet,
  apexes: ReadonlySet<DnsName>,
  { claims }: Pick<PlanSettings, 'claims'>,
): readonly string[] {
  const rules = objects.map(object => decideClaim(claims, { object, name, type, apex: apexes.has(name) }).rule);
  return [...new Set(rules)].filter(rule => rule !== undefined).sort();
}
