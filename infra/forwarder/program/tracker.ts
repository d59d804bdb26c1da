import type { NoticedObject } from '../../../lib/model/index.ts';
import { OBJECT_NAME } from '../../../lib/notice/index.ts';
import {
  dnsFingerprint,
  joiningOf,
  type NeededResource,
  NeededStore,
  noting,
  objectKey,
  type SourceContext,
  type SourceKind,
  sourceOf,
} from '../../../lib/sources/index.ts';

export interface TrackerOptions {
  readonly kind: SourceKind;
  readonly context: SourceContext;
  /** What the source needs beside its own objects; who fills it tells {@link Tracker.needChanged}. */
  readonly needed?: NeededStore;
  /** Told of resources that an object needs and most do not, so that they may be watched from then on. */
  readonly onJoins?: (resources: readonly NeededResource[]) => void;
  /** Told of each change that matters to DNS. Undefined: anything may have changed. */
  readonly onChange: (object: NoticedObject | undefined) => void;
}

/** After being deaf for so long, in milliseconds, a run in between may have published what is no more to be seen. */
export const LONG_GAP = 60_000;

/** What is kept of one object. */
interface Known {
  /** Empty: it asks for nothing. */
  readonly print: string;
  /** For an object that looks into needed resources: what it looks at of itself, as JSON, and where it looked. */
  readonly slim?: string;
  readonly lookups?: readonly string[];
}

/**
 * Knows of each object of a source what it asks for, as a fingerprint: so it can tell a change that matters from a
 * heartbeat, also over a new listing. Of objects that need others it keeps what is needed to look again when those change,
 * and who looked where.
 */
export class Tracker {
  readonly #options: TrackerOptions;
  readonly #needed: NeededStore;
  /** By `namespace/name`; undefined until all were listed. */
  #known: Map<string, Known> | undefined;
  #listing = new Map<string, Known>();
  /** Who looked where: objects by lookup. */
  #users = new Map<string, Set<string>>();

  constructor(options: TrackerOptions) {
    this.#options = options;
    this.#needed = options.needed ?? new NeededStore(options.context);
  }

  /** Objects that ask for something. */
  get size(): number {
    let size = 0;
    for (const { print } of this.#known?.values() ?? []) if (print !== '') size += 1;
    return size;
  }

  get listed(): boolean {
    return this.#known !== undefined;
  }

  begin(): void {
    this.#listing = new Map();
  }

  page(items: readonly unknown[]): void {
    for (const item of items) {
      const known = this.#look(item);
      if (known !== undefined) this.#listing.set(objectKey(item), known);
    }
  }

  /** Tells what differs from what was known. The first time nothing was. */
  complete(gapMs: number): void {
    const before = this.#known;
    const after = this.#listing;
    this.#known = after;
    this.#listing = new Map();
    this.#users = new Map();
    // What is needed may have changed since a page was read.
    for (const [key, known] of after) this.#keep(key, this.#again(known));
    if (before === undefined || gapMs > LONG_GAP) {
      this.#options.onChange(undefined);
      return;
    }
    for (const [key, { print }] of after) if ((before.get(key)?.print ?? '') !== print) this.#tell(key);
    for (const [key, { print }] of before) if (print !== '' && !after.has(key)) this.#tell(key);
  }

  /** @returns whether the change matters */
  changed(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: unknown): boolean {
    if (this.#known === undefined) return false;
    const key = objectKey(object);
    return this.#replace(key, type === 'DELETED' ? undefined : this.#look(object));
  }

  /** Something under these lookups (`resource key`) is other than it was: tells of the objects that ask for something else now. */
  needChanged(lookups: readonly string[]): boolean {
    let matters = false;
    for (const key of new Set(lookups.flatMap(lookup => [...(this.#users.get(lookup) ?? [])]))) {
      const known = this.#known?.get(key);
      if (known !== undefined && this.#replace(key, this.#again(known))) matters = true;
    }
    return matters;
  }

  #replace(key: string, now: Known | undefined): boolean {
    const before = this.#known?.get(key);
    this.#drop(key);
    if (now !== undefined) this.#keep(key, now);
    if ((before?.print ?? '') === (now?.print ?? '')) return false;
    this.#tell(key);
    return true;
  }

  #keep(key: string, known: Known): void {
    this.#known?.set(key, known);
    for (const lookup of known.lookups ?? []) {
      const users = this.#users.get(lookup) ?? new Set();
      this.#users.set(lookup, users.add(key));
    }
  }

  #drop(key: string): void {
    for (const lookup of this.#known?.get(key)?.lookups ?? []) {
      const users = this.#users.get(lookup);
      users?.delete(key);
      if (users?.size === 0) this.#users.delete(lookup);
    }
    this.#known?.delete(key);
  }

  /** Undefined: it asks for nothing, whatever else changes. */
  #look(object: unknown): Known | undefined {
    const { kind, context } = this.#options;
    const { slim } = sourceOf(kind);
    const joining = joiningOf(kind, object, context);
    if (joining) this.#options.onJoins?.(joining.needs);
    if (slim === undefined && joining === undefined) {
      const print = dnsFingerprint(kind, object, context);
      return print === '' ? undefined : { print };
    }
    return this.#again({ print: '', slim: JSON.stringify(joining?.slim ?? slim?.(object, context)) });
  }

  #again(known: Known): Known {
    if (known.slim === undefined) return known;
    const { kind, context } = this.#options;
    const lookups = new Set<string>();
    const print = dnsFingerprint(kind, JSON.parse(known.slim), context, noting(this.#needed, lookups));
    return { print, slim: known.slim, lookups: [...lookups] };
  }

  #tell(key: string): void {
    const [namespace = '', name = ''] = key.split('/');
    // Only a server that is none would give such an object; a notice could not name it.
    const nameable = OBJECT_NAME.test(namespace) && OBJECT_NAME.test(name);
    const kind = sourceOf(this.#options.kind).resource;
    this.#options.onChange(nameable ? { kind, namespace, name } : undefined);
  }
}
