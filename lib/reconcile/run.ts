import type {
  ClusterName,
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
import { mapLimit } from '../parallel.ts';
import {
  allowedBy,
  type PlanInput,
  type PlanOutput,
  plan,
  removedLately,
  type ToldByView,
  toldByViews,
} from '../plan/index.ts';
import { ownershipsIn } from '../registry/index.ts';
import type { CountedRoute53 } from '../route53/index.ts';
import { keepSnapshot } from './clusters.ts';
import { keepConcerns } from './concerns.ts';
import { keepHistory, type ZoneHistory } from './history.ts';
import { openViews } from './open.ts';
import { otherOwners } from './other-owners.ts';
import { plannedRun } from './planned.ts';
import type { OpenRun, Run } from './ports.ts';
import { markDrift, type Published, publishZone } from './publish.ts';
import { withQuotas } from './quotas.ts';
import { buildResult, mergePasses } from './result.ts';
import { UnknownTarget } from './unknown-target.ts';
import { inView, type View, withContested } from './views.ts';
import { planInput, readWorlds, type ViewOfWorld, type World, type Worlds } from './world.ts';
import { hasEdits, keepZone, openCopy } from './zone-copy.ts';
import type { LoadedZone } from './zones.ts';

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
  const views = await openViews(asked);
  const relist = request.force || asked.exact === true;
  const isPatient = request.mode === 'plan' || relist || asked.onPlanned !== undefined;
  const patienceMs = isPatient ? Number.POSITIVE_INFINITY : (asked.patienceMs ?? PATIENCE_MS);
  let pass = await runOnce(request, views, { relist, patienceMs });
  if (pass.late) pass = joined(pass, await runOnce(request, views, { relist: false }));
  if (!pass.missing) return pass.result;
  // Readings that were handed in are to be seen by other runs, too.
  if (asked.readings === undefined) for (const { run } of views) run.readings.clear();
  return joined(pass, await runOnce(request, views, { relist: true })).result;
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

/** Each view is planned before anything is sent, and what they have to tell is told of all together. */
async function runOnce(request: RunRequest, all: readonly View[], { relist, patienceMs }: Reading): Promise<Pass> {
  const [{ run: any }] = all as [View];
  const startedAt = any.ports.clock.now();
  const counts = () => summed(all.map(({ route53 }) => route53.counts));
  const { views, failures } = await readWorlds(request, all, relist, patienceMs);
  // Of what was planned exactly nothing is done in part.
  if (any.exact && failures[0]) throw failures[0].error;
  refuseUnknown(request, views, failures.length === 0);
  const planned = await Promise.all(views.map(view => planView(request, view, startedAt)));
  for (const view of planned) tellPlanned(view);
  const late = planned.some(({ world }) => world.clusters.late.size > 0);
  const done = await Promise.all(planned.map(view => carryOut(request, view, late)));
  const told = toldByViews(done.map(toldOf), failures.length === 0);
  if (request.mode === 'sync') {
    const keep = late ? [] : done.map((view, i) => keepWorld(view.world, told[i] ?? [], view.run));
    const changed = done.flatMap(({ zones }) => zones);
    const calls = Object.values(counts()).reduce((sum, count) => sum + count, 0);
    await Promise.all([...keep, keepHistory(any, changed, { beganAt: startedAt, calls })]);
  }
  const result = buildResult({
    request,
    startedAt,
    endedAt: any.ports.clock.now(),
    calls: counts(),
    views: done.map(({ world: { clusters, known } }) => ({ snapshots: clusters.snapshots, known })),
    zones: onlyOnce(done.flatMap(zoneResults)),
    findings: [...told.flat(), ...failures.map(failureFinding), ...stateFaults(any)],
  });
  const missing = !relist && done.some(({ world, zones }) => world.missing || zones.some(zone => zone.missing));
  return { result, missing, late };
}

/** A view with what was planned for it. */
interface PlannedView extends ViewOfWorld {
  readonly input: PlanInput;
  readonly planned: PlanOutput;
}

interface DoneView extends PlannedView {
  readonly zones: readonly DoneZone[];
}

/** Where a namespace is over its limit, the plan is made again if that zone turns out to hold more than is usual. */
async function planView(request: RunRequest, view: ViewOfWorld, now: number): Promise<PlannedView> {
  const { run, route53, world: read } = view;
  const input = planInput(request, run, read, now);
  const planned = plan(input);
  const zones = await withQuotas(read.zones, planned.crowded, route53, now);
  if (zones === read.zones) return { ...view, input, planned };
  const world = { ...read, zones };
  const again = planInput(request, run, world, now);
  return { ...view, world, input: again, planned: plan(again) };
}

/** @throws what `onPlanned` throws */
function tellPlanned({ run, world: { zones, clusters }, planned }: PlannedView): void {
  const changes = zones.map(zone => ({ state: zone.state, changes: changesOf(zone, planned) }));
  run.onPlanned?.(plannedRun(run, clusters.snapshots, changes));
  if (clusters.late.size === 0) run.onLooked?.(planned.looked);
}

async function carryOut(request: RunRequest, view: PlannedView, late: boolean): Promise<DoneView> {
  const { run, route53, world, input, planned } = view;
  const work = { run, route53, input, planned, request, late };
  const zones = await mapLimit(world.zones, ZONES_AT_ONCE, zone =>
    request.mode === 'sync' ? finishZone(zone, work) : previewZone(zone, work),
  );
  return { ...view, zones };
}

function toldOf({ run, world, planned, zones }: DoneView): ToldByView {
  const superseded = (finding: Finding) =>
    // What was held was of another record set of the name: the one that was sent was not.
    finding.reason !== 'held' &&
    finding.reason !== 'grace' &&
    zones.some(zone => zone.id === finding.zone && finding.name !== undefined && zone.replanned.has(finding.name));
  const { snapshots, findings } = world.clusters;
  return {
    ...(run.view !== undefined && { view: run.view }),
    snapshots,
    findings: [
      ...world.findings,
      ...findings,
      ...snapshots.flatMap(snapshot => snapshot.findings),
      ...otherOwners(planned.findings, run.config.clusters, owner => owns(owner, run, world)),
      ...withContested(planned.findings, world.contested).filter(finding => !superseded(finding)),
      ...zones.flatMap(zone => zone.findings),
    ],
  };
}

function zoneResults({ run, world, zones }: DoneView): ZoneResult[] {
  const unread = world.unreadable.map(zone => unreadableZone(zone, world.contested.has(zone.id) ? {} : run));
  return [...zones.map(zone => zone.result), ...unread];
}

/** A zone that several views select, and none reads. */
const onlyOnce = (zones: readonly ZoneResult[]) => [...new Map(zones.map(zone => [zone.id, zone])).values()];

function failureFinding({ view: { run }, error }: Worlds['failures'][number]): Finding {
  const message = `nothing is changed in its zones, and what it alone has a zone for is not told: ${error.message}`;
  return inView({ reason: 'unreadable', message }, run);
}

function summed(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const one of counts)
    for (const [operation, count] of Object.entries(one)) sum[operation] = (sum[operation] ?? 0) + count;
  return sum;
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
 * @param whole all views were read
 * @throws UnknownTarget where every zone was read and no ownership record names it
 */
function refuseUnknown({ clusters = [] }: RunRequest, views: readonly ViewOfWorld[], whole: boolean): void {
  const { config } = (views[0] as ViewOfWorld).run;
  const unknown = clusters.filter(name => !config.clusters.some(cluster => cluster.name === name));
  if (unknown.length === 0 || !whole || views.some(({ world }) => world.unreadable.length > 0)) return;
  const isNamed = (name: ClusterName) =>
    views.some(({ run, world }) => someOwnership(world, run, ({ cluster }) => cluster === name));
  const mistyped = unknown.find(name => !isNamed(name));
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

function previewZone(zone: LoadedZone, { run, planned, input }: RunWork): Promise<DoneZone> {
  const { state, source } = zone;
  const changes = changesOf(zone, planned).flatMap(change => toldChanges(change, input));
  const result: ZoneResult = {
    ...state.zone,
    ...viewOf(run),
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
    ...viewOf(run),
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

const viewOf = ({ view }: Pick<OpenRun, 'view'>) => (view === undefined ? {} : { view });

function unreadableZone(zone: HostedZone, run: Pick<OpenRun, 'view'>): ZoneResult {
  return { ...zone, ...viewOf(run), owned: 0, changes: [], batches: 0, source: 'unreadable' };
}
