import { CoreV1Api, KubeConfig, NetworkingV1Api, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LocalCluster } from '../../../local/kubernetes/cluster.ts';
import type { KubernetesObject } from '../../../local/kubernetes/objects.ts';
import { startWorld, type World } from '../../../local/world.ts';
import { eksToken } from './tokens.ts';

let world: World;
let cluster: LocalCluster;
let core: CoreV1Api;
let networking: NetworkingV1Api;

beforeEach(async () => {
  world = await startWorld();
  cluster = await world.addCluster({ name: 'prod' });
  const config = new KubeConfig();
  config.loadFromString(cluster.kubeconfig());
  core = config.makeApiClient(CoreV1Api);
  networking = config.makeApiClient(NetworkingV1Api);
});

afterEach(() => world.close());

const service = (name: string, fields: Partial<KubernetesObject> = {}, namespace = 'default'): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec: { type: 'LoadBalancer' },
  ...fields,
});
const ingress = (name: string): KubernetesObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name, namespace: 'shop' },
  spec: { rules: [{ host: `${name}.example.com` }] },
});

interface Failure {
  code: number;
  body: { reason: string; message: string; metadata?: { continue?: string } };
  headers: Record<string, string>;
}

/** Status code and `Status` of a refused call; fails when it is not refused. */
async function failure(call: Promise<unknown>): Promise<Failure> {
  const error = await call.then(
    () => expect.fail('the call went through'),
    (error: { code: number; body: string | object; headers: Record<string, string> }) => error,
  );
  const body = typeof error.body === 'string' ? JSON.parse(error.body) : error.body;
  return { code: error.code, body, headers: error.headers };
}

const names = (list: { items: { metadata?: { name?: string } }[] }) => list.items.map(item => item.metadata?.name);

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

describe('lists', () => {
  test('every cluster has the Service default/kubernetes', async () => {
    const { items } = await core.listServiceForAllNamespaces();
    expect(items).toMatchObject([
      { metadata: { namespace: 'default', name: 'kubernetes' }, spec: { type: 'ClusterIP' } },
    ]);
  });

  test('of all namespaces and of one, sorted, the items without kind and version', async () => {
    cluster.apply(service('b', {}, 'shop'));
    cluster.apply(service('a', {}, 'shop'));
    cluster.apply(service('a', {}, 'app'));
    const all = await core.listServiceForAllNamespaces();
    expect(all.items.map(item => `${item.metadata?.namespace}/${item.metadata?.name}`)).toEqual([
      'app/a',
      'default/kubernetes',
      'shop/a',
      'shop/b',
    ]);
    expect(names(await core.listNamespacedService({ namespace: 'shop' }))).toEqual(['a', 'b']);
    expect([all.kind, all.items[0]?.kind, all.items[0]?.apiVersion]).toEqual(['ServiceList', undefined, undefined]);
    expect(
      names(await core.listServiceForAllNamespaces({ fieldSelector: 'metadata.name=a,metadata.namespace!=shop' })),
    ).toEqual(['a']);
  });

  const pages = async (limit: number, between: () => void = () => {}) => {
    const seen: (string | undefined)[] = [];
    const versions = new Set<string | undefined>();
    let next: string | undefined;
    do {
      const page = await core.listServiceForAllNamespaces({ limit, ...(next && { _continue: next }) });
      expect(page.items.length).toBeLessThanOrEqual(limit);
      seen.push(...names(page));
      versions.add(page.metadata?.resourceVersion);
      next = page.metadata?._continue || undefined;
      if (next) between();
    } while (next);
    return { seen, versions };
  };

  test('in pages are of one moment, whatever happens meanwhile', async () => {
    for (let i = 0; i < 7; i++) cluster.apply(service(`s${i}`));
    const first = await core.listServiceForAllNamespaces({ limit: 3 });
    expect(first.metadata?.remainingItemCount).toBe(5);
    const { seen, versions } = await pages(3, () => {
      if (cluster.list('Service', 'default').some(object => object.metadata.name === 's6')) {
        cluster.delete({ kind: 'Service', name: 's6' });
      }
      cluster.apply(service('s9'));
    });
    expect(seen).toEqual(['kubernetes', 's0', 's1', 's2', 's3', 's4', 's5', 's6']);
    expect(versions.size).toBe(1);
  });

  test('whose continue token is too old end in 410, with a token for the rest as it is now', async () => {
    for (let i = 0; i < 5; i++) cluster.apply(service(`s${i}`));
    const first = await core.listServiceForAllNamespaces({ limit: 3 });
    cluster.expireContinueTokens();
    cluster.apply(service('s9'));
    const { code, body } = await failure(
      core.listServiceForAllNamespaces({ limit: 3, _continue: first.metadata?._continue ?? '' }),
    );
    expect([code, body.reason]).toEqual([410, 'Expired']);
    expect(body.message).toMatch(/^The provided continue parameter is too old/);
    const rest = await core.listServiceForAllNamespaces({ limit: 9, _continue: body.metadata?.continue ?? '' });
    expect(names(rest)).toEqual(['s2', 's3', 's4', 's9']);
  });

  test('at resourceVersion=0 come from the cache, whole', async () => {
    for (let i = 0; i < 5; i++) cluster.apply(service(`s${i}`));
    const list = await core.listServiceForAllNamespaces({ limit: 2, resourceVersion: '0' });
    expect([list.items.length, list.metadata?._continue]).toEqual([6, undefined]);
  });

  test('of an old version are not older than that, but with a limit exactly that, which is gone', async () => {
    cluster.apply(service('a'));
    const { metadata } = await core.listServiceForAllNamespaces();
    const resourceVersion = metadata?.resourceVersion ?? '';
    expect((await core.listServiceForAllNamespaces({ resourceVersion, limit: 1 })).items).toHaveLength(1);
    cluster.apply(service('b'));
    expect(names(await core.listServiceForAllNamespaces({ resourceVersion }))).toContain('b');
    expect((await failure(core.listServiceForAllNamespaces({ resourceVersion, limit: 1 }))).code).toBe(410);
  });

  test.each<[what: string, query: Record<string, string | number>, code: number]>([
    ['a version of the future', { resourceVersion: '999999' }, 504],
    ['a version that is none', { resourceVersion: 'x' }, 400],
    ['a continue token that is none', { _continue: 'x' }, 400],
    ['a label selector', { labelSelector: 'a=b' }, 400],
    ['a field that cannot be selected', { fieldSelector: 'spec.type=LoadBalancer' }, 400],
  ])('with %s are refused', async (_what, query, code) => {
    expect((await failure(core.listServiceForAllNamespaces(query))).code).toBe(code);
  });

  test('can be cut after a page', async () => {
    for (let i = 0; i < 5; i++) cluster.apply(service(`s${i}`));
    cluster.faults.cutListAfter('services', 1);
    await expect(pages(2)).rejects.toThrow();
    expect(cluster.log.map(({ operation, status }) => [operation, status])).toEqual([
      ['list services', 200],
      ['list services', 0],
    ]);
    cluster.faults.clear();
    expect((await pages(2)).seen).toHaveLength(6);
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
    ['a resource that is not served', () => core.listPodForAllNamespaces(), 404],
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
    expect(() => cluster.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } })).toThrow(
      'v1 Pod is not served here; there are v1 Service',
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
