import type { DnsName, HostedZone, RecordSet, ZoneId } from '../model/index.ts';

export interface Change {
  readonly action: 'CREATE' | 'DELETE';
  readonly record: RecordSet;
}

/** Where a listing starts: at this name, type and set identifier, in Route 53's own order. */
export interface ListingStart {
  readonly name: DnsName;
  readonly type?: string;
  readonly setIdentifier?: string;
}

/**
 * The part of Route 53 that fairlead uses. Each method is one request; every failure is a {@link Route53Error}.
 * Two adapters obey the same contract: the AWS SDK's client and the embedded local Route 53.
 */
export interface Route53Port {
  /** One page (at most 100) of the account's hosted zones. */
  listHostedZones(marker?: string): Promise<{ zones: HostedZone[]; next?: string }>;
  /** One page of a zone's record sets, at most `maxItems` (300 at most, which is the default). */
  listRecordSets(
    zone: ZoneId,
    from?: ListingStart,
    maxItems?: number,
  ): Promise<{ records: RecordSet[]; next?: ListingStart }>;
  /** All changes or none, checked in order. */
  changeRecordSets(zone: ZoneId, changes: readonly Change[]): Promise<void>;
  /** The tags of at most 10 hosted zones. */
  listTags(zones: readonly ZoneId[]): Promise<ReadonlyMap<ZoneId, Readonly<Record<string, string>>>>;
  /** How many record sets the zone may hold and holds. */
  recordSetLimit(zone: ZoneId): Promise<{ limit: number; count: number }>;
}

/**
 * | kind        | meaning                                                              | what to do                         |
 * |-------------|----------------------------------------------------------------------|------------------------------------|
 * | throttled   | `Throttling`: the account's request limit                            | wait, with less haste from then on |
 * | busy        | `PriorRequestNotComplete`: the zone is still being changed           | wait                               |
 * | transient   | 5xx, network: the request may or may not have been carried out       | look, then send again              |
 * | foreign     | something else answered (a proxy's page); it may have been passed on     | look, and don't send again         |
 * | rejected    | `InvalidChangeBatch`, `InvalidInput`: refused as a whole             | find the culprits                  |
 * | denied      | no right to it; a role may lack it for single names or types only    | find out for which                 |
 * | credentials | the credentials themselves are wrong, missing or expired             | give up                            |
 * | missing     | `NoSuchHostedZone`                                                   | give up on the zone                |
 * | fatal       | anything else; one change of a batch may be the reason               | find out which                     |
 */
export type Route53ErrorKind =
  | 'throttled'
  | 'busy'
  | 'transient'
  | 'foreign'
  | 'rejected'
  | 'denied'
  | 'credentials'
  | 'missing'
  | 'fatal';

export class Route53Error extends Error {
  override readonly name = 'Route53Error';
  readonly kind: Route53ErrorKind;
  /** Route 53's error code, `Throttling` and the like; for network faults Node's. */
  readonly code: string;

  constructor(kind: Route53ErrorKind, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.code = code;
  }

  get retryable(): boolean {
    return this.kind === 'throttled' || this.kind === 'busy' || this.kind === 'transient';
  }

  /** Whether the request was carried out is not known. */
  get isLost(): boolean {
    return this.kind === 'transient' || this.kind === 'foreign';
  }
}
