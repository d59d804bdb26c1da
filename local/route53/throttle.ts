import { type Rate, TokenBucket } from '../aws/throttle.ts';
import { Route53Error } from './errors.ts';

/** What Route 53 grants one account. */
export interface Throttle {
  /** All calls of the account together. */
  readonly requests: Rate;
  /** Change elements in batches: there is such a limit, but its size is not documented, so by default there is none. */
  readonly changes?: Rate;
}

/** Developer Guide, "Quotas" (since 2026-07-30). */
export const REAL_THROTTLE: Throttle = { requests: { burst: 50, perSecond: 10 } };

interface Buckets {
  readonly requests: TokenBucket;
  readonly changes: TokenBucket | undefined;
}

/** The buckets of every account; one set of limits for all. */
export class AccountThrottle {
  readonly limits: Throttle | undefined;
  readonly #buckets = new Map<string, Buckets>();

  /** `undefined`: no limits. */
  constructor(limits: Throttle | undefined) {
    this.limits = limits;
  }

  /** Throws Route53Error Throttling when the account has used up its tokens. `now` in epoch milliseconds. */
  take(account: string, what: keyof Throttle, tokens: number, now: number): void {
    if (!this.limits) return;
    const { requests, changes } = this.limits;
    const buckets = this.#buckets.get(account) ?? {
      requests: new TokenBucket(requests),
      changes: changes && new TokenBucket(changes),
    };
    this.#buckets.set(account, buckets);
    if (buckets[what]?.take(now, tokens) === false) throw new Route53Error(400, 'Throttling', 'Rate exceeded');
  }
}
