import type { NameChange, RecordSet } from '../model/index.ts';
import type { Change } from './port.ts';

/** What counts against the limits of a change batch: `ResourceRecord` elements, and characters of `Value` elements. */
interface Size {
  readonly records: number;
  readonly characters: number;
}

/** Limits of one ChangeResourceRecordSets request (API reference, "Change Batches and Limits"). */
export const BATCH_LIMITS: Size = { records: 1000, characters: 32_000 };

/**
 * What a record set may have at most, its ownership record included, so that it can be swapped: a swap has the old and
 * the new one in one batch. One that has more could be created, and never be changed.
 */
export const SWAP_LIMITS: Size = { records: BATCH_LIMITS.records / 2, characters: BATCH_LIMITS.characters / 2 };

/** The size of record sets that are created or deleted together. */
export function sizeOf(records: readonly RecordSet[]): Size {
  const values = records.flatMap(record => record.values ?? []);
  return { records: values.length, characters: values.reduce((sum, value) => sum + value.length, 0) };
}

const fits = (size: Size, limits: Size) => size.records <= limits.records && size.characters <= limits.characters;

const sizeOfChange = ({ deletes, creates }: NameChange) => sizeOf([...deletes, ...creates]);

/**
 * Fills batches to Route 53's limits, in the order given, never splitting a change. A change that is too large by itself
 * gets a batch of its own, for Route 53 to refuse in its own words.
 */
export function packBatches(changes: readonly NameChange[], limits: Size = BATCH_LIMITS): NameChange[][] {
  const batches: NameChange[][] = [];
  let batch: NameChange[] = [];
  let used: Size = { records: 0, characters: 0 };
  for (const change of changes) {
    const size = sizeOfChange(change);
    const together = { records: used.records + size.records, characters: used.characters + size.characters };
    if (batch.length > 0 && !fits(together, limits)) {
      batches.push(batch);
      batch = [];
      used = size;
    } else used = together;
    batch.push(change);
  }
  return batch.length > 0 ? [...batches, batch] : batches;
}

/** The changes of a batch in the order in which Route 53 is to check them: every delete before every create. */
export function batchChanges(batch: readonly NameChange[]): Change[] {
  return [
    ...batch.flatMap(change => change.deletes.map(record => ({ action: 'DELETE' as const, record }))),
    ...batch.flatMap(change => change.creates.map(record => ({ action: 'CREATE' as const, record }))),
  ];
}

/** The record type that an ownership record speaks of, empty where it names none; undefined for any other record. */
export type SpokenType = (record: RecordSet) => string | undefined;

/** Where ownership records go that speak of no single type of the change: the oldest format covers all but AAAA. */
const REST = '';

/**
 * A change that fits no batch, as one change for each record type with its own ownership records; any other change as it
 * is. The exchange of a CNAME for other types is never taken apart: neither could stand beside the other.
 */
export function partsOf(change: NameChange, spokenType: SpokenType, limits: Size = BATCH_LIMITS): NameChange[] {
  if (fits(sizeOfChange(change), limits)) return [change];
  const all = [...change.deletes, ...change.creates];
  const types = new Set(all.filter(record => spokenType(record) === undefined).map(({ type }) => type));
  if (types.size < 2 || types.has('CNAME')) return [change];
  // Of a record set that is swapped, the old and the new one stay together, whichever of them tells its part.
  const partBySet = new Map<string, string>();
  for (const record of all) {
    const type = spokenType(record) ?? record.type;
    if (spokenType(record) !== undefined || !partBySet.has(setOf(record)))
      partBySet.set(setOf(record), types.has(type) ? type : REST);
  }
  const shared = [...partBySet.values()].includes(REST);
  const partOf = (record: RecordSet) => {
    const part = partBySet.get(setOf(record)) ?? REST;
    return shared && part !== 'AAAA' ? REST : part;
  };
  return [...new Set(all.map(partOf))].sort().map(part => {
    const deletes = change.deletes.filter(record => partOf(record) === part);
    const creates = change.creates.filter(record => partOf(record) === part);
    return { ...change, deletes, creates };
  });
}

/** The identity of a record set within its zone. */
export const setOf = ({ name, type, setIdentifier }: RecordSet) => `${name} ${type} ${setIdentifier ?? ''}`;

/** Whether a change takes a record set away, and does not only put another in its place. */
export function takesAway({ deletes, creates }: NameChange): boolean {
  const put = new Set(creates.map(setOf));
  return deletes.some(record => !put.has(setOf(record)));
}
