import { type DnsName, type Finding, isAddressType, type ObjectRef, recordId } from '../../model/index.ts';
import { type Delta, diff } from '../change/diff.ts';
import { firstKeeps, type StayingRecord } from '../conflict/conflict.ts';
import { type Contender, ofFacet } from '../conflict/contenders.ts';
import { merging } from '../conflict/told.ts';
import { unowned } from '../conflict/unowned.ts';
import type { NameContext } from '../context.ts';
import type { Current, OwnedRecord } from '../current/current.ts';
import { decidingClaims } from '../current/shares.ts';
import type { Candidate } from '../desired/candidates.ts';
import type { DesiredRecord } from '../desired/desired.ts';
import { type Facet, facetOf, facetOfCandidate } from '../desired/facets.ts';
import { unmetPreconditions } from '../preconditions/preconditions.ts';
import type { Unmet } from '../preconditions/unmet.ts';
import { describeSet } from '../preconditions/unmet.ts';
import { isAwaited } from '../routing/fixed.ts';
import type { Settled } from '../routing/routing.ts';
import { isManaged } from '../settings.ts';
import { adoptable, adoptions, withAdopted } from './adoption.ts';
import { decide } from './decision.ts';
import { keepingOf } from './idle.ts';
import { type FacetPlan, type Told, tell } from './name-plan.ts';

/** The name of a facet with all that is asked for. */
interface Around {
  readonly whole: Current;
  readonly candidates: readonly Candidate[];
  readonly gives: Settled['gives'];
  readonly adopted: Settled['adopted'];
}

export function planFacet(
  facet: Facet,
  { whole, candidates, gives, adopted }: Around,
  context: NameContext,
): FacetPlan {
  const asking = candidates.filter(candidate => facetOfCandidate(candidate) === facet);
  const current = {
    ...ofFacet(whole, facet),
    foreign: whole.foreign.filter(({ record }) => !adopted.has(record) || facetOf(record) === facet),
  };
  if (asking.length === 0) return removeFacet(current, gives, context);
  const { winners, covered, staying, findings } = firstKeeps(current, asking, context);
  const [first] = winners;
  if (!first) return { deltas: [], findings, objects: [] };
  const plan = planDesired(
    current,
    winners,
    { staying, covered, whole: withoutGoing(whole, candidates, context) },
    context,
  );
  const keeping = staying.find(one => one.keeping && one.keeping.why !== 'waiting')?.keeping;
  return { ...plan, findings: [...findings, ...plan.findings], ...(keeping && { keeping }) };
}

/** What of other types goes in the same batch is in no CNAME's way. */
function withoutGoing(whole: Current, candidates: readonly Candidate[], context: NameContext): Current {
  if (context.settings.policy !== 'sync' || whole.ours.every(({ record }) => isAddressType(record.type))) return whole;
  const asked = new Set(candidates.map(facetOfCandidate));
  const goes = ({ record }: OwnedRecord) => !isAddressType(record.type) && !asked.has(facetOf(record));
  const going = new Set(goneOf(whole.ours.filter(goes), whole.name, context));
  return { ...whole, ours: whole.ours.filter(owned => !going.has(owned)) };
}

/** Those of which nothing says that they stay. */
const goneOf = (ours: readonly OwnedRecord[], name: DnsName, context: NameContext): readonly OwnedRecord[] =>
  ours.filter(
    owned =>
      isManaged(owned.record.type, context.settings) &&
      !keepingOf(owned, name, context) &&
      !isAwaited(owned, name, context),
  );

/** A facet that no object asks for, at a name that is asked for otherwise. */
function removeFacet(current: Current, gives: Settled['gives'], context: NameContext): FacetPlan {
  const { owners, settings, view } = context;
  const gone = goneOf(current.ours, current.name, context);
  const mayGo = ({ record }: OwnedRecord) =>
    settings.policy === 'sync' || (settings.policy === 'upsert-only' && gives(record));
  const deltas = gone.filter(mayGo).map(before => ({ before }));
  const findings = gone
    .filter(owned => !mayGo(owned))
    .map(({ record }): Finding => {
      const { name, type, setIdentifier } = record;
      const message = `${name} ${type}${describeSet(record)} is kept though no object asks for it: the policy is ${settings.policy}`;
      const identity = { name, type, ...(setIdentifier !== undefined && { setIdentifier }) };
      return { reason: 'policy', message, ...identity, zone: view.zone.id };
    });
  const [first] = deltas;
  return {
    deltas,
    findings,
    objects: [],
    ...(first && { party: owners.partyOf(first.before.claim.ownership) }),
  };
}

interface Beside {
  /** Objects that are told what the winners are told. */
  readonly covered: readonly ObjectRef[];
  readonly staying: readonly StayingRecord[];
  /** The name with all its facets. */
  readonly whole: Current;
}

function planDesired(asRead: Current, winners: readonly Contender[], beside: Beside, context: NameContext): FacetPlan {
  const { staying, covered, whole } = beside;
  const [{ candidate: first }] = winners as [Contender];
  const objects = winners.flatMap(({ candidate }) => candidate.objects);
  const party = { owner: first.owner, cluster: first.cluster };
  const desired = winners.flatMap(({ records }) => records.map(want => withStandingHealth(want, asRead, context)));
  const isNoop = context.settings.registry === 'noop';
  const adopted = isNoop
    ? unowned(
        asRead,
        desired.map(({ record }) => record),
        first,
        context,
      )
    : adoptable(asRead, desired, objects, context);
  const ours = [...asRead.ours.filter(owned => !staying.some(one => one.owned === owned)), ...adopted];
  const current = withAdopted({ ...asRead, ours }, adopted);
  const told: Told = { name: first.name, objects: [...objects, ...covered], context };
  const quiet = current.foreign.length === 0 && adopted.length === 0 && staying.length === 0;
  const { zone } = context.view;
  if (quiet && diff(ours, desired).length === 0)
    return { deltas: [], findings: merging(winners, zone.id), party, objects };
  const unmet = unmetPreconditions({ ...whole, foreign: current.foreign }, desired, staying, context);
  const { writable, removable, findings } = sortOut(current, desired, unmet, told);
  const standing = ours.filter(
    owned => removable.includes(owned) || writable.some(({ record }) => record.type === owned.record.type),
  );
  const deltas = [...diff(standing, writable), ...(isNoop ? [] : adoptions(adopted, writable))];
  const decided = decide(deltas, told);
  return {
    deltas: decided.deltas,
    findings: [...merging(publishedOf(winners, ours, decided.deltas), zone.id), ...findings, ...decided.findings],
    party,
    objects,
  };
}

/** Those of whom something stands when all is done: who is published beside nobody is not merged. */
function publishedOf(
  winners: readonly Contender[],
  ours: readonly OwnedRecord[],
  deltas: readonly Delta[],
): readonly Contender[] {
  const stands = new Set(ours.map(({ record }) => recordId(record)));
  for (const { before } of deltas) if (before) stands.delete(recordId(before.record));
  for (const { after } of deltas) if (after) stands.add(recordId(after.record));
  return winners.filter(({ records }) => records.some(({ record }) => stands.has(recordId(record))));
}

/**
 * An alias to a service that knows no target health keeps what it says of it: which of the two Route 53 takes was found
 * out when it was made.
 */
function withStandingHealth(want: DesiredRecord, { ours, foreign }: Current, { settings }: NameContext): DesiredRecord {
  const { alias, type } = want.record;
  if (!alias?.evaluateTargetHealth || settings.aliasTraitsOf?.(alias.zoneId).targetHealth !== false) return want;
  const standing = [...ours, ...foreign].find(
    ({ record }) => record.type === type && record.alias?.zoneId === alias.zoneId,
  );
  if (standing?.record.alias?.evaluateTargetHealth !== false) return want;
  return { ...want, record: { ...want.record, alias: { ...alias, evaluateTargetHealth: false } } };
}

/**
 * Which desired records can be written, and which of ours can go for them.
 *
 * | desired | in the way           | current   | done                                              |
 * |---------|----------------------|-----------|---------------------------------------------------|
 * | A, AAAA | of the AAAA          | –         | the A alone, told                                 |
 * | A, AAAA | of the A             | –         | nothing: an AAAA alone leaves IPv4 without answer |
 * | A, AAAA | of the AAAA          | CNAME     | the CNAME is exchanged for the A, told            |
 * | CNAME   | of the CNAME         | A, AAAA   | nothing: the old record stays until the exchange  |
 * | AAAA; another's A | of the AAAA | CNAME    | nothing: what an object has goes for its own alone |
 */
function sortOut(current: Current, desired: readonly DesiredRecord[], unmet: readonly Unmet[], told: Told) {
  const stands = (type: string) => current.ours.some(({ record }) => record.type === type);
  const isUnmet = (type: string) => unmet.some(one => one.type === type || (one.whole && !stands(type)));
  const wants = (type: string) => desired.some(({ record }) => record.type === type);
  const unmanagedA = !isManaged('A', told.context.settings);
  const halves = wants('A') && !unmanagedA && isUnmet('A') && !stands('A') && wants('AAAA') && !stands('AAAA');
  const possible = desired.filter(({ record: { type } }) => !isUnmet(type) && !(halves && type === 'AAAA'));
  const unexchanged = withoutExchange(current, desired, possible, told);
  const writable = unexchanged ? [] : possible;
  const covered = desired.some(
    ({ record: { type } }) => stands(type) || writable.some(({ record }) => record.type === type),
  );
  const closed = unmet.some(({ whole }) => whole);
  const removable = current.ours.filter(
    owned => covered && !closed && isManaged(owned.record.type, told.context.settings) && !wants(owned.record.type),
  );
  const findings = unmet
    .filter(one => !saysItAgain(one, unmet))
    .flatMap(({ reason, message, type, owner }) => {
      // What the config leaves out is no fault, unless nothing else is published for the name.
      const real = reason === 'filtered' && !covered && current.ours.length > 0 ? 'policy' : reason;
      const found = tell(told, real, message, type);
      return owner === undefined ? found : found.map(finding => ({ ...finding, owner }));
    });
  if (unexchanged) {
    const message = `${current.name} has a CNAME of ${unexchanged.claim.ownership.resource}, which asks for the name and cannot exchange it: DNS allows nothing beside it`;
    for (const { record, object } of possible)
      findings.push(...tell({ ...told, objects: [object] }, 'conflict', message, record.type));
  }
  if (halves && !isUnmet('AAAA')) {
    const message = `${current.name} AAAA is not published alone: most clients would find no address while the A cannot be`;
    findings.push(...tell(told, 'conflict', message, 'AAAA'));
  }
  return { writable, removable, findings };
}

/** A CNAME whose object asks for other types, of which it can have none: it stays, and excludes what others ask for. */
function withoutExchange(
  { ours }: Current,
  desired: readonly DesiredRecord[],
  possible: readonly DesiredRecord[],
  { context: { owners } }: Told,
): OwnedRecord | undefined {
  if (desired.some(({ record }) => record.type === 'CNAME')) return undefined;
  return ours.find(owned => {
    const isItsOwn = ({ object }: DesiredRecord) =>
      decidingClaims(owned).some(({ ownership }) => owners.isOf(ownership, object));
    return owned.record.type === 'CNAME' && desired.some(isItsOwn) && !possible.some(isItsOwn);
  });
}

/** That the ownership record of a record set is its owner's, too, goes without saying. */
const saysItAgain = ({ reason, owner }: Unmet, unmet: readonly Unmet[]) =>
  reason === 'conflict' &&
  owner !== undefined &&
  unmet.some(other => other.reason === 'not-owned' && other.owner === owner);
