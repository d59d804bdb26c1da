import type { ClusterConfig } from '../config/config.ts';
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
import { type PlanInput, within, zonesMissing } from '../plan/index.ts';
import { withBudget } from '../route53/index.ts';
import { sourceOfResource } from '../sources/index.ts';
import { decodeZone, decodeZoneList, type ZoneCopy, zoneKey } from '../state/index.ts';
import { type KnownCluster, knownClusters, skipped } from './clusters.ts';
import { openRun } from './open.ts';
import { mapLimit } from './parallel.ts';
import type { OpenRun, Run } from './ports.ts';
import { planInput, readWorld, type World } from './run.ts';
import { planSettings } from './settings.ts';
import { openCopy } from './zone-copy.ts';
import { sortOut, zoneListKey } from './zones.ts';

/** All that is known of some names: from what is kept, or read anew. Nothing is written. */
export interface Look {
  readonly origin: 'kept' | 'read';
  /** What each shard plans from: its own clusters, and the zones that matter to the names. */
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
  const open = await openRun(run);
  const { kept } = open;
  const list = await kept.read(zoneListKey(run.config), decodeZoneList);
  const known = await knownClusters(open);
  const [fault] = kept.faults;
  if (fault !== undefined) throw new NothingKept(`what is kept could not be read: ${fault}; ask with --fresh`);
  if (!list.value)
    throw new NothingKept('nothing is kept yet, since no run has come to its end: run sync once, or ask with --fresh');
  const asked = run.config.clusters.map(cluster => snapshotOf(cluster, known.get(cluster.name), run));
  const { selected, leftOut } = sortOut(list.value.zones, run.config.zones);
  const copies = await loadCopies(namesOf(asked), selected, open);
  const loaded = [...copies.values()];
  const elsewhere = selected.filter(({ id }) => !copies.has(id));
  const readAt = [...known].flatMap(([name, { kept: one }]) => (one ? [[name, one.readAt] as const] : []));
  return {
    origin: 'kept',
    shards: run.config.shards.map(({ name, clusters }) => ({
      shard: name,
      input: {
        zones: loaded.map(copy => openCopy(copy, name)),
        elsewhere,
        leftOut,
        ...keptInput(
          asked.filter(({ cluster }) => clusters.includes(cluster)),
          open,
        ),
      },
    })),
    asked,
    zones: list.value.zones,
    selected: new Set(selected.map(({ id }) => id)),
    readAt: { zones: new Map(loaded.map(({ zone, readAt: at }) => [zone.id, at])), clusters: new Map(readAt) },
    gaps: gapsOf(known, selected, copies, namesOf(asked)),
  };
}

/** Reads zones and clusters anew, as a forced run does, and writes nothing. @throws as reconcile */
export async function lookAnew(run: Run): Promise<Look> {
  const route53 = withBudget(run.ports.route53, { budget: run.ports.budget, clock: run.ports.clock });
  const shards: { shard: string; input: PlanInput }[] = [];
  const findings: Finding[] = [];
  const whole = await openRun(run);
  let zones: Pick<World, 'all' | 'selected'> = { all: [], selected: [] };
  for (const { name, clusters } of run.config.shards) {
    const config = { ...run.config, clusters: run.config.clusters.filter(one => clusters.includes(one.name)) };
    const open: OpenRun = { ...whole, config, shard: name };
    const world = await readWorld({ mode: 'plan', force: true }, open, route53, true);
    zones = world;
    findings.push(...world.findings, ...world.clusters.findings);
    const input = planInput({ mode: 'plan', force: false }, open, world, run.ports.clock.now());
    shards.push({ shard: name, input });
  }
  const now = run.ports.clock.now();
  const asked = shards.flatMap(({ input }) => input.snapshots);
  return {
    origin: 'read',
    shards,
    asked,
    zones: zones.all,
    selected: new Set(zones.selected.map(({ id }) => id)),
    readAt: {
      zones: new Map(shards.flatMap(({ input }) => input.zones.map(({ zone }) => [zone.id, now] as const))),
      clusters: new Map(asked.map(({ cluster }) => [cluster, now])),
    },
    gaps: [...new Set(findings.map(({ message }) => message))],
  };
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
      const { value } = await run.kept.read(zoneKey(zone.id), decodeZone);
      if (value?.zone.id === zone.id && value.zone.name === zone.name) copies.set(zone.id, value);
    });
  }
}

/** What is kept of a cluster; an earlier release kept too little to plan from, so that counts as unread. */
function snapshotOf(cluster: ClusterConfig, known: KnownCluster | undefined, { config }: Run): Snapshot {
  const unread = skipped(cluster, config, 'no run has read it yet, as far as is kept');
  if (!known?.kept) return unread;
  const { snapshot, detailed } = known.kept;
  // A frozen cluster is not read by any run, whatever was kept of it before.
  return detailed && !cluster.freeze ? snapshot : { ...unread, endpoints: snapshot.endpoints };
}

/** Of a kind that could not be read nothing is planned; the names are only known to have been asked for. */
function keptInput(asked: readonly Snapshot[], run: OpenRun): Omit<PlanInput, 'zones'> {
  const names = new Set<DnsName>();
  const snapshots = asked.map((snapshot): Snapshot => {
    const isRead = ({ object: { kind } }: Pick<Endpoint, 'object'>) => {
      const source = sourceOfResource(kind);
      return source === undefined || snapshot.kinds[source]?.complete !== false;
    };
    if (Object.values(snapshot.kinds).every(({ complete }) => complete)) return snapshot;
    for (const endpoint of snapshot.endpoints) if (!isRead(endpoint)) names.add(endpoint.name);
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

function gapsOf(
  known: ReadonlyMap<ClusterName, KnownCluster>,
  selected: readonly HostedZone[],
  copies: ReadonlyMap<ZoneId, ZoneCopy>,
  names: ReadonlySet<DnsName>,
): string[] {
  const contains = (zone: HostedZone) => [...names].some(name => within(name, zone.name));
  const clusters = [...known].flatMap(([name, { kept }]) => {
    if (!kept) return [`nothing is kept of the cluster "${name}": what it asks for is not in this`];
    return kept.detailed ? [] : [`what is kept of the cluster "${name}" is an earlier release's: run sync once`];
  });
  const unread = [...known].flatMap(([name, { kept }]) =>
    Object.entries(kept?.snapshot.kinds ?? {}).flatMap(([kind, read]) =>
      read.complete ? [] : [`${name}: ${kind} objects could not be read in the last run (${read.error})`],
    ),
  );
  const zones = selected
    .filter(zone => contains(zone) && !copies.has(zone.id))
    .map(({ name, id }) => `nothing is kept of the hosted zone ${name} (${id})`);
  return [...clusters, ...unread, ...zones];
}
