import { inTurn } from '../../group.ts';
import type { NameChange, ZoneId } from '../../model/index.ts';
import { targetsFirst } from '../change/order.ts';
import { growthOf } from './namespace-limit.ts';

/**
 * The order in which changes are sent, so that what a zone has room for (or a run has time for) is shared out fairly: what
 * takes no room; then what stands and grows; then new names, of each namespace of a cluster one in turn. An alias into the
 * zone still comes after the record that it points to.
 */
export function inFairOrder(changes: readonly NameChange[], zone: ZoneId): NameChange[] {
  const rank = (change: NameChange) => (growthOf(change) <= 0 ? 0 : change.action === 'create' ? 2 : 1);
  const created = changes.filter(change => rank(change) === 2);
  const fair = [
    ...changes.filter(change => rank(change) === 0),
    ...changes.filter(change => rank(change) === 1),
    ...inTurn(created, partyOf),
  ];
  return targetsFirst(fair, zone, change => change);
}

const partyOf = ({ objects: [object], owner, cluster }: NameChange) =>
  object ? `${object.cluster}\n${object.namespace}` : `${cluster ?? ''}\n\n${owner}`;
