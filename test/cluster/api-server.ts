import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type Authority, createAuthority } from './pki.ts';

export interface ApiServer {
  readonly url: string;
  readonly authority: Authority;
  /** TLS connections accepted so far. */
  connections(): number;
  close(): Promise<void>;
}

/** A TLS server on loopback that answers as the test says. */
export async function startApiServer(
  answer: RequestListener,
  options: https.ServerOptions & { authority?: Authority; port?: number } = {},
): Promise<ApiServer> {
  const authority = options.authority ?? (await createAuthority());
  const server = https.createServer({ ...(await authority.issue('kube-apiserver')), ...options }, answer);
  let connections = 0;
  server.on('secureConnection', () => {
    connections++;
  });
  await new Promise<void>(resolve => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    authority,
    connections: () => connections,
    close: async () => {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

export function sendJson(response: ServerResponse, status: number, value: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
}

/** Lists of these objects in pages, gzipped where the client takes it, as kube-apiserver does. */
export function listsOf(objects: Readonly<Record<string, readonly unknown[]>>): RequestListener {
  return (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'https://x');
    const plural = pathname.slice(pathname.lastIndexOf('/') + 1);
    const all = objects[plural] ?? [];
    const from = Number(searchParams.get('continue') ?? 0);
    const to = from + Number(searchParams.get('limit') ?? all.length);
    const metadata = { resourceVersion: '7', ...(to < all.length && { continue: String(to) }) };
    const list = { kind: LIST_KINDS[plural], apiVersion: 'v1', metadata, items: all.slice(from, to) };
    const gzip = request.headers['accept-encoding']?.includes('gzip');
    response.writeHead(200, { 'content-type': 'application/json', ...(gzip && { 'content-encoding': 'gzip' }) });
    response.end(gzip ? gzipSync(JSON.stringify(list)) : JSON.stringify(list));
  };
}

const LIST_KINDS: Readonly<Record<string, string>> = { services: 'ServiceList', ingresses: 'IngressList' };

export const named = (name: string, namespace = 'default') => ({ metadata: { name, namespace } });

/** The Services of a cluster that has `count` of its own: every cluster has default/kubernetes too. */
export const services = (count: number) => [
  named('kubernetes'),
  ...Array.from({ length: count }, (_, index) => named(`svc-${index}`)),
];
