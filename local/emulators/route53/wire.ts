import type { WireAnswer } from '../aws/http.ts';
import { AuthenticationError } from '../aws/sigv4.ts';
import { element, wrap } from '../aws/xml.ts';
import { Route53Error } from './errors.ts';
import type { Answer } from './operations.ts';
import { NAMESPACE } from './xml-read.ts';

/**
 * How an InvalidChangeBatch is written: as the service does today, an ordinary `<ErrorResponse>` with all messages in
 * one bracketed string, or as its API reference shows, `<InvalidChangeBatch><Messages><Message>…`.
 */
export type InvalidChangeBatchShape = 'ErrorResponse' | 'InvalidChangeBatch';

const HEADER = '<?xml version="1.0"?>\n';

export function success(operation: string, { status = 200, xml, location }: Answer, requestId: string): WireAnswer {
  return {
    status,
    headers: { ...headers(requestId), ...(location && { location }) },
    body: HEADER + wrap(`${operation}Response`, xml, NAMESPACE),
  };
}

export function failure(error: Route53Error, requestId: string, shape: InvalidChangeBatchShape): WireAnswer {
  if (error.code === 'InvalidChangeBatch' && shape === 'InvalidChangeBatch') {
    const messages = error.messages.map(message => element('Message', message)).join('');
    const body = wrap('Messages', messages) + element('RequestId', requestId);
    return {
      status: error.status,
      headers: headers(requestId),
      body: HEADER + wrap('InvalidChangeBatch', body, NAMESPACE),
    };
  }
  const type = error.status >= 500 ? 'Receiver' : 'Sender';
  const detail = element('Type', type) + element('Code', error.code) + element('Message', error.message);
  const body = wrap('Error', detail) + element('RequestId', requestId);
  return { status: error.status, headers: headers(requestId), body: HEADER + wrap('ErrorResponse', body, NAMESPACE) };
}

function headers(requestId: string): Record<string, string> {
  return { 'content-type': 'text/xml', 'x-amzn-requestid': requestId };
}

/** The refusal that an error stands for; any other error is a fault of ours and thrown again. */
export function refusalOf(error: unknown): Route53Error {
  if (error instanceof Route53Error) return error;
  if (error instanceof AuthenticationError) return new Route53Error(403, error.code, error.message);
  throw error;
}
