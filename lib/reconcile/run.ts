import type {
  ClusterName,
  DnsName,
  Endpoint,
  Finding,
  HostedZone,
  NameChange,
  OwnerId,
  Ownership,
  RecordChange,
  RunRequest,
  RunResult,
  Snapshot,
  ZoneId,
  ZoneMemory,
  ZoneResult,
  ZoneState,
} from '../model/index.ts';
import { changeKey, isUnpublished, recordChanges, recordId } from '../model/index.ts';
import {
  allowedBy,
  type LeftOutZone,
  type PlanInput,
  type PlanOutput,
  type PlanScope,
  type PlanSettings,
  plan,
  removedLately,
} from '../plan/index.ts';
import { ownershipsIn } from '../registry/index.ts';
import { type CountedRoute53, withBudget } from '../route53/index.ts';
import { sourceOfResource } from '../sources/index.ts';
import { type KnownCluster, keepSnapshot, knownClusters, type ReadClusters, readClusters } from './clusters.ts';
import { type Concerns, keepConcerns, readConcerns, zonesFor } from './concerns.ts';
import { keepHistory, type ZoneHistory } from './history.ts';
import { openRun } from './open.ts';
import { otherOwners } from './other-owners.ts';
import { mapLimit } from './parallel.ts';
import { plannedRun } from './planned.ts';
import type { OpenRun, Run } from './ports.ts';
import { markDrift, type Published, publishZone } from './publish.ts';
import { withQuotas } from './quotas.ts';
import { buildResult, mergePasses } from './result.ts';
import { type Scope, scopeOf, withoutLate } from './scope.ts';
import { planSettings } from './settings.ts';
import { UnknownTarget } from './unknown-target.ts';
import { hasEdits, keepZone, openCopy } from './zone-copy.ts';
import { byZone, distrustAbove, type LoadedZone, loadZones, selectedZones } from './zones.ts';

const ZONES_AT_ONCE = 6;

/**
 * One run over one shard: DNS is read, then the clusters; what they want is compared with what the zones hold; the
 * differences are swapped in; everything is reported. In this order, so that a run overtaken by another fails its swaps
 * instead of putting old data back. Where a hosted zone turns out to be gone, the zones are listed anew and the run is done
 * again over what is there.
 *
 * @throws Route53Error, OutOfTime when the list of hosted zones cannot be read; UnknownTarget
 */
export async function executeRun(request: RunRequest, asked: Run): Promise<RunResult> {
  const { ports } = asked;
  const run = await openRun(asked);
  const deadline = run.deadlineMs === undefined ? {} : { deadline: run.deadlineMs };
  const route53 = withBudget(ports.route53, { budget: ports.budget, clock: ports.clock, ...deadline });
  const relist = request.force || run.exact === true;
  const isPatient = request.mode === 'plan' || relist || run.onPlanned !== undefined;
  const patienceMs = isPatient ? Number.POSITIVE_INFINITY : (run.patienceMs ?? PATIENCE_MS);
  let pass = await runOnce(request, run, route53, { relist, patienceMs });
  if (pass.late) pass = joined(pass, await runOnce(request, run, route53, { relist: false }));
  if (!pass.missing) return pass.result;
  // Readings that were handed in are to be seen by other runs, too.
  if (asked.readings === undefined) run.readings.clear();
  return joined(pass, await runOnce(request, run, route53, { relist: true })).result;
}

/** A cluster that is as slow as this beside others is waited for while these are published. */
const PATIENCE_MS = 5_000;

const joined = (first: Pass, second: Pass): Pass => ({ ...second, result: mergePasses(first.result, second.result) });

interface Reading {
  /** The zones are listed anew. */
  readonly relist: boolean;
  /** How long clusters are waited for when none comes in; absent: until all are read. */
  readonly patienceMs?: number;
}

interface Pass {
  readonly result: RunResult;
  /** A hosted zone that was listed does not exist. */
  readonly missing: boolean;
  /** Clusters were not waited for: what they ask for, and every removal, is left to a second pass. */
  readonly late: boolean;
}

async function runOnce(request: RunRequest, run: OpenRun, route53: CountedRoute53, reading: Reading): Promise<Pass> {
  const { relist } = reading;
  const startedAt = run.ports.clock.now();
  const keep = request.mode === 'sync';
  const read = await readWorld(request, run, route53, relist, reading.patienceMs);
  refuseUnknown(request, run, read);
  const { world, input, planned } = await planWorld(request, run, read, route53, startedAt);
  const { zones, clusters } = world;
  run.onPlanned?.(
    plannedRun(
      run,
      clusters.snapshots,
      zones.map(zone => ({ state: zone.state, changes: changesOf(zone, planned) })),
    ),
  );
  const late = clusters.late.size > 0;
  if (!late) run.onLooked?.(planned.looked);
  const done = await mapLimit(zones, ZONES_AT_ONCE, zone =>
    keep ? finishZone(zone, { run, route53, input, planned, request, late }) : previewZone(zone, planned, input),
  );
  const superseded = (finding: Finding) =>
    // What was held was of another record set of the name: the one that was sent was not.
    finding.reason !== 'held' &&
    finding.reason !== 'grace' &&
    done.some(zone => zone.id === finding.zone && finding.name !== undefined && zone.replanned.has(finding.name));
  const findings = [
    ...world.findings,
    ...clusters.findings,
    ...clusters.snapshots.flatMap(snapshot => snapshot.findings),
    ...otherOwners(planned.findings, run.config.clusters, owner => owns(owner, run, world)),
    ...planned.findings.filter(finding => !superseded(finding)),
    ...done.flatMap(zone => zone.findings),
  ];
  const calls = Object.values(route53.counts).reduce((sum, count) => sum + count, 0);
  const history = () => keepHistory(run, done, { beganAt: startedAt, calls });
  if (keep) await Promise.all([late ? undefined : keepWorld(world, findings, run), history()]);
  const result = buildResult({
    request,
    startedAt,
    endedAt: run.ports.clock.now(),
    calls: route53.counts,
    snapshots: clusters.snapshots,
    known: world.known,
    zones: [...done.map(zone => zone.result), ...world.unreadable.map(unreadableZone)],
    findings: [...findings, ...stateFaults(run)],
  });
  const missing = !relist && (world.missing || done.some(zone => zone.missing));
  return { result, missing, late };
}

/** What a run has read. */
export interface World {
  /** Every hosted zone of the account. */
  readonly all: readonly HostedZone[];
  readonly selected: readonly HostedZone[];
  readonly leftOut: readonly LeftOutZone[];
  readonly zones: readonly LoadedZone[];
  readonly unreadable: readonly HostedZone[];
  readonly missing: boolean;
  readonly findings: readonly Finding[];
  readonly known: ReadonlyMap<ClusterName, KnownCluster>;
  readonly scope: Scope;
  readonly clusters: ReadClusters;
  readonly concerns: Concerns | { readonly version?: string };
  /** The zones that contain a name which a cluster asks for. */
  readonly asked: ReadonlySet<ZoneId>;
}

/** @param patienceMs how long clusters are waited for when none comes in; absent: until all are read */
export async function readWorld(
  request: RunRequest,
  run: OpenRun,
  route53: CountedRoute53,
  relist: boolean,
  patienceMs?: number,
): Promise<World> {
  const keep = request.mode === 'sync';
  const listing = selectedZones(run, route53, { fresh: relist, keep });
  const [{ all, selected, leftOut, findings }, concerns, known] = await Promise.all([
    listing,
    readConcerns(run, request.force || relist),
    knownClusters(run),
  ]);
  const options = { fresh: request.force || run.exact === true, reread: request.reread ?? [] };
  const reread = new Set(options.reread.map(({ zone }) => zone));
  const isConcern = ({ id }: HostedZone) => !('zones' in concerns) || concerns.zones.has(id) || reread.has(id);
  const first = await loadZones(selected.filter(isConcern), run, route53, options);
  const whole = scopeOf(request, first.zones, known, run);
  const clusters = await readClusters(run, whole.read, patienceMs);
  const scope = clusters.late.size > 0 ? withoutLate(whole, clusters.late) : whole;
  const names = clusters.snapshots.flatMap(({ endpoints }) => endpoints.map(({ name }) => name));
  const asked = zonesFor(names, selected, first.zones, run);
  const more = selected.filter(zone => !isConcern(zone) && asked.has(zone.id));
  const second = await loadZones(more, run, route53, options);
  const zones = distrustAbove([...first.zones, ...second.zones].sort(byZone), run);
  return {
    all,
    selected,
    leftOut,
    zones,
    unreadable: [...first.unreadable, ...second.unreadable],
    missing: first.missing.length + second.missing.length > 0,
    findings: [...findings, ...first.findings, ...second.findings],
    known,
    scope,
    clusters,
    concerns,
    asked,
  };
}

interface PlannedWorld {
  readonly world: World;
  readonly input: PlanInput;
  readonly planned: PlanOutput;
}

/** Where a namespace is over its limit, the plan is made again if that zone turns out to hold more than is usual. */
async function planWorld(
  request: RunRequest,
  run: OpenRun,
  read: World,
  route53: CountedRoute53,
  now: number,
): Promise<PlannedWorld> {
  const input = planInput(request, run, read, now);
  const planned = plan(input);
  const zones = await withQuotas(read.zones, planned.crowded, route53, now);
  if (zones === read.zones) return { world: read, input, planned };
  const world = { ...read, zones };
  const again = planInput(request, run, world, now);
  return { world, input: again, planned: plan(again) };
}

/** A name that one cluster has given up may be wanted by another that is still being read. */
function withoutRemovals(settings: PlanSettings): PlanSettings {
  return settings.policy === 'sync' ? { ...settings, policy: 'upsert-only' } : settings;
}

export function planInput(request: RunRequest, run: OpenRun, world: World, now: number): PlanInput {
  const loaded = new Set(world.zones.map(({ state }) => state.zone.id));
  const settings = planSettings(run, run.ports.aliasZoneOf);
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
    earlier: [...world.known.values()].flatMap(({ kept }) => kept?.snapshot ?? []),
    // An exact run does what was planned, and nothing beside: what is to be renewed is so by the next run.
    ...(run.touch && !run.exact && { renew: run.touch }),
  };
}

function planScope({ clusters, names }: Scope): { scope?: PlanScope } {
  return clusters && names ? { scope: { clusters, names } } : {};
}

/** The names that objects which this run did not read asked for when they were read. */
function namesUnread({ known, clusters }: World): ReadonlySet<DnsName> {
  const names = new Set<DnsName>();
  for (const { cluster, kinds } of clusters.snapshots) {
    const isUnread = ({ object: { kind } }: Endpoint) => {
      const source = sourceOfResource(kind);
      return source !== undefined && kinds[source]?.complete === false;
    };
    for (const endpoint of known.get(cluster)?.kept?.snapshot.endpoints ?? [])
      if (isUnread(endpoint)) names.add(endpoint.name);
  }
  return names;
}

/** Keeps what was read, for the next run; a run that changes nothing writes nothing. */
async function keepWorld(world: World, findings: readonly Finding[], run: OpenRun): Promise<void> {
  const { clusters, known, zones, concerns, asked } = world;
  const unpublished = new Map<ClusterName, number>();
  for (const finding of findings) {
    const cluster = finding.object?.cluster ?? finding.cluster;
    if (cluster === undefined || !isUnpublished(finding)) continue;
    unpublished.set(cluster, (unpublished.get(cluster) ?? 0) + (finding.count ?? 1));
  }
  const read = clusters.snapshots.filter(({ origin }) => origin === 'read');
  const keepOne = (snapshot: Snapshot) =>
    keepSnapshot(snapshot, unpublished.get(snapshot.cluster) ?? 0, known.get(snapshot.cluster) ?? {}, run);
  await Promise.all([...read.map(keepOne), keepConcerns(run, concerns, zones, asked)]);
}

/** Whether an ownership record of the zones that were read is so. */
function someOwnership({ zones }: World, { naming }: OpenRun, is: (ownership: Ownership) => boolean): boolean {
  return zones.some(({ state }) =>
    [...state.records.values()].some(sets =>
      sets.some(set => ownershipsIn(set, naming).some(({ ownership }) => is(ownership))),
    ),
  );
}

const owns = (owner: OwnerId, run: OpenRun, world: World) => someOwnership(world, run, own => own.owner === owner);

/**
 * A forced run may name a cluster that left the config, to remove what it left; one that is mistyped would do nothing.
 *
 * @throws UnknownTarget where every zone was read and no ownership record names it
 */
function refuseUnknown({ clusters = [] }: RunRequest, run: OpenRun, world: World): void {
  const { config } = run;
  const unknown = clusters.filter(name => !config.clusters.some(cluster => cluster.name === name));
  if (unknown.length === 0 || world.unreadable.length > 0) return;
  const mistyped = unknown.find(name => !someOwnership(world, run, ({ cluster }) => cluster === name));
  if (mistyped === undefined) return;
  const known = config.shards.flatMap(shard => shard.clusters).join(', ');
  throw new UnknownTarget(
    `the config has no cluster "${mistyped}", and no ownership record of the selected zones names it; the config has ${known}`,
  );
}

/** A store that cannot be read or written costs full reads, and nothing else. */
function stateFaults({ kept: { faults } }: OpenRun): Finding[] {
  const [first] = faults;
  if (first === undefined) return [];
  const more = faults.size > 1 ? ` (and ${faults.size - 1} more faults)` : '';
  const message = `the state could not be read or written, so what it would have told is read in full: ${first}${more}; look at state.store`;
  return [{ reason: 'warning', message }];
}

interface RunWork {
  readonly run: OpenRun;
  readonly route53: CountedRoute53;
  readonly input: PlanInput;
  readonly planned: PlanOutput;
  readonly request: RunRequest;
  /** Some clusters are still being read: a second pass follows. */
  readonly late: boolean;
}

interface DoneZone extends ZoneHistory {
  readonly id: ZoneId;
  readonly result: ZoneResult;
  readonly findings: readonly Finding[];
  readonly replanned: ReadonlySet<string>;
  readonly missing: boolean;
}

function changesOf(zone: LoadedZone, planned: PlanOutput): NameChange[] {
  const { state, previous } = zone;
  const changes = planned.zones.find(other => other.zone.id === state.zone.id)?.changes ?? [];
  return previous ? changes.map(change => markDrift(change, previous, state.records)) : [...changes];
}

function ownedIn(state: ZoneState, planned: PlanOutput): number {
  return planned.owned.get(state.zone.id) ?? 0;
}

/** A name's change as it is told. */
function toldChanges(change: NameChange, { zones, elsewhere = [], settings }: PlanInput): RecordChange[] {
  const apexes = new Set([...zones.map(({ zone }) => zone), ...elsewhere].map(({ name }) => name));
  return recordChanges(change, record => allowedBy(change, record, apexes, settings));
}

function previewZone(zone: LoadedZone, planned: PlanOutput, input: PlanInput): Promise<DoneZone> {
  const { state, source } = zone;
  const changes = changesOf(zone, planned).flatMap(change => toldChanges(change, input));
  const result: ZoneResult = {
    ...state.zone,
    ...{ owned: ownedIn(state, planned), changes, batches: 0, source },
    ...lastRead(state),
  };
  const nothing = { findings: [], replanned: new Set<string>(), missing: false, applied: [] };
  return Promise.resolve({ id: state.zone.id, zone: state.zone, result, ...nothing });
}

async function finishZone(zone: LoadedZone, work: RunWork): Promise<DoneZone> {
  const { state, source, edits } = zone;
  const { planned, run } = work;
  const published = await publishZone(
    { state, changes: changesOf(zone, planned), edits },
    { ...work, ports: run.ports },
  );
  const memory = memoryAfter(zone, published, work);
  const kept = zone.kept ? openCopy(zone.kept, run.shard) : state;
  if (hasEdits(published.edits) || differs(memory, kept)) {
    await keepZone(run, {
      ...zone,
      state: { ...published.state, ...memory },
      edits: published.edits,
    });
  }
  const made = published.applied.flatMap(change => toldChanges(change, work.input));
  const grown = made.reduce(
    (sum, change) =>
      sum + (change.type === 'TXT' ? 0 : change.action === 'create' ? 1 : change.action === 'delete' ? -1 : 0),
    0,
  );
  const result: ZoneResult = {
    ...state.zone,
    owned: ownedIn(state, planned) + grown,
    changes: made,
    batches: published.batches,
    source,
    ...lastRead(state),
  };
  const { findings, replanned, missing, applied } = published;
  return { id: state.zone.id, zone: state.zone, result, findings, replanned, missing, applied };
}

/** A copy that is in doubt has the time 0: it is read anew by the next run. */
const lastRead = ({ readAt }: ZoneState) => (readAt > 0 ? { readAt: new Date(readAt).toISOString() } : {});

type Memory = ZoneMemory & Pick<ZoneState, 'unproven' | 'naming' | 'meant'>;

/** What is to be remembered of a zone: what still stands, still waits, or was just done. */
function memoryAfter({ state }: LoadedZone, published: Published, work: RunWork): Memory {
  const { planned, request, input, late } = work;
  const { id } = state.zone;
  // What is unwanted is judged by the second pass, with what was known before this one.
  if (late) return { ...published.state, meant: stillMeant(published, false) };
  const refused = new Set(
    [...planned.findings, ...published.findings]
      .filter(({ reason, zone: at }) => (reason === 'refused' || reason === 'warning') && at === id)
      .map(({ name = '', setIdentifier }) => changeKey({ name, ...(setIdentifier && { setIdentifier }) })),
  );
  const partial = input.scope !== undefined;
  const applied = new Set(published.applied.map(changeKey));
  const standing = (key: string) => !applied.has(key);
  const sorted = <V>(map: ReadonlyMap<string, V> = new Map()) =>
    [...map].filter(([key]) => standing(key)).sort(([a], [b]) => (a < b ? -1 : 1));
  const removed = [...published.applied].some(({ action }) => action === 'delete')
    ? (planned.removals.get(id) ?? [])
    : [];
  const whole = request.force && request.clusters === undefined;
  return {
    refusals: new Map([...published.state.refusals].filter(([key]) => partial || refused.has(key))),
    unwantedSince: new Map(sorted(planned.unwantedSince.get(id))),
    givenUp: new Set([...(planned.givenUp.get(id) ?? [])].filter(standing).sort()),
    heldWith: new Map(sorted(planned.heldWith.get(id))),
    removed: [...removedLately(state.removed, input.now), ...removed],
    unproven: whole ? new Set() : published.state.unproven,
    ...(state.quota && { quota: state.quota }),
    ...(state.naming && { naming: state.naming }),
    meant: stillMeant(published, whole),
    misread: planned.misread.get(id) ?? state.misread,
  };
}

/** An ownership record that was written is what the config says; so is, by force, one whose other record set is gone. */
function stillMeant({ state, edits }: Published, whole: boolean): ZoneState['meant'] {
  const written = new Set(edits.sets.map(({ set }) => recordId(set)));
  return new Map([...state.meant].filter(([id, name]) => !written.has(id) && (!whole || state.records.has(name))));
}

function differs(memory: Memory, state: ZoneState): boolean {
  const text = (memory: Memory) => {
    const { refusals, unwantedSince, givenUp, heldWith, removed, quota, unproven, naming, meant, misread } = memory;
    return JSON.stringify([
      [...refusals],
      [...unwantedSince],
      [...(givenUp ?? [])],
      [...(heldWith ?? [])],
      removed,
      quota,
      [...unproven].sort(),
      naming,
      [...meant].sort(),
      [...misread].sort(),
    ]);
  };
  return text(memory) !== text(state);
}

function unreadableZone(zone: HostedZone): ZoneResult {
  return { ...zone, owned: 0, changes: [], batches: 0, source: 'unreadable' };
}
