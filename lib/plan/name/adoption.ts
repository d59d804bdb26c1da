import type { ObjectRef } from '../../model/index.ts';
import { sameRecord } from '../../model/index.ts';
import type { Delta } from '../change/diff.ts';
import type { NameContext } from '../context.ts';
import type { Current, OwnedRecord } from '../current/current.ts';
import type { DesiredRecord } from '../desired/desired.ts';

/**
 * Records without ownership that are exactly what the object wants, at a name for which an ownership record of ours (of
 * another type) names that object: ExternalDNS up to 0.21 lost ownership when a record changed its type. They get it back.
 */
export function adoptable(
  current: Current,
  desired: readonly DesiredRecord[],
  objects: readonly ObjectRef[],
  { owners }: NameContext,
): OwnedRecord[] {
  const claim = current.claims.find(({ ownership }) => objects.some(object => owners.isOf(ownership, object)));
  if (!claim) return [];
  return current.foreign
    .filter(one => !one.claim && desired.some(want => sameRecord(want.record, one.record)))
    .map(({ record }) => ({ record, claim }));
}

export function withAdopted(current: Current, adopted: readonly OwnedRecord[]): Current {
  if (adopted.length === 0) return current;
  return { ...current, foreign: current.foreign.filter(({ record }) => !adopted.some(one => one.record === record)) };
}

/** The record stays as it is, but is written together with its ownership. */
export function adoptions(adopted: readonly OwnedRecord[], writable: readonly DesiredRecord[]): Delta[] {
  return adopted.flatMap(before => {
    const after = writable.find(want => sameRecord(want.record, before.record));
    return after ? [{ before, after }] : [];
  });
}
