import type {
  ClusterName,
  DnsName,
  HostedZone,
  Party,
  Plan,
  Removal,
  Snapshot,
  ZoneId,
  ZoneState,
} from '../model/index.ts';
import type { PlanSettings } from './settings.ts';

/** What is compared. */
export interface PlanInput {
  /** The selected zones as last read, with what is remembered about them. */
  readonly zones: readonly ZoneState[];
  /** Selected zones that could not be read: what belongs into them is published nowhere else and stays where it is. */
  readonly elsewhere?: readonly HostedZone[];
  /** One of every configured cluster, in the order of the config; nothing is taken from one that was not read. */
  readonly snapshots: readonly Snapshot[];
  readonly settings: PlanSettings;
  /** Epoch milliseconds; for refusals that back off and for removals that wait. */
  readonly now: number;
  /** Clusters for which a person forced the run; one that is no longer in the config may be among them. */
  readonly forced?: readonly ClusterName[];
  /** Only names that these clusters ask for or have are planned; absent: all. */
  readonly clusters?: ReadonlySet<ClusterName>;
  /** Only these names are planned; absent: all. */
  readonly names?: ReadonlyMap<ZoneId, ReadonlySet<DnsName>>;
  /** The names were planned before and are planned again after a swap failed: what the guard allowed stays allowed. */
  readonly again?: boolean;
  /**
   * Names, as `ZONE NAME`, that an overtaken run announced it would remove: where they are in step their ownership records
   * are written anew, so that its removal fails.
   */
  readonly renew?: ReadonlySet<string>;
}

/** What came of it. */
export interface PlanOutput extends Plan {
  /** Names of ours that no object asks for, and since when; to be kept with the zone for as long as they stand. */
  readonly unwantedSince: ReadonlyMap<ZoneId, ReadonlyMap<DnsName, number>>;
  /** The removals among the changes, as the guard counts them. */
  readonly removals: ReadonlyMap<ZoneId, readonly Removal[]>;
  /** Names that each party has in each zone. */
  readonly owned: ReadonlyMap<ZoneId, readonly (Party & { readonly names: number })[]>;
}
