import { groupBy } from '../../group.ts';
import { recordId } from '../../model/index.ts';
import type { Candidate } from '../desired/candidates.ts';
import { facetOf, facetOfCandidate } from '../desired/facets.ts';
import type { MergeScope } from '../settings.ts';
import type { Alone } from './alone.ts';
import { Beside, type Obstacle } from './beside.ts';
import type { Judged } from './judge.ts';
import { type Bar, byPreference, movesAway, obstacleIn, staysIn, type Wish, withoutRoom } from './wish.ts';

interface Granted {
  /** Whose record sets are to stand: one a set identifier, or two that share its types. */
  readonly leads: readonly Wish[];
  readonly beside: Beside;
  readonly refused: ReadonlyMap<Candidate, Obstacle | Bar>;
}

/** Objects that have nothing at the name yet, one after the other, as far as there is room beside the others. */
export function grantNew(
  wishes: readonly Wish[],
  { fixed, holders }: Judged,
  { merge, alone }: { readonly merge: MergeScope; readonly alone: Alone },
): Granted {
  const leads = [...holders];
  const beside = new Beside([...fixed, ...holders.flatMap(({ records }) => records)]);
  const refused = new Map<Candidate, Obstacle | Bar>();
  const left = new Set(
    holders.filter(movesAway).flatMap(({ standing }) => standing.map(({ record }) => facetOf(record))),
  );
  const held = groupBy(holders, ({ candidate }) => facetOfCandidate(candidate));
  const taken = new Map(held);
  for (const wish of wishes.filter(({ standing }) => standing.length === 0).sort(byPreference)) {
    const facet = facetOfCandidate(wish.candidate);
    if (wish.barred) {
      // What stands there waits for it, but not where its object goes elsewhere.
      if (left.has(facet)) refused.set(wish.candidate, wish.barred);
      continue;
    }
    const moved = movedHere(wish, held.get(facet) ?? [], merge);
    const obstacle = moved ?? alone.obstacleTo(wish) ?? obstacleIn(wish, record => beside.obstacleToNew(record));
    if (obstacle) refused.set(wish.candidate, obstacle);
    else if ((taken.get(facet) ?? []).every(first => withoutRoom(wish, first, merge) === undefined)) {
      // Also one that adds types of its own to what a neighbour has: they stand in the way of what comes after it.
      taken.set(facet, [...(taken.get(facet) ?? []), wish]);
      leads.push(wish);
      for (const record of wish.records) beside.add(record);
    }
  }
  return { leads, beside, refused };
}

/** An object of the name that takes a set identifier which is new there goes before others that ask for it, too. */
function movedHere(wish: Wish, here: readonly Wish[], merge: MergeScope): Obstacle | undefined {
  const [first] = here;
  if (!first || here.some(staysIn)) return undefined;
  const ids = new Set(wish.records.map(recordId));
  const other = first.records.find(one => ids.has(recordId(one))) ?? withoutRoom(wish, first, merge);
  return other && { conflict: 'taken', other };
}
