import type { Clock } from '../clock.ts';

export type Priority = 'write' | 'read';

/** A share of the account's Route 53 requests: a token bucket that slows down when Route 53 says it is too much. */
export interface RequestBudget {
  /**
   * True when a request may be sent; false, without waiting for it, when its turn would come only at `until` (epoch
   * milliseconds) or later. Writes go before reads that wait.
   */
  take(priority: Priority, until?: number): Promise<boolean>;
  /** Route 53 answered `Throttling`: others use the account too, so the rate is halved and the bucket emptied. */
  throttled(): void;
  /** A request went through: the rate creeps back to what the config allows. */
  succeeded(): void;
}

interface Waiting {
  readonly answer: (turn: boolean) => void;
  readonly until: number;
}

const SLOWEST = 0.5;
const RECOVERY = 0.1;

/** @param limits `requestsPerSecond` and `burst` (the size of the bucket, full at first). */
export function createBudget(limits: { requestsPerSecond: number; burst: number }, clock: Clock): RequestBudget {
  const waiting: Record<Priority, Waiting[]> = { write: [], read: [] };
  let rate = limits.requestsPerSecond;
  let tokens = limits.burst;
  let filledAt = clock.now();
  let pumping = false;

  const refill = () => {
    const now = clock.now();
    // A clock that was put back brings nothing, and takes nothing away.
    tokens = Math.min(limits.burst, tokens + (Math.max(0, now - filledAt) / 1000) * rate);
    filledAt = now;
  };

  /** Answers those for whom a turn at `next` is too late; true when there were any. */
  const sendAway = (next: number) => {
    const late = [...waiting.write, ...waiting.read].filter(({ until }) => next >= until);
    for (const queue of [waiting.write, waiting.read]) {
      if (late.length > 0) queue.splice(0, queue.length, ...queue.filter(({ until }) => next < until));
    }
    for (const { answer } of late) answer(false);
    return late.length > 0;
  };

  const pump = async () => {
    if (pumping) return;
    pumping = true;
    while (waiting.write.length + waiting.read.length > 0) {
      refill();
      const wait = tokens < 1 ? Math.max(1, Math.ceil(((1 - tokens) / rate) * 1000)) : 0;
      if (sendAway(filledAt + wait)) continue;
      if (wait > 0) {
        await clock.sleep(wait);
        continue;
      }
      tokens -= 1;
      (waiting.write.shift() ?? waiting.read.shift())?.answer(true);
    }
    pumping = false;
  };

  return {
    take: (priority, until = Number.POSITIVE_INFINITY) =>
      new Promise(answer => {
        waiting[priority].push({ answer, until });
        void pump();
      }),
    throttled() {
      refill();
      rate = Math.max(SLOWEST, rate / 2);
      tokens = Math.min(tokens, 0);
    },
    succeeded() {
      refill();
      rate = Math.min(limits.requestsPerSecond, rate + RECOVERY);
    },
  };
}
