import type { NameChange, RecordSet } from '../model/index.ts';
import type { Change } from './port.ts';

/** Limits of one ChangeResourceRecordSets request (API reference, "Change Batches and Limits"). */
export const BATCH_LIMITS = { records: 1000, characters: 32_000 } as const;

interface Size {
  readonly records: number;
  readonly characters: number;
}

function sizeOf(change: NameChange): Size {
  let records = 0;
  let characters = 0;
  for (const values of [...change.deletes, ...change.creates].map((record: RecordSet) => record.values ?? [])) {
    records += values.length;
    for (const value of values) characters += value.length;
  }
  return { records, characters };
}

/**
 * Fills batches to Route 53's limits, in the order given, never splitting a name's change. A change that is too large by
 * itself gets a batch of its own, for Route 53 to refuse in its own words.
 */
export function packBatches(changes: readonly NameChange[], limits: Size = BATCH_LIMITS): NameChange[][] {
  const batches: NameChange[][] = [];
  let batch: NameChange[] = [];
  let used: Size = { records: 0, characters: 0 };
  for (const change of changes) {
    const size = sizeOf(change);
    if (
      batch.length > 0 &&
      (used.records + size.records > limits.records || used.characters + size.characters > limits.characters)
    ) {
      batches.push(batch);
      batch = [];
      used = { records: 0, characters: 0 };
    }
    batch.push(change);
    used = { records: used.records + size.records, characters: used.characters + size.characters };
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
