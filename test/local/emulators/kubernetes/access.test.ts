import { CoreV1Api, KubeConfig, type NetworkingV1Api } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LocalCluster } from '../../../../local/emulators/kubernetes/cluster.ts';
import { startWorld, type World } from '../../../../local/world.ts';
import { apisOf, failure, names } from './objects.ts';
import { eksToken } from './tokens.ts';

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

describe('who may do what', () => {
  const login = (token: string | undefined) => {
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      { name: 'c', server: cluster.url, caData: cluster.caData, skipTLSVerify: false },
      { name: 'u', ...(token !== undefined && { token }) },
    );
    return config.makeApiClient(CoreV1Api).listServiceForAllNamespaces();
  };
  const identity = () => world.credentials.find('AKIALOCALWORLD000001') ?? expect.fail('no user');

  test('an EKS token for this cluster is good', async () => {
    expect(names(await login(await eksToken({ identity: identity() })))).toEqual(['kubernetes']);
  });

  test('a token for another cluster is not; the log knows why', async () => {
    expect((await failure(login(await eksToken({ identity: identity(), cluster: 'dev' })))).code).toBe(401);
    expect(cluster.log.at(-1)).toMatchObject({ status: 401, error: expect.stringContaining('SignatureDoesNotMatch') });
  });

  test('nobody is anonymous, who may do nothing', async () => {
    const { code, body } = await failure(login(undefined));
    expect([code, body.message]).toEqual([
      403,
      'services is forbidden: User "system:anonymous" cannot list resource "services" in API group "" at the cluster scope',
    ]);
  });

  test('a cluster may let in some principals only, a session by its role', async () => {
    const role = 'arn:aws:iam::123456789012:role/reader';
    const strict = await world.addCluster({ name: 'strict', principals: [role] });
    const session = world.credentials.issue({
      arn: 'arn:aws:sts::123456789012:assumed-role/reader/fairlead',
      userId: 'AROA:fairlead',
      account: '123456789012',
      expires: Date.now() + 60_000,
    });
    const call = async (who: typeof session | ReturnType<typeof identity>) => {
      const config = new KubeConfig();
      const token = await eksToken({ identity: who, cluster: 'strict' });
      config.loadFromClusterAndUser(
        { name: 'c', server: strict.url, caData: strict.caData, skipTLSVerify: false },
        { name: 'u', token },
      );
      return config.makeApiClient(CoreV1Api).listNamespace();
    };
    expect(names(await call(session))).toContain('default');
    expect((await failure(call(identity()))).code).toBe(401);
  });

  test('a denied kind is forbidden, and only that', async () => {
    cluster.faults.deny('ingresses');
    cluster.faults.deny('services', 'create');
    const { code, body } = await failure(networking.listNamespacedIngress({ namespace: 'shop' }));
    expect([code, body.message]).toEqual([
      403,
      'ingresses.networking.k8s.io is forbidden: User "local-admin" cannot list resource "ingresses" in API group "networking.k8s.io" in the namespace "shop"',
    ]);
    expect(names(await core.listServiceForAllNamespaces())).toEqual(['kubernetes']);
    expect(
      (await failure(core.createNamespacedService({ namespace: 'default', body: { metadata: { name: 'x' } } }))).code,
    ).toBe(403);
    cluster.faults.permit('ingresses');
    expect(names(await networking.listIngressForAllNamespaces())).toEqual([]);
  });

  test('another authority’s certificate is not trusted', async () => {
    const other = await world.addCluster({ name: 'other' });
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      { name: 'c', server: cluster.url, caData: other.caData, skipTLSVerify: false },
      { name: 'u' },
    );
    await expect(config.makeApiClient(CoreV1Api).listNamespace()).rejects.toThrow();
    expect(cluster.log).toEqual([]);
  });
});

describe('faults', () => {
  test('401 for everything', async () => {
    cluster.faults.unauthorized = true;
    expect((await failure(core.listNamespace())).code).toBe(401);
    cluster.faults.clear();
    expect(names(await core.listNamespace())).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system']);
  });

  test('429 with Retry-After, so many times', async () => {
    cluster.faults.limitNext(1, 7);
    const { code, headers, body } = await failure(core.listNamespace());
    expect([code, headers['retry-after'], body.reason]).toEqual([429, '7', 'TooManyRequests']);
    expect(names(await core.listNamespace())).toContain('default');
  });

  test('a dropped connection', async () => {
    cluster.faults.dropNext();
    await expect(core.listNamespace()).rejects.toThrow();
    expect(names(await core.listNamespace())).toContain('default');
  });

  test('slow answers', async () => {
    cluster.faults.latencyMs = 80;
    const started = performance.now();
    await core.listNamespace();
    expect(performance.now() - started).toBeGreaterThan(75);
  });
});
