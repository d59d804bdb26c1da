import type { RunResult } from '../../lib/model/index.ts';
import type { Batch } from '../emulators/lambda/event-source.ts';
import type { UrlRequest } from '../emulators/lambda/url.ts';
import { FUNCTIONS_USER, type StackOptions } from '../stack/stack.ts';
import type { World } from '../world.ts';
import { Publications } from './publications.ts';
import { RunLog } from './run-log.ts';
import { type Timeline, timelineOf } from './timeline.ts';

/** What became of one batch of the queue. */
export interface Trace {
  readonly batch: Batch;
  /** Absent when the run failed, or none was needed. */
  readonly result?: RunResult;
  /** Absent when the batch had no notice. */
  readonly timeline?: Timeline;
}

/** Requests to the Function URL that are remembered: a batch that waits for longer has a shorter trace. */
const REMEMBERED = 1_000;

/** Follows every batch of a stack from its notice to the DNS answer, by what the parts themselves tell. */
export class Traces {
  readonly #log = new RunLog();
  readonly #publications: Publications;
  readonly #listeners = new Set<(trace: Trace) => void>();
  #requests: UrlRequest[] = [];

  constructor(world: World) {
    this.#publications = new Publications(world, FUNCTIONS_USER.accessKeyId);
  }

  /** What the stack is to be started with. */
  readonly hooks: Required<Pick<StackOptions, 'onLog' | 'onNotice' | 'onBatch'>> = {
    onLog: (name, text) => {
      if (name === 'reconcile') this.#log.add(text);
    },
    onNotice: request => {
      this.#requests = [...this.#requests.slice(-REMEMBERED), request];
    },
    onBatch: batch => void this.#tell(batch),
  };

  /** Whether the webhook took a notice since a time. */
  noticedSince(time: number): boolean {
    return this.#requests.some(({ at, status }) => at >= time && status === 202);
  }

  /** @returns what ends it */
  listen(listener: (trace: Trace) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The next trace of which a condition holds. */
  next(matches: (trace: Trace) => boolean): Promise<Trace> {
    const { promise, resolve } = Promise.withResolvers<Trace>();
    const end = this.listen(trace => {
      if (!matches(trace)) return;
      end();
      resolve(trace);
    });
    return promise;
  }

  async #tell(batch: Batch): Promise<void> {
    const result = batch.failed.length > 0 ? undefined : await this.#log.resultOf(batch.requestId);
    const timeline = await this.#timeline(batch);
    const trace = { batch, ...(result && { result }), ...(timeline && { timeline }) };
    for (const listener of this.#listeners) listener(trace);
  }

  async #timeline(batch: Batch): Promise<Timeline | undefined> {
    const timeline = timelineOf(batch, this.#requests);
    const published = this.#publications.between(batch.beganAt, batch.endedAt);
    if (!timeline || !published) return timeline;
    const answered = await published.answered;
    return { ...timeline, acceptedAt: published.acceptedAt, ...(answered && { answered }) };
  }
}
