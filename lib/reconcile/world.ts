import type { ClusterName, DnsName, Endpoint, Finding, HostedZone, RunRequest, ZoneId } from '../model/index.ts';
import type { LeftOutZone, PlanInput, PlanScope, PlanSettings } from '../plan/index.ts';
import { sourceOfResource } from '../sources/index.ts';
import { type KnownCluster, knownClusters, type ReadClusters, readClusters } from './clusters.ts';
import { type Concerns, readConcerns, zonesFor } from './concerns.ts';
import type { OpenRun } from './ports.ts';
import { type Scope, scopeOf, withoutLate } from './scope.ts';
import { planSettings } from './settings.ts';
import { type ListedView, type ListedViews, listViews, type View } from './views.ts';
import { byZone, distrustAbove, type LoadedZone, type LoadedZones, type LoadOptions, loadZones } from './zones.ts';

/** What a run has read for a view. */
export interface World {
  /** Every hosted zone of the account. */
  readonly all: readonly HostedZone[];
  readonly selected: readonly HostedZone[];
  readonly leftOut: readonly LeftOutZone[];
  readonly zones: readonly LoadedZone[];
  /** Those that could not be read, and those that are contested. */
  readonly unreadable: readonly HostedZone[];
  /** Another view selects them, too. */
  readonly contested: ReadonlySet<ZoneId>;
  /** What other views select. */
  readonly others: readonly HostedZone[];
  readonly missing: boolean;
  readonly findings: readonly Finding[];
  readonly known: ReadonlyMap<ClusterName, KnownCluster>;
  readonly scope: Scope;
  readonly clusters: ReadClusters;
  readonly concerns: Concerns | { readonly version?: string };
  /** The zones that contain a name which a cluster asks for. */
  readonly asked: ReadonlySet<ZoneId>;
}

/** A view, and what was read for it. */
export interface ViewOfWorld extends View {
  readonly world: World;
}

/** What was read for each view, and why nothing was for others. */
export interface Worlds extends Pick<ListedViews, 'failures'> {
  readonly views: readonly ViewOfWorld[];
}

/**
 * Reads the zones of every view, then the clusters, once for all.
 *
 * @param patienceMs how long clusters are waited for when none comes in; absent: until all are read
 * @throws where the zones of no view could be listed
 */
export async function readWorlds(
  request: RunRequest,
  views: readonly View[],
  relist: boolean,
  patienceMs?: number,
): Promise<Worlds> {
  const fresh = request.force || relist;
  const [{ listed, failures }, kept] = await Promise.all([
    listViews(views, { fresh: relist, keep: request.mode === 'sync' }),
    Promise.all(views.map(({ run }) => Promise.all([readConcerns(run, fresh), knownClusters(run)]))),
  ]);
  if (listed.length === 0 && failures[0]) throw failures[0].error;
  // The zones of all views are read before any cluster is.
  const begun = await Promise.all(
    listed.map(async view => {
      const [concerns, known] = kept[view.run.at] as (typeof kept)[number];
      const isConcern = concernOf(request, concerns);
      const first = await loadZones(usable(view).filter(isConcern), view.run, view.route53, loading(request, view));
      return { ...view, concerns, known, isConcern, first };
    }),
  );
  return { views: await Promise.all(begun.map(view => readClustersOf(view, request, patienceMs))), failures };
}

/** What a view selects and no other does. */
const usable = ({ listing: { selected, contested } }: ListedView) => selected.filter(({ id }) => !contested.has(id));

const loading = ({ force, reread = [] }: RunRequest, { run }: View): LoadOptions => ({
  fresh: force || run.exact === true,
  reread,
});

function concernOf({ reread = [] }: RunRequest, concerns: World['concerns']): (zone: HostedZone) => boolean {
  const named = new Set(reread.map(({ zone }) => zone));
  return ({ id }) => !('zones' in concerns) || concerns.zones.has(id) || named.has(id);
}

/** A view whose zones were read, as far as it is known to have to do with them. */
interface BegunView extends ListedView, Pick<World, 'concerns' | 'known'> {
  readonly isConcern: (zone: HostedZone) => boolean;
  readonly first: LoadedZones;
}

async function readClustersOf(view: BegunView, request: RunRequest, patienceMs?: number): Promise<ViewOfWorld> {
  const { run, route53, listing, first, known, concerns, isConcern } = view;
  const { all, selected, leftOut, contested } = listing;
  const whole = scopeOf(request, first.zones, known, run);
  const clusters = await readClusters(run, whole.read, patienceMs);
  const scope = clusters.late.size > 0 ? withoutLate(whole, clusters.late) : whole;
  const names = clusters.snapshots.flatMap(({ endpoints }) => endpoints.map(({ name }) => name));
  const asked = zonesFor(names, selected, first.zones, run);
  const more = usable(view).filter(zone => !isConcern(zone) && asked.has(zone.id));
  const second = await loadZones(more, run, route53, loading(request, view));
  const world: World = {
    all,
    selected,
    leftOut,
    zones: distrustAbove([...first.zones, ...second.zones].sort(byZone), run),
    unreadable: [...selected.filter(({ id }) => contested.has(id)), ...first.unreadable, ...second.unreadable],
    contested,
    others: listing.others,
    missing: first.missing.length + second.missing.length > 0,
    findings: [...listing.findings, ...first.findings, ...second.findings],
    known,
    scope,
    clusters,
    concerns,
    asked,
  };
  return { run, route53, world };
}

/** A name that one cluster has given up may be wanted by another that is still being read. */
function withoutRemovals(settings: PlanSettings): PlanSettings {
  return settings.policy === 'sync' ? { ...settings, policy: 'upsert-only' } : settings;
}

export function planInput(request: RunRequest, run: OpenRun, world: World, now: number): PlanInput {
  const loaded = new Set(world.zones.map(({ state }) => state.zone.id));
  const settings = planSettings(withOwnFreezes(run, world), run.ports.aliasZoneOf);
  return {
    zones: world.zones.map(({ state }) => state),
    elsewhere: world.selected.filter(({ id }) => !loaded.has(id)),
    leftOut: world.leftOut,
    snapshots: world.clusters.snapshots,
    settings: world.clusters.late.size > 0 ? withoutRemovals(settings) : settings,
    now,
    forced: request.force ? (request.clusters ?? run.config.clusters.map(cluster => cluster.name)) : [],
    ...planScope(world.scope),
    asked: namesUnread(world),
    earlier: [...world.known.values()].flatMap(({ cached }) => cached?.snapshot ?? []),
    // An exact run does what was planned, and nothing beside: what is to be renewed is so by the next run.
    ...(run.touch && !run.exact && { renew: run.touch }),
  };
}

/** A zone that the file freezes is told to be unknown by no view if one of them has it. */
function withOwnFreezes(run: OpenRun, { selected, others }: World): OpenRun {
  if (others.length === 0) return run;
  const isIn = (zones: readonly HostedZone[], frozen: string) =>
    zones.some(({ id, name }) => frozen === id || frozen === name);
  const freeze = run.config.zones.freeze.filter(one => isIn(selected, one) || !isIn(others, one));
  return { ...run, config: { ...run.config, zones: { ...run.config.zones, freeze } } };
}

function planScope({ clusters, names }: Scope): { scope?: PlanScope } {
  return clusters && names ? { scope: { clusters, names } } : {};
}

/** The names that objects which this run did not read asked for when they were read, each with the first cluster of these. */
function namesUnread({ known, clusters }: World): ReadonlyMap<DnsName, ClusterName> {
  const names = new Map<DnsName, ClusterName>();
  for (const { cluster, kinds } of clusters.snapshots) {
    const isUnread = ({ object: { kind } }: Endpoint) => {
      const source = sourceOfResource(kind);
      return source !== undefined && kinds[source]?.complete === false;
    };
    for (const endpoint of known.get(cluster)?.cached?.snapshot.endpoints ?? [])
      if (isUnread(endpoint) && !names.has(endpoint.name)) names.set(endpoint.name, cluster);
  }
  return names;
}
