import type { DnsName, Finding, NameChange, Party, RecordSet, Removal, ZoneState } from '../../model/index.ts';
import { canonicalValue, changeKey } from '../../model/index.ts';
import type { Claim } from '../../registry/index.ts';
import type { PlannedChange } from '../context.ts';
import type { GaveUp } from '../owners/given-up.ts';
import type { Owners } from '../owners/owners.ts';
import type { Limit, PlanSettings } from '../settings.ts';
import type { Unwanted } from './unwanted.ts';

// The guard: no run takes many names out of a zone, or leads them elsewhere, unless that is what their objects asked for. It
// counts names, by the owner and cluster that lose them.
//
// | a name that is to leave the zone                                                        | counts as removed |
// |-----------------------------------------------------------------------------------------|-------------------|
// | its object is gone, filtered, or asks for nothing any more                              | yes               |
// | its object asks for other names, and has this one in its own text (annotation, rule, …) | yes               |
// | the same, and the name never stood there (a template or a listener made it, a pod has it) | yes             |
// | the same, and what stood there before is not known (no state)                           | yes               |
// | its object asks for other names, and took this one out of its own text                  | no                |
// | only its ownership record stands                                                        | as the above      |
// | the zone is above another one, which the world is led to and which has the name         | no                |
// | a person forces a run for its cluster                                                   | no                |
//
// So what the config no longer lets through counts, whichever key it is. A name that another object takes over, in the same
// batch, does not leave; it counts as updated where its targets change, unless its object gave it up in this sense.

/** What the brakes must know, besides the changes. */
export interface BrakeContext {
  readonly state: ZoneState;
  readonly settings: PlanSettings;
  readonly owners: Owners;
  /** Names that each party has in the zone, by {@link partyKey}. */
  readonly owned: ReadonlyMap<string, number>;
  /** Whether what no change removes is still not asked for by the object that has it; by `changeKey`. */
  readonly isUnwanted: (key: string) => boolean;
  readonly gaveUp: GaveUp;
  /** Whether the world finds the name in a zone below. */
  readonly isBelow: (name: DnsName) => boolean;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** The changes that a run may do, and why not the others. */
export interface Braked {
  readonly allowed: readonly PlannedChange[];
  readonly findings: readonly Finding[];
}

export const partyKey = ({ owner, cluster }: Party): string => `${owner}\n${cluster ?? ''}`;

/** How many times its bound for one run the guard lets go within an hour. */
const RUNS_AN_HOUR = 3;
const HOUR = 3_600_000;

export const leaves = ({ change }: PlannedChange): boolean => change.action === 'delete';

export const isForced = (claims: readonly Claim[], owners: Owners): boolean =>
  claims.length > 0 && claims.every(({ ownership }) => owners.forced(ownership));

/** Changes of one party that are judged together. */
interface Group {
  readonly party: Party;
  readonly changes: PlannedChange[];
}

/** Groups changes by the parties that lose something by them, and by what `key` says. */
function groupChanges(
  changes: readonly PlannedChange[],
  owners: Owners,
  key: (planned: PlannedChange) => string,
): Iterable<Group> {
  const groups = new Map<string, Group>();
  for (const planned of changes) {
    const { change, losing } = planned;
    const parties = losing.length > 0 ? losing.map(({ ownership }) => owners.partyOf(ownership)) : [change];
    for (const [of, party] of new Map(parties.map(each => [`${partyKey(each)}\n${key(planned)}`, each]))) {
      const group = groups.get(of);
      if (group) group.changes.push(planned);
      else groups.set(of, { party: pick(party), changes: [planned] });
    }
  }
  return groups.values();
}

const pick = ({ owner, cluster }: Party): Party => ({ owner, ...(cluster !== undefined && { cluster }) });

const limitOf = ({ count, percent }: Limit, owned: number) => Math.max(count, Math.floor((owned * percent) / 100));

/** What one single object takes along is no mass change, however many names it has. */
function isOfOneObject(changes: readonly PlannedChange[]): boolean {
  const objects = new Set(changes.flatMap(({ claims }) => claims.map(({ ownership }) => ownership.resource ?? '')));
  return objects.size === 1 && !objects.has('');
}

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
  for (const group of groupChanges(
    counted,
    owners,
    ({ change }) => `${unwanted.unwantedSince.get(changeKey(change))}`,
  )) {
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

interface Verdict {
  /** Why the group is held; absent: it may go. */
  readonly why?: string;
  /** How many names count towards the hour. */
  readonly names: number;
  /** How many were to leave together, where that is more than may. */
  readonly size?: number;
}

function judgeRemovals(
  { party, changes }: Group,
  { heldWith }: Unwanted,
  lately: readonly Removal[],
  context: BrakeContext,
): Verdict {
  const owned = context.owned.get(partyKey(party)) ?? 0;
  const limit = limitOf(context.settings.guard.maxDeletes, owned);
  const size = Math.max(changes.length, ...changes.map(({ change }) => heldWith.get(changeKey(change)) ?? 0));
  // Who allows no name at all wants to be asked for each.
  const single = limit > 0 && size === changes.length && isOfOneObject(changes);
  const names = single ? Math.min(changes.length, limit) : changes.length;
  const before = lately.filter(one => partyKey(one) === partyKey(party)).reduce((sum, one) => sum + one.names, 0);
  const allowed = `the ${limit} that guard.maxDeletes allows`;
  const of = `of the ${owned} names of ${describeParty(party)} in ${context.state.zone.name}`;
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

/**
 * The update breaker: of the names that one cluster has in one zone a run gives at most the larger of `maxUpdates.count` and
 * `maxUpdates.percent` other targets, or none; whether it is its objects or another's that they then lead to. A name whose
 * targets stay the same (another TTL, a CNAME made an alias) does not count, nor what one single object changes or loses.
 */
export function guardUpdates(changes: readonly PlannedChange[], context: BrakeContext): Braked {
  const { settings, owners, state } = context;
  const counted = changes.filter(
    ({ change, claims, losing }) =>
      change.action === 'update' &&
      isRetargeted(change) &&
      !isForced(losing.length > 0 ? losing : claims, owners) &&
      !(losing.length > 0 && losing.every(({ ownership }) => context.gaveUp(ownership, change.name, false))),
  );
  const held = new Map<PlannedChange, string>();
  for (const { party, changes: group } of groupChanges(counted, owners, () => '')) {
    const owned = context.owned.get(partyKey(party)) ?? 0;
    const limit = limitOf(settings.guard.maxUpdates, owned);
    if (group.length <= limit || (limit > 0 && isOfOneObject(group))) continue;
    const why = `${group.length} of the ${owned} names of ${describeParty(party)} in ${state.zone.name} would get other targets at once, more than the ${limit} that guard.maxUpdates allows`;
    for (const planned of group) held.set(planned, why);
  }
  return withoutHeld(changes, held, context);
}

function isRetargeted({ deletes, creates }: NameChange): boolean {
  const targets = (records: readonly RecordSet[]) =>
    records
      .filter(({ type }) => type !== 'TXT')
      .flatMap(({ type, alias, values = [] }) =>
        alias ? [canonicalValue('CNAME', alias.dnsName)] : values.map(value => canonicalValue(type, value)),
      );
  const before = new Set(targets(deletes));
  const after = new Set(targets(creates));
  return before.size > 0 && (before.size !== after.size || [...after].some(target => !before.has(target)));
}

function describeParty({ owner, cluster }: Party): string {
  return cluster === undefined ? `the owner "${owner}"` : `the cluster "${cluster}"`;
}

function withoutHeld(
  changes: readonly PlannedChange[],
  held: ReadonlyMap<PlannedChange, string>,
  { state, owners }: BrakeContext,
): Braked {
  const findings = [...held].map(([planned, why]): Finding => {
    const { change } = planned;
    const of = change.formerly ? `, of ${change.formerly},` : '';
    const message = `${change.name}${of} is held by the guard: ${why}. If that is meant, force a run${howToForce(planned, owners)}`;
    return {
      reason: 'held',
      message,
      name: change.name,
      zone: state.zone.id,
      ...(change.former && { former: change.former }),
      ...(change.cluster !== undefined && { cluster: change.cluster }),
    };
  });
  return { allowed: changes.filter(planned => !held.has(planned)), findings };
}

/** Which clusters a forced run must be for, where more than one could have asked for the name. */
function howToForce({ change, claims }: PlannedChange, owners: Owners): string {
  const [first] = claims;
  if (!first) return '';
  const { ownership } = first;
  const named = ownership.cluster;
  const clusters = named === undefined ? owners.clustersOf(ownership) : [named];
  // A cluster that is to have the name now must be read, too.
  if (change.cluster !== undefined && !clusters.includes(change.cluster))
    return ` for ${[...clusters, change.cluster].join(' and ')}`;
  if (named !== undefined) return ` for ${named}`;
  return clusters.length < 2 ? '' : ` for all clusters of its owner (${clusters.join(', ')})`;
}
