import { type Clock, systemClock } from '../clock.ts';
import type { ClusterConfig } from '../config/config.ts';
import type { KindRead } from '../model/index.ts';
import { reasonOf } from '../reason.ts';
import { type ResourceKind, type SourceKind, sourceOf } from '../sources/index.ts';
import { type Access, createAccess } from './access.ts';
import { type Connection, TIMEOUTS, type Timeouts } from './connection.ts';
import { createDiscovery, type Discovery } from './discovery.ts';
import type { CredentialsInput } from './eks.ts';
import { ClusterError, UnreachableError } from './errors.ts';
import { type Listing, listAll, PAGE_SIZE } from './list.ts';
import { createMeter, createTimer, READ_LIMITS, type ReadLimits } from './meter.ts';
import { FOR_A_RUN, WITH_KUBECONFIG, within } from './resource.ts';

/**
 * Who takes what is read, and knows what is to be read. Objects are given as the API server has them, page by page, and
 * are not kept.
 */
export interface Intake {
  readonly sources: readonly SourceKind[];
  /** What a source needs, as far as is known; asked again until all that it names was read. */
  needs(source: SourceKind): readonly ResourceKind[];
  /** The namespaces of which a resource is to be listed, each by itself; none, or absent: all of them at once. */
  namespaces?(resource: ResourceKind): readonly string[];
  page(resource: ResourceKind, items: readonly unknown[]): void;
  /** A resource that the source named after what asks was read could not be read; the source counts as read all the same. */
  unread?(resource: ResourceKind, because: string): void;
  /** Everything that `page` took of a resource is void: it is read anew. */
  restart(resource: ResourceKind): void;
}

/**
 * Reads all that the sources of an intake ask for from one cluster, side by side: the resources that a source needs before
 * the one that asks.
 *
 * What the intake took of a source counts only when the source turns out complete: its resource and all that it needs.
 *
 * Never throws: whatever happens, each source has an entry, and one that is not complete says why in words for a person.
 * An aborted signal ends the reading, and what was not complete by then is incomplete.
 */
export type ClusterReader = (
  cluster: ClusterConfig,
  intake: Intake,
  signal?: AbortSignal,
) => Promise<Readonly<Record<string, KindRead>>>;

export interface ClusterReaderOptions {
  readonly clock?: Clock;
  /** AWS credentials; absent: the SDK's default chain (environment, profile, role). */
  readonly credentials?: CredentialsInput;
  readonly timeouts?: Timeouts;
  /** Milliseconds for which a cluster's endpoint, CA and served resources are kept between runs; 15 minutes unless told. */
  readonly keepMs?: number;
  /** Objects a page. */
  readonly pageSize?: number;
  /** What reading one cluster may take; {@link READ_LIMITS} unless told. */
  readonly limits?: ReadLimits;
  /** The ways to the clusters, where others use them, too. */
  readonly access?: Access;
}

/** Milliseconds for which endpoint, CA and served resources of a cluster are kept. */
const KEEP_MS = 15 * 60_000;

/** The ways to the clusters, for a process that reads them and writes to them. */
export function createClusterAccess(credentials?: CredentialsInput): Access {
  return createAccess({ clock: systemClock, timeouts: TIMEOUTS, keepMs: KEEP_MS, credentials });
}

/**
 * A reader of EKS clusters and kubeconfigs. Make one per process and use it for every run: it keeps endpoints, CAs,
 * tokens, connections and what is served where, and drops a cluster's when they fail.
 */
export function createClusterReader(options: ClusterReaderOptions = {}): ClusterReader {
  const { clock = systemClock, timeouts = TIMEOUTS, keepMs = KEEP_MS, pageSize = PAGE_SIZE, credentials } = options;
  const { limits = READ_LIMITS } = options;
  const { access = createAccess({ clock, timeouts, keepMs, credentials }) } = options;
  const discoveries = new WeakMap<Connection, Discovery>();
  const used = new WeakSet<Connection>();

  const readAll = async (cluster: ClusterConfig, intake: Intake, signal: AbortSignal) => {
    const label = `cluster ${cluster.name}`;
    const meter = createMeter(label, limits);
    const advice = cluster.kubeconfig === undefined ? FOR_A_RUN : WITH_KUBECONFIG;
    const discoveryOf = (connection: Connection) => {
      const discovery = discoveries.get(connection) ?? createDiscovery({ connection, label, clock, advice });
      discoveries.set(connection, discovery);
      return discovery;
    };
    const list = async (connection: Connection, resource: ResourceKind): Promise<number> => {
      const served = await discoveryOf(connection).find(resource, signal);
      if (served === undefined) return 0;
      const onPage = (items: readonly unknown[]) => intake.page(resource, items);
      const onRestart = () => intake.restart(resource);
      const listing = { connection, label, served, pageSize, meter, clock, signal, onPage, onRestart, advice };
      try {
        return await listEach(listing, intake.namespaces?.(resource) ?? []);
      } catch (error) {
        // It may be served no longer, or in another version.
        discoveries.delete(connection);
        throw error;
      }
    };

    const outcomes = new Map<ResourceKind, Promise<Outcome<number>>>();
    const round = async () => {
      const way = await attempt(() => access.connect(cluster, signal));
      // What this reading has from a kubeconfig is as new as can be: to have it anew is to call its exec plugin twice.
      const isNewest = cluster.kubeconfig !== undefined && 'value' in way && !used.has(way.value);
      if ('value' in way) used.add(way.value);
      const read = (resource: ResourceKind): Promise<Outcome<number>> => {
        const outcome =
          outcomes.get(resource) ?? ('error' in way ? Promise.resolve(way) : attempt(() => list(way.value, resource)));
        outcomes.set(resource, outcome);
        return outcome;
      };
      const sources = await Promise.all(
        intake.sources.map(async source => [source, await readSource(source, intake, read)] as const),
      );
      return { sources, refused: !('error' in way), isNewest };
    };

    let { sources, refused, isNewest } = await round();
    const stale = await staleOf(outcomes, isNewest ? isOutOfReach : isStale);
    if (refused && stale.length > 0) {
      if (!isNewest) access.drop(cluster);
      if (!signal?.aborted) {
        for (const resource of stale) {
          outcomes.delete(resource);
          intake.restart(resource);
        }
        ({ sources } = await round());
      }
    }
    const told = (source: SourceKind, outcome: Outcome<number>) => kindRead(cluster.name, source, outcome, signal);
    return Object.fromEntries(sources.map(([source, outcome]) => [source, told(source, outcome)]));
  };

  return async (cluster, intake, signal) => {
    const timer = createTimer(`cluster ${cluster.name}`, limits);
    try {
      return await readAll(cluster, intake, signal ? AbortSignal.any([signal, timer.signal]) : timer.signal);
    } finally {
      timer.stop();
    }
  };
}

/** Lists the namespaces named, one after the other; none named: all at once. @returns how many objects there are */
async function listEach(listing: Listing, namespaces: readonly string[]): Promise<number> {
  if (namespaces.length === 0) return (await listAll(listing)).objects;
  for (;;) {
    let objects = 0;
    let restarted = false;
    for (const [i, namespace] of namespaces.entries()) {
      const onRestart = () => {
        // What came of the namespaces before this one is void too.
        restarted ||= i > 0;
        listing.onRestart();
      };
      objects += (await listAll({ ...listing, served: within(listing.served, namespace), onRestart })).objects;
    }
    if (!restarted) return objects;
    listing.onRestart();
  }
}

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

/**
 * Reads what a source needs, then what asks, then what single objects of that need. An unread need leaves the source unread,
 * whatever else could be read; one of the last sort only the objects that need it.
 */
async function readSource(
  source: SourceKind,
  intake: Intake,
  read: (resource: ResourceKind) => Promise<Outcome<number>>,
): Promise<Outcome<number>> {
  const done = new Set<ResourceKind>();
  const next = async () => {
    const missing = intake.needs(source).filter(resource => !done.has(resource));
    for (const resource of missing) done.add(resource);
    return Promise.all(missing.map(async resource => ({ resource, outcome: await read(resource) })));
  };
  for (let needs = await next(); needs.length > 0; needs = await next()) {
    const failed = needs.find(({ outcome }) => 'error' in outcome);
    if (failed) return failed.outcome;
  }
  const asking = await read(sourceOf(source).resource);
  if ('error' in asking) return asking;
  for (let joins = await next(); joins.length > 0; joins = await next()) {
    for (const { resource, outcome } of joins) {
      if ('error' in outcome) intake.unread?.(resource, reasonOf(outcome.error));
    }
  }
  return asking;
}

/** The resources that another round may yet make readable. */
async function staleOf(
  outcomes: ReadonlyMap<ResourceKind, Promise<Outcome<number>>>,
  mayPass: (outcome: Outcome<number>) => boolean,
): Promise<ResourceKind[]> {
  const all = await Promise.all(
    [...outcomes].map(async ([resource, outcome]) => ({ resource, outcome: await outcome })),
  );
  return all.filter(({ outcome }) => mayPass(outcome)).map(({ resource }) => resource);
}

async function attempt<T>(act: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await act() };
  } catch (error) {
    return { error };
  }
}

/** Endpoint, CA, token or connection may be out of date. */
function isStale(outcome: Outcome<number>): boolean {
  return 'error' in outcome && outcome.error instanceof ClusterError && outcome.error.recovery === 'access';
}

const isOutOfReach = (outcome: Outcome<number>) => 'error' in outcome && outcome.error instanceof UnreachableError;

function kindRead(cluster: string, source: SourceKind, outcome: Outcome<number>, signal?: AbortSignal): KindRead {
  if ('value' in outcome) return { complete: true, objects: outcome.value };
  const { error } = outcome;
  if (error instanceof ClusterError) return { complete: false, error: error.message };
  // Of all kinds alike, so that it is told once.
  const what = signal?.aborted ? 'reading was stopped' : `reading ${source} objects failed unexpectedly`;
  return { complete: false, error: `cluster ${cluster}: ${what}: ${reasonOf(error)}` };
}
