import {
  type GatewayForm,
  type ListenerSetForm,
  reduceGateway,
  reduceListenerSet,
  reduceNamespace,
} from './gateway.ts';
import { at } from './object.ts';
import type { Labels } from './selector.ts';
import type { SourceContext } from './settings.ts';

/** What is kept of each needed resource: plain JSON, so that two states can be compared. */
export interface Reduced {
  readonly gateway: GatewayForm;
  readonly listenerset: ListenerSetForm;
  readonly namespace: Labels;
}

export type NeededResource = keyof Reduced;

/** How an object of a needed resource is reduced. */
interface Reducer<T> {
  /** Undefined: nothing of it matters. Total: it throws nothing, whatever the object is. */
  readonly reduce: (raw: unknown, context: SourceContext) => T | undefined;
  /** Under which key it is looked up; `namespace/name`, or the name where it has no namespace, unless told. */
  readonly keyOf?: (raw: unknown) => string;
}

const REDUCERS: { readonly [R in NeededResource]: Reducer<Reduced[R]> } = {
  gateway: { reduce: reduceGateway },
  listenerset: { reduce: reduceListenerSet },
  namespace: { reduce: reduceNamespace },
};

/** The needed resources of one cluster, reduced, as a source looks into them. */
export interface Needed {
  /** What is kept under a key; one form unless the resource has keys of its own. */
  get<R extends NeededResource>(resource: R, key: string): readonly Reduced[R][];
  /** Everything that is kept of a resource: to find out what else is needed. Endpoints are made of `get` alone. */
  all<R extends NeededResource>(resource: R): Iterable<Reduced[R]>;
}

/** For sources that need nothing. */
export const NOTHING_NEEDED: Needed = { get: () => [], all: () => [] };

/** `namespace/name`, or the name alone. */
export function objectKey(raw: unknown): string {
  const metadata = at(raw, 'metadata');
  const namespace = at(metadata, 'namespace');
  const name = at(metadata, 'name');
  return namespace === undefined ? String(name) : `${namespace}/${name}`;
}

/** One resource: forms by key, and beneath by object. */
class Shelf {
  readonly #forms = new Map<string, Map<string, unknown>>();
  readonly #keys = new Map<string, string>();

  get(key: string): unknown[] {
    return [...(this.#forms.get(key)?.values() ?? [])];
  }

  *all(): Iterable<unknown> {
    for (const forms of this.#forms.values()) yield* forms.values();
  }

  /** @returns the keys under which something is other than it was */
  put(object: string, key: string, form: unknown): string[] {
    const before = this.#keys.get(object);
    if (form === undefined) return this.delete(object);
    const known = before === undefined ? undefined : this.#forms.get(before)?.get(object);
    if (before === key && JSON.stringify(known) === JSON.stringify(form)) return [];
    if (before !== undefined && before !== key) this.delete(object);
    const forms = this.#forms.get(key) ?? new Map<string, unknown>();
    this.#forms.set(key, forms.set(object, form));
    this.#keys.set(object, key);
    return before === undefined || before === key ? [key] : [before, key];
  }

  delete(object: string): string[] {
    const key = this.#keys.get(object);
    if (key === undefined) return [];
    const forms = this.#forms.get(key);
    forms?.delete(object);
    if (forms?.size === 0) this.#forms.delete(key);
    this.#keys.delete(object);
    return [key];
  }

  get size(): number {
    return this.#keys.size;
  }

  /** The objects that are kept. */
  objects(): string[] {
    return [...this.#keys.keys()];
  }
}

/** Takes the objects of needed resources as they come, and keeps their reduced forms. */
export class NeededStore implements Needed {
  readonly #context: SourceContext;
  readonly #shelves = new Map<NeededResource, Shelf>();

  constructor(context: SourceContext) {
    this.#context = context;
  }

  get<R extends NeededResource>(resource: R, key: string): readonly Reduced[R][] {
    return (this.#shelves.get(resource)?.get(key) ?? []) as Reduced[R][];
  }

  all<R extends NeededResource>(resource: R): Iterable<Reduced[R]> {
    return (this.#shelves.get(resource)?.all() ?? []) as Iterable<Reduced[R]>;
  }

  /** How many objects of a resource are kept. */
  size(resource: NeededResource): number {
    return this.#shelves.get(resource)?.size ?? 0;
  }

  /** Takes an object in its newest state. @returns the keys under which something is other than it was */
  put(resource: NeededResource, raw: unknown): string[] {
    const { reduce, keyOf = objectKey }: Reducer<unknown> = REDUCERS[resource];
    return this.#shelf(resource).put(objectKey(raw), keyOf(raw), reduce(raw, this.#context));
  }

  /** @returns the keys under which something is no more */
  delete(resource: NeededResource, raw: unknown): string[] {
    return this.#shelf(resource).delete(objectKey(raw));
  }

  /** Forgets the objects of a resource but those named. @returns the keys under which something is no more */
  keepOnly(resource: NeededResource, objects: ReadonlySet<string>): string[] {
    const shelf = this.#shelf(resource);
    const gone = shelf.objects().filter(object => !objects.has(object));
    return gone.flatMap(object => shelf.delete(object));
  }

  /** What was taken of a resource is void. */
  clear(resource: NeededResource): void {
    this.#shelves.delete(resource);
  }

  #shelf(resource: NeededResource): Shelf {
    const shelf = this.#shelves.get(resource) ?? new Shelf();
    this.#shelves.set(resource, shelf);
    return shelf;
  }
}

export function isNeededResource(resource: string): resource is NeededResource {
  return Object.hasOwn(REDUCERS, resource);
}

/** The same, and what was looked up is written down: `resource key`. */
export function noting(needed: Needed, lookups: Set<string>): Needed {
  return {
    get: (resource, key) => {
      lookups.add(`${resource} ${key}`);
      return needed.get(resource, key);
    },
    all: resource => needed.all(resource),
  };
}
