import type { NameChange, RecordSet } from '../../model/index.ts';
import { canonicalValue } from '../../model/index.ts';
import type { PlannedChange } from '../context.ts';
import {
  type BrakeContext,
  type Braked,
  describeParty,
  groupChanges,
  isForced,
  isOfOneObject,
  limitOf,
  massOf,
  partyKey,
} from './brakes.ts';
import { withoutHeld } from './held.ts';

/**
 * The update breaker: of the names that one cluster has in one zone a run gives at most the larger of `maxUpdates.count` and
 * `maxUpdates.percent` other targets, or none; whether it is its objects or another's that they then lead to. A name whose
 * targets stay the same (another TTL, a CNAME made an alias) does not count, nor what one single object changes or loses. One
 * namespace's are held by themselves ({@link massOf}).
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
    const owned = context.owned().get(partyKey(party)) ?? 0;
    const limit = limitOf(settings.guard.maxUpdates, owned);
    if (group.length <= limit || (limit > 0 && isOfOneObject(group))) continue;
    const { held: mass, namespace } = massOf({ party, changes: group }, settings.guard.maxUpdates, context.owned());
    const whose =
      namespace === undefined
        ? ''
        : ` (${mass.length} of them are of the namespace "${namespace}": what the others change goes on)`;
    const why = `${group.length} of the ${owned} names of ${describeParty(party)} in ${state.zone.name} would get other targets at once, more than the ${limit} that guard.maxUpdates allows${whose}`;
    for (const planned of mass) held.set(planned, why);
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
