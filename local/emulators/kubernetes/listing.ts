import { apiVersion, type Kind, type ResourcePath } from './kinds.ts';
import type { ObjectStore, StoredObject } from './objects.ts';
import { badRequest, expired, StatusError } from './status.ts';

/** A list as the API answers it; the items carry neither kind nor apiVersion, as with the real one. */
export interface ObjectList {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  readonly items: readonly object[];
}

interface Continue {
  /** The revision of the snapshot; -1: whatever is there now. */
  readonly rv: number;
  /** The object before the next one, `namespace/name`. */
  readonly after: string;
}

/** Listings that are under way; an older one is as good as compacted. */
const MAX_SNAPSHOTS = 64;

/** Lists in pages: the pages of one listing are all of the moment of its first page. */
export class Listings {
  readonly #store: ObjectStore;
  readonly #snapshots = new Map<string, readonly StoredObject[]>();

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** Forgets all listings under way: their next page is answered 410 Expired. */
  expire(): void {
    this.#snapshots.clear();
  }

  /** Throws StatusError: BadRequest, Expired. */
  page({ kind, namespace }: ResourcePath, query: URLSearchParams): ObjectList {
    const limit = limitOf(query);
    const token = query.get('continue');
    const from = token ? readToken(token, query) : undefined;
    const revision = from && from.rv > 0 ? from.rv : this.#revision(query);
    const snapshot = this.#snapshot(kind, namespace, from);
    const all = snapshot.filter(selector(query));
    const rest = from ? all.filter(object => keyOf(object) > from.after) : all;
    const items = limit > 0 ? rest.slice(0, limit) : rest;
    const last = items.at(-1);
    const more = items.length < rest.length && last !== undefined;
    if (more) this.#keep(kind, namespace, revision, snapshot);
    return {
      kind: `${kind.kind}List`,
      apiVersion: apiVersion(kind),
      metadata: {
        resourceVersion: String(revision),
        ...(more && { continue: writeToken({ rv: revision, after: keyOf(last) }) }),
        ...(more && { remainingItemCount: rest.length - items.length }),
      },
      items: items.map(bare),
    };
  }

  /**
   * The revision that a new listing shows. A version with a limit (and no resourceVersionMatch) means exactly that
   * version; one that is not the present is as good as compacted here. Without a limit it is "not older than".
   */
  #revision(query: URLSearchParams): number {
    const asked = query.get('resourceVersion') ?? '';
    if (asked !== '' && !/^\d+$/.test(asked)) {
      throw badRequest(`invalid resource version: resourceVersion: Invalid value: "${asked}"`);
    }
    const { revision } = this.#store;
    if (Number(asked) > revision) throw tooLarge(Number(asked), revision);
    const match = query.get('resourceVersionMatch') ?? (limitOf(query) > 0 ? 'Exact' : 'NotOlderThan');
    if (Number(asked) > 0 && match === 'Exact' && Number(asked) !== revision) {
      throw expired('The resourceVersion for the provided list is too old.');
    }
    return revision;
  }

  #snapshot(kind: Kind, namespace: string | undefined, from: Continue | undefined): readonly StoredObject[] {
    if (!from || from.rv === -1) return this.#store.list(kind, namespace);
    const snapshot = this.#snapshots.get(snapshotId(kind, namespace, from.rv));
    if (snapshot) return snapshot;
    const message =
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';
    throw expired(message, writeToken({ rv: -1, after: from.after }));
  }

  #keep(kind: Kind, namespace: string | undefined, revision: number, all: readonly StoredObject[]): void {
    const id = snapshotId(kind, namespace, revision);
    this.#snapshots.delete(id);
    this.#snapshots.set(id, all);
    const [oldest] = this.#snapshots.keys();
    if (this.#snapshots.size > MAX_SNAPSHOTS && oldest !== undefined) this.#snapshots.delete(oldest);
  }
}

function tooLarge(asked: number, current: number): StatusError {
  const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
  const message = `Timeout: Too large resource version: ${asked}, current: ${current}`;
  const details = { causes, retryAfterSeconds: 1 };
  return new StatusError(504, 'Timeout', message, { details, retryAfterSeconds: 1 });
}

function snapshotId(kind: Kind, namespace: string | undefined, revision: number): string {
  return `${kind.group}/${kind.resource}/${namespace ?? ''}/${revision}`;
}

function keyOf({ metadata }: StoredObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

function bare({ kind: _kind, apiVersion: _version, ...rest }: StoredObject): object {
  return rest;
}

/** `limit`; with resourceVersion=0 the API server answers from its watch cache and knows no pages. */
function limitOf(query: URLSearchParams): number {
  const text = query.get('limit') ?? '0';
  if (!/^\d+$/.test(text)) throw badRequest(`limit: Invalid value: "${text}"`);
  return query.get('resourceVersion') === '0' ? 0 : Number(text);
}

function readToken(token: string, query: URLSearchParams): Continue {
  if (query.get('resourceVersion')) {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  try {
    const { v, rv, after } = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (v === 'meta.k8s.io/v1' && typeof rv === 'number' && typeof after === 'string') return { rv, after };
  } catch {
    // Not one of ours: refused like any other.
  }
  throw badRequest('continue key is not valid');
}

function writeToken({ rv, after }: Continue): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv, after })).toString('base64url');
}

/** fieldSelector on name and namespace; other selectors are refused, because ignoring them would be worse. */
export function selector(query: URLSearchParams): (object: StoredObject) => boolean {
  if (query.get('labelSelector')) throw badRequest('label selectors are not served by this cluster');
  const terms = (query.get('fieldSelector') ?? '').split(',').filter(Boolean);
  const tests = terms.map(term => {
    const [, field = '', operator, value] = /^metadata\.(name|namespace)(==?|!=)(.*)$/.exec(term) ?? [];
    if (!field) throw badRequest(`field label not supported: ${term.split(/[=!]/)[0]}`);
    return (object: StoredObject) => (object.metadata[field] === value) === (operator !== '!=');
  });
  return object => tests.every(test => test(object));
}
