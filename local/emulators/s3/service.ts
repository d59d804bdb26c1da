import { setTimeout as sleep } from 'node:timers/promises';
import { answerCall } from '../aws/call.ts';
import { header } from '../aws/canonical.ts';
import type { Credentials } from '../aws/credentials.ts';
import { Faults } from '../aws/faults.ts';
import { DROPPED, type WireAnswer, type WireRequest } from '../aws/http.ts';
import { Journal } from '../aws/journal.ts';
import { verifySignature } from '../aws/sigv4.ts';
import { element, wrap } from '../aws/xml.ts';
import { contentOf } from './body.ts';
import { refusalOf, S3Error } from './errors.ts';
import { Bucket, type Preconditions } from './objects.ts';

const OPERATIONS: Readonly<Record<string, string>> = { GET: 'GetObject', PUT: 'PutObject', DELETE: 'DeleteObject' };

type Success = Omit<WireAnswer, 'body'> & { readonly body?: Buffer };

/** S3 on the wire (path style): GetObject, PutObject and DeleteObject, signed, with the preconditions that S3 has. */
export class S3Service {
  readonly faults = new Faults();
  readonly journal = new Journal();
  readonly buckets = new Map<string, Bucket>();
  readonly #credentials: Credentials;

  constructor(credentials: Credentials) {
    this.#credentials = credentials;
  }

  createBucket(name: string): Bucket {
    const bucket = new Bucket();
    this.buckets.set(name, bucket);
    return bucket;
  }

  readonly serve = (request: WireRequest): Promise<WireAnswer | typeof DROPPED> => {
    const operation = OPERATIONS[request.method] ?? 'Unknown';
    return answerCall(this.journal, {
      operation,
      work: () => this.#carryOut(operation, request),
      success: ({ status, headers, body = Buffer.alloc(0) }: Success, requestId) => ({
        status,
        headers: { ...headers, 'x-amz-request-id': requestId },
        body,
      }),
      refusal: refusalOf,
      failure,
    });
  };

  async #carryOut(operation: string, request: WireRequest): Promise<Success | typeof DROPPED> {
    if (this.faults.latencyMs > 0) await sleep(this.faults.latencyMs);
    if (this.faults.takeDrop(operation, 'before')) return DROPPED;
    verifySignature(request, { credentials: this.#credentials, service: 's3', now: Date.now() });
    this.#checkFaults(operation);
    const answer = this.#answer(operation, request);
    return this.faults.takeDrop(operation, 'after') ? DROPPED : answer;
  }

  #checkFaults(operation: string): void {
    if (this.faults.denied.has(operation) || this.faults.denied.has('*'))
      throw new S3Error(403, 'AccessDenied', 'Access Denied');
    const injected = this.faults.takeFailure(operation);
    if (injected) throw new S3Error(injected.status, injected.code, injected.message);
  }

  #answer(operation: string, request: WireRequest): Success {
    const [, name = '', ...path] = request.path.split('/');
    const bucket = this.buckets.get(name);
    if (!bucket) throw new S3Error(404, 'NoSuchBucket', `The specified bucket does not exist: ${name}`);
    const key = path.map(decodeURIComponent).join('/');
    const preconditions = preconditionsOf(request);
    if (operation === 'PutObject')
      return { status: 200, headers: { etag: bucket.put(key, contentOf(request), preconditions) } };
    if (operation === 'DeleteObject') {
      bucket.delete(key, preconditions);
      return { status: 204 };
    }
    if (operation !== 'GetObject') throw new S3Error(405, 'MethodNotAllowed', `${request.method} is not served here`);
    const found = bucket.get(key, preconditions);
    if (found === 'unchanged') return { status: 304 };
    return { status: 200, headers: { etag: found.etag }, body: found.bytes };
  }
}

function preconditionsOf(request: WireRequest): Preconditions {
  return { ifMatch: header(request, 'if-match'), ifNoneMatch: header(request, 'if-none-match') };
}

function failure({ status, code, message }: S3Error, requestId: string): WireAnswer {
  const body = element('Code', code) + element('Message', message) + element('RequestId', requestId);
  return { status, headers: { 'content-type': 'application/xml' }, body: wrap('Error', body) };
}
