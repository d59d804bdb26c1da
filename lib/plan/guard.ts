import type { ClusterName, Finding, NameChange, OwnerId, RecordSet } from '../model/index.ts';
import type { Authority } from './authority.ts';
import type { PlanSettings } from './settings.ts';
import type { ZoneView } from './site.ts';

/** The removals that a run may do, and a finding for each that it may not. */
export interface Guarded {
  readonly allowed: readonly NameChange[];
  readonly findings: readonly Finding[];
}

/** Record sets that stand in a zone, ownership records not counted. */
export interface OwnedCounts {
  readonly byOwner: ReadonlyMap<OwnerId, number>;
  readonly byCluster: ReadonlyMap<ClusterName, number>;
}

/** Whose removals are counted together: those of an owner, and those of each of its clusters. */
interface Party {
  readonly label: string;
  readonly owned: number;
  removals: number;
}

const isData = (record: RecordSet) => record.type !== 'TXT';
const size = (change: NameChange) => change.deletes.filter(isData).length;

export function addTo<K>(counts: Map<K, number>, key: K, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

/**
 * The deletion breaker: of the record sets that one owner has in one zone, a run removes at most the larger of
 * `maxDeletes.count` and `maxDeletes.percent`, or none at all; and the same holds for each cluster, where several share
 * the owner. Removals of objects that are alive and have only changed their hostname are moves and do not count; a
 * person's force lets everything through.
 */
export function guardRemovals(
  changes: readonly NameChange[],
  view: ZoneView,
  owned: OwnedCounts,
  settings: PlanSettings,
  authority: Authority,
): Guarded {
  const lost = changes.filter(
    ({ action, owner, name, formerly }) =>
      action === 'delete' && !authority.moved(owner, name, formerly) && !authority.forced(owner, name),
  );
  const parties = new Map<string, Party>();
  const partiesOf = ({ owner, name }: NameChange): Party[] => [
    party(parties, `the owner "${owner}"`, owned.byOwner.get(owner) ?? 0),
    ...authority
      .formerClusters(owner, name)
      .map(cluster => party(parties, `the cluster "${cluster}"`, owned.byCluster.get(cluster) ?? 0)),
  ];
  for (const change of lost) for (const each of partiesOf(change)) each.removals += size(change);
  const { count, percent } = settings.guard.maxDeletes;
  const limitOf = (each: Party) => Math.max(count, Math.floor((each.owned * percent) / 100));
  const findings: Finding[] = [];
  const held = new Set<NameChange>();
  for (const change of lost) {
    const over = partiesOf(change).find(each => each.removals > limitOf(each));
    if (over === undefined) continue;
    held.add(change);
    const message = heldMessage(change, over, limitOf(over), view) + howToForce(change, authority);
    findings.push({ reason: 'held', message, name: change.name, zone: view.zone.id });
  }
  return { allowed: changes.filter(change => !held.has(change)), findings };
}

function party(parties: Map<string, Party>, label: string, owned: number): Party {
  const known = parties.get(label);
  if (known) return known;
  const fresh = { label, owned, removals: 0 };
  parties.set(label, fresh);
  return fresh;
}

function heldMessage(change: NameChange, over: Party, limit: number, view: ZoneView): string {
  const of = change.formerly ? `, which belonged to ${change.formerly},` : '';
  return (
    `${change.name}${of} is kept by the guard: this run would remove ${over.removals} of the ${over.owned} record sets of ${over.label} ` +
    `in ${view.zone.name}, more than the ${limit} that guard.maxDeletes allows. If that is meant, force a run`
  );
}

/** Which clusters a forced run must be for, where more than one could have asked for the name. */
function howToForce({ owner, name }: NameChange, authority: Authority): string {
  const clusters = authority.clustersOf(owner);
  if (clusters.length < 2) return '';
  const former = authority.formerClusters(owner, name);
  return former.length > 0 ? ` for ${former.join(' and ')}` : ` for all clusters of its owner (${clusters.join(', ')})`;
}
