import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createClusterReader } from '../../lib/cluster/index.ts';
import { EVERY_GATEWAY, Reading, SOURCE_GROUPS } from '../../lib/sources/index.ts';
import type { LocalCluster } from '../../local/emulators/kubernetes/cluster.ts';
import type { World } from '../../local/world.ts';
import { gateway, listener, route } from '../sources/gateway-objects.ts';
import { context, records } from '../sources/objects.ts';
import { startProd } from './prod.ts';

const GATEWAY_API = 'gateway.networking.k8s.io/v1';
let world: World;
let cluster: LocalCluster;

beforeEach(async () => {
  ({ world, cluster } = await startProd());
  cluster.apply({ apiVersion: GATEWAY_API, kind: 'Gateway', ...gateway() });
  for (const name of ['a', 'b', 'c', 'd'])
    cluster.apply({
      apiVersion: GATEWAY_API,
      kind: 'HTTPRoute',
      ...route({ name, hostnames: [`${name}.example.com`] }),
    });
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await world.close();
});

/** Reads the routes of all kinds once. */
async function read(reader = createClusterReader({ pageSize: 3 }), settings = EVERY_GATEWAY) {
  const reading = new Reading(SOURCE_GROUPS.gateway, {
    ...context,
    settings: { ...context.settings, gateway: settings },
  });
  const kinds = await reader({ name: 'prod', owner: 'o', region: 'us-east-1' }, reading);
  return { kinds, wanted: reading.wanted() };
}

const lists = () =>
  Object.keys(cluster.counts.calls)
    .filter(call => /^list [a-z]/.test(call))
    .map(call => call.slice(5))
    .sort();

describe('a source that needs others', () => {
  test('is read after them, page by page', async () => {
    const { kinds, wanted } = await read();
    expect(records(wanted)).toEqual(['a', 'b', 'c', 'd'].map(name => `${name}.example.com A 192.0.2.1`));
    expect(kinds['gateway-httproute']).toEqual({ complete: true, objects: 4 });
    expect(kinds['gateway-udproute']).toEqual({ complete: true, objects: 0 });
  });

  test('what several need is read once; namespaces only where a selector asks for them', async () => {
    await read();
    expect(lists()).toEqual([
      'gateways',
      'grpcroutes',
      'httproutes',
      'listenersets',
      'tcproutes',
      'tlsroutes',
      'udproutes',
    ]);
    expect(cluster.counts.calls['list gateways']).toBe(1);
    const allowedRoutes = { namespaces: { from: 'Selector', selector: { matchLabels: { team: 'shop' } } } };
    cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default', labels: { team: 'shop' } } });
    cluster.apply({
      apiVersion: GATEWAY_API,
      kind: 'Gateway',
      ...gateway({ listeners: [listener({ allowedRoutes })] }),
    });
    const { wanted } = await read();
    expect(lists()).toContain('namespaces');
    expect(records(wanted)).toHaveLength(4);
  });

  test('what the config has no use for is not read', async () => {
    await read(undefined, { ...EVERY_GATEWAY, listenerSets: false });
    expect(lists()).not.toContain('listenersets');
  });

  test('is not read when one of them is not', async () => {
    cluster.faults.deny('gateways', 'list');
    const { kinds, wanted } = await read();
    for (const kind of SOURCE_GROUPS.gateway)
      expect(kinds[kind]).toEqual({ complete: false, error: expect.stringContaining('resources [gateways]') });
    expect(wanted).toEqual({ endpoints: [], holds: [], findings: [] });
  });

  test('a single kind of route that is denied leaves the others read', async () => {
    cluster.faults.deny('udproutes', 'list');
    const { kinds } = await read();
    expect(Object.values(kinds).filter(kind => kind?.complete)).toHaveLength(4);
    expect(kinds['gateway-udproute']).toMatchObject({ complete: false });
  });

  test('an expired listing of what is needed begins anew, and only then come the routes', async () => {
    for (const name of ['x', 'y', 'z'])
      cluster.apply({ apiVersion: GATEWAY_API, kind: 'Gateway', ...gateway({ name }) });
    let pages = 0;
    const reading = new Reading(SOURCE_GROUPS.gateway, context);
    const take = reading.page.bind(reading);
    reading.page = (resource, items) => {
      if (resource === 'gateway' && ++pages === 1) {
        cluster.delete({ kind: 'Gateway', name: 'web' });
        cluster.compact();
      }
      take(resource, items);
    };
    const kinds = await createClusterReader({ pageSize: 3 })(
      { name: 'prod', owner: 'o', region: 'us-east-1' },
      reading,
    );
    expect(kinds['gateway-httproute']).toEqual({ complete: true, objects: 4 });
    expect(records(reading.wanted())).toEqual([]);
  });
});

test('a kept reader asks where things are served once', async () => {
  const reader = createClusterReader();
  await read(reader);
  const asked = cluster.counts.calls;
  const before = Object.values(asked).reduce((sum, count) => (sum ?? 0) + (count ?? 0), 0);
  await read(reader);
  const after = Object.values(cluster.counts.calls).reduce((sum, count) => (sum ?? 0) + (count ?? 0), 0);
  expect(lists()).toHaveLength(7);
  expect(Number(after) - Number(before)).toBe(7);
});

describe('a cluster without the Gateway API', () => {
  const GROUP = 'gateway.networking.k8s.io';

  test('has no routes, which is no fault', async () => {
    cluster.faults.absent.add(GROUP);
    const { kinds, wanted } = await read();
    for (const kind of SOURCE_GROUPS.gateway) expect(kinds[kind]).toEqual({ complete: true, objects: 0 });
    expect(wanted.endpoints).toEqual([]);
    expect(lists()).toEqual([]);
  });

  test('that loses it while a reader remembers it is unread once, then has none', async () => {
    const reader = createClusterReader();
    await read(reader);
    cluster.faults.absent.add(GROUP);
    expect((await read(reader)).kinds['gateway-httproute']).toMatchObject({ complete: false });
    expect((await read(reader)).kinds['gateway-httproute']).toEqual({ complete: true, objects: 0 });
  });
});
