import type { Notice } from '../../lib/model/index.ts';
import { parseNotice } from '../../lib/notice/index.ts';
import { DROPPED, serveHttp, stopServer, type WireRequest } from '../../local/emulators/aws/http.ts';

export interface Webhook {
  readonly url: string;
  /** What was taken, in order; each was signed and well-formed. */
  readonly taken: readonly Notice[];
  /** How many requests came. */
  readonly requests: number;
  /** Answers for the next requests instead of 202; `lost`: taken, and the connection is cut. */
  readonly next: (number | 'dropped' | 'lost')[];
  close(): Promise<void>;
}

/** Stands in for the webhook: takes what `verify` lets in and is a notice. */
export async function startWebhook(verify: (request: WireRequest) => boolean): Promise<Webhook> {
  const taken: Notice[] = [];
  const next: (number | 'dropped' | 'lost')[] = [];
  let requests = 0;
  const { server, url } = await serveHttp(async request => {
    requests++;
    const outcome = next.shift() ?? 202;
    if (outcome === 'dropped') return DROPPED;
    if (typeof outcome === 'number' && outcome !== 202) return { status: outcome, body: '' };
    if (!verify(request)) return { status: 401, body: '' };
    const notice = parseNotice(request.body.toString());
    if (!notice) return { status: 400, body: '' };
    taken.push(notice);
    return outcome === 'lost' ? DROPPED : { status: 202, body: '' };
  });
  return {
    url: `${url}/`,
    taken,
    next,
    get requests() {
      return requests;
    },
    close: () => stopServer(server),
  };
}
