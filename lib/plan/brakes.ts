import { groupBy } from '../group.ts';
import type { Finding, NameChange, Party, RecordSet, Removal, ZoneState } from '../model/index.ts';
import { canonicalValue, changeKey } from '../model/index.ts';
import type { PlannedChange } from './context.ts';
import type { Owners } from './owners.ts';
import type { Limit, PlanSettings } from './settings.ts';

/** What the brakes must know, besides the changes. */
export interface BrakeContext {
  readonly state: ZoneState;
  readonly settings: PlanSettings;
  readonly owners: Owners;
  /** Names that each party has in the zone, by {@link partyKey}. */
  readonly owned: ReadonlyMap<string, number>;
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

const leaves = ({ change }: PlannedChange) => change.action === 'delete';
const isForced = ({ claims }: PlannedChange, owners: Owners) =>
  claims.length > 0 && claims.every(({ ownership }) => owners.forced(ownership));

/** When what is to leave the zone, by `changeKey`, was first seen to be wanted by nobody. */
export function unwantedSince(changes: readonly PlannedChange[], { state, now }: BrakeContext): Map<string, number> {
  // A time from the future is not believed.
  const known = (key: string) => Math.min(state.unwantedSince.get(key) ?? now, now);
  return new Map(changes.filter(leaves).map(({ change }) => [changeKey(change), known(changeKey(change))]));
}

/** Removals wait for `guard.deleteAfter` from the run that first saw the name unwanted; a person's force does not wait. */
export function awaitGrace(
  changes: readonly PlannedChange[],
  since: ReadonlyMap<string, number>,
  { state, settings, owners, now }: BrakeContext,
): Braked {
  const { deleteAfterMs } = settings.guard;
  const findings: Finding[] = [];
  const allowed = changes.filter(planned => {
    const { name } = planned.change;
    const waited = now - (since.get(changeKey(planned.change)) ?? now);
    if (!leaves(planned) || waited >= deleteAfterMs || isForced(planned, owners)) return true;
    const seconds = Math.ceil((deleteAfterMs - waited) / 1000);
    const message = `${name} is no longer asked for and will be removed in ${seconds} s (guard.deleteAfter)`;
    findings.push({ reason: 'grace', message, name, zone: state.zone.id });
    return false;
  });
  return { allowed, findings };
}

/** Changes that are judged together: of one party, and alike in what `key` says. */
function groupChanges(changes: readonly PlannedChange[], key: (planned: PlannedChange) => string): PlannedChange[][] {
  return [...groupBy(changes, planned => `${partyKey(planned.change)}\n${key(planned)}`).values()];
}

const limitOf = ({ count, percent }: Limit, owned: number) => Math.max(count, Math.floor((owned * percent) / 100));

/** What one single object takes along is no mass change, however many names it has. */
function isOfOneObject(changes: readonly PlannedChange[]): boolean {
  const objects = new Set(changes.flatMap(({ claims }) => claims.map(({ ownership }) => ownership.resource ?? '')));
  return objects.size === 1 && !objects.has('');
}

/**
 * The deletion breaker. It counts names that leave the zone, ownership records without records included, by owner and
 * cluster; names that became unwanted in one run are judged together.
 *
 * | the names of a group                                                  | done                                 |
 * |-----------------------------------------------------------------------|--------------------------------------|
 * | at most the larger of `maxDeletes.count` and `.percent`, or one object's | removed                           |
 * | that, but with those of the last hour more than three times as many      | held until an hour has passed     |
 * | more                                                                     | held until a person forces a run  |
 *
 * Names that an object of the same cluster gave up by asking for others have moved, and do not count.
 */
export function guardRemovals(
  changes: readonly PlannedChange[],
  since: ReadonlyMap<string, number>,
  context: BrakeContext,
): Braked & { readonly removals: readonly Removal[] } {
  const { settings, owners, state, now } = context;
  const counted = changes.filter(
    planned =>
      leaves(planned) &&
      !isForced(planned, owners) &&
      !planned.claims.every(({ ownership }) => owners.alive(ownership)),
  );
  const held = new Map<PlannedChange, string>();
  const removals: Removal[] = [];
  for (const group of groupChanges(counted, ({ change }) => `${since.get(changeKey(change))}`)) {
    const [{ change: party }] = group as [PlannedChange];
    const owned = context.owned.get(partyKey(party)) ?? 0;
    const limit = limitOf(settings.guard.maxDeletes, owned);
    // Who allows no name at all wants to be asked for each.
    const single = limit > 0 && isOfOneObject(group);
    const lately = removedLately(party, [...state.removed, ...removals], now);
    const names = single ? Math.min(group.length, limit) : group.length;
    const tooMany = !single && group.length > limit;
    if (tooMany || lately + names > RUNS_AN_HOUR * limit) {
      const bound = tooMany
        ? `more than the ${limit} that guard.maxDeletes allows`
        : `and ${lately} went in the last hour: more than ${RUNS_AN_HOUR} times the ${limit} that guard.maxDeletes allows`;
      const why = `${group.length} of the ${owned} names of ${describeParty(party)} in ${state.zone.name} would leave at once, ${bound}`;
      for (const planned of group) held.set(planned, why);
    } else if (names > 0) removals.push({ ...pick(party), at: now, names });
  }
  return { ...withoutHeld(changes, held, context), removals };
}

const pick = ({ owner, cluster }: Party): Party => ({ owner, ...(cluster !== undefined && { cluster }) });

/** Names of a party that left in the last hour. */
function removedLately(party: Party, removed: readonly Removal[], now: number): number {
  return removed
    .filter(one => partyKey(one) === partyKey(party) && now - one.at < HOUR)
    .reduce((sum, { names }) => sum + names, 0);
}

/**
 * The update breaker: of the names of one cluster in one zone a run gives at most the larger of `maxUpdates.count` and
 * `maxUpdates.percent` other targets, or none. A name whose targets stay the same (another TTL, a CNAME made an alias) does
 * not count, nor does what one single object changes.
 */
export function guardUpdates(changes: readonly PlannedChange[], context: BrakeContext): Braked {
  const { settings, owners, state } = context;
  const counted = changes.filter(
    ({ change }) =>
      change.action === 'update' &&
      isRetargeted(change) &&
      !change.objects.some(({ cluster }) => owners.forcedCluster(cluster)),
  );
  const held = new Map<PlannedChange, string>();
  for (const group of groupChanges(counted, () => '')) {
    const [{ change: party }] = group as [PlannedChange];
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
  const findings = [...held].map(([{ change, claims }, why]): Finding => {
    const of = change.formerly ? `, of ${change.formerly},` : '';
    const message = `${change.name}${of} is held by the guard: ${why}. If that is meant, force a run${howToForce(claims, owners)}`;
    return {
      reason: 'held',
      message,
      name: change.name,
      zone: state.zone.id,
      ...(change.cluster !== undefined && { cluster: change.cluster }),
    };
  });
  return { allowed: changes.filter(planned => !held.has(planned)), findings };
}

/** Which clusters a forced run must be for, where more than one could have asked for the name. */
function howToForce(claims: PlannedChange['claims'], owners: Owners): string {
  const [first] = claims;
  if (!first) return '';
  const { ownership } = first;
  if (ownership.cluster !== undefined) return ` for ${ownership.cluster}`;
  const clusters = owners.clustersOf(ownership);
  return clusters.length < 2 ? '' : ` for all clusters of its owner (${clusters.join(', ')})`;
}
