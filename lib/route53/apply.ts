import type { NameChange, RecordSet, ZoneId } from '../model/index.ts';
import { sameRecord } from '../model/index.ts';
import { batchChanges, packBatches } from './batches.ts';
import { type CountedRoute53, OutOfTime } from './calls.ts';
import { Route53Error } from './port.ts';
import { understand, type Verdict } from './refusal.ts';

/** What became of the changes of one zone. Every change is in exactly one list. */
export interface ZoneOutcome {
  readonly applied: readonly NameChange[];
  /** The zone is not as it was read: to be read again and planned again. */
  readonly stale: readonly Verdict[];
  /** Refused for what they are. */
  readonly refused: readonly Verdict[];
  /** Not carried out for want of time, requests or rights. */
  readonly left: readonly { readonly change: NameChange; readonly why: Error }[];
  /** Change batches that Route 53 accepted. */
  readonly batches: number;
}

interface Progress {
  readonly applied: NameChange[];
  readonly stale: Verdict[];
  readonly refused: Verdict[];
  readonly left: { change: NameChange; why: Error }[];
  batches: number;
  /** Record sets that the zone still has room for, once Route 53 said that it is full. */
  room?: number;
  /** Why nothing more is sent. */
  stopped?: Error;
}

type BatchResult = 'applied' | { readonly rejected: string };

const FULL = 'MAX_RRSETS_BY_ZONE';

/**
 * Carries out the changes of one zone in batches filled to the limits, removals first: they make room in a zone that is
 * nearly full. A refused batch is sent again without the changes
 * that Route 53 named; where it named none, in halves. An answer lost after the batch was applied is recognised by
 * looking. Never throws: what could not be done is in the outcome.
 */
export async function applyChanges(
  zone: ZoneId,
  changes: readonly NameChange[],
  route53: CountedRoute53,
): Promise<ZoneOutcome> {
  const progress: Progress = { applied: [], stale: [], refused: [], left: [], batches: 0 };
  const isRemoval = ({ action }: NameChange) => action === 'delete';
  const ordered = [...changes.filter(isRemoval), ...changes.filter(change => !isRemoval(change))];
  for (const batch of packBatches(ordered)) await sendBatch(batch, { zone, route53, progress });
  return progress;
}

interface Sending {
  readonly zone: ZoneId;
  readonly route53: CountedRoute53;
  readonly progress: Progress;
}

async function sendBatch(all: readonly NameChange[], sending: Sending): Promise<void> {
  const { progress } = sending;
  const batch = progress.room === undefined ? all : takeFitting(all, sending);
  if (batch.length === 0) return;
  if (progress.stopped) return leave(batch, progress.stopped, progress);
  try {
    const result = await tryBatch(batch, sending);
    if (result === 'applied') noteApplied(batch, progress);
    else await takeApart(batch, result.rejected, sending);
  } catch (error) {
    progress.stopped = error as Error;
    leave(batch, progress.stopped, progress);
  }
}

function leave(batch: readonly NameChange[], why: Error, progress: Progress): void {
  progress.left.push(...batch.map(change => ({ change, why })));
}

function noteApplied(batch: readonly NameChange[], progress: Progress): void {
  progress.batches += 1;
  progress.applied.push(...batch);
  if (progress.room !== undefined) progress.room -= batch.reduce((sum, change) => sum + growth(change), 0);
}

/** @throws OutOfTime, or Route53Error for what no other batch would fare better with. */
async function tryBatch(batch: readonly NameChange[], { zone, route53 }: Sending): Promise<BatchResult> {
  const changes = batchChanges(batch);
  for (let look = 0; ; look++) {
    try {
      await route53.changeRecordSets(zone, changes);
      return 'applied';
    } catch (error) {
      if (!(error instanceof Route53Error)) throw error;
      if (error.kind === 'rejected') return { rejected: error.message };
      if (error.kind !== 'transient') throw error;
      if (await wasApplied(batch, zone, route53)) return 'applied';
      await route53.pause(look, error);
    }
  }
}

/**
 * Whether a batch whose answer was lost was carried out: batches are atomic, so one record set of it tells. A record set
 * that only this batch would have put there (or taken away) is looked at.
 */
async function wasApplied(batch: readonly NameChange[], zone: ZoneId, route53: CountedRoute53): Promise<boolean> {
  for (const { deletes, creates } of batch) {
    const fresh = creates.find(record => !deletes.some(old => sameRecord(old, record)));
    const gone = deletes.find(record => !creates.some(other => isSameSet(other, record)));
    const probe = fresh ?? gone;
    if (!probe) continue;
    const { name, type, setIdentifier } = probe;
    const page = await route53.listRecordSets(
      zone,
      { name, type, ...(setIdentifier !== undefined && { setIdentifier }) },
      1,
    );
    const found = page.records.find(record => isSameSet(record, probe));
    return fresh ? found !== undefined && sameRecord(found, fresh) : found === undefined;
  }
  return false;
}

const isSameSet = (a: RecordSet, b: RecordSet) =>
  a.name === b.name && a.type === b.type && (a.setIdentifier ?? '') === (b.setIdentifier ?? '');

/** Sorts out a refused batch and sends again what is not to blame. */
async function takeApart(batch: readonly NameChange[], words: string, sending: Sending): Promise<void> {
  const { progress } = sending;
  const { verdicts, zoneFull } = understand(words, batch);
  if (zoneFull) return makeDo(batch, words, sending);
  progress.stale.push(...verdicts.filter(({ verdict }) => verdict === 'stale'));
  progress.refused.push(...verdicts.filter(({ verdict }) => verdict === 'invalid'));
  if (verdicts.length > 0) {
    const blamed = new Set(verdicts.map(({ change }) => change));
    return sendBatch(
      batch.filter(change => !blamed.has(change)),
      sending,
    );
  }
  const [only] = batch;
  if (batch.length === 1 && only) {
    progress.refused.push({ change: only, verdict: 'invalid', words });
    return;
  }
  const middle = Math.ceil(batch.length / 2);
  await sendBatch(batch.slice(0, middle), sending);
  await sendBatch(batch.slice(middle), sending);
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
      return sendBatch(batch, sending);
    }
  } catch (error) {
    if (error instanceof OutOfTime) throw error;
  }
  await fillByHalves(batch, words, sending);
}

/** Without knowing the room: ever smaller parts, until not even one change fits. Logarithmic in the number of changes. */
async function fillByHalves(batch: readonly NameChange[], words: string, sending: Sending): Promise<void> {
  const { progress } = sending;
  const [only] = batch;
  if (batch.length === 1 && only) {
    progress.room = 0;
    progress.refused.push({ change: only, verdict: 'invalid', words });
    return;
  }
  const middle = Math.ceil(batch.length / 2);
  await sendBatch(batch.slice(0, middle), sending);
  await sendBatch(batch.slice(middle), sending);
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
