/** Time as the stages at the edge of the world see it; tests put their own in its place. The pure stages see none. */
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
