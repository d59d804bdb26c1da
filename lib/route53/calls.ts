import { answersWithin, awsFaultOf, ForeignAnswer } from '../aws/index.ts';
import { type Backoff, stepAfter } from '../backoff.ts';
import type { Clock } from '../clock.ts';
import type { ZoneId } from '../model/index.ts';
import type { RequestBudget } from './budget.ts';
import { type Change, Route53Error, type Route53Port } from './port.ts';

/** Thrown when a request could not be completed before the run's deadline; the next run goes on. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

export interface CallOptions {
  readonly budget: RequestBudget;
  readonly clock: Clock;
  /** Epoch milliseconds after which nothing more is begun; absent: no limit. */
  readonly deadline?: number;
}

/** Route 53 with the request budget, retries and counting in front of it. `counts` has every attempt, by operation. */
export interface CountedRoute53 extends Route53Port {
  readonly counts: Readonly<Record<string, number>>;
  /** `ready` is waited for whenever the request's turn has come, before it is sent; what it throws is thrown. */
  changeRecordSets(zone: ZoneId, changes: readonly Change[], ready?: () => Promise<void> | undefined): Promise<void>;
  /**
   * Waits with jitter before another attempt (counted from 0) after a fault.
   * @throws OutOfTime when the deadline would pass; the fault itself when it was met often enough.
   */
  pause(attempt: number, fault: Route53Error): Promise<void>;
}

interface CallState extends CallOptions {
  /** What the last request met, where another one may go better. It is why there was no time for whatever comes behind it. */
  met?: Route53Error | undefined;
  /** When the request was sent since which none was answered. */
  silentSince?: number | undefined;
  /** Whether any request of this run was answered. */
  answered?: boolean;
}

/** How many requests they are in all. */
export const callsIn = (counts: CountedRoute53['counts']): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

/**
 * Attempts of a run without deadline (in the terminal), where a person waits. Faults: a quarter of a minute. Throttling,
 * which ends by itself: three minutes. A run with a deadline goes on until then.
 */
const ATTEMPTS = { transient: 8, throttled: 30, busy: 30 } as const;
/**
 * Milliseconds for which such a run goes on without any answer: a way to Route 53 that was not there from the first is not one
 * that has just broken off, and no waiting brings it.
 */
const PATIENCE = { atFirst: 3_000, later: 30_000 } as const;
/** Milliseconds that it gives one request: Route 53 takes a second or two for a full batch or page. */
const ANSWER_MS = 20_000;
/** Milliseconds. */
const WAITS: Backoff = { first: 200, longest: 10_000 };

/**
 * Spread over the whole step, not over its upper half only: whoever is throttled waits for a bucket that all tools of the
 * account empty, and each has a turn soonest where they are spread the most (AWS Architecture Blog, "Exponential Backoff
 * And Jitter": full jitter).
 */
const wholeStep = (attempt: number, clock: Clock) => 50 + clock.random() * stepAfter(attempt + 1, WAITS);

/**
 * Puts the budget and retries in front of a Route 53. Throttling and a busy zone are always retried; faults that leave
 * it open whether a request was carried out are retried for reads only: a change must first be looked at
 * (see applyChanges).
 *
 * @throws OutOfTime when the deadline would pass; Route53Error otherwise.
 */
export function withBudget(port: Route53Port, options: CallOptions): CountedRoute53 {
  const counts: Record<string, number> = {};
  const state: CallState = { ...options };
  const call = async <T>(
    operation: string,
    write: boolean,
    send: () => Promise<T>,
    {
      changes = 0,
      ready,
    }: { readonly changes?: number; readonly ready?: (() => Promise<void> | undefined) | undefined } = {},
  ): Promise<T> => {
    for (let attempt = 0; ; attempt++) {
      await waitForTurn(write, state, changes);
      await ready?.();
      counts[operation] = (counts[operation] ?? 0) + 1;
      state.silentSince ??= options.clock.now();
      try {
        const answer = await (options.deadline === undefined ? answersWithin(ANSWER_MS, send) : send());
        options.budget.succeeded();
        state.met = undefined;
        noteAnswer(state);
        return answer;
      } catch (error) {
        if (!(error instanceof Route53Error)) throw error;
        state.met = error.retryable ? error : undefined;
        if (!isUnanswered(error)) noteAnswer(state);
        if (error.kind === 'throttled') options.budget.throttled(changes);
        if (!error.retryable || (error.isLost && write)) throw error;
        await pause(attempt, state, error);
      }
    }
  };
  return {
    counts,
    pause: (attempt, fault) => pause(attempt, state, fault),
    listHostedZones: marker => call('ListHostedZones', false, () => port.listHostedZones(marker)),
    listRecordSets: (zone, from, maxItems) =>
      call('ListResourceRecordSets', false, () => port.listRecordSets(zone, from, maxItems)),
    changeRecordSets: (zone, changes, ready) =>
      call('ChangeResourceRecordSets', true, () => port.changeRecordSets(zone, changes), {
        changes: changes.length,
        ready,
      }),
    listTags: zones => call('ListTagsForResources', false, () => port.listTags(zones)),
    recordSetLimit: zone => call('GetHostedZoneLimit', false, () => port.recordSetLimit(zone)),
  };
}

async function waitForTurn(write: boolean, state: CallState, changes: number): Promise<void> {
  const { budget, clock, deadline } = state;
  const turn = await budget.take(write ? 'write' : 'read', deadline, changes);
  if (!turn || (deadline !== undefined && clock.now() >= deadline)) throw outOfTime(state.met);
}

/** A gateway's page is no answer of Route 53, but there is a way, and what is behind it may be back in a moment. */
const isUnanswered = (error: Route53Error) =>
  awsFaultOf(error.cause ?? error) === 'network' && !(error.cause instanceof ForeignAnswer);

function noteAnswer(state: CallState): void {
  state.silentSince = undefined;
  state.answered = true;
}

async function pause(attempt: number, state: CallState, fault: Route53Error): Promise<void> {
  const { clock, deadline, silentSince, answered } = state;
  const milliseconds = wholeStep(attempt, clock);
  if (deadline === undefined) {
    if (attempt + 1 >= (ATTEMPTS[fault.kind as keyof typeof ATTEMPTS] ?? 1)) throw fault;
    const until = (silentSince ?? clock.now()) + (answered ? PATIENCE.later : PATIENCE.atFirst);
    if (isUnanswered(fault) && clock.now() + milliseconds >= until) throw fault;
  } else if (clock.now() + milliseconds >= deadline) throw outOfTime(fault);
  await clock.sleep(milliseconds);
}

function outOfTime(met: Route53Error | undefined): OutOfTime {
  const left = 'no time was left for another Route 53 request';
  return met === undefined ? new OutOfTime(left) : new OutOfTime(`${left}: ${met.message}`, { cause: met });
}
