import type { Clock } from '../clock.ts';

export type Priority = 'write' | 'read';

/** A share of the account's Route 53 requests: a token bucket that slows down when Route 53 says it is too much. */
export interface RequestBudget {
  /** Resolves when a request may be sent. Writes go before reads that wait. */
  take(priority: Priority): Promise<void>;
  /** Route 53 answered `Throttling`: others use the account too, so the rate is halved and the bucket emptied. */
  throttled(): void;
  /** A request went through: the rate creeps back to what the config allows. */
  succeeded(): void;
}

const SLOWEST = 0.5;
const RECOVERY = 0.1;

/** @param limits `requestsPerSecond` and `burst` (the size of the bucket, full at first). */
export function createBudget(limits: { requestsPerSecond: number; burst: number }, clock: Clock): RequestBudget {
  const waiting: Record<Priority, (() => void)[]> = { write: [], read: [] };
  let rate = limits.requestsPerSecond;
  let tokens = limits.burst;
  let filledAt = clock.now();
  let pumping = false;

  const refill = () => {
    const now = clock.now();
    tokens = Math.min(limits.burst, tokens + ((now - filledAt) / 1000) * rate);
    filledAt = now;
  };

  const pump = async () => {
    if (pumping) return;
    pumping = true;
    while (waiting.write.length + waiting.read.length > 0) {
      refill();
      if (tokens < 1) {
        await clock.sleep(Math.max(1, Math.ceil(((1 - tokens) / rate) * 1000)));
        continue;
      }
      tokens -= 1;
      (waiting.write.shift() ?? waiting.read.shift())?.();
    }
    pumping = false;
  };

  return {
    take: priority =>
      new Promise(resolve => {
        waiting[priority].push(resolve);
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
