import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came over the wire: nothing decoded, because the signature covers exactly this. */
export interface WireRequest {
  readonly method: string;
  /** Escaped, without the query. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** Instead of an answer: the connection is cut, as when a network fails. */
export const DROPPED = Symbol('dropped');

export type WireService = (request: WireRequest) => Promise<WireAnswer | typeof DROPPED>;

/** Larger bodies are cut off; AWS's own limits lie below. */
const MAX_BODY = 16 * 1024 * 1024;

/** Serves on loopback; the port is a free one when it is 0 or absent. */
export async function serveHttp(service: WireService, port = 0): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    answer(service, request, response).catch(error => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function answer(service: WireService, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  const target = request.url ?? '/';
  const mark = target.indexOf('?');
  const reply = await service({
    method: request.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? '' : target.slice(mark + 1),
    headers: request.headers,
    body,
  });
  if (reply === DROPPED) return void request.socket.resetAndDestroy();
  response.writeHead(reply.status, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) });
  response.end(reply.body);
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new Error(`The request's body is larger than ${MAX_BODY} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Stops listening and ends every connection. */
export async function stopServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>(resolve => server.close(() => resolve()));
}

/** The decoded pairs of a query string or form; a value that is not valid percent-encoding stays as it is. */
export function queryPairs(query: string): [key: string, value: string][] {
  return query
    .split('&')
    .filter(Boolean)
    .map(part => {
      const equals = part.indexOf('=');
      const [key, value] = equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
      return [decode(key), decode(value)];
    });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', '%20'));
  } catch {
    return text;
  }
}
