import type { DnsName, HostedZone, RecordSet } from '../model/index.ts';
import { recordId } from '../model/index.ts';
import { type NamingSettings, ownershipName, readOwnershipName } from './names.ts';
import { ambiguousClaims, claimsOf, decidingClaim, indexOwnership, isOwnershipRecord } from './ownership.ts';

type Records = ReadonlyMap<DnsName, readonly RecordSet[]>;

/** A zone as a run under another naming left it. */
export interface Renamed {
  readonly zone: HostedZone;
  readonly records: Records;
  readonly naming: NamingSettings;
  /** What was known of namings before that one. */
  readonly meant: ReadonlyMap<string, DnsName>;
  /** Record ids of ownership records that decided over a record set, and were not believed. */
  readonly misread: ReadonlySet<string>;
}

/**
 * After `registry.prefix`, `.suffix` or `.wildcardReplacement` changed: what the ownership records are of which now read as
 * those of another name, whoever's (other shards have other owners). With suffix `-t`, `a-h-t` is that of the A of `h`;
 * without it, it reads as that of `h-t`, which may be a record set that somebody made by hand. Only those that decided over a
 * record set tell: what a wrong naming made of the others was never so.
 *
 * @returns names by record id of the ownership record
 */
export function meantBefore(
  { zone, records, naming, meant, misread }: Renamed,
  now: NamingSettings,
): ReadonlyMap<string, DnsName> {
  const index = indexOwnership(zone, records, naming);
  const found = new Map<string, DnsName>();
  for (const [name, sets] of records) {
    // A wildcard and the name of its replacement share their ownership records: it is then not said whose they are.
    const shared = name.startsWith('*.') ? ambiguousClaims(name, index, records, naming) : [];
    const claims = [...claimsOf(name, index, records, naming), ...shared];
    for (const record of claims.length > 0 ? sets : []) {
      const claim = isOwnershipRecord(record, naming) ? undefined : decidingClaim(record, claims);
      if (claim && !misread.has(recordId(claim.txt))) found.set(recordId(claim.txt), name);
    }
  }
  // What a naming of before says was there first.
  for (const [id, name] of meant) found.set(id, name);
  const names = new Map([...records.values()].flat().map(set => [recordId(set), set.name]));
  return new Map(
    [...found].filter(([id, name]) => {
      const txt = names.get(id);
      return txt !== undefined && readOwnershipName(txt, zone.name, now)?.name !== name;
    }),
  );
}

/** Record ids of the ownership records that record sets of a zone have under a naming. */
export const ownershipIds = (
  records: readonly RecordSet[],
  zone: Pick<HostedZone, 'name'>,
  naming: NamingSettings,
): ReadonlySet<string> =>
  new Set(
    records
      .filter(one => !isOwnershipRecord(one, naming))
      .map(one => recordId({ ...one, name: ownershipName(one.name, one.type, zone.name, naming), type: 'TXT' })),
  );
