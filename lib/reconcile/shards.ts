import { setTimeout as sleep } from 'node:timers/promises';
import { doubtsOf } from '../config/index.ts';
import type { ClusterName, Finding, FreshFinding, RunRequest, RunResult, ZoneResult } from '../model/index.ts';
import { reasonOf } from '../reason.ts';
import { type Channel, type HeldLease, LeaseHeld, takeLease } from '../state/index.ts';
import type { AppliedChange } from './history.ts';
import { freshFindings } from './news.ts';
import { objectEvents, writeObjectEvents } from './object-events.ts';
import { ofShard } from './open.ts';
import { announced, type Fence, type Run } from './ports.ts';
import { summarize, unpublishedBefore } from './result.ts';
import { executeRun } from './run.ts';
import { withBoundedFindings } from './told.ts';
import { UnknownTarget } from './unknown-target.ts';

/**
 * A lease is short and renewed while its run lives, so that a run that was killed holds up the next one for less time than
 * that one waits. A run that stalls for longer may be overtaken: it then sends nothing more, and what it was sending
 * fails, so that nothing is lost.
 */
const LEASE_MS = 10_000;
const RENEWAL_MS = 3_000;
const LEASE_WAIT_MS = 20_000;
/** A run that has ended waits no longer than this for a store that does not answer; its lease ends by itself. */
const RELEASE_MS = 2_000;

/**
 * Carries out a request: a run for each shard concerned, one after the other, each under the shard's lease, so that no
 * two runs work on a shard together. A plan writes nothing and takes no lease.
 *
 * @throws UnknownTarget; LeaseHeld when another run works on the shard, Route53Error or OutOfTime when not even the list of
 *   hosted zones can be read: where nothing at all could be run, and where a shard could not whose clusters the request
 *   names, for it is done only when all of them have run. Whatever else concerns one shard of several, one zone, cluster
 *   or name is reported in the result instead.
 */
export async function reconcile(request: RunRequest, run: Run): Promise<RunResult> {
  const parts = shardRequests(request, run);
  const results: RunResult[] = [];
  const failures: { shard: string; error: Error }[] = [];
  for (const [shard, part] of parts) {
    try {
      results.push(await runAndTell(shard, part));
    } catch (error) {
      failures.push({ shard, error: error as Error });
    }
  }
  const [first] = results;
  const [failure] = failures;
  if (failure && (!first || (request.clusters ?? []).length > 0)) throw failure.error;
  if (!first) throw new UnknownTarget('the request names no cluster');
  const result = parts.length === 1 ? first : mergeResults(results, failures);
  return withBoundedFindings(withFindings(result, doubtsIn(request, run)));
}

/** What the config most likely does not mean: told where all clusters are read, and by one shard for all. */
function doubtsIn({ clusters, shard }: RunRequest, { config }: Run): Finding[] {
  if (clusters !== undefined || (shard !== undefined && shard !== config.shards[0]?.name)) return [];
  return doubtsOf(config).map(({ field, message }) => ({ reason: 'warning', message: `${field}: ${message}`, field }));
}

interface Part {
  readonly request: RunRequest;
  readonly run: Run;
}

/** Splits a request over the shards whose clusters it concerns; each part sees the clusters of its shard only. */
function shardRequests(request: RunRequest, run: Run): [string, Part][] {
  const { config } = run;
  const known = config.clusters.map(({ name }) => name);
  // A forced run may be for a cluster that has left the config: what it left behind may go.
  const unknown = request.force ? undefined : request.clusters?.find(name => !known.includes(name));
  if (unknown !== undefined)
    throw new UnknownTarget(`the config has no cluster "${unknown}"; it has ${known.join(', ')}`);
  const shards = config.shards.map(({ name }) => name);
  if (request.shard !== undefined && !shards.includes(request.shard)) {
    throw new UnknownTarget(`the config has no shard "${request.shard}"; it has ${shards.join(', ')}`);
  }
  return config.shards
    .filter(({ name }) => request.shard === undefined || request.shard === name)
    .filter(({ clusters }) => concerns(request, clusters, known))
    .map(({ name, clusters }) => [
      name,
      {
        request: within(request, clusters, known),
        run: ofShard(run, name, clusters),
      },
    ]);
}

/** A request about names in Route 53, or about a cluster that is not in the config (any more), may be any shard's. */
function concerns({ clusters }: RunRequest, shard: readonly ClusterName[], known: readonly ClusterName[]): boolean {
  if (clusters === undefined || clusters.length === 0) return true;
  return clusters.some(name => shard.includes(name) || !known.includes(name));
}

function within(request: RunRequest, shard: readonly ClusterName[], known: readonly ClusterName[]): RunRequest {
  if (request.clusters === undefined) return request;
  return { ...request, clusters: request.clusters.filter(name => shard.includes(name) || !known.includes(name)) };
}

/** What is new is told when the lease is given back: nobody waits for it, and nothing of the run depends on it. */
async function runAndTell(shard: string, { request, run }: Part): Promise<RunResult> {
  const { onNews, ports, config, deadlineMs } = run;
  const { writeEvents } = ports;
  if ((onNews === undefined && writeEvents === undefined) || request.mode === 'plan')
    return runShard(shard, request, run);
  const applied: AppliedChange[] = [];
  const onApplied = (changes: readonly AppliedChange[]) => {
    for (const change of changes) applied.push(change);
    run.onApplied?.(changes);
  };
  const tell = (findings: readonly FreshFinding[]) => {
    if (onNews === undefined || applied.length + findings.length === 0) return;
    const at = new Date(ports.clock.now()).toISOString();
    const changes = applied.map(({ line }) => line);
    onNews({ shard, run: ports.holder, by: run.by ?? 'manual', at, changes, findings });
  };
  let result: RunResult;
  try {
    result = await runShard(shard, request, { ...run, onApplied });
  } catch (error) {
    tell([]);
    throw error;
  }
  const bounded = withBoundedFindings(result);
  const freshFor = (channel: Channel) => freshFindings({ shard, channel }, request, bounded, ports);
  if (onNews !== undefined) tell(await freshFor('stream'));
  if (writeEvents === undefined) return result;
  const events = objectEvents(applied, await freshFor('objects'));
  return withFindings(result, await writeObjectEvents(events, { config, ports }, deadlineMs));
}

function withFindings(result: RunResult, more: readonly Finding[]): RunResult {
  if (more.length === 0) return result;
  const findings = [...result.findings, ...more];
  return { ...result, ...summarize(result.mode, result.zones, findings, unpublishedBefore(result)) };
}

async function runShard(shard: string, request: RunRequest, run: Run): Promise<RunResult> {
  if (request.mode === 'plan') return executeRun(request, run);
  const { lease, fault } = await leaseOf(shard, run);
  if (!lease) return withWarning(await executeRun(request, run), fault);
  const renewal = setInterval(() => void lease.renew().catch(() => {}), RENEWAL_MS).unref();
  let unsettled = lease.overtaken;
  try {
    const looked = new Set<string>();
    const result = await executeRun(request, {
      ...run,
      fence: fenceOf(lease),
      touch: new Set(lease.overtaken),
      onLooked: names => names.forEach(name => void looked.add(name)),
    });
    unsettled = unsettledBy(result, looked, lease.overtaken);
    return result;
  } finally {
    clearInterval(renewal);
    await Promise.race([lease.release(unsettled).catch(() => {}), sleep(RELEASE_MS, undefined, { ref: false })]);
  }
}

/**
 * Does something else than a run, under the leases of all shards. What overtaken runs may be about to remove stays for the
 * next runs to look at.
 *
 * @throws LeaseHeld
 */
export async function underLease<T>(run: Run, work: (run: Run) => Promise<T>): Promise<T> {
  const held: HeldLease[] = [];
  const renewal = setInterval(() => {
    for (const lease of held) void lease.renew().catch(() => {});
  }, RENEWAL_MS).unref();
  try {
    for (const { name } of run.config.shards) {
      const { lease } = await leaseOf(name, run);
      if (lease) held.push(lease);
    }
    const fences = held.map(fenceOf);
    const fence: Fence = {
      ensure: async removals => (await Promise.all(fences.map(one => one.ensure(removals)))).every(Boolean),
    };
    return await work({ ...run, fence });
  } finally {
    clearInterval(renewal);
    const released = Promise.all(held.map(lease => lease.release(lease.overtaken).catch(() => {})));
    await Promise.race([released, sleep(RELEASE_MS, undefined, { ref: false })]);
  }
}

/**
 * Without a lease when the store is out of reach or takes no writes: such a run is as safe as any, because its writes are
 * swaps. Its result says so.
 */
async function leaseOf(shard: string, run: Run): Promise<{ lease?: HeldLease; fault?: string }> {
  const { clock, store, holder } = run.ports;
  const left = run.deadlineMs === undefined ? Number.POSITIVE_INFINITY : run.deadlineMs - clock.now();
  const waitMs = Math.max(0, Math.min(LEASE_WAIT_MS, left / 4));
  try {
    return { lease: await takeLease(store, shard, { holder, durationMs: LEASE_MS, waitMs }, clock) };
  } catch (error) {
    if (error instanceof LeaseHeld) throw error;
    return { fault: reasonOf(error) };
  }
}

/** One warning for one fault: where the run has met it as well, it has told of it. */
function withWarning(result: RunResult, fault = ''): RunResult {
  if (result.findings.some(({ message }) => message.includes(fault))) return result;
  const message = `the run had no lease, so that another may have worked beside it: ${fault}; look at state.store`;
  return withFindings(result, [{ reason: 'warning', message }]);
}

/** A change is sent only while the lease is held; where the store fails, no removal is sent that it does not know of. */
function fenceOf(lease: HeldLease): Fence {
  return {
    async ensure(removals) {
      try {
        return await lease.announce(removals.map(({ zone, name }) => announced(zone, name)));
      } catch {
        return removals.length === 0 && lease.held();
      }
    },
  };
}

/** What a run has not looked at of what those before it may have been about to remove. */
function unsettledBy(
  { zones, findings }: RunResult,
  looked: ReadonlySet<string>,
  overtaken: readonly string[],
): readonly string[] {
  if (overtaken.length === 0) return overtaken;
  const unread = zones.filter(({ source }) => source === 'unreadable').map(({ id }) => announced(id, ''));
  const deferred = new Set(
    findings.filter(({ reason }) => reason === 'deferred').map(({ zone = '', name = '' }) => announced(zone, name)),
  );
  return overtaken.filter(
    name => !looked.has(name) || deferred.has(name) || unread.some(zone => name.startsWith(zone)),
  );
}

/** One result of several shards. A zone that several shards publish in is there once. */
function mergeResults(results: readonly RunResult[], failures: readonly { shard: string; error: Error }[]): RunResult {
  const [first] = results as [RunResult];
  const zones = new Map<string, ZoneResult>();
  const calls: Record<string, number> = {};
  for (const result of results) {
    for (const zone of result.zones) zones.set(zone.id, mergeZone(zones.get(zone.id), zone));
    for (const [operation, count] of Object.entries(result.calls)) calls[operation] = (calls[operation] ?? 0) + count;
  }
  const failed = failures.map(
    ({ shard, error }): Finding => ({ reason: 'deferred', message: `shard "${shard}" was not run: ${error.message}` }),
  );
  const all = [...zones.values()];
  return {
    ...first,
    ...summarize(
      first.mode,
      all,
      [...results.flatMap(result => result.findings), ...failed],
      results.reduce((sum, result) => sum + unpublishedBefore(result), 0),
    ),
    durationMs: results.reduce((sum, result) => sum + result.durationMs, 0),
    calls,
    clusters: results.flatMap(result => result.clusters),
    zones: all,
  };
}

function mergeZone(known: ZoneResult | undefined, zone: ZoneResult): ZoneResult {
  if (!known) return zone;
  return {
    ...known,
    owned: known.owned + zone.owned,
    changes: [...known.changes, ...zone.changes],
    batches: known.batches + zone.batches,
  };
}
