import type { Finding, ObjectRef } from '../../model/index.ts';
import type { Claim } from '../../registry/index.ts';
import type { NameContext } from '../context.ts';
import type { Current } from '../current/current.ts';
import { type Candidate, compareCandidates } from '../desired/candidates.ts';
import { type DesiredRecord, desiredRecords } from '../desired/desired.ts';
import { type Facet, facetOf } from '../desired/facets.ts';
import { findingsOf } from '../findings.ts';
import { isManaged } from '../settings.ts';

/** A candidate with the record sets that it would have in this zone. */
export interface Contender {
  readonly candidate: Candidate;
  readonly records: readonly DesiredRecord[];
}

export function contendersFor(current: Current, candidates: readonly Candidate[], context: NameContext) {
  const { view, settings, typesAt, sharedTtl } = context;
  const isPresent = hasItIn(current, context);
  const contenders: Contender[] = [];
  const findings: Finding[] = [];
  const tell = (candidate: Candidate, { reason, message }: Pick<Finding, 'reason' | 'message'>) =>
    findings.push(...findingsOf(candidate, reason, message, view.zone.id));
  for (const candidate of candidates) {
    const shared = sharedTtl && { sharedTtl };
    const records = desiredRecords(candidate, { zone: view.zone, settings, typesAt, isPresent, ...shared });
    if ('message' in records) tell(candidate, records);
    else if (
      candidate.objects.some(object => isPresent(object)) ||
      records.some(({ record }) => isManaged(record.type, settings))
    )
      contenders.push({ candidate, records });
    else tell(candidate, { reason: 'filtered', message: leftOut(candidate, records) });
  }
  return { contenders: contenders.sort((a, b) => compareCandidates(a.candidate, b.candidate)), findings };
}

/** What stands of one facet of a name. */
export const ofFacet = (current: Current, facet: Facet): Current => ({
  ...current,
  ours: current.ours.filter(({ record }) => facetOf(record) === facet),
  claims: current.claims.filter(({ type, txt }) => facetOf({ ...txt, type: type || 'A' }) === facet),
});

/** Whether an object has the name (or a type of it): of several whose addresses are put together, that one says the TTL. */
export function hasItIn(current: Current, context: NameContext): (object: ObjectRef, type?: string) => boolean {
  const present = presentClaims(current, context);
  return (object, type) =>
    present.some(one => (type === undefined || one.type === type) && context.owners.isOf(one.claim.ownership, object));
}

interface PresentClaim {
  readonly claim: Claim;
  /** Of the record set that it decides over. */
  readonly type: string;
}

/** The ownership records of whoever has the name here; where nobody does, of whoever has it in the zone above. */
function presentClaims({ name, ours, claims }: Current, { above }: NameContext): readonly PresentClaim[] {
  if (ours.length === 0 && claims.length > 0) return claims.map(claim => ({ claim, type: claim.type }));
  const standing = ours.length > 0 ? ours : above(name).ours;
  return standing.map(({ claim, record: { type } }) => ({ claim, type }));
}

/** Who could not publish anything does not compete. */
export function leftOut({ name }: Candidate, records: readonly DesiredRecord[]): string {
  const types = [...new Set(records.map(({ record }) => record.type))].sort().join(' and ');
  return `${name} ${types} is not published: records.types leaves it out`;
}
