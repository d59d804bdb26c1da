import type { DnsName, Finding, RecordSet } from '../../model/index.ts';
import { describeObject, describeRouting, policyOf, recordId } from '../../model/index.ts';
import type { NameContext } from '../context.ts';
import type { Current, OwnedRecord } from '../current/current.ts';
import type { Candidate } from '../desired/candidates.ts';
import { facetOfCandidate } from '../desired/facets.ts';
import { findingsOf, listObjects } from '../findings.ts';
import type { Obstacle } from './beside.ts';
import type { Bar, Wish } from './wish.ts';

/** Whose a record set is or will be, or who asks for it, as messages name them. */
interface RecordOwners {
  readonly having: ReadonlyMap<string, string>;
  of(record: RecordSet): string | undefined;
}

export function ownersByRecord({ ours }: Current, leads: readonly Wish[], wishes: readonly Wish[]): RecordOwners {
  const having = new Map([
    ...ours.map(({ record, claim }) => [recordId(record), claim.ownership.resource ?? 'another object'] as const),
    ...leads.flatMap(({ candidate, records }) =>
      records.map(record => [recordId(record), listObjects(candidate.objects)] as const),
    ),
  ]);
  // Two may ask for one record set; each is in the other's way.
  const asking = new Map(
    wishes.flatMap(({ candidate, records }) =>
      records.map(record => [record, listObjects(candidate.objects)] as const),
    ),
  );
  return { having, of: record => having.get(recordId(record)) ?? asking.get(record) };
}

const REASONS: Readonly<Record<Obstacle['conflict'], (other: RecordSet) => string>> = {
  cname: () => 'and DNS allows nothing beside a CNAME',
  policy: () => 'and Route 53 takes one routing policy for a name and type',
  place: () => 'and of each region, failover role and location a name and type has one',
  taken: ({ setIdentifier }) =>
    setIdentifier === undefined
      ? 'and the simple record sets of a name are one object’s'
      : 'and each set identifier of a name is one object’s',
  full: () => 'and Route 53 takes no more of one name and type',
  stranger: () =>
    'which was given no set identifier by its object: it is for those of its namespace to put others beside it (see records.merge)',
};

/** Whether all that a refused holder has stays: its part of what clusters have together may be among what another one gets. */
export function keepsAll({ candidate, standing }: Wish, leads: readonly Wish[]): boolean {
  const own = new Set(candidate.objects.map(describeObject));
  const isLost = (owned: OwnedRecord) =>
    leads.some(
      lead => lead.standing.includes(owned) && !lead.candidate.objects.some(one => own.has(describeObject(one))),
    );
  return !standing.some(owned => owned.shares && isLost(owned));
}

export function whyRefused(candidate: Candidate, why: Obstacle | Bar, owners: RecordOwners, keeps: boolean): Bar {
  const stays = keeps ? '; what stands stays' : '';
  if ('message' in why) return { ...why, message: `${why.message}${stays}` };
  const { conflict, other } = why;
  const [{ routing, setIdentifier } = { routing: undefined, setIdentifier: undefined }] = candidate.endpoints;
  const asked = setIdentifier === undefined ? 'as a simple record set' : `${said({ routing, setIdentifier })}`;
  const what = conflict === 'full' ? 'as many as it may have' : said(other);
  const whose = owners.of(other);
  const isAsked = whose !== undefined && !owners.having.has(recordId(other));
  const inTheWay = isAsked
    ? `${whose} asks for ${other.type} ${what}`
    : `it has ${other.type} ${what} (${whose ?? 'not fairlead’s'})`;
  const message = `${candidate.name} is not published ${asked}: ${inTheWay}, ${REASONS[conflict](other)}${stays}`;
  return { reason: whose === undefined ? 'not-owned' : 'conflict', message };
}

function said(record: {
  readonly setIdentifier?: string | undefined;
  readonly routing?: RecordSet['routing'] | undefined;
}) {
  const routed = { ...(record.routing && { routing: record.routing }) };
  if (record.setIdentifier === undefined) return policyOf(routed);
  return `"${record.setIdentifier}" with ${policyOf(routed)} routing (${describeRouting(routed)})`;
}

/** Whoever shares a name by set identifiers is told with whom. */
export function sharing(name: DnsName, leads: readonly Wish[], { view: { zone } }: NameContext): Finding[] {
  const objects = new Map(leads.flatMap(({ candidate }) => candidate.objects).map(one => [describeObject(one), one]));
  const facets = new Set(leads.map(({ candidate }) => facetOfCandidate(candidate)));
  if (objects.size < 2 || facets.size < 2) return [];
  const all = [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  const message = `${name} is shared by set identifiers, among ${listObjects(all)}`;
  return findingsOf({ name, objects: all }, 'merged', message, zone.id);
}
