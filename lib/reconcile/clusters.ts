import { createHash } from 'node:crypto';
import type { ClusterConfig, Config } from '../config/config.ts';
import type { DnsName, Finding, KindRead, RunRequest, Snapshot } from '../model/index.ts';
import { isComplete } from '../model/index.ts';
import { Reading, sourceOf, sourceSettings } from '../sources/index.ts';
import { decodeSnapshot, encode, type KeptSnapshot } from '../state/index.ts';
import { mapLimit } from './parallel.ts';
import type { OpenRun } from './ports.ts';

const CLUSTERS_AT_ONCE = 10;

/** One snapshot a configured cluster, in the order of the config. */
export interface ReadClusters {
  readonly snapshots: readonly Snapshot[];
  readonly findings: readonly Finding[];
}

export interface ReadOptions {
  /** Keep complete snapshots for the next run. */
  readonly keep: boolean;
  /** Whether some zone has record sets of a name. */
  readonly stands: (name: DnsName) => boolean;
}

/**
 * Reads the clusters side by side. For a cluster that is not asked for, its kept snapshot stands in; for one that cannot
 * be read completely too, but then nothing of it is taken away.
 */
export async function readClusters(run: OpenRun, request: RunRequest, options: ReadOptions): Promise<ReadClusters> {
  const { clusters } = run.config;
  let done = 0;
  const snapshots = await mapLimit(clusters, CLUSTERS_AT_ONCE, async cluster => {
    const snapshot = await (request.clusters && !request.clusters.includes(cluster.name)
      ? standIn(cluster, run)
      : readCluster(cluster, run, options));
    run.onProgress?.({ stage: 'clusters', done: ++done, of: clusters.length });
    return snapshot;
  });
  return { snapshots, findings: snapshots.flatMap(unreadable) };
}

/** What the objects ask for depends on these settings: a snapshot kept under others is void. */
function settingsHash(config: Config): string {
  return createHash('sha256')
    .update(JSON.stringify([sourceSettings(config), config.sources]))
    .digest('base64url')
    .slice(0, 16);
}

const key = (cluster: ClusterConfig) => `cluster/${cluster.name}`;

async function readCluster(cluster: ClusterConfig, run: OpenRun, options: ReadOptions): Promise<Snapshot> {
  const fresh = await takeSnapshot(cluster, run);
  const found = await run.kept.read(key(cluster), decodeSnapshot);
  const kept = usable(found.value, cluster, run);
  const complete = isComplete(fresh);
  const whole = complete || !kept ? fresh : withKept(fresh, kept, run);
  const snapshot = kept && sharesOwner(cluster, run) ? withFormer(whole, kept, options.stands) : whole;
  if (complete && options.keep) await keepSnapshot(cluster, snapshot, run, { kept, version: found.version });
  return snapshot;
}

const sharesOwner = ({ name, owner }: ClusterConfig, { config }: OpenRun) =>
  config.clusters.some(other => other.name !== name && other.owner === owner);

/** Remembers which names the cluster no longer asks for: the ownership record of a shared owner does not tell whose they were. */
function withFormer(now: Snapshot, kept: Snapshot, stands: (name: DnsName) => boolean): Snapshot {
  const asked = new Set(now.endpoints.map(({ name }) => name));
  const before = [...kept.endpoints.map(({ name }) => name), ...(kept.formerly ?? [])];
  const formerly = [...new Set(before)].filter(name => !asked.has(name) && stands(name)).sort();
  return formerly.length > 0 ? { ...now, formerly } : now;
}

async function takeSnapshot(cluster: ClusterConfig, run: OpenRun): Promise<Snapshot> {
  const reading = new Reading(run.config.sources, { cluster: cluster.name, settings: sourceSettings(run.config) });
  const timeout =
    run.deadlineMs === undefined ? undefined : AbortSignal.timeout(Math.max(1, run.deadlineMs - run.ports.clock.now()));
  const kinds = await run.ports.readCluster(cluster, reading, timeout);
  return { cluster: cluster.name, owner: cluster.owner, kinds, origin: 'read', ...reading.wanted() };
}

/** For the kinds that could not be read, what they wanted last stands in. */
function withKept(fresh: Snapshot, kept: Snapshot, run: OpenRun): Snapshot {
  const unreadSources = run.config.sources.filter(source => fresh.kinds[source]?.complete === false);
  const standIns: readonly string[] = unreadSources.map(source => sourceOf(source).resource);
  const unread = <T extends { object: { kind: string } }>({ object }: T) => standIns.includes(object.kind);
  return {
    ...fresh,
    standIns,
    endpoints: [...fresh.endpoints.filter(one => !unread(one)), ...kept.endpoints.filter(unread)],
    holds: [...fresh.holds.filter(one => !unread(one)), ...kept.holds.filter(unread)],
  };
}

/** A cluster that this run was not asked to read. Without a kept snapshot it counts as unread, so its records are frozen. */
async function standIn(cluster: ClusterConfig, run: OpenRun): Promise<Snapshot> {
  const { value } = await run.kept.read(key(cluster), decodeSnapshot);
  const kept = usable(value, cluster, run);
  if (kept) return { ...kept, origin: 'kept', findings: [] };
  const unread: KindRead = { complete: false, error: 'not read in this run, and no earlier snapshot is kept' };
  return {
    cluster: cluster.name,
    owner: cluster.owner,
    kinds: Object.fromEntries(run.config.sources.map(kind => [kind, unread])),
    origin: 'kept',
    endpoints: [],
    holds: [],
    findings: [],
  };
}

function usable(value: KeptSnapshot | undefined, cluster: ClusterConfig, run: OpenRun): Snapshot | undefined {
  const fits =
    value?.settings === settingsHash(run.config) &&
    value.snapshot.cluster === cluster.name &&
    value.snapshot.owner === cluster.owner;
  return fits ? value.snapshot : undefined;
}

const codec = {
  encode: (value: KeptSnapshot) => encode('snapshot', value),
  decode: decodeSnapshot,
  merge: (theirs: KeptSnapshot, ours: KeptSnapshot) => (theirs.readAt > ours.readAt ? theirs : ours),
};

/** Written only when it differs from what is kept: a run that changes nothing writes nothing. */
async function keepSnapshot(
  cluster: ClusterConfig,
  snapshot: Snapshot,
  run: OpenRun,
  { kept, version }: { kept: Snapshot | undefined; version: string | undefined },
): Promise<void> {
  const lasting = { ...snapshot, findings: [] };
  if (kept && JSON.stringify({ ...kept, findings: [] }) === JSON.stringify(lasting)) return;
  const value = { snapshot: lasting, settings: settingsHash(run.config), readAt: run.ports.clock.now() };
  await run.kept.write(key(cluster), value, version, codec);
}

function unreadable(snapshot: Snapshot): Finding[] {
  return Object.entries(snapshot.kinds).flatMap(([kind, read]) =>
    read.complete
      ? []
      : [
          {
            reason: 'unreadable' as const,
            message: `${snapshot.cluster}: ${kind} objects could not be read, so none of their records is removed: ${read.error}`,
            cluster: snapshot.cluster,
          },
        ],
  );
}
