import type { Finding } from '../../model/index.ts';
import type { Claim } from '../../registry/index.ts';
import { composeChange, renewOwnership } from '../change/change.ts';
import type { NameContext, PlannedChange } from '../context.ts';
import { type Current, type OwnedRecord, possiblyOurs } from '../current/current.ts';
import { decidingClaims } from '../current/shares.ts';
import type { Candidate } from '../desired/candidates.ts';
import { facetOf, facetOfCandidate } from '../desired/facets.ts';
import type { Keeping } from '../owners/keeping.ts';
import { withoutDrained } from '../sharing/drained.ts';
import { planFacet } from './facet.ts';
import { allIdle, strayClaims } from './idle.ts';
import { isInStep } from './in-step.ts';
import { type FacetPlan, type NamePlan, tell } from './name-plan.ts';
import { settleName } from './settle.ts';
import { ofOneSet, togetherParts } from './together.ts';
import { planUndesired } from './undesired.ts';

/** Plans one name: who has it, what should stand there, what may be done about it. Pure. */
export function planName(current: Current, asking: readonly Candidate[], around: NameContext): NamePlan {
  if (isInStep(current, asking, around)) return { changes: [], findings: [], stray: [] };
  return planThoroughly(current, asking, around);
}

/** The same for any name. */
function planThoroughly(current: Current, asking: readonly Candidate[], around: NameContext): NamePlan {
  const { shared, settled: whole } = settleName(current, asking, around);
  if (!whole) {
    const undesired = planUndesired(current, around);
    return { ...undesired, findings: [...shared.findings, ...undesired.findings] };
  }
  const { candidates, context, gives, adopted, ...settled } = whole;
  const facets = new Set([...candidates.map(facetOfCandidate), ...current.ours.map(({ record }) => facetOf(record))]);
  const possible = withoutMixedCname(
    [...facets].sort().map(facet => planFacet(facet, { whole: current, candidates, gives, adopted }, context)),
    current,
    context,
  );
  const { parts, ...drained } = withoutDrained(possible, current, candidates, context);
  const isTold = ({ object }: Finding) => object === undefined || !shared.absent.has(object);
  const all = [...shared.findings, ...settled.findings, ...parts.flatMap(part => part.findings), ...drained.findings];
  const findings = all.filter(isTold);
  const [keeping] = parts.flatMap(part => part.keeping ?? []);
  // Where no object has the rest of the name, those that ask are told why.
  const isCovered = parts.some(({ objects }) => objects.length > 0);
  const left = !keeping && isCovered ? leftBehind(current, context) : undefined;
  const told = { findings, ...(keeping && { keeping }), ...(left && { keeping: left, partly: true }) };
  const asked = parts.map(part => ({ ...part, objects: part.objects.filter(one => !shared.absent.has(one)) }));
  const changes = togetherParts(asked).flatMap((together, i) => changeOf(together, i === 0, current, context));
  return { changes, ...told, stray: changes.length === 0 ? strayClaims(current, context) : [] };
}

/** Why a part of a name stays of which the object can be read no more, until a person says so. */
function leftBehind({ name, ours }: Current, { owners }: NameContext): Keeping | undefined {
  return ours
    .flatMap(owned => decidingClaims(owned).map(({ ownership }) => owners.keeping(ownership, name, owned.record)))
    .find(keeping => keeping?.why === 'departed' || keeping?.why === 'unlisted');
}

/** The change of parts that go together. Ownership records that decide over nothing go with the first of the name. */
function changeOf(
  parts: readonly FacetPlan[],
  first: boolean,
  current: Current,
  context: NameContext,
): PlannedChange[] {
  const deltas = parts.flatMap(part => part.deltas);
  const creating = parts.filter(part => part.deltas.some(({ after }) => after));
  const [party] = [...creating, ...parts].flatMap(part => part.party ?? []);
  if (deltas.length === 0 || !party) return [];
  const objects = parts.flatMap(part => part.objects);
  const spared = first ? [] : allIdle(current);
  return [composeChange({ current, deltas, party, objects, spared, ...ofOneSet(deltas) }, context)];
}

/**
 * A change that says nothing new: the ownership records of a name, as far as they are in step, get another text. So do those
 * of a record set that is left to a person, since it may be another name's: the run that was overtaken saw no such doubt.
 */
export function planRenewal(current: Current, planned: NamePlan, context: NameContext): readonly PlannedChange[] {
  if (planned.changes.some(({ change }) => change.setIdentifier === undefined)) return [];
  const changing = new Set(planned.changes.flatMap(({ claims }) => claims));
  const claims = renewable(current, context).filter(claim => !changing.has(claim));
  const isFrozen = claims.some(({ ownership }) => context.owners.frozen(ownership));
  return claims.length > 0 && !isFrozen ? [renewOwnership(current.name, claims, context)] : [];
}

/** The ownership records of ours in this zone that decide over a record set. */
function renewable(current: Current, { owners, view }: NameContext): Claim[] {
  const claims = new Set(possiblyOurs(current, owners).map(({ claim }) => claim));
  return [...claims].filter(claim => !view.above.includes(claim));
}

/** Where one object wants a CNAME at a name and another one a record of another type, the CNAME gives way; one that stands does not. */
function withoutMixedCname(parts: readonly FacetPlan[], current: Current, context: NameContext): readonly FacetPlan[] {
  const { name, ours } = current;
  const creates = (part: FacetPlan) => part.deltas.flatMap(({ after }) => after?.record.type ?? []);
  const giveUp = (part: FacetPlan, type: string, message: string): FacetPlan => ({
    ...part,
    deltas: [],
    findings: [...part.findings, ...tell({ name, objects: part.objects, context }, 'conflict', message, type)],
  });
  const goes = (owned: OwnedRecord) =>
    parts.some(({ deltas }) => deltas.some(({ before, after }) => before === owned && !after));
  if (ours.some(owned => owned.record.type === 'CNAME' && !goes(owned))) {
    return parts.map(part => {
      const [type] = creates(part).filter(each => each !== 'CNAME');
      const message = `${name} ${type} is not published: ${name} has a CNAME, and DNS allows nothing beside it`;
      return type === undefined ? part : giveUp(part, type, message);
    });
  }
  const mixed = parts.find(part => creates(part).includes('CNAME'));
  const others = parts.flatMap(creates).filter(type => type !== 'CNAME');
  if (!mixed || others.length === 0) return parts;
  const message = `${name} CNAME is not published: ${[...new Set(others)].sort().join(', ')} records are asked for too, and DNS allows nothing beside a CNAME`;
  return parts.map(part => (creates(part).includes('CNAME') ? giveUp(part, 'CNAME', message) : part));
}
