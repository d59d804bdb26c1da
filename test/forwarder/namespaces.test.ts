import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { connect } from '../../forwarder/program/api-server.ts';
import { forwarderClock } from '../../forwarder/program/clock.ts';
import { createForwarder, type Forwarder } from '../../forwarder/program/forwarder.ts';
import { createLog } from '../../forwarder/program/log.ts';
import { parseSettings } from '../../forwarder/program/settings.ts';
import { type Part, watchesOf } from '../../forwarder/program/watches.ts';
import type { NamedObject, Notice } from '../../lib/model/index.ts';
import type { LocalCluster } from '../../local/emulators/kubernetes/cluster.ts';
import { startWorld, type World } from '../../local/world.ts';
import { gateway, route } from '../sources/gateway-objects.ts';
import { service } from '../support/objects.ts';

const settingsOf = (more: object) =>
  parseSettings(
    { cluster: 'prod', webhook: { url: 'https://x.lambda-url.eu-west-1.on.aws/', auth: 'iam' }, ...more },
    'forwarder.json',
    {},
  );

const only = (...namespaces: string[]) => ({ filters: { namespaces } });

function watching(more: object) {
  const told: string[] = [];
  const change = (object?: NamedObject) => void told.push(object ? `${object.namespace}/${object.name}` : 'anything');
  const watches = watchesOf(settingsOf(more), { change }, { open: () => {} });
  const partsAt = (resource: string, namespace?: string) =>
    watches.find(watched => watched.resource === resource && watched.namespace === namespace)?.parts ??
    expect.fail(`no watch of ${resource} in ${namespace}`);
  return { told, watches, partsAt };
}

function list(parts: readonly Part[], objects: readonly object[], gapMs = 0): void {
  for (const part of parts) {
    part.begin();
    part.page(objects);
    part.complete(gapMs);
  }
}

const LB = { service: { types: ['LoadBalancer'] } };
const GATEWAYS = { sources: ['gateway-httproute'] };

describe('what is watched', () => {
  test.each<[string, object, readonly string[]]>([
    ['everything', { sources: ['ingress'] }, ['ingress']],
    ['each namespace by itself', { sources: ['ingress'], ...only('a', 'b') }, ['ingress a', 'ingress b']],
    ['one that is named twice, once', { sources: ['ingress'], ...only('a', 'a') }, ['ingress a']],
    [
      'of all Services: nodes, too',
      { sources: ['service'], ...only('a') },
      ['service a', 'node', 'pod a', 'endpointslice a'],
    ],
    ['of Services that need no others', { sources: ['service'], ...LB, ...only('a') }, ['service a']],
    ['Gateways everywhere', { ...GATEWAYS, ...only('a') }, ['httproute a', 'gateway', 'listenerset', 'namespace']],
    [
      'Gateways of one namespace',
      { ...GATEWAYS, ...only('a'), gateway: { namespace: 'infra' } },
      ['httproute a', 'gateway infra', 'listenerset', 'namespace'],
    ],
    [
      'what any view names',
      { sources: ['ingress'], ...only('a'), views: [{}, { name: 'x', ...only('b', 'a') }] },
      ['ingress a', 'ingress b'],
    ],
    [
      'everything where a view names none',
      { sources: ['ingress'], ...only('a'), views: [{}, { name: 'x', ...only() }] },
      ['ingress'],
    ],
  ])('%s', (_rule, more, expected) => {
    const { watches } = watching(more);
    expect(watches.map(({ resource, namespace }) => [resource, namespace].filter(Boolean).join(' '))).toEqual(expected);
    expect(watches.every(({ parts }) => parts.length > 0)).toBe(true);
  });

  test('of a view, the objects of its own namespaces alone', () => {
    const { partsAt } = watching({ sources: ['ingress'], views: [only('a'), only('a', 'b')] });
    expect([partsAt('ingress', 'a').length, partsAt('ingress', 'b').length]).toEqual([2, 1]);
  });
});

describe('a new list of one namespace says nothing of another', () => {
  const web = (namespace: string, address = '192.0.2.1') =>
    service('web', { hostname: `${namespace}.example.com` }, [address], namespace);

  test('of objects that ask', () => {
    const { told, partsAt } = watching({ sources: ['service'], ...LB, ...only('a', 'b') });
    list(partsAt('service', 'a'), [web('a')]);
    list(partsAt('service', 'b'), [web('b')]);
    told.length = 0;
    list(partsAt('service', 'a'), []);
    expect(told.splice(0)).toEqual(['a/web']);
    list(partsAt('service', 'b'), [web('b')]);
    expect(told).toEqual([]);
  });

  test('of what they need', () => {
    const { told, partsAt } = watching({ sources: ['service'], ...only('a', 'b') });
    const headless = (namespace: string) => ({
      ...web(namespace),
      spec: { type: 'ClusterIP', clusterIP: 'None', selector: { app: 'web' } },
    });
    const slice = (namespace: string) => ({
      metadata: { name: 'web-1', namespace, labels: { 'kubernetes.io/service-name': 'web' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: true }, targetRef: { kind: 'Pod', name: 'web-0' } }],
    });
    const pod = (namespace: string, ip = '10.0.0.1') => ({
      metadata: { name: 'web-0', namespace, labels: { app: 'web' } },
      status: { podIP: ip, phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    });
    for (const namespace of ['a', 'b']) {
      list(partsAt('service', namespace), [headless(namespace)]);
      list(partsAt('pod', namespace), [pod(namespace)]);
      list(partsAt('endpointslice', namespace), [slice(namespace)]);
    }
    told.length = 0;
    for (const part of partsAt('endpointslice', 'b')) part.changed('DELETED', slice('b'));
    expect(told.splice(0)).toEqual(['b/web']);
    list(partsAt('endpointslice', 'a'), [slice('a')]);
    expect(told).toEqual([]);
    list(partsAt('endpointslice', 'a'), []);
    expect(told.splice(0)).toEqual(['a/web']);
    const sizes = (namespace: string) => partsAt('pod', namespace).map(({ size }) => size);
    expect([sizes('a'), sizes('b')]).toEqual([[1], [1]]);
  });

  test('a Gateway names the routes of every namespace that look at it', () => {
    const { told, partsAt } = watching({ ...GATEWAYS, ...only('a', 'b') });
    const parentRefs = [{ name: 'web', namespace: 'default' }];
    const of = (namespace: string) => ({
      ...route({ name: 'shop', hostnames: [`${namespace}.example.com`], parentRefs }),
      ...{ metadata: { name: 'shop', namespace } },
    });
    const open = (address: string) => {
      const object = gateway({ addresses: [address] }) as { spec: { listeners: readonly object[] } };
      const listeners = object.spec.listeners.map(one => ({ ...one, allowedRoutes: { namespaces: { from: 'All' } } }));
      return { ...object, spec: { ...object.spec, listeners } };
    };
    list(partsAt('gateway'), [open('192.0.2.1')]);
    for (const namespace of ['a', 'b']) list(partsAt('httproute', namespace), [of(namespace)]);
    told.length = 0;
    for (const part of partsAt('gateway')) part.changed('MODIFIED', open('192.0.2.2'));
    expect(told).toEqual(['a/shop', 'b/shop']);
  });
});

describe('of a cluster that allows two namespaces', () => {
  let world: World;
  let cluster: LocalCluster;
  let folder: string;
  let running: { stop(): void; done: Promise<void> } | undefined;
  beforeEach(async () => {
    world = await startWorld();
    cluster = await world.addCluster({ name: 'prod' });
    cluster.faults.roles = new Set(['a', 'b']);
    folder = mkdtempSync(join(tmpdir(), 'fairlead-namespaces-'));
  });
  afterEach(async () => {
    running?.stop();
    await running?.done;
    await world.close();
    rmSync(folder, { recursive: true });
  });

  async function start(more: object) {
    const file = join(folder, 'kubeconfig');
    writeFileSync(file, cluster.kubeconfig());
    const connected = await connect('prod', { KUBECONFIG: file });
    const lists = { now: 0, most: 0 };
    const get: typeof connected.get = async (path, signal) => {
      if (!path.includes('/services')) return connected.get(path, signal);
      lists.most = Math.max(lists.most, ++lists.now);
      return connected.get(path, signal).finally(() => lists.now--);
    };
    const connection = { ...connected, get };
    const notices: Notice[] = [];
    const lines: { level: string; message: string; kind?: string; namespace?: string; error?: string }[] = [];
    const log = createLog(line => void lines.push(JSON.parse(line)), forwarderClock.now);
    const post = async (body: string) => {
      notices.push(JSON.parse(body));
      return 202;
    };
    const settings = settingsOf({ sources: ['service'], ...LB, gather: { quietMs: 0, mostMs: 0 }, ...more });
    const forwarder = createForwarder(settings, { connection, post, clock: forwarderClock, log });
    running = { stop: () => forwarder.stop(), done: forwarder.run().finally(() => connection.close()) };
    const told = () => notices.flatMap(({ objects = [] }) => objects.map(({ namespace }) => namespace));
    return { forwarder, notices, lines, told, lists };
  }
  const until = (check: () => void) => vi.waitFor(check, { timeout: 45_000, interval: 5 });
  /** Until then a change joins the notice that names nothing. */
  const atRest = (forwarder: Forwarder, unready?: string) =>
    until(() => {
      expect(forwarder.unready()).toBe(unready);
      expect(forwarder.metrics()).toContain('fairlead_forwarder_unsent 0\n');
    });
  const web = (namespace: string, address: string) =>
    service('web', { hostname: `${namespace}.example.com` }, [address], namespace);

  test('a change in either is told, one in a third is not, and nothing is forbidden', async () => {
    for (const namespace of ['a', 'b', 'c']) cluster.apply(web(namespace, '192.0.2.1'));
    const { forwarder, lines, told } = await start(only('a', 'b'));
    await atRest(forwarder);
    await until(() => expect(cluster.openWatches).toBe(2));
    for (const namespace of ['c', 'b', 'a']) cluster.apply(web(namespace, '192.0.2.2'));
    await until(() => expect(told().sort()).toEqual(['a', 'b']));
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
    expect(forwarder.metrics()).toContain('fairlead_forwarder_objects{kind="service"} 2\n');
    expect(forwarder.metrics()).toContain('fairlead_forwarder_listed_objects{kind="service",in_namespace="a"} 1\n');
  });

  test('a namespace that is forbidden is told, costs no other, and is watched as soon as it is allowed', async () => {
    for (const namespace of ['a', 'c']) cluster.apply(web(namespace, '192.0.2.1'));
    const { forwarder, lines, notices, told } = await start(only('c', 'a'));
    await until(() => expect(lines.some(({ level }) => level === 'error')).toBe(true));
    await until(() => expect(cluster.openWatches).toBe(1));
    await atRest(forwarder, 'not listed yet: service in c');
    expect(lines.find(({ level }) => level === 'error')).toMatchObject({
      ...{ message: 'watch ended', kind: 'service', namespace: 'c' },
      error: expect.stringMatching(
        /in the namespace "c".*bind the forwarder's Role of the namespace c, which has verbs/,
      ),
    });
    expect(forwarder.metrics()).toMatch(
      /watch_restarts_total\{kind="service",in_namespace="c",reason="forbidden"\} \d+/,
    );
    cluster.apply(web('a', '192.0.2.2'));
    await until(() => expect(told()).toEqual(['a']));

    const before = notices.length;
    cluster.faults.roles = new Set(['a', 'b', 'c']);
    // What is in it was not known of: anything may be new.
    await until(() => expect(notices.slice(before).some(({ objects }) => objects === undefined)).toBe(true));
    await atRest(forwarder);
    await until(() => expect(cluster.openWatches).toBe(2));
    cluster.apply(web('c', '192.0.2.2'));
    await until(() => expect(told()).toEqual(['a', 'c']));
  });

  test('lists of one kind come one after the other, however many namespaces there are', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `n${i}`);
    cluster.faults.roles = new Set(names);
    cluster.faults.latencyMs = 20;
    const { forwarder, lists } = await start(only(...names));
    await until(() => expect(forwarder.unready()).toBeUndefined());
    expect(cluster.log.filter(({ operation }) => operation === 'list services')).toHaveLength(names.length);
    expect(lists.most).toBe(1);
  });
});
