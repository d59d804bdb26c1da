import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CONTENT_TYPE } from './metrics.ts';

/** What the probes ask. */
export interface Probes {
  /** Why this process should be started anew; undefined: it is well. */
  stuck(): string | undefined;
  /** Why it is not at work yet; undefined: it is. */
  unready(): string | undefined;
  metrics(): string;
}

/** Serves /livez, /readyz and /metrics. @throws when the port cannot be had. */
export async function serveProbes(probes: Probes, port: number, host: string | undefined): Promise<Server> {
  const verdict = (problem: string | undefined) => ({
    status: problem === undefined ? 200 : 503,
    type: 'text/plain; charset=utf-8',
    text: `${problem ?? 'ok'}\n`,
  });
  const pages: Readonly<Record<string, () => { status: number; type: string; text: string }>> = {
    '/livez': () => verdict(probes.stuck()),
    '/readyz': () => verdict(probes.unready()),
    '/metrics': () => ({ status: 200, type: CONTENT_TYPE, text: probes.metrics() }),
  };
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    const { status, type, text } = page?.() ?? { status: 404, type: 'text/plain', text: 'not found\n' };
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) }).end(text);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host !== undefined && { host }) }, resolve);
  });
  return server;
}

export const portOf = (server: Server) => (server.address() as AddressInfo).port;
