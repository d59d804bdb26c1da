import type { RecordSet } from '../../model/index.ts';
import { isNear } from '../conflict/conflict.ts';
import { hasItIn, ofFacet } from '../conflict/contenders.ts';
import { unowned } from '../conflict/unowned.ts';
import type { NameContext } from '../context.ts';
import type { Current, OwnedRecord } from '../current/current.ts';
import { decidingClaims } from '../current/shares.ts';
import { type Candidate, compareCandidates } from '../desired/candidates.ts';
import { desiredRecords } from '../desired/desired.ts';
import { facetOf, facetOfCandidate, groupOf } from '../desired/facets.ts';
import { isManaged, type MergeScope } from '../settings.ts';
import type { Obstacle } from './beside.ts';

/** A candidate with the record sets that it would have, and what of ours its objects have at the name. */
export interface Wish {
  readonly candidate: Candidate;
  readonly records: readonly RecordSet[];
  readonly standing: readonly OwnedRecord[];
}

export function wishOf(candidate: Candidate, current: Current, context: NameContext): Wish {
  const { view, settings, typesAt, owners } = context;
  // As it will be when the facet is planned by itself.
  const isPresent = hasItIn(ofFacet(current, facetOfCandidate(candidate)), context);
  const made = desiredRecords(candidate, { zone: view.zone, settings, typesAt, isPresent });
  const records =
    'message' in made ? [] : made.map(({ record }) => record).filter(({ type }) => isManaged(type, context.settings));
  const group = groupOf(candidate.endpoints[0]?.type ?? 'A');
  const standing = current.ours.filter(
    owned =>
      groupOf(owned.record.type) === group &&
      decidingClaims(owned).some(({ ownership }) => candidate.objects.some(object => owners.isOf(ownership, object))),
  );
  return { candidate, records, standing: [...standing, ...unowned(current, records, candidate, context)] };
}

export function obstacleIn({ records }: Wish, look: (record: RecordSet) => Obstacle | undefined): Obstacle | undefined {
  for (const record of records) {
    const obstacle = look(record);
    if (obstacle) return obstacle;
  }
  return undefined;
}

/** Whether a wish is for what its object has already, by its set identifier: with other types, too. */
export const staysIn = ({ candidate, standing }: Wish): boolean =>
  standing.some(({ record }) => facetOf(record) === facetOfCandidate(candidate));

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
