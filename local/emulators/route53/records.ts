/** The record types that Route 53 knows (API reference, ResourceRecordSet). */
export const RECORD_TYPES = [
  'SOA',
  'A',
  'TXT',
  'NS',
  'CNAME',
  'MX',
  'NAPTR',
  'PTR',
  'SRV',
  'SPF',
  'AAAA',
  'CAA',
  'DS',
  'TLSA',
  'SSHFP',
  'SVCB',
  'HTTPS',
] as const;

export interface AliasTarget {
  readonly hostedZoneId: string;
  readonly dnsName: string;
  readonly evaluateTargetHealth: boolean;
}

export interface GeoLocation {
  readonly continentCode?: string;
  readonly countryCode?: string;
  readonly subdivisionCode?: string;
}

export interface CidrRoutingConfig {
  readonly collectionId: string;
  readonly locationName: string;
}

export interface GeoProximityLocation {
  readonly awsRegion?: string;
  readonly localZoneGroup?: string;
  readonly coordinates?: { readonly latitude: string; readonly longitude: string };
  readonly bias?: number;
}

/** A resource record set. In the store, names and ids are canonical; a caller may write them in any valid form. */
export interface RecordSet {
  readonly name: string;
  readonly type: string;
  readonly setIdentifier?: string;
  /** Seconds. */
  readonly ttl?: number;
  readonly values?: readonly string[];
  readonly alias?: AliasTarget;
  readonly weight?: number;
  readonly region?: string;
  readonly failover?: string;
  readonly geoLocation?: GeoLocation;
  readonly multiValueAnswer?: boolean;
  readonly cidrRoutingConfig?: CidrRoutingConfig;
  readonly geoProximityLocation?: GeoProximityLocation;
  readonly healthCheckId?: string;
  readonly trafficPolicyInstanceId?: string;
}

export type Action = 'CREATE' | 'DELETE' | 'UPSERT';

export interface Change {
  readonly action: Action;
  readonly recordSet: RecordSet;
}

export type RoutingPolicy =
  | 'weighted'
  | 'latency'
  | 'failover'
  | 'geolocation'
  | 'multivalue'
  | 'cidr'
  | 'geoproximity';

/** Every routing policy that the record set names; a valid one names one at most. */
export function policiesOf(set: RecordSet): RoutingPolicy[] {
  const policies: RoutingPolicy[] = [];
  if (set.weight !== undefined) policies.push('weighted');
  if (set.region !== undefined) policies.push('latency');
  if (set.failover !== undefined) policies.push('failover');
  if (set.geoLocation !== undefined) policies.push('geolocation');
  if (set.multiValueAnswer !== undefined) policies.push('multivalue');
  if (set.cidrRoutingConfig !== undefined) policies.push('cidr');
  if (set.geoProximityLocation !== undefined) policies.push('geoproximity');
  return policies;
}

/** An object as text with its keys sorted, so that equal contents give equal text. */
export function fingerprint(value: object | undefined): string {
  return value === undefined
    ? ''
    : JSON.stringify(value, (_key, inner: unknown) =>
        inner && typeof inner === 'object' && !Array.isArray(inner)
          ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
          : inner,
      );
}

/** The order within a name: by type, then by set identifier. */
export function compareSets(a: RecordSet, type: string, setIdentifier: string): number {
  if (a.type !== type) return a.type < type ? -1 : 1;
  const own = a.setIdentifier ?? '';
  return own === setIdentifier ? 0 : own < setIdentifier ? -1 : 1;
}
