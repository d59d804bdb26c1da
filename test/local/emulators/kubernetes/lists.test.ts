import type { CoreV1Api } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LocalCluster } from '../../../../local/emulators/kubernetes/cluster.ts';
import { startWorld, type World } from '../../../../local/world.ts';
import { apisOf, failure, names, service } from './objects.ts';

let world: World;
let cluster: LocalCluster;
let core: CoreV1Api;

beforeEach(async () => {
  world = await startWorld();
  cluster = await world.addCluster({ name: 'prod' });
  ({ core } = apisOf(cluster));
});

afterEach(() => world.close());

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
