/** Bytes kept under a key, with the version that a later write must name. */
export interface Stored {
  readonly bytes: Uint8Array;
  readonly version: string;
}

/** Somebody else wrote the key since the version named was read. */
export class StateConflict extends Error {
  override readonly name = 'StateConflict';
}

/**
 * A small store with conditional writes. Keys are `[a-zA-Z0-9._-]+` with `/` between the parts. Three adapters (memory,
 * folder, S3) obey one contract. Losing its content costs a full read and nothing else.
 */
export interface StateStore {
  /** Absent: undefined. With `known`, the version that the caller has: `unchanged` if it is still the newest. */
  get(key: string, known?: string): Promise<Stored | 'unchanged' | undefined>;
  /**
   * Writes the key if its version is still `expected` (`undefined`: only if it is absent) and returns the new version.
   * @throws StateConflict otherwise
   */
  put(key: string, bytes: Uint8Array, expected: string | undefined): Promise<string>;
  /** Removes the key if its version is still `expected`; a key that is gone already is fine. @throws StateConflict */
  remove(key: string, expected: string): Promise<void>;
  /** Removes the keys below `prefix` that were last written before a time (epoch milliseconds); absent where something else does. */
  expire?(prefix: string, before: number): Promise<void>;
}
