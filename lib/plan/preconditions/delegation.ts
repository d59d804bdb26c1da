import { addTo } from '../../group.ts';
import { type DnsName, isDelegationType, type ObjectRef } from '../../model/index.ts';
import { once } from '../../once.ts';
import { claimsOf, decidingClaim, isOwnershipRecord } from '../../registry/index.ts';
import type { Hides } from '../context.ts';
import type { Evidence } from '../current/misread.ts';
import { objectOf } from '../current/shares.ts';
import { recordsAt } from '../current/zone-view.ts';
import type { Candidates } from '../desired/candidates.ts';

/**
 * A new NS record set sends the world to other name servers for every name at and below its own: who may write one object in
 * one namespace could take away the names of all others. It may hide names of its own namespace. (Where a hosted zone of its
 * name is selected, it belongs there, and is not made.)
 */
export function hidesIn(evidence: Evidence, candidates: Candidates): Hides {
  const { view } = evidence;
  const below = once(() => namesBelow(delegated(candidates), [...view.records.keys(), ...candidates.keys()]));
  return (name, object) => {
    if (name === view.zone.name) return undefined;
    const hidden = below().get(name);
    return hidden?.find(each => hasOthers(each, name, object, evidence) || isWanted(each, object, candidates));
  };
}

const delegated = (candidates: Candidates) =>
  new Set(
    [...candidates]
      .filter(([, some]) => some.some(({ endpoints }) => endpoints[0]?.type === 'NS'))
      .map(([name]) => name),
  );

/** The names at and below each of `tops`, in order. Linear in the number of labels. */
function namesBelow(tops: ReadonlySet<DnsName>, names: readonly DnsName[]): Map<DnsName, DnsName[]> {
  const found = new Map<DnsName, DnsName[]>();
  for (const name of [...new Set(names)].sort()) {
    for (let at: DnsName = name; ; at = at.slice(at.indexOf('.') + 1)) {
      if (tops.has(at)) addTo(found, at, name);
      if (!at.includes('.')) break;
    }
  }
  return found;
}

/** Whether a record set stands at the name that is not the namespace's own. */
function hasOthers(name: DnsName, cut: DnsName, object: ObjectRef, { view, settings, owners }: Evidence): boolean {
  const claims = claimsOf(name, view.ownership, view.records, settings.naming);
  return recordsAt(name, view).some(record => {
    if (isOwnershipRecord(record, settings.naming) || (name === cut && isDelegationType(record.type))) return false;
    const ownership = decidingClaim(record, claims)?.ownership;
    const isOwn =
      ownership !== undefined &&
      owners.ours(ownership.owner) &&
      objectOf(ownership).namespace === object.namespace &&
      owners.clustersOf(ownership).includes(object.cluster);
    return !isOwn;
  });
}

const isWanted = (name: DnsName, { cluster, namespace }: ObjectRef, candidates: Candidates) =>
  candidates
    .get(name)
    ?.some(
      ({ objects, endpoints }) =>
        !endpoints.every(({ type }) => isDelegationType(type)) &&
        objects.some(other => other.cluster !== cluster || other.namespace !== namespace),
    ) === true;
