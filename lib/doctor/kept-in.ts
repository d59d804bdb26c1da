import type { StateStore } from '../state/index.ts';

/** What a store has under a key; undefined where nothing is, or nothing that can be read by this version. @throws as the store does */
export async function keptIn<T>(
  store: StateStore,
  key: string,
  decode: (bytes: Uint8Array) => T | undefined,
): Promise<T | undefined> {
  const found = await store.get(key);
  return found && found !== 'unchanged' ? decode(found.bytes) : undefined;
}
