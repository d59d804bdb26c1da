import type { Finding, OwnerId, RunRequest, RunResult, ZoneResult } from '../model/index.ts';
import { mapLimit } from '../parallel.ts';
import { type PlanInput, type PlanOutput, plan, type ToldByView, toldByViews } from '../plan/index.ts';
import { someOwnership } from '../registry/index.ts';
import { callsIn } from '../route53/index.ts';
import { stateFaults } from './cache.ts';
import { keepHistory } from './history.ts';
import { keepWorld } from './keep-world.ts';
import { leftZones } from './left-zones.ts';
import { openViews } from './open.ts';
import { otherOwners } from './other-owners.ts';
import { plannedRun } from './planned.ts';
import type { OpenRun, Run } from './ports.ts';
import { withQuotas } from './quotas.ts';
import { buildResult, mergePasses } from './result.ts';
import { refuseUnknown } from './unknown-target.ts';
import { inView, type View, withContested } from './views.ts';
import { planInput, readWorlds, type ViewOfWorld, type World, type Worlds } from './world.ts';
import { changesOf, type DoneZone, finishZone, previewZone, unreadableZone } from './zone-run.ts';

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
  if (pass.late) pass = joined(pass, await runOnce(request, views, { relist: false, made: pass.made }));
  if (!pass.missing) return pass.result;
  // Readings that were handed in are to be seen by other runs, too.
  if (asked.readings === undefined) for (const { run } of views) run.readings.clear();
  return joined(pass, await runOnce(request, views, { relist: true, made: pass.made })).result;
}

/** A cluster that is as slow as this beside others is waited for while these are published. */
const PATIENCE_MS = 5_000;

const joined = (first: Pass, second: Pass): Pass => ({
  ...second,
  result: mergePasses(first.result, second.result),
  made: new Set([...first.made, ...second.made]),
});

interface Reading {
  /** The zones are listed anew. */
  readonly relist: boolean;
  /** How long clusters are waited for when none comes in; absent: until all are read. */
  readonly patienceMs?: number;
  /** What earlier passes made: of it nothing is removed above. */
  readonly made?: Pass['made'];
}

interface Pass {
  readonly result: RunResult;
  /** A hosted zone that was listed does not exist. */
  readonly missing: boolean;
  /** Clusters were not waited for: what they ask for, and every removal, is left to a second pass. */
  readonly late: boolean;
  /** Names that were created, as `ZONE NAME`. */
  readonly made: ReadonlySet<string>;
}

/** Each view is planned before anything is sent, and what they have to tell is told of all together. */
async function runOnce(
  request: RunRequest,
  all: readonly View[],
  { relist, patienceMs, made }: Reading,
): Promise<Pass> {
  const [{ run: any }] = all as [View];
  const startedAt = any.ports.clock.now();
  const counts = () => summed(all.map(({ route53 }) => route53.counts));
  const { views, failures } = await readWorlds(request, all, relist, patienceMs);
  // Of what was planned exactly nothing is done in part.
  if (any.exact && failures[0]) throw failures[0].error;
  refuseUnknown(request, views, failures.length === 0);
  const planned = await Promise.all(views.map(view => planView({ request, made, now: startedAt }, view)));
  for (const view of planned) tellPlanned(view);
  const late = planned.some(({ world }) => world.clusters.late.size > 0);
  const [done, left] = await Promise.all([
    Promise.all(planned.map(view => carryOut(request, view, late))),
    leftZones(request, views, failures.length === 0),
  ]);
  const told = toldByViews(done.map(toldOf), failures.length === 0);
  if (request.mode === 'sync') {
    const keep = late ? [] : done.map((view, i) => keepWorld(view.world, told[i] ?? [], view.run));
    const changed = done.flatMap(({ zones }) => zones);
    await Promise.all([...keep, keepHistory(any, changed, { beganAt: startedAt, calls: callsIn(counts()) })]);
  }
  const result = buildResult({
    request,
    startedAt,
    endedAt: any.ports.clock.now(),
    calls: counts(),
    views: done.map(({ world: { clusters, known } }) => ({ snapshots: clusters.snapshots, known })),
    zones: onlyOnce(done.flatMap(zoneResults)),
    findings: [...told.flat(), ...failures.map(failureFinding), ...left, ...stateFaults(any.cache)],
  });
  const missing = !relist && done.some(({ world, zones }) => world.missing || zones.some(zone => zone.missing));
  return { result, missing, late, made: new Set(done.flatMap(({ zones }) => zones.flatMap(createdIn))) };
}

/** A view with what was planned for it. */
interface PlannedView extends ViewOfWorld {
  readonly input: PlanInput;
  readonly planned: PlanOutput;
}

interface DoneView extends PlannedView {
  readonly zones: readonly DoneZone[];
}

const createdIn = ({ id, applied }: DoneZone) =>
  applied.flatMap(({ action, name }) => (action === 'create' ? `${id} ${name}` : []));

interface Planning {
  readonly request: RunRequest;
  readonly made: Pass['made'] | undefined;
  readonly now: number;
}

/** Where a namespace is over its limit, the plan is made again if that zone turns out to hold more than is usual. */
async function planView({ request, made, now }: Planning, view: ViewOfWorld): Promise<PlannedView> {
  const { run, route53, world: read } = view;
  const inputOf = (world: World) => ({ ...planInput(request, run, world, now), ...(made && { made }) });
  const input = inputOf(read);
  const planned = plan(input);
  const zones = await withQuotas(read.zones, planned.crowded, route53, now);
  if (zones === read.zones) return { ...view, input, planned };
  const world = { ...read, zones };
  const again = inputOf(world);
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
  const onApplied = run.onProgress && changesMade(run.onProgress, planned);
  const work = { run, route53, input, planned, request, late, onApplied };
  const zones = await mapLimit(world.zones, ZONES_AT_ONCE, zone =>
    request.mode === 'sync' ? finishZone(zone, work) : previewZone(zone, work),
  );
  return { ...view, zones };
}

/** Counts what is accepted in all zones together, for who looks on. */
function changesMade(tell: NonNullable<Run['onProgress']>, { zones }: PlanOutput): (changes: number) => void {
  const of = zones.reduce((sum, { changes }) => sum + changes.length, 0);
  let done = 0;
  // What was planned again may be more than was planned.
  return changes => {
    done = Math.min(of, done + changes);
    tell({ stage: 'changes', done, of });
  };
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

/** Whether an owner has anything in the zones that were read. */
const owns = (id: OwnerId, { naming }: OpenRun, { zones }: World) =>
  zones.some(({ state }) => someOwnership(state.records, naming, ({ owner }) => owner === id));

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
