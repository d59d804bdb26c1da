import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { service } from '../support/objects.ts';
import { until } from './support/process.ts';
import { isAllowed } from './support/rights.ts';
import { clusterRole, openStage, type Stage, withoutKube } from './support/stage.ts';
import { serviceAccountToken, startWatch } from './support/watch.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** What the role is about. */
const ASKED = ['get', 'list', 'watch'].flatMap(verb => [
  { verb, group: '', resource: 'services' },
  { verb, group: 'networking.k8s.io', resource: 'ingresses' },
]);
const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];

describe.skipIf(withoutKube)('infra/cluster-role.yaml under real RBAC', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage?.close());
  beforeEach(async () => {
    await stage.clean();
    await giveOnly(await rules());
  });

  const rules = async () => {
    const [role] = (await clusterRole()) as unknown as { rules: Rule[] }[];
    return role?.rules ?? [];
  };
  const giveOnly = async (left: readonly Rule[]) => {
    const path = '/apis/rbac.authorization.k8s.io/v1/clusterroles/fairlead';
    const { status } = await stage.kube.admin.send('PATCH', path, { rules: left }, 'application/merge-patch+json');
    expect(status).toBe(200);
    // RBAC takes note of a change a moment later.
    await until('the rights are those given', async () => {
      const mays = ASKED.map(async ({ group, resource, verb }) => {
        const right = left.some(rule => rule.resources.includes(resource) && rule.verbs.includes(verb));
        return (await mayDo(['fairlead'], { group, resource, verb })) === right;
      });
      return (await Promise.all(mays)).every(Boolean);
    });
  };
  /** The rules without one verb on one kind. */
  const without = (all: readonly Rule[], verb: string, resource: string) =>
    all.map(rule =>
      rule.resources.includes(resource) ? { ...rule, verbs: rule.verbs.filter(one => one !== verb) } : rule,
    );

  /** Every resource that the API server has, subresources included, with its group. */
  const resources = async () => {
    const { admin } = stage.kube;
    const { body: groups } = await admin.send('GET', '/apis');
    const versions: string[] = groups.groups.flatMap((group: { versions: { groupVersion: string }[] }) =>
      group.versions.map(({ groupVersion }) => `/apis/${groupVersion}`),
    );
    const lists = await Promise.all(['/api/v1', ...versions].map(path => admin.send('GET', path)));
    return lists.flatMap(({ body }) =>
      body.resources.map(({ name }: { name: string }) => {
        const [group] = body.groupVersion.includes('/') ? body.groupVersion.split('/') : [''];
        const [resource, subresource = ''] = name.split('/');
        return { group, resource, subresource };
      }),
    );
  };
  const mayDo = (groups: readonly string[], attributes: object) =>
    isAllowed(stage.kube.admin, { user: 'someone', groups }, attributes);

  test('grants get, list and watch of what the default sources read, and nothing else that the API server has', async () => {
    const granted = new Set<string>();
    for (const { group, resource, subresource } of await resources()) {
      const asked = VERBS.map(async verb => {
        const everybody = ['system:authenticated'];
        const attributes = { group, resource, subresource, verb };
        if (await mayDo(everybody, attributes)) return;
        const allowed = await mayDo([...everybody, 'fairlead'], attributes);
        if (allowed) granted.add(`${verb} ${group}/${resource}${subresource && `/${subresource}`}`);
      });
      await Promise.all(asked);
    }
    const readable = ['/nodes', '/pods', '/services', 'discovery.k8s.io/endpointslices', 'networking.k8s.io/ingresses'];
    expect([...granted].sort()).toEqual(
      ['get', 'list', 'watch'].flatMap(verb => readable.map(one => `${verb} ${one}`)),
    );
  });

  test('is enough for a run', async () => {
    await stage.kube.admin.apply(service('a', { hostname: 'a.example.com' }, ['203.0.113.1']));
    expect(await stage.cli('sync')).toMatchObject({ code: 0, result: { inStep: true, counts: { created: 1 } } });
  });

  test.each([
    ['list', 'services', ''],
    ['list', 'ingresses', 'networking.k8s.io'],
  ])('without %s on %s the run says so and freezes that kind', async (verb, resource, group) => {
    await stage.kube.admin.apply(service('a', { hostname: 'a.example.com' }, ['203.0.113.1']));
    await stage.cli('sync');
    await giveOnly(without(await rules(), verb, resource));
    const { code, result } = await stage.cli('sync', '--force');
    expect(code).toBe(2);
    const said = result.findings.find(({ reason }) => reason === 'unreadable')?.message;
    expect(said).toContain(`cannot ${verb} resource "${resource}" in API group "${group}" at the cluster scope`);
    expect(said).toContain('infra/cluster-role.yaml');
    expect(result.counts).toMatchObject({ created: 0, updated: 0, deleted: 0 });
    expect(stage.records().map(({ name }) => name)).toContain('a.example.com.');
  });

  test('without watch, a watch is forbidden, and the right is named', async () => {
    await giveOnly(without(await rules(), 'watch', 'services'));
    const watched = await startWatch(stage, stage.kube, await serviceAccountToken(stage));
    await until('the watch is refused', () => watched.ends.length > 0);
    await watched.stop();
    expect(watched.told).toEqual(['listed']);
    expect(watched.ends[0]).toMatch(
      /^forbidden: .*cannot watch resource "services" in API group "" at the cluster scope.*bind the forwarder's ClusterRole/,
    );
  });

  test.each(['get', 'watch'])('without %s a run does as well: it only lists', async verb => {
    const all = await rules();
    await giveOnly(without(without(all, verb, 'services'), verb, 'ingresses'));
    expect((await stage.cli('sync')).code).toBe(0);
  });

  test('without its binding, every kind is forbidden and named', async () => {
    await giveOnly([]);
    const { code, result } = await stage.cli('sync');
    expect(code).toBe(2);
    const said = result.findings.map(({ message }) => message).join('\n');
    expect(said).toMatch(/listing services: forbidden/);
    expect(said).toMatch(/listing ingresses: forbidden/);
  });
});
