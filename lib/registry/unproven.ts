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
  const unproven = new Set<string>();
  for (const name of later.keys()) {
    for (const each of namesSpokenOf(name, settings, now)) {
      const claims = claimsOf(each, later, now, settings);
      for (const record of claims.length > 0 ? (now.get(each) ?? []) : []) {
        const claim = isOwnershipRecord(record) ? undefined : decidingClaim(record, claims);
        if (!claim) continue;
        const id = recordId(record);
        if (
          before.unproven.has(id) ||
          isNew(claim, record, each, { before: before.records, earlier, settings, isOurs })
        )
          unproven.add(id);
      }
    }
  }
  return unproven;
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
