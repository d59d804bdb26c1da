import { isAddressType } from '../../model/index.ts';
import type { NameContext } from '../context.ts';
import type { Current } from '../current/current.ts';
import type { Candidate } from '../desired/candidates.ts';
import { type Settled, settleRouting } from '../routing/routing.ts';
import type { Shared } from '../sharing/shared.ts';
import { shareName } from '../sharing/sharing.ts';
import { isPartOf, refusedApart } from './apart.ts';

interface SettledName {
  readonly shared: Shared;
  /** Absent: nobody asks. */
  readonly settled?: Settled;
}

/**
 * Who shares a name, and what may stand beside each other there. Each depends on the other, so both are asked again:
 *
 * | refused, since it cannot stand beside others             | then                                            |
 * |----------------------------------------------------------|-------------------------------------------------|
 * | who has a part of what is merged, and asks for an identifier | keeps its part                              |
 * | who was to say how a name is had that nobody has         | the best of the others says it                  |
 * | all who were to have otherwise what is merged            | it goes on being merged: what has gone goes     |
 *
 * Each round refuses somebody more, so it ends.
 */
export function settleName(current: Current, asking: readonly Candidate[], around: NameContext): SettledName {
  const refused = new Set<Candidate>();
  let context = around;
  let before: Required<SettledName> | undefined;
  let isBound = false;
  for (;;) {
    const shared = shareName(current, asking, context, refused, isBound);
    if (shared.candidates.length === 0) return { shared };
    // With nobody left to say it, whoever was refused is, and does not get the name in another way.
    const said = before?.shared.chosen;
    if (before && said && refused.has(said) && !shared.chosen) return before;
    const { candidates } = shared;
    const settled = refusedApart(current, candidates, settleRouting(current, candidates, around), around);
    before = { shared, settled };
    const more = outvoted(current, asking, before, around).filter(one => !refused.has(one));
    if (more.length === 0 && !isBound && isStuck(current, before)) isBound = true;
    else if (more.length === 0) return before;
    for (const one of more) refused.add(one);
    context = { ...around, owners: settled.context.owners };
  }
}

/** Those whose refusal changes who shares the name. A candidate has one list of objects, however it is to be published. */
function outvoted(
  { ours }: Current,
  asking: readonly Candidate[],
  { shared, settled }: Required<SettledName>,
  { owners }: NameContext,
): readonly Candidate[] {
  const isPublished = (one: Candidate) => settled.candidates.some(published => isPartOf(published, one));
  const lists = new Set(shared.candidates.filter(one => !isPublished(one)).map(({ objects }) => objects));
  const isLeaderless = shared.chosen !== undefined && lists.has(shared.chosen.objects);
  const parts = ours.flatMap(({ shares = [] }) => shares);
  const hasPart = ({ objects }: Candidate) =>
    parts.some(({ ownership }) => objects.some(object => owners.isOf(ownership, object)));
  const isItself = new Set(shared.candidates);
  const isAtStake = (one: Candidate) => isLeaderless || (isItself.has(one) && hasPart(one));
  return lists.size === 0 ? [] : asking.filter(one => lists.has(one.objects) && isAtStake(one));
}

/** Whether what is merged would stay as it is, with what has gone, since of those who are to have it otherwise nobody can. */
const isStuck = ({ ours }: Current, { shared, settled }: Required<SettledName>): boolean =>
  ours.some(({ shares }) => shares) &&
  !shared.candidates.some(({ parts }) => parts) &&
  !settled.candidates.some(({ endpoints }) => endpoints.some(({ type }) => isAddressType(type)));
