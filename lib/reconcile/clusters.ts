import type { ClusterConfig, Config } from '../config/config.ts';
import { groupBy } from '../group.ts';
import type { ClusterName, DnsName, Finding, KindRead, Snapshot, Wanted, Written } from '../model/index.ts';
import { isComplete, objectNamedBy } from '../model/index.ts';
import { mapLimit } from '../parallel.ts';
import { type Selection, type SourceKind, sourceOf } from '../sources/index.ts';
import { type CachedSnapshot, clusterKey, decodeSnapshot, encodeSnapshot, snapshotText } from '../state/index.ts';
import { emptyFilters } from './empty-filters.ts';
import { Offered } from './offered.ts';
import type { OpenRun } from './ports.ts';
import { inTurns } from './told.ts';
import { inView } from './views.ts';
import { isYoung } from './zone-list.ts';

const CLUSTERS_AT_ONCE = 10;
const NOT_ASKED = 'this run was not asked to read it';

/** One snapshot a configured cluster, in the order of the config, as a view sees it. */
export interface ReadClusters {
  readonly snapshots: readonly Snapshot[];
  readonly findings: readonly Finding[];
  /** Clusters whose reading was not waited for: they count as skipped. */
  readonly late: ReadonlySet<ClusterName>;
}

/**
 * Reads clusters side by side. One that is not among `asked` is skipped: nothing of what was kept of it enters the plan,
 * so that an earlier reading never undoes what a later one did.
 */
export async function readClusters(
  run: OpenRun,
  asked: ReadonlySet<ClusterName>,
  patienceMs = Number.POSITIVE_INFINITY,
): Promise<ReadClusters> {
  const { clusters } = run.config;
  const isRead = ({ name, freeze }: ClusterConfig) => asked.has(name) && freeze !== true;
  const done = await readingsOf(clusters.filter(isRead), run, patienceMs);
  const all = clusters.map(cluster => done.get(cluster.name) ?? { snapshot: skipped(cluster, run.config, NOT_ASKED) });
  const late = new Set(clusters.filter(one => isRead(one) && !done.has(one.name)).map(({ name }) => name));
  const snapshots = all.map(({ snapshot }) => snapshot);
  const findings = [
    ...snapshots.filter(({ origin }) => origin === 'read').flatMap(unreadable),
    ...snapshots.filter(({ cluster, frozen }) => frozen && asked.has(cluster)).map(frozenFinding),
    ...(snapshots.every(isComplete) ? emptyFilters(run.config, all).map(finding => inView(finding, run)) : []),
  ];
  return { snapshots, findings, late };
}

/**
 * The readings that came to an end; without those that are under way when none had come for so long. One that was begun
 * before is taken up.
 */
async function readingsOf(
  clusters: readonly ClusterConfig[],
  run: OpenRun,
  patienceMs: number,
): Promise<ReadonlyMap<ClusterName, Taken>> {
  const done = new Map<ClusterName, Taken>();
  const stalled = Promise.withResolvers<void>();
  let timer: NodeJS.Timeout | undefined;
  const note = (name: ClusterName, taken: Taken) => {
    done.set(name, taken);
    clearTimeout(timer);
    run.onProgress?.({ stage: 'clusters', done: done.size, of: clusters.length });
    if (done.size < clusters.length && Number.isFinite(patienceMs)) timer = setTimeout(stalled.resolve, patienceMs);
  };
  const all = mapLimit(clusters, CLUSTERS_AT_ONCE, async cluster => {
    const reading = run.readings.get(cluster.name) ?? takeSnapshots(cluster, run);
    run.readings.set(cluster.name, reading);
    note(cluster.name, (await reading)[run.at] as Taken);
  });
  await Promise.race([all, stalled.promise]);
  clearTimeout(timer);
  return new Map(done);
}

/** What one cluster asks for of a view, and what the filters left of its objects. */
export interface Taken {
  readonly snapshot: Snapshot;
  readonly selection?: Selection;
}

/** The part of the time that is left which reading clusters may take: what was read must still be published. */
const READING_SHARE = 0.5;

function readingTime({ deadlineMs, ports: { clock } }: OpenRun): AbortSignal | undefined {
  if (deadlineMs === undefined) return undefined;
  return AbortSignal.timeout(Math.max(1, Math.floor((deadlineMs - clock.now()) * READING_SHARE)));
}

/** The readings of clusters, begun or done: what came of each, by view. */
export type Readings = Map<ClusterName, Promise<readonly Taken[]>>;

async function takeSnapshots(cluster: ClusterConfig, run: OpenRun): Promise<readonly Taken[]> {
  const reading = new Offered(cluster.name, run.views);
  const kinds = await run.ports.readCluster(
    cluster,
    reading.sources,
    (resource, items) => reading.page(resource, items),
    resource => reading.restart(resource),
    readingTime(run),
    reading,
  );
  const wanted = new Map([...new Set(reading.readings)].map(one => [one, one.wanted()]));
  return reading.readings.map((one, i) => {
    const owner = run.views[i]?.clusters.find(({ name }) => name === cluster.name)?.owner ?? cluster.owner;
    const asked = wanted.get(one) as Wanted;
    const snapshot = { cluster: cluster.name, owner, kinds, origin: 'read' as const, ...asked };
    return { snapshot, selection: one.selection() };
  });
}

/** A cluster of which nothing is known. @param why it was not read */
export function skipped(
  { name, owner, freeze }: ClusterConfig,
  config: Pick<Config, 'sources'>,
  why: string,
): Snapshot {
  const error = freeze ? 'the config freezes it' : why;
  const unread: KindRead = { complete: false, error };
  return {
    cluster: name,
    owner,
    kinds: Object.fromEntries(config.sources.map(kind => [kind, unread])),
    origin: 'skipped',
    ...(freeze && { frozen: freeze }),
    endpoints: [],
    holds: [],
    findings: [],
  };
}

/** One for each error: where there is no way to a cluster, each of its sources has the same. */
function unreadable({ cluster, kinds }: Snapshot): Finding[] {
  const unread = Object.entries(kinds).flatMap(([kind, read]) => (read.complete ? [] : [{ kind, error: read.error }]));
  return [...groupBy(unread, ({ error }) => error)].map(([error, group]) => ({
    reason: 'unreadable',
    message: `${cluster}: ${group.map(({ kind }) => kind).join(', ')} objects could not be read, so none of their records is removed: ${error}`,
    cluster,
    ...(group.length > 1 && { count: group.length }),
  }));
}

function frozenFinding({ cluster }: Snapshot): Finding {
  const message = `${cluster} is frozen by the config (clusters[].freeze): it is not read, and nothing that it has is changed`;
  return { reason: 'warning', message, cluster };
}

/** What is known of a cluster from the last run that read it. */
export interface KnownCluster {
  readonly cached?: CachedSnapshot;
  readonly version?: string;
}

/** What is kept of every configured cluster, by name. */
export async function knownClusters(run: OpenRun): Promise<ReadonlyMap<ClusterName, KnownCluster>> {
  const known = await mapLimit(run.config.clusters, CLUSTERS_AT_ONCE, async ({ name }) => {
    const { value, version } = await run.cache.read(clusterKey(name, run.view), decodeSnapshot);
    const cached = value?.snapshot.cluster === name ? value : undefined;
    return [name, { ...(cached && { cached }), ...(version !== undefined && { version }) }] as const;
  });
  return new Map(known);
}

/** The names that a cluster asked for when it was last read. */
export const namesAsked = ({ cached }: KnownCluster): readonly DnsName[] =>
  cached ? cached.snapshot.endpoints.map(({ name }) => name) : [];

const codec = {
  encode: encodeSnapshot,
  decode: decodeSnapshot,
  merge: (theirs: CachedSnapshot, ours: CachedSnapshot) => (theirs.readAt > ours.readAt ? theirs : ours),
};

/** A bucket's lifecycle rule may delete what was not written for a month: what is in use is written again before. */
const WRITE_ANEW = 7 * 24 * 3_600_000;

/**
 * Keeps what was read of a cluster; for the kinds that could not be read, what was known of them before. Written only when it
 * differs from what is kept, or is a week old: a run that changes nothing writes nothing.
 *
 * @param unpublished what of the cluster is not published as asked, in this run's findings
 */
export async function keepSnapshot(
  snapshot: Snapshot,
  unpublished: number,
  { cached, version }: KnownCluster,
  run: OpenRun,
): Promise<void> {
  const now = run.ports.clock.now();
  const whole = withKnown(snapshot, cached?.snapshot);
  const lasting = { ...whole, findings: inTurns(whole.findings, FINDINGS) };
  const value = { snapshot: lasting, unpublished };
  const same = cached?.detailed && snapshotText(value) === snapshotText(cached);
  if (same && isYoung(cached.readAt, WRITE_ANEW, now)) return;
  const fresh: CachedSnapshot = { ...value, readAt: now, detailed: true };
  await run.cache.write(clusterKey(snapshot.cluster, run.view), fresh, version, codec);
}

/** Findings that are kept of a cluster, so that they can be told when somebody asks. */
const FINDINGS = 10_000;

const written = ({ written: all = [] }: Snapshot) => all;

function withKnown(fresh: Snapshot, known: Snapshot | undefined): Snapshot {
  const sources = (Object.keys(fresh.kinds) as SourceKind[]).filter(kind => fresh.kinds[kind]?.complete === false);
  const unread = new Set<string>(sources.map(source => sourceOf(source).resource));
  if (!known || unread.size === 0) return fresh;
  const isUnread = <T extends { object: { kind: string } }>({ object }: T) => unread.has(object.kind);
  const isOfUnread = ({ object }: Finding) => object !== undefined && unread.has(object.kind);
  const isUnreadWord = ({ resource }: Written) => unread.has(objectNamedBy(resource).kind);
  return {
    ...fresh,
    endpoints: [...fresh.endpoints.filter(one => !isUnread(one)), ...known.endpoints.filter(isUnread)],
    holds: [...fresh.holds.filter(one => !isUnread(one)), ...known.holds.filter(isUnread)],
    findings: [...fresh.findings.filter(one => !isOfUnread(one)), ...known.findings.filter(isOfUnread)],
    written: [...written(fresh).filter(one => !isUnreadWord(one)), ...written(known).filter(isUnreadWord)],
  };
}
