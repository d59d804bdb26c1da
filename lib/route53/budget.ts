import type { Clock } from '../clock.ts';

export type Priority = 'write' | 'read';

/** A share of what Route 53 grants the account: two token buckets that slow down when Route 53 says it is too much. */
export interface RequestBudget {
  /**
   * True when a request may be sent; false, without waiting for it, when its turn would come only at `until` (epoch
   * milliseconds) or later. Writes go before reads that wait, and reads past writes that wait for changes alone.
   *
   * @param changes record changes in the request's batch, which Route 53 counts besides (since 2026-07-30)
   */
  take(priority: Priority, until?: number, changes?: number): Promise<boolean>;
  /**
   * Route 53 answered `Throttling`: others use the account too, so the rate is halved and the bucket emptied. It does not say
   * which limit was met: that of all requests, of this action or of changes; for a batch, changes are slowed down too.
   */
  throttled(changes?: number): void;
  /** A request went through: the rates creep back to what the config allows. */
  succeeded(): void;
}

export interface BudgetLimits {
  readonly requestsPerSecond: number;
  /** The size of the bucket, full at first. */
  readonly burst: number;
  /** Absent: as many as Route 53 takes, until it says that it is too much. AWS does not document the limit. */
  readonly changesPerSecond?: number;
}

interface Waiting {
  readonly answer: (turn: boolean) => void;
  readonly until: number;
  readonly changes: number;
}

const SLOWEST = 0.5;
const RECOVERY = 0.1;

export function createBudget(limits: BudgetLimits, clock: Clock): RequestBudget {
  const waiting: Record<Priority, Waiting[]> = { write: [], read: [] };
  const changing = createChangeMeter(limits.changesPerSecond ?? Number.POSITIVE_INFINITY, clock);
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

  /** Milliseconds until the turn of one who waits, were there nobody before. */
  const waitOf = ({ changes }: Waiting) => {
    const wait = tokens < 1 ? Math.max(1, Math.ceil(((1 - tokens) / rate) * 1000)) : 0;
    return changes > 0 ? Math.max(wait, changing.wait()) : wait;
  };

  /** Answers those whose turn it is, and those for whom it would come too late. */
  const serve = () => {
    refill();
    for (const queue of [waiting.write, waiting.read]) {
      for (const one of queue.splice(0)) {
        const wait = waitOf(one);
        if (filledAt + wait >= one.until) one.answer(false);
        else if (wait > 0) queue.push(one);
        else {
          tokens -= 1;
          changing.spend(one.changes);
          one.answer(true);
        }
      }
    }
  };

  const pump = async () => {
    serve();
    if (pumping) return;
    pumping = true;
    while (waiting.write.length + waiting.read.length > 0) {
      await Promise.resolve(); // those who ask at the same moment are weighed against each other
      const waits = [...waiting.write, ...waiting.read].map(waitOf);
      if (waits.length > 0) await clock.sleep(Math.max(1, Math.min(...waits)));
      serve();
    }
    pumping = false;
  };

  return {
    take: (priority, until = Number.POSITIVE_INFINITY, changes = 0) =>
      new Promise(answer => {
        waiting[priority].push({ answer, until, changes });
        void pump();
      }),
    throttled(changes = 0) {
      refill();
      rate = Math.max(SLOWEST, rate / 2);
      tokens = Math.min(tokens, 0);
      if (changes > 0) changing.slowDown();
    },
    succeeded() {
      refill();
      rate = Math.min(limits.requestsPerSecond, rate + RECOVERY);
      changing.speedUp();
    },
  };
}

const SLOWEST_CHANGES = 10;
/** Beyond it a rate is no limit: a batch has a thousand changes at most, and there are ten requests a second at most. */
const NO_LIMIT = 10_000;

/**
 * Meters changes. A batch goes whole, whatever its size: it may run the bucket into debt, and the next one waits until that
 * is paid. The bucket holds the changes of a second.
 */
function createChangeMeter(most: number, clock: Clock) {
  let rate = most;
  let left = 0;
  let at = clock.now();
  let spent: { readonly at: number; readonly changes: number }[] = [];
  const refill = () => {
    const now = clock.now();
    left = rate === Number.POSITIVE_INFINITY ? 0 : Math.min(rate, left + (Math.max(0, now - at) / 1000) * rate);
    at = now;
  };
  /** Changes of the last second. */
  const recent = () => {
    spent = spent.filter(one => clock.now() - one.at < 1_000);
    return spent.reduce((sum, { changes }) => sum + changes, 0);
  };
  return {
    /** Milliseconds. */
    wait() {
      refill();
      return left >= 0 ? 0 : Math.ceil((-left / rate) * 1000);
    },
    spend(changes: number) {
      refill();
      spent.push({ at: clock.now(), changes });
      recent();
      if (rate !== Number.POSITIVE_INFINITY) left -= changes;
    },
    slowDown() {
      refill();
      rate = Math.max(SLOWEST_CHANGES, Math.min(rate, recent()) / 2);
      left = Math.min(left, 0);
    },
    speedUp() {
      refill();
      rate = Math.min(most, rate * 1.05);
      if (rate > NO_LIMIT) rate = most;
    },
  };
}
