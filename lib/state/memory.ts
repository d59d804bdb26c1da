import { StateConflict, type StateStore, type Stored } from './store.ts';

/** Kept in this process: between the warm runs of a Lambda, or for the length of one command. */
export function createMemoryStore(): StateStore {
  const entries = new Map<string, Stored>();
  let counter = 0;
  const check = (key: string, expected: string | undefined) => {
    if (entries.get(key)?.version !== expected) throw new StateConflict(`${key} was written by somebody else`);
  };
  return {
    async get(key, known) {
      const entry = entries.get(key);
      return entry !== undefined && entry.version === known ? 'unchanged' : entry;
    },
    async put(key, bytes, expected) {
      check(key, expected);
      const version = String(++counter);
      entries.set(key, { bytes, version });
      return version;
    },
    async remove(key, expected) {
      if (!entries.has(key)) return;
      check(key, expected);
      entries.delete(key);
    },
  };
}
