import type { Finding, NameChange, RecordSet } from '../model/index.ts';
import type { Authority } from './authority.ts';
import type { PlanSettings } from './settings.ts';
import type { ZoneView } from './site.ts';

/** The removals that a run may do, and a finding for each that it may not. */
export interface Guarded {
  readonly allowed: readonly NameChange[];
  readonly findings: readonly Finding[];
}

const isData = (record: RecordSet) => record.type !== 'TXT';
const size = (change: NameChange) => change.deletes.filter(isData).length;

/**
 * The deletion breaker: of the record sets that one owner has in one zone, a run removes at most the larger of
 * `maxDeletes.count` and `maxDeletes.percent`, or none at all. Removals of objects that are alive and have only changed
 * their hostname are moves and do not count; a person's force lets everything through.
 */
export function guardRemovals(
  changes: readonly NameChange[],
  view: ZoneView,
  ownedBy: ReadonlyMap<string, number>,
  settings: PlanSettings,
  authority: Authority,
): Guarded {
  const lost = changes.filter(
    change =>
      change.action === 'delete' && !authority.asking(change.owner, change.formerly) && !authority.forced(change.owner),
  );
  const removed = new Map<string, number>();
  for (const change of lost) removed.set(change.owner, (removed.get(change.owner) ?? 0) + size(change));
  const { count, percent } = settings.guard.maxDeletes;
  const limitOf = (owner: string) => Math.max(count, Math.floor(((ownedBy.get(owner) ?? 0) * percent) / 100));
  const held = new Set(lost.filter(change => (removed.get(change.owner) ?? 0) > limitOf(change.owner)));
  return {
    allowed: changes.filter(change => !held.has(change)),
    findings: [...held].map(change => ({
      reason: 'held',
      message: heldMessage(
        change,
        removed.get(change.owner) ?? 0,
        limitOf(change.owner),
        ownedBy.get(change.owner) ?? 0,
        view,
      ),
      name: change.name,
      zone: view.zone.id,
    })),
  };
}

function heldMessage(change: NameChange, removals: number, limit: number, owned: number, view: ZoneView): string {
  const of = change.formerly ? `, which belonged to ${change.formerly},` : '';
  return (
    `${change.name}${of} is kept by the guard: this run would remove ${removals} of the ${owned} record sets of the owner "${change.owner}" ` +
    `in ${view.zone.name}, more than the ${limit} that guard.maxDeletes allows. If that is meant, force a run`
  );
}
