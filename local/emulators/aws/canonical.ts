import { createHash, createHmac } from 'node:crypto';
import { queryPairs, type WireRequest } from './http.ts';

export const ALGORITHM = 'AWS4-HMAC-SHA256';

/** What a signature is over, beside the request itself. */
export interface Signing {
  /** date/region/service/aws4_request */
  readonly scope: readonly string[];
  readonly signedHeaders: readonly string[];
  /** ISO 8601 basic format, as sent. */
  readonly date: string;
}

/** The signature of a request, in hexadecimal (IAM User Guide, "Create a signed AWS API request"). */
export function signatureOf(request: WireRequest, signing: Signing, secret: string): string {
  const { date, scope } = signing;
  const toSign = [ALGORITHM, date, scope.join('/'), sha256(canonicalRequest(request, signing))].join('\n');
  const key = scope.reduce<string | Buffer>((previous, part) => hmac(previous, part), `AWS4${secret}`);
  return hmac(key, toSign).toString('hex');
}

/** A header's value; several are joined with commas. */
export function header(request: WireRequest, name: string): string | undefined {
  const value = request.headers[name.toLowerCase()];
  return Array.isArray(value) ? value.join(',') : value;
}

function canonicalRequest(request: WireRequest, { signedHeaders, scope }: Signing): string {
  const s3 = scope[2] === 's3';
  const headers = signedHeaders.map(name => `${name}:${(header(request, name) ?? '').trim().replace(/ +/g, ' ')}\n`);
  return [
    request.method,
    s3 ? request.path : canonicalPath(request.path),
    canonicalQuery(request.query),
    headers.join(''),
    signedHeaders.join(';'),
    (s3 && header(request, 'x-amz-content-sha256')) || sha256(request.body),
  ].join('\n');
}

/**
 * Every service but S3 has the path encoded once more, after dots and double slashes were resolved. S3 takes the path as it
 * is and the payload's hash from a header, which may say that the payload is not signed ("Signing S3 requests", ibid.).
 */
function canonicalPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(uriEncode(segment));
  }
  const trailing = segments.length > 0 && path.endsWith('/') ? '/' : '';
  return `/${segments.join('/')}${trailing}`;
}

function canonicalQuery(query: string): string {
  return queryPairs(query)
    .filter(([key]) => key !== 'X-Amz-Signature')
    .map(([key, value]) => [uriEncode(key), uriEncode(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
    .map(([key, value]) => `${key}=${value}`)
    .join('&');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** RFC 3986: everything but the unreserved characters. */
function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
