import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { readBody } from '../aws/http.ts';
import { Journal } from '../aws/journal.ts';
import { ANONYMOUS, type Authenticator, authenticate, forbidden } from './authentication.ts';
import { discovery } from './discovery.ts';
import { ClusterFaults, type Verb } from './faults.ts';
import { parsePath, type ResourcePath } from './kinds.ts';
import { Listings, type ObjectList } from './listing.ts';
import { ObjectStore, type StoredObject } from './objects.ts';
import { noSuchResource, StatusError, tooManyRequests, unauthorized } from './status.ts';
import { Watches } from './watching.ts';
import { type Body, createObject, patchObject, updateObject } from './writing.ts';

/** The API server compresses answers from this size on, in bytes (apiserver, defaultGzipThresholdBytes). */
const GZIP_FROM = 128 * 1024;

/** https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-access-review-v1/ */
const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

interface ApiCall {
  readonly url: URL;
  readonly path: ResourcePath | undefined;
  readonly verb: Verb;
  readonly body: Buffer;
}

interface Reply {
  readonly status: number;
  readonly content: object;
}

/** The API of one cluster, apart from the listening. */
export class ApiServer {
  readonly objects = new ObjectStore();
  readonly faults = new ClusterFaults();
  readonly journal = new Journal();
  readonly listings = new Listings(this.objects);
  readonly watches = new Watches(this.objects);
  /** See WatchOptions. */
  bookmarkEveryMs = 60_000;
  readonly #authenticator: Authenticator;
  /** Pages answered of listings under way, by their next continue token. */
  readonly #pages = new Map<string, number>();

  constructor(authenticator: Authenticator) {
    this.#authenticator = authenticator;
  }

  readonly handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const started = performance.now();
    const at = Date.now();
    const url = new URL(request.url ?? '/', 'https://localhost');
    const path = parsePath(url.pathname);
    const verb = verbOf(request, path, url.searchParams);
    const operation = path ? `${verb} ${path.kind.resource}` : `${verb} ${url.pathname}`;
    const record = (status: number, error?: string) =>
      this.journal.record({ at, operation, status, ms: performance.now() - started, ...(error && { error }) });
    try {
      if (this.faults.latencyMs > 0) await sleep(this.faults.latencyMs);
      const body = await readBody(request);
      const cut = this.faults.takeDrop() || this.#isCut(path, verb, url.searchParams);
      if (cut) {
        record(0, 'the connection was cut because a test asked for it');
        return void request.socket.resetAndDestroy();
      }
      const reply = this.#answer(request, response, { url, path, verb, body });
      if (reply) sendJson(request, response, reply.status, reply.content);
      record(response.statusCode);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      const reason = error.cause instanceof Error ? ` (${error.cause.message})` : '';
      record(error.code, `${error.reason}: ${error.message}${reason}`);
      const retryAfter = error.extra.retryAfterSeconds;
      if (retryAfter !== undefined) response.setHeader('retry-after', String(retryAfter));
      sendJson(request, response, error.code, error);
    }
  };

  /** Undefined for a watch, which goes on. Throws StatusError. */
  #answer(request: IncomingMessage, response: ServerResponse, call: ApiCall): Reply | undefined {
    const { url, path, verb } = call;
    if (this.faults.unauthorized) throw unauthorized();
    const user = authenticate(request.headers.authorization, this.#authenticator);
    const retryAfter = this.faults.takeLimit();
    if (retryAfter !== undefined) throw tooManyRequests(retryAfter);
    if (this.faults.absent.has(groupOf(url.pathname))) throw noSuchResource();
    if (verb === 'create' && url.pathname === REVIEWS) return { status: 201, content: this.#review(call.body) };
    if (!path) return { status: 200, content: general(url.pathname) };
    const { kind, namespace } = path;
    const denied = this.faults.isDenied(kind.resource, verb) || this.faults.isWithoutRole(kind, namespace);
    if (user === ANONYMOUS || denied) throw forbidden(user, verb, path);
    const metadataOnly = wantsMetadata(request.headers.accept);
    if (verb === 'watch') {
      const render = metadataOnly ? partial : (object: StoredObject) => object;
      const { bookmarkEveryMs } = this;
      this.watches.serve(path, url.searchParams, response, { bookmarkEveryMs, render });
      return undefined;
    }
    if (verb === 'list') {
      const list = this.#list(path, url.searchParams);
      return { status: 200, content: metadataOnly ? partialList(list) : list };
    }
    const contentType = (request.headers['content-type'] ?? '').split(';')[0] ?? '';
    const object = this.#single(path, verb, { contentType, text: call.body.toString('utf8') });
    return { status: verb === 'create' ? 201 : 200, content: metadataOnly ? partial(object) : object };
  }

  /** What whoever asks may do: anonymous users are not let in here, and of the others a test denies it to all or none. */
  #review(body: Buffer): object {
    const review = JSON.parse(body.toString('utf8')) as { spec?: { resourceAttributes?: Record<string, string> } };
    const { resource = '', verb = '' } = review.spec?.resourceAttributes ?? {};
    return { ...review, status: { allowed: !this.faults.isDenied(resource, verb as Verb) } };
  }

  #list(path: ResourcePath, query: URLSearchParams): ObjectList {
    const page = this.#pageOf(query);
    const list = this.listings.page(path, query);
    const token = list.metadata.continue;
    if (token !== undefined) this.#pages.set(token, page);
    return list;
  }

  /** 1 for the first page of a listing. */
  #pageOf(query: URLSearchParams): number {
    return (this.#pages.get(query.get('continue') ?? '') ?? 0) + 1;
  }

  #isCut(path: ResourcePath | undefined, verb: Verb, query: URLSearchParams): boolean {
    return path !== undefined && verb === 'list' && this.faults.isCut(path.kind.resource, this.#pageOf(query));
  }

  #single(path: ResourcePath, verb: Verb, body: Body): StoredObject {
    const { kind, name = '', namespace, subresource } = path;
    if (subresource !== undefined && !(subresource === 'status' && kind.status)) throw noSuchResource();
    if (verb === 'get') return this.objects.get(kind, name, namespace);
    if (verb === 'create') return createObject(this.objects, path, body);
    if (verb === 'update') return updateObject(this.objects, path, body);
    if (verb === 'patch') return patchObject(this.objects, path, body);
    return this.objects.delete(kind, name, namespace);
  }
}

function verbOf(request: IncomingMessage, path: ResourcePath | undefined, query: URLSearchParams): Verb {
  if (request.method === 'POST') return 'create';
  if (request.method === 'PUT') return 'update';
  if (request.method === 'PATCH') return 'patch';
  if (request.method === 'DELETE') return 'delete';
  if (query.get('watch') === 'true' || query.get('watch') === '1') return 'watch';
  return path?.name === undefined ? 'list' : 'get';
}

/** Empty: the core group, and what is no resource. */
function groupOf(path: string): string {
  return /^\/apis\/([^/]+)/.exec(path)?.[1] ?? '';
}

/** Paths that are open to everybody who is somebody, or nobody. */
function general(path: string): object {
  if (path === '/version') return { major: '1', minor: '34', gitVersion: 'v1.34.0-eks-local', platform: 'linux/amd64' };
  const found = discovery(path);
  if (found) return found;
  throw noSuchResource();
}

/** `Accept: application/json;as=PartialObjectMetadata[List];g=meta.k8s.io;v=v1`. */
function wantsMetadata(accept = ''): boolean {
  const [first = ''] = accept.split(',');
  const json = ['', '*/*', 'application/json', 'application/*'].includes(first.split(';')[0]?.trim() ?? '');
  const as = /;as=(\w+)/.exec(first)?.[1];
  if (json && as === undefined) return false;
  if (json && as?.startsWith('PartialObjectMetadata') && /;g=meta\.k8s\.io/.test(first) && /;v=v1/.test(first))
    return true;
  const rest = accept.slice(first.length + 1);
  if (rest) return wantsMetadata(rest.trim());
  const message = '406: Not Acceptable\n\nAvailable representations: application/json';
  throw new StatusError(406, 'NotAcceptable', message, { details: {} });
}

function partial({ metadata }: StoredObject | { metadata: unknown }): object {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}

function partialList(list: ObjectList): object {
  const items = list.items.map(item => partial(item as StoredObject));
  return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata: list.metadata, items };
}

function sendJson(request: IncomingMessage, response: ServerResponse, status: number, content: object): void {
  const body = Buffer.from(JSON.stringify(content));
  const zip = body.length >= GZIP_FROM && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  const sent = zip ? gzipSync(body, { level: 1 }) : body;
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': sent.length,
    ...(zip && { 'content-encoding': 'gzip' }),
  });
  response.end(sent);
}
