import type { DnsName, ZoneId } from './names.ts';

/** The record types that fairlead can publish; which it does, the config says. Others in a zone are respected and never written. */
export const MANAGED_TYPES = [
  'A',
  'AAAA',
  'CNAME',
  'TXT',
  'MX',
  'SRV',
  'NS',
  'CAA',
  'PTR',
  'NAPTR',
  'DS',
  'HTTPS',
  'SVCB',
] as const;

/** Those that lead to an address. */
export const ADDRESS_TYPES = ['A', 'AAAA', 'CNAME'] as const satisfies readonly (typeof MANAGED_TYPES)[number][];

export const isAddressType = (type: string): boolean => (ADDRESS_TYPES as readonly string[]).includes(type);

/** Those that make a delegation: they stand at its name, in the zone above. */
export const isDelegationType = (type: string): boolean => type === 'NS' || type === 'DS';

export type ManagedType = (typeof MANAGED_TYPES)[number];

export interface AliasTarget {
  /** The canonical hosted zone of the target's service and region, or the zone the record stands in. */
  readonly zoneId: ZoneId;
  readonly dnsName: DnsName;
  readonly evaluateTargetHealth: boolean;
}

/** The routing fields of a record set; at most one of them is set. */
export interface Routing {
  readonly weight?: number;
  readonly region?: string;
  readonly failover?: 'PRIMARY' | 'SECONDARY';
  readonly geoLocation?: {
    readonly continentCode?: string;
    readonly countryCode?: string;
    readonly subdivisionCode?: string;
  };
  readonly multiValueAnswer?: boolean;
  readonly cidr?: { readonly collectionId: string; readonly locationName: string };
  readonly geoProximity?: {
    readonly awsRegion?: string;
    readonly localZoneGroup?: string;
    readonly coordinates?: { readonly latitude: string; readonly longitude: string };
    readonly bias?: number;
  };
}

/**
 * What Route 53 holds under one name, type and set identifier; lossless, because a delete must name exactly what is
 * there. Either `alias`, or `ttl` (seconds) and `values`, or `trafficPolicyInstanceId` is set.
 */
export interface RecordSet {
  readonly name: DnsName;
  readonly type: string;
  readonly setIdentifier?: string;
  readonly ttl?: number;
  readonly values?: readonly string[];
  readonly alias?: AliasTarget;
  readonly routing?: Routing;
  readonly healthCheckId?: string;
  readonly trafficPolicyInstanceId?: string;
}

/** What the text of an ownership TXT record says. */
export interface Ownership {
  readonly owner: string;
  /** `kind/namespace/name` of the object that asked for the record; absent in some old records. */
  readonly resource?: string;
  /** The cluster of that object, where several clusters share the owner id. Absent: of any of the owner's clusters. */
  readonly cluster?: string;
  /**
   * Where it names no cluster: those that it may be of and that left its owner id since, as runs remember it (`ZoneMemory.left`).
   * It only holds what the text alone would let go. Never read from a record, nor written to one.
   */
  readonly left?: readonly string[];
  /** The addresses that the object has in a record set which several clusters may have together; absent: all are its. */
  readonly share?: readonly string[];
  /** Raised to make the text another one, so that the swap of a run that was overtaken fails. */
  readonly renewal?: number;
}
