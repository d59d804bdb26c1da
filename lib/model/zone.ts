import type { ClusterName, DnsName, OwnerId, ZoneId } from './names.ts';
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

/** Whose removals the guard counts together: those of an owner's cluster; without `cluster` those of which it is not known. */
export interface Party {
  readonly owner: OwnerId;
  readonly cluster?: ClusterName;
}

/** Names that a run removed for one party; for the guard's bound on what all runs of an hour may remove. */
export interface Removal extends Party {
  /** Of the objects that had them; absent in a copy that an earlier version kept. */
  readonly namespace?: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly names: number;
}

/** How many record sets Route 53 lets a zone hold. */
export interface ZoneQuota {
  readonly sets: number;
  /** Epoch milliseconds. */
  readonly askedAt: number;
}

/** How ownership records are named (config `registry`; ExternalDNS: txt-prefix, txt-suffix, txt-wildcard-replacement). */
export interface AffixSettings {
  /** Lower case, may contain `%{record_type}`. At most one of prefix and suffix is set. */
  readonly prefix: string;
  readonly suffix: string;
  readonly wildcardReplacement: string;
}

/** What the runs of one shard remember about a zone. A cache: without it time is lost, and the guard holds more, not less. */
export interface ZoneMemory {
  /** By `changeKey`, as what is below. */
  readonly refusals: ReadonlyMap<string, Refusal>;
  /**
   * When an owned name that still stands was first seen to be wanted by no object (epoch milliseconds): for
   * `guard.deleteAfter`, and for the guard, which judges by themselves the names that became unwanted in one run.
   */
  readonly unwantedSince: ReadonlyMap<string, number>;
  /** Those of them that an object gave up by changing its own hostnames; absent: none. */
  readonly givenUp?: ReadonlySet<string>;
  /** Those of them that the guard holds, and how many were to leave together when it first did; absent: none. */
  readonly heldWith?: ReadonlyMap<string, number>;
  /** Of the last hour. */
  readonly removed: readonly Removal[];
  /** Ownership records of ours (as `recordId` names them) that would decide over a record set and were not believed. */
  readonly misread: ReadonlySet<string>;
  /** Absent: not asked yet. */
  readonly quota?: ZoneQuota;
  /** The clusters that each owner id had last in the config; absent: not known. */
  readonly fleet?: ReadonlyMap<OwnerId, readonly ClusterName[]>;
  /**
   * Ownership records of ours (as `recordId` names them) without cluster that may be of clusters which left the owner id, and that no
   * object of another cluster has taken over since; absent: none.
   */
  readonly left?: ReadonlyMap<string, readonly ClusterName[]>;
}

/** What a person undid, which no run does again until it is released. */
export interface Undone {
  /** The run whose change was undone, and the undoing, as the history names them. */
  readonly run: string;
  readonly by: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Whose the name was. */
  readonly owner: OwnerId;
}

/** The record sets of one hosted zone as last read, with what fairlead remembers about them. */
export interface ZoneState extends ZoneMemory {
  readonly zone: HostedZone;
  /** Every record set of the zone by name. A name's record sets are in no particular order. */
  readonly records: ReadonlyMap<DnsName, readonly RecordSet[]>;
  /** Epoch milliseconds of the last full read. */
  readonly readAt: number;
  /**
   * Record sets (as `recordId` names them) that stood in the zone without being ours before an ownership record of ours
   * appeared that no run wrote: somebody may want them deleted who may write TXT records only. Left alone until forced.
   */
  readonly unproven: ReadonlySet<string>;
  /** How ownership records were named when it was last looked at; absent in a copy that does not say. */
  readonly naming?: AffixSettings;
  /**
   * Names that ownership records (as `recordId` names them, whoever's) are of, which read as those of other names since
   * `registry` was changed in the config.
   */
  readonly meant: ReadonlyMap<string, DnsName>;
  /** Those of `meant` whose record set went, and at whose name a run of ours made another one since. */
  readonly lapsed: ReadonlySet<string>;
  /** What is held as a person put it back, by `changeKey`, for the runs of every shard; absent: nothing. */
  readonly undone?: ReadonlyMap<string, Undone>;
}
