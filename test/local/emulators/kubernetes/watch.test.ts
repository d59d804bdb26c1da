import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api, KubeConfig, Watch } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LocalCluster } from '../../../../local/emulators/kubernetes/cluster.ts';
import { kindOf } from '../../../../local/emulators/kubernetes/kinds.ts';
import { ObjectStore } from '../../../../local/emulators/kubernetes/objects.ts';
import { Watches } from '../../../../local/emulators/kubernetes/watching.ts';
import { startWorld, type World } from '../../../../local/world.ts';

let world: World;
let cluster: LocalCluster;
let config: KubeConfig;

beforeEach(async () => {
  world = await startWorld();
  cluster = await world.addCluster({ name: 'prod' });
  config = new KubeConfig();
  config.loadFromString(cluster.kubeconfig());
});

afterEach(() => world.close());

/** Waits for something that other connections bring about. */
const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 10 });

interface WatchEvent {
  type: string;
  name?: string | undefined;
  version?: string | undefined;
  code?: number | undefined;
  object: { metadata?: { name?: string; resourceVersion?: string; annotations?: object } };
}

/** A watch that gathers its events, and knows whether it has ended. */
async function watch(query: Record<string, string | boolean | number>, path = '/api/v1/services') {
  const events: WatchEvent[] = [];
  const ended = { yes: false, error: undefined as unknown };
  const controller = await new Watch(config).watch(
    path,
    query,
    (type, object) => {
      events.push({
        type,
        name: object.metadata?.name,
        version: object.metadata?.resourceVersion,
        code: object.code,
        object,
      });
    },
    error => {
      ended.yes = true;
      ended.error ??= error;
    },
  );
  return { events, ended, stop: () => controller.abort() };
}

const apply = (name: string, type = 'ClusterIP', namespace = 'default') =>
  cluster.apply({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { type } });
const version = async () =>
  (await config.makeApiClient(CoreV1Api).listServiceForAllNamespaces()).metadata?.resourceVersion ?? '';
const brief = (events: WatchEvent[]) => events.map(({ type, name }) => `${type} ${name ?? ''}`.trim());

describe('a watch', () => {
  test('from a list’s version tells what happened since, and goes on', async () => {
    apply('a');
    const resourceVersion = await version();
    apply('b');
    apply('a', 'LoadBalancer');
    const { events } = await watch({ resourceVersion });
    await until(() => expect(brief(events)).toEqual(['ADDED b', 'MODIFIED a']));
    cluster.delete({ kind: 'Service', name: 'b' });
    await until(() => expect(brief(events)).toEqual(['ADDED b', 'MODIFIED a', 'DELETED b']));
    expect(events.every((event, i) => i === 0 || Number(event.version) > Number(events[i - 1]?.version))).toBe(true);
    expect(events[0]?.object).toMatchObject({ kind: 'Service', apiVersion: 'v1' });
  });

  test('resumed from the last event’s version misses and repeats nothing', async () => {
    const first = await watch({ resourceVersion: await version() });
    apply('a');
    await until(() => expect(brief(first.events)).toEqual(['ADDED a']));
    cluster.cutWatches();
    await until(() => expect(first.ended.yes).toBe(true));
    apply('b');
    const second = await watch({ resourceVersion: first.events.at(-1)?.version ?? '' });
    await until(() => expect(brief(second.events)).toEqual(['ADDED b']));
  });

  test('without a version begins with all there is', async () => {
    apply('a');
    const { events } = await watch({});
    await until(() => expect(brief(events)).toEqual(['ADDED a', 'ADDED kubernetes']));
  });

  test('of one namespace, or of one name, tells of that only', async () => {
    const resourceVersion = await version();
    const shop = await watch({ resourceVersion }, '/api/v1/namespaces/shop/services');
    const one = await watch({ resourceVersion, fieldSelector: 'metadata.name=b' });
    apply('a', 'ClusterIP', 'shop');
    apply('b');
    await until(() => expect(brief(one.events)).toEqual(['ADDED b']));
    await until(() => expect(brief(shop.events)).toEqual(['ADDED a']));
  });

  test('of one kind does not tell of another', async () => {
    const { events } = await watch({ resourceVersion: await version() }, '/apis/networking.k8s.io/v1/ingresses');
    apply('a');
    cluster.apply({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'i', namespace: 'default' },
    });
    await until(() => expect(brief(events)).toEqual(['ADDED i']));
  });

  test('ends after timeoutSeconds, with a last bookmark', async () => {
    const resourceVersion = await version();
    const { events, ended } = await watch({ resourceVersion, timeoutSeconds: 1, allowWatchBookmarks: true });
    await until(() => expect(ended.yes).toBe(true));
    expect(brief(events)).toEqual(['BOOKMARK']);
    expect(events[0]?.version).toBe(resourceVersion);
  });

  test('gets bookmarks on the way only when it allows them', async () => {
    cluster.bookmarkEveryMs = 20;
    const resourceVersion = await version();
    const silent = await watch({ resourceVersion });
    const told = await watch({ resourceVersion, allowWatchBookmarks: true }, '/apis/networking.k8s.io/v1/ingresses');
    const { metadata } = apply('a');
    await until(() =>
      expect(told.events.at(-1)).toMatchObject({ type: 'BOOKMARK', version: metadata.resourceVersion }),
    );
    await until(() => expect(brief(silent.events)).toEqual(['ADDED a']));
  });

  test('may begin with a list in the stream, closed by a bookmark', async () => {
    apply('a');
    const query = { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: true };
    const { events } = await watch(query);
    await until(() => expect(brief(events)).toEqual(['ADDED a', 'ADDED kubernetes', 'BOOKMARK']));
    expect(events[2]?.object.metadata?.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
  });
});

describe('410 Gone', () => {
  test('for a version from before a compaction', async () => {
    const resourceVersion = await version();
    apply('a');
    cluster.compact();
    const { events, ended } = await watch({ resourceVersion });
    await until(() => expect(ended.yes).toBe(true));
    expect(events).toMatchObject([
      {
        type: 'ERROR',
        code: 410,
        object: { reason: 'Expired', message: expect.stringMatching(/^too old resource version: \d+ \(\d+\)$/) },
      },
    ]);
    const again = await watch({ resourceVersion: await version() });
    apply('b');
    await until(() => expect(brief(again.events)).toEqual(['ADDED b']));
  });

  test('in an open watch', async () => {
    const { events, ended } = await watch({ resourceVersion: await version() });
    apply('a');
    await until(() => expect(brief(events)).toEqual(['ADDED a']));
    expect(cluster.openWatches).toBe(1);
    cluster.compact();
    await until(() => expect(ended.yes).toBe(true));
    expect(events.at(-1)).toMatchObject({ type: 'ERROR', code: 410 });
    await until(() => expect(cluster.openWatches).toBe(0));
  });
});

test('a denied watch is refused before it begins', async () => {
  cluster.faults.deny('services', 'watch');
  const { ended } = await watch({});
  expect(ended.error).toMatchObject({ statusCode: 403 });
});

test('a client that goes away ends its watch', async () => {
  const { stop } = await watch({});
  await until(() => expect(cluster.openWatches).toBe(1));
  stop();
  await until(() => expect(cluster.openWatches).toBe(0));
});

test('a stream that came to its end, and that its client does not take, gets nothing more and breaks nothing', async () => {
  const store = new ObjectStore();
  const watches = new Watches(store);
  // Without a connection what is written waits, as behind a client that does not read.
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  const errors: Error[] = [];
  response.on('error', error => errors.push(error));
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a', namespace: 'default' } };
  const kind = kindOf(service);
  const path = { kind, namespace: undefined, name: undefined, subresource: undefined };
  const query = new URLSearchParams({ resourceVersion: String(store.revision), allowWatchBookmarks: 'true' });
  watches.serve(path, query, response, {
    bookmarkEveryMs: 5,
    render: object => object,
  });
  expect(watches.size).toBe(1);
  watches.expire();
  store.create(kind, service, 0);
  await sleep(50);
  expect(errors).toEqual([]);
});
