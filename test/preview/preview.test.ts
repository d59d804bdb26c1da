import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../lib/model/index.ts';
import { preview, readManifests } from '../../lib/preview/index.ts';
import type { Ports } from '../../lib/reconcile/index.ts';
import { aliasZoneOf } from '../../lib/route53/alias-zones.ts';
import { createBudget } from '../../lib/route53/index.ts';
import { configOf, fakeClusters, type Harness, harness } from '../support/harness.ts';
import { ingress, type KubernetesObject, NLB, service } from '../support/objects.ts';

const CONFIG =
  'owner: arena\nclusters: [{name: prod, region: us-east-1}, {name: lab, region: us-east-1, owner: lab}]\nzones: {domains: [example.com]}\n';

async function worldOf(objects: KubernetesObject[], config = CONFIG): Promise<Harness> {
  const world = harness({ config, clusters: { prod: { objects }, lab: { objects: [] } } });
  await world.run();
  return world;
}

const withoutStatus = ({ status: _, ...object }: KubernetesObject & { status?: unknown }) => object;

async function previewOf(
  world: Harness,
  manifests: readonly object[],
  more: { prune?: boolean; cluster?: string } = {},
) {
  const calls: string[] = [];
  const ports: Ports = {
    route53: world.route53({ before: operation => void calls.push(operation) }),
    budget: createBudget(world.config.budget, world.clock),
    readCluster: fakeClusters(world.clusters),
    store: world.state,
    aliasZoneOf,
    clock: world.clock,
    holder: 'test',
  };
  const text = manifests.map(manifest => JSON.stringify(manifest)).join('\n---\n');
  const before = world.records();
  const { result, applied } = await preview(
    { config: world.config, ports },
    readManifests([{ file: 'x.yaml', text }], 'default'),
    { cluster: more.cluster ?? 'prod', prune: more.prune ?? false },
  );
  expect(world.records()).toEqual(before);
  expect(calls).not.toContain('changeRecordSets');
  return { result, applied };
}

const changes = ({ zones }: RunResult) =>
  zones.flatMap(zone => zone.changes.map(({ action, name, type }) => `${action} ${name} ${type}`));
const told = ({ findings }: RunResult) => findings.map(({ reason, name }) => `${reason} ${name}`);

const web = (hostname: string, namespace = 'default', annotations = {}) =>
  service('web', { hostname, ...annotations }, [NLB], namespace);

describe('a manifest of an object that is there', () => {
  test('as it is: nothing would happen', async () => {
    const { result, applied } = await previewOf(await worldOf([web('x.example.com')]), [
      withoutStatus(web('x.example.com')),
    ]);
    expect(result).toMatchObject({ inStep: true, findings: [], counts: { created: 0, updated: 0, deleted: 0 } });
    expect(applied).toEqual({ added: [], pruned: [] });
  });

  test('takes the status of the live one: names come and go', async () => {
    const world = await worldOf([web('x.example.com')]);
    const { result } = await previewOf(world, [withoutStatus(web('y.example.com'))]);
    expect(changes(result).sort()).toEqual([
      'create y.example.com A',
      'create y.example.com AAAA',
      'delete x.example.com A',
      'delete x.example.com AAAA',
    ]);
    expect(result.inStep).toBe(false);
  });

  test('a status in the manifest is not believed', async () => {
    const forged = service('web', { hostname: 'x.example.com' }, ['198.51.100.66']);
    expect(changes((await previewOf(await worldOf([web('x.example.com')]), [forged])).result)).toEqual([]);
  });

  test('its annotation that is gone is gone, whatever others have added', async () => {
    const live = web('x.example.com', 'default', { ttl: '60' });
    const { result } = await previewOf(await worldOf([live]), [withoutStatus(service('web', {}, []))]);
    expect(changes(result)).toEqual(['delete x.example.com A', 'delete x.example.com AAAA']);
  });
});

describe('a manifest of an object that is new', () => {
  const fresh = withoutStatus(ingress('new', ['n.example.com'], []));

  test('has no load balancer yet: the name would wait, and that is said', async () => {
    const { result, applied } = await previewOf(await worldOf([]), [fresh]);
    expect(changes(result)).toEqual([]);
    expect(told(result)).toEqual(['no-target n.example.com']);
    expect(result.findings[0]!.message).toBe(
      'n.example.com: ingress/default/new has no load balancer yet: the name would wait for it; nothing stands in its way',
    );
    expect(JSON.stringify(result)).not.toContain('not-there-yet');
    expect(applied.added).toEqual(['ingress/default/new']);
  });

  test('with a target of its own it is published', async () => {
    const own = withoutStatus(ingress('new', ['n.example.com'], [], { target: '192.0.2.7' }));
    expect(changes((await previewOf(await worldOf([]), [own])).result)).toEqual(['create n.example.com A']);
  });

  test('who has the name already is told, though there is no load balancer', async () => {
    const { result } = await previewOf(await worldOf([web('n.example.com')]), [fresh]);
    expect(told(result)).toEqual(['conflict n.example.com']);
    expect(result.findings[0]!.message).toContain('service/default/web');
  });

  test('in another cluster, too', async () => {
    const { result } = await previewOf(await worldOf([web('n.example.com')]), [fresh], { cluster: 'lab' });
    expect(told(result)).toEqual(['conflict n.example.com']);
  });

  test('the claim that refuses it is told, and the one that allows it', async () => {
    const world = await worldOf([], `${CONFIG}claims: [{namespaces: [shop]}, {clusters: [lab]}]`);
    const { result } = await previewOf(world, [fresh]);
    expect(told(result)).toEqual(['not-allowed n.example.com']);
    const there = await previewOf(world, [fresh], { cluster: 'lab' });
    expect(there.result.findings[0]!.message).toContain('(allowed by claims[1])');
  });
});

describe('--prune', () => {
  const other = service('old', { hostname: 'old.example.com' }, ['192.0.2.5']);
  const elsewhere = service('far', { hostname: 'far.example.com' }, ['192.0.2.6'], 'other');
  const owned = service('made', { hostname: 'made.example.com' }, ['192.0.2.8']);
  Object.assign((owned as unknown as { metadata: object }).metadata, { ownerReferences: [{ kind: 'X', name: 'x' }] });

  test('what the manifests leave out of their namespaces is removed, but for what belongs to another object', async () => {
    const world = await worldOf([web('x.example.com'), other, elsewhere, owned]);
    const manifests = [withoutStatus(web('x.example.com'))];
    expect(changes((await previewOf(world, manifests)).result)).toEqual([]);
    const { result, applied } = await previewOf(world, manifests, { prune: true });
    expect(changes(result)).toEqual(['delete old.example.com A']);
    expect(applied.pruned).toEqual(['service/default/old']);
  });

  test('a name that moves from one object to another that waits is not lost', async () => {
    const world = await worldOf([web('x.example.com'), other]);
    const heir = withoutStatus(ingress('heir', ['old.example.com'], []));
    const { result } = await previewOf(world, [withoutStatus(web('x.example.com')), heir], { prune: true });
    expect(changes(result)).toEqual([]);
    expect(result.findings[0]!.message).toContain('until then what stands there stays');
  });
});

test('what is due anyway is not the manifests’ doing', async () => {
  const world = await worldOf([web('x.example.com')]);
  world.clusters.prod!.objects.push(service('pending', { hostname: 'p.example.com' }, ['192.0.2.9']));
  world.clusters.lab!.objects.push(ingress('clash', ['x.example.com'], ['192.0.2.3']));
  const { result } = await previewOf(world, [withoutStatus(web('x.example.com,y.example.com'))]);
  expect(changes(result)).toEqual(['create y.example.com A', 'create y.example.com AAAA']);
  expect(result.findings).toEqual([]);
});

test('a kind that cannot be read stays unread', async () => {
  const world = await worldOf([web('x.example.com')]);
  world.clusters.prod!.failing = { service: 'denied' };
  const { result } = await previewOf(world, [withoutStatus(web('y.example.com'))]);
  expect(changes(result)).toEqual([]);
});

test('a frozen cluster says that nothing can be said', async () => {
  const world = await worldOf([web('x.example.com')]);
  world.config = configOf(CONFIG.replace('region: us-east-1}', 'region: us-east-1, freeze: true}'));
  await expect(previewOf(world, [withoutStatus(web('y.example.com'))])).rejects.toThrow('prod is not read');
});

describe('routes', () => {
  const GATEWAY = 'gateway.networking.k8s.io/v1';
  const gateway = {
    apiVersion: GATEWAY,
    kind: 'Gateway',
    metadata: { name: 'gw', namespace: 'default' },
    spec: { listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
    status: { addresses: [{ type: 'IPAddress', value: '192.0.2.20' }] },
  } as unknown as KubernetesObject;
  const route = {
    apiVersion: GATEWAY,
    kind: 'HTTPRoute',
    metadata: { name: 'r', namespace: 'default' },
    spec: { parentRefs: [{ name: 'gw' }], hostnames: ['r.example.com'] },
  };

  test('a new one counts as accepted, and has the addresses of its Gateway', async () => {
    const world = await worldOf([gateway], `${CONFIG}sources: [service, gateway-httproute]`);
    expect(changes((await previewOf(world, [route])).result)).toEqual(['create r.example.com A']);
  });

  test('behind a new Gateway it waits', async () => {
    const world = await worldOf([], `${CONFIG}sources: [service, gateway-httproute]`);
    const { result } = await previewOf(world, [route, { ...gateway, status: undefined }]);
    expect(changes(result)).toEqual([]);
    expect(told(result)).toEqual(['no-target r.example.com']);
  });
});
