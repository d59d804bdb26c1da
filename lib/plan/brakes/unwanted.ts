import { groupBy } from '../../group.ts';
import { changeKey, type Finding, nameOfKey, type ZoneMemory } from '../../model/index.ts';
import type { PlannedChange } from '../context.ts';
import { type BrakeContext, type Braked, isForced, leaves } from './brakes.ts';

/** What is remembered of what no object wants any more, for as long as it stands; by `changeKey`. */
export type Unwanted = Required<Pick<ZoneMemory, 'unwantedSince' | 'givenUp' | 'heldWith'>>;

/**
 * When each name that is to leave the zone was first seen to be wanted by nobody, and whether its object gave it up by itself.
 * What a run cannot remove, because it could not read a part or another object asks in vain, stays what it was.
 */
export function unwantedNow(
  changes: readonly PlannedChange[],
  { state, now, isUnwanted, gaveUp }: BrakeContext,
): Unwanted {
  const leaving = groupBy(changes.filter(leaves), ({ change }) => changeKey(change));
  const remembered = [...state.unwantedSince.keys()].filter(key => !leaving.has(key) && isUnwanted(key));
  const keys = [...leaving.keys(), ...remembered];
  // A time from the future is not believed.
  const since = (key: string) => Math.min(state.unwantedSince.get(key) ?? now, now);
  const isGivenUp = (key: string) => {
    const known = state.givenUp?.has(key) === true;
    const claims = leaving.get(key)?.flatMap(planned => planned.claims);
    return claims?.every(({ ownership }) => gaveUp(ownership, nameOfKey(key), known)) ?? known;
  };
  const held = keys.flatMap(key => {
    const count = state.heldWith?.get(key);
    return count === undefined ? [] : [[key, count] as const];
  });
  return {
    unwantedSince: new Map(keys.map(key => [key, since(key)])),
    givenUp: new Set(keys.filter(isGivenUp)),
    heldWith: new Map(held),
  };
}

/** Removals wait for `guard.deleteAfter` from the run that first saw the name unwanted; a person's force does not wait. */
export function awaitGrace(
  changes: readonly PlannedChange[],
  { unwantedSince: since }: Pick<Unwanted, 'unwantedSince'>,
  { state, settings, owners, now }: BrakeContext,
): Braked {
  const { deleteAfterMs } = settings.guard;
  const findings: Finding[] = [];
  const allowed = changes.filter(planned => {
    const { name } = planned.change;
    const waited = now - (since.get(changeKey(planned.change)) ?? now);
    if (!leaves(planned) || waited >= deleteAfterMs || isForced(planned.claims, owners)) return true;
    const seconds = Math.ceil((deleteAfterMs - waited) / 1000);
    const message = `${name} is no longer asked for and will be removed in ${seconds} s (guard.deleteAfter)`;
    findings.push({ reason: 'grace', message, name, zone: state.zone.id });
    return false;
  });
  return { allowed, findings };
}
