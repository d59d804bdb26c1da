import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { apiVersion, type Kind } from './kinds.ts';
import { alreadyExists, conflict, invalid, notFound } from './status.ts';

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly resourceVersion?: string;
  readonly uid?: string;
  readonly creationTimestamp?: string;
  readonly generateName?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** Any Kubernetes object, as its manifest has it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly status?: unknown;
  readonly [field: string]: unknown;
}

/** An object that is in the store: never changed, only replaced. */
export type StoredObject = KubernetesObject & {
  readonly metadata: ObjectMeta & { readonly resourceVersion: string; readonly uid: string };
};

export interface ObjectEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly revision: number;
  readonly kind: Kind;
  readonly object: StoredObject;
}

/** Events kept for watches that resume; older ones are compacted away. */
const MAX_HISTORY = 20_000;
const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** The objects of one cluster under one revision counter, as etcd keeps them, with the events since a compaction. */
export class ObjectStore {
  /** Of the last write. */
  revision = 1000;
  /** Revisions up to this one are gone from the history. */
  compacted = 1000;
  readonly #kinds = new Map<Kind, Map<string, StoredObject>>();
  /** Until the next write of the kind. */
  readonly #sorted = new Map<Kind, readonly StoredObject[]>();
  #history: ObjectEvent[] = [];
  readonly #listeners = new Set<(event: ObjectEvent) => void>();

  /** All objects of a kind, of one namespace or of all, sorted by namespace and name as etcd's keys are. */
  list(kind: Kind, namespace?: string): readonly StoredObject[] {
    const all = this.#sorted.get(kind) ?? sortedByKey(this.#of(kind));
    this.#sorted.set(kind, all);
    return namespace === undefined ? all : all.filter(object => object.metadata.namespace === namespace);
  }

  find(kind: Kind, name: string, namespace = ''): StoredObject | undefined {
    return this.#of(kind).get(key(namespace, name));
  }

  /** Throws StatusError NotFound. */
  get(kind: Kind, name: string, namespace = ''): StoredObject {
    const object = this.find(kind, name, namespace);
    if (!object) throw notFound(kind, name);
    return object;
  }

  /** Throws StatusError: AlreadyExists, Invalid. `now` in epoch milliseconds. */
  create(kind: Kind, object: KubernetesObject, now: number): StoredObject {
    const metadata = this.#named(kind, object.metadata);
    const { name, namespace = '' } = metadata;
    if (this.find(kind, name, namespace)) throw alreadyExists(kind, name);
    const uid = uidOf(`${kind.resource} ${namespace} ${name} ${this.revision}`);
    const creationTimestamp = new Date(now).toISOString().replace(/\.\d{3}/, '');
    return this.#write('ADDED', kind, { ...object, metadata: { ...metadata, uid, creationTimestamp } });
  }

  #named(kind: Kind, metadata: ObjectMeta): ObjectMeta {
    const generated = `${metadata.generateName}${(this.revision + 1).toString(36).padStart(5, '0')}`;
    const name = metadata.name ?? (metadata.generateName === undefined ? '' : generated);
    if (NAME.test(name) && name.length <= 253) return { ...metadata, name };
    const rule = 'a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, "-" or "."';
    throw invalid(kind.kind, name, `metadata.name: Invalid value: "${name}": ${rule}`);
  }

  /** Replaces an object; a resourceVersion in it must be the present one. Throws StatusError: NotFound, Conflict. */
  update(kind: Kind, object: KubernetesObject): StoredObject {
    const { name, namespace, resourceVersion } = object.metadata;
    const old = this.get(kind, name, namespace);
    if (resourceVersion !== undefined && resourceVersion !== old.metadata.resourceVersion) {
      throw conflict(kind, name);
    }
    const { uid, creationTimestamp } = old.metadata;
    const kept = {
      uid,
      resourceVersion: old.metadata.resourceVersion,
      ...(creationTimestamp && { creationTimestamp }),
    };
    const next = { ...object, metadata: { ...object.metadata, ...kept } };
    return isDeepStrictEqual(next, { ...old }) ? old : this.#write('MODIFIED', kind, next);
  }

  /** Throws StatusError NotFound. Returns the object as it was last. */
  delete(kind: Kind, name: string, namespace = ''): StoredObject {
    return this.#write('DELETED', kind, this.get(kind, name, namespace));
  }

  /** Events of a kind after a revision. Undefined when the history does not reach back that far. */
  since(kind: Kind, revision: number): ObjectEvent[] | undefined {
    if (revision < this.compacted) return undefined;
    return this.#history.filter(event => event.kind === kind && event.revision > revision);
  }

  /** Forgets the history: watches and continue tokens from before can no longer be served. */
  compact(): void {
    this.compacted = this.revision;
    this.#history = [];
  }

  /** Returns what ends the subscription. */
  subscribe(listener: (event: ObjectEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #of(kind: Kind): Map<string, StoredObject> {
    const objects = this.#kinds.get(kind) ?? new Map<string, StoredObject>();
    this.#kinds.set(kind, objects);
    return objects;
  }

  #write(type: ObjectEvent['type'], kind: Kind, object: KubernetesObject): StoredObject {
    const revision = ++this.revision;
    const { metadata } = object;
    const stored = {
      ...object,
      apiVersion: apiVersion(kind),
      kind: kind.kind,
      metadata: { ...metadata, uid: metadata.uid ?? '', resourceVersion: String(revision) },
    };
    const id = key(metadata.namespace ?? '', metadata.name);
    if (type === 'DELETED') this.#of(kind).delete(id);
    else this.#of(kind).set(id, stored);
    this.#sorted.delete(kind);
    const event = { type, revision, kind, object: stored };
    this.#history.push(event);
    if (this.#history.length > MAX_HISTORY) {
      this.#history = this.#history.slice(MAX_HISTORY / 2);
      this.compacted = (this.#history[0]?.revision ?? this.revision) - 1;
    }
    for (const listener of this.#listeners) listener(event);
    return stored;
  }
}

function sortedByKey(objects: ReadonlyMap<string, StoredObject>): readonly StoredObject[] {
  return [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
}

/** The slash sorts as in etcd's keys, `namespace/name`. */
function key(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function uidOf(seed: string): string {
  const hex = createHash('sha256').update(seed).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
