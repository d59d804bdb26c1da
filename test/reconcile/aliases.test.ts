import { describe, expect, test } from 'vitest';
import { harness } from '../support/harness.ts';
import { NLB, service } from '../support/objects.ts';

/** An alias to another name of the zone. */
const alias = (name: string, target: string) =>
  service(name, { hostname: `${name}.example.com`, alias: 'true', target: `${target}.example.com` }, []);
const plain = (name: string, ...targets: string[]) => service(name, { hostname: `${name}.example.com` }, targets);
/** aa → web → app → lb: by name the last of them is the first to be made, and neither order of the alphabet fits. */
const CHAIN = [alias('app', 'lb'), alias('web', 'app'), alias('aa', 'web')];

const names = ['aa', 'app', 'lb', 'web'];
const ofType = (world: ReturnType<typeof harness>, type: string) =>
  world.records().flatMap(line => (line.includes(`.example.com ${type} `) ? [line.split('.')[0]] : []));

describe('a chain of aliases in the zone', () => {
  test('is published in one run, loses a type in one run, and goes in one run; each second run is free', async () => {
    const world = harness({ clusters: { prod: { objects: [...CHAIN, plain('lb', NLB)] } } });
    const settled = async () => {
      expect((await world.run()).inStep).toBe(true);
      const made = world.calls.changeRecordSets ?? 0;
      await world.run();
      expect(world.calls).toEqual({});
      return made;
    };
    await settled();
    expect([ofType(world, 'A'), ofType(world, 'AAAA')]).toEqual([names, names]);
    world.clusters.prod!.objects = [...CHAIN, plain('lb', '203.0.113.5')];
    await settled();
    expect([ofType(world, 'A'), ofType(world, 'AAAA')]).toEqual([names, []]);
    world.clusters.prod!.objects = [];
    expect(await settled()).toBe(1);
    expect(world.records()).toEqual([]);
  });

  test('gets a type in one run', async () => {
    const world = harness({ clusters: { prod: { objects: [...CHAIN, plain('lb', '203.0.113.5')] } } });
    await world.run();
    world.clusters.prod!.objects = [...CHAIN, plain('lb', '203.0.113.5', '2001:db8::1')];
    expect((await world.run()).inStep).toBe(true);
    expect(ofType(world, 'AAAA')).toEqual(names);
    await world.run();
    expect(world.calls).toEqual({});
  });
});

test('an alias that was refused because its target was is published as soon as the target is, without an hour’s wait', async () => {
  const world = harness({ clusters: { prod: { objects: [plain('y', '192.0.2.1'), alias('x', 'y')] } } });
  world.store.poisons.push({ name: 'y.example.com.', message: 'RRSet of type {type} with DNS name {name} is cursed' });
  expect((await world.run()).inStep).toBe(false);
  expect(world.records()).toEqual([]);
  world.store.poisons.length = 0;
  world.clusters.prod!.objects[0] = plain('y', '192.0.2.2');
  world.clock.advance(300_000);
  await world.run();
  world.clock.advance(300_000);
  expect((await world.run()).inStep).toBe(true);
  expect(ofType(world, 'A')).toEqual(['x', 'y']);
});

test('a record whose ownership somebody took off an alias pair is left alone when the other half goes', async () => {
  const world = harness({ clusters: { prod: { objects: [plain('x', NLB)] } } });
  await world.run();
  const [zone] = world.store.zones.keys();
  world.store.edit(zone!, { remove: [{ name: 'aaaa-x.example.com.', type: 'TXT' }] });
  world.clusters.prod!.objects = [];
  await world.run({ force: true });
  expect(world.records()).toEqual([`x.example.com AAAA → ${NLB}`]);
});
