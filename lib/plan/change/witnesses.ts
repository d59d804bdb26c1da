import { isSameIdentifier, type RecordSet, recordId } from '../../model/index.ts';
import { type Claim, isOwnershipRecord, readOwnershipName } from '../../registry/index.ts';
import type { NameContext } from '../context.ts';
import type { Current } from '../current/current.ts';
import { recordsAt } from '../current/zone-view.ts';
import type { Delta } from './diff.ts';

/**
 * Ownership records that decided, under a naming of before, over the record sets that are taken away or replaced: the change
 * deletes and creates them as they are, and so fails where another owner has taken them meanwhile. One that reads as that of
 * another name's record set now is that name's to change.
 */
export function witnessesOf(
  deltas: readonly Delta[],
  written: readonly RecordSet[],
  { name }: Current,
  { view, settings: { naming } }: NameContext,
): RecordSet[] {
  const isTaken = ({ txt }: Claim) => {
    const other = readOwnershipName(txt.name, view.zone.name, naming)?.name;
    return other !== undefined && recordsAt(other, view).some(record => !isOwnershipRecord(record, naming));
  };
  const replaced = deltas.flatMap(({ before }) => before?.record ?? []);
  const known = new Set(written.map(recordId));
  const found = new Map<string, RecordSet>();
  for (const claim of view.before.get(name) ?? []) {
    const { txt } = claim;
    const isMeant = !known.has(recordId(txt)) && replaced.some(one => isSameIdentifier(one, txt));
    if (isMeant && !isTaken(claim)) found.set(recordId(txt), txt);
  }
  return [...found.values()];
}
