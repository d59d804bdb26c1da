import type { ServerResponse } from 'node:http';
import { apiVersion, type ResourcePath } from './kinds.ts';
import { selector } from './listing.ts';
import type { ObjectEvent, ObjectStore, StoredObject } from './objects.ts';
import { badRequest, expired, StatusError } from './status.ts';

export interface WatchOptions {
  /** Between two bookmarks, in milliseconds; a real API server takes about a minute. */
  readonly bookmarkEveryMs: number;
  /** How an object is written (the client may have asked for its metadata only). */
  readonly render: (object: StoredObject) => object;
}

/** The watches that are open, so that a test can cut them. */
export class Watches {
  readonly #store: ObjectStore;
  readonly #open = new Set<ServerResponse>();

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Cuts the connections of all open watches. */
  cut(): void {
    for (const response of this.#open) response.destroy();
  }

  /** Ends all open watches with the error that a compaction brings: 410 Expired in the stream. */
  expire(): void {
    for (const response of this.#open) {
      response.end(line('ERROR', tooOld(0, this.#store.compacted)));
    }
  }

  /**
   * Streams the events after a resource version, one JSON object a line, until the client goes, `timeoutSeconds` are
   * over or a test cuts it. Without a resource version, or with 0, it begins with an ADDED for every object there is.
   * Throws StatusError before the stream begins; afterwards errors are events of the stream.
   */
  serve(path: ResourcePath, query: URLSearchParams, response: ServerResponse, options: WatchOptions): void {
    const seconds = timeoutSeconds(query);
    const matches = matcher(path, query);
    const from = startOf(query);
    const backlog = from === 0 ? [] : this.#store.since(path.kind, from);
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
    response.flushHeaders();
    if (!backlog) return void response.end(line('ERROR', tooOld(from, this.#store.compacted)));
    // A client that does not read keeps a stream open which has come to its end.
    const write = (text: string) => {
      if (!response.writableEnded) response.write(text);
    };
    const send = (event: ObjectEvent) => {
      if (event.kind === path.kind && matches(event.object)) write(line(event.type, options.render(event.object)));
    };
    const bookmark = (annotations?: object) => write(line('BOOKMARK', this.#bookmark(path, annotations)));
    if (from === 0) this.#initial(path, query, matches, response, options, bookmark);
    for (const event of backlog) send(event);
    this.#follow(response, send, query.get('allowWatchBookmarks') === 'true' ? bookmark : undefined, seconds, options);
  }

  #initial(
    path: ResourcePath,
    query: URLSearchParams,
    matches: (object: StoredObject) => boolean,
    response: ServerResponse,
    options: WatchOptions,
    bookmark: (annotations?: object) => void,
  ): void {
    for (const object of this.#store.list(path.kind, path.namespace)) {
      if (matches(object)) response.write(line('ADDED', options.render(object)));
    }
    if (query.get('sendInitialEvents') === 'true') bookmark({ 'k8s.io/initial-events-end': 'true' });
  }

  #follow(
    response: ServerResponse,
    send: (event: ObjectEvent) => void,
    bookmark: (() => void) | undefined,
    seconds: number,
    { bookmarkEveryMs }: WatchOptions,
  ): void {
    const unsubscribe = this.#store.subscribe(send);
    const bookmarks = bookmark && setInterval(bookmark, bookmarkEveryMs).unref();
    const end = setTimeout(() => {
      bookmark?.();
      response.end();
    }, seconds * 1000).unref();
    this.#open.add(response);
    response.on('close', () => {
      unsubscribe();
      clearInterval(bookmarks);
      clearTimeout(end);
      this.#open.delete(response);
    });
  }

  #bookmark({ kind }: ResourcePath, annotations?: object): object {
    const metadata = { resourceVersion: String(this.#store.revision), creationTimestamp: null };
    return {
      kind: kind.kind,
      apiVersion: apiVersion(kind),
      metadata: { ...metadata, ...(annotations && { annotations }) },
    };
  }
}

const DEFAULT_SECONDS = 1800;

function timeoutSeconds(query: URLSearchParams): number {
  const text = query.get('timeoutSeconds') ?? String(DEFAULT_SECONDS);
  if (!/^\d+$/.test(text)) throw badRequest(`timeoutSeconds: Invalid value: "${text}"`);
  return Number(text) || DEFAULT_SECONDS;
}

function startOf(query: URLSearchParams): number {
  const text = query.get('resourceVersion') ?? '';
  if (!/^\d*$/.test(text)) throw badRequest(`resourceVersion: Invalid value: "${text}"`);
  const initial = query.get('sendInitialEvents') === 'true';
  if (initial && query.get('resourceVersionMatch') !== 'NotOlderThan') {
    const why = 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan';
    throw new StatusError(
      422,
      'Invalid',
      `ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: ${why}`,
    );
  }
  return initial ? 0 : Number(text);
}

function matcher({ namespace, name }: ResourcePath, query: URLSearchParams): (object: StoredObject) => boolean {
  const selected = selector(query);
  return object =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (name === undefined || object.metadata.name === name) &&
    selected(object);
}

function tooOld(from: number, compacted: number): object {
  return expired(`too old resource version: ${from} (${compacted})`).toJSON();
}

function line(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`;
}
