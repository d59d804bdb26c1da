import type { DnsName, NameChange, RecordSet, ZoneId } from '../model/index.ts';
import { recordId, sameRecord } from '../model/index.ts';
import type { Route53Port } from './port.ts';
import { skimNames } from './read.ts';

/** What a batch leaves at one name: record sets as they are to be, or (undefined) gone. */
type Wanted = Map<string, RecordSet | undefined>;

/**
 * Whether a batch whose answer was lost stands as it would leave the zone. One name that is otherwise tells that it was
 * not carried out, since batches are atomic; but one that is as wanted tells nothing, since a run that was killed, or
 * another tool, may have made it: so all names are looked at. Sent again, a batch of which a part stands is refused, and
 * Route 53 names that part: it is read and planned again.
 *
 * @throws Route53Error, OutOfTime
 */
export async function stands(batch: readonly NameChange[], zone: ZoneId, route53: Route53Port): Promise<boolean> {
  const wanted = wantedByName(batch);
  for await (const [name, found] of skimNames(route53, zone, wanted.keys()))
    if (!isAsWanted(wanted.get(name), found)) return false;
  return true;
}

function wantedByName(batch: readonly NameChange[]): Map<DnsName, Wanted> {
  const wanted = new Map<DnsName, Wanted>();
  const put = (record: RecordSet, left: RecordSet | undefined) => {
    const sets = wanted.get(record.name) ?? new Map();
    wanted.set(record.name, sets.set(recordId(record), left));
  };
  for (const { deletes } of batch) for (const record of deletes) put(record, undefined);
  for (const { creates } of batch) for (const record of creates) put(record, record);
  return wanted;
}

function isAsWanted(wanted: Wanted | undefined, found: readonly RecordSet[]): boolean {
  return [...(wanted ?? [])].every(([set, record]) => {
    const there = found.find(other => recordId(other) === set);
    return record ? there !== undefined && sameRecord(there, record) : there === undefined;
  });
}
