import type { ClusterName, DnsName, Finding, HostedZone, NameChange, OwnerId, ZoneState } from '../model/index.ts';
import { type Authority, authorityOf } from './authority.ts';
import { type Candidate, type Candidates, gatherCandidates, mayStandIn } from './candidates.ts';
import { withoutClashes } from './clash.ts';
import { passesFilter } from './domains.ts';
import { addTo, guardRemovals } from './guard.ts';
import type { PlanInput, PlanOutput } from './input.ts';
import { planName } from './name.ts';
import { orderChanges } from './order.ts';
import { placeNames } from './place.ts';
import { withoutRefused } from './refused.ts';
import type { PlanSettings } from './settings.ts';
import { siteAt, type ZoneView } from './site.ts';
import { viewZones } from './views.ts';

const NO_CANDIDATES: readonly Candidate[] = [];

/**
 * Compares what the clusters want with what the zones hold. Pure and total: the same input gives the same plan, byte for
 * byte, sorted; everything that is left alone has a finding that says why. Linear in the number of record sets.
 */
export function plan(input: PlanInput): PlanOutput {
  const { settings } = input;
  const authority = authorityOf(input.snapshots, input.forced);
  const candidates = gatherCandidates(input.snapshots);
  const placed = placeNames(candidates, input);
  const views = viewZones(input.zones, settings);
  const planned = input.zones.map((state, i) =>
    planZone(state, views[i] as ZoneView, placed.byZone.get(state.zone.id) ?? new Set(), candidates, authority, input),
  );
  return {
    zones: planned.map(({ zone, changes }) => ({ zone, changes })),
    findings: [...placed.findings, ...planned.flatMap(zone => zone.findings)].sort(compareFindings),
    unwantedSince: new Map(planned.map(zone => [zone.zone.id, zone.unwantedSince])),
    owned: new Map(planned.map(zone => [zone.zone.id, zone.owned])),
  };
}

interface PlannedZone {
  readonly zone: HostedZone;
  readonly changes: readonly NameChange[];
  readonly findings: readonly Finding[];
  readonly unwantedSince: ReadonlyMap<DnsName, number>;
  readonly owned: ReadonlyMap<OwnerId, number>;
}

function planZone(
  state: ZoneState,
  view: ZoneView,
  wanted: ReadonlySet<DnsName>,
  candidates: Candidates,
  authority: Authority,
  input: PlanInput,
): PlannedZone {
  const { settings } = input;
  const findings: Finding[] = [];
  const changes: NameChange[] = [];
  const owned = new Map<OwnerId, number>();
  const byCluster = new Map<ClusterName, number>();
  const typesAt = (name: DnsName) => zoneTypes(name, wanted, candidates, view, settings);
  const elsewhere = new Set(input.elsewhere?.map(({ name }) => name));
  for (const name of namesOf(view, wanted, settings, input.only?.get(state.zone.id))) {
    // Ownership of another zone's apex, which ExternalDNS writes into the zone above.
    if (name !== state.zone.name && elsewhere.has(name)) continue;
    const all = wanted.has(name) ? (candidates.get(name) ?? NO_CANDIDATES) : NO_CANDIDATES;
    const asking = all.every(one => mayStandIn(one, state.zone)) ? all : all.filter(one => mayStandIn(one, state.zone));
    const site = siteAt(name, view, settings, authority);
    for (const { claim } of site.ours) {
      const { owner } = claim.ownership;
      addTo(owned, owner, 1);
      for (const cluster of clustersBehind(name, owner, asking, authority)) addTo(byCluster, cluster, 1);
    }
    const planned = planName(site, asking, { view, settings, authority, typesAt });
    findings.push(...planned.findings);
    if (planned.change) changes.push(planned.change);
  }
  const due = input.only
    ? { changes, findings: [], unwantedSince: state.unwantedSince }
    : awaitGrace(changes, state, authority, input);
  const guarded = input.only
    ? { allowed: due.changes, findings: [] }
    : guardRemovals(due.changes, view, { byOwner: owned, byCluster }, settings, authority);
  const compatible = withoutClashes(guarded.allowed, state.zone.id);
  const tried = withoutRefused(compatible.changes, state, authority, input.now);
  return {
    zone: state.zone,
    changes: orderChanges(tried.changes, state.zone.id),
    findings: [...findings, ...due.findings, ...guarded.findings, ...compatible.findings, ...tried.findings],
    unwantedSince: due.unwantedSince,
    owned,
  };
}

/** The clusters of an owner that ask for a name of it, or did when somebody last asked. */
function clustersBehind(name: DnsName, owner: OwnerId, asking: readonly Candidate[], authority: Authority) {
  const own = asking.filter(candidate => candidate.owner === owner);
  return own.length > 0 ? new Set(own.map(({ cluster }) => cluster)) : authority.formerClusters(owner, name);
}

/** Every name to look at in a zone: the wanted ones, and those that ownership records speak of. */
function namesOf(
  view: ZoneView,
  wanted: ReadonlySet<DnsName>,
  settings: PlanSettings,
  only: ReadonlySet<DnsName> | undefined,
): Set<DnsName> {
  if (only) return new Set(only);
  const names = new Set(wanted);
  if (view.above.length > 0) names.add(view.zone.name);
  const { wildcardReplacement } = settings.naming;
  for (const claimed of view.ownership.keys()) {
    const wildcard =
      wildcardReplacement !== '' && claimed.startsWith(`${wildcardReplacement}.`)
        ? `*${claimed.slice(wildcardReplacement.length)}`
        : undefined;
    const name = wildcard !== undefined && (wanted.has(wildcard) || view.records.has(wildcard)) ? wildcard : claimed;
    if (passesFilter(name, settings.filter)) names.add(name);
  }
  return names;
}

/** The address types that a name of the zone has or is about to have. */
function zoneTypes(
  name: DnsName,
  wanted: ReadonlySet<DnsName>,
  candidates: Candidates,
  view: ZoneView,
  settings: PlanSettings,
): string[] {
  const types = new Set((view.records.get(name) ?? []).map(record => record.type));
  for (const endpoint of wanted.has(name)
    ? (candidates.get(name) ?? []).flatMap(candidate => candidate.endpoints)
    : []) {
    if (endpoint.type !== 'CNAME') types.add(endpoint.type);
    else if (settings.aliasZoneOf(endpoint.targets[0] as string) !== undefined && !settings.preferCname)
      types.add('A').add('AAAA');
  }
  return ['A', 'AAAA'].filter(type => types.has(type));
}

/** Removals wait for `guard.deleteAfter` from the run that first saw the name unwanted; a person's force does not wait. */
function awaitGrace(changes: readonly NameChange[], state: ZoneState, authority: Authority, input: PlanInput) {
  const { deleteAfterMs } = input.settings.guard;
  const unwantedSince = new Map<DnsName, number>();
  const findings: Finding[] = [];
  const due = changes.filter(change => {
    if (change.action !== 'delete' || deleteAfterMs === 0 || authority.forced(change.owner, change.name)) return true;
    const since = state.unwantedSince.get(change.name) ?? input.now;
    unwantedSince.set(change.name, since);
    if (input.now - since >= deleteAfterMs) return true;
    const seconds = Math.ceil((deleteAfterMs - (input.now - since)) / 1000);
    findings.push({
      reason: 'grace',
      message: `${change.name} is no longer asked for and will be removed in ${seconds} s (guard.deleteAfter)`,
      name: change.name,
      zone: state.zone.id,
    });
    return false;
  });
  return { changes: due, findings, unwantedSince };
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
