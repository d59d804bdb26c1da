import type { Current } from '../current/current.ts';
import { decidingClaims, objectOf } from '../current/shares.ts';
import type { Owners } from '../owners/owners.ts';
import { namespaceKey, partyKey } from './brakes.ts';

/** Names that each party has, by {@link partyKey}, and each namespace of it, by {@link namespaceKey}. */
export type Owned = ReadonlyMap<string, number>;

export function countOwned(currents: Iterable<Current>, owners: Owners): Owned {
  const owned = new Map<string, number>();
  for (const { ours } of currents) {
    // As their removals are counted: a change for each party and set identifier.
    const units = ours.flatMap(owned =>
      decidingClaims(owned).flatMap(({ ownership }) => {
        const party = owners.partyOf(ownership);
        const set = owned.record.setIdentifier ?? '';
        return [partyKey(party), namespaceKey(party, objectOf(ownership).namespace)].map(key => ({ key, set }));
      }),
    );
    for (const { key } of new Map(units.map(unit => [`${unit.key}\n${unit.set}`, unit])).values())
      owned.set(key, (owned.get(key) ?? 0) + 1);
  }
  return owned;
}
