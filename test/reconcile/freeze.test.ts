import { describe, expect, test } from 'vitest';
import { configOf, fakeClusters, harness } from '../support/harness.ts';
import { ingress, service, services } from '../support/objects.ts';

const clusters = (freeze = '') =>
  `owner: arena\nclusters: [{name: prod, region: us-east-1${freeze}}, {name: lab, region: us-east-1, owner: lab}]\n`;
const BASE = `${clusters()}zones: {domains: [example.com]}\n`;
const FROZEN_ZONE = `${clusters()}zones: {domains: [example.com], freeze: [example.com]}\n`;
const FROZEN_CLUSTER = `${clusters(', freeze: true')}zones: {domains: [example.com]}\n`;

const keep = (object: ReturnType<typeof service>) => {
  (object as unknown as { metadata: { annotations: Record<string, string> } }).metadata.annotations[
    'fairlead.dev/ignore'
  ] = 'keep';
  return object;
};

async function published(objects = services(15, '192.0.2.1')) {
  const world = harness({ config: BASE, clusters: { prod: { objects }, lab: { objects: [] } } });
  await world.run();
  return { world, before: world.records() };
}

describe('zones.freeze', () => {
  test('nothing is changed, by force neither, and one finding counts what is left', async () => {
    const { world, before } = await published();
    world.config = configOf(FROZEN_ZONE);
    world.clusters.prod!.objects = [service('new', { hostname: 'new.example.com' }, ['192.0.2.3'])];
    const result = await world.run({ force: true });
    expect(world.records()).toEqual(before);
    expect(result).toMatchObject({ inStep: false, reasons: { frozen: 16 } });
    expect(result.findings).toEqual([
      expect.objectContaining({ reason: 'frozen', message: expect.stringContaining('16 names are left as they are') }),
    ]);
    expect(world.calls.changeRecordSets).toBeUndefined();
  });

  test('by id; with nothing to do it is in step, and a warning says that the zone is frozen', async () => {
    const { world } = await published();
    world.config = configOf(FROZEN_ZONE.replace('[example.com]}', '[Z0EXAMPLE0000000001]}'));
    const result = await world.run();
    expect(result).toMatchObject({ inStep: true, reasons: { warning: 1 } });
    expect(result.findings[0]!.message).toContain('nothing is changed in it');
    expect(world.calls).toEqual({});
  });

  test('a zone that is not there is told: it freezes nothing', async () => {
    const { world } = await published();
    world.config = configOf(FROZEN_ZONE.replace('freeze: [example.com]', 'freeze: [exmaple.com]'));
    expect((await world.run()).findings).toEqual([
      expect.objectContaining({ reason: 'warning', message: expect.stringContaining('"exmaple.com"') }),
    ]);
  });

  test('what became unwanted in it piece by piece is judged by the guard as one when it ends', async () => {
    const { world, before } = await published();
    world.config = configOf(FROZEN_ZONE);
    for (const left of [10, 5, 0]) {
      world.clusters.prod!.objects = services(left, '192.0.2.1');
      await world.run();
      world.clock.advance(3_600_000);
    }
    world.config = configOf(BASE);
    expect((await world.run()).reasons).toEqual({ held: 15 });
    expect(world.records()).toEqual(before);
  });
});

describe('clusters[].freeze', () => {
  test('nothing that it has is changed, others go on, and one warning says so', async () => {
    const { world, before } = await published();
    world.config = configOf(FROZEN_CLUSTER);
    world.clusters.prod!.objects = [];
    world.clusters.lab!.objects = [ingress('l', ['l.example.com'], ['192.0.2.9'])];
    const listed: string[] = [];
    const result = await world.run({ force: true }, { readCluster: fakeClusters(world.clusters, listed) });
    expect(listed).toEqual(['lab']);
    expect(world.records()).toEqual(
      [...before, ...world.records().filter(line => line.includes('l.example.com'))].sort(),
    );
    expect(result).toMatchObject({ inStep: true, counts: { created: 1 }, reasons: { warning: 1 } });
    expect(result.findings[0]).toMatchObject({ reason: 'warning', cluster: 'prod' });
  });

  test('its names are given to nobody else, who is told why', async () => {
    const { world, before } = await published(services(1, '192.0.2.1'));
    world.config = configOf(FROZEN_CLUSTER);
    world.clusters.lab!.objects = [ingress('l', ['a0.example.com'], ['192.0.2.9'])];
    const { findings } = await world.run();
    expect(world.records()).toEqual(before);
    expect(findings).toContainEqual(
      expect.objectContaining({ reason: 'frozen', message: expect.stringContaining('freezes the cluster') }),
    );
  });

  test('ends as it began: what was asked for meanwhile is done', async () => {
    const { world } = await published(services(1, '192.0.2.1'));
    world.config = configOf(FROZEN_CLUSTER);
    world.clusters.prod!.objects = services(1, '192.0.2.2');
    await world.run();
    world.config = configOf(BASE);
    await world.run();
    expect(world.records()).toContain('a0.example.com A 192.0.2.2');
  });
});

describe('fairlead.dev/ignore: keep', () => {
  test('the records stay exactly as they are, whatever the object says, and go with it', async () => {
    const { world, before } = await published(services(1, '192.0.2.1'));
    for (const hostname of ['a0.example.com', 'other.example.com', 'a..b', '']) {
      world.clusters.prod!.objects = [keep(service('a0', { hostname }, ['192.0.2.9']))];
      const result = await world.run({ force: true });
      expect(world.records()).toEqual(before);
      expect(result).toMatchObject({ inStep: true, reasons: { warning: 1 } });
    }
    world.clusters.prod!.objects = [];
    await world.run();
    expect(world.records()).toEqual([]);
  });

  test('nobody else gets the name', async () => {
    const { world, before } = await published(services(1, '192.0.2.1'));
    world.clusters.prod!.objects = [
      keep(service('a0', { hostname: 'elsewhere.example.com' }, ['192.0.2.1'])),
      service('b', { hostname: 'a0.example.com' }, ['192.0.2.2']),
    ];
    expect((await world.run()).reasons).toEqual({ conflict: 1, warning: 1 });
    expect(world.records()).toEqual(before);
  });

  test('it reserves no name that the object does not have', async () => {
    const { world } = await published([keep(service('k', { hostname: 'x.example.com' }, ['192.0.2.1']))]);
    expect(world.records()).toEqual([]);
    world.clusters.lab!.objects = [ingress('l', ['x.example.com'], ['192.0.2.9'])];
    await world.run();
    expect(world.records()).toContain('x.example.com A 192.0.2.9');
    world.clusters.lab!.objects = [];
    await world.run();
    expect(world.records()).toEqual([]);
  });
});
