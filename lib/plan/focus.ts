import type { DnsName, Finding, HostedZone, NameChange, Plan, ZoneState } from '../model/index.ts';
import { claimsOf, indexOwnership, isOwnershipRecord, ownershipsIn, readOwnershipName } from '../registry/index.ts';
import { frozenFinding, isFrozen } from './brakes/freeze.ts';
import { withoutRefused } from './claims/allowed.ts';
import { type Current, currentAt, isIdle } from './current/current.ts';
import { viewZones } from './current/zone-view.ts';
import { type Candidate, gatherCandidates } from './desired/candidates.ts';
import type { PlanInput } from './input.ts';
import { type Owners, ownersOf } from './owners/owners.ts';
import { plan } from './plan.ts';
import type { PlanSettings } from './settings.ts';
import { holdUnplaced } from './zones/pins.ts';
import { within, type ZoneFinder, zoneFinder } from './zones/zones.ts';

/** What the plan has to say of one name. */
export interface FocusedName {
  readonly name: DnsName;
  /** What the loaded zones that contain it hold of it; the zone with the longest name first. */
  readonly current: readonly { readonly zone: HostedZone; readonly current: Current }[];
  readonly asking: readonly Candidate[];
  readonly changes: readonly { readonly zone: HostedZone; readonly change: NameChange }[];
  readonly findings: readonly Finding[];
}

/** Record sets that a delegation is made of say nothing of who publishes there. */
const OF_ZONES: ReadonlySet<string> = new Set(['NS', 'SOA', 'DS']);

/**
 * The zones that must be loaded, besides those that are, for the plan of some names to be that of everything:
 *
 * | zone                                                     | because                                              |
 * |----------------------------------------------------------|------------------------------------------------------|
 * | contains one of the names                                | it may stand there                                   |
 * | lies below a loaded one, which holds something below it  | whether that may go is counted by the guard           |
 * | any, where an ownership record of a name is idle         | its object may have its record set there             |
 */
export function zonesMissing(
  names: ReadonlySet<DnsName>,
  selected: readonly HostedZone[],
  loaded: readonly ZoneState[],
  settings: PlanSettings,
): readonly HostedZone[] {
  const there = new Set(loaded.map(({ zone }) => zone.id));
  const find = zoneFinder(selected);
  const needed = new Set([...names].flatMap(name => find(name).map(({ id }) => id)));
  for (const state of loaded) {
    if (hasIdle(names, state, settings)) for (const { id } of selected) needed.add(id);
    for (const id of zonesHeldBelow(state, selected, find, settings)) needed.add(id);
  }
  return selected.filter(({ id }) => needed.has(id) && !there.has(id));
}

function hasIdle(names: ReadonlySet<DnsName>, { zone, records }: ZoneState, { naming }: PlanSettings): boolean {
  const index = indexOwnership(zone, records, naming);
  return [...names].some(name => {
    const claims = claimsOf(name, index, records, naming);
    return claims.some(claim => isIdle(claim, claims, records.get(name) ?? []));
  });
}

function* zonesHeldBelow(
  { zone, records }: ZoneState,
  selected: readonly HostedZone[],
  find: ZoneFinder,
  { naming }: PlanSettings,
): Generator<string> {
  const isBelow = (other: HostedZone) => other.name.endsWith(`.${zone.name}`);
  if (!selected.some(isBelow)) return;
  for (const [name, sets] of records) {
    const isHeld = sets.some(set => !OF_ZONES.has(set.type) && !isOwnershipRecord(set, naming));
    const spoken = sets.some(set => ownershipsIn(set, naming).length > 0)
      ? readOwnershipName(name, zone.name, naming)?.name
      : undefined;
    for (const at of [...(isHeld ? [name] : []), ...(spoken === undefined ? [] : [spoken])])
      for (const other of find(at)) if (isBelow(other)) yield other.id;
  }
}

/**
 * What the plan of everything says of some names: planned are all names of the zones that matter to them, since the guard
 * counts those. `input.zones` has what {@link zonesMissing} asks for, the other selected zones are `elsewhere`.
 */
export function focus(input: PlanInput, names: ReadonlySet<DnsName>): ReadonlyMap<DnsName, FocusedName> {
  const { settings, elsewhere = [] } = input;
  const selected = [...input.zones.map(({ zone }) => zone), ...elsewhere];
  const find = zoneFinder(selected);
  const allowed = withoutRefused(input.snapshots, selected, settings);
  const owners = ownersOf(holdUnplaced(allowed.snapshots, selected), settings.sourceOf, input.forced);
  const candidates = gatherCandidates(allowed.snapshots, settings.merge, name => names.has(name));
  const whole = plan({ ...input, among: homeIn(input, names, find) });
  const thawed = { ...input, settings: { ...settings, frozenZones: [] } };
  // By themselves they are only planned where something is told of many at once, which may be about them.
  const isTogether = whole.findings.some(isOfMany) || input.zones.some(({ zone }) => isFrozen(zone, settings));
  const alone = isTogether
    ? plan({ ...thawed, among: name => names.has(name), only: onlyThese(names, find) })
    : NOTHING_ALONE;
  const standing = currents(input, names, owners);
  return new Map(
    [...names].map(name => {
      const changes = whole.zones.flatMap(({ zone, changes: all }) =>
        all.filter(change => change.name === name).map(change => ({ zone, change })),
      );
      const findings = [
        ...whole.findings.filter(finding => finding.name === name && !isForMany(finding)),
        ...stoppedWithOthers(name, whole, alone),
        ...alone.findings.filter(finding => isForMany(finding) && isAbout(finding, name, find)),
        ...frozenAt(name, alone, settings),
      ];
      const current = standing.get(name) ?? [];
      return [name, { name, current, asking: candidates.get(name) ?? [], changes, findings }];
    }),
  );
}

/** Names that may be published in a zone which is loaded. */
function homeIn(
  { zones, elsewhere = [] }: PlanInput,
  names: ReadonlySet<DnsName>,
  find: ZoneFinder,
): (name: DnsName) => boolean {
  const loaded = new Set(zones.map(({ zone }) => zone.id));
  const isHome = (name: DnsName) => {
    const containing = find(name);
    const longest = containing.find(zone => !zone.private)?.name;
    return containing.some(zone => loaded.has(zone.id) && (zone.private || zone.name === longest));
  };
  // Very many names stand below few; a zone's own name is in other zones than those beside it.
  const apexes = new Set([...zones.map(({ zone }) => zone), ...elsewhere].map(zone => zone.name));
  const below = new Map<DnsName, boolean>();
  return name => {
    if (names.has(name)) return true;
    if (apexes.has(name)) return isHome(name);
    const parent = name.slice(name.indexOf('.') + 1);
    const known = below.get(parent) ?? isHome(name);
    below.set(parent, known);
    return known;
  };
}

function onlyThese(names: ReadonlySet<DnsName>, find: ZoneFinder): Map<string, Set<DnsName>> {
  const only = new Map<string, Set<DnsName>>();
  for (const name of names) for (const { id } of find(name)) only.set(id, (only.get(id) ?? new Set()).add(name));
  return only;
}

/** Told once for many names: what is kept though nobody asks for it, a zone that is not delegated. */
const isForMany = ({ object, reason, name }: Finding) =>
  object === undefined && (reason === 'frozen' || (reason === 'warning' && name === undefined));

const isOfMany = (finding: Finding) => isForMany(finding) || (finding.object === undefined && (finding.count ?? 1) > 1);

const NOTHING_ALONE: Plan = { zones: [], findings: [] };

/** A change that the name would have by itself, and has not for what is told once of the many names of a namespace. */
function stoppedWithOthers(name: DnsName, whole: Plan, alone: Plan): Finding[] {
  return alone.zones.flatMap(({ zone, changes }) => {
    const change = changes.find(one => one.name === name);
    const done = whole.zones.find(other => other.zone.id === zone.id)?.changes.some(one => one.name === name);
    if (!change || done) return [];
    return whole.findings
      .filter(
        ({ object, count = 1, ...one }) =>
          object === undefined && count > 1 && one.zone === zone.id && one.name !== name,
      )
      .filter(({ cluster }) => cluster !== undefined && cluster === change.cluster)
      .map(({ count: _, ...finding }) => ({ ...finding, name }));
  });
}

/** What a frozen zone keeps from being done is told once for the zone. */
function frozenAt(name: DnsName, { zones }: Plan, settings: PlanSettings): Finding[] {
  return zones
    .filter(({ zone }) => isFrozen(zone, settings))
    .flatMap(({ zone, changes }) => changes.filter(change => change.name === name).map(change => ({ zone, change })))
    .map(({ zone, change }) => ({ ...frozenFinding(zone, [{ change, claims: [], losing: [] }]), name }));
}

function isAbout({ name, zone }: Finding, asked: DnsName, find: ZoneFinder): boolean {
  return name === undefined ? find(asked).some(({ id }) => id === zone) : name === asked;
}

function currents({ zones, settings }: PlanInput, names: ReadonlySet<DnsName>, owners: Owners) {
  const views = viewZones(zones, settings, owners).sort((a, b) => b.zone.name.length - a.zone.name.length);
  return new Map(
    [...names].map(name => {
      const at = views.filter(({ zone }) => within(name, zone.name));
      return [name, at.map(view => ({ zone: view.zone, current: currentAt(name, view, settings, owners) }))] as const;
    }),
  );
}
