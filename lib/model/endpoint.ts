import type { DnsName, ZoneId } from './names.ts';
import type { ObjectRef } from './object.ts';
import type { ManagedType, Routing } from './record.ts';
import type { SharingMode } from './sharing.ts';

/** `alias` annotation of the object: `true` asks for an alias even where the config prefers CNAME, `false` forbids one. */
export type AliasWish = 'always' | 'never' | 'auto';

/**
 * One wanted DNS record set, as an object asks for it. `targets` are of one sort: IPv4 addresses (A), IPv6 addresses
 * (AAAA) or one DNS name (CNAME, which the plan turns into A and AAAA aliases where the target allows it).
 * Sorted, without duplicates, never empty.
 */
export interface Endpoint {
  readonly name: DnsName;
  readonly type: ManagedType;
  readonly targets: readonly string[];
  /** Seconds, from the object's annotation; absent: the config's default. */
  readonly ttl?: number;
  readonly alias: AliasWish;
  /** Of an alias only these types; absent: all that the target has. */
  readonly aliasTypes?: readonly ('A' | 'AAAA')[];
  /** Of an alias; absent: the config's default. */
  readonly evaluateTargetHealth?: boolean;
  /** The only hosted zone in which it may be published; absent: every zone that its name belongs into. */
  readonly zoneId?: ZoneId;
  /** With `routing`: one of several record sets of the name and type. */
  readonly setIdentifier?: string;
  readonly routing?: Routing;
  readonly healthCheckId?: string;
  /** How its object wants to have the name with objects of other clusters; absent: as the config says. */
  readonly sharing?: SharingMode;
  /** Of its cluster's share of a name that is shared by weight: an `aws-weight` without a set identifier. */
  readonly weight?: number;
  readonly object: ObjectRef;
}

/**
 * A hold keeps the records that an object has from being removed while it asks for nothing usable: its load balancer is
 * not there yet, or what it asks for is malformed. Without `name` every record of the object is held.
 */
export interface Hold {
  readonly object: ObjectRef;
  readonly name?: DnsName;
  readonly message: string;
  /**
   * What the object asks for under the name and may not have, or not have changed. A record of just that stays even where its
   * ownership record names an object that has gone; but whatever else stands there waits for nobody.
   */
  readonly putOff?: Endpoint;
}
