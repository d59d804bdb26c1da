import { groupBy } from '../../group.ts';
import type { Finding, HostedZone, ManagedType, ObjectRef, RecordSet, ZoneId } from '../../model/index.ts';
import { canonicalValue, describeObject, sameRecord } from '../../model/index.ts';
import { type Claim, covers } from '../../registry/index.ts';
import { firstAndCount } from '../../shown.ts';
import type { NameContext } from '../context.ts';
import type { Current, OwnedRecord } from '../current/current.ts';
import { decidingClaims } from '../current/shares.ts';
import { type Candidate, compareCandidates } from '../desired/candidates.ts';
import { type DesiredRecord, desiredRecords } from '../desired/desired.ts';
import { facetOf, facetOfCandidate } from '../desired/facets.ts';
import type { Keeping } from '../owners/owners.ts';
import type { MergeScope, PlanSettings } from '../settings.ts';

/** A candidate with the record sets that it would have in this zone. */
export interface Offer {
  readonly candidate: Candidate;
  readonly records: readonly DesiredRecord[];
}

/** A record set of ours that belongs to an object which is not among the winners, and why it stays. */
export interface KeptRecord {
  readonly owned: OwnedRecord;
  readonly message: string;
  /** Absent: its object asks for it. */
  readonly keeping?: Keeping;
}

/** Who has a name. */
export interface Resolution {
  /** One candidate, or several of which each has types of its own; none: what stands stays. */
  readonly winners: readonly Offer[];
  /** Objects that ask for the very same as the winners: what these are told concerns them, too. */
  readonly served: readonly ObjectRef[];
  /** Record sets that belong to other objects. */
  readonly kept: readonly KeptRecord[];
  readonly findings: readonly Finding[];
}

/**
 * Decides who has a name, for the record types of one facet. The one seam at which other rules can be chosen.
 *
 * | what stands                                      | who has the name                                            |
 * |--------------------------------------------------|-------------------------------------------------------------|
 * | nothing of ours, or its objects have given it up | the best candidate by {@link compareCandidates}             |
 * | a record of an object that asks for it           | that object's candidate                                     |
 * | a record of an object that waits or was not read | that object, and what stands stays                          |
 *
 * A zone that has nothing of ours at the name may be new, below the one in which the name stands: there the same object has it.
 */
export type ConflictResolver = (current: Current, candidates: readonly Candidate[], context: NameContext) => Resolution;

export const firstKeeps: ConflictResolver = (current, candidates, context) => {
  const holders = holdersOf(current, candidates, context);
  const { offers, findings } = makeOffers(current, candidates, context);
  const first = chooseFirst(holders, offers);
  const joined = first ? [first, ...joining(first, offers, holders, context.settings.merge)] : [];
  const winners = [...joined, ...keepingTypes(joined, offers, holders)];
  const zone = context.view.zone.id;
  const others = offers.filter(offer => !winners.includes(offer));
  const served = others.filter(offer => isServed(offer, winners));
  const kept = holders.flatMap(holder => keptBy(holder, winners, served));
  const losers = others.filter(offer => !served.includes(offer));
  return {
    winners,
    served: served.flatMap(({ candidate }) => candidate.objects),
    kept,
    findings: [...findings, ...losing(losers, winners, holders, zone), ...merging(winners, zone)],
  };
};

/** Whose an ownership record is: the candidate that asks for the name, or why it stays, or nobody's any more. */
interface Holder {
  readonly claim: Claim;
  /** Absent: somebody has removed the record set, and the object has the name all the same. */
  readonly owned?: OwnedRecord;
  readonly candidate?: Candidate;
  readonly keeping?: Keeping;
  /** The zone above in which it has the name. */
  readonly zone?: HostedZone;
}

function holdersOf(current: Current, candidates: readonly Candidate[], context: NameContext): Holder[] {
  if (current.ours.length === 0 && current.claims.length === 0) return holdersAbove(current, candidates, context);
  const idle = current.claims.filter(claim => !current.ours.some(({ record }) => covers(claim, record)));
  return [
    ...current.ours.flatMap(owned =>
      decidingClaims(owned).map(claim => holderOf({ claim, owned }, current, candidates, context)),
    ),
    ...idle.map(claim => holderOf({ claim }, current, candidates, context)),
  ];
}

function holdersAbove(current: Current, candidates: readonly Candidate[], context: NameContext): Holder[] {
  const facets = new Set(candidates.map(facetOfCandidate));
  const { ours, zone } = context.above(current.name);
  const holding = ours.filter(({ record }) => facets.has(facetOf(record)));
  return holding.map(({ claim }) => ({ ...holderOf({ claim }, current, candidates, context), ...(zone && { zone }) }));
}

function holderOf(
  held: Pick<Holder, 'claim' | 'owned'>,
  current: Current,
  candidates: readonly Candidate[],
  { owners }: NameContext,
): Holder {
  const { ownership } = held.claim;
  const asking = candidates.filter(({ objects }) => objects.some(object => owners.isOf(ownership, object)));
  const candidate = asking.length > 1 ? mostLikely(asking, held.owned) : asking[0];
  if (candidate) return { ...held, candidate };
  const keeping = owners.keeping(ownership, current.name);
  return keeping ? { ...held, keeping } : held;
}

/** An ownership record without cluster may be of the same object in several: of the one that asks for what stands. */
function mostLikely(asking: readonly Candidate[], owned: OwnedRecord | undefined): Candidate | undefined {
  const targets = owned?.record.alias ? [owned.record.alias.dnsName] : (owned?.record.values ?? []);
  const agrees = (candidate: Candidate) => targets.every(target => candidate.targets.includes(target));
  return asking.find(agrees) ?? [...asking].sort((a, b) => a.rank - b.rank)[0];
}

function makeOffers(current: Current, candidates: readonly Candidate[], context: NameContext) {
  const { view, settings, typesAt, sharedTtl, owners } = context;
  const present = presentClaims(current, context);
  const isPresent = (object: ObjectRef) => present.some(({ ownership }) => owners.isOf(ownership, object));
  const offers: Offer[] = [];
  const findings: Finding[] = [];
  const tell = (candidate: Candidate, { reason, message }: Pick<Finding, 'reason' | 'message'>) =>
    findings.push(...findingsOf(candidate, reason, message, view.zone.id));
  for (const candidate of candidates) {
    const shared = sharedTtl && { sharedTtl };
    const records = desiredRecords(candidate, { zone: view.zone, settings, typesAt, isPresent, ...shared });
    if ('message' in records) tell(candidate, records);
    else if (candidate.objects.some(isPresent) || records.some(({ record }) => isManagedType(record, settings)))
      offers.push({ candidate, records });
    else tell(candidate, { reason: 'filtered', message: leftOut(candidate, records) });
  }
  return { offers: offers.sort((a, b) => compareCandidates(a.candidate, b.candidate)), findings };
}

/** The ownership records of whoever has the name here; where nobody does, of whoever has it in the zone above. */
function presentClaims({ name, ours, claims }: Current, { above }: NameContext): readonly Claim[] {
  if (ours.length === 0 && claims.length > 0) return claims;
  return (ours.length > 0 ? ours : above(name).ours).map(({ claim }) => claim);
}

const isManagedType = ({ type }: RecordSet, { types }: PlanSettings) => types.includes(type as ManagedType);

/** Who could not publish anything does not compete. */
function leftOut({ name }: Candidate, records: readonly DesiredRecord[]): string {
  const types = [...new Set(records.map(({ record }) => record.type))].sort().join(' and ');
  return `${name} ${types} is not published: records.types leaves it out`;
}

function chooseFirst(holders: readonly Holder[], offers: readonly Offer[]): Offer | undefined {
  if (holders.every(({ candidate, keeping }) => !candidate && !keeping)) return offers[0];
  const held = holders.filter(({ owned, candidate }) => owned && candidate);
  return offers.find(offer =>
    (held.length > 0 ? held : holders).some(({ candidate }) => candidate === offer.candidate),
  );
}

/**
 * Of the same namespace (or cluster, by `records.merge`), what wants only types of the name that are still free: a
 * Service's A beside an Ingress's AAAA.
 */
function joining(winner: Offer, offers: readonly Offer[], holders: readonly Holder[], merge: MergeScope): Offer[] {
  const isRouted = winner.records.some(({ record }) => record.setIdentifier !== undefined);
  if (merge === 'object' || isRouted) return [];
  // What stands for another object, the winner too, is not free: its own new type may be blocked, and it keeps the old one.
  const standing = holders.filter(({ candidate, keeping }) => keeping ?? candidate);
  const taken = new Set(winner.records.map(({ record }) => record.type));
  return offers.filter(({ candidate, records }) => {
    if (candidate === winner.candidate || !isNear(winner.candidate, candidate, merge)) return false;
    const isFree = ({ record: { type } }: DesiredRecord) =>
      !taken.has(type) &&
      type !== 'CNAME' &&
      standing.every(other => other.owned?.record.type !== type || other.candidate === candidate);
    if (records.length === 0 || taken.has('CNAME') || !records.every(isFree)) return false;
    for (const { record } of records) taken.add(record.type);
    return true;
  });
}

/** Whoever has some types of a name that another one has, too, goes on having these, and no other. */
function keepingTypes(winners: readonly Offer[], offers: readonly Offer[], holders: readonly Holder[]): Offer[] {
  const taken = new Set(winners.flatMap(({ records }) => records.map(({ record }) => record.type)));
  if (winners.length === 0 || taken.has('CNAME')) return [];
  return offers.flatMap(({ candidate, records }) => {
    if (winners.some(winner => winner.candidate === candidate)) return [];
    const isOwn = ({ record: { type } }: DesiredRecord) =>
      type !== 'CNAME' &&
      !taken.has(type) &&
      holders.some(holder => holder.candidate === candidate && holder.owned?.record.type === type);
    const own = records.filter(isOwn);
    return own.length > 0 ? [{ candidate, records: own }] : [];
  });
}

/** Whether two are of one namespace (or cluster, by `records.merge`), so that each may have types of its own of a name. */
export function isNear(one: Candidate, other: Candidate, merge: MergeScope): boolean {
  const namespaces = new Set([...one.objects, ...other.objects].map(({ namespace }) => namespace));
  return one.cluster === other.cluster && (merge === 'cluster' || namespaces.size === 1);
}

/**
 * A record set whose object is not among the winners and has not given it up: an object that is served by what others have
 * has given up what it does not ask for any more.
 */
function keptBy(
  { owned, candidate, keeping }: Holder,
  winners: readonly Offer[],
  served: readonly Offer[],
): KeptRecord[] {
  // What stays of the addresses of several clusters is among what is wanted.
  if (!owned || owned.shares) return [];
  const isGivenUp = ({ records }: Offer) => records.every(({ record }) => record.type !== owned.record.type);
  if (served.some(offer => offer.candidate === candidate && isGivenUp(offer))) return [];
  if (candidate && !winners.some(winner => winner.candidate === candidate)) {
    return [{ owned, message: `${candidate.objects.map(describeObject)[0]} has it; ${GIVE_UP}` }];
  }
  return keeping ? [{ owned, keeping, message: keeping.message }] : [];
}

/** How many objects a message names. */
const SHOWN = 3;

export function listObjects(objects: readonly ObjectRef[]): string {
  return firstAndCount(objects, SHOWN, describeObject);
}

/** Candidates that want something else than what is published. */
function losing(
  losers: readonly Offer[],
  winners: readonly Offer[],
  holders: readonly Holder[],
  zone: ZoneId,
): Finding[] {
  const unread = holders.find(({ keeping }) => keeping && keeping.why !== 'waiting');
  const reason = winners.length === 0 && unread ? 'frozen' : 'conflict';
  return losers.flatMap(({ candidate }) =>
    findingsOf(candidate, reason, `${candidate.name} ${whoHas(winners, holders)}`, zone),
  );
}

/** Those that agree with what is published are served. */
function isServed({ records }: Offer, winners: readonly Offer[]): boolean {
  const published = winners.flatMap(winner => winner.records.map(({ record }) => withoutTtl(record)));
  return (
    published.length > 0 &&
    records.every(({ record }) => published.some(other => sameRecord(other, withoutTtl(record))))
  );
}

/** The TTL of a shared record is the present owner's: who asks for another one is served all the same. */
function withoutTtl({ ttl, ...record }: RecordSet): RecordSet {
  return record;
}

/** What ends a conflict of two objects. */
const GIVE_UP = 'take the hostname out of one of the two';

function whoHas(winners: readonly Offer[], holders: readonly Holder[]): string {
  const objects = winners.flatMap(({ candidate }) => candidate.objects);
  if (objects.length > 0) return `is published for ${listObjects(objects)}, which also asks for it: ${GIVE_UP}`;
  const holder = holders.find(({ candidate, keeping }) => candidate ?? keeping);
  if (holder?.candidate)
    return `belongs to ${listObjects(holder.candidate.objects)}, which also asks for it: ${GIVE_UP}`;
  const resource = holder?.claim.ownership.resource ?? 'an object';
  const where = holder?.zone ? ` in ${holder.zone.name} (${holder.zone.id})` : '';
  return `is left as it is: ${resource} has it${where}, and ${holder?.keeping?.message}`;
}

/** Whoever is published together with others is told of it, unless it asks by itself for all that is published. */
function merging(winners: readonly Offer[], zone: ZoneId): Finding[] {
  const objects = winners.flatMap(({ candidate }) => candidate.objects);
  if (objects.length < 2) return [];
  const isShared = winners.some(({ candidate: { parts = [] } }) => parts.length > 1);
  const message = `has the addresses of ${listObjects(objects)} together (${isShared ? 'sharing: merge' : 'records.merge'})`;
  return winners.flatMap(({ candidate }) => {
    const own = groupBy(candidate.endpoints, ({ object }) => describeObject(object));
    const all = targetsOf(candidate.endpoints);
    return candidate.objects
      .filter(object => winners.length > 1 || targetsOf(own.get(describeObject(object)) ?? []) < all)
      .map(object => ({
        reason: 'merged' as const,
        message: `${candidate.name} ${message}`,
        object,
        name: candidate.name,
        zone,
      }));
  });
}

/** How many different targets endpoints have. */
const targetsOf = (endpoints: Candidate['endpoints']) =>
  new Set(endpoints.flatMap(({ type, targets }) => targets.map(target => canonicalValue(type, target)))).size;

export function findingsOf(
  { name, objects }: Pick<Candidate, 'name' | 'objects'>,
  reason: Finding['reason'],
  message: string,
  zone?: ZoneId,
  type?: string,
): Finding[] {
  return objects.map(object => ({
    reason,
    message,
    object,
    name,
    ...(zone !== undefined && { zone }),
    ...(type !== undefined && { type }),
  }));
}
