import { createHash } from 'node:crypto';
import { type Finding, type FreshFinding, isUnpublished, type RunRequest, type RunResult } from '../model/index.ts';
import { type Channel, decodeTold, encodeTold, type ToldFinding, type ToldFindings, toldKey } from '../state/index.ts';
import { createCache } from './cache.ts';
import type { Ports } from './ports.ts';

/** What still stands is told again after this, so that what nobody took note of is not lost for good. */
const AGAIN_MS = 24 * 3_600_000;

/** Findings of which is kept that they were told: a result has 2,000 at most. */
const MOST_KEPT = 10_000;

/**
 * The findings of a run that were not told lately there. They count as told from now on, whatever becomes of the telling. Where it
 * cannot be known, or not be kept, what was told, nothing is: each run would tell all of it anew.
 */
export async function freshFindings(
  { shard, channel }: { readonly shard: string; readonly channel: Channel },
  request: RunRequest,
  result: RunResult,
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
): Promise<FreshFinding[]> {
  const cache = createCache(store, clock);
  const key = toldKey(shard, channel);
  const { value: before = new Map(), version } = await cache.read(key, decodeTold);
  const { fresh, told } = sortOut(before, request, result, clock.now());
  if (fresh.length === 0 && told.size === before.size) return [];
  if (cache.faults.size > 0) return [];
  await cache.write(key, told, version, {
    encode: encodeTold,
    decode: decodeTold,
    merge: (theirs: ToldFindings, ours: ToldFindings): ToldFindings => new Map([...theirs, ...ours]),
  });
  return cache.faults.size > 0 ? [] : fresh;
}

interface Sorted {
  readonly fresh: FreshFinding[];
  readonly told: ToldFindings;
}

function sortOut(before: ToldFindings, request: RunRequest, result: RunResult, now: number): Sorted {
  const told = new Map(stillTold(before, request, result));
  const fresh: FreshFinding[] = [];
  for (const finding of result.findings.filter(isUnpublished)) {
    const key = whatOf(finding);
    const known = told.get(key);
    if (known !== undefined && now - known.at < AGAIN_MS) continue;
    const since = known?.since ?? now;
    const cluster = clusterOf(finding);
    told.set(key, { since, at: now, ...(cluster !== undefined && { cluster }) });
    fresh.push({ finding, since: new Date(since).toISOString(), again: known !== undefined });
  }
  return { fresh, told: new Map([...told].slice(-MOST_KEPT)) };
}

/**
 * What a run no longer finds is no longer so, and is told should it come again: if the run looked at all of the shard, and
 * could read what it is about.
 */
function stillTold(before: ToldFindings, { clusters, reread }: RunRequest, result: RunResult): [string, ToldFinding][] {
  const all = [...before];
  const isPartial = clusters !== undefined || reread !== undefined;
  if (isPartial || result.zones.some(({ source }) => source === 'unreadable')) return all;
  const standing = new Set(result.findings.map(whatOf));
  const unread = new Set(result.clusters.filter(({ state }) => state !== 'read').map(({ name }) => name));
  const isUnread = (cluster: string | undefined) => cluster !== undefined && unread.has(cluster);
  return all.filter(([key, { cluster }]) => standing.has(key) || isUnread(cluster));
}

const clusterOf = ({ object, cluster }: Finding) => object?.cluster ?? cluster;

/** What a finding is about, whatever words it has: they may have times and numbers in them. Hashed, to be kept in little room. */
function whatOf(finding: Finding): string {
  const { reason, object, cluster, field, name, type, setIdentifier, zone, owner, message } = finding;
  const place = object && [object.cluster, object.kind, object.namespace, object.name];
  const about = [place, cluster, field, name, type, setIdentifier, zone, owner].map(part => part ?? null);
  const isPlain = about.every(part => part === null);
  const what = [reason, ...about, isPlain ? message.replaceAll(/\d+/g, '#') : null];
  return createHash('sha256').update(JSON.stringify(what)).digest('base64url').slice(0, 20);
}
