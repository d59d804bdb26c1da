import { waitAfter } from '../backoff.ts';
import type { Clock } from '../clock.ts';
import { reasonOf } from '../reason.ts';
import type { ResourceKind } from '../sources/index.ts';
import type { InTurn } from '../turns.ts';
import { unlessAborted } from './abort.ts';
import type { StreamingConnection } from './connection.ts';
import { createDiscovery } from './discovery.ts';
import {
  BusyError,
  ExpiredListError,
  ForbiddenError,
  InterruptedError,
  KubeconfigError,
  UnauthorizedError,
  UnreachableError,
} from './errors.ts';
import { listAll } from './list.ts';
import { createMeter, createTimer, READ_LIMITS } from './meter.ts';
import { type Advice, refusal, type Served, unusable, within } from './resource.ts';
import { readEvents, type WatchEvent } from './watch-events.ts';

/** Why a listing or a watch came to its end. `ended`: the server's regular end of a watch; `absent`: it has no such resource. */
export type EndReason =
  | 'ended'
  | 'absent'
  | 'cut'
  | 'silent'
  | 'expired'
  | 'busy'
  | 'unreachable'
  | 'unauthorized'
  | 'forbidden'
  | 'credentials'
  | 'unusable';

/** Who is told. Objects are handed over as parsed, and not kept. */
export interface Observer {
  /** A listing begins; what an earlier one gave that was not completed is void. */
  begin(): void;
  page(items: readonly unknown[]): void;
  /** The listing is complete. `gapMs`: how long nothing could be heard before it; 0 for the first one. */
  listed(objects: number, took: { readonly ms: number; readonly gapMs: number }): void;
  changed(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: unknown): void;
  /** Something ended; it is gone on with after `waitMs`. */
  ended(reason: EndReason, waitMs: number, error: Error | undefined): void;
  /** A sign of life: a request was made, or something came. */
  alive(): void;
}

export interface Watching {
  readonly connection: StreamingConnection;
  /** `cluster prod-eu`, for messages. */
  readonly label: string;
  readonly resource: ResourceKind;
  /** Whose objects alone are watched; absent: those of all. */
  readonly namespace?: string | undefined;
  /** Absent: a listing begins at once. */
  readonly inTurn?: InTurn;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly advice: Advice;
  readonly observer: Observer;
  readonly pace?: WatchPace;
}

/** Milliseconds. */
export interface WatchPace {
  /** A watch is asked for anew after this and up to twice as long, spread so that not all clients come at once. */
  readonly watchMs: number;
  /** One that does not end by itself is given up after so long. */
  readonly graceMs: number;
  /**
   * So is one in which nothing comes for so long. Bookmarks come about once a minute, though nothing promises them; to
   * resume costs one request, and a connection that a router forgot would be found out in no other way.
   */
  readonly silenceMs: number;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** A resource that the cluster does not serve is looked for again after so long. */
  readonly absentMs: number;
}

export const WATCH_PACE: WatchPace = {
  watchMs: 300_000,
  graceMs: 30_000,
  silenceMs: 180_000,
  firstWaitMs: 200,
  longestWaitMs: 30_000,
  absentMs: 60_000,
};

/** Where a kind stands between two requests. */
interface Position {
  /** Where the cluster serves the resource, as the last listing found. */
  served: Served | undefined;
  /** The resource version that was last heard of; undefined: all is to be listed. */
  version: string | undefined;
  /** In a row, without anything having come of it. */
  failures: number;
  /** Since when nothing could be heard, epoch milliseconds; undefined while a watch is open, and before the first. */
  disconnectedSince: number | undefined;
  /** When the watch was opened that is or was the last one; undefined while it is asked for. */
  openedAt: number | undefined;
}

interface End {
  readonly reason: EndReason;
  readonly error?: Error;
  /** Whether anything came of it: then the next failure is a first one. */
  readonly fruitful: boolean;
}

/**
 * Lists all objects of a resource, of one namespace or of all, and then watches them, for ever: a watch that ended is resumed from the
 * resource version that was last heard of, in an event or a bookmark, so that nothing is missed; one whose version the
 * server no longer has (410) begins with a new list. Faults are told and survived, with jittered back-off.
 *
 * @returns when the signal is aborted.
 */
export async function watchAll(watching: Watching): Promise<void> {
  const { observer, signal, clock } = watching;
  const position: Position = {
    served: undefined,
    version: undefined,
    failures: 0,
    disconnectedSince: undefined,
    openedAt: undefined,
  };
  while (!signal.aborted) {
    observer.alive();
    const end =
      position.version === undefined ? await listInTurn(watching, position) : await follow(watching, position);
    if (signal.aborted) return;
    if (end === undefined) continue;
    const wait = settle(watching, position, end);
    observer.ended(end.reason, wait, end.error);
    await unlessAborted(clock.sleep(wait), signal).catch(() => {});
  }
}

/** Fewer than in a run's pages, which are the sooner read: who watches has time for more requests, and little memory. */
const PAGE_SIZE = 100;

/** A server that gives pages without end gets no further; a run is stopped sooner (`limits.readSeconds`). */
const LONGEST_LIST_SECONDS = 600;

async function listInTurn(watching: Watching, position: Position): Promise<End | undefined> {
  const { inTurn = work => work(), signal, observer } = watching;
  return inTurn(async () => {
    if (signal.aborted) return undefined;
    observer.alive();
    return list(watching, position);
  });
}

/** Undefined when the listing is complete. */
async function list(watching: Watching, position: Position): Promise<End | undefined> {
  const { observer, clock } = watching;
  const began = clock.now();
  const onPage = (items: readonly unknown[]) => {
    observer.alive();
    observer.page(items);
  };
  const onRestart = () => observer.begin();
  observer.begin();
  const timer = createTimer(watching.label, { readSeconds: LONGEST_LIST_SECONDS });
  const timed = AbortSignal.any([watching.signal, timer.signal]);
  try {
    // Found anew for each listing: what is served, and in which version, may have changed.
    const found = await createDiscovery(watching).find(watching.resource, watching.signal);
    const served = found && watching.namespace !== undefined ? within(found, watching.namespace) : found;
    position.served = served;
    if (served === undefined) {
      observer.listed(0, { ms: clock.now() - began, gapMs: 0 });
      return { reason: 'absent', fruitful: true };
    }
    const meter = createMeter(watching.label, READ_LIMITS);
    const listing = { ...watching, served, pageSize: PAGE_SIZE, meter, signal: timed, onPage, onRestart };
    const { objects, resourceVersion } = await listAll(listing);
    if (resourceVersion === '')
      throw unusable({ ...watching, served }, 'a list without a resourceVersion cannot be watched from');
    position.version = resourceVersion;
    const now = clock.now();
    observer.listed(objects, {
      ms: now - began,
      gapMs: position.disconnectedSince === undefined ? 0 : now - position.disconnectedSince,
    });
    return undefined;
  } catch (error) {
    return { reason: reasonFor(error), error: errorOf(error), fruitful: false };
  } finally {
    timer.stop();
  }
}

/** What a watch must have lasted, in milliseconds, for its end to count as the first of a row. */
const FRUITFUL_MS = 500;

/** One watch, from its request to its end, however it ends. */
async function follow(watching: Watching, position: Position): Promise<End> {
  const { clock, pace = WATCH_PACE } = watching;
  const from = position.version;
  const lasted = () => position.openedAt !== undefined && clock.now() - position.openedAt >= FRUITFUL_MS;
  position.openedAt = undefined;
  try {
    await readWatch(watching, position, Math.round((pace.watchMs * (1 + clock.random())) / 1000));
    return { reason: 'ended', fruitful: position.version !== from || lasted() };
  } catch (error) {
    const reason = reasonFor(error);
    const fruitful = reason !== 'unusable' && (position.version !== from || lasted());
    return { reason, error: errorOf(error), fruitful };
  }
}

async function readWatch(watching: Watching, position: Position, seconds: number): Promise<void> {
  const { connection, resource, signal, observer, pace = WATCH_PACE } = watching;
  const asking = { ...watching, served: servedOf(position), doing: 'watching' } as const;
  const given = new AbortController();
  const giveUp = () =>
    given.abort(new SilentWatchError(`${watching.label}: the watch of ${resource} objects fell silent`));
  const silence = setTimeout(giveUp, pace.silenceMs);
  const latest = setTimeout(giveUp, seconds * 1000 + pace.graceMs);
  const query = new URLSearchParams({
    watch: 'true',
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(seconds),
    resourceVersion: position.version ?? '',
  });
  try {
    const path = `${asking.served.path}?${query}`;
    const stream = await connection.open(path, AbortSignal.any([signal, given.signal]));
    if (stream.status !== 200) {
      throw refusal(asking, { ...stream, body: await beginningOf(stream.body) });
    }
    position.disconnectedSince = undefined;
    position.openedAt = watching.clock.now();
    const heard = () => {
      silence.refresh();
      observer.alive();
    };
    await readEvents(stream.body, heard, event => take(watching, position, event));
  } finally {
    clearTimeout(silence);
    clearTimeout(latest);
  }
}

/** A refusal is a short text; of anything longer the beginning will do. */
const REFUSAL_BYTES = 64 * 1024;

async function beginningOf(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > REFUSAL_BYTES) break;
  }
  return Buffer.concat(chunks);
}

/** The position moves on only after the observer has taken the event. */
function take(watching: Watching, position: Position, event: WatchEvent): void {
  const { type, object, code, version } = event;
  const asking = { ...watching, served: servedOf(position), doing: 'watching' } as const;
  if (type === 'ERROR') {
    const body = Buffer.from(JSON.stringify(object ?? null));
    throw refusal(asking, { status: code ?? 500, headers: {}, body });
  }
  if (version === undefined) throw unusable(asking, `an event ${String(type)} of the watch has no resourceVersion`);
  if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') watching.observer.changed(type, object);
  position.version = version;
}

/** Only what was listed is watched, and only what is served is listed. */
function servedOf({ served }: Position): Served {
  if (served === undefined) throw new Error('nothing was listed');
  return served;
}

/** Moves the position on past an end. @returns how long to wait, in milliseconds. */
function settle({ clock, pace = WATCH_PACE }: Watching, position: Position, end: End): number {
  const { reason, error, fruitful } = end;
  if (reason === 'expired' || reason === 'unusable') position.version = undefined;
  if (fruitful) position.failures = 0;
  if (reason === 'ended' && fruitful) return 0;
  if (reason === 'absent') {
    position.disconnectedSince = undefined;
    return waitAfter(1, { first: pace.absentMs, longest: pace.absentMs }, clock);
  }
  position.disconnectedSince ??= clock.now() - (reason === 'silent' ? pace.silenceMs : 0);
  const wait = waitAfter(++position.failures, { first: pace.firstWaitMs, longest: pace.longestWaitMs }, clock);
  const asked = error instanceof BusyError ? (error.retryAfter ?? 0) * 1000 : 0;
  return Math.max(wait, Math.min(asked, 2 * pace.longestWaitMs));
}

class SilentWatchError extends Error {
  override readonly name = 'SilentWatchError';
}

function reasonFor(error: unknown): EndReason {
  if (error instanceof SilentWatchError) return 'silent';
  if (error instanceof ExpiredListError) return 'expired';
  if (error instanceof UnauthorizedError) return 'unauthorized';
  if (error instanceof ForbiddenError) return 'forbidden';
  if (error instanceof BusyError) return 'busy';
  if (error instanceof KubeconfigError) return 'credentials';
  if (error instanceof UnreachableError) return 'unreachable';
  return error instanceof InterruptedError ? 'cut' : 'unusable';
}

const errorOf = (thrown: unknown) => (thrown instanceof Error ? thrown : new Error(reasonOf(thrown)));
