import {
  type GatewayForm,
  type ListenerSetForm,
  reduceGateway,
  reduceListenerSet,
  reduceNamespace,
} from './gateway.ts';
import {
  EVERY_NODE,
  type NodeForm,
  namespaceOf,
  type PodForm,
  reduceNode,
  reducePod,
  reduceSlice,
  type SliceForm,
  serviceOf,
} from './joined.ts';
import { at } from './object.ts';
import type { Labels } from './selector.ts';
import type { SourceContext } from './settings.ts';

/** What is kept of each needed resource: plain JSON, so that two states can be compared. */
export interface Reduced {
  readonly gateway: GatewayForm;
  readonly listenerset: ListenerSetForm;
  readonly namespace: Labels;
  readonly node: NodeForm;
  readonly pod: PodForm;
  readonly endpointslice: SliceForm;
}

export type NeededResource = keyof Reduced;

/** How an object of a needed resource is reduced. */
interface Reducer<T> {
  /** Undefined: nothing of it matters. Total: it throws nothing, whatever the object is. */
  readonly reduce: (raw: unknown, context: SourceContext) => T | undefined;
  /**
   * Under which key it is looked up, together with others, besides its own: `namespace/name`, or the name where it has no
   * namespace. No such key is an object's own.
   */
  readonly groupOf?: (raw: unknown) => string;
}

const REDUCERS: { readonly [R in NeededResource]: Reducer<Reduced[R]> } = {
  gateway: { reduce: reduceGateway },
  listenerset: { reduce: reduceListenerSet },
  namespace: { reduce: reduceNamespace },
  node: { reduce: reduceNode, groupOf: () => EVERY_NODE },
  pod: { reduce: reducePod, groupOf: namespaceOf },
  endpointslice: { reduce: reduceSlice, groupOf: serviceOf },
};

/** The needed resources of one cluster, reduced, as a source looks into them. */
export interface Needed {
  /** What is kept under a key; one form unless the resource has keys of its own. */
  get<R extends NeededResource>(resource: R, key: string): readonly Reduced[R][];
  /** Why a resource that only some objects need could not be read; undefined: it was. */
  unread(resource: NeededResource): string | undefined;
  /** Everything that is kept of a resource: to find out what else is needed. Endpoints are made of `get` alone. */
  all<R extends NeededResource>(resource: R): Iterable<Reduced[R]>;
}

/** For sources that need nothing. */
export const NOTHING_NEEDED: Needed = { get: () => [], all: () => [], unread: () => undefined };

/** `namespace/name`, or the name alone. What is no text stands as JSON: a server may send anything, and not all of it becomes a string. */
export function objectKey(raw: unknown): string {
  const metadata = at(raw, 'metadata');
  const namespace = at(metadata, 'namespace');
  const name = asText(at(metadata, 'name'));
  return namespace === undefined ? name : `${asText(namespace)}/${name}`;
}

const asText = (value: unknown) => (typeof value === 'string' ? value : String(JSON.stringify(value)));

/** Objects that are found together. */
interface Group {
  readonly key: string;
  readonly members: Set<string>;
}

/** One resource: forms by object, and groups of objects. Small for each object: a forwarder keeps one for every pod. */
class Shelf {
  readonly #kept = new Map<string, { readonly form: unknown; readonly group: Group | undefined }>();
  readonly #groups = new Map<string, Group>();

  get(key: string): unknown[] {
    const own = this.#kept.get(key);
    const members = this.#groups.get(key)?.members ?? [];
    return [...(own ? [own.form] : []), ...[...members].map(object => this.#kept.get(object)?.form)];
  }

  *all(): Iterable<unknown> {
    for (const { form } of this.#kept.values()) yield form;
  }

  /** @returns the keys under which something is other than it was */
  put(object: string, groupKey: string | undefined, form: unknown): string[] {
    if (form === undefined) return this.delete(object);
    const before = this.#kept.get(object);
    const stays = before?.group?.key === groupKey;
    if (before && stays && JSON.stringify(before.form) === JSON.stringify(form)) return [];
    const gone = stays ? [] : this.delete(object);
    const group = groupKey === undefined ? undefined : (this.#groups.get(groupKey) ?? this.#newGroup(groupKey));
    group?.members.add(object);
    this.#kept.set(object, { form, group });
    return [...new Set([...gone, object, ...(group ? [group.key] : [])])];
  }

  #newGroup(key: string): Group {
    const group = { key, members: new Set<string>() };
    this.#groups.set(key, group);
    return group;
  }

  delete(object: string): string[] {
    const before = this.#kept.get(object);
    if (!before) return [];
    this.#kept.delete(object);
    const { group } = before;
    group?.members.delete(object);
    if (group?.members.size === 0) this.#groups.delete(group.key);
    return [object, ...(group ? [group.key] : [])];
  }

  get size(): number {
    return this.#kept.size;
  }

  /** The objects that are kept; with a namespace, its own. */
  objects(namespace?: string): string[] {
    const all = [...this.#kept.keys()];
    return namespace === undefined ? all : all.filter(object => object.startsWith(`${namespace}/`));
  }
}

/** Takes the objects of needed resources as they come, and keeps their reduced forms. */
export class NeededStore implements Needed {
  readonly #context: SourceContext;
  readonly #shelves = new Map<NeededResource, Shelf>();
  readonly #unread = new Map<NeededResource, string>();

  constructor(context: SourceContext) {
    this.#context = context;
  }

  get<R extends NeededResource>(resource: R, key: string): readonly Reduced[R][] {
    return (this.#shelves.get(resource)?.get(key) ?? []) as Reduced[R][];
  }

  all<R extends NeededResource>(resource: R): Iterable<Reduced[R]> {
    return (this.#shelves.get(resource)?.all() ?? []) as Iterable<Reduced[R]>;
  }

  /** How many objects of a resource are kept; with a namespace, how many of its own. */
  size(resource: NeededResource, namespace?: string): number {
    const shelf = this.#shelves.get(resource);
    return (namespace === undefined ? shelf?.size : shelf?.objects(namespace).length) ?? 0;
  }

  /** Takes an object in its newest state. @returns the keys under which something is other than it was */
  put(resource: NeededResource, raw: unknown): string[] {
    const { reduce, groupOf }: Reducer<unknown> = REDUCERS[resource];
    return this.#shelf(resource).put(objectKey(raw), groupOf?.(raw), reduce(raw, this.#context));
  }

  /** @returns the keys under which something is no more */
  delete(resource: NeededResource, raw: unknown): string[] {
    return this.#shelf(resource).delete(objectKey(raw));
  }

  /**
   * Forgets the objects of a resource but those named; with a namespace, those of other namespaces stay.
   *
   * @returns the keys under which something is no more
   */
  keepOnly(resource: NeededResource, objects: ReadonlySet<string>, namespace?: string): string[] {
    const shelf = this.#shelf(resource);
    const gone = shelf.objects(namespace).filter(object => !objects.has(object));
    return gone.flatMap(object => shelf.delete(object));
  }

  /** What was taken of a resource is void. */
  clear(resource: NeededResource): void {
    this.#shelves.delete(resource);
    this.#unread.delete(resource);
  }

  /** A resource could not be read. */
  fail(resource: NeededResource, because: string): void {
    this.#unread.set(resource, because);
  }

  unread(resource: NeededResource): string | undefined {
    return this.#unread.get(resource);
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
    unread: resource => needed.unread(resource),
  };
}
