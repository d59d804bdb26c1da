import type { RecordSet, Routing } from './record.ts';

/** How Route 53 chooses among the record sets of one name and type; of a `simple` one there is no other. */
export type RoutingPolicy =
  | 'simple'
  | 'weighted'
  | 'latency'
  | 'failover'
  | 'geolocation'
  | 'multivalue'
  | 'cidr'
  | 'geoproximity';

/** Each policy by the field that makes it. */
const BY_FIELD: readonly (readonly [keyof Routing, RoutingPolicy])[] = [
  ['weight', 'weighted'],
  ['region', 'latency'],
  ['failover', 'failover'],
  ['geoLocation', 'geolocation'],
  ['multiValueAnswer', 'multivalue'],
  ['cidr', 'cidr'],
  ['geoProximity', 'geoproximity'],
];

type Routed = Pick<RecordSet, 'routing'>;

export function policyOf({ routing }: Routed): RoutingPolicy {
  if (!routing) return 'simple';
  return BY_FIELD.find(([field]) => routing[field] !== undefined)?.[1] ?? 'simple';
}

/**
 * Why a record set is left alone, whatever an ownership record says: neither fairlead nor ExternalDNS makes such a one, so that
 * a person has made it.
 */
export function whyLeftAlone({ routing, trafficPolicyInstanceId }: RecordSet): string | undefined {
  if (trafficPolicyInstanceId !== undefined) return 'is made by a traffic policy';
  return routing?.cidr && 'is routed by CIDR';
}

/** What a record set's policy says of it, in a few words: `weight 10`, `region eu-west-1`; empty of a simple one. */
export function describeRouting({ routing = {} }: Routed): string {
  const { weight, region, failover, geoLocation: geo, multiValueAnswer, cidr, geoProximity: near } = routing;
  if (weight !== undefined) return `weight ${weight}`;
  if (region !== undefined) return `region ${region}`;
  if (failover !== undefined) return `failover ${failover}`;
  if (geo) return `location ${[geo.continentCode, geo.countryCode, geo.subdivisionCode].filter(Boolean).join('-')}`;
  if (multiValueAnswer !== undefined) return 'multivalue';
  if (cidr) return `CIDR location ${cidr.locationName}`;
  if (!near) return '';
  const { coordinates } = near;
  const place = near.awsRegion ?? near.localZoneGroup ?? `${coordinates?.latitude},${coordinates?.longitude}`;
  return `near ${place}${near.bias ? `, bias ${near.bias}` : ''}`;
}

export function sameRouting(a: Routed, b: Routed): boolean {
  return a.routing === b.routing || canonicalRouting(a) === canonicalRouting(b);
}

/** No bias is a bias of 0, and coordinates are numbers. */
function canonicalRouting({ routing = {} }: Routed): string {
  const { geoProximity: near, geoLocation: geo, cidr, ...plain } = routing;
  return JSON.stringify([
    plain.weight,
    plain.region,
    plain.failover,
    plain.multiValueAnswer,
    geo && [geo.continentCode, geo.countryCode, geo.subdivisionCode],
    cidr && [cidr.collectionId, cidr.locationName],
    near && [
      near.awsRegion,
      near.localZoneGroup,
      near.coordinates && [Number(near.coordinates.latitude), Number(near.coordinates.longitude)],
      near.bias ?? 0,
    ],
  ]);
}

/** What a name and type has one record set of: a region, a role or a location (API reference, ResourceRecordSet). */
export function placeOf({ routing = {} }: Routed): string | undefined {
  const { region, failover, geoLocation, cidr } = routing;
  return (region ?? failover ?? geoLocation ?? cidr) ? canonicalRouting({ routing }) : undefined;
}

/** Why two record sets of one name with different identities cannot stand beside each other. */
export type RecordConflict = 'cname' | 'policy' | 'place';

/**
 * | the two record sets                                          | why    |
 * |--------------------------------------------------------------|--------|
 * | a CNAME and one of another type                              | cname  |
 * | of different types otherwise                                 | none   |
 * | of one type, and one is simple, or they have two policies    | policy |
 * | of one type, for the same region, failover role or location  | place  |
 *
 * The TTL, which weighted record sets must share, is another matter: see {@link sharesTtl}.
 */
export function conflictOf(a: RecordSet, b: RecordSet): RecordConflict | undefined {
  if (a.type !== b.type) return a.type === 'CNAME' || b.type === 'CNAME' ? 'cname' : undefined;
  const policy = policyOf(a);
  if (policy !== policyOf(b) || policy === 'simple') return 'policy';
  const place = placeOf(a);
  return place !== undefined && place === placeOf(b) ? 'place' : undefined;
}

/** Weighted record sets of one name and type must have one TTL; aliases have none. */
export const sharesTtl = ({ routing, alias }: RecordSet): boolean => routing?.weight !== undefined && !alias;
