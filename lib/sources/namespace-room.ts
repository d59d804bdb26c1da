import { TooMuch } from './notes.ts';

/**
 * How many record sets the objects of one namespace may ask for, so that a tenant with very many objects cannot fill the
 * memory of the run that reads them. Objects come in the order in which the API server lists them, by namespace and name,
 * so the same ones are refused each time.
 */
export class NamespaceRoom {
  readonly #most: number;
  readonly #used = new Map<string, number>();

  constructor(most: number = Number.POSITIVE_INFINITY) {
    this.#most = most;
  }

  /** Takes room for what one object asks for, or none of it. @throws TooMuch */
  take(namespace: string, count: number): void {
    if (this.fits(namespace, count)) return;
    throw new TooMuch('recordsPerNamespace', this.#usedBy(namespace) + count, this.#most);
  }

  /** Likewise; false where there is too little. */
  fits(namespace: string, count: number): boolean {
    const used = this.#usedBy(namespace) + count;
    if (used > this.#most) return false;
    this.#used.set(namespace, used);
    return true;
  }

  #usedBy(namespace: string): number {
    return this.#used.get(namespace) ?? 0;
  }
}
