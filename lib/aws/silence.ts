/** Milliseconds for which a silent server is left alone. */
const LEFT_ALONE = 10_000;

/**
 * Servers that gave no answer in time. Twice in a row, the second time to a request that began after the first had failed: one
 * silence may be that of a connection that went dead meanwhile, and the next try has a new one.
 */
export class SilentServers {
  readonly #since = new Map<string, number>();
  readonly #until = new Map<string, number>();

  isLeft(server: string, now: number): boolean {
    return now < (this.#until.get(server) ?? 0);
  }

  wasSilent(server: string, beganAt: number): void {
    const now = performance.now();
    const since = this.#since.get(server);
    if (since === undefined) this.#since.set(server, now);
    else if (beganAt >= since) this.#until.set(server, now + LEFT_ALONE);
  }

  answered(server: string): void {
    this.#since.delete(server);
    this.#until.delete(server);
  }
}
