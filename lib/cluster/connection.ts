import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import https from 'node:https';
import { gunzipSync } from 'node:zlib';
import type { KubeConfig } from '@kubernetes/client-node';
import { unlessAborted } from './abort.ts';
import { ClusterError, InterruptedError, KubeconfigError, reasonOf, UnreachableError } from './errors.ts';

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
   * @throws UnreachableError before, InterruptedError after the connection was made; what the credentials' source
   *   throws; the signal's reason when it is aborted.
   */
  get(path: string, signal?: AbortSignal): Promise<Answer>;
  /** Closes idle connections. */
  close(): void;
}

export interface Timeouts {
  /** For TCP and TLS together. */
  readonly connectMs: number;
  /** For the whole request. */
  readonly requestMs: number;
}

/** A page of 500 objects takes a healthy API server well under a second; its own limit for a request is 60 s. */
export const TIMEOUTS: Timeouts = { connectMs: 3_000, requestMs: 20_000 };

/** What to do about a server that cannot be reached, said at the end of the message. */
export interface Peer {
  /** `cluster prod-eu`, for messages. */
  readonly label: string;
  readonly hint: string;
}

/**
 * Asks through node:https with kept-alive connections and gzip, and with KubeConfig's server, CA and credentials. Of
 * the reading paths this one costs the least: client-node's typed client needs three times the CPU and nearly twice the
 * memory for 5,000 Services (`scripts/bench-list.ts`). Certificates are always verified, whatever
 * NODE_TLS_REJECT_UNAUTHORIZED says.
 */
export function openConnection(config: KubeConfig, peer: Peer, timeouts: Timeouts = TIMEOUTS): Connection {
  const cluster = config.getCurrentCluster();
  const server = cluster?.server.replace(/\/$/, '') ?? '';
  let agent: https.Agent | undefined;
  const get = async (path: string, signal: AbortSignal): Promise<Answer> => {
    const options = await withCredentials(config, peer, signal);
    // KubeConfig's own agent closes the connection after each request; it is needed only where there is a proxy.
    agent ??= cluster?.proxyUrl ? (options.agent as https.Agent) : new https.Agent({ keepAlive: true });
    const headers = { ...options.headers, accept: 'application/json', 'accept-encoding': 'gzip' };
    const request = https.request(`${server}${path}`, { ...options, agent, headers, rejectUnauthorized: true });
    return send(request, peer, timeouts.connectMs, signal);
  };
  return {
    async get(path, signal) {
      const deadline = AbortSignal.timeout(timeouts.requestMs);
      try {
        return await get(path, signal ? AbortSignal.any([signal, deadline]) : deadline);
      } catch (error) {
        if (!deadline.aborted || error instanceof UnreachableError) throw error;
        const what = `no complete answer in ${timeouts.requestMs} ms`;
        throw new InterruptedError(`${peer.label}: ${what}; the next run reads it again`, { cause: error });
      }
    },
    close: () => agent?.destroy(),
  };
}

/** CA, client certificate and headers, as the kubeconfig's user has them now: a token may be renewed for it. */
async function withCredentials(
  config: KubeConfig,
  { label }: Peer,
  signal: AbortSignal,
): Promise<https.RequestOptions> {
  const options: https.RequestOptions = { headers: {} };
  try {
    await unlessAborted(config.applyToHTTPSOptions(options), signal);
    return options;
  } catch (cause) {
    if (signal.aborted || cause instanceof ClusterError) throw cause;
    throw new KubeconfigError(`${label}: no credentials from its kubeconfig: ${reasonOf(cause)}; try it with kubectl`, {
      cause,
    });
  }
}

type Phase = 'connecting' | 'greeting' | 'connected';

/** Sends one request and gathers its answer; errors tell where it broke off. */
function send(request: ClientRequest, peer: Peer, connectMs: number, signal: AbortSignal): Promise<Answer> {
  let phase: Phase = 'connecting';
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const tooLong = () => request.destroy(new Error(`not connected in ${connectMs} ms`));
  const timer = setTimeout(tooLong, connectMs);
  const connected = () => {
    phase = 'connected';
    clearTimeout(timer);
  };
  const fail = (cause: unknown) => reject(brokenOff(phase, peer, request, cause));
  request.on('socket', socket => {
    if (request.reusedSocket) return connected();
    socket.once('connect', () => {
      phase = 'greeting';
    });
    socket.once('secureConnect', connected);
  });
  request.on('error', fail);
  request.on('response', response => gather(response).then(resolve, fail));
  request.end();
  return unlessAborted(promise, signal)
    .catch(error => {
      request.destroy();
      throw error;
    })
    .finally(() => clearTimeout(timer));
}

/** @throws when the answer ends before its end or cannot be decompressed. */
async function gather(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const raw = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
  // A page is some 700 kB: unpacking it here is cheaper than a turn through the thread pool.
  const body = response.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}

function brokenOff(phase: Phase, { label, hint }: Peer, request: ClientRequest, cause: unknown): Error {
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
      return new InterruptedError(`${where} broke off: ${reason}; the next run reads it again`, { cause });
  }
}
