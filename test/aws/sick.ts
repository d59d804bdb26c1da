import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What a server may do instead of its work. */
export type Sickness = (request: IncomingMessage, response: ServerResponse, body: string) => void;

export interface SickServer {
  readonly url: string;
  /** Requests that were answered sickly so far. */
  readonly asked: number;
  close(): Promise<void>;
}

const PAGE =
  '<!DOCTYPE html>\n<html><head><title>Access Denied</title></head><body><h1>Corporate proxy</h1>\u001b[2J</body></html>';
/** An error's text that nobody wants whole. */
const LONG = `${'long '.repeat(20_000)}the end`;

const json = (request: IncomingMessage) => /amz-json|\/(eks|lambda)\//.test(kindOf(request));
const kindOf = (request: IncomingMessage) =>
  `${request.headers['content-type'] ?? ''} ${request.headers.authorization ?? ''}`;

/** An error in the form of the service that is asked. */
function refuse(request: IncomingMessage, response: ServerResponse, status: number, code: string, text: string): void {
  if (json(request)) {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': code });
    return void response.end(JSON.stringify({ __type: code, message: text }));
  }
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${text}</Message></Error>`;
  const xml = /\/s3\//.test(kindOf(request))
    ? `<Error><Code>${code}</Code><Message>${text}</Message></Error>`
    : `<ErrorResponse>${error}<RequestId>r</RequestId></ErrorResponse>`;
  response.writeHead(status, { 'content-type': 'text/xml' }).end(xml);
}

function page(status: number): Sickness {
  return (_, response) => void response.writeHead(status, { 'content-type': 'text/html' }).end(PAGE);
}

/** The server's time, far from ours: the SDK shifts its own clock to it. */
function skewed(code: string): Sickness {
  return (request, response) => {
    response.setHeader('date', new Date(Date.now() + 50 * 365 * 86_400_000).toUTCString());
    refuse(request, response, 403, code, 'Signature expired: 20260101T000000Z is now earlier than 20760101T000000Z');
  };
}

function pour(response: ServerResponse, part: string): void {
  const more = () => {
    while (response.write(part));
  };
  response.on('drain', more);
  more();
}

/** Every sickness of a server that speaks HTTP, or does not. */
export const SICKNESSES = {
  silent: () => {},
  'closes at once': request => void request.socket.destroy(),
  'page with 200': page(200),
  'page with 403': page(403),
  'page with 404': page(404),
  'page with 502': page(502),
  'empty with 200': (_, response) => void response.writeHead(200).end(),
  'empty with 400': (_, response) => void response.writeHead(400).end(),
  'body without end': (_, response) => {
    response.writeHead(200, { 'content-type': 'application/xml' });
    pour(response, `<a>${'x'.repeat(65_000)}</a>`);
  },
  'error without end': (_, response) => {
    response.writeHead(403, { 'content-type': 'application/xml' });
    pour(response, `<a>${'x'.repeat(65_000)}</a>`);
  },
  trickle: (_, response) => {
    response.writeHead(200, { 'content-type': 'application/xml' });
    const timer = setInterval(() => response.write('<'), 200);
    response.on('close', () => clearInterval(timer));
  },
  'long error': (request, response) => refuse(request, response, 400, 'ValidationException', LONG),
  '503 for ever': (request, response) => refuse(request, response, 503, 'ServiceUnavailable', 'try again'),
  'time skewed': skewed('RequestTimeTooSkewed'),
  'signature refused': skewed('SignatureDoesNotMatch'),
} as const satisfies Readonly<Record<string, Sickness>>;

/**
 * Stands before a world: what `isSick` says is answered by the sickness, all else by the world.
 *
 * @param world its URL
 */
export async function startSick(
  world: string,
  sickness: Sickness,
  isSick: (request: IncomingMessage, body: string) => boolean = () => true,
): Promise<SickServer> {
  const sockets = new Set<Socket>();
  let asked = 0;
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts);
    if (isSick(request, body.toString())) {
      asked += 1;
      return sickness(request, response, body.toString());
    }
    const { method, url: path, headers } = request;
    send(new URL(path ?? '/', world), { method, headers, setHost: false } as never, answer => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    })
      .on('error', () => response.destroy())
      .end(body);
  });
  server.on('connection', socket => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get asked() {
      return asked;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
