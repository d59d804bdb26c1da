/** Milliseconds between two lines about refusals of one reason: a forwarder that is refused tries again less often. */
const PAUSE_MS = 10_000;

/**
 * Says how much of what happens often is to be told: the first time at once, and then every ten seconds how often it was since.
 * A flood then costs a line, not a line each.
 */
export function createSample(now: () => number): (what: string) => number {
  const told = new Map<string, { at: number; since: number }>();
  return what => {
    const last = told.get(what);
    if (last && now() - last.at < PAUSE_MS) {
      last.since += 1;
      return 0;
    }
    told.set(what, { at: now(), since: 0 });
    return (last?.since ?? 0) + 1;
  };
}
