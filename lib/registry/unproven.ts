import type { DnsName, HostedZone, OwnerId, RecordSet } from '../model/index.ts';
import { isSameSet, recordId } from '../model/index.ts';
import type { NamingSettings } from './names.ts';
import { type Claim, claimsOf, decidingClaim, indexOwnership, isOwnershipRecord } from './ownership.ts';

type Records = ReadonlyMap<DnsName, readonly RecordSet[]>;

/**
 * The record sets whose ownership is not proven: they stood in the zone when it was last looked at, and were not their
 * present owner's; the ownership record has appeared since, and no run wrote it (what a run writes is in the kept copy).
 * Who may write TXT records only, an ACME client say, could have any record deleted otherwise.
 *
 * @param before the copy that was kept, `known` what was unproven then
 * @param isOurs our own runs hand a record set over from one of our owners to another
 * @returns record ids
 */
export function unprovenIn(
  zone: HostedZone,
  before: { readonly records: Records; readonly unproven: ReadonlySet<string> },
  now: Records,
  settings: NamingSettings,
  isOurs: (owner: OwnerId) => boolean,
): ReadonlySet<string> {
  const earlier = indexOwnership(zone, before.records, settings);
  const later = indexOwnership(zone, now, settings);
  const unproven = new Set(stillStanding(before.unproven, now));
  for (const name of later.keys()) {
    for (const each of namesSpokenOf(name, settings, now)) {
      const claims = claimsOf(each, later, now, settings);
      for (const record of claims.length > 0 ? (now.get(each) ?? []) : []) {
        const claim = isOwnershipRecord(record) ? undefined : decidingClaim(record, claims);
        if (!claim) continue;
        if (isNew(claim, record, each, { before: before.records, earlier, settings, isOurs }))
          unproven.add(recordId(record));
      }
    }
  }
  return unproven;
}

/** A zone before and after it was looked at again. */
export interface Looked {
  readonly zone: HostedZone;
  readonly before: Records;
  readonly now: Records;
}

/**
 * The same for the apex of a zone, whose ownership records ExternalDNS writes into the zone above (`a-sub.example.com` in
 * example.com): who may write there must not get the apex of the zone below.
 *
 * @returns record ids of the lower zone
 */
export function unprovenApex(
  lower: Looked,
  upper: Looked,
  settings: NamingSettings,
  isOurs: (owner: OwnerId) => boolean,
): ReadonlySet<string> {
  const apex = lower.zone.name;
  const unproven = new Set<string>();
  const claims = claimsOf(apex, indexOwnership(upper.zone, upper.now, settings), upper.now, settings);
  if (claims.length === 0) return unproven;
  const ownedBefore = ({ zone, before }: Looked) =>
    claimsOf(apex, indexOwnership(zone, before, settings), before, settings);
  const former = [...ownedBefore(lower), ...ownedBefore(upper)];
  for (const record of lower.now.get(apex) ?? []) {
    const claim = isOwnershipRecord(record) ? undefined : decidingClaim(record, claims);
    const stood = lower.before.get(apex)?.find(other => isSameSet(other, record));
    if (!claim || !stood || upper.before.get(claim.txt.name)?.some(txt => txt.values?.includes(claim.value))) continue;
    const { owner } = decidingClaim(stood, former)?.ownership ?? {};
    if (owner === undefined || (owner !== claim.ownership.owner && !isOurs(owner))) unproven.add(recordId(record));
  }
  return unproven;
}

/** What is unproven stays so as long as the record set stands, whatever becomes of the claim. */
function* stillStanding(unproven: ReadonlySet<string>, now: Records): Generator<string> {
  if (unproven.size === 0) return;
  for (const records of now.values()) {
    for (const record of records) {
      const id = recordId(record);
      if (unproven.has(id)) yield id;
    }
  }
}

/** A wildcard's ownership records stand under its replacement. */
function namesSpokenOf(name: DnsName, { wildcardReplacement }: NamingSettings, records: Records): DnsName[] {
  if (wildcardReplacement === '' || !name.startsWith(`${wildcardReplacement}.`)) return [name];
  const wildcard = `*${name.slice(wildcardReplacement.length)}`;
  return records.has(wildcard) ? [name, wildcard] : [name];
}

interface Earlier {
  readonly before: Records;
  readonly earlier: ReadonlyMap<DnsName, readonly Claim[]>;
  readonly settings: NamingSettings;
  readonly isOurs: (owner: OwnerId) => boolean;
}

function isNew(
  claim: Claim,
  record: RecordSet,
  name: DnsName,
  { before, earlier, settings, isOurs }: Earlier,
): boolean {
  const stood = (before.get(name) ?? []).find(other => isSameSet(other, record));
  if (!stood) return false;
  const former = decidingClaim(stood, claimsOf(name, earlier, before, settings));
  if (former && (former.ownership.owner === claim.ownership.owner || isOurs(former.ownership.owner))) return false;
  return !(before.get(claim.txt.name) ?? []).some(txt => txt.values?.includes(claim.value));
}
