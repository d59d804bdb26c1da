/** Time as the reading of a cluster sees it; tests put their own in its place. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  /** A random number in [0, 1), for jitter. */
  random(): number;
}

export const systemClock: Clock = {
  now: Date.now,
  sleep: milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds)),
  random: Math.random,
};
