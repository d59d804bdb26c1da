import { createHash } from 'node:crypto';
import { header } from '../aws/canonical.ts';
import type { WireRequest } from '../aws/http.ts';
import { S3Error } from './errors.ts';

/**
 * The content of a request, checked against the hash that was signed: out of `aws-chunked` framing where the SDK uses that
 * (S3 API Reference, "Signature calculations: trailing headers"). Throws S3Error XAmzContentSHA256Mismatch.
 */
export function contentOf(request: WireRequest): Buffer {
  const signed = header(request, 'x-amz-content-sha256') ?? '';
  if (/^[0-9a-f]{64}$/.test(signed) && signed !== createHash('sha256').update(request.body).digest('hex')) {
    const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
    throw new S3Error(400, 'XAmzContentSHA256Mismatch', message);
  }
  return header(request, 'content-encoding')?.includes('aws-chunked') ? unchunked(request.body) : request.body;
}

function unchunked(raw: Buffer): Buffer {
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
