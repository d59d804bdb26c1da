import type {
  DnsName,
  Finding,
  HostedZone,
  NameChange,
  RunRequest,
  RunResult,
  Snapshot,
  ZoneId,
  ZoneResult,
  ZoneState,
} from '../model/index.ts';
import { type PlanOutput, type PlanSettings, plan } from '../plan/index.ts';
import { type CountedRoute53, withBudget } from '../route53/index.ts';
import { readClusters } from './clusters.ts';
import { createKeeper } from './kept.ts';
import { mapLimit } from './parallel.ts';
import type { OpenRun, Run } from './ports.ts';
import { markDrift, type Published, publishZone } from './publish.ts';
import { buildResult, recordChanges } from './result.ts';
import { planSettings } from './settings.ts';
import { keepZone, type LoadedZone, loadZones } from './zones.ts';

const ZONES_AT_ONCE = 6;
/**
 * One run over one shard: DNS is read, then the clusters; what they want is compared with what the zones hold; the
 * differences are swapped in; everything is reported. In this order, so that a run overtaken by another fails its swaps
 * instead of putting old data back.
 *
 * @throws Route53Error, OutOfTime when the list of hosted zones cannot be read
 */
export async function executeRun(request: RunRequest, asked: Run): Promise<RunResult> {
  const { ports, config } = asked;
  const run: OpenRun = { ...asked, kept: createKeeper(ports.store, ports.clock) };
  const startedAt = ports.clock.now();
  const keep = request.mode === 'sync';
  const deadline = run.deadlineMs === undefined ? {} : { deadline: run.deadlineMs };
  const route53 = withBudget(ports.route53, { budget: ports.budget, clock: ports.clock, ...deadline });
  const loaded = await loadZones(run, route53, { fresh: request.force, keep, reread: request.reread ?? [] });
  const stands = (name: DnsName) => loaded.zones.some(({ state }) => state.records.has(name));
  const clusters = await readClusters(run, request, { keep, stands });
  const settings = planSettings(config, ports.aliasZoneOf);
  const forced = request.force ? (request.clusters ?? config.clusters.map(cluster => cluster.name)) : [];
  const planned = plan({
    zones: loaded.zones.map(zone => zone.state),
    elsewhere: loaded.unreadable,
    snapshots: clusters.snapshots,
    settings,
    now: startedAt,
    forced,
  });
  const selected = [...loaded.zones.map(({ state }) => state.zone), ...loaded.unreadable];
  const work = { run, route53, settings, selected, snapshots: clusters.snapshots, forced, planned };
  const done = await mapLimit(loaded.zones, ZONES_AT_ONCE, zone =>
    keep ? finishZone(zone, work) : previewZone(zone, planned),
  );
  const superseded = (finding: Finding) =>
    done.some(zone => zone.id === finding.zone && finding.name !== undefined && zone.replanned.has(finding.name));
  return buildResult({
    request,
    startedAt,
    endedAt: ports.clock.now(),
    calls: route53.counts,
    snapshots: clusters.snapshots,
    zones: [...done.map(zone => zone.result), ...loaded.unreadable.map(unreadableZone)],
    findings: [
      ...loaded.findings,
      ...clusters.findings,
      ...clusters.snapshots.flatMap(snapshot => snapshot.findings),
      ...planned.findings.filter(finding => !superseded(finding)),
      ...done.flatMap(zone => zone.findings),
      ...stateFaults(run),
    ],
  });
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
  readonly settings: PlanSettings;
  readonly selected: readonly HostedZone[];
  readonly snapshots: readonly Snapshot[];
  readonly forced: readonly string[];
  readonly planned: PlanOutput;
}

interface DoneZone {
  readonly id: ZoneId;
  readonly result: ZoneResult;
  readonly findings: readonly Finding[];
  readonly replanned: ReadonlySet<string>;
}

function changesOf(zone: LoadedZone, planned: PlanOutput): NameChange[] {
  const { state, previous } = zone;
  const changes = planned.zones.find(other => other.zone.id === state.zone.id)?.changes ?? [];
  return previous ? changes.map(change => markDrift(change, previous, state.records)) : [...changes];
}

function ownedIn(state: ZoneState, planned: PlanOutput): number {
  return [...(planned.owned.get(state.zone.id)?.values() ?? [])].reduce((sum, count) => sum + count, 0);
}

function previewZone(zone: LoadedZone, planned: PlanOutput): Promise<DoneZone> {
  const { state, source } = zone;
  const changes = changesOf(zone, planned).flatMap(recordChanges);
  const result: ZoneResult = { ...state.zone, owned: ownedIn(state, planned), changes, batches: 0, source };
  return Promise.resolve({ id: state.zone.id, result, findings: [], replanned: new Set() });
}

async function finishZone(zone: LoadedZone, work: RunWork): Promise<DoneZone> {
  const { state, source } = zone;
  const { planned, run } = work;
  const changes = changesOf(zone, planned);
  const published = await publishZone({ state, changes }, { ...work, ports: run.ports });
  const lasting = withMemory(zone, published, planned);
  if (lasting !== undefined)
    await keepZone(run, lasting, zone.version, new Set([...published.touched, ...(zone.reread ?? [])]));
  const made = published.applied.flatMap(recordChanges);
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
  };
  return { id: state.zone.id, result, findings: published.findings, replanned: published.replanned };
}

/** The zone as it is to be kept; undefined when the kept copy says the same already. */
function withMemory(zone: LoadedZone, published: Published, planned: PlanOutput): ZoneState | undefined {
  const { id } = zone.state.zone;
  const refusedNames = new Set(
    [...planned.findings, ...published.findings]
      .filter(({ reason, zone: at }) => reason === 'refused' && at === id)
      .map(({ name }) => name),
  );
  const refusals = new Map([...published.state.refusals].filter(([name]) => refusedNames.has(name)));
  const unwantedSince = planned.unwantedSince.get(id) ?? new Map();
  const unchanged =
    zone.source === 'kept' &&
    published.touched.size === 0 &&
    zone.reread === undefined &&
    JSON.stringify([...refusals]) === JSON.stringify([...zone.state.refusals]) &&
    JSON.stringify([...unwantedSince]) === JSON.stringify([...zone.state.unwantedSince]);
  return unchanged ? undefined : { ...published.state, refusals, unwantedSince };
}

function unreadableZone(zone: { id: string; name: string; private: boolean }): ZoneResult {
  return { ...zone, owned: 0, changes: [], batches: 0, source: 'unreadable' };
}
