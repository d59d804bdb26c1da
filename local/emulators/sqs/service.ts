import { setTimeout as sleep } from 'node:timers/promises';
import { answerCall } from '../aws/call.ts';
import { header } from '../aws/canonical.ts';
import type { Credentials } from '../aws/credentials.ts';
import { ServiceError } from '../aws/errors.ts';
import { Faults } from '../aws/faults.ts';
import { DROPPED, type WireAnswer, type WireRequest } from '../aws/http.ts';
import { Journal } from '../aws/journal.ts';
import { AuthenticationError, verifySignature } from '../aws/sigv4.ts';
import type { Fauxqs } from './fauxqs.ts';

class SqsError extends ServiceError {}

/** SQS on the wire (JSON protocol): fauxqs behind signatures and faults. */
export class SqsService {
  readonly faults = new Faults();
  readonly journal = new Journal();
  readonly #credentials: Credentials;
  #fauxqs: Promise<Fauxqs> | undefined;

  constructor(credentials: Credentials) {
    this.#credentials = credentials;
  }

  readonly serve = (request: WireRequest): Promise<WireAnswer | typeof DROPPED> => {
    const operation = header(request, 'x-amz-target')?.replace('AmazonSQS.', '') ?? 'Unknown';
    return answerCall(this.journal, {
      operation,
      work: () => this.#carryOut(operation, request),
      success: (answer: WireAnswer) => answer,
      refusal: refusalOf,
      failure,
    });
  };

  async close(): Promise<void> {
    await (await this.#fauxqs)?.close();
  }

  async #carryOut(operation: string, request: WireRequest): Promise<WireAnswer | typeof DROPPED> {
    if (this.faults.latencyMs > 0) await sleep(this.faults.latencyMs);
    if (this.faults.takeDrop(operation, 'before')) return DROPPED;
    verifySignature(request, { credentials: this.#credentials, service: 'sqs', now: Date.now() });
    const injected = this.faults.takeFailure(operation);
    if (injected) throw new SqsError(injected.status, injected.code, injected.message);
    const answer = await this.#pass(request);
    return this.faults.takeDrop(operation, 'after') ? DROPPED : answer;
  }

  async #pass({ headers, body }: WireRequest): Promise<WireAnswer> {
    this.#fauxqs ??= import('./fauxqs.ts').then(({ openFauxqs }) => openFauxqs());
    const fauxqs = await this.#fauxqs;
    const { host, authorization } = headers;
    const type = 'application/x-amz-json-1.0';
    const target = String(headers['x-amz-target']);
    const reply = await fauxqs.post({ host, authorization, 'content-type': type, 'x-amz-target': target }, body);
    const queryError = reply.headers['x-amzn-query-error'];
    return {
      status: reply.statusCode,
      headers: {
        'content-type': type,
        ...(queryError !== undefined && { 'x-amzn-query-error': String(queryError) }),
      },
      body: reply.payload,
    };
  }
}

function refusalOf(error: unknown): SqsError {
  if (error instanceof SqsError) return error;
  if (error instanceof AuthenticationError) return new SqsError(403, error.code, error.message);
  throw error;
}

function failure({ status, code, message }: SqsError, requestId: string): WireAnswer {
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': requestId },
    body: JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message }),
  };
}
