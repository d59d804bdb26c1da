import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One bucket of S3 on loopback that obeys preconditions as S3 does (User Guide, "Conditional requests"). */
export interface LocalS3 {
  readonly url: string;
  /** Answers the next request with this status and S3 code. */
  failNext(status: number, code: string): void;
  close(): Promise<void>;
}

const etagOf = (bytes: Buffer) => `"${createHash('md5').update(bytes).digest('hex')}"`;

export async function startS3(): Promise<LocalS3> {
  const objects = new Map<string, Buffer>();
  let failure: { status: number; code: string } | undefined;
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const due = failure;
    failure = undefined;
    if (due) refuse(response, due.status, due.code);
    else answer(request, body, objects, response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    failNext: (status, code) => {
      failure = { status, code };
    },
    close: () => new Promise(resolve => server.close(() => resolve())),
  };
}

function answer(
  request: IncomingMessage,
  body: Buffer,
  objects: Map<string, Buffer>,
  response: ServerResponse,
): ServerResponse {
  const key = decodeURIComponent(new URL(request.url ?? '', 'http://s3').pathname);
  const stored = objects.get(key);
  const etag = stored && etagOf(stored);
  const { 'if-match': match, 'if-none-match': noneMatch } = request.headers;
  if (!/^AWS4-HMAC-SHA256 /.test(request.headers.authorization ?? '')) return refuse(response, 403, 'AccessDenied');
  if (request.method === 'GET') {
    if (!stored || !etag) return refuse(response, 404, 'NoSuchKey');
    if (noneMatch === etag) return response.writeHead(304, { etag }).end();
    return response.writeHead(200, { etag, 'content-length': stored.length }).end(stored);
  }
  if (match !== undefined && !stored) return refuse(response, 404, 'NoSuchKey');
  if ((match !== undefined && match !== etag) || (noneMatch === '*' && stored))
    return refuse(response, 412, 'PreconditionFailed');
  if (request.method === 'DELETE') {
    objects.delete(key);
    return response.writeHead(204).end();
  }
  objects.set(key, body);
  return response.writeHead(200, { etag: etagOf(body) }).end();
}

function refuse(response: ServerResponse, status: number, code: string): ServerResponse {
  return response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}

/** The body as the SDK means it: out of `aws-chunked` framing where it uses that. */
async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  if (!request.headers['content-encoding']?.includes('aws-chunked')) return raw;
  const parts: Buffer[] = [];
  for (let at = 0; at < raw.length; ) {
    const end = raw.indexOf('\r\n', at);
    const size = Number.parseInt(raw.subarray(at, end).toString(), 16);
    if (!size) break;
    parts.push(raw.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
  return Buffer.concat(parts);
}
