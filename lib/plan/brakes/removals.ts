import { groupBy } from '../../group.ts';
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
  namespaceKey,
  namespaceOfChange,
  partyKey,
} from './brakes.ts';
import { withoutHeld } from './held.ts';
import type { Unwanted } from './unwanted.ts';

/** How many times its bound for one run the guard lets go within an hour, and how many of these of one namespace's alone. */
const RUNS_AN_HOUR = 3;
const OF_ONE_NAMESPACE = 2;

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
 * | a namespace's, with its own of the last hour more than twice as many      | held as well: the rest of the hour is the other namespaces' |
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
    const mass = judgeMass(group, unwanted, context);
    if (mass !== undefined) {
      for (const planned of group.changes) {
        held.set(planned, mass.why);
        heldWith.set(changeKey(planned.change), mass.size);
      }
      continue;
    }
    const single = isSingle(group, context);
    for (const part of byNamespace(group)) {
      // What one object takes along counts as no more than one run may remove.
      const names = single ? Math.min(part.changes.length, limitFor(part, context)) : part.changes.length;
      const why = judgeHour(part, names, removedLately([...state.removed, ...removals], now), context);
      if (why === undefined) removals.push({ ...part.party, namespace: part.namespace, at: now, names });
      else for (const planned of part.changes) held.set(planned, why);
    }
  }
  return { ...withoutHeld(changes, held, context), removals, heldWith };
}

/** Changes that are judged together; of more that were to leave at once, where others of them are judged by themselves. */
interface Part extends Group {
  readonly of?: number;
}

/** What one namespace loses in mass, and what the others lose meanwhile; what was held together before stays together. */
function parted(whole: Group, { heldWith }: Unwanted, context: BrakeContext): Part[] {
  const { settings, owned } = context;
  const { party, changes } = whole;
  if (changes.length <= limitFor(whole, context) || changes.some(({ change }) => heldWith.has(changeKey(change))))
    return [whole];
  const mass = new Set(massOf(whole, settings.guard.maxDeletes, owned()).held);
  if (mass.size === changes.length) return [whole];
  const others = changes.filter(planned => !mass.has(planned));
  return [
    { party, changes: [...mass], of: changes.length },
    { party, changes: others },
  ];
}

const limitFor = ({ party }: Group, { settings, owned }: BrakeContext) =>
  limitOf(settings.guard.maxDeletes, owned().get(partyKey(party)) ?? 0);

/** Names of which nothing is left but an ownership record are not among those that it has. */
const ofWhich = ({ party, changes }: Group, { owned, state }: BrakeContext) =>
  `of the ${Math.max(owned().get(partyKey(party)) ?? 0, changes.length)} names of ${describeParty(party)} in ${state.zone.name}`;

/** Who allows no name at all wants to be asked for each. */
const isSingle = (group: Group, context: BrakeContext) => limitFor(group, context) > 0 && isOfOneObject(group.changes);

interface Mass {
  readonly why: string;
  /** How many were to leave together. */
  readonly size: number;
}

/** Whether a group is more than may leave at once, by what it is and by what it was held with. */
function judgeMass(part: Part, { heldWith }: Unwanted, context: BrakeContext): Mass | undefined {
  const { party, changes, of: whole = 0 } = part;
  const limit = limitFor(part, context);
  const size = Math.max(changes.length, whole, ...changes.map(({ change }) => heldWith.get(changeKey(change)) ?? 0));
  if (size <= limit || (size === changes.length && isSingle(part, context))) return undefined;
  const allowed = `the ${limit} that guard.maxDeletes allows`;
  const why =
    size > changes.length
      ? `${size} names of ${describeParty(party)} in ${context.state.zone.name} were to leave at once, of which ${changes.length} are left, more than ${allowed}`
      : `${changes.length} ${ofWhich(part, context)} would leave at once, more than ${allowed}`;
  return { why, size };
}

interface OfNamespace extends Group {
  /** Empty where their objects are of several, or not known. */
  readonly namespace: string;
}

/** The fewest first: what many take is not to be in the way of few. */
function byNamespace({ party, changes }: Group): OfNamespace[] {
  return [...groupBy(changes, namespaceOfChange)]
    .map(([namespace, changes]) => ({ party, namespace, changes }))
    .sort((a, b) => a.changes.length - b.changes.length || (a.namespace < b.namespace ? -1 : 1));
}

/** Whether the last hour leaves room for so many names, for the party and for the namespace; why not. */
function judgeHour(
  part: OfNamespace,
  names: number,
  lately: readonly Removal[],
  context: BrakeContext,
): string | undefined {
  const { party, namespace, changes } = part;
  const limit = limitFor(part, context);
  const sum = (some: readonly Removal[]) => some.reduce((all, one) => all + one.names, 0);
  const theirs = lately.filter(one => partyKey(one) === partyKey(party));
  const own = sum(theirs.filter(one => one.namespace === namespace));
  const would = `${changes.length} ${ofWhich(part, context)} would leave at once`;
  const allowed = `the ${limit} that guard.maxDeletes allows`;
  if (sum(theirs) + names > RUNS_AN_HOUR * limit)
    return `${would}, and ${sum(theirs)} went in the last hour: more than ${RUNS_AN_HOUR} times ${allowed}`;
  const owned = context.owned();
  const others = (owned.get(partyKey(party)) ?? 0) - (owned.get(namespaceKey(party, namespace)) ?? 0);
  if (own + names <= RUNS_AN_HOUR * limit - Math.min(others, (RUNS_AN_HOUR - OF_ONE_NAMESPACE) * limit))
    return undefined;
  return `${would}, and ${own} of its namespace "${namespace}" went in the last hour: more than ${OF_ONE_NAMESPACE} times ${allowed}, the rest being the other namespaces’`;
}
