import { describe, expect, test } from 'vitest';
import { Route53Error } from '../../lib/route53/index.ts';
import type { RecordJson, ZoneJson } from '../../local/emulators/route53/index.ts';
import { configOf, EXAMPLE_ZONE, type Harness, harness } from '../support/harness.ts';
import { NLB, service, services } from '../support/objects.ts';

const ID = EXAMPLE_ZONE.id as string;
const BASE = 'owner: arena\nclusters: [{name: prod, region: us-east-1}]\n';
const ONE = `${BASE}zones: {domains: [example.com]}\n`;
const REFRESH = 20 * 60_000;

const prod = (objects: ReturnType<typeof service>[], config = ONE, zones: readonly ZoneJson[] = [EXAMPLE_ZONE]) =>
  harness({ config, zones, clusters: { prod: { objects } } });
const ownership = (name: string, owner: string, resource?: string): RecordJson => ({
  name,
  type: 'TXT',
  ttl: 300,
  values: [
    `"heritage=external-dns,external-dns/owner=${owner}${resource ? `,external-dns/resource=${resource}` : ''}"`,
  ],
});

describe('two public zones of one name', () => {
  const NEW = 'Z00000NEW';
  const doubled = async () => {
    const world = prod(services(30, NLB));
    await world.run();
    const before = world.records(ID);
    world.store.addZone({ id: NEW, name: 'example.com.' });
    world.clock.advance(REFRESH);
    return { world, before };
  };

  test('the one that has our records keeps them, though the other’s id is smaller, and gets their changes', async () => {
    const { world, before } = await doubled();
    expect((await world.run()).inStep).toBe(true);
    expect(world.records(ID)).toEqual(before);
    expect(world.records(NEW)).toEqual([]);
    world.clusters.prod!.objects[0] = service('a0', { hostname: 'a0.example.com' }, ['192.0.2.1']);
    await world.run();
    expect(world.records(ID)).toContain('a0.example.com A 192.0.2.1');
    world.clusters.prod!.objects = [];
    await world.run({ force: true });
    expect([world.records(ID), world.records(NEW)]).toEqual([[], []]);
  });

  test('a new name is refused, naming both ids and zones.ids, unless the config chooses', async () => {
    const { world } = await doubled();
    world.clusters.prod!.objects.push(service('new', { hostname: 'new.example.com' }, ['192.0.2.1']));
    const result = await world.run();
    expect(result.reasons).toEqual({ 'no-zone': 1 });
    for (const word of [ID, NEW, 'zones.ids']) expect(result.findings[0]?.message).toContain(word);
    world.config = configOf(`${BASE}zones: {domains: [example.com], ids: [${ID}]}\n`);
    expect((await world.run()).inStep).toBe(true);
    expect(world.records(ID)).toContain('new.example.com A 192.0.2.1');
  });

  test('where both have a record of ours, both get its changes, and neither is emptied', async () => {
    const { world } = await doubled();
    const copy = world.store.records(ID).filter(({ type }) => type !== 'NS' && type !== 'SOA');
    world.store.edit(NEW, { put: copy });
    world.clusters.prod!.objects[0] = service('a0', { hostname: 'a0.example.com' }, ['192.0.2.1']);
    expect((await world.run()).inStep).toBe(true);
    expect(world.records(NEW)).toEqual(world.records(ID));
    expect(world.records(NEW)).toContain('a0.example.com A 192.0.2.1');
    expect(world.records(NEW)).toContain(`a1.example.com A → ${NLB}`);
  });

  test('of two that are found at first, the one that ExternalDNS filled is the right one', async () => {
    const zones: ZoneJson[] = [
      { ...EXAMPLE_ZONE, id: 'Z0EXAMPLE0000000001' },
      {
        id: 'Z0EXAMPLE0000000002',
        name: 'example.com.',
        records: services(12, '').flatMap(({ metadata: { name } }) => [
          { name: `${name}.example.com.`, type: 'A', ttl: 300, values: ['192.0.2.1'] },
          ownership(`a-${name}.example.com.`, 'arena', `service/default/${name}`),
        ]),
      },
    ];
    const world = prod(services(12, '192.0.2.1'), ONE, zones);
    expect(await world.run()).toMatchObject({ inStep: true, counts: { created: 0, updated: 0, deleted: 0 } });
  });
});

describe('a zone that is deleted and made anew', () => {
  const two: ZoneJson[] = [EXAMPLE_ZONE, { id: 'Z0ORG', name: 'example.org.', records: [] }];
  const config = `${BASE}zones: {domains: [example.com, example.org]}\n`;
  const objects = (address: string) => [
    service('a', { hostname: 'app.example.com' }, [address]),
    service('b', { hostname: 'app.example.org' }, [address]),
  ];
  const recreate = (world: Harness) => {
    world.store.zones.delete('Z0ORG');
    world.store.addZone({ id: 'Z0ANEW', name: 'example.org.' });
  };

  test.each(['192.0.2.1', '192.0.2.2'])(
    'has its names again at the latest in the next run, and the other zone is served, where %s is asked for now',
    async address => {
      const world = prod(objects('192.0.2.1'), config, two);
      await world.run();
      recreate(world);
      world.clock.advance(REFRESH);
      world.clusters.prod!.objects = objects(address);
      await world.run();
      expect(world.records(ID)).toContain(`app.example.com A ${address}`);
      await world.run();
      expect(world.records('Z0ANEW')).toContain(`app.example.org A ${address}`);
      const last = await world.run();
      expect([last.inStep, world.calls]).toEqual([true, {}]);
    },
  );

  test('is found gone when its change is sent, and the very same run goes on in the new one', async () => {
    const world = prod(objects('192.0.2.1'), config, two);
    await world.run();
    recreate(world);
    world.clusters.prod!.objects = objects('192.0.2.2');
    const result = await world.run();
    expect(result.inStep).toBe(true);
    expect(result.zones.map(({ id }) => id).sort()).toEqual(['Z0ANEW', ID]);
    expect(world.records('Z0ANEW')).toContain('app.example.org A 192.0.2.2');
  });

  test('and one that is only gone is told, and does not hold up the others', async () => {
    const world = prod(objects('192.0.2.1'), config, two);
    await world.run();
    world.store.zones.delete('Z0ORG');
    world.clusters.prod!.objects = objects('192.0.2.2');
    await world.run();
    const result = await world.run();
    expect(world.records(ID)).toContain('app.example.com A 192.0.2.2');
    expect(result.reasons).toEqual({ 'no-zone': 1, warning: 1 });
  });
});

test('another account’s zones are other zones: what was kept of the first account’s says nothing of them', async () => {
  const world = prod(services(1, '192.0.2.1'));
  await world.run();
  const other = harness({
    config: `${BASE}zones: {domains: [example.com], roleArn: "arn:aws:iam::111122223333:role/dns"}\n`,
    zones: [{ id: 'Z0OTHERACCOUNT', name: 'example.com.', records: [] }],
    clusters: world.clusters,
  });
  other.state = world.state;
  expect((await other.run()).inStep).toBe(true);
  expect(other.records()).toContain('a0.example.com A 192.0.2.1');
  await world.run();
  expect(world.records()).toHaveLength(2);
});

describe('a person’s record in a new zone is theirs', () => {
  const child = (world: Harness, name: string, record: RecordJson) => {
    world.store.addZone({ id: 'ZSUB', name });
    world.store.edit('ZSUB', { put: [record as never] });
    world.clock.advance(REFRESH);
  };

  test.each([true, false])('at its apex, which stood in the zone above as ours (asked for now: %s)', async asked => {
    const world = prod([service('a', { hostname: 'sub.example.com' }, ['203.0.113.7'])]);
    await world.run();
    child(world, 'sub.example.com.', { name: 'sub.example.com.', type: 'A', ttl: 60, values: ['198.51.100.1'] });
    if (!asked) world.clusters.prod!.objects = [];
    for (let run = 0; run < 3; run++) await world.run({ force: run === 2 });
    expect(world.records('ZSUB')).toEqual(['sub.example.com A 198.51.100.1']);
  });

  test('and a name that it keeps from us there is not taken out of the zone above', async () => {
    const world = prod([service('a', { hostname: 'x.team.example.com' }, ['203.0.113.1'])]);
    await world.run();
    const theirs = { name: 'x.team.example.com.', type: 'CNAME', ttl: 60, values: ['elsewhere.example.net'] };
    child(world, 'team.example.com.', theirs);
    const result = await world.run();
    expect(world.records(ID)).toContain('x.team.example.com A 203.0.113.1');
    expect(world.records('ZSUB')).toEqual(['x.team.example.com CNAME elsewhere.example.net']);
    expect(result.findings).toContainEqual(expect.objectContaining({ reason: 'not-owned', zone: 'ZSUB' }));
  });
});

describe('claims of strangers', () => {
  test.each(['x.example.com', 'cname-a.example.com'])(
    'one without type at the free name %s: nothing is published that could not be removed again',
    async name => {
      const world = prod([service('a', { hostname: name }, ['203.0.113.7'])]);
      world.store.edit(ID, { put: [ownership(`${name}.`, 'stranger') as never] });
      const claim = world.records();
      await world.run();
      world.clusters.prod!.objects = [service('a', { hostname: name }, ['203.0.113.8'])];
      await world.run();
      world.clusters.prod!.objects = [];
      await world.run({ force: true });
      expect(world.records()).toEqual(claim);
    },
  );

  test('their values in a TXT of ours survive its removal', async () => {
    const world = prod(services(1, '192.0.2.1'));
    await world.run();
    const txt = world.store.records(ID).find(({ type }) => type === 'TXT')!;
    const theirs = ownership('', 'stranger', 'service/x/y').values ?? [];
    world.store.edit(ID, { put: [{ ...txt, values: [...(txt.values ?? []), ...theirs] }] });
    world.clock.advance(REFRESH);
    world.clusters.prod!.objects = [];
    await world.run({ force: true });
    expect(JSON.stringify(world.json())).toContain('owner=stranger');
  });

  test('an ownership record of ours stays with a record of a type that fairlead never writes, also by force', async () => {
    const records = [
      { name: 'm.example.com.', type: 'MX', ttl: 300, values: ['10 mail.example.net'] },
      ownership('mx-m.example.com.', 'arena', 'crd/default/a'),
    ];
    const world = prod([], ONE, [{ ...EXAMPLE_ZONE, records }]);
    const before = world.records();
    for (const force of [false, true]) await world.run({ force });
    expect([before, []]).toContainEqual(world.records());
  });
});

test('a zone that is refused for another reason than being gone is kept', async () => {
  const world = prod(services(2, '192.0.2.1'));
  await world.run();
  world.clusters.prod!.objects = services(3, '192.0.2.1');
  world.hooks = {
    before(operation) {
      if (operation === 'changeRecordSets') throw new Route53Error('denied', 'AccessDenied', 'no');
    },
  };
  await world.run();
  world.hooks = {};
  expect((await world.run({ force: true })).inStep).toBe(true);
  expect(world.records()).toHaveLength(6);
});
