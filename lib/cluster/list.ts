import type { Clock } from '../clock.ts';
import type { SourceKind } from '../model/index.ts';
import { unlessAborted } from './abort.ts';
import type { Answer, Connection } from './connection.ts';
import {
  BusyError,
  ClusterError,
  ExpiredListError,
  ForbiddenError,
  reasonOf,
  UnauthorizedError,
  UnusableListError,
} from './errors.ts';

/** One kind of object as the API server lists it. */
interface Resource {
  readonly group: string;
  readonly plural: string;
  readonly path: string;
  readonly listKind: string;
}

const RESOURCES: Readonly<Record<SourceKind, Resource>> = {
  service: { group: '', plural: 'services', path: '/api/v1/services', listKind: 'ServiceList' },
  ingress: {
    group: 'networking.k8s.io',
    plural: 'ingresses',
    path: '/apis/networking.k8s.io/v1/ingresses',
    listKind: 'IngressList',
  },
};

export interface Listing {
  readonly connection: Connection;
  /** `cluster prod-eu`, for messages. */
  readonly label: string;
  readonly kind: SourceKind;
  /** Objects a page; the API server may give fewer. */
  readonly pageSize: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** Takes the objects of one page, as parsed. They are not kept. */
  readonly onPage: (items: readonly unknown[]) => void;
  /** What came before does not count: the listing begins anew. */
  readonly onRestart: () => void;
}

/** 500 is what client-go asks for; larger pages save little (`scripts/bench-list.ts`) and cost memory. */
export const PAGE_SIZE = 500;
const RESTARTS = 3;
const TRIES = 4;
/** Milliseconds after which a page is not asked for again. */
const PATIENCE = 20_000;
/** Seconds. A server that wants to be left alone for longer is left alone until the next run. */
const LONGEST_WAIT = 10;

/**
 * Lists all objects of a kind in all namespaces, page by page, as of one moment: without `resourceVersion`, the first
 * page is the newest state and the `continue` token holds the others to it. (`resourceVersion=0` may be old, and
 * ignores `limit`.)
 *
 * @returns how many objects there are, after all pages were handed over.
 * @throws ClusterError when the listing is not complete; the signal's reason when it is aborted.
 */
export async function listAll(listing: Listing): Promise<number> {
  for (let restarts = 0; ; restarts++) {
    try {
      return await listOnce(listing);
    } catch (error) {
      if (!(error instanceof ClusterError) || error.mend !== 'restart') throw error;
      if (restarts === RESTARTS) {
        const what = `the listing of ${RESOURCES[listing.kind].plural} expired ${RESTARTS + 1} times`;
        throw new UnusableListError(`${listing.label}: ${what}: ${error.message}; the API server is too slow for it`, {
          cause: error,
        });
      }
      listing.onRestart();
    }
  }
}

async function listOnce(listing: Listing): Promise<number> {
  let objects = 0;
  let next = '';
  // Every cluster has the Service default/kubernetes: a list without it comes from a server that lost its data, or
  // shows less than there is. Acting on it would delete records.
  let believable = listing.kind !== 'service';
  do {
    const page = await pageWithRetries(listing, next);
    objects += page.items.length;
    believable ||= page.items.some(isApiServerService);
    if (page.next !== '' && page.next === next) throw unusable(listing, 'the same page was given twice');
    next = page.next;
    listing.onPage(page.items);
  } while (next !== '');
  if (!believable) {
    throw unusable(
      listing,
      `a list of all Services (${objects}) without default/kubernetes is not believed; look at the cluster and its roles`,
    );
  }
  return objects;
}

interface Page {
  readonly items: readonly unknown[];
  /** The `continue` token, empty on the last page. */
  readonly next: string;
}

async function pageWithRetries(listing: Listing, token: string): Promise<Page> {
  const { clock, signal } = listing;
  const began = clock.now();
  for (let tries = 1; ; tries++) {
    try {
      return await readPage(listing, token);
    } catch (error) {
      if (!(error instanceof ClusterError) || error.mend !== 'retry') throw error;
      if (tries === TRIES || clock.now() - began >= PATIENCE) throw error;
      const asked = error instanceof BusyError ? error.retryAfter : undefined;
      if (asked !== undefined && asked > LONGEST_WAIT) throw error;
      const wait = asked === undefined ? 2 ** tries * (50 + 50 * clock.random()) : asked * 1000;
      await unlessAborted(clock.sleep(wait), signal);
    }
  }
}

async function readPage(listing: Listing, token: string): Promise<Page> {
  const query = new URLSearchParams({ limit: String(listing.pageSize), ...(token !== '' && { continue: token }) });
  const answer = await listing.connection.get(`${RESOURCES[listing.kind].path}?${query}`, listing.signal);
  if (answer.status !== 200) throw refusal(listing, answer);
  return parsePage(listing, answer.body);
}

function parsePage(listing: Listing, body: Buffer): Page {
  const { listKind } = RESOURCES[listing.kind];
  const list = parse(body) as { kind?: unknown; items?: unknown; metadata?: { continue?: unknown } } | undefined;
  // Go writes an empty list as `null` in places.
  const items = list?.items ?? [];
  if (list?.kind !== listKind || !Array.isArray(items)) {
    throw unusable(listing, `the answer is no ${listKind}; is something other than the API server answering?`);
  }
  const next = list.metadata?.continue;
  return { items, next: typeof next === 'string' ? next : '' };
}

/** Undefined for what is not JSON. */
function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function isApiServerService(item: unknown): boolean {
  const { namespace, name } = (item as { metadata?: { namespace?: unknown; name?: unknown } }).metadata ?? {};
  return name === 'kubernetes' && namespace === 'default';
}

/** The answers that are no list, as errors; the texts are those of the Status object that comes with them. */
function refusal(listing: Listing, { status, headers, body }: Answer): ClusterError {
  const { group, plural } = RESOURCES[listing.kind];
  const { message } = (parse(body) ?? {}) as { message?: unknown };
  const said = `${status}${typeof message === 'string' ? ` ${reasonOf(message).slice(0, 300)}` : ''}`;
  const where = `${listing.label}: listing ${plural}`;
  switch (true) {
    case status === 401:
      return new UnauthorizedError(
        `${where}: not accepted (${said}); the role needs an EKS access entry in this very cluster (infra/eks-access.yml)`,
      );
    case status === 403:
      return new ForbiddenError(
        `${where}: forbidden (${said}); bind the ClusterRole fairlead (infra/cluster-role.yaml), which has verbs [get, list, watch] on resources [${plural}] of apiGroups ["${group}"], to the group of fairlead's access entry`,
      );
    case status === 410:
      return new ExpiredListError(`${where}: ${said}`);
    case status === 404:
      return unusable(listing, `the cluster has no ${plural} under ${RESOURCES[listing.kind].path} (${said})`);
    case status === 429 || status >= 500:
      return new BusyError(
        `${where}: the API server is busy or failing (${said}); the next run reads it again`,
        waitOf(headers),
      );
    default:
      return unusable(listing, `unexpected answer ${said}`);
  }
}

/** Retry-After in seconds (RFC 9110, 10.2.3); Kubernetes gives no dates. */
function waitOf(headers: Answer['headers']): number | undefined {
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return seconds >= 0 ? seconds : undefined;
}

function unusable({ label, kind }: Listing, what: string): UnusableListError {
  return new UnusableListError(`${label}: ${RESOURCES[kind].plural}: ${what}`);
}
