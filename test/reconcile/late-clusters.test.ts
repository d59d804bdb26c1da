import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type ClusterReader, type Ports, reconcile } from '../../lib/reconcile/index.ts';
import { aliasZoneOf } from '../../lib/route53/alias-zones.ts';
import { createBudget } from '../../lib/route53/index.ts';
import { fakeClusters, type Harness, harness } from '../support/harness.ts';
import { service } from '../support/objects.ts';

const CONFIG = `
owner: arena
clusters: [{name: sick, region: us-east-1}, {name: well, region: us-east-1}, {name: fine, region: us-east-1, owner: other}]
zones: {domains: [example.com]}`;
const at = (name: string, target = '192.0.2.1') => service(name, { hostname: `${name}.example.com` }, [target]);

/** A run in which the cluster `sick` is read when it is released, and what each cluster was asked for. */
function running(world: Harness) {
  const gate = Promise.withResolvers<void>();
  const read: string[] = [];
  const readCluster: ClusterReader = async (cluster, ...rest) => {
    read.push(cluster.name);
    if (cluster.name === 'sick') await gate.promise;
    return fakeClusters(world.clusters)(cluster, ...rest);
  };
  const ports: Ports = {
    route53: world.route53({}),
    budget: createBudget(world.config.budget, world.clock),
    readCluster,
    store: world.state,
    aliasZoneOf,
    clock: world.clock,
    holder: 'test',
  };
  const result = reconcile({ mode: 'sync', force: false }, { config: world.config, ports, patienceMs: 20 });
  return { result, read, release: gate.resolve };
}

async function until(check: () => boolean) {
  for (let i = 0; i < 4_500 && !check(); i++) await sleep(10);
  expect(check()).toBe(true);
}

const addresses = (world: Harness) => world.records().filter(line => line.includes(' A '));

test('while one cluster is being read the others are published; then what it asks for, in the same run', async () => {
  const world = harness({
    config: CONFIG,
    clusters: { sick: { objects: [at('s')] }, well: { objects: [at('w')] }, fine: { objects: [at('f')] } },
  });
  const run = running(world);
  await until(() => addresses(world).length === 2);
  expect(addresses(world)).toEqual(['f.example.com A 192.0.2.1', 'w.example.com A 192.0.2.1']);
  run.release();
  const result = await run.result;
  expect(addresses(world)).toHaveLength(3);
  expect(run.read.sort()).toEqual(['fine', 'sick', 'well']);
  expect(result).toMatchObject({ inStep: true, counts: { created: 3, unpublished: 0 } });
  expect(result.clusters.map(({ state }) => state)).toEqual(['read', 'read', 'read']);
  expect(await world.run()).toMatchObject({ inStep: true, calls: {} });
});

test('one that cannot be read in the end is frozen, and told, as ever', async () => {
  const world = harness({
    config: CONFIG,
    clusters: { sick: { objects: [at('s')] }, well: { objects: [at('w')] }, fine: { objects: [] } },
  });
  await world.run();
  world.clusters.sick = { objects: [], failing: 'cluster sick: it was not read within 60 s' };
  world.clusters.well = { objects: [at('w', '192.0.2.9')] };
  const run = running(world);
  await until(() => addresses(world).includes('w.example.com A 192.0.2.9'));
  run.release();
  const result = await run.result;
  expect(addresses(world)).toEqual(['s.example.com A 192.0.2.1', 'w.example.com A 192.0.2.9']);
  expect(result.counts).toMatchObject({ updated: 1, deleted: 0 });
  expect(result.findings.map(({ reason }) => reason)).toContain('unreadable');
});

test('what another gave up is not removed before it is known whether the late one wants it: it is handed over', async () => {
  const world = harness({
    config: CONFIG,
    clusters: { sick: { objects: [] }, well: { objects: [at('x'), at('y')] }, fine: { objects: [at('f')] } },
  });
  await world.run();
  world.clusters.well = { objects: [at('y', '192.0.2.9')] };
  world.clusters.sick = { objects: [at('x', '192.0.2.7')] };
  const run = running(world);
  await until(() => addresses(world).includes('y.example.com A 192.0.2.9'));
  expect(addresses(world)).toContain('x.example.com A 192.0.2.1');
  run.release();
  expect((await run.result).counts).toMatchObject({ created: 0, updated: 2, deleted: 0 });
  expect(addresses(world)).toContain('x.example.com A 192.0.2.7');
});

test('a removal by a cluster that was read is done when all are read, and is no mass that the guard holds', async () => {
  const objects = Array.from({ length: 12 }, (_, i) => at(`n${i}`));
  const world = harness({
    config: CONFIG,
    clusters: { sick: { objects: [] }, well: { objects }, fine: { objects: [at('f')] } },
  });
  await world.run();
  world.clusters.well = { objects: [...objects.slice(2), at('new')] };
  const run = running(world);
  await until(() => addresses(world).includes('new.example.com A 192.0.2.1'));
  expect(addresses(world)).toHaveLength(14);
  run.release();
  expect((await run.result).counts).toMatchObject({ created: 1, deleted: 2, unpublished: 0 });
});
