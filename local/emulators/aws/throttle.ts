export interface Rate {
  /** Tokens at rest. */
  readonly burst: number;
  /** Tokens that come back in a second. */
  readonly perSecond: number;
}

/** A token bucket. */
export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #at = 0;

  constructor(rate: Rate) {
    this.#rate = rate;
    this.#tokens = rate.burst;
  }

  /** Takes so many tokens, or none if there are not enough. `now` in epoch milliseconds. */
  take(now: number, tokens = 1): boolean {
    const back = this.#at === 0 ? 0 : (Math.max(now - this.#at, 0) / 1000) * this.#rate.perSecond;
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + back);
    this.#at = now;
    if (this.#tokens < tokens) return false;
    this.#tokens -= tokens;
    return true;
  }
}
