import type { ClusterName, DnsName, HostedZone, OwnerId, Plan, Snapshot, ZoneId, ZoneState } from '../model/index.ts';
import type { PlanSettings } from './settings.ts';

/** What is compared. */
export interface PlanInput {
  /** The selected zones as last read, with what is remembered about them. */
  readonly zones: readonly ZoneState[];
  /**
   * Selected zones that are not to be planned (they could not be read): what belongs into them is published nowhere else,
   * and what the other zones hold for them stays.
   */
  readonly elsewhere?: readonly HostedZone[];
  /** One of every configured cluster, in the order of the config; a cluster that was not read is incomplete. */
  readonly snapshots: readonly Snapshot[];
  readonly settings: PlanSettings;
  /** Epoch milliseconds; for refusals that back off and for removals that wait. */
  readonly now: number;
  /** Clusters for which a person forced the run. */
  readonly forced?: readonly ClusterName[];
  /** Only these names (after a swap failed and they were read again): what the guard allowed before stays allowed. */
  readonly only?: ReadonlyMap<ZoneId, ReadonlySet<DnsName>>;
}

/** What came of it. */
export interface PlanOutput extends Plan {
  /** Names of ours that no object asks for, and since when; to be kept with the zone. */
  readonly unwantedSince: ReadonlyMap<ZoneId, ReadonlyMap<DnsName, number>>;
  /** Record sets that each owner has in each zone, ownership records not counted. */
  readonly owned: ReadonlyMap<ZoneId, ReadonlyMap<OwnerId, number>>;
}
