import type { Clock } from '../clock.ts';
import type { Finding } from '../model/index.ts';
import { reasonOf } from '../reason.ts';
import { StateConflict, type StateStore } from '../state/index.ts';

interface Cached {
  readonly version: string;
  readonly value: unknown;
}

/** What this process decoded last, by store and key: a warm Lambda need not read again what has not changed. */
const caches = new WeakMap<StateStore, Map<string, Cached>>();

interface Codec<T> {
  encode(value: T): Uint8Array;
  decode(bytes: Uint8Array): T | undefined;
  /** One copy of two that were written at the same time. */
  merge(theirs: T, ours: T): T;
}

/** What is kept between runs, as one run sees it: never a reason to fail, since everything kept can be read anew. */
export interface Cache {
  /**
   * Reads and decodes what is kept under a key. Anything that cannot be used (absent, damaged, of another format, the
   * store out of reach) is undefined: the zone or the cluster is then simply read in full. A version may stand beside it.
   */
  read<T>(key: string, decode: (bytes: Uint8Array) => T | undefined): Promise<{ value?: T; version?: string }>;
  /** Writes what is to be kept. When another run wrote meanwhile, `merge` loses neither run's work. */
  write<T>(key: string, ours: T, version: string | undefined, codec: Codec<T>): Promise<void>;
  /** Lets go of what was decoded of a key, where it is not soon needed again. */
  forget(key: string): void;
  /** What was wrong with the store in this run, each fault once. */
  readonly faults: ReadonlySet<string>;
}

const ATTEMPTS = 5;

/** Milliseconds that a run spends on requests to the store that fail: one that does not answer must not use up its time. */
const PATIENCE_MS = 30_000;

export function createCache(store: StateStore, clock: Clock): Cache {
  const cache = cacheOf(store);
  const faults = new Set<string>();

  const read: Cache['read'] = async <T>(key: string, decode: (bytes: Uint8Array) => T | undefined) => {
    const cached = cache.get(key);
    const stored = await store.get(key, cached?.version);
    if (stored === 'unchanged') return { value: cached?.value as T, version: cached?.version as string };
    cache.delete(key);
    if (!stored) return {};
    const value = decode(stored.bytes);
    if (value === undefined) return { version: stored.version };
    cache.set(key, { version: stored.version, value });
    return { value, version: stored.version };
  };

  const write: Cache['write'] = async (key, ours, version, codec) => {
    let value = ours;
    let expected = version;
    for (let attempt = 1; ; attempt++) {
      try {
        const written = await store.put(key, codec.encode(value), expected);
        cache.set(key, { version: written, value });
        return;
      } catch (error) {
        if (!(error instanceof StateConflict) || attempt === ATTEMPTS) throw error;
        await clock.sleep(clock.random() * 100 * attempt);
        const theirs = await read(key, codec.decode);
        expected = theirs.version;
        value = theirs.value === undefined ? ours : codec.merge(theirs.value, ours);
      }
    }
  };

  let wasted = 0;
  const tolerate = async <T>(work: () => Promise<T>, instead: T): Promise<T> => {
    if (wasted >= PATIENCE_MS) return instead;
    const began = clock.now();
    try {
      return await work();
    } catch (error) {
      wasted += clock.now() - began;
      faults.add(reasonOf(error));
      return instead;
    }
  };
  return {
    faults,
    forget: key => void cache.delete(key),
    read: (key, decode) => tolerate(() => read(key, decode), {}),
    write: (key, ours, version, codec) => tolerate(() => write(key, ours, version, codec), undefined),
  };
}

function cacheOf(store: StateStore): Map<string, Cached> {
  const known = caches.get(store);
  if (known) return known;
  const fresh = new Map<string, Cached>();
  caches.set(store, fresh);
  return fresh;
}

/** A store that cannot be read or written costs full reads, and nothing else. */
export function stateFaults({ faults }: Pick<Cache, 'faults'>): Finding[] {
  const [first] = faults;
  if (first === undefined) return [];
  const more = faults.size > 1 ? ` (and ${faults.size - 1} more faults)` : '';
  const message = `the state could not be read or written, so what it would have told is read in full: ${first}${more}; look at state.store`;
  return [{ reason: 'warning', message }];
}
