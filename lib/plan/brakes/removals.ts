import type { Removal } from '../../model/index.ts';
import { changeKey } from '../../model/index.ts';
import type { PlannedChange } from '../context.ts';
import {
  type BrakeContext,
  type Braked,
  describeParty,
  type Group,
  groupChanges,
  isForced,
  isOfOneObject,
  leaves,
  limitOf,
  massOf,
  partyKey,
} from './brakes.ts';
import { withoutHeld } from './held.ts';
import type { Unwanted } from './unwanted.ts';

/** How many times its bound for one run the guard lets go within an hour. */
const RUNS_AN_HOUR = 3;

const HOUR = 3_600_000;

/**
 * The removals of the last hour. A clock may be wrong: what another run did within an hour from now counts as it says, a
 * later time is not believed and counts as now. So it is remembered, and counts for an hour at least.
 */
export function removedLately(removed: readonly Removal[], now: number): Removal[] {
  return removed
    .filter(({ at }) => now - at < HOUR)
    .map(removal => (removal.at - now > HOUR ? { ...removal, at: now } : removal));
}

/** What the deletion breaker let through, and what it will have to know of the rest. */
export interface BrakedRemovals extends Braked {
  readonly removals: readonly Removal[];
  readonly heldWith: ReadonlyMap<string, number>;
}

/**
 * The deletion breaker. Names that became unwanted in one run are judged together; those that were held together stay so,
 * also when some of them are wanted again or another object has taken them.
 *
 * | the names of a group                                                  | done                                 |
 * |-----------------------------------------------------------------------|--------------------------------------|
 * | at most the larger of `maxDeletes.count` and `.percent`, or one object's | removed                           |
 * | that, but with those of the last hour more than three times as many      | held until an hour has passed     |
 * | more                                                                     | held until a person forces a run  |
 * | more, mostly of one namespace, and few of what the others have ({@link massOf}) | held; those of the others are judged by themselves |
 */
export function guardRemovals(
  changes: readonly PlannedChange[],
  unwanted: Unwanted,
  context: BrakeContext,
): BrakedRemovals {
  const { owners, state, now } = context;
  const counted = changes.filter(
    planned =>
      leaves(planned) &&
      !isForced(planned.claims, owners) &&
      !unwanted.givenUp.has(changeKey(planned.change)) &&
      !context.isBelow(planned.change.name),
  );
  const held = new Map<PlannedChange, string>();
  const heldWith = new Map(unwanted.heldWith);
  const removals: Removal[] = [];
  const together = groupChanges(counted, owners, ({ change }) => `${unwanted.unwantedSince.get(changeKey(change))}`);
  for (const group of [...together].flatMap(whole => parted(whole, unwanted, context))) {
    const verdict = judgeRemovals(group, unwanted, removedLately([...state.removed, ...removals], now), context);
    for (const planned of verdict.why === undefined ? [] : group.changes) {
      held.set(planned, verdict.why as string);
      if (verdict.size !== undefined) heldWith.set(changeKey(planned.change), verdict.size);
    }
    if (verdict.why === undefined && verdict.names > 0)
      removals.push({ ...group.party, at: now, names: verdict.names });
  }
  return { ...withoutHeld(changes, held, context), removals, heldWith };
}

/** Changes that are judged together; of more that were to leave at once, where others of them are judged by themselves. */
interface Part extends Group {
  readonly of?: number;
}

/** What one namespace loses in mass, and what the others lose meanwhile; what was held together before stays together. */
function parted(whole: Group, { heldWith }: Unwanted, { settings, owned }: BrakeContext): Part[] {
  const { party, changes } = whole;
  const limit = limitOf(settings.guard.maxDeletes, owned().get(partyKey(party)) ?? 0);
  if (changes.length <= limit || changes.some(({ change }) => heldWith.has(changeKey(change)))) return [whole];
  const mass = new Set(massOf(whole, settings.guard.maxDeletes, owned()).held);
  if (mass.size === changes.length) return [whole];
  const others = changes.filter(planned => !mass.has(planned));
  return [
    { party, changes: [...mass], of: changes.length },
    { party, changes: others },
  ];
}

interface Verdict {
  /** Why the group is held; absent: it may go. */
  readonly why?: string;
  /** How many names count towards the hour. */
  readonly names: number;
  /** How many were to leave together, where that is more than may. */
  readonly size?: number;
}

function judgeRemovals(
  { party, changes, of: whole = 0 }: Part,
  { heldWith }: Unwanted,
  lately: readonly Removal[],
  context: BrakeContext,
): Verdict {
  const owned = context.owned().get(partyKey(party)) ?? 0;
  const limit = limitOf(context.settings.guard.maxDeletes, owned);
  const size = Math.max(changes.length, whole, ...changes.map(({ change }) => heldWith.get(changeKey(change)) ?? 0));
  // Who allows no name at all wants to be asked for each.
  const single = limit > 0 && size === changes.length && isOfOneObject(changes);
  const names = single ? Math.min(changes.length, limit) : changes.length;
  const before = lately.filter(one => partyKey(one) === partyKey(party)).reduce((sum, one) => sum + one.names, 0);
  const allowed = `the ${limit} that guard.maxDeletes allows`;
  // Names of which nothing is left but an ownership record are not among those that it has.
  const of = `of the ${Math.max(owned, changes.length)} names of ${describeParty(party)} in ${context.state.zone.name}`;
  if (!single && size > changes.length && size > limit) {
    const why = `${size} names of ${describeParty(party)} in ${context.state.zone.name} were to leave at once, of which ${changes.length} are left, more than ${allowed}`;
    return { why, names, size };
  }
  if (!single && size > limit)
    return { why: `${changes.length} ${of} would leave at once, more than ${allowed}`, names, size };
  if (before + names <= RUNS_AN_HOUR * limit) return { names };
  const bound = `and ${before} went in the last hour: more than ${RUNS_AN_HOUR} times ${allowed}`;
  return { why: `${changes.length} ${of} would leave at once, ${bound}`, names };
}
