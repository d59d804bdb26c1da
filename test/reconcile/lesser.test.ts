import { describe, expect, test } from 'vitest';
import { harness } from '../support/harness.ts';
import { ALB, NLB, service } from '../support/objects.ts';

const CLOUDFRONT = 'd111111abcdef8.cloudfront.net';
const OTHER = 'd222222abcdef8.cloudfront.net';
type World = ReturnType<typeof harness>;
const of = (...objects: ReturnType<typeof service>[]) => harness({ clusters: { prod: { objects } } });
const to = (name: string, target: string, annotations = {}) =>
  service(name, { hostname: `${name}.example.com`, ...annotations }, [target]);
const records = (world: World) => world.records().filter(line => !line.includes(' TXT '));

/** A second run changes nothing, and sends nothing. */
async function settled(world: World, inStep = true) {
  const again = await world.run();
  expect(world.calls).toEqual({});
  expect(again.counts).toMatchObject({ created: 0, updated: 0, deleted: 0 });
  expect(again.inStep).toBe(inStep);
  return again;
}

describe('an AAAA that Route 53 refuses, because the target has no IPv6 address', () => {
  test('costs itself only: the A stands alone, others are whole, and a warning says so', async () => {
    const world = of(to('a', ALB), to('b', NLB), to('c', ALB));
    world.store.ipv4Targets.add(ALB);
    const result = await world.run();
    expect(records(world)).toEqual([
      `a.example.com A → ${ALB}`,
      `b.example.com A → ${NLB}`,
      `b.example.com AAAA → ${NLB}`,
      `c.example.com A → ${ALB}`,
    ]);
    expect(world.records().filter(line => line.includes(' TXT '))).toHaveLength(4);
    expect(world.calls).toEqual({ changeRecordSets: 3, listHostedZones: 1, listRecordSets: 1 });
    const alone = { reason: 'warning', message: expect.stringMatching(/has no AAAA: .* the A stands alone/) };
    expect(result.findings).toEqual(
      ['a', 'c'].map(name => expect.objectContaining({ ...alone, name: `${name}.example.com` })),
    );
    expect((await settled(world)).findings).toEqual(result.findings);
  });

  test('is tried again when its time has come, and then the name is whole', async () => {
    const world = of(to('a', ALB));
    world.store.ipv4Targets.add(ALB);
    await world.run();
    world.store.ipv4Targets.clear();
    await settled(world);
    world.clock.advance(61 * 60_000);
    const result = await world.run();
    expect(result).toMatchObject({ inStep: true, counts: { created: 1 }, findings: [] });
    expect(records(world)).toEqual([`a.example.com A → ${ALB}`, `a.example.com AAAA → ${ALB}`]);
  });

  test('of a name that stood whole: both leave the old target', async () => {
    const world = of(to('a', NLB));
    await world.run();
    world.store.ipv4Targets.add(ALB);
    world.clusters.prod!.objects = [to('a', ALB)];
    const result = await world.run();
    expect(records(world)).toEqual([`a.example.com A → ${ALB}`]);
    expect(world.records()).toHaveLength(2);
    expect(result.counts).toMatchObject({ updated: 1, deleted: 1, unpublished: 0 });
    await settled(world);
    world.clusters.prod!.objects = [];
    await world.run();
    expect(world.records()).toEqual([]);
  });

  test('asked for alone is refused as ever', async () => {
    const world = of(to('a', ALB, { alias: 'AAAA' }));
    world.store.ipv4Targets.add(ALB);
    expect((await world.run()).findings).toMatchObject([{ reason: 'refused' }]);
    await settled(world, false);
  });
});

describe('an alias to CloudFront', () => {
  test('goes without target health where Route 53 takes none, and stays so', async () => {
    const world = of(to('a', CLOUDFRONT), to('b', NLB));
    world.store.cloudFrontRules = true;
    expect(await world.run()).toMatchObject({ inStep: true, findings: [] });
    const health = () =>
      Object.fromEntries(
        world
          .json()
          .flatMap(({ name, type, alias }) => (alias ? [[`${name} ${type}`, alias.evaluateTargetHealth]] : [])),
      );
    expect(health()).toEqual({
      'a.example.com. A': false,
      'a.example.com. AAAA': false,
      'b.example.com. A': true,
      'b.example.com. AAAA': true,
    });
    await settled(world);
    world.clusters.prod!.objects = [to('a', OTHER), to('b', NLB)];
    expect(await world.run()).toMatchObject({ inStep: true, counts: { updated: 2 } });
    expect(world.calls).toEqual({ changeRecordSets: 1 });
    await settled(world);
  });

  test('says of target health what the object says, where that is no', async () => {
    const world = of(to('a', CLOUDFRONT));
    await world.run();
    world.clusters.prod!.objects = [to('a', CLOUDFRONT, { 'aws-evaluate-target-health': 'false' })];
    expect((await world.run()).counts.updated).toBe(2);
    await settled(world);
  });

  test.each([[{}], [{ alias: 'true' }]])('is a CNAME in a private zone (%j)', async annotations => {
    const world = harness({
      zones: [{ id: 'Z1', name: 'example.com.', private: true, records: [] }],
      clusters: { prod: { objects: [to('a', CLOUDFRONT, annotations), to('b', NLB)] } },
    });
    world.store.cloudFrontRules = true;
    expect((await world.run()).inStep).toBe(true);
    expect(records(world)).toEqual([
      `a.example.com CNAME ${CLOUDFRONT}`,
      `b.example.com A → ${NLB}`,
      `b.example.com AAAA → ${NLB}`,
    ]);
    await settled(world);
  });
});

test('in a full zone an update goes without the record sets that it would add', async () => {
  const world = of(to('a', '192.0.2.1'), to('b', '192.0.2.1'));
  await world.run();
  world.store.maxRecordSets = world.json().length + 2;
  world.clusters.prod!.objects = [
    service('a', { hostname: 'a.example.com' }, ['192.0.2.2', '2001:db8::2']),
    to('b', '192.0.2.3'),
  ];
  const result = await world.run();
  expect(records(world)).toEqual(['a.example.com A 192.0.2.2', 'b.example.com A 192.0.2.3']);
  expect(result.findings).toMatchObject([{ reason: 'refused', name: 'a.example.com' }]);
  await settled(world, false);
});
