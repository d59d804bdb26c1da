import type { DnsName, HostedZone, ManagedType, OwnerId, RecordSet } from '../model/index.ts';
import {
  type Claim,
  claimsOf,
  decidingClaim,
  type OwnershipIndex,
  ownershipIn,
  readOwnershipName,
} from '../registry/index.ts';
import type { Authority } from './authority.ts';
import type { PlanSettings } from './settings.ts';

/** One managed record set that stands at a name, and the ownership record that decides over it. */
export interface StandingRecord {
  readonly record: RecordSet;
  readonly claim: Claim | undefined;
}

/** What a hosted zone holds at one name, sorted by whose it is. */
export interface Site {
  readonly name: DnsName;
  /** Managed record sets with an ownership record of one of our owners. */
  readonly ours: readonly (StandingRecord & { readonly claim: Claim })[];
  /** Managed record sets of anybody else. */
  readonly foreign: readonly StandingRecord[];
  /** Types that fairlead never writes (MX, TXT, NS, …), ownership records of ours that speak of this name aside. */
  readonly otherTypes: readonly string[];
  /** Every ownership record of ours that speaks of this name, needed or not. */
  readonly claims: readonly Claim[];
}

/** One zone as the plan sees it. */
export interface ZoneView {
  readonly zone: HostedZone;
  readonly records: ReadonlyMap<DnsName, readonly RecordSet[]>;
  readonly ownership: OwnershipIndex;
  /**
   * Ownership records of the zone's apex that stand in a zone above it: ExternalDNS writes `a-sub.example.com` into
   * example.com for the apex of sub.example.com. They make the apex records ours; they are not this zone's to change.
   */
  readonly above: readonly Claim[];
}

const NOTHING: readonly RecordSet[] = [];

/** The record sets at a name, in one order whatever the order of the listing. */
export function recordsAt(name: DnsName, view: ZoneView): readonly RecordSet[] {
  const sets = view.records.get(name) ?? NOTHING;
  return sets.every((set, i) => i === 0 || bySet(sets[i - 1] as RecordSet, set) < 0) ? sets : [...sets].sort(bySet);
}

function bySet(a: RecordSet, b: RecordSet): number {
  if (a.type !== b.type) return a.type < b.type ? -1 : 1;
  return (a.setIdentifier ?? '') < (b.setIdentifier ?? '') ? -1 : 1;
}

export function siteAt(name: DnsName, view: ZoneView, settings: PlanSettings, authority: Authority): Site {
  const all = claimsOf(name, view.ownership, view.records, settings.naming);
  const isOurs = (owner: OwnerId) => authority.ours(owner);
  const ours: (StandingRecord & { claim: Claim })[] = [];
  const foreign: StandingRecord[] = [];
  const otherTypes: string[] = [];
  const records = recordsAt(name, view);
  // Every zone has its own NS and SOA: no claim to the apex means them, though one without type would cover them.
  const claimable = name === view.zone.name ? records.filter(({ type }) => type !== 'NS' && type !== 'SOA') : records;
  const strays = straysAt(name, records, view, settings);
  const contenders = strays.length > 0 ? [...all, ...strays] : all;
  for (const record of records) {
    if (!settings.types.includes(record.type as ManagedType) || ownershipIn(record) !== undefined) {
      // An ownership record of ours that speaks of this very name gives way; one that speaks of another name stays.
      if (!all.some(claim => claim.txt === record && isOurs(claim.ownership.owner))) otherTypes.push(record.type);
      continue;
    }
    const claim =
      decidingClaim(record, all) ?? (name === view.zone.name ? decidingClaim(record, view.above) : undefined);
    const rival = claim && rivalOf(record, claim, contenders, claimable);
    if (rival && !isOurs(rival.ownership.owner)) foreign.push({ record, claim: rival });
    else if (claim && isOurs(claim.ownership.owner)) ours.push({ record, claim });
    else foreign.push({ record, claim });
  }
  const twins = foreign.flatMap(standing => twinOf(standing, ours) ?? []);
  return {
    name,
    ours: [...ours, ...twins],
    foreign: foreign.filter(({ record }) => !twins.some(twin => twin.record === record)),
    otherTypes,
    claims: foreign.some(({ claim }) => claim && isRival(claim, all, claimable))
      ? []
      : all.filter(claim => isOurs(claim.ownership.owner) && !isUnmanaged(claim, records, settings)),
  };
}

/** Whether an ownership record is of a record set whose type is not managed: both are left alone. */
function isUnmanaged({ type }: Claim, records: readonly RecordSet[], { types }: PlanSettings): boolean {
  return type !== '' && !types.includes(type as ManagedType) && records.some(record => record.type === type);
}

/**
 * Whether an ownership record decides over no record set of its name, though it speaks of it: one of another type or an
 * older format. Where its owner is another than the one who has the record, somebody has laid a claim to the name.
 */
function isRival(claim: Claim, all: readonly Claim[], records: readonly RecordSet[]): boolean {
  // The oldest format stands at the very name that it speaks of: it does not speak of itself.
  return !records.some(record => ownershipIn(record) === undefined && decidingClaim(record, all) === claim);
}

/**
 * Ownership records that stand at the name itself and, by their name, speak of another (`a-b` of the A of `b`), which has
 * no such record: then they may be meant for this one, in the oldest format.
 */
function straysAt(name: DnsName, records: readonly RecordSet[], view: ZoneView, { naming }: PlanSettings): Claim[] {
  if (!records.some(({ type }) => type === 'TXT')) return [];
  return records.flatMap(txt => {
    const other = ownershipIn(txt) && readOwnershipName(txt.name, view.zone.name, naming)?.name;
    if (other === undefined || other === name) return [];
    const claims = claimsOf(other, view.ownership, view.records, naming);
    return claims.filter(claim => claim.txt === txt && isRival(claim, claims, recordsAt(other, view)));
  });
}

/** An idle ownership record of another owner beside the deciding one: the record is contested, and nobody's to change. */
function rivalOf(
  record: RecordSet,
  deciding: Claim,
  all: readonly Claim[],
  records: readonly RecordSet[],
): Claim | undefined {
  if (all.length < 2) return undefined;
  return all.find(
    claim =>
      claim.ownership.owner !== deciding.ownership.owner &&
      (claim.txt.setIdentifier ?? '') === (record.setIdentifier ?? '') &&
      isRival(claim, all, records),
  );
}

/**
 * An alias without ownership whose sibling of the other address type is ours and points to the very same target is the
 * other half of one pair: ExternalDNS up to 0.15 gave the AAAA none (`dualstack=true`), 0.21 lost that of the A when a
 * CNAME became an alias.
 */
function twinOf({ record, claim }: StandingRecord, ours: Site['ours']): Site['ours'][number] | undefined {
  const { alias } = record;
  if (claim || !alias) return undefined;
  const sibling = ours.find(
    other =>
      other.record.type !== record.type &&
      other.record.alias?.zoneId === alias.zoneId &&
      other.record.alias.dnsName === alias.dnsName &&
      (other.record.setIdentifier ?? '') === (record.setIdentifier ?? ''),
  );
  return sibling && { record, claim: sibling.claim };
}
