import type { HostedZone } from '../../model/index.ts';
import { type Claim, covers } from '../../registry/index.ts';
import type { NameContext } from '../context.ts';
import type { Current, OwnedRecord } from '../current/current.ts';
import { decidingClaims } from '../current/shares.ts';
import { type Candidate, compareCandidates } from '../desired/candidates.ts';
import { facetOf, facetOfCandidate } from '../desired/facets.ts';
import type { Keeping } from '../owners/keeping.ts';

/** Whose an ownership record is: the candidate that asks for the name, or why it stays, or nobody's any more. */
export interface Holder {
  readonly claim: Claim;
  /** Absent: somebody has removed the record set, and the object has the name all the same. */
  readonly owned?: OwnedRecord;
  readonly candidate?: Candidate;
  readonly keeping?: Keeping;
  /** The zone above in which it has the name. */
  readonly zone?: HostedZone;
}

/** Those that ask, and of them those that can be published in the zone. */
interface Asking {
  readonly candidates: readonly Candidate[];
  readonly able: ReadonlySet<Candidate>;
}

export function holdersOf(current: Current, candidates: Asking, context: NameContext): Holder[] {
  if (current.ours.length === 0 && current.claims.length === 0) return holdersAbove(current, candidates, context);
  const idle = current.claims.filter(claim => !current.ours.some(({ record }) => covers(claim, record)));
  return [
    ...current.ours.flatMap(owned =>
      decidingClaims(owned).map(claim => holderOf({ claim, owned }, current, candidates, context)),
    ),
    ...idle.map(claim => holderOf({ claim }, current, candidates, context)),
  ];
}

function holdersAbove(current: Current, asking: Asking, context: NameContext): Holder[] {
  const facets = new Set(asking.candidates.map(facetOfCandidate));
  const { ours, zone } = context.above(current.name);
  const holding = ours.filter(({ record }) => facets.has(facetOf(record)));
  return holding.map(({ claim }) => ({ ...holderOf({ claim }, current, asking, context), ...(zone && { zone }) }));
}

function holderOf(
  held: Pick<Holder, 'claim' | 'owned'>,
  current: Current,
  { candidates, able }: Asking,
  { owners }: NameContext,
): Holder {
  const { ownership } = held.claim;
  const asking = candidates.filter(({ objects }) => objects.some(object => owners.isOf(ownership, object)));
  const possible = held.owned ? asking : asking.filter(one => able.has(one));
  const candidate = asking.length > 1 ? mostLikely(possible.length > 0 ? possible : asking, held.owned) : asking[0];
  if (candidate) return { ...held, candidate };
  const keeping = owners.keeping(ownership, current.name);
  return keeping ? { ...held, keeping } : held;
}

/**
 * An ownership record without cluster may be of the same object in several: of the one that asks for what stands. Where nothing
 * stands, it is no use to anybody that it is one's which cannot be published here.
 */
function mostLikely(asking: readonly Candidate[], owned: OwnedRecord | undefined): Candidate | undefined {
  const targets = owned?.record.alias ? [owned.record.alias.dnsName] : (owned?.record.values ?? []);
  const agrees = (candidate: Candidate) => targets.every(target => candidate.targets.includes(target));
  const inOrder = [...asking].sort(compareCandidates);
  return inOrder.find(agrees) ?? inOrder.sort((a, b) => a.rank - b.rank)[0];
}
