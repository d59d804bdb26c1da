import { type DnsName, type Finding, type HostedZone, isDelegationType, type ZoneId } from '../model/index.ts';
import { firstAndCount } from '../shown.ts';
import { delegates, delegationAbove } from './current/delegations.ts';
import type { ZoneView } from './current/zone-view.ts';
import { type Candidate, type Candidates, mayStandIn } from './desired/candidates.ts';
import { findingsOf } from './findings.ts';
import type { LeftOutZone } from './input.ts';
import { type FilterKey, leftOutBy, type passesFilter, type ZoneFinder, zoneFinder } from './zones/zones.ts';

/**
 * What a zone is to a desired name.
 *
 * | role  | the zone                                                       | what is done there                             |
 * |-------|----------------------------------------------------------------|------------------------------------------------|
 * | home  | the longest public one, every private one                      | published                                      |
 * | above | a public zone above the home that does not delegate it (yet)   | what stands is kept up to date, nothing is made |
 * | stays | above it, and it cannot be told or the world asks elsewhere    | nothing                                        |
 * | left  | above the home, which it delegates and which had the name      | what stands goes                               |
 */
export type Role = 'home' | 'above' | 'stays' | 'left';

export interface Placement {
  readonly byZone: ReadonlyMap<ZoneId, ReadonlyMap<DnsName, Role>>;
  readonly findings: readonly Finding[];
}

export interface PlacementInput {
  readonly views: readonly ZoneView[];
  /** Selected zones that could not be read. */
  readonly elsewhere: readonly HostedZone[];
  readonly leftOut: readonly LeftOutZone[];
  /** Whether a zone has record sets of ours at a name. */
  readonly has: (zone: ZoneId, name: DnsName) => boolean;
  /** What an earlier pass of the same run published, as `ZONE NAME`. */
  readonly made?: ReadonlySet<string> | undefined;
  readonly settings: { readonly filter: Parameters<typeof passesFilter>[1] };
}

/** Sorts the desired names into zones; those that have none, or one that could not be read, get a finding. */
export function placeNames(candidates: Candidates, input: PlacementInput): Placement {
  const placing: Placing = {
    ...input,
    findLeftOut: zoneFinder(input.leftOut.map(({ zone }) => zone)),
    find: zoneFinder([...input.views.map(({ zone }) => zone), ...input.elsewhere]),
    viewOf: new Map(input.views.map(view => [view.zone.id, view])),
    byZone: new Map(),
    findings: [],
    undelegated: new Map(),
  };
  for (const [name, asking] of candidates) {
    const key = leftOutBy(name, input.settings.filter);
    if (key === undefined) placeName(name, asking, placing);
    else tell(placing, asking, { reason: 'filtered', message: `${name} is left out by ${key}`, field: key });
  }
  return { byZone: placing.byZone, findings: [...placing.findings, ...undelegatedFindings(placing)] };
}

interface Placing extends PlacementInput {
  readonly find: ZoneFinder;
  readonly findLeftOut: ZoneFinder;
  readonly viewOf: ReadonlyMap<ZoneId, ZoneView>;
  readonly byZone: Map<ZoneId, Map<DnsName, Role>>;
  readonly findings: Finding[];
  /** Child zones that their parent does not delegate, with the names that this concerns. */
  readonly undelegated: Map<ZoneId, { child: HostedZone; parent: HostedZone; names: DnsName[] }>;
}

function placeName(name: DnsName, asking: readonly Candidate[], placing: Placing): void {
  const zones = placing.find(name);
  if (zones.length === 0) {
    tell(placing, asking, { reason: 'no-zone', ...whyNoZone(name, placing) });
    return;
  }
  for (const zone of zones) if (zone.private) assign(name, zone, 'home', asking, placing);
  const open = zones.filter(zone => !zone.private);
  const [longest] = open;
  const homes = open.filter(zone => zone.name === longest?.name);
  tellOfPins(name, [...zones.filter(zone => zone.private), ...homes], asking, placing);
  if (!longest) return;
  const taken = placeHomes(name, homes, asking, placing);
  for (const parent of open.slice(homes.length)) placeAbove(name, parent, open, taken, placing);
}

const WIDEN: Readonly<Partial<Record<FilterKey, string>>> = {
  'zones.matchParent': 'set zones.matchParent, or name it in zones.ids',
  'zones.tags': 'give it these tags, or change zones.tags',
};

/** The hosted zone that would be the name's, and the key that leaves it out. */
function whyNoZone(name: DnsName, { findLeftOut, leftOut }: Placing): Pick<Finding, 'message' | 'field'> {
  const [nearest] = findLeftOut(name);
  const key = leftOut.find(({ zone }) => zone === nearest)?.key;
  if (!nearest || !key) return { message: `no hosted zone contains ${name}: create one, or mend the hostname` };
  const zone = `the ${nearest.private ? 'private' : 'public'} hosted zone ${nearest.name} (${nearest.id})`;
  const what = WIDEN[key] ?? `widen ${key}`;
  return { message: `${name} belongs into ${zone}, which ${key} leaves out: ${what}`, field: key };
}

/** An object that pins its name to a hosted zone (`aws-hosted-zone-id`) gets it there, or nowhere. */
function tellOfPins(name: DnsName, zones: readonly HostedZone[], asking: readonly Candidate[], placing: Placing): void {
  for (const candidate of asking) {
    const pin = candidate.endpoints.find(({ zoneId }) => zoneId !== undefined)?.zoneId;
    if (pin === undefined || zones.some(({ id }) => id === pin)) continue;
    const message = `${name} is not published: its object pins it to the hosted zone ${pin}, which is none of the selected ones that it belongs into`;
    tell(placing, [candidate], { reason: 'no-zone', message });
  }
}

function assign(
  name: DnsName,
  zone: HostedZone,
  role: Role,
  asking: readonly Candidate[],
  { byZone, viewOf, findings }: Placing,
) {
  if (!asking.some(candidate => mayStandIn(candidate, zone))) return;
  if (!viewOf.has(zone.id)) {
    const message = `${name} is left as it is: the hosted zone ${zone.name} (${zone.id}) could not be read`;
    findings.push(...findingsFor(asking, 'unreadable', message, zone.id));
    return;
  }
  const roles = byZone.get(zone.id);
  if (roles) roles.set(name, role);
  else byZone.set(zone.id, new Map([[name, role]]));
}

/** Of several public zones of one name the one that has the name keeps it; a name that none of them has is refused. */
function placeHomes(name: DnsName, homes: readonly HostedZone[], asking: readonly Candidate[], placing: Placing) {
  const [only] = homes as [HostedZone];
  const unread = homes.some(({ id }) => !placing.viewOf.has(id));
  const taken = homes.length === 1 ? homes : homes.filter(({ id }) => placing.has(id, name));
  if (taken.length === 0) {
    const ids = homes.map(({ id }) => id).join(' and ');
    const message = `there are ${homes.length} public hosted zones ${only.name} (${ids}), and none of them has ${name}: name the right one in zones.ids`;
    if (!unread) tell(placing, asking, { reason: 'no-zone', message });
    else for (const zone of homes) assign(name, zone, 'stays', asking, placing);
  }
  for (const zone of taken) assign(name, zone, homeRole(name, zone, asking, placing), asking, placing);
  return unread ? [] : taken;
}

/** A name below a delegation to zones that are not selected is not the world's to find here. */
function homeRole(name: DnsName, zone: HostedZone, asking: readonly Candidate[], placing: Placing): Role {
  const view = placing.viewOf.get(zone.id);
  // The record sets that make a delegation stand at its name, in the zone above.
  const isDelegation =
    name !== zone.name && asking.every(({ endpoints }) => endpoints.every(({ type }) => isDelegationType(type)));
  const cut = view && delegationAbove(isDelegation ? name.slice(name.indexOf('.') + 1) : name, view);
  if (cut === undefined) return 'home';
  const message = `${name} is not published: ${zone.name} (${zone.id}) delegates ${cut} to other name servers (NS record set ${cut}), so nobody would ask here for it; select the hosted zone of ${cut}, or remove the NS record set`;
  placing.findings.push(...findingsFor(asking, 'no-zone', message, zone.id));
  return 'stays';
}

/** Decides what a public zone above the home is to a name. `taken`: the homes that have or get it; none where that is unknown. */
function placeAbove(
  name: DnsName,
  parent: HostedZone,
  open: readonly HostedZone[],
  taken: readonly HostedZone[],
  placing: Placing,
): void {
  const view = placing.viewOf.get(parent.id);
  if (!view) return;
  const role = taken.length === 0 ? 'stays' : roleAbove(name, view, open, taken, placing);
  const roles = placing.byZone.get(parent.id);
  if (roles) roles.set(name, role);
  else placing.byZone.set(parent.id, new Map([[name, role]]));
}

function roleAbove(
  name: DnsName,
  view: ZoneView,
  open: readonly HostedZone[],
  taken: readonly HostedZone[],
  placing: Placing,
): Role {
  const { zone } = view;
  // The zone just below on the way to the name: the world gets there only if it is delegated here.
  const child = open.filter(other => other.name.length > zone.name.length).at(-1) as HostedZone;
  const cut = delegationAbove(name, view);
  if (cut === child.name && delegates(view, child, placing.viewOf.get(child.id)))
    return taken.every(({ id }) => hadBefore(id, name, placing)) ? 'left' : 'above';
  if (cut !== undefined) return 'stays';
  const noted = placing.undelegated.get(child.id) ?? { child, parent: zone, names: [] };
  noted.names.push(name);
  placing.undelegated.set(child.id, noted);
  return 'above';
}

/** Had it when the run began: what this run published below may not have reached every name server yet. */
const hadBefore = (zone: ZoneId, name: DnsName, { has, made }: Placing) =>
  has(zone, name) && made?.has(`${zone} ${name}`) !== true;

const SHOWN = 3;

function undelegatedFindings({ undelegated }: Placing): Finding[] {
  return [...undelegated.values()].map(({ child, parent, names }) => {
    const shown = [...new Set(names)].sort();
    const some = firstAndCount(shown, SHOWN);
    const message = `the hosted zone ${child.name} (${child.id}) is not delegated: ${parent.name} (${parent.id}) has no NS record set ${child.name} with its name servers, so the world does not find ${some} there; what ${parent.name} has of them is kept up to date until then`;
    return { reason: 'warning', message, zone: child.id };
  });
}

function tell(
  { findings }: Placing,
  asking: readonly Candidate[],
  { reason, message, field }: Pick<Finding, 'reason' | 'message' | 'field'>,
): void {
  const told = findingsFor(asking, reason, message);
  findings.push(...(field === undefined ? told : told.map(finding => ({ ...finding, field }))));
}

function findingsFor(
  asking: readonly Candidate[],
  reason: Finding['reason'],
  message: string,
  zone?: ZoneId,
): Finding[] {
  return asking.flatMap(candidate => findingsOf(candidate, reason, message, zone));
}
