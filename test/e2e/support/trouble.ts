import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAuthority } from '../../cluster/pki.ts';

/** What becomes of a request on its way, instead of being passed on as it is. */
export type Trouble =
  /** Answered without asking the API server, as it answers: with a Status. */
  | {
      readonly status: number;
      readonly reason: string;
      readonly message: string;
      readonly headers?: Record<string, string>;
    }
  /** The API server's answer, cut after so many bytes. */
  | { readonly cutAfter: number }
  /** The API server's answer, a piece at a time. */
  | { readonly pieceBytes: number; readonly everyMs: number };

export interface Asked {
  /** Path and query. */
  readonly path: string;
  /** How many requests for this path, without its query, came before this one. */
  readonly before: number;
}

/** A proxy in front of an API server that makes trouble. */
export interface TroubledApi {
  readonly url: string;
  readonly caData: string;
  /** Asked for every request, and waited for; undefined passes the request on. */
  trouble: (asked: Asked) => Trouble | undefined | Promise<Trouble | undefined>;
  /** Paths with queries, as they came. */
  readonly asked: readonly string[];
  /** No trouble, and nothing asked so far. */
  reset(): void;
  stop(): Promise<void>;
}

export async function startTrouble(target: { readonly url: string; readonly caData: string }): Promise<TroubledApi> {
  const authority = await createAuthority('trouble');
  const ca = Buffer.from(target.caData, 'base64').toString();
  const asked: string[] = [];
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const path = incoming.url ?? '/';
    const before = asked.filter(one => plain(one) === plain(path)).length;
    asked.push(path);
    const trouble = await api.trouble({ path, before });
    if (trouble && 'status' in trouble) return answer(outgoing, trouble);
    passOn(`${target.url}${path}`, ca, incoming, outgoing, trouble);
  };
  const server = createServer(await authority.issue('kube-apiserver'), (incoming, outgoing) => {
    handle(incoming, outgoing).catch(error => outgoing.destroy(error));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const api: TroubledApi = {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    caData: authority.caData,
    trouble: () => undefined,
    asked,
    reset() {
      asked.length = 0;
      api.trouble = () => undefined;
    },
    stop: () => {
      server.closeAllConnections();
      return new Promise(resolve => server.close(() => resolve()));
    },
  };
  return api;
}

const plain = (path: string) => path.split('?', 1)[0];

function answer(
  outgoing: ServerResponse,
  { status: code, reason, message, headers }: Extract<Trouble, { status: number }>,
): void {
  const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
  outgoing.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

function passOn(
  url: string,
  ca: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  trouble: Exclude<Trouble, { status: number }> | undefined,
): void {
  const { method = 'GET', headers } = incoming;
  const onward = httpsRequest(url, { method, headers, ca, agent: false }, answered => {
    outgoing.writeHead(answered.statusCode ?? 502, answered.headers);
    if (trouble === undefined) return void answered.pipe(outgoing);
    spoil(answered, outgoing, trouble).catch(error => outgoing.destroy(error));
  });
  onward.on('error', error => outgoing.destroy(error));
  outgoing.on('close', () => onward.destroy());
  incoming.pipe(onward);
}

async function spoil(
  answered: IncomingMessage,
  outgoing: ServerResponse,
  trouble: Exclude<Trouble, { status: number }>,
): Promise<void> {
  let left = 'cutAfter' in trouble ? trouble.cutAfter : Number.POSITIVE_INFINITY;
  for await (const chunk of answered as AsyncIterable<Buffer>) {
    const piece = 'pieceBytes' in trouble ? trouble.pieceBytes : Math.min(chunk.length, left);
    for (let at = 0; at < chunk.length && left > 0; at += piece) {
      outgoing.write(chunk.subarray(at, Math.min(at + piece, at + left)));
      left -= piece;
      if ('everyMs' in trouble) await sleep(trouble.everyMs);
    }
    if (left <= 0) break;
  }
  if (left > 0) return void outgoing.end();
  await sleep(50); // What was written is on its way.
  outgoing.destroy();
}
