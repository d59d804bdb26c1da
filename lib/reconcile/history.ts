import { groupBy } from '../group.ts';
import {
  addToTimeline,
  type HistoryQuery,
  historyLine,
  movedLine,
  type RunMark,
  type RunSummary,
  selectHistory,
  timelineOf,
  undoneLine,
} from '../history/index.ts';
import type { DnsName, HistoryLine, HostedZone, NameChange, OwnerId } from '../model/index.ts';
import { mapLimit } from '../parallel.ts';
import type { Move } from '../plan/index.ts';
import {
  decodeHistory,
  encodeHistory,
  HISTORY_MS,
  historyKey,
  historyOf,
  hoursBetween,
  LINES_A_FILE,
} from '../state/index.ts';
import { type Cache, createCache } from './kept.ts';
import type { OpenRun, Run } from './ports.ts';

/** A change that Route 53 accepted, and how it is kept. */
export interface AppliedChange {
  readonly change: NameChange;
  readonly line: HistoryLine;
}

/** What a run has changed in one zone. */
export interface ZoneHistory {
  readonly zone: HostedZone;
  readonly applied: readonly NameChange[];
}

/**
 * Keeps what Route 53 accepted, a line a name. Called when all of it is done, so that nothing waits for it; what is lost of
 * it is lost to those who look back, and to nobody else.
 */
export async function keepHistory(
  run: OpenRun,
  zones: readonly ZoneHistory[],
  cost: Pick<RunMark, 'beganAt' | 'calls'>,
): Promise<void> {
  const { holder, clock } = run.ports;
  const at = clock.now();
  const mark: RunMark = {
    ...{ run: holder, by: run.by ?? 'manual', shard: run.shard, at, ...cost },
    ...(run.noticedAt !== undefined && { noticedAt: run.noticedAt }),
  };
  const changes = zones.flatMap(({ zone, applied }) =>
    applied.map(change => ({ change, line: historyLine(change, zone, mark) })),
  );
  if (changes.length > 0) run.onApplied?.(changes);
  await keepLines(
    run,
    changes.map(({ line }) => line),
    at,
  );
}

/** Keeps what a person had done, once, as what a run does. */
export async function keepMoved(run: OpenRun, moves: readonly Move[], cost: Pick<RunMark, 'beganAt' | 'calls'>) {
  const { holder, clock } = run.ports;
  const at = clock.now();
  const lineOf = ({ undoing, ...move }: Move): HistoryLine =>
    undoing
      ? undoneLine(undoing, { at: new Date(at).toISOString(), run: holder })
      : movedLine(move, { run: holder, by: 'manual', shard: shardOf(move.to ?? move.from, run), at, ...cost });
  const changes = moves.map(move => ({ change: move.change, line: lineOf(move) }));
  if (changes.length > 0) run.onApplied?.(changes);
  // With the lines of the shard that they are about: whoever looks for the name's history reads them together.
  for (const [shard, some] of groupBy(changes, ({ line }) => line.shard))
    await keepLines(
      { ...run, shard },
      some.map(({ line }) => line),
      at,
    );
}

/** An owner id is in one shard; what one had that has left the config is kept with the first. */
function shardOf(owner: OwnerId | undefined, { views, shard }: OpenRun): string {
  const cluster = views.flatMap(({ clusters }) => clusters).find(one => one.owner === owner)?.name;
  const shards = views.flatMap(config => config.shards);
  const own = shards.find(({ clusters }) => cluster !== undefined && clusters.includes(cluster));
  return own?.name ?? shards[0]?.name ?? shard;
}

async function keepLines(run: OpenRun, lines: readonly HistoryLine[], at: number): Promise<void> {
  if (lines.length === 0) return;
  let left: readonly HistoryLine[] = lines;
  for (let part = 0; left.length > 0; part++) {
    const key = historyKey(run.shard, at, part);
    left = await append(run, key, left);
    // A process that lives long would hold every hour of it.
    run.kept.forget(key);
  }
  await run.ports.store.expire?.(`history/${run.shard}`, at - HISTORY_MS).catch(() => {});
}

/** Puts as many lines behind those of a file as it takes. @returns the others */
async function append(
  { kept }: Pick<OpenRun, 'kept'>,
  key: string,
  lines: readonly HistoryLine[],
): Promise<readonly HistoryLine[]> {
  const { value: before = [], version } = await kept.read(key, decodeHistory);
  const room = LINES_A_FILE - before.length;
  if (room <= 0) return lines;
  const fresh = lines.slice(0, room);
  await kept.write(key, [...before, ...fresh], version, {
    encode: encodeHistory,
    decode: decodeHistory,
    // Two runs of one shard never write at once, but for one that has been overtaken: its lines count all the same.
    merge: theirs => [...theirs, ...fresh],
  });
  return lines.slice(room);
}

/** The state keeps nothing between two commands. */
export class NoHistory extends Error {
  override readonly name = 'NoHistory';
}

const FILES_AT_ONCE = 20;

function refuseFaults({ faults }: Cache): void {
  const [fault] = faults;
  if (fault !== undefined) throw new NoHistory(`the history could not be read: ${fault}; look at state.store`);
}

/**
 * Reads the changes of the time since `from` (epoch milliseconds): a read of the store for each hour and shard.
 * @throws NoHistory when the store cannot be read
 */
export async function readHistory(run: Run, from: number, query: HistoryQuery = {}): Promise<HistoryLine[]> {
  const { clock, store } = run.ports;
  const now = clock.now();
  const kept = createCache(store, clock);
  const hours = hoursBetween(Math.max(from, now - HISTORY_MS), now);
  const files = run.config.shards.flatMap(({ name }) => hours.map(hour => ({ shard: name, hour })));
  const lines = await mapLimit(files, FILES_AT_ONCE, ({ shard, hour }) => linesOf(kept, shard, hour));
  refuseFaults(kept);
  const since = new Date(from).toISOString();
  return selectHistory(
    lines.flat().filter(({ at }) => at >= since),
    query,
  );
}

async function linesOf(kept: Cache, shard: string, hour: number): Promise<HistoryLine[]> {
  const lines: HistoryLine[] = [];
  for (let part = 0; ; part++) {
    const { value } = await kept.read(historyKey(shard, hour, part), decodeHistory);
    kept.forget(historyKey(shard, hour, part));
    for (const line of value ?? []) lines.push(line);
    if (value === undefined || value.length < LINES_A_FILE) return lines;
  }
}

/** Files of an hour that are looked through for one name: a first sync of very many fills more. */
const FILES_AN_HOUR = 5;

/**
 * The changes of one name since `from` (epoch milliseconds), the newest first, as far as the first 10,000 changes of each hour
 * tell. What cannot be read is left out.
 */
export async function recentHistory(run: Run, from: number, name: DnsName): Promise<HistoryLine[]> {
  const { clock, store } = run.ports;
  const kept = createCache(store, clock);
  const files = run.config.shards.flatMap(shard => hoursBetween(from, clock.now()).map(hour => ({ shard, hour })));
  const found = await mapLimit(files, FILES_AT_ONCE, async ({ shard, hour }) => {
    const lines: HistoryLine[] = [];
    for (let part = 0; part < FILES_AN_HOUR; part++) {
      const key = historyKey(shard.name, hour, part);
      const { value } = await kept.read(key, bytes => historyOf(name, bytes));
      kept.forget(key);
      lines.push(...(value?.lines ?? []));
      if (value?.full !== true) break;
    }
    return lines;
  });
  return selectHistory(found.flat(), {});
}

/**
 * What each run since `from` (epoch milliseconds) changed, the newest first, as far as the first 10,000 changes of each hour
 * and shard tell.
 *
 * @throws NoHistory when the store cannot be read
 */
export async function recentRuns(run: Run, from: number): Promise<RunSummary[]> {
  const { clock, store } = run.ports;
  const kept = createCache(store, clock);
  const runs = new Map<string, RunSummary>();
  const files = run.config.shards.flatMap(shard => hoursBetween(from, clock.now()).map(hour => ({ shard, hour })));
  await mapLimit(files, FILES_AT_ONCE, async ({ shard, hour }) => {
    for (let part = 0; part < FILES_AN_HOUR; part++) {
      const key = historyKey(shard.name, hour, part);
      const { value = [] } = await kept.read(key, decodeHistory);
      kept.forget(key);
      addToTimeline(runs, value);
      if (value.length < LINES_A_FILE) break;
    }
  });
  refuseFaults(kept);
  return timelineOf(runs);
}
