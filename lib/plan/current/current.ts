import type { DnsName, HostedZone, RecordSet, ZoneState } from '../../model/index.ts';
import { isSameIdentifier, recordId } from '../../model/index.ts';
import {
  ambiguousClaims,
  type Claim,
  claimsOf,
  covers,
  decidingClaim,
  indexOwnership,
  isOwnershipRecord,
  isUnreadable,
  type OwnershipIndex,
  ownershipsIn,
  readOwnershipName,
  wildcardTwin,
} from '../../registry/index.ts';
import type { Owners } from '../owners/owners.ts';
import type { PlanSettings } from '../settings.ts';
import { otherMeaning } from './misread.ts';

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

/** One zone as the plan sees it. */
export interface ZoneView {
  readonly zone: HostedZone;
  readonly records: ReadonlyMap<DnsName, readonly RecordSet[]>;
  readonly ownership: OwnershipIndex;
  readonly unproven: ReadonlySet<string>;
  readonly meant: ZoneState['meant'];
  /** Ownership records whose names do not carry the affixes of the config: what they speak of cannot be told. */
  readonly unnamed: readonly Claim[];
  /**
   * Ownership records of the zone's apex that stand in a zone above it: ExternalDNS writes `a-sub.example.com` into
   * example.com for the apex of sub.example.com. They make the apex records ours; they are not this zone's to change.
   */
  readonly above: readonly Claim[];
}

const NOTHING: readonly RecordSet[] = [];

/** The record sets at a name, in one order whatever the order of the listing. */
export function recordsAt(name: DnsName, view: Pick<ZoneView, 'records'>): readonly RecordSet[] {
  const sets = view.records.get(name) ?? NOTHING;
  return sets.every((set, i) => i === 0 || bySet(sets[i - 1] as RecordSet, set) < 0) ? sets : [...sets].sort(bySet);
}

function bySet(a: RecordSet, b: RecordSet): number {
  if (a.type !== b.type) return a.type < b.type ? -1 : 1;
  return (a.setIdentifier ?? '') < (b.setIdentifier ?? '') ? -1 : 1;
}

export function currentAt(name: DnsName, view: ZoneView, settings: PlanSettings, owners: Owners): Current {
  const all = claimsOf(name, view.ownership, view.records, settings.naming);
  const isOurs = ({ ownership }: Claim) => owners.ours(ownership.owner);
  const records = recordsAt(name, view);
  const strays = straysAt(name, records, view, settings);
  const contenders = strays.length > 0 ? [...all, ...strays] : all;
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
    const rival = claim && rivalOf(record, claim, contenders, { records, owners });
    const shared = ambiguous.find(one => isOurs(one) && covers(one, record));
    if (shared && !claim) foreign.push({ record, claim: shared, contested: true });
    else if (rival) foreign.push({ record, claim: rival, ...(isOurs(claim) && { contested: true }) });
    else if (!claim || !isOurs(claim)) foreign.push(claim ? { record, claim } : { record });
    else if (hasSealedPart(claim, settings)) foreign.push({ record, claim, contested: true, sealed: true });
    else if (meansWildcard(claim, name, settings, owners)) foreign.push({ record, claim, contested: true });
    else if (view.unproven.has(recordId(record)) && !owners.forced(claim.ownership))
      foreign.push({ record, claim, unproven: true });
    else {
      const misread = view.above.includes(claim) ? undefined : otherMeaning(claim, name, { view, settings, owners });
      if (misread === undefined) ours.push({ record, claim, ...sharesIn(claim, all.filter(isOurs)) });
      else foreign.push({ record, claim, misread });
    }
  }
  const twins = foreign.flatMap(current => twinOf(current, ours, all) ?? []);
  const reserved = contenders.filter(claim => !isOurs(claim) && isIdle(claim, all, records));
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
  return all.find(
    claim =>
      !owners.ours(claim.ownership.owner) &&
      claim.ownership.owner !== deciding.ownership.owner &&
      isSameIdentifier(claim.txt, record) &&
      isIdle(claim, all, records),
  );
}

/**
 * An alias without ownership whose sibling of the other address type is ours and points to the very same target is the
 * other half of one pair, if the name still has an ownership record in a format before 0.22: ExternalDNS up to 0.15 gave
 * the AAAA none (`dualstack=true`), 0.21 lost that of the A when a CNAME became an alias. In today's format alone, somebody
 * has taken the ownership off, and the record is left alone.
 */
function twinOf({ record, claim }: CurrentRecord, ours: readonly OwnedRecord[], all: readonly Claim[]) {
  const { alias } = record;
  const isOld = ({ type, txt }: Claim) => (type === '' || type === 'CNAME') && isSameIdentifier(txt, record);
  if (claim || !alias || !all.some(isOld)) return undefined;
  const sibling = ours.find(
    other =>
      other.record.type !== record.type &&
      other.record.alias?.zoneId === alias.zoneId &&
      other.record.alias.dnsName === alias.dnsName &&
      isSameIdentifier(other.record, record),
  );
  return sibling && { record, claim: sibling.claim };
}

type MutableView = ZoneView & { readonly ownership: Map<DnsName, readonly Claim[]>; above: readonly Claim[] };

/**
 * Every zone with its ownership records, and with those of its apex that stand in a selected zone above it. Those are
 * taken out of the upper zone's, where they would look like leftovers, as long as no record set of the upper zone is what
 * they speak of and the apex records have none in their own zone.
 */
export function viewZones(zones: readonly ZoneState[], settings: PlanSettings): ZoneView[] {
  const views = zones.map(
    ({ zone, records, unproven, meant }): MutableView => ({
      zone,
      records,
      unproven,
      meant,
      unnamed: unnamedIn(zone, records, settings),
      ownership: new Map(indexOwnership(zone, records, settings.naming)),
      above: [],
    }),
  );
  const byName = new Map<DnsName, MutableView[]>();
  for (const view of views) byName.set(view.zone.name, [...(byName.get(view.zone.name) ?? []), view]);
  for (const view of views) view.above = zonesAbove(view, byName).flatMap(upper => claimsAbove(upper, view, settings));
  return views;
}

function unnamedIn(zone: HostedZone, records: ZoneView['records'], { naming }: PlanSettings): Claim[] {
  if (naming.prefix === '' && naming.suffix === '') return [];
  const unnamed: Claim[] = [];
  for (const sets of records.values()) {
    for (const txt of sets) {
      if (txt.type !== 'TXT') continue;
      const stated = ownershipsIn(txt, naming);
      if (stated.length > 0 && !readOwnershipName(txt.name, zone.name, naming))
        unnamed.push(...stated.map(one => ({ ...one, txt, type: '' })));
    }
  }
  return unnamed;
}

/** The views of the zones above a zone, of the same visibility. */
function zonesAbove({ zone }: ZoneView, byName: ReadonlyMap<DnsName, readonly MutableView[]>): MutableView[] {
  const found: MutableView[] = [];
  for (let at = zone.name.indexOf('.') + 1; at > 0; at = zone.name.indexOf('.', at) + 1) {
    found.push(...(byName.get(zone.name.slice(at)) ?? []).filter(upper => upper.zone.private === zone.private));
  }
  return found;
}

/** Moves the ownership records of a zone's apex out of the view of a zone above it. */
function claimsAbove(upper: MutableView, view: ZoneView, settings: PlanSettings): Claim[] {
  const apex = view.zone.name;
  const claims = upper.ownership.get(apex) ?? [];
  if (claims.length === 0) return [];
  const own = claimsOf(apex, view.ownership, view.records, settings.naming);
  const bare = recordsAt(apex, view).filter(record => !own.some(claim => covers(claim, record)));
  const standing = recordsAt(apex, upper);
  const moved = claims.filter(
    claim => bare.some(record => covers(claim, record)) && !standing.some(record => covers(claim, record)),
  );
  const staying = claims.filter(claim => !moved.includes(claim));
  if (staying.length > 0) upper.ownership.set(apex, staying);
  else upper.ownership.delete(apex);
  return moved;
}
