import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import type { LocalCluster } from '../../local/emulators/kubernetes/cluster.ts';
import type { KubernetesObject } from '../../local/emulators/kubernetes/objects.ts';
import { startWorld, type World } from '../../local/world.ts';
import { pod, slice } from '../sources/joined-objects.ts';
import { Pod, until } from './pod.ts';
import { startWebhook, type Webhook } from './webhook.ts';

let world: World;
let cluster: LocalCluster;
let webhook: Webhook;
let forwarder: Pod | undefined;

beforeAll(async () => {
  world = await startWorld();
  cluster = await world.addCluster({ name: 'prod' });
  webhook = await startWebhook(() => true);
});
afterEach(() => forwarder?.close());
afterAll(async () => {
  await Promise.all([world.close(), webhook.close()]);
});

const apply = (apiVersion: string, kind: string, object: object) =>
  cluster.apply({ apiVersion, kind, ...object } as KubernetesObject);

test('pods are watched once a headless Service asks for its names, and their changes name that Service', async () => {
  const receiver = { url: webhook.url, auth: 'iam', region: 'eu-west-1' };
  const settings = { cluster: 'prod', webhook: receiver, gather: { quietMs: 0, mostMs: 0 }, port: 0 };
  forwarder = new Pod(inject('forwarder'), settings, cluster, world.env());
  await forwarder.atRest();
  expect(cluster.counts.calls['list pods']).toBeUndefined();

  const annotations = { 'external-dns.kubernetes.io/hostname': 'web.example.com' };
  apply('v1', 'Service', { metadata: { name: 'web', namespace: 'default', annotations }, spec: { clusterIP: 'None' } });
  await until(() => expect(cluster.counts.calls['list pods']).toBe(1));
  await until(() =>
    expect(forwarder?.said('listed').map(({ kind }) => kind)).toEqual(expect.arrayContaining(['pod', 'endpointslice'])),
  );
  await forwarder.atRest();
  const before = webhook.taken.length;

  apply('v1', 'Pod', pod('web-0', { hostname: 'web-0' }));
  apply('discovery.k8s.io/v1', 'EndpointSlice', slice('web-a', [['web-0', '10.1.0.1']]));
  for (const kind of ['pod', 'endpointslice']) await forwarder.sees(1, kind);
  const told = webhook.taken.slice(before).flatMap(({ objects }) => objects);
  expect(new Set(told.map(object => JSON.stringify(object)))).toEqual(
    new Set([JSON.stringify({ kind: 'service', namespace: 'default', name: 'web' })]),
  );

  const quiet = webhook.taken.length;
  apply('v1', 'Pod', pod('web-0', { hostname: 'web-0' }, { metadata: { annotations: { heartbeat: '1' } } }));
  apply('v1', 'Pod', pod('other', {}));
  apply('discovery.k8s.io/v1', 'EndpointSlice', slice('web-a', [['web-0', '10.1.0.2']]));
  await forwarder.sees(3, 'pod');
  await forwarder.sees(2, 'endpointslice');
  expect(webhook.taken).toHaveLength(quiet + 1);
});
