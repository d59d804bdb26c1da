import { type NameChange, type RecordSet, recordId } from '../model/index.ts';
import { BATCH_LIMITS, fits, sizeOfChange } from './batches.ts';

/** The record type that an ownership record speaks of, empty where it names none; undefined for any other record. */
export type SpokenType = (record: RecordSet) => string | undefined;

/** Where ownership records go that speak of no single type of the change: the oldest format covers all but AAAA. */
const REST = '';

/**
 * A change that fits no batch, as one change for each record type with its own ownership records; any other change as it
 * is. The exchange of a CNAME for other types is never taken apart: neither could stand beside the other.
 */
export function partsOf(change: NameChange, spokenType: SpokenType): NameChange[] {
  if (fits(sizeOfChange(change), BATCH_LIMITS)) return [change];
  const all = [...change.deletes, ...change.creates];
  const types = new Set(all.filter(record => spokenType(record) === undefined).map(({ type }) => type));
  if (types.size < 2 || types.has('CNAME')) return [change];
  // Of a record set that is swapped, the old and the new one stay together, whichever of them tells its part.
  const partBySet = new Map<string, string>();
  for (const record of all) {
    const type = spokenType(record) ?? record.type;
    if (spokenType(record) !== undefined || !partBySet.has(recordId(record)))
      partBySet.set(recordId(record), types.has(type) ? type : REST);
  }
  const shared = [...partBySet.values()].includes(REST);
  const partOf = (record: RecordSet) => {
    const part = partBySet.get(recordId(record)) ?? REST;
    return shared && part !== 'AAAA' ? REST : part;
  };
  return [...new Set(all.map(partOf))].sort().map(part => {
    const deletes = change.deletes.filter(record => partOf(record) === part);
    const creates = change.creates.filter(record => partOf(record) === part);
    return { ...change, deletes, creates };
  });
}
