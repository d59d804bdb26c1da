import type { DnsName, HostedZone, OwnerId, RecordSet } from '../model/index.ts';
import { isSameSet, recordId } from '../model/index.ts';
import type { NamingSettings } from './names.ts';
import {
  type Claim,
  claimsOf,
  decidingClaim,
  indexOwnership,
  isOwnershipRecord,
  type OwnershipIndex,
  wildcardTwin,
} from './ownership.ts';

type Records = ReadonlyMap<DnsName, readonly RecordSet[]>;

/** Our owner ids, of all shards and views: our own runs hand a record set over from one of them to another. */
type Ours = ReadonlySet<OwnerId>;

/** A zone before and after it was looked at again, with the ownership records of both. */
export interface Looked {
  readonly zone: HostedZone;
  readonly before: Records;
  readonly now: Records;
  readonly earlier: OwnershipIndex;
  readonly later: OwnershipIndex;
}

/** Linear in the number of record sets. */
export function lookedAgain(zone: HostedZone, before: Records, now: Records, settings: NamingSettings): Looked {
  return {
    zone,
    before,
    now,
    earlier: indexOwnership(zone, before, settings),
    later: indexOwnership(zone, now, settings),
  };
}

/**
 * The record sets whose ownership is not proven: they stood in the zone when it was last looked at, and were not their
 * present owner's; the ownership record has appeared since, and no run wrote it (what a run writes is in the kept copy).
 * Who may write TXT records only, an ACME client say, could have any record deleted otherwise.
 *
 * @param known what was unproven before
 * @returns record ids
 */
export function unprovenIn(
  looked: Looked,
  known: ReadonlySet<string>,
  settings: NamingSettings,
  ours: Ours,
): ReadonlySet<string> {
  const { before, now, earlier, later } = looked;
  const unproven = new Set(stillStanding(known, now));
  for (const spoken of later.keys()) {
    const twin = wildcardTwin(spoken, settings);
    for (const name of twin !== undefined && now.has(twin) ? [spoken, twin] : [spoken]) {
      const claims = claimsOf(name, later, now, settings);
      const former = () => claimsOf(name, earlier, before, settings);
      for (const record of claims.length > 0 ? (now.get(name) ?? []) : [])
        if (isForged(record, { claims, former, stood: before, written: before, settings }, ours))
          unproven.add(recordId(record));
    }
  }
  return unproven;
}

/**
 * The same for the apex of a zone, whose ownership records ExternalDNS writes into the zone above (`a-sub.example.com` in
 * example.com): who may write there must not get the apex of the zone below.
 *
 * @returns record ids of the lower zone
 */
export function unprovenApex(
  lower: { readonly zone: HostedZone; readonly before: Records; readonly now: Records },
  parent: Looked,
  settings: NamingSettings,
  ours: Ours,
): ReadonlySet<string> {
  const apex = lower.zone.name;
  const claims = claimsOf(apex, parent.later, parent.now, settings);
  if (claims.length === 0) return new Set();
  const former = () => [
    ...claimsOf(apex, indexOwnership(lower.zone, lower.before, settings), lower.before, settings),
    ...claimsOf(apex, parent.earlier, parent.before, settings),
  ];
  const evidence = { claims, former, stood: lower.before, written: parent.before, settings };
  return new Set((lower.now.get(apex) ?? []).filter(record => isForged(record, evidence, ours)).map(recordId));
}

interface Evidence {
  /** The ownership records that speak of the record set's name, now and before. */
  readonly claims: readonly Claim[];
  readonly former: () => readonly Claim[];
  /** What stood where the record set is, and where its ownership record is. */
  readonly stood: Records;
  readonly written: Records;
  readonly settings: NamingSettings;
}

/** Whether the ownership record that decides over a record set is new, where that stood before as somebody else's. */
function isForged(record: RecordSet, { claims, former, stood, written, settings }: Evidence, ours: Ours): boolean {
  const claim = isOwnershipRecord(record, settings) ? undefined : decidingClaim(record, claims);
  const earlier = stood.get(record.name)?.find(other => isSameSet(other, record));
  if (!claim || !earlier || written.get(claim.txt.name)?.some(txt => txt.values?.includes(claim.value))) return false;
  const owner = decidingClaim(earlier, former())?.ownership.owner;
  return owner === undefined || (owner !== claim.ownership.owner && !ours.has(owner));
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
