import http from 'node:http';
import https from 'node:https';
import { unlessAborted } from '../../lib/cluster/abort.ts';
import type { Signer } from './signers.ts';

/** Milliseconds for one notice, signing included: Lambda may have to start for it. */
const TIMEOUT = 10_000;

/**
 * Posts bodies to the webhook through node:https, each over a connection of its own: notices are rare, and a kept
 * connection that the other end closed in the meantime would cost a retry. TLS sessions are resumed.
 *
 * @returns a function that gives the status of the answer; its body says nothing. It throws when none came.
 */
export function webhookPost(url: string, sign: Signer, timeoutMs = TIMEOUT): (body: string) => Promise<number> {
  const { request } = url.startsWith('https:') ? https : http;
  const agent = url.startsWith('https:') ? new https.Agent() : new http.Agent();
  return async body => {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const headers = { ...(await unlessAborted(sign(body), signal)), 'content-length': Buffer.byteLength(body) };
      return await send(request(url, { method: 'POST', headers, agent, signal }), body);
    } catch (cause) {
      if (!signal.aborted) throw cause;
      throw new Error(`${new URL(url).host}: no answer in ${timeoutMs} ms`, { cause });
    }
  };
}

function send(request: http.ClientRequest, body: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  request.on('error', reject);
  request.on('response', response => {
    response.on('error', reject);
    response.on('end', () => resolve(response.statusCode ?? 0));
    response.resume();
  });
  request.end(body);
  return promise;
}
