import type { NameChange, RecordSet } from '../model/index.ts';
import { recordId } from '../model/index.ts';
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

export const fits = (size: Size, limits: Size) =>
  size.records <= limits.records && size.characters <= limits.characters;

export const sizeOfChange = ({ deletes, creates }: NameChange) => sizeOf([...deletes, ...creates]);

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

/** Whether a change takes a record set away, and does not only put another in its place. */
export function takesAway({ deletes, creates }: NameChange): boolean {
  const put = new Set(creates.map(recordId));
  return deletes.some(record => !put.has(recordId(record)));
}
