import type { DnsName, NameChange, RecordSet, ZoneId } from '../model/index.ts';
import { sameRecord } from '../model/index.ts';
import { setOf } from './batches.ts';
import type { Route53Port } from './port.ts';
import { skimNames } from './read.ts';

/** How a batch whose answer was lost is found. */
export interface Found {
  /** Every change of it stands as it would leave it. */
  readonly whole: boolean;
  /** Where it was not carried out: changes that stand all the same. They are another's doing, not this batch's. */
  readonly standing: readonly NameChange[];
}

/** What a batch leaves at one name: record sets as they are to be, or (undefined) gone. */
type Wanted = Map<string, RecordSet | undefined>;

/**
 * Looks how much of a batch stands. One name that is not as the batch would leave it tells that it was not carried out,
 * since batches are atomic; but one that is tells nothing, since a run that was killed, or another tool, may have made
 * it: so all names are looked at.
 *
 * @throws Route53Error, OutOfTime
 */
export async function findBatch(batch: readonly NameChange[], zone: ZoneId, route53: Route53Port): Promise<Found> {
  const wanted = wantedByName(batch);
  const seen = new Set<DnsName>();
  for await (const [name, sets] of skimNames(route53, zone, wanted.keys())) {
    if (!stands(wanted.get(name), sets))
      return { whole: false, standing: batch.filter(change => namesOf(change).every(one => seen.has(one))) };
    seen.add(name);
  }
  return { whole: true, standing: batch };
}

const namesOf = ({ deletes, creates }: NameChange) => [...deletes, ...creates].map(({ name }) => name);

function wantedByName(batch: readonly NameChange[]): Map<DnsName, Wanted> {
  const wanted = new Map<DnsName, Wanted>();
  const put = (record: RecordSet, left: RecordSet | undefined) => {
    const sets = wanted.get(record.name) ?? new Map();
    wanted.set(record.name, sets.set(setOf(record), left));
  };
  for (const { deletes } of batch) for (const record of deletes) put(record, undefined);
  for (const { creates } of batch) for (const record of creates) put(record, record);
  return wanted;
}

function stands(wanted: Wanted | undefined, found: readonly RecordSet[]): boolean {
  return [...(wanted ?? [])].every(([set, record]) => {
    const there = found.find(other => setOf(other) === set);
    return record ? there !== undefined && sameRecord(there, record) : there === undefined;
  });
}
