import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ClusterReaderOptions, createClusterReader } from '../../lib/cluster/index.ts';
import type { ResourceKind } from '../../lib/sources/index.ts';
import { type LocalCluster, startCluster } from '../../local/emulators/kubernetes/cluster.ts';
import type { World } from '../../local/world.ts';
import { startProd } from './prod.ts';

const ROLE = 'arn:aws:iam::123456789012:role/fairlead-read';
const PROD = { name: 'prod', owner: 'o', region: 'us-east-1' };
let world: World;
let cluster: LocalCluster;

beforeEach(async () => {
  ({ world, cluster } = await startProd());
  for (let index = 0; index < 7; index++) cluster.apply(service(`svc-${index}`, `ns-${index % 3}`));
  cluster.apply({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web' }, spec: {} });
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await world.close();
});

const service = (name: string, namespace: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec: { type: 'LoadBalancer' },
});

/** Reads once; `afterPage` is called with the number of each page of Services. */
async function read(
  config: Parameters<ReturnType<typeof createClusterReader>>[0] = PROD,
  options: ClusterReaderOptions = {},
  afterPage: (page: number) => void = () => {},
) {
  const names: Record<string, string[]> = {};
  let pages = 0;
  const take = (kind: ResourceKind, items: readonly unknown[]) => {
    const page = (items as { metadata: { namespace: string; name: string } }[]).map(({ metadata }) => metadata);
    names[kind] = [...(names[kind] ?? []), ...page.map(({ namespace, name }) => `${namespace}/${name}`)];
    if (kind === 'service') afterPage(++pages);
  };
  const restart = (kind: ResourceKind) => {
    names[kind] = [];
  };
  const intake = { sources: ['service', 'ingress'] as const, needs: () => [], page: take, restart };
  const kinds = await createClusterReader({ pageSize: 3, ...options })(config, intake);
  return { kinds, names };
}

const COMPLETE = { service: { complete: true, objects: 8 }, ingress: { complete: true, objects: 1 } };
const incomplete = (text: string) => ({ complete: false, error: expect.stringContaining(text) });

describe('a cluster of the embedded world is read the EKS way', () => {
  test('with a token that its authenticator accepts', async () => {
    const { kinds, names } = await read();
    expect(kinds).toEqual(COMPLETE);
    expect(names.service?.toSorted()).toEqual(
      cluster.list('Service').map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
    );
    expect(cluster.counts.calls).toMatchObject({ 'list services': 3, 'list ingresses': 1 });
  });

  test('in the role of the cluster, which alone is let in', async () => {
    world.addRole({ arn: ROLE, externalId: 'abc' });
    const guarded = await world.addCluster({ name: 'guarded', principals: [ROLE] });
    guarded.apply(service('a', 'default'));
    const config = { ...PROD, name: 'guarded' };
    expect((await read(config)).kinds).toMatchObject({ service: incomplete('401 Unauthorized') });
    const { kinds } = await read({ ...config, roleArn: ROLE, externalId: 'abc' });
    expect(kinds).toMatchObject({ service: { complete: true, objects: 2 } });
  });

  test('by its name in EKS, of which each region has one of its own', async () => {
    const elsewhere = await startCluster({ name: 'prod', region: 'eu-west-1', credentials: world.credentials });
    elsewhere.apply(service('far', 'default'));
    const { url: endpoint, caData } = elsewhere;
    world.eks.clusters.push({ name: 'prod', account: '123456789012', region: 'eu-west-1', endpoint, caData });
    const far = { name: 'prod-eu', eksName: 'prod', owner: 'o', region: 'eu-west-1' };
    expect((await read(far)).names.service?.toSorted()).toEqual(['default/far', 'default/kubernetes']);
    expect((await read(PROD)).kinds).toEqual(COMPLETE);
    await elsewhere.close();
  });

  test('or not, with a token that is none, for which no access entry is blamed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fairlead-'));
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, cluster.kubeconfig().replace('static-prod', 'expired'));
    const { kinds } = await read({ name: 'lab', owner: 'o', kubeconfig });
    await rm(folder, { recursive: true });
    expect(kinds).toMatchObject({ service: incomplete('renew the token or certificate of its kubeconfig') });
    expect(JSON.stringify(kinds)).not.toContain('access entry');
  });

  test('or through a kubeconfig', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fairlead-'));
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, cluster.kubeconfig());
    const { kinds } = await read({ name: 'lab', owner: 'o', kubeconfig });
    await rm(folder, { recursive: true });
    expect(kinds).toEqual(COMPLETE);
  });
});

describe('faults of a cluster', () => {
  test('continue tokens that expire in the middle: the listing begins anew and is whole', async () => {
    const { kinds, names } = await read(PROD, {}, page => {
      if (page === 2) {
        cluster.delete({ kind: 'Service', name: 'svc-0', namespace: 'ns-0' });
        cluster.compact();
      }
    });
    expect(kinds).toMatchObject({ service: { complete: true, objects: 7 } });
    expect(names.service).toHaveLength(7);
    expect(names.service).not.toContain('ns-0/svc-0');
  });

  test('connections dropped and 429 now and then are got over', async () => {
    cluster.faults.dropNext(2);
    cluster.faults.limitNext(1, 0);
    expect((await read()).kinds).toEqual(COMPLETE);
  });

  test.each<{ rule: string; fault: () => void; kinds: object }>([
    {
      rule: '401 for everything',
      fault: () => {
        cluster.faults.unauthorized = true;
      },
      kinds: { service: incomplete('401 Unauthorized'), ingress: incomplete('401 Unauthorized') },
    },
    {
      rule: 'no right to list Ingresses',
      fault: () => cluster.faults.deny('ingresses', 'list'),
      kinds: { service: COMPLETE.service, ingress: incomplete('bind the ClusterRole fairlead') },
    },
    {
      rule: 'a listing that is always cut after its first page',
      fault: () => cluster.faults.cutListAfter('services', 1),
      kinds: { service: incomplete('broke off'), ingress: COMPLETE.ingress },
    },
    {
      rule: 'default/kubernetes gone',
      fault: () => cluster.delete({ kind: 'Service', name: 'kubernetes', namespace: 'default' }),
      kinds: { service: incomplete('without default/kubernetes'), ingress: COMPLETE.ingress },
    },
    {
      rule: 'eks:DescribeCluster denied',
      fault: () => world.eks.faults.denied.add('DescribeCluster'),
      kinds: { service: incomplete('eks:DescribeCluster is denied'), ingress: incomplete('is denied') },
    },
  ])('$rule: incomplete, and told', async ({ fault, kinds }) => {
    fault();
    expect((await read()).kinds).toEqual(kinds);
  });
});
