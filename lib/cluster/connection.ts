import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import { gunzipSync } from 'node:zlib';
import type { KubeConfig } from '@kubernetes/client-node';
import { reasonOf } from '../reason.ts';
import { unlessAborted } from './abort.ts';
import {
  ClusterError,
  InterruptedError,
  isProgrammingError,
  KubeconfigError,
  TooLargeError,
  UnreachableError,
} from './errors.ts';

/** The answer to one request, complete and decompressed. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An API server that can be asked. */
export interface Connection {
  /**
   * GETs a path (with query) as JSON.
   *
   * @param most bytes that the answer may have, unzipped; {@link ANSWER_BYTES} unless told
   * @throws TooLargeError as soon as it has more; UnreachableError before, InterruptedError after the connection was made; what the credentials' source
   *   throws; the signal's reason when it is aborted.
   */
  get(path: string, signal?: AbortSignal, most?: number): Promise<Answer>;
  /** Closes idle connections. */
  close(): void;
}

/** An API server that takes objects, too. */
export interface WritingConnection extends Connection {
  /** POSTs an object as JSON. Throws as `get` does. */
  post(path: string, object: object, signal?: AbortSignal): Promise<Answer>;
}

/** The beginning of an answer, and the rest of it as it comes. */
export interface Stream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** To be read, to its end or not: leaving the loop ends the request. Throws as `get` does. */
  readonly body: AsyncIterable<Buffer>;
}

/** An API server that can be asked, and listened to. */
export interface StreamingConnection extends Connection {
  /** GETs a path whose answer goes on and on; only its beginning is waited for. Throws as `get` does. */
  open(path: string, signal: AbortSignal): Promise<Stream>;
}

/** What is needed of a KubeConfig: a server and its CA, and credentials that are good for the next request. */
export type ServerAccess = Pick<KubeConfig, 'getCurrentCluster' | 'applyToHTTPSOptions'>;

export interface Timeouts {
  /** For TCP and TLS together. */
  readonly connectMs: number;
  /** For the whole request. */
  readonly requestMs: number;
}

/** An object may have 8 MiB where etcd was told so, and some more as JSON. */
export const ANSWER_BYTES = 16 * 1024 * 1024;

/** A page of 500 objects takes a healthy API server well under a second; its own limit for a request is 60 s. */
export const TIMEOUTS: Timeouts = { connectMs: 3_000, requestMs: 20_000 };

/** What to do about a server that cannot be reached, said at the end of the message. */
export interface Peer {
  /** `cluster prod-eu`, for messages. */
  readonly label: string;
  readonly hint: string;
  /** What becomes of a request that broke off; `the next run reads it again` unless told. */
  readonly afterwards?: string;
}

/**
 * Asks through node:https with kept-alive connections and gzip, and with KubeConfig's server, CA and credentials. Of
 * the reading paths this one costs the least: client-node's typed client needs three times the CPU and nearly twice the
 * memory for 5,000 Services (`scripts/bench-list.ts`). Certificates are always verified, whatever
 * NODE_TLS_REJECT_UNAUTHORIZED says.
 */
export function openConnection(
  config: ServerAccess,
  peer: Peer,
  timeouts: Timeouts = TIMEOUTS,
): StreamingConnection & WritingConnection {
  const cluster = config.getCurrentCluster();
  const server = cluster?.server.replace(/\/$/, '') ?? '';
  let agent: https.Agent | undefined;
  const begin = async (
    path: string,
    own: OutgoingHttpHeaders,
    signal: AbortSignal,
    method = 'GET',
  ): Promise<ClientRequest> => {
    const options = await withCredentials(config, peer, signal);
    // KubeConfig's own agent closes the connection after each request; it is needed only where there is a proxy.
    agent ??= cluster?.proxyUrl ? (options.agent as https.Agent) : new https.Agent({ keepAlive: true });
    const headers = { ...options.headers, accept: 'application/json', ...own };
    return https.request(`${server}${path}`, { ...options, method, agent, headers, rejectUnauthorized: true });
  };
  /** Does a part of the work that must end in time. */
  const inTime = async <T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const deadline = AbortSignal.timeout(timeouts.requestMs);
    try {
      return await work(signal ? AbortSignal.any([signal, deadline]) : deadline);
    } catch (error) {
      if (!deadline.aborted || error instanceof UnreachableError) throw error;
      const what = `no complete answer in ${timeouts.requestMs} ms`;
      throw new InterruptedError(`${peer.label}: ${what}; ${again(peer)}`, { cause: error });
    }
  };
  return {
    get: (path, signal, most = ANSWER_BYTES) =>
      inTime(signal, async until => {
        const request = await begin(path, { 'accept-encoding': 'gzip' }, until);
        const take = (response: IncomingMessage) => gather(response, most, peer);
        return send(request, take, peer, timeouts.connectMs, until);
      }),
    post: (path, object, signal) =>
      inTime(signal, async until => {
        const body = Buffer.from(JSON.stringify(object));
        const own = { 'content-type': 'application/json', 'content-length': body.length };
        const request = await begin(path, own, until, 'POST');
        const take = (response: IncomingMessage) => gather(response, ANSWER_BYTES, peer);
        return send(request, take, peer, timeouts.connectMs, until, body);
      }),
    open: (path, signal) =>
      inTime(signal, async until => {
        const request = await begin(path, {}, until);
        const take = async (response: IncomingMessage) => streamOf(request, response, peer, signal);
        return send(request, take, peer, timeouts.connectMs, until);
      }),
    close: () => agent?.destroy(),
  };
}

/** CA, client certificate and headers, as the kubeconfig's user has them now: a token may be renewed for it. */
async function withCredentials(
  config: ServerAccess,
  { label }: Peer,
  signal: AbortSignal,
): Promise<https.RequestOptions> {
  const options: https.RequestOptions = { headers: {} };
  try {
    await unlessAborted(config.applyToHTTPSOptions(options), signal);
    return options;
  } catch (cause) {
    if (signal.aborted || cause instanceof ClusterError || isProgrammingError(cause)) throw cause;
    throw new KubeconfigError(`${label}: no credentials from its kubeconfig: ${reasonOf(cause)}; try it with kubectl`, {
      cause,
    });
  }
}

type Phase = 'connecting' | 'greeting' | 'connected';

/** Sends one request and takes its answer; errors tell where it broke off. */
function send<T>(
  request: ClientRequest,
  take: (response: IncomingMessage) => Promise<T>,
  peer: Peer,
  connectMs: number,
  signal: AbortSignal,
  body?: Buffer,
): Promise<T> {
  let phase: Phase = 'connecting';
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const tooLong = () => request.destroy(new Error(`not connected in ${connectMs} ms`));
  const timer = setTimeout(tooLong, connectMs);
  const connected = () => {
    phase = 'connected';
    clearTimeout(timer);
  };
  const fail = (cause: unknown) =>
    reject(cause instanceof ClusterError ? cause : brokenOff(phase, peer, request, cause));
  request.on('socket', socket => {
    if (request.reusedSocket) return connected();
    socket.once('connect', () => {
      phase = 'greeting';
    });
    socket.once('secureConnect', connected);
  });
  request.on('error', fail);
  request.on('response', response => take(response).then(resolve, fail));
  request.end(body);
  return unlessAborted(promise, signal)
    .catch(error => {
      request.destroy();
      throw error;
    })
    .finally(() => clearTimeout(timer));
}

/** @throws TooLargeError; else when the answer ends before its end or cannot be decompressed. */
async function gather(response: IncomingMessage, most: number, peer: Peer): Promise<Answer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    length += (chunk as Buffer).length;
    if (length > most) throw tooLarge(most, peer);
    chunks.push(chunk as Buffer);
  }
  const raw = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
  const body = response.headers['content-encoding'] === 'gzip' ? unzip(raw, most, peer) : raw;
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}

/**
 * Stops at the first byte too many: 0.3 MB may open to 1.6 GB. A page is some 700 kB, and unpacking it here is cheaper than a
 * turn through the thread pool.
 */
function unzip(raw: Buffer, most: number, peer: Peer): Buffer {
  try {
    return gunzipSync(raw, { maxOutputLength: Math.max(1, most) });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge(most, peer) : error;
  }
}

const tooLarge = (most: number, { label }: Peer) =>
  new TooLargeError(`${label}: an answer has more than ${most} bytes, unzipped`);

function streamOf(request: ClientRequest, response: IncomingMessage, peer: Peer, signal: AbortSignal): Stream {
  const stop = () => request.destroy();
  const body = async function* () {
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      for await (const chunk of response) yield chunk as Buffer;
    } catch (cause) {
      throw signal.aborted ? signal.reason : brokenOff('connected', peer, request, cause);
    } finally {
      signal.removeEventListener('abort', stop);
      stop();
    }
  };
  return { status: response.statusCode ?? 0, headers: response.headers, body: body() };
}

const again = ({ afterwards = 'the next run reads it again' }: Peer) => afterwards;

function brokenOff(phase: Phase, peer: Peer, request: ClientRequest, cause: unknown): Error {
  const { label, hint } = peer;
  const where = `${label}: ${request.host}`;
  // OpenSSL's words may be followed by Node's advice to trust other CAs, which would be no help here.
  const reason = reasonOf(cause).split(';', 1)[0];
  switch (phase) {
    case 'connecting':
      return new UnreachableError(`${where} cannot be reached: ${reason}; ${hint}`, { cause });
    case 'greeting':
      return new UnreachableError(
        `${where} could not prove to be the cluster: ${reason}; its certificate must be signed by the cluster's CA`,
        { cause },
      );
    case 'connected':
      return new InterruptedError(`${where} broke off: ${reason}; ${again(peer)}`, { cause });
  }
}
