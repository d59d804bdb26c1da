import { describe, expect, test } from 'vitest';
import { decodePlan, encodePlan, ensureSame, type PlannedRun, type SavedPlan } from '../../lib/reconcile/index.ts';
import { configOf, type Harness, harness } from '../support/harness.ts';
import { service, services } from '../support/objects.ts';

const CONFIG = 'owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\n';

/** A plan, as it comes back from its file. */
async function planned(world: Harness, request: SavedPlan['request'] = { force: false }): Promise<SavedPlan> {
  const runs: PlannedRun[] = [];
  await world.run({ ...request, mode: 'plan' }, {}, { exact: true, onPlanned: run => void runs.push(run) });
  return decodePlan(encodePlan({ request, runs }), 'plan.json');
}

const apply = (world: Harness, plan: SavedPlan) =>
  world.run({ ...plan.request }, {}, { exact: true, onPlanned: run => ensureSame(plan, run) });

const worldOf = (objects = services(2, '192.0.2.1')) => harness({ config: CONFIG, clusters: { prod: { objects } } });

test('a plan is applied as it is, and once', async () => {
  const world = worldOf();
  const plan = await planned(world);
  expect(world.records()).toEqual([]);
  expect(await apply(world, plan)).toMatchObject({ inStep: true, counts: { created: 2 } });
  const records = world.records();
  await expect(apply(world, plan)).rejects.toThrow('the record sets of the hosted zone example.com');
  expect(world.records()).toEqual(records);
});

describe('is not applied, and nothing is changed, when', () => {
  const foreign = { name: 'other.example.com.', type: 'A', ttl: 60, values: ['192.0.2.7'] };
  test.each<[string, (world: Harness) => unknown, string]>([
    [
      'an object asks for another target',
      ({ clusters }) => Object.assign(clusters.prod!, { objects: services(2, '192.0.2.2') }),
      'what the objects of prod',
    ],
    [
      'there is one object more',
      ({ clusters }) => Object.assign(clusters.prod!, { objects: services(3, '192.0.2.1') }),
      'what the objects of prod',
    ],
    [
      'objects cannot be read',
      ({ clusters }) => Object.assign(clusters.prod!, { failing: 'denied' }),
      'what of them can be read',
    ],
    [
      'the zone has another record',
      ({ store }) => store.edit('Z0EXAMPLE0000000001', { put: [foreign] as never, remove: [] }),
      'the record sets of the hosted zone',
    ],
    [
      'the config is another',
      world => Object.assign(world, { config: configOf(`${CONFIG}policy: upsert-only`) }),
      'the config is another one',
    ],
    [
      'the zone has gone from the config',
      world => Object.assign(world, { config: configOf(CONFIG.replace('example.com', 'example.net')) }),
      'other hosted zones',
    ],
  ])('%s', async (_, change, words) => {
    const world = worldOf();
    const plan = await planned(world);
    change(world);
    const before = world.records();
    await expect(apply(world, plan)).rejects.toThrow(words);
    expect(world.records()).toEqual(before);
    expect(world.calls.changeRecordSets).toBeUndefined();
  });

  test('time has passed, and other changes are due', async () => {
    const world = worldOf();
    world.config = configOf(`${CONFIG}guard: {deleteAfter: 1h}`);
    await world.run();
    world.clusters.prod!.objects = services(1, '192.0.2.1');
    await world.run();
    const plan = await planned(world);
    world.clock.advance(2 * 3_600_000);
    await expect(apply(world, plan)).rejects.toThrow('time has passed');
  });

  test('it was written by another hand', async () => {
    const world = worldOf();
    const plan = await planned(world);
    const forged = JSON.parse(JSON.stringify(plan).replaceAll('192.0.2.1', '198.51.100.66')) as SavedPlan;
    await expect(apply(world, forged)).rejects.toThrow('the plan is not applied');
    expect(world.records()).toEqual([]);
  });

  test.each([
    '',
    '{}',
    '[]',
    '{"format":"fairlead plan 0","request":{},"runs":[]}',
    '{"format":"fairlead plan 1","request":{},"runs":[7]}',
  ])('it is no plan: %s', text => {
    expect(() => decodePlan(text, 'x.json')).toThrow(/^x\.json is not a plan/);
  });
});

test.each<[string, (world: Harness) => unknown]>([
  [
    'objects that ask for nothing',
    ({ clusters }) => void clusters.prod!.objects.push(service('quiet', {}, ['192.0.2.8'])),
  ],
  [
    'another place for the state',
    world => Object.assign(world, { config: configOf(`${CONFIG}state: {store: ./elsewhere}`) }),
  ],
])('does not mind %s', async (_, change) => {
  const world = worldOf();
  const plan = await planned(world);
  change(world);
  expect(await apply(world, plan)).toMatchObject({ counts: { created: 2 } });
});

test('what changes while it is applied is left, not planned again', async () => {
  const world = worldOf(services(1, '192.0.2.1'));
  await world.run();
  world.clusters.prod!.objects = services(1, '192.0.2.2');
  const plan = await planned(world);
  const stolen = { name: 'a0.example.com.', type: 'A', ttl: 300, values: ['192.0.2.99'] };
  world.hooks.before = operation => {
    if (operation !== 'changeRecordSets') return;
    delete world.hooks.before;
    world.store.edit('Z0EXAMPLE0000000001', { put: [stolen] as never, remove: [] });
  };
  const result = await apply(world, plan);
  expect(result).toMatchObject({ inStep: false, reasons: { deferred: 1 } });
  expect(result.findings[0]!.message).toContain('since the plan was made');
  expect(world.records()).toContain('a0.example.com A 192.0.2.99');
  expect((await world.run({ force: true })).inStep).toBe(true);
});

test('a plan does not believe the kept copy of a zone, nor does what applies it', async () => {
  const world = worldOf(services(1, '192.0.2.1'));
  await world.run();
  world.store.edit('Z0EXAMPLE0000000001', {
    put: [{ name: 'a0.example.com.', type: 'A', ttl: 300, values: ['192.0.2.99'] }] as never,
    remove: [],
  });
  const plan = await planned(world);
  expect(plan.runs[0]!.zones[0]!.changes).toMatchObject([{ action: 'update', name: 'a0.example.com' }]);
  expect(await apply(world, plan)).toMatchObject({ inStep: true, counts: { updated: 1 } });
});
