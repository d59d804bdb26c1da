import type { Finding, ObjectRef, RecordSet } from '../../model/index.ts';
import { describeObject, sameRecord } from '../../model/index.ts';
import type { NameContext } from '../context.ts';
import type { Current, OwnedRecord } from '../current/current.ts';
import { type Candidate, compareCandidates } from '../desired/candidates.ts';
import type { DesiredRecord } from '../desired/desired.ts';
import type { Keeping } from '../owners/keeping.ts';
import type { MergeScope } from '../settings.ts';
import { type Contender, contendersFor } from './contenders.ts';
import { type Holder, holdersOf } from './holders.ts';
import { GIVE_UP, losing } from './told.ts';

/** A record set of ours that belongs to an object which is not among the winners, and why it stays. */
export interface StayingRecord {
  readonly owned: OwnedRecord;
  readonly message: string;
  /** Absent: its object asks for it. */
  readonly keeping?: Keeping;
}

/** Who has a name. */
export interface Resolution {
  /** One candidate, or several of which each has types of its own; none: what stands stays. */
  readonly winners: readonly Contender[];
  /** Objects that ask for the very same as the winners: what these are told concerns them, too. */
  readonly covered: readonly ObjectRef[];
  /** Record sets that belong to other objects. */
  readonly staying: readonly StayingRecord[];
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
  const { contenders, findings } = contendersFor(current, candidates, context);
  const able = new Set(contenders.map(({ candidate }) => candidate));
  const holders = holdersOf(current, { candidates, able }, context);
  const first = chooseFirst(holders, contenders);
  const joined = first ? [first, ...joining(first, contenders, holders, context.settings.merge)] : [];
  const winners = [...joined, ...keepingTypes(joined, contenders, holders)];
  const zone = context.view.zone.id;
  const others = contenders.filter(contender => !winners.includes(contender));
  const covered = others.filter(contender => isCovered(contender, winners));
  const staying = holders.flatMap(holder => stayingOf(holder, winners, covered));
  const losers = others.filter(contender => !covered.includes(contender));
  return {
    winners,
    covered: covered.flatMap(({ candidate }) => candidate.objects),
    staying,
    findings: [...findings, ...losing(losers, winners, holders, zone)],
  };
};

function chooseFirst(holders: readonly Holder[], contenders: readonly Contender[]): Contender | undefined {
  if (holders.every(({ candidate, keeping }) => !candidate && !keeping)) return contenders[0];
  const held = holders.filter(({ owned, candidate }) => owned && candidate);
  return contenders.find(contender =>
    (held.length > 0 ? held : holders).some(({ candidate }) => candidate === contender.candidate),
  );
}

/**
 * Of the same namespace (or cluster, by `records.merge`), what wants only types of the name that are still free: a
 * Service's A beside an Ingress's AAAA.
 */
function joining(
  winner: Contender,
  contenders: readonly Contender[],
  holders: readonly Holder[],
  merge: MergeScope,
): Contender[] {
  const isRouted = winner.records.some(({ record }) => record.setIdentifier !== undefined);
  if (merge === 'object' || isRouted) return [];
  // What stands for another object, the winner too, is not free: its own new type may be blocked, and it keeps the old one.
  const standing = holders.filter(({ candidate, keeping }) => keeping ?? candidate);
  const taken = new Set(winner.records.map(({ record }) => record.type));
  return contenders.filter(({ candidate, records }) => {
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
function keepingTypes(
  winners: readonly Contender[],
  contenders: readonly Contender[],
  holders: readonly Holder[],
): Contender[] {
  const taken = new Set(winners.flatMap(({ records }) => records.map(({ record }) => record.type)));
  if (winners.length === 0 || taken.has('CNAME')) return [];
  return contenders.flatMap(({ candidate, records }) => {
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
 * A record set whose object is not among the winners and has not given it up: an object that is covered by what others have
 * has given up what it does not ask for any more.
 */
function stayingOf(
  { owned, candidate, keeping }: Holder,
  winners: readonly Contender[],
  covered: readonly Contender[],
): StayingRecord[] {
  if (!owned) return [];
  if (owned.shares) {
    // What stays of the addresses of several clusters is among what is wanted of that type, if anything is.
    const isWanted = winners.some(({ records }) => records.some(({ record }) => record.type === owned.record.type));
    return keeping && !isWanted ? [{ owned, keeping, message: keeping.message }] : [];
  }
  const isGivenUp = ({ records }: Contender) => records.every(({ record }) => record.type !== owned.record.type);
  if (covered.some(contender => contender.candidate === candidate && isGivenUp(contender))) return [];
  if (candidate && !winners.some(winner => winner.candidate === candidate)) {
    return [{ owned, message: `${candidate.objects.map(describeObject)[0]} has it; ${GIVE_UP}` }];
  }
  return keeping ? [{ owned, keeping, message: keeping.message }] : [];
}

/** Those that agree with what is published are covered. */
function isCovered({ records }: Contender, winners: readonly Contender[]): boolean {
  const published = winners.flatMap(winner => winner.records.map(({ record }) => withoutTtl(record)));
  return (
    published.length > 0 &&
    records.every(({ record }) => published.some(other => sameRecord(other, withoutTtl(record))))
  );
}

/** The TTL of a shared record is the present owner's: who asks for another one is covered all the same. */
function withoutTtl({ ttl, ...record }: RecordSet): RecordSet {
  return record;
}
