import type { DnsName, Finding, ZoneId } from '../model/index.ts';
import { unknownFreezes } from './brakes/freeze.ts';
import { withoutRefused } from './claims/allowed.ts';
import { currentAt } from './current/current.ts';
import { publishedObjects } from './current/leftovers.ts';
import { viewZones, type ZoneView } from './current/zone-view.ts';
import { gatherCandidates } from './desired/candidates.ts';
import type { PlanInput, PlanOutput } from './input.ts';
import { givenUpTest } from './owners/given-up.ts';
import { ownersOf } from './owners/owners.ts';
import { placeNames, type Role } from './placement.ts';
import { planZone } from './zone.ts';
import { holdUnplaced } from './zones/pins.ts';

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
  const views = viewZones(input.zones, settings, owners);
  const viewOf = new Map(views.map(view => [view.zone.id, view]));
  const has = (zone: ZoneId, name: DnsName) => {
    const view = viewOf.get(zone);
    return view !== undefined && currentAt(name, view, settings, owners).ours.length > 0;
  };
  const placed = placeNames(candidates, { views, elsewhere, leftOut, has, settings, made: input.made });
  const published = publishedObjects(views, settings, owners);
  const gaveUp = givenUpTest(input.snapshots, input.earlier, owners);
  const planned = input.zones.map((state, i) => {
    const roles = placed.byZone.get(state.zone.id) ?? new Map<DnsName, Role>();
    const view = views[i] as ZoneView;
    return planZone({ state, view, roles, candidates, owners, published, gaveUp, input });
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
    left: new Map(views.map(view => [view.zone.id, view.left])),
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
