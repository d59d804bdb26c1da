import type { NoticedObject, SourceKind } from '../../../lib/model/index.ts';
import { OBJECT_NAME } from '../../../lib/notice/index.ts';
import { dnsFingerprint, type SourceContext } from '../../../lib/sources/index.ts';

export interface TrackerOptions {
  readonly kind: SourceKind;
  readonly context: SourceContext;
  /** Told of each change that matters to DNS. Undefined: anything may have changed. */
  readonly onChange: (object: NoticedObject | undefined) => void;
}

/** After being deaf for so long, in milliseconds, a run in between may have published what is no more to be seen. */
const LONG_GAP = 60_000;

/**
 * Knows of each object of a kind that asks for something what it asks for, as a fingerprint, and nothing else: so it can
 * tell a change that matters from a heartbeat, also over a new listing.
 */
export class Tracker {
  readonly #options: TrackerOptions;
  /** Fingerprints by `namespace/name`; undefined until all were listed. */
  #known: Map<string, string> | undefined;
  #listing = new Map<string, string>();

  constructor(options: TrackerOptions) {
    this.#options = options;
  }

  /** Objects that ask for something. */
  get size(): number {
    return this.#known?.size ?? 0;
  }

  get listed(): boolean {
    return this.#known !== undefined;
  }

  begin(): void {
    this.#listing = new Map();
  }

  page(items: readonly unknown[]): void {
    for (const item of items) {
      const print = this.#fingerprint(item);
      if (print !== '') this.#listing.set(keyOf(item), print);
    }
  }

  /** Tells what differs from what was known. The first time nothing was. */
  complete(gapMs: number): void {
    const before = this.#known;
    const after = this.#listing;
    this.#known = after;
    this.#listing = new Map();
    if (before === undefined || gapMs > LONG_GAP) {
      this.#options.onChange(undefined);
      return;
    }
    for (const [key, print] of after) if (before.get(key) !== print) this.#tell(key);
    for (const key of before.keys()) if (!after.has(key)) this.#tell(key);
  }

  /** @returns whether the change matters */
  changed(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: unknown): boolean {
    const known = this.#known;
    if (known === undefined) return false;
    const key = keyOf(object);
    const print = type === 'DELETED' ? '' : this.#fingerprint(object);
    if ((known.get(key) ?? '') === print) return false;
    if (print === '') known.delete(key);
    else known.set(key, print);
    this.#tell(key);
    return true;
  }

  #fingerprint(object: unknown): string {
    return dnsFingerprint(this.#options.kind, object, this.#options.context);
  }

  #tell(key: string): void {
    const [namespace = '', name = ''] = key.split('/');
    // Only a server that is none would give such an object; a notice could not name it.
    const nameable = OBJECT_NAME.test(namespace) && OBJECT_NAME.test(name);
    this.#options.onChange(nameable ? { kind: this.#options.kind, namespace, name } : undefined);
  }
}

function keyOf(object: unknown): string {
  const { namespace, name } = (object as { metadata?: { namespace?: unknown; name?: unknown } } | null)?.metadata ?? {};
  return `${namespace}/${name}`;
}
