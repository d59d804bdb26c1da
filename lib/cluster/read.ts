import { type Clock, systemClock } from '../clock.ts';
import type { ClusterConfig } from '../config/config.ts';
import type { KindRead, SourceKind } from '../model/index.ts';
import { createAccess } from './access.ts';
import { type Connection, TIMEOUTS, type Timeouts } from './connection.ts';
import type { CredentialsInput } from './eks.ts';
import { ClusterError, reasonOf } from './errors.ts';
import { listAll, PAGE_SIZE } from './list.ts';
import { FOR_A_RUN, WITH_KUBECONFIG } from './resource.ts';

/**
 * Reads all objects of the kinds asked for from one cluster, all kinds at once.
 *
 * `sink` takes the objects as the API server gives them, page by page; they are not kept. What it took counts only when
 * the kind turns out complete. `restart` says that everything `sink` took of a kind is void: the kind is read anew.
 *
 * Never throws: whatever happens, each kind asked for has an entry, and one that is not complete says why in words for a
 * person. An aborted signal ends the reading, and what was not complete by then is incomplete.
 */
export type ClusterReader = (
  cluster: ClusterConfig,
  kinds: readonly SourceKind[],
  sink: (kind: SourceKind, items: readonly unknown[]) => void,
  restart: (kind: SourceKind) => void,
  signal?: AbortSignal,
) => Promise<Readonly<Record<string, KindRead>>>;

export interface ClusterReaderOptions {
  readonly clock?: Clock;
  /** AWS credentials; absent: the SDK's default chain (environment, profile, role). */
  readonly credentials?: CredentialsInput;
  readonly timeouts?: Timeouts;
  /** Milliseconds for which a cluster's endpoint and CA are kept between runs; 15 minutes unless told. */
  readonly keepMs?: number;
  /** Objects a page. */
  readonly pageSize?: number;
}

/**
 * A reader of EKS clusters and kubeconfigs. Make one per process and use it for every run: it keeps endpoints, CAs,
 * tokens and connections, and drops a cluster's when they fail.
 */
export function createClusterReader(options: ClusterReaderOptions = {}): ClusterReader {
  const { clock = systemClock, timeouts = TIMEOUTS, keepMs = 15 * 60_000, pageSize = PAGE_SIZE, credentials } = options;
  const access = createAccess({ clock, timeouts, keepMs, credentials });

  return async (cluster, kinds, sink, restart, signal) => {
    const list = (kind: SourceKind, connection: Connection): Promise<Outcome<number>> => {
      const onPage = (items: readonly unknown[]) => sink(kind, items);
      const onRestart = () => restart(kind);
      const label = `cluster ${cluster.name}`;
      const advice = cluster.kubeconfig === undefined ? FOR_A_RUN : WITH_KUBECONFIG;
      const listing = { connection, label, kind, pageSize, clock, signal, onPage, onRestart, advice };
      return attempt(async () => (await listAll(listing)).objects);
    };
    const round = async (wanted: readonly SourceKind[]): Promise<Round> => {
      const way = await attempt(() => access.connect(cluster, signal));
      if ('error' in way) return { outcomes: new Map(wanted.map(kind => [kind, way])), again: [] };
      const outcomes = new Map(
        await Promise.all(wanted.map(async kind => [kind, await list(kind, way.value)] as const)),
      );
      const again = wanted.filter(kind => isStale(outcomes.get(kind)));
      if (again.length > 0) access.drop(cluster);
      return { outcomes, again };
    };

    const { outcomes, again } = await round(kinds);
    if (again.length > 0 && !signal?.aborted) {
      for (const kind of again) restart(kind);
      for (const [kind, outcome] of (await round(again)).outcomes) outcomes.set(kind, outcome);
    }
    const told = (kind: SourceKind, outcome: Outcome<number>) => kindRead(cluster.name, kind, outcome, signal);
    return Object.fromEntries([...outcomes].map(([kind, outcome]) => [kind, told(kind, outcome)]));
  };
}

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

interface Round {
  readonly outcomes: Map<SourceKind, Outcome<number>>;
  /** The kinds that a new description of the cluster and a new token may yet make readable. */
  readonly again: readonly SourceKind[];
}

async function attempt<T>(act: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await act() };
  } catch (error) {
    return { error };
  }
}

/** Endpoint, CA, token or connection may be out of date. */
function isStale(outcome: Outcome<number> | undefined): boolean {
  return !!outcome && 'error' in outcome && outcome.error instanceof ClusterError && outcome.error.mend === 'access';
}

function kindRead(cluster: string, kind: SourceKind, outcome: Outcome<number>, signal?: AbortSignal): KindRead {
  if ('value' in outcome) return { complete: true, objects: outcome.value };
  const { error } = outcome;
  if (error instanceof ClusterError) return { complete: false, error: error.message };
  const what = signal?.aborted ? 'was stopped' : 'failed unexpectedly';
  return { complete: false, error: `cluster ${cluster}: reading ${kind} objects ${what}: ${reasonOf(error)}` };
}
