import { expect, test } from 'vitest';
import { aliasZoneOf } from '../../lib/route53/alias-zones.ts';
import { createBudget } from '../../lib/route53/index.ts';
import { lookAtWorld } from '../../lib/ui/index.ts';
import { fakeClusters, harness } from '../support/harness.ts';
import { service } from '../support/objects.ts';

test('a look lists each zone once, for the plan and for the records, and changes nothing', async () => {
  const world = harness({
    clusters: { prod: { objects: [service('x', { hostname: 'x.example.com' }, ['192.0.2.1'])] } },
  });
  const { config, clock, state: store } = world;
  const ports = {
    ...{ clock, store, aliasZoneOf, holder: 'test', route53: world.route53({}) },
    budget: createBudget(config.budget, clock),
    readCluster: fakeClusters(world.clusters),
  };
  const { plan, records, rooms } = await lookAtWorld(config, ports);
  expect(plan.counts).toMatchObject({ created: 1 });
  expect(records.map(({ record }) => record.type)).toEqual(expect.arrayContaining(['NS', 'SOA']));
  expect(rooms.size).toBe(1);
  expect(world.calls).toEqual({ listHostedZones: 1, listRecordSets: 1, recordSetLimit: 1 });
  expect(world.records()).toEqual([]);
});
