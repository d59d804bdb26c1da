import type { DnsName, ManagedType, ZoneId } from '../model/index.ts';
import type { NamingSettings } from '../registry/index.ts';
import type { ZoneFilter } from './domains.ts';

export type Policy = 'sync' | 'upsert-only' | 'create-only';

/** What the config says about the plan. */
export interface PlanSettings {
  readonly filter: ZoneFilter;
  readonly naming: NamingSettings;
  readonly policy: Policy;
  /** The record types that are managed; others are left alone and not published. */
  readonly types: readonly ManagedType[];
  readonly preferCname: boolean;
  readonly evaluateTargetHealth: boolean;
  /** Seconds. */
  readonly ttl: number;
  /** Seconds: a floor under the TTLs that objects give; absent: none. */
  readonly minTtl?: number;
  readonly guard: {
    readonly maxDeletes: { readonly count: number; readonly percent: number };
    readonly deleteAfterMs: number;
  };
  /** The canonical hosted zone of an AWS service name, undefined for any other name. */
  readonly aliasZoneOf: (target: DnsName) => ZoneId | undefined;
}
