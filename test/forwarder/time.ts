import type { ForwarderClock } from '../../forwarder/program/clock.ts';

/** Lets everything that is ready go on: promises, and what they bring about. */
const settle = () => new Promise<void>(resolve => setImmediate(resolve));

/** Time that stands still until a test lets it pass; sleepers wake in order. */
export class FakeTime implements ForwarderClock {
  #now = Date.parse('2026-01-01T00:00:00Z');
  readonly #sleepers: { at: number; wake: () => void }[] = [];

  now = () => this.#now;
  uptime = () => this.#now;
  random = () => 0.5;

  sleep = (milliseconds: number): Promise<void> =>
    new Promise(wake => {
      this.#sleepers.push({ at: this.#now + milliseconds, wake });
      this.#sleepers.sort((a, b) => a.at - b.at);
    });

  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await settle();
    for (;;) {
      const [next] = this.#sleepers;
      if (next === undefined || next.at > end) break;
      this.#sleepers.shift();
      this.#now = Math.max(this.#now, next.at);
      next.wake();
      await settle();
    }
    this.#now = end;
    await settle();
  }
}
