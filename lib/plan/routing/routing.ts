import { groupBy } from '../../group.ts';
import type { DnsName, Finding, ManagedType, ObjectRef, RecordSet } from '../../model/index.ts';
import { describeObject, describeRouting, policyOf, recordId, sharesTtl } from '../../model/index.ts';
import { isOwnershipRecord } from '../../registry/index.ts';
import { isNear } from '../conflict/conflict.ts';
import { unowned } from '../conflict/unowned.ts';
import type { NameContext } from '../context.ts';
import type { Current, OwnedRecord } from '../current/current.ts';
import { decidingClaims } from '../current/shares.ts';
import { type Candidate, compareCandidates } from '../desired/candidates.ts';
import { desiredRecords } from '../desired/desired.ts';
import { type Facet, facetOf, facetOfCandidate, groupOf } from '../desired/facets.ts';
import { findingsOf, listObjects } from '../findings.ts';
import type { MergeScope } from '../settings.ts';
import { Beside, type Obstacle } from './beside.ts';

/** What may be published of a name whose record sets have set identifiers, so that all of them can stand beside each other. */
export interface Settled {
  readonly candidates: readonly Candidate[];
  /** The name's own: what a refused candidate's object has is kept, and weighted record sets share a TTL. */
  readonly context: NameContext;
  readonly findings: readonly Finding[];
  /** Whether a record set of ours cannot stay beside what is to be published. */
  readonly gives: (record: RecordSet) => boolean;
  /** Record sets without ownership that count as the objects' that ask for them: none is in another one's way. */
  readonly adopted: ReadonlySet<RecordSet>;
}

/** A candidate with the record sets that it would have, and what of ours its objects have at the name. */
interface Wish {
  readonly candidate: Candidate;
  readonly records: readonly RecordSet[];
  readonly standing: readonly OwnedRecord[];
}

/**
 * Route 53 takes record sets of one name and type only with one policy, one of each region, failover role and location, and
 * weighted ones only with one TTL. So what an object asks for may be refused because of what another one has:
 *
 * | what asks                                   | beside it                                         | done                              |
 * |---------------------------------------------|---------------------------------------------------|-----------------------------------|
 * | any                                         | what stays as it is: others', not read, waiting   | refused where it clashes          |
 * | all objects that have record sets there     | each other, and they agree on another policy      | all change, in one batch          |
 * | some of them                                | one that goes on asking for what stands           | refused; what they have stays     |
 * | an object that has none there               | any of these                                      | refused where it clashes          |
 *
 * The TTL of weighted record sets is what stands, as long as one that has it asks for it; it is no reason to refuse.
 */
export function settleRouting(current: Current, candidates: readonly Candidate[], context: NameContext): Settled {
  const isRouted = (one: { readonly setIdentifier?: string }) => one.setIdentifier !== undefined;
  const routed =
    candidates.some(({ endpoints }) => endpoints.some(isRouted)) || current.ours.some(({ record }) => isRouted(record));
  if (!routed) return { candidates, context, findings: [], gives: () => false, adopted: new Set() };
  const wishes = candidates.map(candidate => wishOf(candidate, current, context));
  const staying = fixedRecords(current, wishes, context);
  const ours = new Set(current.ours.map(({ record }) => record));
  const own = staying.filter(record => ours.has(record));
  const judged = judgeHolders(wishes, { staying, own, merge: context.settings.merge });
  const granted = grantNew(wishes, judged, context.settings.merge);
  const refused = new Map([...judged.refused, ...granted.refused]);
  const owner = ownersByRecord(current, granted.leads);
  const ttls = sharedTtls(current, granted.leads, judged.fixed);
  return {
    candidates: candidates.filter(candidate => !refused.has(candidate)),
    context: {
      ...context,
      owners: keepingRefused(context, judged.refused.keys()),
      sharedTtl: type => ttls.get(type),
    },
    findings: [
      ...[...refused].flatMap(([candidate, obstacle]) =>
        findingsOf(
          candidate,
          owner.has(recordId(obstacle.other)) ? 'conflict' : 'not-owned',
          whyRefused(candidate, obstacle, owner, judged),
          context.view.zone.id,
        ),
      ),
      ...ttlFindings(granted.leads, ttls, context),
      ...sharing(current.name, granted.leads, context),
    ],
    adopted: new Set(granted.leads.flatMap(({ standing }) => standing.map(({ record }) => record))),
    gives: record => granted.beside.obstacleTo(record) !== undefined,
  };
}

function wishOf(candidate: Candidate, current: Current, context: NameContext): Wish {
  const { view, settings, typesAt, owners } = context;
  const isPresent = (object: ObjectRef) => current.ours.some(({ claim }) => owners.isOf(claim.ownership, object));
  const made = desiredRecords(candidate, { zone: view.zone, settings, typesAt, isPresent });
  const records = 'message' in made ? [] : made.map(({ record }) => record).filter(one => isManaged(one, context));
  const group = groupOf(candidate.endpoints[0]?.type ?? 'A');
  const standing = current.ours.filter(
    owned =>
      groupOf(owned.record.type) === group &&
      decidingClaims(owned).some(({ ownership }) => candidate.objects.some(object => owners.isOf(ownership, object))),
  );
  return { candidate, records, standing: [...standing, ...unowned(current, records, candidate, context)] };
}

const isManaged = ({ type }: RecordSet, { settings }: NameContext) => settings.types.includes(type as ManagedType);

/** What stands at the name and stays, whatever is asked for. */
function fixedRecords(current: Current, wishes: readonly Wish[], context: NameContext): RecordSet[] {
  const { owners, settings } = context;
  const asked = new Set(wishes.flatMap(({ standing }) => standing.map(({ record }) => record)));
  const together = new Set(
    wishes.flatMap(({ candidate, standing }) => (candidate.parts ? standing.map(({ record }) => record) : [])),
  );
  const stays = (owned: OwnedRecord) => {
    const ownerships = decidingClaims(owned).map(({ ownership }) => ownership);
    if (settings.policy === 'create-only' || !isManaged(owned.record, context)) return true;
    // The parts that are frozen are among what is wanted.
    if (together.has(owned.record)) return false;
    if (ownerships.some(one => owners.frozen(one))) return true;
    if (asked.has(owned.record)) return false;
    return (
      ownerships.some(one => owners.keeping(one, current.name, owned.record)) || isAwaited(owned, current.name, context)
    );
  };
  return [
    ...current.foreign
      .map(({ record }) => record)
      .filter(record => !isOwnershipRecord(record, settings.naming) && !asked.has(record)),
    ...current.ours.filter(stays).map(({ record }) => record),
  ];
}

/** Whether some object waits for the name, while the one that has the record set (of several: all of them) has gone. */
export function isAwaited(owned: OwnedRecord, name: DnsName, { owners }: NameContext): boolean {
  const ownerships = decidingClaims(owned).map(({ ownership }) => ownership);
  return ownerships.some(one => owners.awaited(one, name)) && !ownerships.some(one => owners.asks(one, name));
}

interface Judged {
  /** What stays, that of refused holders included. */
  readonly fixed: readonly RecordSet[];
  readonly holders: readonly Wish[];
  readonly refused: ReadonlyMap<Candidate, Obstacle>;
}

interface Staying {
  readonly staying: readonly RecordSet[];
  /** Those of ours. */
  readonly own: readonly RecordSet[];
  readonly merge: MergeScope;
}

/** Of the objects that have record sets at the name, those whose wishes cannot be met keep what they have. */
function judgeHolders(wishes: readonly Wish[], { staying, own, merge }: Staying): Judged {
  const fixed = [...staying];
  const beside = new Beside(staying);
  const kept = new Map(own.map(record => [facetOf(record), record]));
  const refused = new Map<Candidate, Obstacle>();
  const holders = wishes.filter(({ standing }) => standing.length > 0).sort(byPreference);
  const open = () => holders.filter(({ candidate }) => !refused.has(candidate));
  const refuse = ({ candidate, standing }: Wish, obstacle: Obstacle) => {
    refused.set(candidate, obstacle);
    for (const { record } of standing) {
      fixed.push(record);
      beside.add(record);
      kept.set(facetOf(record), record);
    }
  };
  for (;;) {
    const next = [
      firstObstacle(open(), beside),
      comingIn(open(), kept, merge),
      contending(open()),
      disagreeing(open()),
    ].find(({ length }) => length > 0);
    if (!next) return { fixed, holders: open(), refused };
    for (const { wish, obstacle } of next) refuse(wish, obstacle);
  }
}

interface Against {
  readonly wish: Wish;
  readonly obstacle: Obstacle;
}

/** Of each wish that clashes with what stays the first obstacle; what another has by the same set identifier is one, too. */
function firstObstacle(wishes: readonly Wish[], beside: Beside): Against[] {
  return wishes.flatMap(wish => {
    const obstacle = obstacleIn(wish, record => takenFrom(wish, record, beside) ?? beside.obstacleTo(record));
    return obstacle ? [{ wish, obstacle }] : [];
  });
}

function takenFrom({ standing }: Wish, record: RecordSet, beside: Beside): Obstacle | undefined {
  const other = beside.same(record);
  const isOwn = standing.some(owned => recordId(owned.record) === recordId(record));
  return other === undefined || isOwn ? undefined : { clash: 'taken', other };
}

function obstacleIn({ records }: Wish, look: (record: RecordSet) => Obstacle | undefined): Obstacle | undefined {
  for (const record of records) {
    const obstacle = look(record);
    if (obstacle) return obstacle;
  }
  return undefined;
}

/** Whether a wish is for what its object has already, by its set identifier: with other types, too. */
const staysIn = ({ candidate, standing }: Wish): boolean =>
  standing.some(({ record }) => facetOf(record) === facetOfCandidate(candidate));

/**
 * Those who come from another set identifier (or from none) to one that somebody else has, or asks for before them, if only
 * with another type: it is one object's, so theirs would be published no more.
 */
function comingIn(wishes: readonly Wish[], kept: ReadonlyMap<Facet, RecordSet>, merge: MergeScope): Against[] {
  return [...groupBy(wishes, ({ candidate }) => facetOfCandidate(candidate))].flatMap(([facet, all]) => {
    const staying = all.filter(staysIn);
    const [first] = [...staying, ...all];
    const stood = new Map(
      staying.flatMap(({ standing }) => standing.map(({ record }) => [recordId(record), record] as const)),
    );
    return all.flatMap(wish => {
      if (staysIn(wish)) return [];
      const [taken] = wish.records.flatMap(record => stood.get(recordId(record)) ?? []);
      const other = kept.get(facet) ?? taken ?? (first === wish ? undefined : withoutRoom(wish, first, merge));
      return other ? [{ wish, obstacle: { clash: 'taken' as const, other } }] : [];
    });
  });
}

/** A record set of one who has a set identifier (or none) that another one cannot have types of its own beside. */
function withoutRoom({ candidate, records }: Wish, first: Wish | undefined, merge: MergeScope): RecordSet | undefined {
  const [other] = first?.records ?? [];
  if (!first || !other) return undefined;
  const all = [...records, ...first.records];
  const isFree = new Set(all.map(({ type }) => type)).size === all.length && all.every(({ type }) => type !== 'CNAME');
  const isSimple = other.setIdentifier === undefined;
  return isSimple && merge !== 'object' && isFree && isNear(first.candidate, candidate, merge) ? undefined : other;
}

/** Those who ask for a set identifier that another one asks for, too: the one that has it keeps it, else the first gets it. */
function contending(wishes: readonly Wish[]): Against[] {
  const first = new Map<string, Wish>();
  const has = ({ standing }: Wish, id: string) => standing.some(({ record }) => recordId(record) === id);
  for (const wish of wishes) {
    for (const id of wish.records.map(recordId)) {
      const other = first.get(id);
      if (!other || (has(wish, id) && !has(other, id))) first.set(id, wish);
    }
  }
  return wishes.flatMap(wish => {
    const lost = wish.records.find(record => first.get(recordId(record)) !== wish);
    return lost ? [{ wish, obstacle: { clash: 'taken', other: lost } }] : [];
  });
}

/**
 * Those whose wishes clash with another's: they who want something else than what stands; where all of them go on as they
 * are but for their place, the last.
 */
function disagreeing(wishes: readonly Wish[]): Against[] {
  const clashing = clashesWith(wishes, new Beside(wishes.flatMap(({ records }) => records)));
  if (clashing.length === 0) return [];
  const standing = new Beside(wishes.flatMap(one => one.standing.map(({ record }) => record)));
  const isNew = ({ wish }: Against) => obstacleIn(wish, record => standing.obstacleTo(record))?.clash !== undefined;
  const changing = clashing.filter(isNew);
  return changing.length > 0 ? changing : clashing.slice(-1);
}

function clashesWith(wishes: readonly Wish[], beside: Beside): Against[] {
  return wishes.flatMap(wish => {
    const obstacle = obstacleIn(wish, record => beside.obstacleTo(record));
    return obstacle ? [{ wish, obstacle }] : [];
  });
}

const byPreference = (a: Wish, b: Wish) => compareCandidates(a.candidate, b.candidate);

interface Granted {
  /** Whose record sets are to stand: one a set identifier, or two that share its types. */
  readonly leads: readonly Wish[];
  readonly beside: Beside;
  readonly refused: ReadonlyMap<Candidate, Obstacle>;
}

/** Objects that have nothing at the name yet, one after the other, as far as there is room beside the others. */
function grantNew(wishes: readonly Wish[], { fixed, holders }: Judged, merge: MergeScope): Granted {
  const leads = [...holders];
  const beside = new Beside([...fixed, ...holders.flatMap(({ records }) => records)]);
  const refused = new Map<Candidate, Obstacle>();
  const held = groupBy(holders, ({ candidate }) => facetOfCandidate(candidate));
  const taken = new Set(held.keys());
  for (const wish of wishes.filter(({ standing }) => standing.length === 0).sort(byPreference)) {
    const facet = facetOfCandidate(wish.candidate);
    const moved = movedHere(wish, held.get(facet) ?? [], merge);
    const obstacle = moved ?? obstacleIn(wish, record => beside.obstacleToNew(record));
    if (obstacle) refused.set(wish.candidate, obstacle);
    else if (!taken.has(facet)) {
      taken.add(facet);
      leads.push(wish);
      for (const record of wish.records) beside.add(record);
    }
  }
  return { leads, beside, refused };
}

/** An object of the name that takes a set identifier which is new there goes before others that ask for it, too. */
function movedHere(wish: Wish, here: readonly Wish[], merge: MergeScope): Obstacle | undefined {
  const [first] = here;
  if (!first || here.some(staysIn)) return undefined;
  const ids = new Set(wish.records.map(recordId));
  const other = first.records.find(one => ids.has(recordId(one))) ?? withoutRoom(wish, first, merge);
  return other && { clash: 'taken', other };
}

/** Whose a record set is or will be, as messages name it. */
function ownersByRecord({ ours }: Current, leads: readonly Wish[]): ReadonlyMap<string, string> {
  return new Map([
    ...ours.map(({ record, claim }) => [recordId(record), claim.ownership.resource ?? 'another object'] as const),
    ...leads.flatMap(({ candidate, records }) =>
      records.map(record => [recordId(record), listObjects(candidate.objects)] as const),
    ),
  ]);
}

const REASONS: Readonly<Record<Obstacle['clash'], (other: RecordSet) => string>> = {
  cname: () => 'and DNS allows nothing beside a CNAME',
  policy: () => 'and Route 53 takes one routing policy for a name and type',
  place: () => 'and of each region, failover role and location a name and type has one',
  taken: ({ setIdentifier }) =>
    setIdentifier === undefined
      ? 'and the simple record sets of a name are one object’s'
      : 'and each set identifier of a name is one object’s',
  full: () => 'and Route 53 takes no more of one name and type',
};

function whyRefused(
  candidate: Candidate,
  { clash, other }: Obstacle,
  owner: ReadonlyMap<string, string>,
  { refused }: Judged,
): string {
  const [{ routing, setIdentifier } = { routing: undefined, setIdentifier: undefined }] = candidate.endpoints;
  const asked = setIdentifier === undefined ? 'as a simple record set' : `${said({ routing, setIdentifier })}`;
  const what = clash === 'full' ? 'as many as it may have' : said(other);
  const whose = owner.get(recordId(other)) ?? 'not fairlead’s';
  const stays = refused.has(candidate) ? '; what stands stays' : '';
  return `${candidate.name} is not published ${asked}: it has ${other.type} ${what} (${whose}), ${REASONS[clash](other)}${stays}`;
}

function said(record: {
  readonly setIdentifier?: string | undefined;
  readonly routing?: RecordSet['routing'] | undefined;
}) {
  const routed = { ...(record.routing && { routing: record.routing }) };
  if (record.setIdentifier === undefined) return policyOf(routed);
  return `"${record.setIdentifier}" with ${policyOf(routed)} routing (${describeRouting(routed)})`;
}

/** What the objects of refused candidates have stays, though nothing that can be published asks for it. */
function keepingRefused({ owners }: NameContext, refused: Iterable<Candidate>): NameContext['owners'] {
  const objects = [...refused].flatMap(candidate => candidate.objects);
  if (objects.length === 0) return owners;
  const message = 'its object asks for a routing that cannot stand beside the others';
  return {
    ...owners,
    keeping: (ownership, name, record) =>
      owners.keeping(ownership, name, record) ??
      (objects.some(object => owners.isOf(ownership, object)) ? { why: 'waiting', message } : undefined),
  };
}

/** The TTL of the weighted record sets of each type. */
function sharedTtls(
  current: Current,
  leads: readonly Wish[],
  fixed: readonly RecordSet[],
): ReadonlyMap<string, number> {
  const ttls = new Map<string, number>();
  const ttlsOf = (records: readonly RecordSet[], type: string) =>
    records.filter(record => record.type === type && sharesTtl(record)).map(({ ttl = 0 }) => ttl);
  const asking = leads.flatMap(({ records }) => records);
  const holding = leads.filter(({ standing }) => standing.length > 0).flatMap(({ records }) => records);
  for (const type of new Set(asking.filter(sharesTtl).map(record => record.type))) {
    const [stays] = ttlsOf(fixed, type);
    const [now] = ttlsOf(
      current.ours.map(({ record }) => record),
      type,
    );
    const holders = ttlsOf(holding, type);
    const wanted = holders.length > 0 ? holders : ttlsOf(asking, type);
    const [first] = [...wanted].sort((a, b) => a - b);
    const keeps = now !== undefined && wanted.includes(now) ? now : undefined;
    const ttl = stays ?? keeps ?? first;
    if (ttl !== undefined) ttls.set(type, ttl);
  }
  return ttls;
}

function ttlFindings(
  leads: readonly Wish[],
  ttls: ReadonlyMap<string, number>,
  { view: { zone } }: NameContext,
): Finding[] {
  return leads.flatMap(({ candidate, records }) => {
    const other = records.find(record => sharesTtl(record) && record.ttl !== ttls.get(record.type));
    if (!other) return [];
    const message = `${candidate.name} ${other.type} is published with a TTL of ${ttls.get(other.type)} s, not ${other.ttl} s: Route 53 takes one for all weighted record sets of a name, give the others the same ttl annotation`;
    return findingsOf(candidate, 'warning', message, zone.id);
  });
}

/** Whoever shares a name by set identifiers is told with whom. */
function sharing(name: DnsName, leads: readonly Wish[], { view: { zone } }: NameContext): Finding[] {
  const objects = new Map(leads.flatMap(({ candidate }) => candidate.objects).map(one => [describeObject(one), one]));
  const facets = new Set(leads.map(({ candidate }) => facetOfCandidate(candidate)));
  if (objects.size < 2 || facets.size < 2) return [];
  const all = [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  const message = `${name} is shared by set identifiers, among ${listObjects(all)}`;
  return findingsOf({ name, objects: all }, 'merged', message, zone.id);
}
