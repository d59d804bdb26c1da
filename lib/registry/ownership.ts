import type { DnsName, HostedZone, Ownership, RecordSet } from '../model/index.ts';
import { type NamedRecord, type NamingSettings, readOlderName, readOwnershipName } from './names.ts';
import { parseOwnership } from './text.ts';

/** One ownership record found in a zone: what it says, and of which record it says it. */
export interface Claim {
  readonly ownership: Ownership;
  /** The TXT record set that says it, exactly as read. */
  readonly txt: RecordSet;
  /** The type named by the record's name; empty in the oldest format, which stands for every type but AAAA. */
  readonly type: string;
}

/** All ownership records of one zone, by the name that they speak of. */
export type OwnershipIndex = ReadonlyMap<DnsName, readonly Claim[]>;

const NO_CLAIMS: readonly Claim[] = [];

/** The ownership that a TXT record set states, if it states one: its first value in ExternalDNS's format. */
export function ownershipIn(record: RecordSet): Ownership | undefined {
  if (record.type !== 'TXT') return undefined;
  for (const value of record.values ?? []) {
    const ownership = parseOwnership(value);
    if (ownership) return ownership;
  }
  return undefined;
}

/** Reads every ownership record among the record sets of a zone. Linear in their number. */
export function indexOwnership(
  zone: HostedZone,
  records: ReadonlyMap<DnsName, readonly RecordSet[]>,
  settings: NamingSettings,
): OwnershipIndex {
  const index = new Map<DnsName, Claim[]>();
  for (const sets of records.values()) {
    for (const txt of sets) {
      const ownership = ownershipIn(txt);
      const named = ownership && nameOf(txt.name, zone.name, records, settings);
      if (!named) continue;
      const claim: Claim = { ownership, txt, type: named.type };
      const claims = index.get(named.name);
      if (claims) claims.push(claim);
      else index.set(named.name, [claim]);
    }
  }
  return index;
}

/** Of two readings the one whose record is there; where neither is, the newer. */
function nameOf(
  txt: DnsName,
  zone: DnsName,
  records: ReadonlyMap<DnsName, readonly RecordSet[]>,
  settings: NamingSettings,
): NamedRecord | undefined {
  const named = readOwnershipName(txt, zone, settings);
  const older = named && readOlderName(named, txt, zone, settings);
  if (!older || records.get(named.name)?.some(({ type }) => type === named.type)) return named;
  return records.get(older.name)?.some(record => ownershipIn(record) === undefined) ? older : named;
}

/** The name under which the ownership records of `name` are found: a wildcard's may carry a replacement for `*`. */
function claimedName(name: DnsName, settings: NamingSettings): DnsName {
  return settings.wildcardReplacement !== '' && name.startsWith('*.')
    ? settings.wildcardReplacement + name.slice(1)
    : name;
}

/**
 * The ownership records that speak of `name`. Where a wildcard replacement makes `*.x` and `any.x` share their
 * ownership records, they belong to the wildcard if the zone has it: nothing else may be taken for ours.
 */
export function claimsOf(
  name: DnsName,
  index: OwnershipIndex,
  records: ReadonlyMap<DnsName, readonly RecordSet[]>,
  settings: NamingSettings,
): readonly Claim[] {
  const claims = index.get(claimedName(name, settings)) ?? NO_CLAIMS;
  if (claims.length === 0 || settings.wildcardReplacement === '' || name.startsWith('*.')) return claims;
  const wildcard =
    name.startsWith(`${settings.wildcardReplacement}.`) &&
    records.has(`*${name.slice(settings.wildcardReplacement.length)}`);
  return wildcard ? NO_CLAIMS : claims;
}

/**
 * Whether an ownership record covers a record set of the name it speaks of.
 *
 * | ownership record | covers                                                                          |
 * |------------------|---------------------------------------------------------------------------------|
 * | of the same type | the record set                                                                  |
 * | `cname-`         | also an alias of type A: ExternalDNS before 0.22 wrote it so                      |
 * | without type     | every type but AAAA: ExternalDNS before 0.12                                     |
 *
 * The set identifiers must agree. (ExternalDNS 0.22, registry/txt, reads them alike.)
 */
export function covers(claim: Claim, record: RecordSet): boolean {
  if ((claim.txt.setIdentifier ?? '') !== (record.setIdentifier ?? '')) return false;
  if (claim.type === record.type) return true;
  if (claim.type === 'CNAME') return record.type === 'A' && record.alias !== undefined;
  return claim.type === '' && record.type !== 'AAAA';
}

const rank = (claim: Claim, record: RecordSet) => (claim.type === record.type ? 0 : claim.type === '' ? 2 : 1);

/** The ownership record that decides over a record set: the newest format wins, as ExternalDNS 0.22 has it. */
export function decidingClaim(record: RecordSet, claims: readonly Claim[]): Claim | undefined {
  let best: Claim | undefined;
  for (const claim of claims) {
    if (covers(claim, record) && (!best || rank(claim, record) < rank(best, record))) best = claim;
  }
  return best;
}
