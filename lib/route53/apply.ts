import type { NameChange, ZoneId } from '../model/index.ts';
import { clipped } from '../shown.ts';
import { batchChanges, packBatches, takesAway } from './batches.ts';
import { type CountedRoute53, OutOfTime } from './calls.ts';
import { stands } from './lost.ts';
import { type Left, rejoined, type ZoneOutcome } from './outcome.ts';
import { partsOf, type SpokenType } from './parts.ts';
import { Route53Error } from './port.ts';
import { understand, type Verdict, WORDS } from './refusal.ts';

/** Thrown by {@link ApplyOptions.beforeBatch}: another run may have the shard by now, so nothing more is sent. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

export interface ApplyOptions {
  /** Asked each time before a batch is sent. @throws Overtaken when it must not be */
  readonly beforeBatch?: (batch: readonly NameChange[]) => Promise<void>;
  /** Tells ownership records from others; without it, a change that fits no batch is not taken apart. */
  readonly spokenType?: SpokenType;
  /** Told of how many changes were accepted together. */
  readonly onApplied?: ((changes: number) => void) | undefined;
}

interface Progress {
  /** Batches to be sent, the next one first. */
  readonly pending: (readonly NameChange[])[];
  readonly applied: NameChange[];
  readonly stale: Verdict[];
  readonly refused: Verdict[];
  readonly left: Left[];
  batches: number;
  /** Record sets that the zone still has room for, once Route 53 said that it is full. */
  room?: number;
  /** Why nothing more is sent. */
  stopped?: Error;
  /** Batches in a row that were denied, and how many of them were single changes. */
  denials: number;
  deniedSingles: number;
  mostDenials: number;
}

interface Sending {
  readonly zone: ZoneId;
  readonly route53: CountedRoute53;
  readonly progress: Progress;
  readonly beforeBatch: ApplyOptions['beforeBatch'];
  readonly onApplied: ApplyOptions['onApplied'];
}

/** How many times more denials in a row are borne once Route 53 has accepted a batch. */
const PATIENCE = 10;

const FULL = 'MAX_RRSETS_BY_ZONE';

/**
 * Carries out the changes of one zone in batches filled to the limits, removals first: they make room in a zone that is
 * nearly full. A refused batch is sent again without the changes that Route 53 named; where it named none, in halves. An
 * answer lost after the batch was applied is recognised by looking. Never throws: what could not be done is in the outcome.
 */
export async function applyChanges(
  zone: ZoneId,
  changes: readonly NameChange[],
  route53: CountedRoute53,
  { beforeBatch, spokenType, onApplied }: ApplyOptions = {},
): Promise<ZoneOutcome> {
  const isRemoval = ({ action }: NameChange) => action === 'delete';
  const ordered = [...changes.filter(isRemoval), ...changes.filter(change => !isRemoval(change))];
  const parts = new Map(ordered.map(change => [change, spokenType ? partsOf(change, spokenType) : [change]]));
  const progress: Progress = {
    pending: packBatches([...parts.values()].flat()),
    applied: [],
    stale: [],
    refused: [],
    left: [],
    batches: 0,
    denials: 0,
    deniedSingles: 0,
    mostDenials: 2 * (Math.ceil(Math.log2(Math.max(1, changes.length))) + 2),
  };
  const sending: Sending = { zone, route53, progress, beforeBatch, onApplied };
  for (let batch = progress.pending.shift(); batch !== undefined; batch = progress.pending.shift())
    await sendBatch(batch, sending);
  return rejoined(progress, parts);
}

async function sendBatch(all: readonly NameChange[], sending: Sending): Promise<void> {
  const { progress } = sending;
  const batch = progress.room === undefined ? all : takeFitting(all, sending);
  if (batch.length === 0) return;
  if (progress.stopped) return leave(batch, progress.stopped, progress);
  try {
    await tryBatch(batch, sending);
  } catch (error) {
    if (error instanceof Overtaken && batch.some(takesAway)) return leaveRemovals(batch, error, progress);
    progress.stopped = error as Error;
    leave(batch, progress.stopped, progress);
  }
}

function leave(batch: readonly NameChange[], why: Error, progress: Progress): void {
  progress.left.push(...batch.map(change => ({ change, why })));
}

/** A removal needs more than another change: it must be announced. Whether the others may be sent is asked apart. */
function leaveRemovals(batch: readonly NameChange[], why: Error, progress: Progress): void {
  leave(batch.filter(takesAway), why, progress);
  sendNext(progress, [batch.filter(change => !takesAway(change))]);
}

function sendNext({ pending }: Progress, batches: readonly (readonly NameChange[])[]): void {
  pending.unshift(...batches.filter(({ length }) => length > 0));
}

function noteApplied(batch: readonly NameChange[], { progress, onApplied }: Sending): void {
  // A role that may do something is worth more questions about what it may not.
  if (progress.batches === 0) progress.mostDenials *= PATIENCE;
  progress.batches += 1;
  notDenied(progress);
  progress.applied.push(...batch);
  onApplied?.(batch.length);
  if (progress.room !== undefined) progress.room -= batch.reduce((sum, change) => sum + growth(change), 0);
}

/** Sends one batch and sorts out the answer. @throws Overtaken, OutOfTime, or Route53Error when nothing more can be sent */
async function tryBatch(batch: readonly NameChange[], sending: Sending): Promise<void> {
  const { zone, route53, progress, beforeBatch } = sending;
  const changes = batchChanges(batch);
  for (let look = 0; ; look++) {
    const failure = await failureOf(route53.changeRecordSets(zone, changes, () => beforeBatch?.(batch)));
    if (!failure) return noteApplied(batch, sending);
    if (failure.kind === 'rejected') return takeApart(batch, failure.message, sending);
    if (failure.kind === 'denied' || failure.kind === 'fatal') return narrowDown(batch, failure, progress);
    if (!failure.isLost) throw failure;
    if (await stands(batch, zone, route53)) return noteApplied(batch, sending);
    if (!failure.retryable) throw failure;
    await route53.pause(look, failure);
  }
}

async function failureOf(sent: Promise<void>): Promise<Route53Error | undefined> {
  try {
    await sent;
    return undefined;
  } catch (error) {
    if (error instanceof Route53Error) return error;
    throw error;
  }
}

/** Sorts out a refused batch; what is not to blame is sent again. */
function takeApart(batch: readonly NameChange[], words: string, sending: Sending): Promise<void> | undefined {
  const { progress } = sending;
  notDenied(progress);
  const { verdicts, zoneFull } = understand(words, batch);
  if (zoneFull) return makeDo(batch, words, sending);
  progress.stale.push(...verdicts.filter(({ verdict }) => verdict === 'stale'));
  progress.refused.push(...verdicts.filter(({ verdict }) => verdict === 'invalid'));
  const blamed = new Set(verdicts.map(({ change }) => change));
  if (blamed.size > 0) sendNext(progress, [batch.filter(change => !blamed.has(change))]);
  else halve(batch, words, progress);
  return undefined;
}

/** A batch about which Route 53 says nothing more: its halves are sent; a single change is refused. True: it was one. */
function halve(batch: readonly NameChange[], words: string, progress: Progress): boolean {
  const [only] = batch;
  const single = batch.length === 1 && only !== undefined;
  const middle = Math.ceil(batch.length / 2);
  if (single) progress.refused.push({ change: only, verdict: 'invalid', words: clipped(words, WORDS) });
  else sendNext(progress, [batch.slice(0, middle), batch.slice(middle)]);
  return single;
}

/**
 * The role may lack the right for one name (a condition on names or types) or for all. One name is found by halving; after
 * two side by side, the largest of the batches that wait goes first, since denied names often stand together. Where twice
 * what finding one takes brought nothing that is accepted, the rest is left.
 */
function narrowDown(batch: readonly NameChange[], failure: Route53Error, progress: Progress): void {
  const { pending } = progress;
  if (halve(batch, failure.message, progress) && ++progress.deniedSingles >= 2) {
    const [largest] = [...pending].sort((a, b) => b.length - a.length);
    if (largest) pending.unshift(...pending.splice(pending.indexOf(largest), 1));
  }
  if (++progress.denials >= progress.mostDenials) progress.stopped = failure;
}

function notDenied(progress: Progress): void {
  progress.denials = 0;
  progress.deniedSingles = 0;
}

/** How many record sets a change adds to the zone. */
const growth = (change: NameChange) => change.creates.length - change.deletes.length;

/** The zone is full: what still fits is published, the rest refused. Route 53 is asked for the room that is left. */
async function makeDo(batch: readonly NameChange[], words: string, sending: Sending): Promise<void> {
  const { progress, route53, zone } = sending;
  try {
    const { limit, count } = await route53.recordSetLimit(zone);
    const room = Math.max(0, limit - count);
    if (batch.reduce((sum, change) => sum + growth(change), 0) > room) {
      progress.room = room;
      return sendNext(progress, [batch]);
    }
  } catch (error) {
    if (error instanceof OutOfTime) throw error;
  }
  // Without knowing the room: ever smaller parts, until not even one change fits. Logarithmic in the number of changes.
  if (halve(batch, words, progress)) progress.room = 0;
}

/** Refuses, without asking again, the changes for which a full zone has no room. */
function takeFitting(batch: readonly NameChange[], { progress, zone }: Sending): NameChange[] {
  let room = progress.room ?? 0;
  return batch.filter(change => {
    if (growth(change) > room) {
      progress.refused.push({ change, verdict: 'invalid', words: `Exceeded limit ${FULL} for zone: ${zone}` });
      return false;
    }
    room -= growth(change);
    return true;
  });
}
