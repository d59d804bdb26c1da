import { type DnsName, type HostedZone, type RecordSet, recordId, type ZoneId } from '../model/index.ts';
import { pageGuard } from '../pages.ts';
import { listingKey } from './names.ts';
import { type ListingStart, Route53Error, type Route53Port } from './port.ts';

/** Record sets a page of ListResourceRecordSets holds at most. */
export const PAGE = 300;

type Records = Map<DnsName, RecordSet[]>;

/** Every hosted zone of the account. @throws Route53Error, OutOfTime */
export async function readHostedZones(route53: Route53Port): Promise<HostedZone[]> {
  const zones = new Map<ZoneId, HostedZone>();
  const guard = pageGuard(notGettingOn('hosted zones'));
  for (let marker: string | undefined; ; ) {
    const page = await route53.listHostedZones(marker);
    const before = zones.size;
    for (const zone of page.zones) zones.set(zone.id, zone);
    marker = page.next;
    if (marker === undefined) return [...zones.values()];
    guard(marker, zones.size > before);
  }
}

const notGettingOn = (what: string) => (why: string) =>
  new Route53Error('fatal', 'EndlessListing', `the listing of ${what} does not end: ${why}`);

/** Pages of record sets, each with where the next one starts. */
class Pages {
  readonly #route53: Route53Port;
  readonly #zone: ZoneId;
  readonly #guard;
  #first: string | undefined;

  constructor(route53: Route53Port, zone: ZoneId) {
    this.#route53 = route53;
    this.#zone = zone;
    this.#guard = pageGuard(notGettingOn(`zone ${zone}`));
  }

  /** @throws Route53Error, OutOfTime */
  async page(from?: ListingStart, maxItems?: number) {
    const page = await this.#route53.listRecordSets(this.#zone, from, maxItems);
    const { next, records } = page;
    const first = records[0] && recordId(records[0]);
    if (next) this.#guard([next.name, next.type, next.setIdentifier].join(' ').trim(), first !== this.#first);
    this.#first = first;
    return page;
  }
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
  const pages = new Pages(route53, zone);
  let from: ListingStart | undefined;
  do {
    const page = await pages.page(from);
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
  for (const name of inOrder(names)) records.set(name, await readName(route53, zone, name));
  return records;
}

async function readName(route53: Route53Port, zone: ZoneId, name: DnsName): Promise<RecordSet[]> {
  const found: RecordSet[] = [];
  let from: ListingStart | undefined = { name };
  const pages = new Pages(route53, zone);
  let size = NAME_PAGE;
  while (from?.name === name) {
    const page = await pages.page(from, size);
    found.push(...page.records.filter(record => record.name === name));
    from = page.next;
    size = PAGE;
  }
  return found;
}

const inOrder = (names: Iterable<DnsName>) =>
  [...new Set(names)].sort((a, b) => (listingKey(a) < listingKey(b) ? -1 : 1));

/**
 * The record sets of single names in the order of the listing, in whole pages of which each starts at the next name not
 * seen yet: no more requests than there are names, and no more than the zone has pages. Ended early, it reads no further.
 * @throws Route53Error, OutOfTime
 */
export async function* skimNames(
  route53: Route53Port,
  zone: ZoneId,
  names: Iterable<DnsName>,
): AsyncGenerator<[DnsName, readonly RecordSet[]]> {
  const rest = inOrder(names);
  let from: ListingStart | undefined;
  let found: Records = new Map();
  const pages = new Pages(route53, zone);
  for (let name = rest.shift(); name !== undefined; ) {
    const page = await pages.page(from ?? { name });
    for (const record of page.records) addRecord(found, record);
    const end = page.next && listingKey(page.next.name);
    for (; name !== undefined && (end === undefined || listingKey(name) < end); name = rest.shift())
      yield [name, found.get(name) ?? []];
    // A name that goes on over the page's end is read on; of the others, nothing more is needed.
    from = page.next?.name === name ? page.next : undefined;
    if (from === undefined) found = new Map();
  }
}
