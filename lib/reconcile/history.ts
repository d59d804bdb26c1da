import { groupBy } from '../group.ts';
import {
  addToTimeline,
  fitsHistory,
  type HistoryQuery,
  historyLine,
  movedLine,
  newestFirst,
  type RunMark,
  type RunSummary,
  timelineOf,
  undoneLine,
} from '../history/index.ts';
import type { DnsName, HistoryLine, HostedZone, NameChange, OwnerId } from '../model/index.ts';
import { mapLimit } from '../parallel.ts';
import type { Move } from '../plan/index.ts';
import {
  decodeHistory,
  HISTORY_MS,
  type HistoryFile,
  historyKey,
  historyOf,
  hoursBetween,
  isFull,
  withLines,
} from '../state/index.ts';
import { type Cache, createCache } from './cache.ts';
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
  const fileOf = (part: number) => fileAt(run, at, part);
  for (let file = await firstWithRoom(fileOf); ; file = await fileOf(file.part + 1)) {
    left = await append(run, at, file, left);
    if (left.length === 0) break;
  }
  await run.ports.store.expire?.(`history/${run.shard}`, at - HISTORY_MS).catch(() => {});
}

const AS_IT_IS = { encode: (file: Uint8Array) => file, decode: (file: Uint8Array) => file };

interface Part {
  readonly part: number;
  readonly full: boolean;
  readonly bytes: Uint8Array;
  /** Absent: the file is not there yet. */
  readonly version?: string | undefined;
}

/** A process that lives long would hold every hour of it: nothing is kept of what was read. */
async function fileAt({ cache, shard }: Pick<OpenRun, 'cache' | 'shard'>, at: number, part: number): Promise<Part> {
  const key = historyKey(shard, at, part);
  const { value: bytes = new Uint8Array(), version } = await cache.read(key, AS_IT_IS.decode);
  cache.forget(key);
  return { part, bytes, version, full: isFull(bytes) };
}

/**
 * The first file of an hour that is not full, or not there. All before it are full, so few are looked at: an hour in which an
 * object changes with every run has very many, and each run comes here.
 */
async function firstWithRoom<F extends Pick<Part, 'part' | 'full'>>(fileOf: (part: number) => Promise<F>): Promise<F> {
  let full = -1;
  let open = await fileOf(0);
  while (open.full) {
    full = open.part;
    open = await fileOf(2 * open.part + 1);
  }
  while (open.part - full > 1) {
    const middle = await fileOf(Math.floor((full + open.part) / 2));
    if (middle.full) full = middle.part;
    else open = middle;
  }
  return open;
}

/** Puts as many lines behind those of a file as it takes. @returns the others */
async function append(
  run: Pick<OpenRun, 'cache' | 'shard'>,
  at: number,
  { part, bytes: before, version }: Part,
  lines: readonly HistoryLine[],
): Promise<readonly HistoryLine[]> {
  const key = historyKey(run.shard, at, part);
  const { file, left } = withLines(before, lines);
  if (left.length === lines.length) return left;
  await run.cache.write(key, file, version, {
    ...AS_IT_IS,
    // Two runs of one shard never write at once, but for one that has been overtaken: its lines count all the same.
    merge: theirs => Buffer.concat([theirs, file.subarray(before.length)]),
  });
  run.cache.forget(key);
  return left;
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

/** What is read of the history at most, as it is written: a process would not hold much more. */
const MOST_BYTES = 256 * 1024 * 1024;

/**
 * Reads the changes of the time since `from` (epoch milliseconds): a read of the store for each hour and shard.
 *
 * @param isWanted narrows further than the query
 * @throws NoHistory when the store cannot be read, and when there is more than can be held
 */
export async function readHistory(
  run: Run,
  from: number,
  query: HistoryQuery = {},
  isWanted: (line: HistoryLine) => boolean = () => true,
): Promise<HistoryLine[]> {
  const { clock, store } = run.ports;
  const now = clock.now();
  const cache = createCache(store, clock);
  const hours = hoursBetween(Math.max(from, now - HISTORY_MS), now);
  const files = run.config.shards.flatMap(({ name }) => hours.map(hour => ({ shard: name, hour })));
  const since = new Date(from).toISOString();
  const wanted = (line: HistoryLine) => line.at >= since && isWanted(line) && fitsHistory(line, query);
  let bytes = 0;
  const lines = await mapLimit(files, FILES_AT_ONCE, async ({ shard, hour }) => {
    const found: HistoryLine[] = [];
    for await (const file of filesOf(cache, shard, hour, one => decodeHistory(one, wanted))) {
      bytes += file.bytes;
      if (bytes > MOST_BYTES)
        throw new NoHistory(
          'the history has more changes than can be looked at together: ask for a name, an object or a run, or look less far back (--since)',
        );
      for (const line of file.lines) found.push(line);
    }
    return found;
  });
  refuseFaults(cache);
  return newestFirst(lines.flat());
}

/** One file of an hour after the other, `most` of them; none is kept. */
async function* filesOf(
  cache: Cache,
  shard: string,
  hour: number,
  decode: (bytes: Uint8Array) => HistoryFile,
  most = Number.POSITIVE_INFINITY,
): AsyncGenerator<HistoryFile> {
  for (let part = 0; part < most; part++) {
    const file = await readFile(cache, historyKey(shard, hour, part), decode);
    if (file === undefined) return;
    yield file;
    if (!file.full) return;
  }
}

async function readFile(cache: Cache, key: string, decode: (bytes: Uint8Array) => HistoryFile) {
  const { value } = await cache.read(key, decode);
  cache.forget(key);
  return value;
}

/** Files of an hour that are looked through for one name, or for all: a first sync of very many fills more. */
const FILES_AN_HOUR = 5;

/** Hours of each shard that are looked through side by side. */
const HOURS_AT_ONCE = 5;

/**
 * The last changes of one name since `from` (epoch milliseconds), `most` of them, the newest first. It begins with the newest
 * files and stops when it has them, so a name that changed all the time costs no more than one that did so `most` times. What
 * cannot be read is left out.
 */
export async function recentHistory(run: Run, from: number, name: DnsName, most: number): Promise<HistoryLine[]> {
  const { clock, store } = run.ports;
  const cache = createCache(store, clock);
  const hours = hoursBetween(from, clock.now()).reverse();
  const newest = (lines: readonly HistoryLine[]) => newestFirst(lines).slice(0, most);
  let found: HistoryLine[] = [];
  for (let at = 0; at < hours.length && found.length < most; at += HOURS_AT_ONCE) {
    const some = hours.slice(at, at + HOURS_AT_ONCE);
    const files = run.config.shards.flatMap(shard => some.map(hour => ({ shard: shard.name, hour })));
    const lines = await mapLimit(files, FILES_AT_ONCE, async ({ shard, hour }) => {
      let own: HistoryLine[] = [];
      const decode = (bytes: Uint8Array) => historyOf(name, bytes, most);
      for await (const file of lastFilesOf(cache, shard, hour, decode, FILES_AN_HOUR)) {
        own = newest([...own, ...file.lines]);
        if (own.length >= most) break;
      }
      return own;
    });
    found = newest([...found, ...lines.flat()]);
  }
  return found;
}

/** The last files of an hour, `most` of them, the newest first. */
async function* lastFilesOf(
  cache: Cache,
  shard: string,
  hour: number,
  decode: (bytes: Uint8Array) => HistoryFile,
  most: number,
): AsyncGenerator<HistoryFile> {
  const seen = new Map<number, HistoryFile | undefined>();
  const fileOf = async (part: number) => {
    const file = seen.has(part) ? seen.get(part) : await readFile(cache, historyKey(shard, hour, part), decode);
    seen.set(part, file);
    return { part, file, full: file?.full === true };
  };
  const open = await firstWithRoom(fileOf);
  const last = open.file ? open.part : open.part - 1;
  for (let part = last; part > last - most && part >= 0; part--) {
    const { file } = await fileOf(part);
    if (file !== undefined) yield file;
  }
}

/**
 * What each run since `from` (epoch milliseconds) changed, the newest first.
 *
 * @throws NoHistory when the store cannot be read
 */
export async function recentRuns(run: Run, from: number): Promise<RunSummary[]> {
  const runs = new Map<string, RunSummary>();
  refuseFaults(
    await eachRecent(
      run,
      from,
      bytes => decodeHistory(bytes),
      lines => addToTimeline(runs, lines),
    ),
  );
  return timelineOf(runs);
}

/** Looks at the first files of each hour and shard, one after the other. @returns what was read through */
async function eachRecent(
  run: Run,
  from: number,
  decode: (bytes: Uint8Array) => HistoryFile,
  look: (lines: readonly HistoryLine[]) => void,
): Promise<Cache> {
  const { clock, store } = run.ports;
  const cache = createCache(store, clock);
  const files = run.config.shards.flatMap(shard => hoursBetween(from, clock.now()).map(hour => ({ shard, hour })));
  await mapLimit(files, FILES_AT_ONCE, async ({ shard, hour }) => {
    for await (const { lines } of filesOf(cache, shard.name, hour, decode, FILES_AN_HOUR)) look(lines);
  });
  return cache;
}
