import type { DnsName, RecordSet, ZoneState } from '../model/index.ts';
import { changeKey, nameOfKey, recordId } from '../model/index.ts';
import { once } from '../once.ts';
import { wildcardTwin } from '../registry/index.ts';
import type { BrakeContext } from './brakes/brakes.ts';
import { countOwned, type Owned } from './brakes/owned.ts';
import type { NameContext, PlannedChange } from './context.ts';
import { type Current, currentAt, possiblyOurs } from './current/current.ts';
import { leftoverTest } from './current/leftovers.ts';
import { decidingClaims, standsShared } from './current/shares.ts';
import { recordsAt, type ZoneView } from './current/zone-view.ts';
import { type Candidate, type Candidates, mayStandIn } from './desired/candidates.ts';
import type { PlanInput } from './input.ts';
import { idleClaims } from './name/idle.ts';
import { planName, planRenewal } from './name/name.ts';
import type { NamePlan } from './name/name-plan.ts';
import { undoneByName, withoutUndone } from './name/undone.ts';
import type { GaveUp } from './owners/given-up.ts';
import type { Owners } from './owners/owners.ts';
import type { Role } from './placement.ts';
import { hidesIn } from './preconditions/delegation.ts';
import { countStanding, type Standing } from './sending/namespace-limit.ts';
import { passesFilter } from './zones/zones.ts';

const NO_CANDIDATES: readonly Candidate[] = [];

/** What the plan of one zone may look at. */
export interface ZoneContext {
  readonly state: ZoneState;
  readonly view: ZoneView;
  readonly roles: ReadonlyMap<DnsName, Role>;
  readonly candidates: Candidates;
  readonly owners: Owners;
  readonly published: () => ReadonlySet<string>;
  readonly gaveUp: GaveUp;
  readonly input: PlanInput;
}

export interface PlannedNames {
  readonly plans: ReadonlyMap<DnsName, NamePlan>;
  /** Counted when it is first asked: nothing is removed or changed in most runs. */
  readonly owned: () => Owned;
  readonly isUnwanted: BrakeContext['isUnwanted'];
  /** Record sets of ours. */
  readonly records: number;
  readonly standing: () => Standing;
  readonly misread: ReadonlySet<string>;
}

/** Plans the names of a zone one by one; a name that is an alias to another one of the zone after that one. */
export function planNames(context: ZoneContext): PlannedNames {
  const { view, input, owners } = context;
  const { settings } = input;
  const plans = new Map<DnsName, NamePlan>();
  const currents = new Map<DnsName, Current>();
  const open: DnsName[] = [];
  const current = (name: DnsName) => {
    const known = currents.get(name) ?? currentAt(name, view, settings, owners);
    currents.set(name, known);
    return known;
  };
  const undone = undoneByName(context.state);
  const names = namesOf(context, undone.keys());
  const typesAt = (name: DnsName): readonly string[] => {
    const isPlanned = names.has(name) && isAsked(current(name), context);
    const beyond = open.includes(name) || open.length > LONGEST_CHAIN;
    return typesAfter(recordsAt(name, view), isPlanned && !beyond ? planOf(name).changes : []);
  };
  const nameContext: NameContext = {
    view,
    settings,
    owners,
    typesAt,
    isLeftover: leftoverTest(view, context.published, settings, owners),
    above: name => holdingAbove(name, context),
    hides: hidesIn({ view, settings, owners }, context.candidates),
  };
  const planOf = (name: DnsName): NamePlan => {
    const known = plans.get(name);
    if (known) return known;
    open.push(name);
    const free = planOne(current(name), context, nameContext);
    const held = undone.get(name);
    const planned = held ? withoutUndone(free, name, held, { zone: view.zone, owners }) : free;
    open.pop();
    plans.set(name, planned);
    return planned;
  };
  for (const name of [...names].sort()) if (isAsked(current(name), context)) planOf(name);
  const records = [...currents.values()].reduce((sum, { ours }) => sum + ours.length, 0);
  const isUnwanted = (key: string) => {
    const name = nameOfKey(key);
    // What this plan is not about stays what it was.
    if (names.has(name) && !isAsked(current(name), context)) return true;
    const ours = current(name).ours.filter(({ record }) => changeKey(record) === key);
    return (
      ours.length > 0 &&
      ours.every(owned => decidingClaims(owned).every(({ ownership }) => !owners.asks(ownership, name)))
    );
  };
  const misread = misreadIn(currents.values());
  return {
    plans,
    owned: once(() => countOwned(currents.values(), owners)),
    isUnwanted,
    records,
    standing: once(() => countStanding(currents.values(), owners)),
    misread,
  };
}

/** What stands of ours at a name in the nearest of the zones above that has any of it. */
function holdingAbove(
  name: DnsName,
  { view: { parents }, owners, input }: ZoneContext,
): ReturnType<NameContext['above']> {
  for (const view of parents) {
    const ours = possiblyOurs(currentAt(name, view, input.settings, owners), owners);
    if (ours.length > 0) return { ours, zone: view.zone };
  }
  return { ours: [] };
}

function misreadIn(currents: Iterable<Current>): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const { foreign } of currents)
    for (const { claim, misread } of foreign) if (claim && misread !== undefined) ids.add(recordId(claim.txt));
  return ids;
}

/** Aliases into the zone that point to aliases into the zone, and so on: a longer chain than anybody needs. */
const LONGEST_CHAIN = 30;

function planOne(current: Current, context: ZoneContext, nameContext: NameContext): NamePlan {
  const { name } = current;
  const { candidates, roles, input, view } = context;
  const role = roles.get(name);
  const nothing: NamePlan = { changes: [], findings: [], stray: [] };
  if (role === 'stays') return { ...nothing, stray: idleClaims(current, nameContext) };
  // Ownership of another zone's apex, which ExternalDNS writes into the zone above.
  if (name !== view.zone.name && input.elsewhere?.some(zone => zone.name === name)) return nothing;
  const serves = role === 'home' || (role === 'above' && current.ours.length > 0);
  const all = serves ? (candidates.get(name) ?? NO_CANDIDATES) : NO_CANDIDATES;
  const asking = all.every(one => mayStandIn(one, view.zone)) ? all : all.filter(one => mayStandIn(one, view.zone));
  const unread = input.asked?.get(name);
  if (asking.length === 0 && unread !== undefined && !standsShared(current, context.owners)) {
    // What a run for some clusters leaves alone is told by one for all, but for what a person forced it to take.
    const isForced = current.ours.some(({ claim }) => context.owners.forced(claim.ownership));
    const isKept = current.ours.length > 0 && (input.scope === undefined || isForced);
    const frozen = current.ours.map(({ claim }) => context.owners.frozen(claim.ownership));
    if (!isKept || frozen.every(one => one?.why === 'config')) return nothing;
    // Why its own object could not be read says more than that another's could not.
    const own = frozen.find(one => one?.why === 'unread');
    const message = `${unread}: an object that could not be read now asked for it when it was`;
    return { ...nothing, keeping: own ?? { why: 'unread', message } };
  }
  const planned = planName(current, asking, nameContext);
  if (!input.renew?.has(`${view.zone.id} ${name}`)) return planned;
  return { ...planned, changes: [...planned.changes, ...planRenewal(current, planned, nameContext)] };
}

/** The address types that a name has when its changes are done. */
function typesAfter(records: readonly RecordSet[], changes: readonly PlannedChange[]): string[] {
  const sets = new Map(records.map(record => [recordId(record), record]));
  for (const { change } of changes) {
    for (const record of change.deletes) if (record.name === change.name) sets.delete(recordId(record));
    for (const record of change.creates) if (record.name === change.name) sets.set(recordId(record), record);
  }
  return ['A', 'AAAA'].filter(type => [...sets.values()].some(record => record.type === type));
}

/** Every name to look at in a zone: the desired ones, those that ownership records speak of, and those that are held. */
function namesOf({ view, roles, input: { settings } }: ZoneContext, undone: Iterable<DnsName>): Set<DnsName> {
  const names = new Set([...roles.keys(), ...undone]);
  if (view.above.length > 0) names.add(view.zone.name);
  for (const claimed of view.ownership.keys()) {
    const twin = wildcardTwin(claimed, settings.naming);
    const name = twin !== undefined && (names.has(twin) || view.records.has(twin)) ? twin : claimed;
    for (const each of name === claimed ? [name] : [name, claimed])
      if (!names.has(each) && passesFilter(each, settings.filter)) names.add(each);
  }
  return names;
}

/** Whether this plan is about the name. */
function isAsked({ name, ours, claims }: Current, { view, input, owners, candidates, roles }: ZoneContext): boolean {
  const { only, scope } = input;
  if (only && only.get(view.zone.id)?.has(name) !== true) return false;
  if (!scope || scope.names.get(view.zone.id)?.has(name) === true) return true;
  if (roles.has(name) && candidates.get(name)?.some(({ cluster }) => scope.clusters.has(cluster))) return true;
  return [...ours.map(({ claim }) => claim), ...claims].some(
    ({ ownership }) =>
      (ownership.cluster !== undefined && scope.clusters.has(ownership.cluster)) ||
      ownership.left?.some(cluster => scope.clusters.has(cluster)) === true ||
      owners.clustersOf(ownership).some(cluster => scope.clusters.has(cluster)),
  );
}
