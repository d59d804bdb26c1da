import type { DnsName, HostedZone, RecordSet, ZoneId } from '../model/index.ts';
import { listingKey } from './names.ts';
import type { ListingStart, Route53Port } from './port.ts';

/** Record sets a page of ListResourceRecordSets holds at most. */
export const PAGE = 300;

type Records = Map<DnsName, RecordSet[]>;

/** Every hosted zone of the account. @throws Route53Error, OutOfTime */
export async function readHostedZones(route53: Route53Port): Promise<HostedZone[]> {
  const zones: HostedZone[] = [];
  let marker: string | undefined;
  do {
    const page = await route53.listHostedZones(marker);
    zones.push(...page.zones);
    marker = page.next;
  } while (marker !== undefined);
  return zones;
}

/** Zones that one request gives the tags of (API reference: ListTagsForResources). */
const TAGS_OF = 10;

/** The zones with their tags. @throws Route53Error, OutOfTime */
export async function withTags(route53: Route53Port, zones: readonly HostedZone[]): Promise<HostedZone[]> {
  const tagged: HostedZone[] = [];
  for (let at = 0; at < zones.length; at += TAGS_OF) {
    const some = zones.slice(at, at + TAGS_OF);
    const tags = await route53.listTags(some.map(({ id }) => id));
    tagged.push(...some.map(zone => ({ ...zone, tags: tags.get(zone.id) ?? {} })));
  }
  return tagged;
}

/** Every record set of a zone, by name. @throws Route53Error, OutOfTime */
export async function readZone(route53: Route53Port, zone: ZoneId): Promise<Records> {
  const records: Records = new Map();
  let from: ListingStart | undefined;
  do {
    const page = await route53.listRecordSets(zone, from);
    for (const record of page.records) addRecord(records, record);
    from = page.next;
  } while (from !== undefined);
  return records;
}

function addRecord(records: Records, record: RecordSet): void {
  const sets = records.get(record.name);
  if (sets) sets.push(record);
  else records.set(record.name, [record]);
}

/** Names a page holds usually: a few record sets each; more pages are read where a name has more (routed) record sets. */
const NAME_PAGE = 10;

/**
 * The record sets of single names, one request for each name (more for one with many routed record sets). Names with
 * nothing are in the answer with an empty list. @throws Route53Error, OutOfTime
 */
export async function readNames(route53: Route53Port, zone: ZoneId, names: Iterable<DnsName>): Promise<Records> {
  const records: Records = new Map();
  const sorted = [...new Set(names)].sort((a, b) => (listingKey(a) < listingKey(b) ? -1 : 1));
  for (const name of sorted) records.set(name, await readName(route53, zone, name));
  return records;
}

async function readName(route53: Route53Port, zone: ZoneId, name: DnsName): Promise<RecordSet[]> {
  const found: RecordSet[] = [];
  let from: ListingStart | undefined = { name };
  let size = NAME_PAGE;
  while (from?.name === name) {
    const page = await route53.listRecordSets(zone, from, size);
    found.push(...page.records.filter(record => record.name === name));
    from = page.next;
    size = PAGE;
  }
  return found;
}
