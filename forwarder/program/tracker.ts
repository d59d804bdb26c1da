import type { NamedObject } from '../../lib/model/index.ts';
import { OBJECT_NAME } from '../../lib/notice/index.ts';
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
} from '../../lib/sources/index.ts';

export interface TrackerOptions {
  readonly kind: SourceKind;
  readonly context: SourceContext;
  /** What the source needs beside its own objects; who fills it tells {@link Tracker.needChanged}. */
  readonly needed?: NeededStore;
  /** Told of resources that an object needs and most do not, so that they may be watched from then on. */
  readonly onJoins?: (resources: readonly NeededResource[]) => void;
  /** Told of each change that matters to DNS. Undefined: anything may have changed. */
  readonly onChange: (object: NamedObject | undefined) => void;
}

/** After being deaf for so long, in milliseconds, a run in between may have published what is no more to be seen. */
export const LONG_GAP = 60_000;

/** Lists of lookups that are shared: routes have few different ones, unless somebody means ill. */
const MOST_SHARED = 1_000;

/** What is kept of an object that looks into needed resources. */
interface Joined {
  /** Its fingerprint; empty: it asks for nothing now. */
  readonly print: string;
  /** All that it looks at of itself, as JSON. */
  readonly slim: string;
  /** Where it looked: `resource key`. One array for all that looked at the same. */
  readonly lookups: readonly string[];
}

/** Of an object that needs no others, its fingerprint is all there is to know. */
type Known = string | Joined;

const printOf = (known: Known | undefined) => (typeof known === 'object' ? known.print : (known ?? ''));
const lookupsOf = (known: Known | undefined) => (typeof known === 'object' ? known.lookups : []);

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
  /** Lookups that changed while a listing is under way: what is known is kept up to date with them, a listing is not. */
  #meanwhile: Set<string> | undefined;
  /** Who looked where: objects by lookup. */
  #users = new Users();
  readonly #shared = new Map<string, readonly string[]>();

  constructor(options: TrackerOptions) {
    this.#options = options;
    this.#needed = options.needed ?? new NeededStore(options.context);
  }

  /** Objects that ask for something. */
  get size(): number {
    let size = 0;
    for (const known of this.#known?.values() ?? []) if (printOf(known) !== '') size += 1;
    return size;
  }

  get listed(): boolean {
    return this.#known !== undefined;
  }

  begin(): void {
    this.#listing = new Map();
    this.#meanwhile = new Set();
  }

  page(items: readonly unknown[]): void {
    for (const item of items) {
      const key = objectKey(item);
      // What is the same is kept once, not twice, while a listing is under way.
      const known = this.#look(item, this.#known?.get(key));
      if (known !== undefined) this.#listing.set(key, known);
    }
  }

  /** Tells what differs from what was known. The first time nothing was. */
  complete(gapMs: number): void {
    const before = this.#known;
    const after = this.#listing;
    this.#known = after;
    this.#listing = new Map();
    this.#users = new Users();
    for (const [key, known] of after) {
      const stale = lookupsOf(known).some(lookup => this.#meanwhile?.has(lookup));
      this.#keep(key, stale ? this.#again(known) : known);
    }
    this.#meanwhile = undefined;
    if (before === undefined || gapMs > LONG_GAP) {
      this.#options.onChange(undefined);
      return;
    }
    for (const [key, known] of after) if (printOf(before.get(key)) !== printOf(known)) this.#tell(key);
    for (const [key, known] of before) if (printOf(known) !== '' && !after.has(key)) this.#tell(key);
  }

  /** @returns whether the change matters */
  changed(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: unknown): boolean {
    if (this.#known === undefined) return false;
    const key = objectKey(object);
    return this.#replace(key, type === 'DELETED' ? undefined : this.#look(object, this.#known.get(key)));
  }

  /**
   * Something under these lookups (`resource key`) is other than it was: tells of the objects that ask for something else
   * now. @returns whether there are any
   */
  needChanged(lookups: readonly string[]): boolean {
    for (const lookup of lookups) this.#meanwhile?.add(lookup);
    let matters = false;
    for (const key of new Set(lookups.flatMap(lookup => this.#users.of(lookup)))) {
      const known = this.#known?.get(key);
      if (known !== undefined && this.#replace(key, this.#again(known))) matters = true;
    }
    return matters;
  }

  #replace(key: string, now: Known | undefined): boolean {
    const before = this.#known?.get(key);
    if (before === now) return false;
    this.#drop(key);
    if (now !== undefined) this.#keep(key, now);
    if (printOf(before) === printOf(now)) return false;
    this.#tell(key);
    return true;
  }

  #keep(key: string, known: Known): void {
    this.#known?.set(key, known);
    for (const lookup of lookupsOf(known)) this.#users.add(lookup, key);
  }

  #drop(key: string): void {
    for (const lookup of lookupsOf(this.#known?.get(key))) this.#users.delete(lookup, key);
    this.#known?.delete(key);
  }

  /** Undefined: it asks for nothing, whatever else changes. What was known comes back where nothing of it changed. */
  #look(object: unknown, before: Known | undefined): Known | undefined {
    const { kind, context } = this.#options;
    const { slim } = sourceOf(kind);
    const joining = joiningOf(kind, object, context);
    if (joining) this.#options.onJoins?.(joining.needs);
    if (slim === undefined && joining === undefined) {
      const print = dnsFingerprint(kind, object, context);
      return print === '' ? undefined : print === before ? before : print;
    }
    const text = JSON.stringify(joining?.slim ?? slim?.(object, context));
    if (typeof before === 'object' && before.slim === text) return before;
    return this.#again({ print: '', slim: text, lookups: [] });
  }

  #again(known: Known): Known {
    if (typeof known !== 'object') return known;
    const { kind, context } = this.#options;
    const found = new Set<string>();
    const print = dnsFingerprint(kind, JSON.parse(known.slim), context, noting(this.#needed, found));
    return { print, slim: known.slim, lookups: this.#share([...found]) };
  }

  #share(lookups: readonly string[]): readonly string[] {
    const text = lookups.join(' ');
    const shared = this.#shared.get(text) ?? lookups;
    if (this.#shared.size >= MOST_SHARED) this.#shared.clear();
    this.#shared.set(text, shared);
    return shared;
  }

  #tell(key: string): void {
    const [namespace = '', name = ''] = key.split('/');
    // Only a server that is none would give such an object; a notice could not name it.
    const nameable = OBJECT_NAME.test(namespace) && OBJECT_NAME.test(name);
    const kind = sourceOf(this.#options.kind).resource;
    this.#options.onChange(nameable ? { kind, namespace, name } : undefined);
  }
}

/** Objects by lookup. Nearly every pod has one user: it is kept without a set of its own. */
class Users {
  readonly #byLookup = new Map<string, string | Set<string>>();

  of(lookup: string): readonly string[] {
    const users = this.#byLookup.get(lookup) ?? [];
    return typeof users === 'string' ? [users] : [...users];
  }

  add(lookup: string, object: string): void {
    const users = this.#byLookup.get(lookup);
    if (users === undefined) this.#byLookup.set(lookup, object);
    else if (typeof users !== 'string') users.add(object);
    else if (users !== object) this.#byLookup.set(lookup, new Set([users, object]));
  }

  delete(lookup: string, object: string): void {
    const users = this.#byLookup.get(lookup);
    if (typeof users === 'object') users.delete(object);
    if (users === object || (typeof users === 'object' && users.size === 0)) this.#byLookup.delete(lookup);
  }
}
