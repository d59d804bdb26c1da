import { joinsOf, type ResourceKind, type SourceKind } from '../../lib/sources/index.ts';

/** Keeps the watches of resources that only some objects need waiting until one of these objects is there. */
export class Gates {
  readonly #closed = new Map<ResourceKind, () => void>();
  readonly #opened = new Map<ResourceKind, Promise<void>>();

  /** @param ending opens them all: nobody need wait any more */
  constructor(sources: readonly SourceKind[], ending: AbortSignal) {
    for (const resource of joinsOf(sources)) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#closed.set(resource, resolve);
      this.#opened.set(resource, promise);
      ending.addEventListener('abort', () => resolve(), { once: true });
    }
  }

  open(resources: readonly ResourceKind[]): void {
    for (const resource of resources) {
      this.#closed.get(resource)?.();
      this.#closed.delete(resource);
    }
  }

  isOpen(resource: ResourceKind): boolean {
    return !this.#closed.has(resource);
  }

  /** At once for a resource that is always watched. */
  async opened(resource: ResourceKind): Promise<void> {
    await this.#opened.get(resource);
  }
}
