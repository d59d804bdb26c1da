import { type Rate, TokenBucket } from '../aws/throttle.ts';
import { Route53Error } from './errors.ts';

/** What Route 53 grants one account. */
export interface Throttle {
  /** All calls of the account together. */
  readonly requests: Rate;
  /** Of each action by itself: most have as much as the account. */
  readonly actions?: Rate;
  /** Change elements in batches: there is such a limit, but its size is not documented, so by default there is none. */
  readonly changes?: Rate;
}

/** Developer Guide, "Quotas" (since 2026-07-30). */
export const REAL_THROTTLE: Throttle = {
  requests: { burst: 50, perSecond: 10 },
  actions: { burst: 50, perSecond: 10 },
};

interface Buckets {
  readonly requests: TokenBucket;
  readonly actions: Map<string, TokenBucket>;
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

  /** A call of an action. Throws Route53Error Throttling when the account has used up its tokens. `now` in epoch milliseconds. */
  takeRequest(account: string, action: string, now: number): void {
    const buckets = this.#bucketsOf(account);
    if (!buckets) return;
    const { actions } = this.limits ?? {};
    const own = actions && (buckets.actions.get(action) ?? new TokenBucket(actions));
    if (own) buckets.actions.set(action, own);
    if (!buckets.requests.take(now) || own?.take(now) === false) throw throttling();
  }

  /** The changes of a batch, all or none. Throws as `takeRequest`. */
  takeChanges(account: string, changes: number, now: number): void {
    if (this.#bucketsOf(account)?.changes?.take(now, changes) === false) throw throttling();
  }

  #bucketsOf(account: string): Buckets | undefined {
    if (!this.limits) return undefined;
    const { requests, changes } = this.limits;
    const buckets = this.#buckets.get(account) ?? {
      requests: new TokenBucket(requests),
      actions: new Map(),
      changes: changes && new TokenBucket(changes),
    };
    this.#buckets.set(account, buckets);
    return buckets;
  }
}

const throttling = () => new Route53Error(400, 'Throttling', 'Rate exceeded');
