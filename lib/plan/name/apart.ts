import { groupBy } from '../../group.ts';
import { describeObject, isAddressType, type ObjectRef } from '../../model/index.ts';
import type { Claim } from '../../registry/index.ts';
import type { NameContext } from '../context.ts';
import type { Current } from '../current/current.ts';
import { decidingClaims } from '../current/shares.ts';
import type { Candidate } from '../desired/candidates.ts';
import { type Settled, settleRouting } from '../routing/routing.ts';

/**
 * Objects whose addresses are put together are refused together. Where some have A alone and the others AAAA alone, only what
 * cannot stand is refused: an A that others have by set identifiers keeps no AAAA away, and its object costs nobody else.
 */
export function refusedApart(
  current: Current,
  candidates: readonly Candidate[],
  settled: Settled,
  around: NameContext,
) {
  const published = new Set(settled.candidates);
  const apart = new Map(
    candidates.flatMap(one => {
      const types = published.has(one) ? [] : byType(one, current, around);
      return types.length > 1 ? [[one, types] as const] : [];
    }),
  );
  if (apart.size === 0) return settled;
  const again = settleRouting(
    current,
    candidates.flatMap(one => apart.get(one) ?? one),
    around,
  );
  const isOneOf = new Set(again.candidates);
  return [...apart.values()].flat().some(one => isOneOf.has(one)) ? again : settled;
}

/** Whether a candidate is another one, or what of it is published apart. */
export const isPartOf = (part: Candidate, whole: Candidate): boolean =>
  part === whole || (part.endpoints.length > 0 && part.endpoints.every(one => whole.endpoints.includes(one)));

/** A candidate for each address type, if no object has two, and each has nothing at the name but its own type. */
function byType(candidate: Candidate, { ours }: Current, { owners }: NameContext): readonly Candidate[] {
  const types = [...groupBy(candidate.endpoints, ({ type }) => type)].map(([type, endpoints]) => {
    const having = new Set(endpoints.map(({ object }) => describeObject(object)));
    return { type: type as string, endpoints, isOf: (object: ObjectRef) => having.has(describeObject(object)) };
  });
  const isOfSeveral = (object: ObjectRef) => types.filter(one => one.isOf(object)).length > 1;
  if (types.length < 2 || candidate.objects.some(isOfSeveral)) return [];
  const hasOther = ({ ownership }: Claim, type: string) =>
    candidate.objects.some(
      object => owners.isOf(ownership, object) && !types.some(one => one.type === type && one.isOf(object)),
    );
  const standing = ours.filter(({ record }) => isAddressType(record.type));
  if (standing.some(owned => decidingClaims(owned).some(claim => hasOther(claim, owned.record.type)))) return [];
  return types.map(({ type, endpoints, isOf }) => ({
    ...candidate,
    ...partsOf(candidate, type),
    objects: candidate.objects.filter(isOf),
    endpoints,
    targets: [...new Set(endpoints.flatMap(({ targets }) => targets))].sort(),
  }));
}

/** The parts that clusters have of a type, each of an object that has it. It counts for the cluster that the whole counts for, if that has one. */
function partsOf({ parts, cluster }: Candidate, type: string): Partial<Candidate> {
  const having = (parts ?? []).flatMap(part => {
    const of = part.endpoints.filter(one => one.type === type).map(one => one.object);
    const [object] = of.filter(one => describeObject(one) === describeObject(part.object)).concat(of);
    return object ? [{ ...part, object }] : [];
  });
  const first = having.find(({ object }) => object.cluster === cluster) ?? having[0];
  return first ? { parts: having, owner: first.owner, cluster: first.object.cluster } : {};
}
