import { type CoreV1Api, type NetworkingV1Api, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LocalCluster } from '../../../../local/emulators/kubernetes/cluster.ts';
import { startWorld, type World } from '../../../../local/world.ts';
import { apisOf, failure, ingress, service } from './objects.ts';

let world: World;
let cluster: LocalCluster;
let core: CoreV1Api;
let networking: NetworkingV1Api;

beforeEach(async () => {
  world = await startWorld();
  cluster = await world.addCluster({ name: 'prod' });
  ({ core, networking } = apisOf(cluster));
});

afterEach(() => world.close());

describe('writing', () => {
  const plain = { metadata: { name: 'a' }, spec: { type: 'LoadBalancer' } };
  const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } };

  test('a created object gets uid, version and time, and an empty status whatever it says', async () => {
    const made = await core.createNamespacedService({ namespace: 'default', body: { ...plain, status } });
    expect(made.metadata?.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(made.metadata?.resourceVersion).toMatch(/^\d+$/);
    expect(made.status).toEqual({ loadBalancer: {} });
    const { code, body } = await failure(core.createNamespacedService({ namespace: 'default', body: plain }));
    expect([code, body.reason, body.message]).toEqual([409, 'AlreadyExists', 'services "a" already exists']);
  });

  test('the status is written apart from the rest', async () => {
    cluster.apply(service('a'));
    const read = await core.readNamespacedService({ namespace: 'default', name: 'a' });
    const spec = { ...read.spec, type: 'ClusterIP' };
    const changed = await core.replaceNamespacedServiceStatus({
      namespace: 'default',
      name: 'a',
      body: { ...read, spec, status },
    });
    expect([changed.spec?.type, changed.status]).toMatchObject(['LoadBalancer', status]);
    const again = await core.replaceNamespacedService({
      namespace: 'default',
      name: 'a',
      body: { ...changed, spec, status: {} },
    });
    expect([again.spec?.type, again.status]).toMatchObject(['ClusterIP', status]);
  });

  test('an old version is not written over a newer one', async () => {
    cluster.apply(service('a'));
    const read = await core.readNamespacedService({ namespace: 'default', name: 'a' });
    cluster.apply(service('a', { spec: { type: 'ClusterIP' } }));
    const { code, body } = await failure(
      core.replaceNamespacedService({ namespace: 'default', name: 'a', body: read }),
    );
    expect([code, body.reason]).toEqual([409, 'Conflict']);
  });

  test('a merge patch merges, null removes; other patches are not served', async () => {
    cluster.apply({ ...service('a'), metadata: { name: 'a', namespace: 'default', annotations: { x: '1', y: '2' } } });
    const patch = (strategy: PatchStrategy) =>
      core.patchNamespacedService(
        { namespace: 'default', name: 'a', body: { metadata: { annotations: { x: null, z: '3' } } } },
        setHeaderOptions('Content-Type', strategy),
      );
    const patched = await patch(PatchStrategy.MergePatch);
    expect(patched.metadata?.annotations).toEqual({ y: '2', z: '3' });
    expect((await failure(patch(PatchStrategy.StrategicMergePatch))).code).toBe(415);
  });

  test('a deleted object is gone', async () => {
    cluster.apply(service('a'));
    await core.deleteNamespacedService({ namespace: 'default', name: 'a' });
    const { code, body } = await failure(core.readNamespacedService({ namespace: 'default', name: 'a' }));
    expect([code, body.message]).toEqual([404, 'services "a" not found']);
  });

  test('events are stored, under a generated name', async () => {
    const involvedObject = { kind: 'Service', namespace: 'default', name: 'kubernetes' };
    const body = { metadata: { generateName: 'dns-' }, involvedObject, reason: 'NotPublished', type: 'Warning' };
    const made = await core.createNamespacedEvent({ namespace: 'default', body });
    expect(made.metadata?.name).toMatch(/^dns-.+/);
    expect(cluster.list('Event')).toMatchObject([{ reason: 'NotPublished' }]);
  });

  test.each<[what: string, call: () => Promise<unknown>, code: number]>([
    [
      'a namespace that is not there',
      () => core.createNamespacedService({ namespace: 'none', body: { metadata: { name: 'a' } } }),
      404,
    ],
    [
      'a name that is none',
      () => core.createNamespacedService({ namespace: 'default', body: { metadata: { name: 'A_b' } } }),
      422,
    ],
    [
      'another namespace than the path’s',
      () =>
        core.createNamespacedService({ namespace: 'default', body: { metadata: { name: 'a', namespace: 'shop' } } }),
      400,
    ],
    [
      'another kind than the path’s',
      () => core.createNamespacedService({ namespace: 'default', body: { kind: 'Ingress', metadata: { name: 'a' } } }),
      400,
    ],
    ['a resource that is not served', () => core.listSecretForAllNamespaces(), 404],
    ['an Ingress that is not there', () => networking.readNamespacedIngress({ namespace: 'default', name: 'x' }), 404],
  ])('%s is refused', async (_what, call, code) => {
    expect((await failure(call())).code).toBe(code);
  });
});

describe('the handle in the process', () => {
  test('apply makes the namespace, replaces all, and does nothing when nothing changes', () => {
    const made = cluster.apply({ ...ingress('a'), status: { loadBalancer: {} } });
    expect(cluster.list('Namespace').map(one => one.metadata.name)).toContain('shop');
    expect(cluster.apply({ ...ingress('a'), status: { loadBalancer: {} } })).toBe(made);
    const changed = cluster.apply(ingress('a'));
    expect([changed.status, changed.metadata.uid]).toEqual([undefined, made.metadata.uid]);
    expect(Number(changed.metadata.resourceVersion)).toBeGreaterThan(Number(made.metadata.resourceVersion));
    cluster.delete({ kind: 'Ingress', name: 'a', namespace: 'shop' });
    expect(cluster.list('Ingress')).toEqual([]);
  });

  test('a kind that is not served is refused', () => {
    expect(() => cluster.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } })).toThrow(
      'v1 Secret is not served here; there are v1 Service',
    );
  });

  test('calls are counted by verb and resource', async () => {
    await core.listServiceForAllNamespaces();
    await core.readNamespacedService({ namespace: 'default', name: 'kubernetes' });
    expect(cluster.counts.calls).toEqual({ 'list services': 1, 'get services': 1 });
    cluster.resetCounts();
    expect(cluster.counts.calls).toEqual({});
  });
});

test('EKS tells where the cluster is, once for each name', async () => {
  expect(world.eks.clusters).toMatchObject([
    { name: 'prod', region: 'us-east-1', endpoint: cluster.url, caData: cluster.caData },
  ]);
  await expect(world.addCluster({ name: 'prod' })).rejects.toThrow('There is a cluster prod already');
});
