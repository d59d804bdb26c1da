import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { openConnection, type StreamingConnection } from '../../lib/cluster/connection.ts';
import { kubeConfigFromFile } from '../../lib/cluster/kubeconfig.ts';
import { FOR_A_RUN } from '../../lib/cluster/resource.ts';
import { type EndReason, WATCH_PACE, type WatchPace, watchAll } from '../../lib/cluster/watch.ts';
import type { ResourceKind } from '../../lib/sources/index.ts';
import type { LocalCluster } from '../../local/emulators/kubernetes/cluster.ts';
import { startWorld, type World } from '../../local/world.ts';

let world: World;
let cluster: LocalCluster;
let connection: StreamingConnection;
let folder: string;
const running: (() => Promise<void>)[] = [];

beforeEach(async () => {
  world = await startWorld();
  cluster = await world.addCluster({ name: 'prod' });
  folder = mkdtempSync(join(tmpdir(), 'fairlead-watch-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, cluster.kubeconfig());
  const config = await kubeConfigFromFile({ name: 'prod', kubeconfig });
  connection = openConnection(config, { label: 'cluster prod', hint: '' }, { connectMs: 30_000, requestMs: 30_000 });
});

afterEach(async () => {
  await Promise.all(running.splice(0).map(stop => stop()));
  connection.close();
  await world.close();
  rmSync(folder, { recursive: true });
});

const until = (check: () => unknown) => vi.waitFor(check, { timeout: 45_000, interval: 5 });

const apply = (name: string, type = 'ClusterIP') =>
  cluster.apply({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec: { type } });

const nameOf = (object: unknown) => (object as { metadata: { name: string } }).metadata.name;

/** Watches Services until the test ends, and writes down what it is told. */
function watch(pace: Partial<WatchPace> = {}, resource: ResourceKind = 'service') {
  const seen = {
    /** Names of each complete listing. */
    listings: [] as string[][],
    events: [] as string[],
    ends: [] as EndReason[],
    errors: [] as string[],
    waits: [] as number[],
    gaps: [] as number[],
    /** Signs of life. */
    heard: 0,
  };
  let listing: string[] = [];
  const stopping = new AbortController();
  const done = watchAll({
    connection,
    label: 'cluster prod',
    resource,
    clock: systemClock,
    signal: stopping.signal,
    advice: FOR_A_RUN,
    pace: { ...WATCH_PACE, firstWaitMs: 2, longestWaitMs: 50, ...pace },
    observer: {
      begin: () => {
        listing = [];
      },
      page: items => listing.push(...items.map(nameOf)),
      listed: (_objects, { gapMs }) => {
        seen.listings.push(listing);
        seen.gaps.push(gapMs);
      },
      changed: (type, object) => void seen.events.push(`${type} ${nameOf(object)}`),
      ended: (reason, wait, error) => {
        seen.ends.push(reason);
        seen.waits.push(wait);
        if (error) seen.errors.push(error.message);
      },
      alive: () => void seen.heard++,
    },
  });
  const stop = async () => {
    stopping.abort();
    await done;
  };
  running.push(stop);
  return Object.assign(seen, { stop });
}

const watching = () => until(() => expect(cluster.openWatches).toBe(1));

describe('watching a kind', () => {
  test('lists all there is, then tells of each change', async () => {
    apply('a');
    const { listings, events } = watch();
    await watching();
    expect(listings).toEqual([['a', 'kubernetes']]);
    apply('b');
    apply('a', 'LoadBalancer');
    cluster.delete({ kind: 'Service', name: 'b' });
    await until(() => expect(events).toEqual(['ADDED b', 'MODIFIED a', 'DELETED b']));
  });

  test('misses nothing between the listing and the watch', async () => {
    cluster.faults.latencyMs = 50;
    const { listings, events } = watch();
    await until(() => expect(listings).toHaveLength(1));
    apply('between');
    await until(() => expect(events).toEqual(['ADDED between']));
  });

  test('goes on from where it was when the watch is cut, without a new list', async () => {
    const { listings, events, ends } = watch();
    await watching();
    apply('a');
    await until(() => expect(events).toEqual(['ADDED a']));
    cluster.faults.dropNext(3);
    cluster.cutWatches();
    apply('b');
    apply('c');
    await until(() => expect(events).toEqual(['ADDED a', 'ADDED b', 'ADDED c']));
    expect(listings).toHaveLength(1);
    expect(ends).toEqual(['cut', 'cut', 'cut', 'cut']);
  });

  test('goes on from a bookmark, which is newer than the last event', async () => {
    cluster.bookmarkEveryMs = 10;
    const opened = vi.spyOn(connection, 'open');
    const watched = watch();
    await watching();
    const { metadata } = cluster.apply({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'i', namespace: 'default' },
    });
    const from = () =>
      opened.mock.calls.map(([path]) => new URLSearchParams(path.split('?')[1]).get('resourceVersion'));
    // What is heard first may be a bookmark from before that change: so it is cut until it goes on from a newer one.
    await until(async () => {
      const { heard } = watched;
      const watches = from().length;
      await until(() => expect(watched.heard).toBeGreaterThan(heard + 2));
      cluster.cutWatches();
      await until(() => expect(from().length).toBeGreaterThan(watches));
      expect(from().at(-1)).toBe(metadata.resourceVersion);
    });
    apply('a');
    await until(() => expect(watched.events).toEqual(['ADDED a']));
    expect(from()[0]).not.toBe(metadata.resourceVersion);
    expect(watched.listings).toHaveLength(1);
  });

  test('lists again after 410, in the middle of a watch or at its beginning', async () => {
    const { listings, events, ends, gaps } = watch();
    await watching();
    cluster.compact();
    await until(() => expect(listings).toHaveLength(2));
    await watching();
    cluster.faults.dropNext(1);
    cluster.cutWatches();
    apply('a');
    cluster.compact();
    await until(() => expect(listings).toHaveLength(3));
    expect(listings[2]).toEqual(['a', 'kubernetes']);
    expect(ends.filter(reason => reason === 'expired')).toHaveLength(2);
    expect(gaps[0]).toBe(0);
    await watching();
    apply('b');
    await until(() => expect(events).toEqual(['ADDED b']));
  });

  test('asks anew when the server ends a watch in time, without a wait', async () => {
    const { ends, waits, events, listings } = watch({ watchMs: 600 });
    await watching();
    await until(() => expect(ends).not.toEqual([]));
    expect(new Set(ends)).toEqual(new Set(['ended']));
    expect(new Set(waits)).toEqual(new Set([0]));
    apply('a');
    await until(() => expect(events).toEqual(['ADDED a']));
    expect(listings).toHaveLength(1);
  });

  test('gives up a watch in which nothing comes, and resumes it', async () => {
    const { ends, events, listings } = watch({ silenceMs: 100 });
    await until(() => expect(ends.length).toBeGreaterThanOrEqual(2));
    expect(new Set(ends)).toEqual(new Set(['silent']));
    apply('a');
    await until(() => expect(events).toEqual(['ADDED a']));
    expect(listings).toHaveLength(1);
  });

  test('gives up a watch that does not end when it should', async () => {
    cluster.bookmarkEveryMs = 10;
    const { ends } = watch({ watchMs: 0, graceMs: 100 });
    await until(() => expect(ends).toContain('silent'));
  });

  test('ends when it is told to, whatever it is at', async () => {
    const { stop } = watch();
    await watching();
    await stop();
    await until(() => expect(cluster.openWatches).toBe(0));
  });
});

describe('a server that refuses', () => {
  test.each([
    { verb: 'list' as const, doing: 'listing', listings: 0 },
    { verb: 'watch' as const, doing: 'watching', listings: 1 },
  ])('403 for $verb names the role, and it goes on once that is there', async ({ verb, doing, listings: before }) => {
    cluster.faults.deny('services', verb);
    const { listings, ends, errors, events } = watch();
    await until(() => expect(ends.length).toBeGreaterThanOrEqual(3));
    expect(listings).toHaveLength(before);
    expect(new Set(ends)).toEqual(new Set(['forbidden']));
    expect(errors[0]).toContain(`${doing} services: forbidden (403`);
    expect(errors[0]).toContain('verbs [get, list, watch] on resources [services] of apiGroups [""]');
    apply('a');
    cluster.faults.permit('services');
    await until(() => expect([...listings.flat(), ...events.map(event => event.split(' ')[1])]).toContain('a'));
  });

  test('401 is survived', async () => {
    cluster.faults.unauthorized = true;
    const { listings, ends } = watch();
    await until(() => expect(ends).toContain('unauthorized'));
    cluster.faults.unauthorized = false;
    await until(() => expect(listings).toHaveLength(1));
  });

  test('429 waits as long as it says', async () => {
    const { waits, ends } = watch({ longestWaitMs: 2_000 });
    await watching();
    cluster.faults.limitNext(1, 1);
    cluster.cutWatches();
    await until(() => expect(ends).toEqual(['cut', 'busy']));
    expect(waits[1]).toBe(1000);
    await watching();
  });

  test('waits longer and longer, up to the limit', async () => {
    cluster.faults.deny('services', 'list');
    const { waits } = watch({ firstWaitMs: 1, longestWaitMs: 16 });
    await until(() => expect(waits.length).toBeGreaterThanOrEqual(8));
    expect(waits.every((wait, i) => wait >= Math.min(2 ** i, 16) / 2 && wait <= Math.min(2 ** i, 16))).toBe(true);
  });
});

test('a burst of changes under cuts comes through in order, each once', async () => {
  const { events } = watch();
  await watching();
  const expected: string[] = [];
  for (let i = 0; i < 200; i++) {
    apply(`s-${i}`);
    expected.push(`ADDED s-${i}`);
    if (i % 50 === 25) {
      await until(() => expect(cluster.openWatches).toBe(1));
      cluster.cutWatches();
    }
    if (i % 10 === 0) await new Promise(resolve => setImmediate(resolve));
  }
  await until(() => expect(events).toEqual(expected));
});

describe('a resource that the cluster does not serve', () => {
  const GROUP = 'gateway.networking.k8s.io';
  const addRoute = (name: string) =>
    cluster.apply({ apiVersion: `${GROUP}/v1`, kind: 'HTTPRoute', metadata: { name, namespace: 'default' }, spec: {} });

  test('has no objects, and is looked for now and then until it is there', async () => {
    cluster.faults.absent.add(GROUP);
    const { listings, ends, gaps, events, errors } = watch({ absentMs: 20 }, 'httproute');
    await until(() => expect(ends.length).toBeGreaterThanOrEqual(3));
    expect(new Set(ends)).toEqual(new Set(['absent']));
    expect([listings[0], gaps[2], errors]).toEqual([[], 0, []]);
    addRoute('a');
    cluster.faults.absent.clear();
    await watching();
    expect(listings.at(-1)).toEqual(['a']);
    addRoute('b');
    await until(() => expect(events).toEqual(['ADDED b']));
  });

  test('any more, is listed as empty', async () => {
    addRoute('a');
    const { listings } = watch({ absentMs: 20 }, 'httproute');
    await watching();
    cluster.faults.absent.add(GROUP);
    cluster.cutWatches();
    await until(() => expect(listings.at(-1)).toEqual([]));
  });
});
