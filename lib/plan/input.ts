import type { ClusterName, DnsName, HostedZone, Plan, Removal, Snapshot, ZoneId, ZoneState } from '../model/index.ts';
import type { PlanSettings } from './settings.ts';
import type { FilterKey } from './zones/zones.ts';

/** The names that a run touches: those that one of its clusters asks for or has, and the ones that are listed. */
export interface PlanScope {
  readonly clusters: ReadonlySet<ClusterName>;
  readonly names: ReadonlyMap<ZoneId, ReadonlySet<DnsName>>;
}

/** A hosted zone that is there, and that the config leaves out. */
export interface LeftOutZone {
  readonly zone: HostedZone;
  readonly key: FilterKey;
}

/** What is compared. */
export interface PlanInput {
  /** The selected zones as last read, with what is remembered about them. */
  readonly zones: readonly ZoneState[];
  /** Selected zones that could not be read: what belongs into them is published nowhere else and stays where it is. */
  readonly elsewhere?: readonly HostedZone[];
  /** Zones that are not selected, and by which key: they say why a name has no zone. */
  readonly leftOut?: readonly LeftOutZone[];
  /** One of every configured cluster, in the order of the config; nothing is taken from one that was not read. */
  readonly snapshots: readonly Snapshot[];
  readonly settings: PlanSettings;
  /** Epoch milliseconds; for refusals that back off and for removals that wait. */
  readonly now: number;
  /** Clusters for which a person forced the run; one that is no longer in the config may be among them. */
  readonly forced?: readonly ClusterName[];
  /** What the run is for; absent: every name. */
  readonly scope?: PlanScope;
  /**
   * Names that objects which are not read now asked for when they were, each with the cluster (the first of several): one of
   * them is not removed, since it may be wanted at once.
   */
  readonly asked?: ReadonlyMap<DnsName, ClusterName>;
  /** What is kept of clusters from the run that read them last: only to tell which names an object gave up by itself. */
  readonly earlier?: readonly Snapshot[];
  /** Only these names, which are planned again after a swap failed: what the guard allowed before stays allowed. */
  readonly only?: ReadonlyMap<ZoneId, ReadonlySet<DnsName>>;
  /** Names that may be planned, where only some are of interest and not all zones are there; absent: every name. */
  readonly among?: (name: DnsName) => boolean;
  /** Names, as `ZONE NAME`, that an earlier pass of the same run published: of these nothing goes from a zone above yet. */
  readonly made?: ReadonlySet<string>;
  /**
   * Names, as `ZONE NAME`, that an overtaken run announced it would remove: where they are in step their ownership records
   * are written anew, so that its removal fails.
   */
  readonly renew?: ReadonlySet<string>;
}

/** What came of it. */
export interface PlanOutput extends Plan {
  /** Names of ours that no object asks for, by `changeKey`, and since when; to be kept with the zone for as long as they stand. */
  readonly unwantedSince: ReadonlyMap<ZoneId, ReadonlyMap<string, number>>;
  /** Of these what their objects gave up, and what the guard holds; to be kept likewise. */
  readonly givenUp: ReadonlyMap<ZoneId, ReadonlySet<string>>;
  readonly heldWith: ReadonlyMap<ZoneId, ReadonlyMap<string, number>>;
  /** The removals among the changes, as the guard counts them. */
  readonly removals: ReadonlyMap<ZoneId, readonly Removal[]>;
  /** Of `renew` the names that this plan was about. */
  readonly looked: ReadonlySet<string>;
  /** Record ids of the ownership records of ours that were not believed: see `otherMeaning`. */
  readonly misread: ReadonlyMap<ZoneId, ReadonlySet<string>>;
  /** Record sets of ours in each zone, ownership records not counted. */
  readonly owned: ReadonlyMap<ZoneId, number>;
  /** Zones in which a namespace asks for more record sets than it may have, as far as the zone's quota is known. */
  readonly crowded: ReadonlySet<ZoneId>;
}
