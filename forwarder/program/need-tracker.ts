import type { NamedObject } from '../../lib/model/index.ts';
import { type NeededResource, type NeededStore, objectKey } from '../../lib/sources/index.ts';
import { LONG_GAP } from './tracker.ts';

export interface NeedTrackerOptions {
  readonly resource: NeededResource;
  /** Whose objects come; undefined: those of all, or of none. */
  readonly namespace?: string | undefined;
  readonly store: NeededStore;
  /** Told of lookups (`resource key`) under which something is other than it was. @returns whether that matters to DNS */
  readonly onLookups: (lookups: readonly string[]) => boolean;
  /** Told, with undefined, that anything may have changed. */
  readonly onChange: (object: NamedObject | undefined) => void;
}

/** Keeps the reduced objects of a resource that others need, and tells where something is other than it was. */
export class NeedTracker {
  readonly #options: NeedTrackerOptions;
  #listing = new Set<string>();
  #touched = new Set<string>();
  #listed = false;

  constructor(options: NeedTrackerOptions) {
    this.#options = options;
  }

  get listed(): boolean {
    return this.#listed;
  }

  get size(): number {
    const { resource, namespace, store } = this.#options;
    return store.size(resource, namespace);
  }

  begin(): void {
    this.#listing = new Set();
  }

  page(items: readonly unknown[]): void {
    const { resource, store } = this.#options;
    for (const item of items) {
      this.#listing.add(objectKey(item));
      this.#touch(store.put(resource, item));
    }
  }

  complete(gapMs: number): void {
    const { resource, namespace, store, onChange } = this.#options;
    this.#touch(store.keepOnly(resource, this.#listing, namespace));
    this.#listing = new Set();
    this.#listed = true;
    this.#tell();
    if (gapMs > LONG_GAP) onChange(undefined);
  }

  /** @returns whether the change matters */
  changed(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: unknown): boolean {
    const { resource, store } = this.#options;
    this.#touch(type === 'DELETED' ? store.delete(resource, object) : store.put(resource, object));
    return this.#tell();
  }

  #touch(keys: readonly string[]): void {
    for (const key of keys) this.#touched.add(key);
  }

  #tell(): boolean {
    const lookups = [...this.#touched].map(key => `${this.#options.resource} ${key}`);
    this.#touched = new Set();
    return lookups.length > 0 && this.#options.onLookups(lookups);
  }
}
