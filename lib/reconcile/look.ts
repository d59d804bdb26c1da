import { ago } from '../ago.ts';
import type { ClusterConfig } from '../config/config.ts';
import { groupBy } from '../group.ts';
import type {
  ClusterName,
  DnsName,
  Endpoint,
  Finding,
  HostedZone,
  Snapshot,
  ZoneId,
  ZoneState,
} from '../model/index.ts';
import { mapLimit } from '../parallel.ts';
import { type PlanInput, plan, toldByViews, within, zonesMissing } from '../plan/index.ts';
import { sourceOfResource } from '../sources/index.ts';
import { decodeZone, decodeZoneList, type ZoneCopy, zoneKey } from '../state/index.ts';
import { type KnownCluster, knownClusters, skipped } from './clusters.ts';
import { ofShard, openViews } from './open.ts';
import type { OpenRun, Run } from './ports.ts';
import { planSettings } from './settings.ts';
import { inView } from './views.ts';
import { planInput, readWorlds } from './world.ts';
import { openCopy, withFleet } from './zone-copy.ts';
import { type SelectedZones, sortOut, zoneListKey } from './zone-list.ts';

/** All that is known of some names: from what is kept, or read anew. Nothing is written. */
export interface Look {
  readonly origin: 'kept' | 'read';
  /** What each shard plans from, for each view: its own clusters, and the zones that matter to the names. */
  readonly shards: readonly { readonly shard: string; readonly input: PlanInput }[];
  /** What each cluster asks for, a kind that could not be read as it was read last. */
  readonly asked: readonly Snapshot[];
  /** Every hosted zone of the account, and which of them the config selects. */
  readonly zones: readonly HostedZone[];
  readonly selected: ReadonlySet<ZoneId>;
  /** Epoch milliseconds: when what is kept was read, as far as it is kept. */
  readonly readAt: { readonly zones: ReadonlyMap<ZoneId, number>; readonly clusters: ReadonlyMap<ClusterName, number> };
  /** What is missing of it, and what could not be read. */
  readonly gaps: readonly string[];
}

/** Nothing is kept that could be looked at. */
export class NothingKept extends Error {
  override readonly name = 'NothingKept';
}

/** The names that somebody wants to know of, given what the clusters ask for; none: every zone is looked at. */
export type NamesOf = (asked: readonly Snapshot[]) => ReadonlySet<DnsName>;

/** Looks at what is kept. One read of the store for each cluster, and for each zone that matters; no other request. @throws NothingKept */
export async function lookAtKept(run: Run, namesOf: NamesOf): Promise<Look> {
  const views = await openViews(run);
  const lists = await Promise.all(
    views.map(async ({ run: open }) => {
      const { value } = await open.cache.read(zoneListKey(open.config), decodeZoneList);
      return { open, ...(value && { zones: value.zones, ...sortOut(value.zones, open.config.zones) }) };
    }),
  );
  const kept = lists.filter((one): one is KeptList => one.zones !== undefined);
  const parts = await Promise.all(kept.map(list => keptOf(list, kept, namesOf)));
  const [fault] = views[0]?.run.cache.faults ?? [];
  if (fault !== undefined) throw new NothingKept(`what is kept could not be read: ${fault}; ask with --fresh`);
  if (parts.length === 0)
    throw new NothingKept('nothing is kept yet, since no run has come to its end: run sync once, or ask with --fresh');
  const { gaps, ...rest } = together(parts);
  const missing = lists.filter(({ zones }) => zones === undefined);
  return {
    origin: 'kept',
    shards: run.config.shards.flatMap(({ name, clusters }) => parts.map(part => part.shard(name, clusters))),
    ...rest,
    gaps: [...gaps, ...missing.map(({ open }) => `view "${open.view}": its hosted zones were never listed`)],
  };
}

/** All that is kept; undefined where that is nothing, or cannot be read. */
export function lookAtAllKept(run: Run): Promise<Look | undefined> {
  return lookAtKept(run, () => new Set()).catch(error => {
    if (error instanceof NothingKept) return undefined;
    throw error;
  });
}

/** What the next run would tell of all names, were clusters and zones as they were when they were looked at. */
export function findingsIn({ shards }: Pick<Look, 'shards'>): Finding[] {
  const views = shards.map(({ input }) => {
    const { snapshots } = input;
    return { snapshots, findings: [...snapshots.flatMap(({ findings }) => findings), ...plan(input).findings] };
  });
  return toldByViews(views, true).flat();
}

/** A view, and its hosted zones as they were listed last. */
interface KeptList extends Pick<SelectedZones, 'selected' | 'leftOut'> {
  readonly open: OpenRun;
  readonly zones: readonly HostedZone[];
}

/** What is known for one view. */
type Part = Omit<Look, 'origin' | 'shards'>;

function together(parts: readonly Part[]): Part {
  const all = new Map(parts.flatMap(({ zones }) => zones.map(zone => [zone.id, zone] as const)));
  return {
    asked: parts.flatMap(({ asked }) => asked),
    zones: [...all.values()],
    selected: new Set(parts.flatMap(({ selected }) => [...selected])),
    readAt: {
      zones: new Map(parts.flatMap(({ readAt }) => [...readAt.zones])),
      clusters: new Map(parts.flatMap(({ readAt }) => [...readAt.clusters])),
    },
    gaps: [...new Set(parts.flatMap(({ gaps }) => gaps))],
  };
}

interface KeptPart extends Part {
  readonly shard: (name: string, clusters: readonly ClusterName[]) => Look['shards'][number];
}

async function keptOf(
  { open, zones, selected, leftOut }: KeptList,
  lists: readonly KeptList[],
  namesOf: NamesOf,
): Promise<KeptPart> {
  const { config } = open;
  const known = await knownClusters(open);
  const asked = config.clusters.map(cluster => snapshotOf(cluster, known.get(cluster.name), open));
  const others = lists.filter(one => one.open !== open).flatMap(one => one.selected.map(({ id }) => id));
  const usable = selected.filter(({ id }) => !others.includes(id));
  const copies = await loadCopies(namesOf(asked), usable, open);
  const loaded = [...copies.values()];
  const elsewhere = selected.filter(({ id }) => !copies.has(id));
  const readAt = [...known].flatMap(([name, { cached: one }]) => (one ? [[name, one.readAt] as const] : []));
  const shard = (name: string, clusters: readonly ClusterName[]) => {
    const own = config.clusters.filter(cluster => clusters.includes(cluster.name));
    const snapshots = asked.filter(({ cluster }) => clusters.includes(cluster));
    const states = loaded.map(copy => withFleet(openCopy(copy, name), own, open.naming));
    return { shard: name, input: { zones: states, elsewhere, leftOut, ...keptInput(snapshots, open) } };
  };
  return {
    shard,
    asked,
    zones,
    selected: new Set(selected.map(({ id }) => id)),
    readAt: { zones: new Map(loaded.map(({ zone, readAt: at }) => [zone.id, at])), clusters: new Map(readAt) },
    gaps: [...gapsOf(known, selected, copies, namesOf(asked)), ...late(loaded, open)],
  };
}

/** Reads zones and clusters anew, as a forced run does, and writes nothing. @throws as reconcile */
export async function lookAnew(run: Run): Promise<Look> {
  const now = run.ports.clock.now();
  const shards: { shard: string; input: PlanInput }[] = [];
  const parts: Part[] = [];
  const request = { mode: 'plan', force: false } as const;
  for (const { name, clusters } of run.config.shards) {
    const { views, failures } = await readWorlds(
      { ...request, force: true },
      await openViews(ofShard(run, name, clusters)),
      true,
    );
    const failed = failures.map(({ view, error }) =>
      inView({ reason: 'unreadable', message: error.message }, view.run),
    );
    for (const { run: open, world } of views) {
      const input = planInput(request, open, world, now);
      shards.push({ shard: name, input });
      parts.push({
        asked: input.snapshots,
        zones: world.all,
        selected: new Set(world.selected.map(({ id }) => id)),
        readAt: {
          zones: new Map(input.zones.map(({ zone }) => [zone.id, now])),
          clusters: new Map(input.snapshots.map(({ cluster }) => [cluster, now])),
        },
        gaps: [...world.findings, ...world.clusters.findings, ...failed].map(({ message }) => message),
      });
    }
  }
  return { origin: 'read', shards, ...together(parts) };
}

const ZONES_AT_ONCE = 10;

/** The copies of the zones that matter to the names; what is not kept is missing. */
async function loadCopies(
  names: ReadonlySet<DnsName>,
  selected: readonly HostedZone[],
  run: OpenRun,
): Promise<Map<ZoneId, ZoneCopy>> {
  const settings = planSettings(run, run.ports.aliasZoneOf);
  const copies = new Map<ZoneId, ZoneCopy>();
  const looked = new Set<ZoneId>();
  for (;;) {
    const states: ZoneState[] = [...copies.values()].map(copy => openCopy(copy, ''));
    const needed = names.size === 0 ? selected : zonesMissing(names, selected, states, settings);
    const missing = needed.filter(({ id }) => !looked.has(id));
    if (missing.length === 0) return copies;
    await mapLimit(missing, ZONES_AT_ONCE, async zone => {
      looked.add(zone.id);
      const { value } = await run.cache.read(zoneKey(zone.id), decodeZone);
      if (value?.zone.id === zone.id && value.zone.name === zone.name) copies.set(zone.id, value);
    });
  }
}

/** What is kept of a cluster; an earlier release kept too little to plan from, so that counts as unread. */
function snapshotOf(cluster: ClusterConfig, known: KnownCluster | undefined, { config }: Run): Snapshot {
  const unread = skipped(cluster, config, 'no run has read it yet, as far as is kept');
  if (!known?.cached) return unread;
  const { snapshot, detailed } = known.cached;
  // A frozen cluster is not read by any run, whatever was kept of it before.
  if (!detailed || cluster.freeze) return { ...unread, endpoints: snapshot.endpoints };
  // As the next run reads it: the config may have given it another owner id since.
  return { ...snapshot, owner: cluster.owner };
}

/** Of a kind that could not be read nothing is planned; the names are only known to have been asked for. */
function keptInput(asked: readonly Snapshot[], run: OpenRun): Omit<PlanInput, 'zones'> {
  const names = new Map<DnsName, ClusterName>();
  const snapshots = asked.map((snapshot): Snapshot => {
    const isRead = ({ object: { kind } }: Pick<Endpoint, 'object'>) => {
      const source = sourceOfResource(kind);
      return source === undefined || snapshot.kinds[source]?.complete !== false;
    };
    if (Object.values(snapshot.kinds).every(({ complete }) => complete)) return snapshot;
    for (const endpoint of snapshot.endpoints)
      if (!isRead(endpoint) && !names.has(endpoint.name)) names.set(endpoint.name, snapshot.cluster);
    return { ...snapshot, endpoints: snapshot.endpoints.filter(isRead), holds: snapshot.holds.filter(isRead) };
  });
  return {
    snapshots,
    settings: planSettings(run, run.ports.aliasZoneOf),
    now: run.ports.clock.now(),
    asked: names,
    earlier: asked,
  };
}

const HOUR = 3_600_000;

/** A zone is read in full by the first run after `state.refresh`: an older copy says that no run could, or that there was none. */
function late(copies: readonly ZoneCopy[], { config, ports: { clock } }: OpenRun): string[] {
  const now = clock.now();
  return copies
    .filter(({ readAt }) => now - readAt > 2 * config.state.refreshMs + HOUR)
    .map(({ zone: { name, id }, readAt }) => {
      const what = `what is kept of the hosted zone ${name} (${id}) was read in full ${ago(readAt, now)}`;
      return `${what}, and by no run since: fairlead doctor says whether it can be read`;
    });
}

function gapsOf(
  known: ReadonlyMap<ClusterName, KnownCluster>,
  selected: readonly HostedZone[],
  copies: ReadonlyMap<ZoneId, ZoneCopy>,
  names: ReadonlySet<DnsName>,
): string[] {
  const contains = (zone: HostedZone) => [...names].some(name => within(name, zone.name));
  const clusters = [...known].flatMap(([name, { cached }]) => {
    if (!cached) return [`nothing is kept of the cluster "${name}": what it asks for is not in this`];
    return cached.detailed ? [] : [`what is kept of the cluster "${name}" is an earlier release's: run sync once`];
  });
  const unread = [...known].flatMap(([name, { cached }]) => {
    const kinds = Object.entries(cached?.snapshot.kinds ?? {});
    const faults = kinds.flatMap(([kind, read]) => (read.complete ? [] : [{ kind, error: read.error }]));
    return [...groupBy(faults, ({ error }) => error)].map(
      ([error, some]) =>
        `${name}: ${some.map(({ kind }) => kind).join(', ')} objects could not be read in the last run (${error})`,
    );
  });
  const zones = selected
    .filter(zone => contains(zone) && !copies.has(zone.id))
    .map(({ name, id }) => `nothing is kept of the hosted zone ${name} (${id})`);
  return [...clusters, ...unread, ...zones];
}
