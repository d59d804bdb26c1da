import type { RunResult } from '../../lib/model/index.ts';
import type { Batch } from '../lambda/event-source.ts';
import type { UrlRequest } from '../lambda/url.ts';
import type { StackOptions } from '../stack/stack.ts';
import type { World } from '../world.ts';
import { type Journey, journeyOf } from './journey.ts';
import { Publications } from './publications.ts';
import { RunLog } from './run-log.ts';

/** What became of one batch of the queue. */
export interface Story {
  readonly batch: Batch;
  /** Absent when the run failed, or none was needed. */
  readonly result?: RunResult;
  /** Absent when the batch had no notice. */
  readonly journey?: Journey;
}

/** Requests to the Function URL that are remembered: a batch that waits for longer has a shorter story. */
const REMEMBERED = 1_000;

/** Follows every batch of a stack from its notice to the DNS answer, by what the parts themselves tell. */
export class Stories {
  readonly #log = new RunLog();
  readonly #publications: Publications;
  readonly #listeners = new Set<(story: Story) => void>();
  #requests: UrlRequest[] = [];

  constructor(world: World) {
    this.#publications = new Publications(world);
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
  listen(listener: (story: Story) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The next story of which a condition holds. */
  next(matches: (story: Story) => boolean): Promise<Story> {
    const { promise, resolve } = Promise.withResolvers<Story>();
    const end = this.listen(story => {
      if (!matches(story)) return;
      end();
      resolve(story);
    });
    return promise;
  }

  async #tell(batch: Batch): Promise<void> {
    const result = batch.failed.length > 0 ? undefined : await this.#log.resultOf(batch.requestId);
    const journey = await this.#journey(batch);
    const story = { batch, ...(result && { result }), ...(journey && { journey }) };
    for (const listener of this.#listeners) listener(story);
  }

  async #journey(batch: Batch): Promise<Journey | undefined> {
    const journey = journeyOf(batch, this.#requests);
    const published = this.#publications.between(batch.beganAt, batch.endedAt);
    if (!journey || !published) return journey;
    const answered = await published.answered;
    return { ...journey, acceptedAt: published.acceptedAt, ...(answered && { answered }) };
  }
}
