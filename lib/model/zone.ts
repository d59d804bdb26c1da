import type { DnsName, ZoneId } from './names.ts';
import type { RecordSet } from './record.ts';

export interface HostedZone {
  readonly id: ZoneId;
  readonly name: DnsName;
  readonly private: boolean;
  /** Read only where the config asks for tags. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** A change that Route 53 refused, remembered so that it is not sent again until it changes or the time has come. */
export interface Refusal {
  /** Fingerprint of the refused change: the same change waits, a different one is tried at once. */
  readonly fingerprint: string;
  /** Route 53's own words. */
  readonly message: string;
  readonly attempts: number;
  /** Epoch milliseconds. */
  readonly retryAt: number;
}

/** The record sets of one hosted zone as last read, with what fairlead remembers about them. */
export interface ZoneState {
  readonly zone: HostedZone;
  /** Every record set of the zone by name. A name's record sets are in no particular order. */
  readonly records: ReadonlyMap<DnsName, readonly RecordSet[]>;
  /** Epoch milliseconds of the last full read. */
  readonly readAt: number;
  readonly refusals: ReadonlyMap<DnsName, Refusal>;
  /** When an owned name was first seen to be wanted by no object (epoch milliseconds); for `guard.deleteAfter`. */
  readonly unwantedSince: ReadonlyMap<DnsName, number>;
}
