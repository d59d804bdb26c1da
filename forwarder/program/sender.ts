import { type Backoff, waitAfter } from '../../lib/backoff.ts';
import { unlessAborted } from '../../lib/cluster/abort.ts';
import type { NamedObject, Notice } from '../../lib/model/index.ts';
import { reasonOf } from '../../lib/reason.ts';
import { Changes } from './changes.ts';
import type { ForwarderClock } from './clock.ts';
import type { Log } from './log.ts';

/** How an attempt to deliver a notice ended: an HTTP status, or no answer at all. */
export type Outcome = number | 'fault';

export interface SenderOptions {
  readonly cluster: string;
  /** Made up anew at each start. */
  readonly source: string;
  readonly gather: { readonly quietMs: number; readonly mostMs: number };
  readonly clock: ForwarderClock;
  readonly log: Log;
  /** Signs and sends a body. @returns the status of the answer. Throws when none came, or nothing could be sent. */
  readonly post: (body: string) => Promise<number>;
  /** Told of every attempt. */
  readonly onAttempt?: (outcome: Outcome) => void;
}

/** For what ends by itself: no answer, or one that says that the webhook or its queue is in trouble. */
const FAULT: Backoff = { first: 500, longest: 30_000 };
/** For what ends when a person mends it: wrong rights, secret or name. */
const REFUSED: Backoff = { first: 5_000, longest: 30_000 };
/** On the way out there are a few seconds only. */
const LEAVING: Backoff = { first: 200, longest: 1_000 };

const TAKEN = 202;
const TOO_LARGE = 413;

/** The last attempt, which was not taken, or not yet. */
interface Attempt {
  readonly notice: Notice;
  readonly changes: Changes;
}

/**
 * Gathers changes into notices and delivers them, one at a time, for as long as it takes.
 *
 * What is not taken is sent again as it was, with its number, because its answer may only have been lost. If anything
 * changed since that attempt began, even in an object that it names, a run that it already led to may have come too
 * early for the change: so what is sent then has a new number, and holds both.
 */
export class Sender {
  readonly #options: SenderOptions;
  readonly #stopping = new AbortController();
  /** Since the last attempt began. */
  #waiting = new Changes();
  #attempt: Attempt | undefined;
  #sequence = 0;
  #wake = () => {};

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Whether all that was told has been taken. */
  get idle(): boolean {
    return this.#waiting.empty && this.#attempt === undefined;
  }

  /** Objects that are waiting to be told of. */
  get pending(): number {
    return this.#waiting.size + (this.#attempt?.changes.size ?? 0);
  }

  /** @param object undefined: anything may have changed */
  change(object: NamedObject | undefined): void {
    const { clock } = this.#options;
    this.#waiting.add(object, { now: clock.now(), uptime: clock.uptime() });
    this.#wake();
  }

  /** Waits for changes and sends them. @returns after {@link stop}, when there is nothing left to send. */
  async run(): Promise<void> {
    for (;;) {
      await this.#something();
      if (this.idle) return;
      await this.#gather();
      await this.#deliver();
    }
  }

  /** Nothing is gathered any more: what waits is sent at once. */
  stop(): void {
    this.#stopping.abort();
    this.#wake();
  }

  get #leaving(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #something(): Promise<void> {
    if (!this.idle || this.#leaving) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    await promise;
  }

  async #gather(): Promise<void> {
    const { gather, clock } = this.#options;
    for (;;) {
      const { first, last } = this.#waiting;
      if (this.#leaving || !first || !last) return;
      const due = Math.min(last.uptime + gather.quietMs, first.uptime + gather.mostMs);
      const wait = due - clock.uptime();
      if (wait <= 0) return;
      await this.#pause(wait);
    }
  }

  /** Tries until all that waited when the last attempt began has been taken. */
  async #deliver(): Promise<void> {
    const { clock } = this.#options;
    for (let failures = 1; ; failures++) {
      const outcome = await this.#try(this.#next(), failures);
      if (outcome === TAKEN) {
        this.#attempt = undefined;
        return;
      }
      if (outcome === TOO_LARGE) this.change(undefined);
      const backoff = this.#leaving ? LEAVING : isRefusal(outcome) ? REFUSED : FAULT;
      const wait = waitAfter(failures, backoff, clock);
      await (this.#leaving ? clock.sleep(wait) : this.#pause(wait));
    }
  }

  /** What is to be sent now: the last attempt again, or with a number of its own what says more. */
  #next(): Notice {
    if (this.#attempt && this.#waiting.empty) return this.#attempt.notice;
    const { cluster, source } = this.#options;
    const changes = this.#attempt ? Changes.union(this.#attempt.changes, this.#waiting) : this.#waiting;
    this.#waiting = new Changes();
    const { objects } = changes;
    const since = changes.first?.now ?? this.#options.clock.now();
    const notice = { cluster, source, sequence: ++this.#sequence, since, ...(objects && { objects }) };
    this.#attempt = { notice, changes };
    return notice;
  }

  async #try(notice: Notice, attempt: number): Promise<Outcome> {
    const { clock, log, post, onAttempt } = this.#options;
    const began = clock.uptime();
    const outcome = await post(JSON.stringify(notice)).catch((error: unknown) => ({ error: reasonOf(error) }));
    const { sequence, since, objects } = notice;
    const told = {
      sequence,
      objects: objects?.length ?? 'any',
      since,
      attempt,
      ms: Math.round(clock.uptime() - began),
    };
    if (outcome === TAKEN) log.info('notice sent', { ...told, afterMs: Math.max(0, clock.now() - since) });
    else if (typeof outcome !== 'number') log.warn('notice not sent', { ...told, ...outcome });
    else if (isRefusal(outcome)) log.error('notice refused', { ...told, status: outcome, advice: adviceOn(outcome) });
    else log.warn('notice not taken', { ...told, status: outcome });
    const kind = typeof outcome === 'number' ? outcome : 'fault';
    onAttempt?.(kind);
    return kind;
  }

  async #pause(milliseconds: number): Promise<void> {
    await unlessAborted(this.#options.clock.sleep(milliseconds), this.#stopping.signal).catch(() => {});
  }
}

/** 429 is Lambda's own: too many at once. Whatever is below 400 does not come from the webhook. */
function isRefusal(outcome: Outcome): boolean {
  return typeof outcome === 'number' && outcome < 500 && outcome !== 429;
}

function adviceOn(status: number): string {
  switch (status) {
    case 400:
      return 'is the cluster named in fairlead.yml, and was it deployed since?';
    case 401:
      return 'is the secret that of the webhook, and the clock right? With auth "iam", is the webhook deployed for IAM?';
    case 403:
      return 'may the role call lambda:InvokeFunctionUrl and lambda:InvokeFunction on the webhook, and is the region right?';
    case TOO_LARGE:
      return 'it is sent again without its objects';
    default:
      return 'is webhook.url the address of the webhook? It answers 202';
  }
}
