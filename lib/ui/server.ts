import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunSummary } from '../history/index.ts';
import type { DnsName, HistoryLine } from '../model/index.ts';
import { canonicalHostname } from '../sources/index.ts';
import { type Html, html } from './html.ts';
import { PLACES, type Place, page } from './layout.ts';
import { findingsPage, planPage, recordsPage } from './pages/lists.ts';
import { namePage } from './pages/name.ts';
import { overview } from './pages/overview.ts';
import { runPage, runsPage, unknownRun } from './pages/runs.ts';
import { type Index, indexPicture, type Picture } from './picture.ts';
import { STYLE } from './style.ts';

/** What runs changed, where it is asked for. What it throws is shown. */
export interface HistorySource {
  /** Of a name within a day, the newest first. */
  ofName(name: DnsName): Promise<readonly HistoryLine[]>;
  ofRun(run: RunSummary): Promise<readonly HistoryLine[]>;
}

export interface UiOptions {
  /** Looks at the world anew. What it throws is shown; what was seen before stays. */
  readonly look: (glance: { readonly anew: boolean; readonly before: Picture | undefined }) => Promise<Picture>;
  readonly history: HistorySource;
  /** In each path, so that no other page of the browser, and no other user of the machine, can ask. */
  readonly token: string;
  /** Milliseconds after which a request makes a new look begin. */
  readonly maxAgeMs: number;
  /** TCP port; absent: a free one. */
  readonly port?: number;
  readonly now?: () => number;
}

export interface Ui {
  /** With the token. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Nothing but this page's own style sheet is loaded, nothing is run, and no page may frame it
 * (https://www.w3.org/TR/CSP3/).
 */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  // Not `no-referrer`: with it a browser does not say where a form was sent from.
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

/** Serves the pages on loopback. */
export async function startUi(options: UiOptions): Promise<Ui> {
  const watcher = createWatcher(options);
  const server = createServer((request, response) => {
    answer(request, response, options, watcher).catch((error: Error) => {
      if (response.headersSent) response.destroy();
      else send(response, plain(500, `fairlead ui: ${error.message}`));
    });
  });
  const port = await listen(server, options.port ?? 0);
  return {
    url: `http://127.0.0.1:${port}/${options.token}/`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** @throws Error for a port that is taken */
async function listen(server: Server, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, '127.0.0.1', resolve);
  await promise;
  return (server.address() as AddressInfo).port;
}

/** What was seen last. One look at a time; whoever asks meanwhile gets what was seen before, if anything was. */
interface Watcher {
  seen(anew: boolean): Promise<Index>;
  /** What the last look failed with. */
  readonly fault: string | undefined;
}

/** How long a page waits for the look that may say that what failed before is mended. */
const FAULT_MS = 1_500;

function createWatcher({ look, maxAgeMs, now = Date.now }: UiOptions): Watcher {
  let index: Index | undefined;
  let fault: string | undefined;
  let looking: Promise<Index> | undefined;
  const begin = (anew: boolean): Promise<Index> => {
    looking ??= look({ anew, before: index?.picture })
      .then(picture => {
        fault = undefined;
        index = indexPicture(picture);
        return index;
      })
      .catch((error: Error) => {
        fault = error.message;
        if (index) return index;
        throw error;
      })
      .finally(() => {
        looking = undefined;
      });
    return looking;
  };
  return {
    get fault() {
      return fault;
    },
    async seen(anew) {
      if (anew || index === undefined) return begin(anew);
      if (fault === undefined && now() - index.picture.at <= maxAgeMs) return index;
      const next = begin(false).catch(() => {});
      // Told by the next request: who waits for a page wants what is there. A fault may be mended since, and is not told for long.
      if (fault !== undefined) await Promise.race([next, sleep(FAULT_MS, undefined, { ref: false })]);
      return index;
    },
  };
}

type Reply = { readonly status: number; readonly type: 'text/html' | 'text/plain' | 'text/css'; readonly body: string };

const plain = (status: number, text: string): Reply => ({ status, type: 'text/plain', body: `${text}\n` });

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  ui: UiOptions,
  watcher: Watcher,
): Promise<void> {
  const { host = '' } = request.headers;
  const url = URL.parse(request.url ?? '/', 'http://127.0.0.1');
  const [, token = '', ...rest] = url?.pathname.split('/') ?? [];
  const place = rest.join('/');
  // A page of another site whose name was turned to 127.0.0.1 sends its own name (DNS rebinding).
  if (!/^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(host))
    return send(response, plain(421, 'not served under this name'));
  if (url === null || !sameText(token, ui.token)) return send(response, plain(404, 'not found'));
  if (place === 'refresh') return lookAgain(request, response, watcher);
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, plain(405, 'only GET'));
  if (place === 'style.css') return send(response, { status: 200, type: 'text/css', body: STYLE });
  send(response, await pageFor(place, url.searchParams, ui, watcher));
}

/** By a form of these pages only: a browser says where a form was sent from. */
async function lookAgain(
  { method, headers }: IncomingMessage,
  response: ServerResponse,
  watcher: Watcher,
): Promise<void> {
  if (method !== 'POST') return send(response, plain(405, 'only POST'));
  if (headers.origin !== `http://${headers.host}`) return send(response, plain(403, 'not from this page'));
  await watcher.seen(true).catch(() => {});
  response.writeHead(303, { ...HEADERS, location: './' }).end();
}

async function pageFor(
  place: string,
  query: URLSearchParams,
  { now = Date.now, history }: UiOptions,
  watcher: Watcher,
): Promise<Reply> {
  const framed = (status: number, title: string, here: Place, at: number, content: Html): Reply => ({
    ...{ status, type: 'text/html' },
    body: page({ title, here, at, now: now() }, content).markup,
  });
  let index: Index;
  try {
    index = await watcher.seen(false);
  } catch (error) {
    return framed(
      503,
      'Nothing could be read',
      '',
      now(),
      html`<p class="bad">${(error as Error).message}</p><p>Try <code>npx fairlead doctor</code>, then look again.</p>`,
    );
  }
  const { at } = index.picture;
  const made = await contentOf(place, query, { index, history, now: now() });
  if (made === undefined)
    return framed(404, 'There is no such page', '', at, html`<p><a href="./">To the overview</a></p>`);
  const stale =
    watcher.fault !== undefined && html`<p class="bad">The last look failed, so this is older: ${watcher.fault}</p>`;
  return framed(200, made.title, made.here, at, html`${stale}${made.content}`);
}

interface Made {
  readonly title: string;
  readonly here: Place;
  readonly content: Html;
}

interface Shown {
  readonly index: Index;
  readonly history: HistorySource;
  readonly now: number;
}

/** What runs did, or why that cannot be said. */
async function told(lines: Promise<readonly HistoryLine[]>): Promise<readonly HistoryLine[] | string> {
  return lines.catch((error: Error) => error.message);
}

async function contentOf(
  place: string,
  query: URLSearchParams,
  { index, history, now }: Shown,
): Promise<Made | undefined> {
  const asked = { q: query.get('q')?.slice(0, 200) ?? '', page: Number(query.get('page') ?? 1) || 1 };
  switch (place) {
    case '':
      return { title: PLACES[''], here: '', content: overview(index, now) };
    case 'plan':
      return { title: PLACES.plan, here: place, content: planPage(index, asked) };
    case 'findings':
      return { title: PLACES.findings, here: place, content: findingsPage(index, asked) };
    case 'records':
      return { title: PLACES.records, here: place, content: recordsPage(index, asked) };
    case 'name': {
      const found = canonicalHostname(query.get('n') ?? '', { wildcard: true, reserved: true });
      if ('problem' in found) return undefined;
      const { runs } = index.picture;
      // What could not be read for the timeline is not known of a name, either.
      const lately = typeof runs === 'string' ? runs : await told(history.ofName(found.name));
      return { title: found.name, here: 'records', content: namePage(index, found.name, lately) };
    }
    case 'runs':
      return { title: PLACES.runs, here: place, content: runsPage(index, asked, now) };
    case 'run': {
      const id = query.get('r')?.slice(0, 200) ?? '';
      const { runs } = index.picture;
      const run = typeof runs === 'string' ? undefined : runs.find(one => one.run === id);
      const content = run ? runPage(run, await told(history.ofRun(run)), asked) : unknownRun(id);
      return { title: `Run ${id}`, here: 'runs', content };
    }
    default:
      return undefined;
  }
}

function send(response: ServerResponse, { status, type, body }: Reply): void {
  response.writeHead(status, {
    ...HEADERS,
    'content-type': `${type}; charset=utf-8`,
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

/** In the same time whatever the text is. */
function sameText(a: string, b: string): boolean {
  const [x, y] = [a, b].map(text => createHash('sha256').update(text).digest());
  return x !== undefined && y !== undefined && timingSafeEqual(x, y);
}
