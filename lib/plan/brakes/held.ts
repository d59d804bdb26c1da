import type { Finding } from '../../model/index.ts';
import type { PlannedChange } from '../context.ts';
import type { Owners } from '../owners/owners.ts';
import type { BrakeContext, Braked } from './brakes.ts';

export function withoutHeld(
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
