import type { Credentials, Identity } from '../aws/credentials.ts';
import { serveHttp, stopServer, type WireAnswer, type WireRequest } from '../aws/http.ts';
import { AuthenticationError, verifySignature } from '../aws/sigv4.ts';
import { urlAnswer, urlEvent } from './url-event.ts';

export interface FunctionUrlOptions {
  /** AWS_IAM: the request must be signed for the service `lambda`; NONE: everybody is let in. */
  readonly auth: 'AWS_IAM' | 'NONE';
  readonly region: string;
  readonly credentials: Credentials;
  /** TCP port; a free one when absent. */
  readonly port?: number;
  /** Invokes the function. What it throws is answered with 502. */
  invoke(event: unknown): Promise<unknown>;
  /** Told of each request when it is answered. */
  readonly onRequest?: (request: UrlRequest) => void;
}

/** A request to a Function URL, as it went. Times in epoch milliseconds. */
export interface UrlRequest {
  readonly at: number;
  readonly answeredAt: number;
  readonly status: number;
  readonly body: string;
}

export interface FunctionUrl {
  readonly url: string;
  close(): Promise<void>;
}

/** Larger requests are refused (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
const MAX_BODY = 6 * 1024 * 1024;

/** A Lambda function behind HTTP on loopback, as a Function URL has it. */
export async function serveFunctionUrl(options: FunctionUrlOptions): Promise<FunctionUrl> {
  const { server, url } = await serveHttp(async request => {
    const at = Date.now();
    const answer = await answerTo(request, options);
    const body = request.body.toString();
    options.onRequest?.({ at, answeredAt: Date.now(), status: answer.status, body });
    return answer;
  }, options.port);
  return { url, close: () => stopServer(server) };
}

async function answerTo(request: WireRequest, options: FunctionUrlOptions): Promise<WireAnswer> {
  const now = Date.now();
  if (request.body.length > MAX_BODY)
    return message(413, 'Request must be smaller than 6291456 bytes for InvokeFunction');
  let caller: Identity | undefined;
  try {
    caller = options.auth === 'AWS_IAM' ? callerOf(request, options, now) : undefined;
  } catch (error) {
    if (!(error instanceof AuthenticationError)) throw error;
    return message(403, error.code === 'MissingAuthenticationToken' ? 'Forbidden' : error.message);
  }
  try {
    return urlAnswer(await options.invoke(urlEvent(request, caller, now)));
  } catch {
    // The function's log has the error; outsiders are not told.
    return { status: 502, headers: { 'content-type': 'application/json' }, body: 'Internal Server Error' };
  }
}

function callerOf(request: WireRequest, { credentials, region }: FunctionUrlOptions, now: number): Identity {
  return verifySignature(request, { credentials, service: 'lambda', region, now }).identity;
}

function message(status: number, Message: string): WireAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ Message }) };
}
