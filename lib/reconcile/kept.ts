import type { Clock } from '../clock.ts';
import { StateConflict, type StateStore } from '../state/index.ts';

interface Cached {
  readonly version: string;
  readonly value: unknown;
}

/** What this process decoded last, by store and key: a warm Lambda need not read again what has not changed. */
const caches = new WeakMap<StateStore, Map<string, Cached>>();

/**
 * Reads and decodes what is kept under a key. Anything that cannot be used (absent, damaged, of another format, the store
 * out of reach) is undefined: the zone or the cluster is then simply read in full. A version may stand beside it.
 */
export async function readKept<T>(
  store: StateStore,
  key: string,
  decode: (bytes: Uint8Array) => T | undefined,
): Promise<{ value?: T; version?: string }> {
  const cache = cacheOf(store);
  const cached = cache.get(key);
  const stored = await store.get(key, cached?.version);
  if (stored === 'unchanged') return { value: cached?.value as T, version: cached?.version as string };
  cache.delete(key);
  if (!stored) return {};
  const value = decode(stored.bytes);
  if (value === undefined) return { version: stored.version };
  cache.set(key, { version: stored.version, value });
  return { value, version: stored.version };
}

const ATTEMPTS = 5;

/**
 * Writes what is to be kept. When another run wrote meanwhile, `merge` makes one of its copy and ours, so that neither
 * run's work is lost.
 */
export async function writeKept<T>(
  store: StateStore,
  key: string,
  ours: T,
  version: string | undefined,
  codec: { encode(value: T): Uint8Array; decode(bytes: Uint8Array): T | undefined; merge(theirs: T, ours: T): T },
  clock: Clock,
): Promise<void> {
  let value = ours;
  let expected = version;
  for (let attempt = 1; ; attempt++) {
    try {
      const written = await store.put(key, codec.encode(value), expected);
      cacheOf(store).set(key, { version: written, value });
      return;
    } catch (error) {
      if (!(error instanceof StateConflict) || attempt === ATTEMPTS) throw error;
      await clock.sleep(clock.random() * 100 * attempt);
      const theirs = await readKept(store, key, codec.decode);
      expected = theirs.version;
      value = theirs.value === undefined ? ours : codec.merge(theirs.value, ours);
    }
  }
}

function cacheOf(store: StateStore): Map<string, Cached> {
  const known = caches.get(store);
  if (known) return known;
  const fresh = new Map<string, Cached>();
  caches.set(store, fresh);
  return fresh;
}
