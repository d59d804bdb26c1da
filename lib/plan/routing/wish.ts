import type { Finding, RecordSet } from '../../model/index.ts';
import { isNear } from '../conflict/conflict.ts';
import { hasItIn, leftOut, ofFacet } from '../conflict/contenders.ts';
import { unowned } from '../conflict/unowned.ts';
import type { NameContext } from '../context.ts';
import type { Current, OwnedRecord } from '../current/current.ts';
import { decidingClaims } from '../current/shares.ts';
import { type Candidate, compareCandidates } from '../desired/candidates.ts';
import { type DesiredRecord, desiredRecords } from '../desired/desired.ts';
import { facetOf, facetOfCandidate, groupOf } from '../desired/facets.ts';
import { unmetPreconditions } from '../preconditions/preconditions.ts';
import type { Unmet } from '../preconditions/unmet.ts';
import { isManaged, type MergeScope, type PlanSettings } from '../settings.ts';
import type { Obstacle } from './beside.ts';

/** A candidate with the record sets that it would have, and what of ours its objects have at the name. */
export interface Wish {
  readonly candidate: Candidate;
  readonly records: readonly RecordSet[];
  readonly standing: readonly OwnedRecord[];
  /** Why nothing of it can be published; where it means to give up what it has, why not all of it can. */
  readonly barred?: Bar;
}

/** What no other record set of the name is the reason of. */
export type Bar = Pick<Finding, 'reason' | 'message'>;

export function wishOf(candidate: Candidate, current: Current, context: NameContext): Wish {
  const { view, settings, typesAt, owners } = context;
  // As it will be when the facet is planned by itself.
  const isPresent = hasItIn(ofFacet(current, facetOfCandidate(candidate)), context);
  const made = desiredRecords(candidate, { zone: view.zone, settings, typesAt, isPresent });
  const records = 'message' in made ? [] : managedOf(made, settings);
  const group = groupOf(candidate.endpoints[0]?.type ?? 'A');
  const standing = current.ours.filter(
    owned =>
      groupOf(owned.record.type) === group &&
      decidingClaims(owned).some(({ ownership }) => candidate.objects.some(object => owners.isOf(ownership, object))),
  );
  const wish = { candidate, records, standing: [...standing, ...unowned(current, records, candidate, context)] };
  const barred =
    nothingOf(made, candidate, settings) ?? (movesAway(wish) ? unmetBy(made, standing, current, context) : undefined);
  return { ...wish, ...(barred && { barred }) };
}

type Made = ReturnType<typeof desiredRecords>;

/** Why nothing can be published of what a candidate asks for. */
function nothingOf(made: Made, candidate: Candidate, settings: PlanSettings): Bar | undefined {
  if ('message' in made) return made;
  const isLeftOut = managedOf(made, settings).length === 0;
  return isLeftOut ? { reason: 'filtered', message: leftOut(candidate, made) } : undefined;
}

/**
 * What an object gives up for something else must not go for nothing: why it cannot be published. An AAAA that is new beside
 * an A may come later.
 */
function unmetBy(
  made: Made,
  standing: readonly OwnedRecord[],
  current: Current,
  context: NameContext,
): Bar | undefined {
  if ('message' in made) return undefined;
  const types = new Set(made.map(({ record }) => record.type));
  const mayWait = ({ type, whole }: Unmet) =>
    !whole && type === 'AAAA' && types.has('A') && !standing.some(({ record }) => record.type === type);
  const unmet = unmetPreconditions(current, made, [], context).filter(one => !mayWait(one));
  return unmet.find(({ reason }) => reason !== 'filtered');
}

const managedOf = (made: readonly DesiredRecord[], settings: PlanSettings) =>
  made.map(({ record }) => record).filter(({ type }) => isManaged(type, settings));

export function obstacleIn({ records }: Wish, look: (record: RecordSet) => Obstacle | undefined): Obstacle | undefined {
  for (const record of records) {
    const obstacle = look(record);
    if (obstacle) return obstacle;
  }
  return undefined;
}

/** Whether a wish is for what its object has already, by its set identifier: with other types, too. */
export const staysIn = ({ candidate, standing }: Pick<Wish, 'candidate' | 'standing'>): boolean =>
  standing.some(({ record }) => facetOf(record) === facetOfCandidate(candidate));

/** Whether it is for another set identifier than all that its object has. */
export const movesAway = (wish: Pick<Wish, 'candidate' | 'standing'>): boolean =>
  wish.standing.length > 0 && !staysIn(wish);

/** A record set of one who has a set identifier (or none) that another one cannot have types of its own beside. */
export function withoutRoom(
  { candidate, records }: Wish,
  first: Wish | undefined,
  merge: MergeScope,
): RecordSet | undefined {
  const [other] = first?.records ?? [];
  if (!first || !other) return undefined;
  const all = [...records, ...first.records];
  const isFree = new Set(all.map(({ type }) => type)).size === all.length && all.every(({ type }) => type !== 'CNAME');
  const isSimple = other.setIdentifier === undefined;
  return isSimple && merge !== 'object' && isFree && isNear(first.candidate, candidate, merge) ? undefined : other;
}

export const byPreference = (a: Wish, b: Wish) => compareCandidates(a.candidate, b.candidate);
