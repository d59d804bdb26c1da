import type { Clock } from '../clock.ts';
import { ANSWER_BYTES, type Connection } from './connection.ts';
import { ClusterError, TooLargeError, UnusableListError } from './errors.ts';
import type { Meter } from './meter.ts';
import { type Advice, parseJson, refusal, type Served, unusable } from './resource.ts';
import { withRetries } from './retry.ts';

export interface Listing {
  readonly connection: Connection;
  /** `cluster prod-eu`, for messages. */
  readonly label: string;
  readonly served: Served;
  /** Objects a page at most; large ones come in smaller pages, and the API server may give fewer. */
  readonly pageSize: number;
  /** Counts what is read; absent: it is not counted. */
  readonly meter?: Meter;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** What messages say is to be done; that of a run unless told. */
  readonly advice?: Advice;
  /** Takes the objects of one page, as parsed. They are not kept. */
  readonly onPage: (items: readonly unknown[]) => void;
  /** What came before does not count: the listing begins anew. */
  readonly onRestart: () => void;
}

/** A complete listing, after all its pages were handed over. */
export interface Listed {
  readonly objects: number;
  /** Of the moment that it shows: where a watch goes on. Empty where the server gives none. */
  readonly resourceVersion: string;
}

/** 500 is what client-go asks for; larger pages save little (`scripts/bench-list.ts`) and cost memory. */
export const PAGE_SIZE = 500;
const RESTARTS = 3;

/** What a page is to have, unzipped; the objects made of it take several times as much memory. */
const PAGE_BYTES = ANSWER_BYTES / 4;
/** A page that was cut is asked for again with so many times fewer objects, */
const SHRINK = 8;
/** and the next may have so many times more. */
const GROW = 4;

/**
 * Lists all objects of a kind in all namespaces, page by page, as of one moment: without `resourceVersion`, the first
 * page is the newest state and the `continue` token holds the others to it. (`resourceVersion=0` may be old, and
 * ignores `limit`.)
 *
 * @throws ClusterError when the listing is not complete; the signal's reason when it is aborted.
 */
export async function listAll(listing: Listing): Promise<Listed> {
  for (let restarts = 0; ; restarts++) {
    try {
      return await listOnce(listing);
    } catch (error) {
      if (!(error instanceof ClusterError) || error.recovery !== 'restart') throw error;
      if (restarts === RESTARTS) {
        const what = `the listing of ${listing.served.plural} expired ${RESTARTS + 1} times`;
        throw new UnusableListError(`${listing.label}: ${what}: ${error.message}; the API server is too slow for it`, {
          cause: error,
        });
      }
      listing.onRestart();
    }
  }
}

async function listOnce(listing: Listing): Promise<Listed> {
  let objects = 0;
  let next = '';
  let resourceVersion = '';
  // Every cluster has the Service default/kubernetes: a list without it comes from a server that lost its data, or
  // shows less than there is. Acting on it would delete records.
  let believable = !['/api/v1/services', '/api/v1/namespaces/default/services'].includes(listing.served.path);
  let limit = listing.pageSize;
  do {
    const page = await readFitting(listing, next, limit);
    objects += page.items.length;
    limit = page.nextLimit;
    believable ||= page.items.some(isApiServerService);
    if (page.next !== '' && page.next === next) throw unusable(listing, 'the same page was given twice');
    next = page.next;
    resourceVersion = page.resourceVersion;
    listing.onPage(page.items);
  } while (next !== '');
  if (!believable) {
    throw unusable(
      listing,
      `a list of all Services (${objects}) without default/kubernetes is not believed; look at the cluster and its roles`,
    );
  }
  return { objects, resourceVersion };
}

/** Asks for ever fewer objects until they fit into an answer. */
async function readFitting(listing: Listing, token: string, most: number): Promise<Page & { nextLimit: number }> {
  for (let limit = most; ; limit = Math.ceil(limit / SHRINK)) {
    const bytes = Math.min(ANSWER_BYTES, listing.meter?.left() ?? ANSWER_BYTES);
    try {
      const page = await withRetries(listing.clock, listing.signal, () => readPage(listing, token, limit, bytes));
      listing.meter?.take(page.bytes, page.items.length);
      const fitting = Math.floor((PAGE_BYTES * page.items.length) / page.bytes) || 1;
      return { ...page, nextLimit: Math.min(listing.pageSize, fitting, limit * GROW) };
    } catch (error) {
      if (!(error instanceof TooLargeError)) throw error;
      listing.meter?.take(bytes + 1, 0);
      if (limit === 1) throw unusable(listing, `an answer of one object has more than ${bytes} bytes`);
    }
  }
}

interface Page {
  /** Of the answer, unzipped. */
  readonly bytes: number;
  readonly items: readonly unknown[];
  /** The `continue` token, empty on the last page. */
  readonly next: string;
  readonly resourceVersion: string;
}

async function readPage(listing: Listing, token: string, limit: number, most: number): Promise<Page> {
  const query = new URLSearchParams({ limit: String(limit), ...(token !== '' && { continue: token }) });
  const answer = await listing.connection.get(`${listing.served.path}?${query}`, listing.signal, most);
  if (answer.status !== 200) throw refusal({ ...listing, doing: 'listing' }, answer);
  return parsePage(listing, answer.body);
}

/** @throws UnusableListError for what is no list of it */
export function parsePage(listing: Pick<Listing, 'label' | 'served'>, body: Buffer): Page {
  const { listKind } = listing.served;
  const list = parseJson(body) as ObjectList | undefined;
  // Go writes an empty list as `null` in places.
  const items = list?.items ?? [];
  if (list?.kind !== listKind || !Array.isArray(items)) {
    throw unusable(listing, `the answer is no ${listKind}; is something other than the API server answering?`);
  }
  const { continue: next, resourceVersion } = list.metadata ?? {};
  return { items, next: textOf(next), resourceVersion: textOf(resourceVersion), bytes: body.length };
}

/** The part of a list that is read, unchecked. */
interface ObjectList {
  readonly kind?: unknown;
  readonly items?: unknown;
  readonly metadata?: { readonly continue?: unknown; readonly resourceVersion?: unknown };
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '');

function isApiServerService(item: unknown): boolean {
  const { namespace, name } = (item as { metadata?: { namespace?: unknown; name?: unknown } }).metadata ?? {};
  return name === 'kubernetes' && namespace === 'default';
}
