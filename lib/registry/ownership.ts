import type { DnsName, HostedZone, OwnerId, Ownership, RecordSet } from '../model/index.ts';
import { isSameIdentifier } from '../model/index.ts';
import type { Keyring } from './cipher.ts';
import { type NamedRecord, type NamingSettings, readOlderName, readOwnershipName } from './names.ts';
import { parseOwnership } from './text.ts';

/** One ownership text found in a zone: what it says, and of which record it says it. */
export interface Claim {
  readonly ownership: Ownership;
  /** The TXT record set that says it, exactly as read. */
  readonly txt: RecordSet;
  /** The value of that record set that says it. */
  readonly value: string;
  /** The type named by the record's name; empty in the oldest format, which stands for A and CNAME. */
  readonly type: string;
  /** Those of the registry, by which ownership records are told from others. */
  readonly keys?: Keyring;
}

/** All ownership texts of one zone, by the name that they speak of. */
export type OwnershipIndex = ReadonlyMap<DnsName, readonly Claim[]>;

const NO_CLAIMS: readonly Claim[] = [];

/** Every ownership that a TXT record set states, with the value that states it: several owners may share one record set. */
export function ownershipsIn(
  record: RecordSet,
  { keys }: Pick<NamingSettings, 'keys'>,
): readonly { ownership: Ownership; value: string }[] {
  if (record.type !== 'TXT') return [];
  return (record.values ?? []).flatMap(value => {
    const ownership = parseOwnership(value, keys);
    return ownership ? [{ ownership, value }] : [];
  });
}

/** Whether a record set is an ownership record, whoever's. */
export const isOwnershipRecord = (record: RecordSet, { keys }: Pick<NamingSettings, 'keys'>): boolean =>
  record.type === 'TXT' && (record.values ?? []).some(value => parseOwnership(value, keys) !== undefined);

/** Every ownership record among the record sets of a zone, with what it states. */
export function* ownershipRecords(
  records: ReadonlyMap<DnsName, readonly RecordSet[]>,
  settings: Pick<NamingSettings, 'keys'>,
): Generator<{ readonly txt: RecordSet; readonly stated: ReturnType<typeof ownershipsIn> }> {
  for (const sets of records.values()) {
    for (const txt of sets) {
      if (txt.type !== 'TXT') continue;
      const stated = ownershipsIn(txt, settings);
      if (stated.length > 0) yield { txt, stated };
    }
  }
}

/** Whether some ownership record says so; the walk ends at the first. */
export function someOwnership(
  records: ReadonlyMap<DnsName, readonly RecordSet[]>,
  settings: Pick<NamingSettings, 'keys'>,
  is: (ownership: Ownership) => boolean,
): boolean {
  for (const { stated } of ownershipRecords(records, settings))
    if (stated.some(({ ownership }) => is(ownership))) return true;
  return false;
}

/** Reads every ownership record among the record sets of a zone. Linear in their number. */
export function indexOwnership(
  zone: HostedZone,
  records: ReadonlyMap<DnsName, readonly RecordSet[]>,
  settings: NamingSettings,
): OwnershipIndex {
  const index = new Map<DnsName, Claim[]>();
  const keys = settings.keys && { keys: settings.keys };
  for (const { txt, stated } of ownershipRecords(records, settings)) {
    const named = nameOf(txt.name, zone.name, records, settings);
    if (!named) continue;
    const claims = index.get(named.name) ?? [];
    for (const { ownership, value } of stated) claims.push({ ownership, txt, value, type: named.type, ...keys });
    index.set(named.name, claims);
  }
  // In one order whatever the order of the listing.
  for (const claims of index.values()) if (claims.length > 1) claims.sort(byText);
  return index;
}

const textOf = ({ txt, value }: Claim) => `${txt.name} ${txt.setIdentifier ?? ''} ${value}`;
const byText = (a: Claim, b: Claim) => (textOf(a) < textOf(b) ? -1 : 1);

/** The ownership records of a name: a wildcard's carry the replacement for `*`, where there is one. */
function claimsFor(name: DnsName, index: OwnershipIndex, { wildcardReplacement }: NamingSettings): readonly Claim[] {
  const isReplaced = wildcardReplacement !== '' && name.startsWith('*.');
  return index.get(isReplaced ? wildcardReplacement + name.slice(1) : name) ?? NO_CLAIMS;
}

/** Of a wildcard and the name of its replacement, the other one; undefined for names that share their ownership with none. */
export function wildcardTwin(name: DnsName, { wildcardReplacement }: NamingSettings): DnsName | undefined {
  if (wildcardReplacement === '') return undefined;
  if (name.startsWith('*.')) return wildcardReplacement + name.slice(1);
  return name.startsWith(`${wildcardReplacement}.`) ? `*${name.slice(wildcardReplacement.length)}` : undefined;
}

/** A name, and its twin where it has one: an ownership record that speaks of the one may be the other's. */
export function withTwin(name: DnsName, settings: NamingSettings): DnsName[] {
  return [name, wildcardTwin(name, settings) ?? []].flat();
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
  return records.get(older.name)?.some(record => !isOwnershipRecord(record, settings)) ? older : named;
}

/**
 * The ownership records that speak of `name`. Where a wildcard replacement makes `*.x` and `any.x` share theirs, they speak
 * of the one that has the record set; where both have it, of neither: nothing else may be taken for ours.
 */
export function claimsOf(
  name: DnsName,
  index: OwnershipIndex,
  records: ReadonlyMap<DnsName, readonly RecordSet[]>,
  settings: NamingSettings,
): readonly Claim[] {
  const claims = claimsFor(name, index, settings);
  const twin = claims.length > 0 ? records.get(wildcardTwin(name, settings) ?? '') : undefined;
  return twin ? claims.filter(claim => !twin.some(record => covers(claim, record))) : claims;
}

/** Ownership records that would cover a record set of the name, if its wildcard twin had none like it. */
export function ambiguousClaims(
  name: DnsName,
  index: OwnershipIndex,
  records: ReadonlyMap<DnsName, readonly RecordSet[]>,
  settings: NamingSettings,
): readonly Claim[] {
  if (wildcardTwin(name, settings) === undefined) return NO_CLAIMS;
  const clear = claimsOf(name, index, records, settings);
  return claimsFor(name, index, settings).filter(claim => !clear.includes(claim));
}

/**
 * Whether an ownership record covers a record set of the name it speaks of.
 *
 * | ownership record | covers                                                                          |
 * |------------------|---------------------------------------------------------------------------------|
 * | of the same type | the record set                                                                  |
 * | `cname-`         | also an alias of type A: ExternalDNS before 0.22 wrote it so                      |
 * | without type     | A and CNAME, which is what ExternalDNS before 0.12 wrote                          |
 *
 * The set identifiers must agree. An ownership record covers no ownership record.
 */
export function covers(claim: Claim, record: RecordSet): boolean {
  if (!isSameIdentifier(claim.txt, record)) return false;
  if (claim.type === record.type) return record.type !== 'TXT' || !isOwnershipRecord(record, claim);
  if (claim.type === 'CNAME') return record.type === 'A' && record.alias !== undefined;
  return claim.type === '' && (record.type === 'A' || record.type === 'CNAME');
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

/** The names of a zone that have a record set of these owners, sorted. */
export function ownedNames(
  { zone, records }: { readonly zone: HostedZone; readonly records: ReadonlyMap<DnsName, readonly RecordSet[]> },
  settings: NamingSettings,
  owners: ReadonlySet<OwnerId>,
): DnsName[] {
  const index = indexOwnership(zone, records, settings);
  const isOwned = (name: DnsName) => {
    const claims = claimsOf(name, index, records, settings);
    return records.get(name)?.some(record => {
      const owner = decidingClaim(record, claims)?.ownership.owner;
      return owner !== undefined && owners.has(owner);
    });
  };
  return [...records.keys()].filter(isOwned).sort();
}
