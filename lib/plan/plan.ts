import { groupBy } from '../group.ts';
import type {
  DnsName,
  Finding,
  HostedZone,
  NameChange,
  RecordSet,
  Removal,
  ZoneId,
  ZoneState,
} from '../model/index.ts';
import { changeKey, nameOfKey, recordId } from '../model/index.ts';
import { type Claim, wildcardTwin } from '../registry/index.ts';
import { firstOf } from '../shown.ts';
import { type BrakeContext, guardRemovals, guardUpdates, partyKey } from './brakes/brakes.ts';
import { frozenFinding, isFrozen, unknownFreezes } from './brakes/freeze.ts';
import { awaitGrace, type Unwanted, unwantedNow } from './brakes/unwanted.ts';
import { orderChanges } from './change/change.ts';
import { withoutRefused } from './claims/allowed.ts';
import type { NameContext, PlannedChange } from './context.ts';
import { type Current, currentAt, recordsAt, viewZones, type ZoneView } from './current/current.ts';
import { leftoverTest, publishedObjects, strayFindings } from './current/leftovers.ts';
import { olderFindings, sealedFindings } from './current/sealed.ts';
import { decidingClaims, standsShared } from './current/shares.ts';
import { type Candidate, type Candidates, gatherCandidates, mayStandIn } from './desired/candidates.ts';
import type { PlanInput, PlanOutput } from './input.ts';
import { type NamePlan, planName, planRenewal } from './name/name.ts';
import { undoneByName, withoutUndone } from './name/undone.ts';
import { type GaveUp, givenUpTest } from './owners/given-up.ts';
import { type Owners, ownersOf } from './owners/owners.ts';
import { placeNames, type Role } from './placement.ts';
import { hidesIn } from './preconditions/delegation.ts';
import { withoutClashes } from './sending/clash.ts';
import { countStanding, type Standing, withinNamespaceLimit } from './sending/namespace-limit.ts';
import { withoutHopeless } from './sending/refusals.ts';
import { holdUnplaced } from './zones/pins.ts';
import { passesFilter } from './zones/zones.ts';

const NO_CANDIDATES: readonly Candidate[] = [];

/**
 * Compares what the clusters want with what the zones hold. Pure and total: the same input gives the same plan, byte for
 * byte, sorted; everything that is left alone has a finding that says why. Linear in the number of record sets.
 */
export function plan(input: PlanInput): PlanOutput {
  const { settings, elsewhere = [], leftOut = [] } = input;
  const selected = [...input.zones.map(({ zone }) => zone), ...elsewhere];
  const allowed = withoutRefused(input.snapshots, selected, settings);
  const owners = ownersOf(holdUnplaced(allowed.snapshots, selected), settings.sourceOf, input.forced);
  const candidates = gatherCandidates(allowed.snapshots, settings.merge, input.among);
  const views = viewZones(input.zones, settings);
  const viewOf = new Map(views.map(view => [view.zone.id, view]));
  const has = (zone: ZoneId, name: DnsName) => {
    const view = viewOf.get(zone);
    return view !== undefined && currentAt(name, view, settings, owners).ours.length > 0;
  };
  const placed = placeNames(candidates, { views, elsewhere, leftOut, has, settings });
  const published = publishedObjects(views, settings, owners);
  const gaveUp = givenUpTest(input.snapshots, input.earlier, owners);
  const planned = input.zones.map((state, i) => {
    const roles = placed.byZone.get(state.zone.id) ?? new Map<DnsName, Role>();
    const view = views[i] as ZoneView;
    const upper = zonesAbove(view, views);
    return planZone({ state, view, upper, roles, candidates, owners, published, gaveUp, input });
  });
  const findings = [...allowed.findings, ...placed.findings, ...planned.flatMap(zone => zone.findings)];
  return {
    zones: planned.map(({ zone, changes }) => ({ zone, changes })),
    findings: [...findings, ...unknownFreezes(input)].filter(finding => isTold(finding, input)).sort(compareFindings),
    unwantedSince: new Map(planned.map(zone => [zone.zone.id, zone.unwanted.unwantedSince])),
    givenUp: new Map(planned.map(zone => [zone.zone.id, zone.unwanted.givenUp])),
    heldWith: new Map(planned.map(zone => [zone.zone.id, zone.unwanted.heldWith])),
    removals: new Map(planned.map(zone => [zone.zone.id, zone.removals])),
    looked: new Set(planned.flatMap(zone => zone.looked)),
    misread: new Map(planned.map(zone => [zone.zone.id, zone.misread])),
    owned: new Map(planned.map(zone => [zone.zone.id, zone.owned])),
    crowded: new Set(planned.flatMap(({ isCrowded, zone }) => (isCrowded ? [zone.id] : []))),
  };
}

/** What is told of names that this plan is not about is left to one that is. */
function isTold({ name, object, zone }: Finding, { scope, only }: PlanInput): boolean {
  if (name === undefined) return true;
  if (only) return zone !== undefined && only.get(zone)?.has(name) === true;
  if (!scope || object === undefined || scope.clusters.has(object.cluster)) return true;
  return [...scope.names].some(([id, names]) => (zone === undefined || id === zone) && names.has(name));
}

interface PlannedZone {
  readonly zone: HostedZone;
  readonly changes: readonly NameChange[];
  readonly findings: readonly Finding[];
  readonly unwanted: Unwanted;
  readonly removals: readonly Removal[];
  readonly misread: ReadonlySet<string>;
  readonly owned: number;
  readonly isCrowded: boolean;
  readonly looked: readonly string[];
}

interface ZoneContext {
  readonly state: ZoneState;
  readonly view: ZoneView;
  readonly upper: readonly ZoneView[];
  readonly roles: ReadonlyMap<DnsName, Role>;
  readonly candidates: Candidates;
  readonly owners: Owners;
  readonly published: () => ReadonlySet<string>;
  readonly gaveUp: GaveUp;
  readonly input: PlanInput;
}

function planZone(context: ZoneContext): PlannedZone {
  const { state, view, input } = context;
  const planned = planNames(context);
  const all = [...planned.plans.values()].flatMap(plan => plan.changes);
  // Names that are unwanted in a frozen zone are so from the end of the freeze on, so that the guard judges them together.
  const frozen = isFrozen(state.zone, input.settings);
  const changes = frozen ? [] : all;
  const braked = brake(changes, planned, context);
  const within = withinNamespaceLimit(braked.allowed, {
    ...context,
    settings: input.settings,
    standing: planned.standing,
  });
  const compatible = withoutClashes(within.allowed, state.zone.id);
  const ordered = orderChanges(compatible.compatible, state.zone.id);
  const sent = withoutHopeless(ordered, state, context.owners, input.now);
  return {
    zone: state.zone,
    changes: sent.sent.map(({ change }) => change),
    findings: [
      ...[...planned.plans.values()].flatMap(plan => plan.findings),
      ...keptFindings(planned.plans, state.zone),
      ...strayFindings([...[...planned.plans.values()].flatMap(({ stray }) => stray), ...unread(context)], view),
      ...(frozen && !input.only ? [frozenFinding(state.zone, all)] : []),
      ...(input.only || input.scope
        ? []
        : [...sealedFindings(view, input.settings), ...olderFindings(view, input.settings, context.owners)]),
      ...braked.findings,
      ...within.findings,
      ...compatible.findings,
      ...sent.findings,
    ],
    unwanted: braked.unwanted,
    removals: braked.removals,
    misread: planned.misread,
    owned: planned.records,
    isCrowded: within.findings.length > 0,
    looked: lookedAt(context, planned.plans),
  };
}

/**
 * Ownership records of ours that are not read as such: of wildcards, as they are written without the replacement that the
 * config has, and those whose names do not carry its affixes.
 */
function unread({ view, owners, input }: ZoneContext): readonly Claim[] {
  if (input.only || input.scope) return [];
  const replaced = input.settings.naming.wildcardReplacement !== '';
  const wildcards = replaced ? [...view.ownership].filter(([name]) => name.startsWith('*.')) : [];
  const claims = [...wildcards.flatMap(([, some]) => some), ...view.unnamed];
  return claims.filter(({ ownership }) => owners.ours(ownership.owner));
}

/** Announced names are settled too where nothing stands any more. */
function lookedAt({ view, input }: ZoneContext, plans: ReadonlyMap<DnsName, NamePlan>): string[] {
  const prefix = `${view.zone.id} `;
  const here = [...(input.renew ?? [])].filter(key => key.startsWith(prefix));
  return here.filter(key => input.scope === undefined || plans.has(key.slice(prefix.length)));
}

/** Names that each party has, by {@link partyKey}. */
type Owned = ReadonlyMap<string, number>;

interface PlannedNames {
  readonly plans: ReadonlyMap<DnsName, NamePlan>;
  readonly owned: Owned;
  readonly isUnwanted: BrakeContext['isUnwanted'];
  /** Record sets of ours. */
  readonly records: number;
  readonly standing: Standing;
  readonly misread: ReadonlySet<string>;
}

/** Plans the names of a zone one by one; a name that is an alias to another one of the zone after that one. */
function planNames(context: ZoneContext): PlannedNames {
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
  const standing = countStanding(currents.values(), owners);
  const misread = misreadIn(currents.values());
  const owned = countOwned(currents.values(), owners);
  return { plans, owned, isUnwanted, records, standing, misread };
}

/** What stands of ours at a name in the nearest of the zones above that has any of it. */
function holdingAbove(name: DnsName, { upper, owners, input }: ZoneContext): ReturnType<NameContext['above']> {
  for (const view of upper) {
    const { ours } = currentAt(name, view, input.settings, owners);
    if (ours.length > 0) return { ours, zone: view.zone };
  }
  return { ours: [] };
}

/** The zones above one, of its kind, the nearest first. */
function zonesAbove({ zone }: ZoneView, views: readonly ZoneView[]): readonly ZoneView[] {
  return views
    .filter(({ zone: other }) => other.private === zone.private && zone.name.endsWith(`.${other.name}`))
    .sort((a, b) => b.zone.name.length - a.zone.name.length);
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
  if (role === 'stays') return nothing;
  // Ownership of another zone's apex, which ExternalDNS writes into the zone above.
  if (name !== view.zone.name && input.elsewhere?.some(zone => zone.name === name)) return nothing;
  const serves = role === 'home' || (role === 'above' && current.ours.length > 0);
  const all = serves ? (candidates.get(name) ?? NO_CANDIDATES) : NO_CANDIDATES;
  const asking = all.every(one => mayStandIn(one, view.zone)) ? all : all.filter(one => mayStandIn(one, view.zone));
  if (asking.length === 0 && input.asked?.has(name) && !standsShared(current, context.owners)) {
    const message = 'an object that could not be read now asked for it when it was';
    const isKept = current.ours.length > 0 && input.scope === undefined;
    const stopped = current.ours.every(({ claim }) => context.owners.frozen(claim.ownership)?.why === 'config');
    return isKept && !stopped ? { ...nothing, keeping: { why: 'unread', message } } : nothing;
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
    for (const each of new Set([name, claimed])) if (passesFilter(each, settings.filter)) names.add(each);
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
      owners.clustersOf(ownership).some(cluster => scope.clusters.has(cluster)),
  );
}

function countOwned(currents: Iterable<Current>, owners: Owners): Owned {
  const owned = new Map<string, number>();
  for (const { ours } of currents) {
    // As their removals are counted: a change for each party and set identifier.
    const units = ours.flatMap(owned =>
      decidingClaims(owned).map(({ ownership }) => ({
        key: partyKey(owners.partyOf(ownership)),
        set: owned.record.setIdentifier ?? '',
      })),
    );
    for (const { key } of new Map(units.map(unit => [`${unit.key}\n${unit.set}`, unit])).values())
      owned.set(key, (owned.get(key) ?? 0) + 1);
  }
  return owned;
}

function brake(changes: readonly PlannedChange[], { owned, isUnwanted }: PlannedNames, zone: ZoneContext) {
  const { state, owners, input, roles, gaveUp } = zone;
  const context: BrakeContext = {
    state,
    settings: input.settings,
    owners,
    owned,
    isUnwanted,
    gaveUp,
    isBelow: name => roles.get(name) === 'left',
    now: input.now,
  };
  const unwanted = unwantedNow(changes, context);
  if (input.only) return { allowed: changes, findings: [], unwanted, removals: [] };
  const due = awaitGrace(changes, unwanted, context);
  const removals = guardRemovals(due.allowed, unwanted, context);
  const updates = guardUpdates(removals.allowed, context);
  return {
    allowed: updates.allowed,
    findings: [...due.findings, ...removals.findings, ...updates.findings],
    unwanted: { ...unwanted, heldWith: removals.heldWith },
    removals: removals.removals,
  };
}

/** How many names a finding shows. */
const SHOWN = 10;

/** What is kept though nobody asks for it: one finding a reason, however many names it concerns. */
function keptFindings(plans: ReadonlyMap<DnsName, NamePlan>, zone: HostedZone): Finding[] {
  const kept = [...plans].flatMap(([name, { keeping, partly = false }]) =>
    keeping && keeping.why !== 'config' ? [{ name, why: keeping.message, partly }] : [],
  );
  return [...groupBy(kept, ({ why, partly }) => `${partly} ${why}`).values()].map(group => {
    const [{ why, partly }] = group as [(typeof kept)[number]];
    const names = group.map(({ name }) => name).sort();
    const [first] = names as [DnsName];
    const one = names.length === 1;
    const shown = one ? first : `${names.length} names (${firstOf(names, SHOWN)})`;
    const what = partly ? (one ? `a part of ${shown} is` : `parts of ${shown} are`) : `${shown} ${one ? 'is' : 'are'}`;
    const message = `${what} kept though no object asks for ${one ? 'it' : 'them'}: ${why}`;
    return { reason: 'frozen', message, name: first, zone: zone.id };
  });
}

function compareFindings(a: Finding, b: Finding): number {
  const key = (finding: Finding) =>
    [
      finding.name ?? '',
      finding.zone ?? '',
      finding.object ? JSON.stringify(finding.object) : '',
      finding.reason,
      finding.type ?? '',
      finding.message,
    ].join('\u0000');
  const left = key(a);
  const right = key(b);
  return left < right ? -1 : left > right ? 1 : 0;
}
