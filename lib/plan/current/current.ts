import type { DnsName, RecordSet } from '../../model/index.ts';
import { isSameIdentifier, recordId, whyLeftAlone } from '../../model/index.ts';
import {
  ambiguousClaims,
  type Claim,
  claimsOf,
  covers,
  decidingClaim,
  isOwnershipRecord,
  isUnreadable,
  readOwnershipName,
  wildcardTwin,
} from '../../registry/index.ts';
import type { Owners } from '../owners/owners.ts';
import type { PlanSettings } from '../settings.ts';
import { otherMeaning } from './misread.ts';
import { recordsAt, type ZoneView } from './zone-view.ts';

/** A record set that stands at a name, and the ownership record that decides over it. */
export interface CurrentRecord {
  readonly record: RecordSet;
  readonly claim?: Claim;
  /** It has an ownership record of ours, too: another owner has laid claim to it beside, or it may be the wildcard twin's. */
  readonly contested?: boolean;
  /** Others have a part of it, too, as its ownership record says in a text that no key opens. */
  readonly sealed?: boolean;
  /** It is left alone until a person says so: see `ZoneState.unproven`. */
  readonly unproven?: boolean;
  /** Why it is left alone, whoever's it is: see `whyLeftAlone`. */
  readonly beyond?: string;
  /** Its ownership record is, as far as can be told, that of this other name. */
  readonly misread?: DnsName;
}

export type OwnedRecord = CurrentRecord & {
  readonly claim: Claim;
  /** The ownership records of the clusters that have their addresses in it, where several may have; `claim` is one of them. */
  readonly shares?: readonly Claim[];
};

/** What a hosted zone holds at one name, of whatever type, sorted by whose it is. */
export interface Current {
  readonly name: DnsName;
  /** Record sets with an ownership record of one of our owners. */
  readonly ours: readonly OwnedRecord[];
  /** Everybody else's, ownership records of ours that speak of this name aside. */
  readonly foreign: readonly CurrentRecord[];
  /**
   * Every ownership record of ours that speaks of this name, needed or not; none of a set identifier that is contested.
   */
  readonly claims: readonly Claim[];
  /** Ownership records of others that speak of the name and decide over no record set: the name is reserved. */
  readonly reserved: readonly Claim[];
}

export function currentAt(name: DnsName, view: ZoneView, settings: PlanSettings, owners: Owners): Current {
  const all = claimsOf(name, view.ownership, view.records, settings.naming);
  const isOurs = ({ ownership }: Claim) => owners.ours(ownership.owner);
  const records = recordsAt(name, view);
  const strays = straysAt(name, records, view, settings);
  const withStrays = strays.length > 0 ? [...all, ...strays] : all;
  const ambiguous = ambiguousClaims(name, view.ownership, view.records, settings.naming);
  const ours: OwnedRecord[] = [];
  const foreign: CurrentRecord[] = [];
  for (const record of records) {
    // An ownership record of ours that speaks of this very name (the oldest format) gives way; any other one stays.
    if (isOwnershipRecord(record, settings.naming)) {
      if (!all.some(claim => claim.txt === record && isOurs(claim))) foreign.push({ record });
      continue;
    }
    const claim =
      decidingClaim(record, all) ?? (name === view.zone.name ? decidingClaim(record, view.above) : undefined);
    const rival =
      claim &&
      (rivalOf(record, claim, withStrays, { records, owners }) ??
        view.before.get(name)?.find(one => isRival(one, record, claim, owners)));
    const beyond = whyLeftAlone(record);
    const shared = ambiguous.find(one => isOurs(one) && covers(one, record));
    if (beyond !== undefined) foreign.push({ record, ...(claim && { claim }), beyond });
    else if (shared && !claim) foreign.push({ record, claim: shared, contested: true });
    else if (rival) foreign.push({ record, claim: rival, ...(isOurs(claim) && { contested: true }) });
    else if (!claim || !isOurs(claim)) foreign.push(claim ? { record, claim } : { record });
    else if (hasSealedPart(claim, settings)) foreign.push({ record, claim, contested: true, sealed: true });
    else if (meansWildcard(claim, name, settings, owners)) foreign.push({ record, claim, contested: true });
    else if (view.unproven.size > 0 && view.unproven.has(recordId(record)) && !owners.forced(claim.ownership))
      foreign.push({ record, claim, unproven: true });
    else {
      const misread = view.above.includes(claim) ? undefined : otherMeaning(claim, name, { view, settings, owners });
      if (misread === undefined) ours.push({ record, claim, ...sharesIn(claim, all.filter(isOurs)) });
      else foreign.push({ record, claim, misread });
    }
  }
  const twins = foreign.flatMap(current => twinOf(current, ours, all) ?? []);
  const reserved = withStrays.filter(claim => !isOurs(claim) && isIdle(claim, all, records));
  const contested = foreign.filter(({ claim }) => claim && !isOurs(claim) && isIdle(claim, all, records));
  const isContested = ({ txt }: Claim) => contested.some(({ record }) => isSameIdentifier(record, txt));
  return {
    name,
    ours: [...ours, ...twins],
    foreign: foreign.filter(({ record }) => !twins.some(twin => twin.record === record)),
    claims: all.filter(claim => isOurs(claim) && !isContested(claim) && !foreign.some(one => isFor(claim, one))),
    reserved,
  };
}

/**
 * What is ours at a name, and what is only doubted to be: it is left alone, but an object of ours may have it, so that it is
 * not another's either. What no run of ours wrote is nobody's word.
 */
export const possiblyOurs = ({ ours, foreign }: Current, owners: Owners): readonly OwnedRecord[] => [
  ...ours,
  ...foreign.flatMap(({ claim, unproven, ...one }) =>
    claim && !unproven && owners.ours(claim.ownership.owner) ? [{ ...one, claim }] : [],
  ),
];

/** Where an ownership record says which addresses are its object's, those beside it do so, too. */
function sharesIn({ ownership, txt, type }: Claim, all: readonly Claim[]): Pick<OwnedRecord, 'shares'> {
  if (ownership.share === undefined) return {};
  return { shares: all.filter(other => other.txt === txt && other.type === type && other.ownership.share) };
}

/** Of addresses that several have together, those of a part whose ownership no key opens are not known: all of them stay. */
function hasSealedPart({ ownership, txt }: Claim, { naming }: PlanSettings): boolean {
  return ownership.share !== undefined && (txt.values ?? []).some(value => isUnreadable(value, naming));
}

/** Whether an ownership record is of a record set that is left alone: then so is what it says of a part. */
const isFor = (claim: Claim, { claim: deciding }: CurrentRecord) =>
  deciding === claim || (claim.ownership.share !== undefined && deciding?.txt === claim.txt);

/** Whether an ownership record is of the wildcard that is written like this name: its object asks for that, and not for this. */
function meansWildcard({ ownership }: Claim, name: DnsName, { naming }: PlanSettings, owners: Owners): boolean {
  const twin = wildcardTwin(name, naming);
  return twin?.startsWith('*.') === true && owners.asks(ownership, twin) && !owners.asks(ownership, name);
}

/**
 * Whether an ownership record decides over no record set of its name, though it speaks of it: one of another type or an
 * older format. Where its owner is another than the one who has the record, somebody has laid a claim to the name.
 */
export function isIdle(claim: Claim, all: readonly Claim[], records: readonly RecordSet[]): boolean {
  return !records.some(record => covers(claim, record) && decidingClaim(record, all) === claim);
}

/**
 * Ownership records that stand at the name itself and, by their name, speak of another (`a-b` of the A of `b`), which has
 * no such record: then they may be meant for this one, in the oldest format.
 */
function straysAt(name: DnsName, records: readonly RecordSet[], view: ZoneView, { naming }: PlanSettings): Claim[] {
  return records
    .filter(record => isOwnershipRecord(record, naming))
    .flatMap(txt => {
      const other = readOwnershipName(txt.name, view.zone.name, naming)?.name;
      if (other === undefined || other === name) return [];
      const claims = claimsOf(other, view.ownership, view.records, naming);
      return claims.filter(claim => claim.txt === txt && isIdle(claim, claims, recordsAt(other, view)));
    });
}

/** An idle ownership record of a stranger beside the deciding one: the record is contested, and nobody's to change. */
function rivalOf(
  record: RecordSet,
  deciding: Claim,
  all: readonly Claim[],
  { records, owners }: { readonly records: readonly RecordSet[]; readonly owners: Owners },
): Claim | undefined {
  if (all.length < 2) return undefined;
  return all.find(claim => isRival(claim, record, deciding, owners) && isIdle(claim, all, records));
}

const isRival = ({ ownership, txt }: Claim, record: RecordSet, deciding: Claim, owners: Owners) =>
  !owners.ours(ownership.owner) && ownership.owner !== deciding.ownership.owner && isSameIdentifier(txt, record);

/**
 * An alias without ownership whose sibling of the other address type is ours and points to the very same target is the
 * other half of one pair, if the name still has an ownership record in a format before 0.22: ExternalDNS up to 0.15 gave
 * the AAAA none (`dualstack=true`), 0.21 lost that of the A when a CNAME became an alias. In today's format alone, somebody
 * has taken the ownership off, and the record is left alone.
 */
function twinOf({ record, claim, beyond }: CurrentRecord, ours: readonly OwnedRecord[], all: readonly Claim[]) {
  const { alias } = record;
  const isOld = ({ type, txt }: Claim) => (type === '' || type === 'CNAME') && isSameIdentifier(txt, record);
  if (claim || beyond !== undefined || !alias || !all.some(isOld)) return undefined;
  const sibling = ours.find(
    other =>
      other.record.type !== record.type &&
      other.record.alias?.zoneId === alias.zoneId &&
      other.record.alias.dnsName === alias.dnsName &&
      isSameIdentifier(other.record, record),
  );
  return sibling && { record, claim: sibling.claim };
}
