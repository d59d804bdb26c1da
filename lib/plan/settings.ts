import type { ClusterName, DnsName, ManagedType, ObjectRef, SharingMode, ZoneId } from '../model/index.ts';
import type { NamingSettings } from '../registry/index.ts';
import type { ZoneFilter } from './zones/zones.ts';

export type Policy = 'sync' | 'upsert-only' | 'create-only';

/** Whose addresses of one name are put together: nobody's, those of a namespace, or of a whole cluster (as ExternalDNS). */
export type MergeScope = 'object' | 'namespace' | 'cluster';

/** Objects of one scope have their addresses put together, within a cluster or (where they share a name) across clusters. */
export function scopeOf({ namespace, name }: ObjectRef, merge: MergeScope): string {
  if (merge === 'cluster') return '';
  return merge === 'namespace' ? namespace : `${namespace}/${name}`;
}

/** How names of these domains are shared by clusters; an empty list means all names. */
export interface SharingRule {
  readonly domains: readonly DnsName[];
  readonly mode: SharingMode;
}

/** A rule of the config's `claims`. An empty list means any. */
export interface ClaimRule {
  /** Names of clusters, `*` for any characters. */
  readonly clusters: readonly string[];
  /** Likewise of namespaces. */
  readonly namespaces: readonly string[];
  /** These names and everything under them; `.x` means only below x. */
  readonly domains: readonly DnsName[];
  readonly types: readonly ManagedType[];
  /** Whether it lets through `*` names, the apexes of hosted zones, and names with a label that begins with `_`. */
  readonly wildcard: boolean;
  readonly apex: boolean;
  readonly underscore: boolean;
}

/** The larger of the two counts. */
export interface Limit {
  readonly count: number;
  /** Of the names that the cluster has in the zone. */
  readonly percent: number;
}

/** What the config says about the plan. */
export interface PlanSettings {
  readonly filter: ZoneFilter;
  readonly naming: NamingSettings;
  /** `noop`: ownership is not kept; what stands at a name that an object asks for counts as that object's. Default: `txt`. */
  readonly registry?: 'txt' | 'noop';
  readonly policy: Policy;
  /** The record types that are managed; others are left alone and not published. */
  readonly types: readonly ManagedType[];
  readonly preferCname: boolean;
  readonly evaluateTargetHealth: boolean;
  /** Seconds. */
  readonly ttl: number;
  readonly merge: MergeScope;
  /** The first rule that has a name counts; absent, or none has it: `first`. */
  readonly sharing?: readonly SharingRule[];
  /** Of the clusters' shares of names that are shared by weight; absent: 1. */
  readonly weights?: ReadonlyMap<ClusterName, number>;
  /** Names and ids of hosted zones in which nothing is changed. */
  readonly frozenZones: readonly string[];
  /** Who may publish what; see `decideClaim`. */
  readonly claims: readonly ClaimRule[];
  /** Of the values of one record set, so that it can be swapped in one change batch. */
  readonly maxCharacters: number;
  /** Seconds: a floor under the TTLs that objects give; absent: none. */
  readonly minTtl?: number;
  /** Record sets that one namespace of a cluster may have, ownership records included; absent: any number. */
  readonly recordsPerNamespace?: number;
  readonly guard: {
    readonly maxDeletes: Limit;
    readonly maxUpdates: Limit;
    readonly deleteAfterMs: number;
  };
  /** The source that reads objects of a kind, by the word that ownership records use for it; undefined for other tools'. */
  readonly sourceOf: (word: string) => string | undefined;
  /** The canonical hosted zone of an AWS service name, undefined for any other name. */
  readonly aliasZoneOf: (target: DnsName) => ZoneId | undefined;
  /** What an alias to the service with that zone may say, and where it may stand; absent: anything, anywhere. */
  readonly aliasTraitsOf?: (service: ZoneId) => { readonly targetHealth: boolean; readonly privateZones: boolean };
}

/** Whether records of a type are published and removed here, by `records.types`. */
export const isManaged = (type: string, { types }: Pick<PlanSettings, 'types'>): type is ManagedType =>
  types.some(one => one === type);
