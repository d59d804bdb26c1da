import { diff } from '../change/diff.ts';
import { hasItIn } from '../conflict/contenders.ts';
import type { NameContext } from '../context.ts';
import type { Current } from '../current/current.ts';
import type { Candidate } from '../desired/candidates.ts';
import { desiredRecords } from '../desired/desired.ts';
import { isManaged } from '../settings.ts';
import { modeOf } from '../sharing/mode.ts';

/**
 * Whether a name is in step at first sight: one object asks for it, all that stands there is that object's, and is what it
 * asks for. Of such a name the whole plan comes to the same, no change and nothing to tell, after many more questions; and
 * in most runs nearly all names are such.
 */
export function isInStep(current: Current, asking: readonly Candidate[], context: NameContext): boolean {
  const { ours, foreign, reserved, claims } = current;
  const { view, settings, owners, typesAt } = context;
  const [candidate] = asking;
  const [object] = candidate?.objects ?? [];
  if (!candidate || !object || asking.length > 1 || candidate.objects.length > 1) return false;
  if (foreign.length > 0 || reserved.length > 0 || claims.length !== ours.length) return false;
  const isTheirs = ours.every(
    ({ record, claim, shares }) =>
      !shares &&
      record.setIdentifier === undefined &&
      claims.includes(claim) &&
      isManaged(record.type, settings) &&
      owners.isOf(claim.ownership, object),
  );
  if (!isTheirs || modeOf(candidate, settings) !== 'first' || settings.registry === 'noop') return false;
  const isPresent = hasItIn(current, context);
  const desired = desiredRecords(candidate, { zone: view.zone, settings, typesAt, isPresent });
  return !('message' in desired) && diff(ours, desired).length === 0;
}
