import { describe, expect, test } from 'vitest';
import type { RecordJson } from '../../local/emulators/route53/index.ts';
import { fromJson } from '../../local/emulators/route53/json.ts';
import { brief, EXAMPLE_ZONE, type Harness, harness } from '../support/harness.ts';
import { ALB, type KubernetesObject, NLB, service } from '../support/objects.ts';

const weighted = (id: string, weight: number | string, more = {}) => ({
  'set-identifier': id,
  'aws-weight': `${weight}`,
  ...more,
});
const latency = (id: string, region: string) => ({ 'set-identifier': id, 'aws-region': region });
const failover = (id: string, role: string) => ({ 'set-identifier': id, 'aws-failover': role });

/** A Service of this name that asks for w.example.com. */
const asks = (name: string, routing: Record<string, string>, target = '203.0.113.1', namespace = 'default') =>
  service(name, { hostname: 'w.example.com', ...routing }, [target], namespace);

/** The routing of a record set, behind its line: `w.example.com A#blue 203.0.113.1 weight 10`. */
function line(record: RecordJson): string {
  const { weight, region, failover: role, geoLocation, multiValueAnswer, healthCheckId } = record;
  return [
    brief(record),
    weight !== undefined && `weight ${weight}`,
    region,
    role,
    geoLocation && JSON.stringify(geoLocation),
    multiValueAnswer && 'multivalue',
    healthCheckId && 'checked',
    record.type !== 'TXT' && record.ttl !== undefined && record.ttl !== 300 && `${record.ttl} s`,
  ]
    .filter(Boolean)
    .join(' ');
}

const lines = (world: Harness) => world.json().map(line);
/** Without the ownership records, which must be beside each: see `owned`. */
const records = (world: Harness) => lines(world).filter(text => !/ TXT/.test(text));

/** Each record set of ours has an ownership record with its set identifier, policy and health check. */
function checkOwned(world: Harness): void {
  const all = world.json();
  for (const txt of all.filter(({ type, values }) => type === 'TXT' && values?.[0]?.includes('owner=arena'))) {
    const [, type = '', name = ''] = /^([a-z]+)-(.*)$/.exec(txt.name.replace(/^_fairlead-apex-a\./, 'a-')) ?? [];
    const set = all.find(
      one => one.name === name && one.type === type.toUpperCase() && one.setIdentifier === txt.setIdentifier,
    );
    const routing = ({ weight, region, failover: role, geoLocation, multiValueAnswer, healthCheckId }: RecordJson) => ({
      weight,
      region,
      role,
      geoLocation,
      multiValueAnswer,
      healthCheckId,
    });
    expect(set && routing(set), `${txt.name} ${txt.setIdentifier}`).toEqual(routing(txt));
  }
}

/** Runs, and runs again, which must change and send nothing. Returns what the first run said. */
async function settle(world: Harness) {
  const result = await world.run();
  const calls = { ...world.calls };
  const second = await world.run();
  expect(second.zones.flatMap(({ changes }) => changes)).toEqual([]);
  expect(world.calls.changeRecordSets ?? 0).toBe(0);
  checkOwned(world);
  return { result, calls };
}

const told = (result: Awaited<ReturnType<Harness['run']>>) =>
  result.findings.map(({ reason, object }) => `${reason} ${object?.name ?? ''}`.trim()).sort();

async function worldOf(objects: KubernetesObject[], zoneRecords: readonly RecordJson[] = []): Promise<Harness> {
  const world = harness({
    zones: [{ ...EXAMPLE_ZONE, records: zoneRecords }],
    clusters: { prod: { objects } },
  });
  await settle(world);
  return world;
}

/** What the objects ask for changes; one change batch must do it. */
async function become(world: Harness, objects: KubernetesObject[]) {
  world.clusters.prod = { objects };
  const { result, calls } = await settle(world);
  return { result, batches: calls.changeRecordSets ?? 0 };
}

describe('what several objects ask for under one name', () => {
  test('with different set identifiers they share it, and both are told', async () => {
    const world = await worldOf([
      asks('a', weighted('blue', 90)),
      asks('b', weighted('green', 10), '203.0.113.2', 'other'),
    ]);
    expect(lines(world)).toEqual([
      'a-w.example.com TXT#blue arena service/default/a weight 90',
      'a-w.example.com TXT#green arena service/other/b weight 10',
      'w.example.com A#blue 203.0.113.1 weight 90',
      'w.example.com A#green 203.0.113.2 weight 10',
    ]);
    expect(told(await world.run())).toEqual(['merged a', 'merged b']);
  });

  test('the same set identifier is a conflict: the first keeps it, in one namespace too', async () => {
    const world = await worldOf([asks('b', weighted('blue', 10), '203.0.113.2')]);
    const { result } = await become(world, [
      asks('a', weighted('blue', 90)),
      asks('b', weighted('blue', 10), '203.0.113.2'),
    ]);
    expect(records(world)).toEqual(['w.example.com A#blue 203.0.113.2 weight 10']);
    expect(told(result)).toEqual(['conflict a']);
  });

  test('the same set identifier with the same target and weight is the same record set, and serves both', async () => {
    const world = await worldOf([asks('a', weighted('blue', 9), NLB), asks('b', weighted('blue', 9), NLB)]);
    expect(records(world)).toEqual([
      `w.example.com A#blue → ${NLB} weight 9`,
      `w.example.com AAAA#blue → ${NLB} weight 9`,
    ]);
  });

  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['another policy', weighted('blue', 1), latency('green', 'eu-west-1')],
    ['a simple record beside a routed one', weighted('blue', 1), {}],
    ['a routed record beside a simple one', {}, weighted('blue', 1)],
    ['the same region', latency('blue', 'eu-west-1'), latency('green', 'eu-west-1')],
    ['the same role', failover('blue', 'PRIMARY'), failover('green', 'PRIMARY')],
  ])('%s: the present one stays, the newcomer is told', async (_what, present, newcomer) => {
    const world = await worldOf([asks('b', present)]);
    const before = lines(world);
    const { result, batches } = await become(world, [asks('b', present), asks('a', newcomer, '203.0.113.2', 'other')]);
    expect(lines(world)).toEqual(before);
    expect([told(result), batches]).toEqual([['conflict a'], 0]);
  });

  test('of two newcomers that cannot stand beside each other one is published, and the other told', async () => {
    const world = await worldOf([]);
    const { result } = await become(world, [
      asks('a', weighted('blue', 1)),
      asks('b', latency('green', 'eu-west-1'), '203.0.113.2'),
    ]);
    expect(records(world)).toEqual(['w.example.com A#blue 203.0.113.1 weight 1']);
    expect(told(result)).toEqual(['conflict b']);
  });

  test('one that is malformed holds what it has, and costs the others nothing', async () => {
    const world = await worldOf([asks('a', weighted('blue', 1)), asks('b', weighted('green', 2), '203.0.113.2')]);
    const { result } = await become(world, [
      asks('a', weighted('blue', 'ten')),
      asks('b', weighted('green', 3), '203.0.113.3'),
    ]);
    expect(records(world)).toEqual([
      'w.example.com A#blue 203.0.113.1 weight 1',
      'w.example.com A#green 203.0.113.3 weight 3',
    ]);
    expect(told(result)).toContain('invalid a');
  });

  test('a hundred and no more: the rest is told, and nothing is sent for it', async () => {
    const many = Array.from({ length: 103 }, (_, i) =>
      asks(`s${`${i}`.padStart(3, '0')}`, weighted(`${i}`, 1), `203.0.113.${i}`),
    );
    const world = await worldOf(many);
    expect(records(world)).toHaveLength(100);
    expect(told(await world.run()).filter(text => text.startsWith('conflict'))).toHaveLength(3);
  });
});

describe('a change is one batch', () => {
  const both = (a: Record<string, string>, b: Record<string, string>) => [asks('a', a), asks('b', b, '203.0.113.2')];

  test.each<[string, KubernetesObject[], KubernetesObject[], string[]]>([
    [
      'of a weight: a swap of its own record set',
      both(weighted('blue', 1), weighted('green', 2)),
      both(weighted('blue', 9), weighted('green', 2)),
      ['w.example.com A#blue 203.0.113.1 weight 9', 'w.example.com A#green 203.0.113.2 weight 2'],
    ],
    [
      'simple to weighted',
      [asks('a', {})],
      [asks('a', weighted('blue', 1))],
      ['w.example.com A#blue 203.0.113.1 weight 1'],
    ],
    ['weighted to simple', [asks('a', weighted('blue', 1))], [asks('a', {})], ['w.example.com A 203.0.113.1']],
    [
      'simple to weighted, and another one joins',
      [asks('a', {})],
      both(weighted('blue', 1), weighted('green', 2)),
      ['w.example.com A#blue 203.0.113.1 weight 1', 'w.example.com A#green 203.0.113.2 weight 2'],
    ],
    [
      'of the policy of all',
      both(weighted('blue', 1), weighted('green', 2)),
      both(latency('blue', 'eu-west-1'), latency('green', 'us-east-1')),
      ['w.example.com A#blue 203.0.113.1 eu-west-1', 'w.example.com A#green 203.0.113.2 us-east-1'],
    ],
    [
      'of the policy, where the other object goes',
      both(weighted('blue', 1), weighted('green', 2)),
      [asks('a', latency('blue', 'eu-west-1'))],
      ['w.example.com A#blue 203.0.113.1 eu-west-1'],
    ],
    [
      'of a set identifier',
      both(weighted('blue', 1), weighted('green', 2)),
      both(weighted('azure', 1), weighted('green', 2)),
      ['w.example.com A#azure 203.0.113.1 weight 1', 'w.example.com A#green 203.0.113.2 weight 2'],
    ],
    [
      'two exchange their regions',
      both(latency('blue', 'eu-west-1'), latency('green', 'us-east-1')),
      both(latency('blue', 'us-east-1'), latency('green', 'eu-west-1')),
      ['w.example.com A#blue 203.0.113.1 us-east-1', 'w.example.com A#green 203.0.113.2 eu-west-1'],
    ],
    [
      'two exchange their set identifiers',
      both(weighted('blue', 1), weighted('green', 2)),
      both(weighted('green', 1), weighted('blue', 2)),
      ['w.example.com A#blue 203.0.113.2 weight 2', 'w.example.com A#green 203.0.113.1 weight 1'],
    ],
    [
      'of the TTL of all',
      both(weighted('blue', 1), weighted('green', 2)),
      both(weighted('blue', 1, { ttl: '60' }), weighted('green', 2, { ttl: '60' })),
      ['w.example.com A#blue 203.0.113.1 weight 1 60 s', 'w.example.com A#green 203.0.113.2 weight 2 60 s'],
    ],
    [
      'of addresses to an alias',
      both(weighted('blue', 1), weighted('green', 2)),
      [asks('a', weighted('blue', 1), NLB), asks('b', weighted('green', 2), ALB)],
      [
        `w.example.com A#blue → ${NLB} weight 1`,
        `w.example.com A#green → ${ALB} weight 2`,
        `w.example.com AAAA#blue → ${NLB} weight 1`,
        `w.example.com AAAA#green → ${ALB} weight 2`,
      ],
    ],
    [
      'of addresses of all to CNAMEs',
      both(weighted('blue', 1), weighted('green', 2)),
      [asks('a', weighted('blue', 1), 'a.example.net'), asks('b', weighted('green', 2), 'b.example.net')],
      ['w.example.com CNAME#blue a.example.net weight 1', 'w.example.com CNAME#green b.example.net weight 2'],
    ],
    [
      'one of several goes',
      both(weighted('blue', 1), weighted('green', 2)),
      [asks('b', weighted('green', 2), '203.0.113.2')],
      ['w.example.com A#green 203.0.113.2 weight 2'],
    ],
    ['all go', both(weighted('blue', 1), weighted('green', 2)), [], []],
  ])('%s', async (_what, before, after, expected) => {
    const world = await worldOf(before);
    const { batches } = await become(world, after);
    expect(records(world)).toEqual(expected);
    expect(batches).toBe(1);
  });

  test('no batch but that one: what is bound together never stands half', async () => {
    const world = await worldOf(both(weighted('blue', 1), weighted('green', 2)));
    const seen: string[] = [];
    world.hooks = {
      change: (_zone, apply) => {
        apply();
        seen.push(...records(world));
      },
    };
    await become(world, both(latency('blue', 'eu-west-1'), latency('green', 'us-east-1')));
    expect(seen).toEqual(records(world));
  });

  test('one of two wants another policy, or a name: what it has stays, the other goes on', async () => {
    const world = await worldOf(both(weighted('blue', 1), weighted('green', 2)));
    for (const wish of [latency('blue', 'eu-west-1'), {}]) {
      const { result } = await become(world, [asks('a', wish), asks('b', weighted('green', 7), '203.0.113.7')]);
      expect(records(world)).toEqual([
        'w.example.com A#blue 203.0.113.1 weight 1',
        'w.example.com A#green 203.0.113.7 weight 7',
      ]);
      expect(told(result)).toContain('conflict a');
    }
    await become(world, [
      asks('a', weighted('blue', 1), 'a.example.net'),
      asks('b', weighted('green', 7), '203.0.113.7'),
    ]);
    expect(records(world)).toContain('w.example.com A#blue 203.0.113.1 weight 1');
  });

  test('of three with a new type, one of which wants it with another policy: that one is told, in the first run, too', async () => {
    const set = (name: string, routing: Record<string, string>, targets: readonly string[]) =>
      service(name, { hostname: 'w.example.com', ...routing }, targets);
    const world = await worldOf([
      set('a', weighted('a', 1), ['203.0.113.1']),
      set('b', weighted('b', 1), ['203.0.113.2']),
      set('c', weighted('c', 1), ['203.0.113.3']),
    ]);
    const { result } = await become(world, [
      set('a', weighted('a', 1), ['203.0.113.1', '2001:db8::1']),
      set('b', weighted('b', 1), ['2001:db8::2']),
      set('c', latency('c', 'eu-west-1'), ['2001:db8::3']),
    ]);
    expect(records(world)).toEqual([
      'w.example.com A#a 203.0.113.1 weight 1',
      'w.example.com A#c 203.0.113.3 weight 1',
      'w.example.com AAAA#a 2001:db8::1 weight 1',
      'w.example.com AAAA#b 2001:db8::2 weight 1',
    ]);
    expect(told(result).filter(text => text.startsWith('conflict'))).toEqual(['conflict c']);
  });

  test('two want two other policies: nothing changes, both are told', async () => {
    const world = await worldOf(both(weighted('blue', 1), weighted('green', 2)));
    const before = lines(world);
    const { result } = await become(world, both(latency('blue', 'eu-west-1'), failover('green', 'PRIMARY')));
    expect(lines(world)).toEqual(before);
    expect(told(result)).toEqual(['conflict a', 'conflict b']);
  });

  test('an object keeps its name when it takes a set identifier that others ask for, too', async () => {
    const world = await worldOf([asks('z', {})]);
    await become(world, [
      asks('z', weighted('blue', 1)),
      asks('a', weighted('blue', 5), '203.0.113.0'),
      asks('b', {}, '203.0.113.0'),
    ]);
    expect(lines(world)).toContain('a-w.example.com TXT#blue arena service/default/z weight 1');
    expect(records(world)).toEqual(['w.example.com A#blue 203.0.113.1 weight 1']);
  });
});

/** The name is x's; y asks for it, too, with another type of the address. What comes to another set identifier keeps what it has. */
describe('a set identifier, or none, is one object’s with all its types', () => {
  const x = (routing: Record<string, string>, target: string) => asks('x', routing, target, 'shop');
  const y = (routing: Record<string, string>, target: string, namespace = 'evil') =>
    asks('y', routing, target, namespace);
  const V6 = '2001:db8::9';

  test.each<[string, KubernetesObject[], KubernetesObject[], string[], string[]]>([
    [
      'x goes from simple to blue, which y wants from now on',
      [x({}, '203.0.113.1')],
      [x(weighted('blue', 1), V6), y(weighted('blue', 1), '203.0.113.2')],
      [`w.example.com AAAA#blue ${V6} weight 1`],
      ['conflict y'],
    ],
    [
      'x goes from blue to simple, which y wants from now on',
      [x(weighted('blue', 1), '203.0.113.1')],
      [x({}, '203.0.113.1'), y({}, V6)],
      ['w.example.com A 203.0.113.1'],
      ['conflict y'],
    ],
    [
      'x goes from blue to simple, which y has',
      [x(weighted('blue', 1), '203.0.113.1'), y({}, V6)],
      [x({}, '203.0.113.1'), y({}, V6)],
      ['w.example.com A#blue 203.0.113.1 weight 1', `w.example.com AAAA ${V6}`],
      ['conflict x'],
    ],
    [
      'x goes from blue to simple, which y has, and waits',
      [x(weighted('blue', 1), '203.0.113.1'), y({}, V6)],
      [x({}, '203.0.113.1'), service('y', { hostname: 'w.example.com' }, [], 'evil')],
      ['w.example.com A#blue 203.0.113.1 weight 1', `w.example.com AAAA ${V6}`],
      ['conflict x', 'no-target y'],
    ],
    [
      'x goes from blue to green, which y has',
      [x(weighted('blue', 1), '203.0.113.1'), y(weighted('green', 1), V6)],
      [x(weighted('green', 1), '203.0.113.1'), y(weighted('green', 1), V6)],
      ['w.example.com A#blue 203.0.113.1 weight 1', `w.example.com AAAA#green ${V6} weight 1`],
      ['conflict x'],
    ],
    [
      'x and y change places',
      [x(weighted('blue', 1), '203.0.113.1'), y(weighted('green', 1), V6)],
      [x(weighted('green', 1), '203.0.113.1'), y(weighted('blue', 1), V6)],
      ['w.example.com A#green 203.0.113.1 weight 1', `w.example.com AAAA#blue ${V6} weight 1`],
      ['merged x', 'merged y'],
    ],
    [
      'x comes from blue to what its neighbour has, which has another type',
      [x(weighted('blue', 1), '203.0.113.1'), y({}, V6, 'shop')],
      [x({}, '203.0.113.1'), y({}, V6, 'shop')],
      ['w.example.com A 203.0.113.1', `w.example.com AAAA ${V6}`],
      ['merged x', 'merged y'],
    ],
  ])('%s', async (_, before, after, expected, said) => {
    const world = await worldOf(before);
    world.clusters.prod!.objects = after;
    const { result } = await settle(world);
    expect(records(world)).toEqual(expected);
    expect(told(result)).toEqual(said);
  });
});

describe('what was given no set identifier is its namespace’s alone', () => {
  const V6 = '2001:db8::9';
  const shop = asks('shop', {}, '203.0.113.1', 'shop');
  const worldWith = async (more = '') => {
    const world = harness({
      config: `owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\n${more}`,
      clusters: { prod: { objects: [shop] } },
    });
    await settle(world);
    return world;
  };
  const SIMPLE = 'w.example.com A 203.0.113.1';
  const SHARE = 'w.example.com A#prod 203.0.113.1 weight 1';

  test.each([
    ['first', '203.0.113.66', weighted('evil', 255), SIMPLE],
    ['first', V6, weighted('evil', 255), SIMPLE],
    ['first', V6, { 'set-identifier': 'evil', 'aws-multi-value-answer': 'true' }, SIMPLE],
    ['merge', V6, weighted('evil', 255), SIMPLE],
    ['weighted', '203.0.113.66', weighted('evil', 255), SHARE],
    ['weighted', V6, latency('evil', 'eu-west-1'), SHARE],
  ])('%s: another one’s %s gets no part of the answers, and is told', async (sharing, target, routing, stands) => {
    const world = await worldWith(`sharing: ${sharing}`);
    const { result, batches } = await become(world, [shop, asks('evil', routing, target, 'evil')]);
    expect([batches, records(world)]).toEqual([0, [stands]]);
    expect(told(result)).toEqual(['conflict evil']);
    const { result: waits } = await become(world, [
      service('shop', { hostname: 'w.example.com' }, [], 'shop'),
      asks('evil', routing, target, 'evil'),
    ]);
    expect([records(world), told(waits)]).toEqual([[stands], ['conflict evil', 'no-target shop']]);
    await become(world, [asks('evil', routing, target, 'evil')]);
    expect(records(world)).toEqual([expect.stringContaining(`#evil ${target}`)]);
  });

  test.each([
    ['of the same namespace', '', 'shop'],
    ['of any, where addresses are put together over namespaces', 'records: {merge: cluster}', 'other'],
    ['of another name, where they are put together for one object', 'records: {merge: object}', 'shop'],
  ])('one %s may stand beside it', async (_, more, namespace) => {
    const world = await worldWith(more);
    await become(world, [shop, asks('six', weighted('six', 1), V6, namespace)]);
    expect(records(world)).toEqual([SIMPLE, `w.example.com AAAA#six ${V6} weight 1`]);
  });

  test('a name that gets free: what two of a namespace have of it by type leaves no room for another policy', async () => {
    const world = await worldOf([asks('old', {}, '2001:db8::1', 'shop')]);
    const { result } = await become(world, [
      asks('a', {}, '203.0.113.1', 'shop'),
      asks('b', {}, '2001:db8::2', 'shop'),
      asks('other', weighted('other', 4), '2001:db8::3', 'other'),
    ]);
    expect(records(world)).toEqual([SIMPLE, 'w.example.com AAAA 2001:db8::2']);
    expect(told(result)).toEqual(['conflict other', 'merged a', 'merged b']);
  });

  test('who has a set identifier there already keeps it', async () => {
    const other = asks('other', weighted('other', 1), V6, 'other');
    const world = await worldOf([other]);
    for (const [objects, expected] of [
      [
        [shop, other],
        [SIMPLE, `w.example.com AAAA#other ${V6} weight 1`],
      ],
      [
        [shop, asks('other', weighted('more', 2), V6, 'other')],
        [SIMPLE, `w.example.com AAAA#more ${V6} weight 2`],
      ],
    ] as const) {
      await become(world, [...objects]);
      expect(records(world)).toEqual(expected);
    }
  });

  test('so it is in a zone that comes below', async () => {
    const world = await worldWith();
    world.store.addZone({ id: 'ZCHILD', name: 'w.example.com' });
    world.clusters.prod = { objects: [shop, asks('evil', weighted('evil', 255), V6, 'evil')] };
    await world.run({ force: true });
    expect(world.records('ZCHILD').filter(text => !/ TXT/.test(text))).toEqual([SIMPLE]);
  });
});

/** An object that asks for another set identifier gives up what it has for it, and so only where it gets all of it. */
describe('what an object has does not go for what cannot be published', () => {
  const V6 = '2001:db8::9';
  const NOWHERE = 'nowhere.example.com';
  const stranger = (more: Partial<RecordJson>): RecordJson => ({
    name: 'w.example.com.',
    type: 'A',
    ttl: 300,
    values: ['192.0.2.1'],
    ...more,
  });
  const line1 = 'w.example.com A 203.0.113.1';
  const dualStack = (routing: Record<string, string>) =>
    service('a', { hostname: 'w.example.com', ...routing }, ['203.0.113.1', V6]);

  test.each<[string, KubernetesObject, RecordJson | undefined, KubernetesObject, string[], string]>([
    [
      'an AAAA, beside a stranger’s A',
      asks('a', {}, V6),
      stranger({}),
      asks('a', weighted('blue', 1), V6),
      ['w.example.com A 192.0.2.1', `w.example.com AAAA ${V6}`],
      'not-owned a',
    ],
    [
      'but an A goes to where it gets no AAAA beside it',
      asks('a', {}),
      stranger({ name: 'aaaa-w.example.com.', type: 'TXT', values: ['"mine"'] }),
      dualStack(weighted('blue', 1)),
      ['w.example.com A#blue 203.0.113.1 weight 1'],
      'conflict a',
    ],
    [
      'an A, for an alias whose target is not there',
      asks('a', {}),
      undefined,
      asks('a', weighted('blue', 1, { alias: 'true' }), NOWHERE),
      [line1],
      'conflict a',
    ],
    [
      'an A with a set identifier, for a simple alias whose target is not there',
      asks('a', weighted('blue', 1)),
      undefined,
      asks('a', { alias: 'true' }, NOWHERE),
      [`${line1.replace(' A ', ' A#blue ')} weight 1`],
      'conflict a',
    ],
  ])('%s', async (_, before, foreign, after, expected, said) => {
    const world = await worldOf([before]);
    if (foreign) world.store.change(EXAMPLE_ZONE.id ?? '', [{ action: 'CREATE', recordSet: fromJson(foreign) }]);
    world.clusters.prod = { objects: [after] };
    world.clock.advance(3_600_000);
    const result = await world.run({ force: true });
    expect(records(world)).toEqual(expected);
    expect(told(result)).toEqual([said]);
  });

  test('what it has is in the way of others while it cannot be changed', async () => {
    const world = await worldOf([asks('a', weighted('blue', 1))]);
    const { result } = await become(world, [
      asks('a', weighted('blue', 1, { alias: 'true' }), NOWHERE),
      asks('b', latency('green', 'eu-west-1'), '203.0.113.2', 'other'),
    ]);
    expect(records(world)).toEqual([`${line1.replace(' A ', ' A#blue ')} weight 1`]);
    expect(told(result)).toEqual(['conflict a', 'conflict b']);
  });

  test('one that can have nothing keeps nobody from giving up what both ask for', async () => {
    const nowhere = asks('b', weighted('blue', 1, { alias: 'true' }), NOWHERE, 'other');
    const world = await worldOf([asks('a', weighted('blue', 1)), nowhere]);
    const { result } = await become(world, [asks('a', {}), nowhere]);
    expect(records(world)).toEqual([line1]);
    expect(told(result)).toEqual(['conflict b']);
  });

  test('what only waits for somebody gives way to who gets its set identifier, and is in nobody’s way then', async () => {
    const waits = service('b', { hostname: 'w.example.com', ...weighted('grey', 1) }, [], 'other');
    const world = await worldOf([asks('a', latency('blue', 'eu-west-1'))]);
    await become(world, [
      service('a', { hostname: 'v.example.com' }, ['203.0.113.1']),
      waits,
      asks('c', weighted('blue', 1, { ttl: '60' }), '203.0.113.3', 'third'),
      asks('d', weighted('green', 1, { ttl: '60' }), '203.0.113.4', 'fourth'),
    ]);
    expect(records(world)).toEqual([
      'v.example.com A 203.0.113.1',
      'w.example.com A#blue 203.0.113.3 weight 1 60 s',
      'w.example.com A#green 203.0.113.4 weight 1 60 s',
    ]);
  });
});

describe('the TTL of weighted record sets', () => {
  test('is the one that stands; who asks for another is told, and published all the same', async () => {
    const world = await worldOf([asks('a', weighted('blue', 1))]);
    const { result } = await become(world, [
      asks('a', weighted('blue', 1)),
      asks('b', weighted('green', 2, { ttl: '5' }), '203.0.113.2'),
    ]);
    expect(records(world)).toEqual([
      'w.example.com A#blue 203.0.113.1 weight 1',
      'w.example.com A#green 203.0.113.2 weight 2',
    ]);
    expect(told(result)).toContain('warning b');
  });

  test('is nobody’s reason beside aliases, which have none', async () => {
    const world = await worldOf([
      asks('a', weighted('blue', 1), NLB),
      asks('b', weighted('green', 2, { ttl: '5' }), '203.0.113.2'),
    ]);
    expect(records(world)).toContain('w.example.com A#green 203.0.113.2 weight 2 5 s');
  });

  test('a stranger’s binds ours', async () => {
    const theirs: RecordJson = {
      name: 'w.example.com.',
      type: 'A',
      setIdentifier: 'x',
      weight: 1,
      ttl: 17,
      values: ['192.0.2.1'],
    };
    const world = await worldOf([asks('a', weighted('blue', 1))], [theirs]);
    expect(records(world)).toEqual([
      'w.example.com A#blue 203.0.113.1 weight 1 17 s',
      'w.example.com A#x 192.0.2.1 weight 1 17 s',
    ]);
  });
});

describe('record sets that are not ours', () => {
  const theirs = (routing: Partial<RecordJson>, more: Partial<RecordJson> = {}): RecordJson => ({
    name: 'w.example.com.',
    type: 'A',
    ttl: 300,
    values: ['192.0.2.1'],
    ...routing,
    ...more,
  });
  const cidr = { setIdentifier: 'c', cidrRoutingConfig: { collectionId: 'c1', locationName: 'office' } };

  test.each<[string, Partial<RecordJson>, Record<string, string>, boolean]>([
    ['of the same policy: ours beside it', { setIdentifier: 'x', weight: 1 }, weighted('blue', 1), true],
    ['of the same set identifier', { setIdentifier: 'blue', weight: 1 }, weighted('blue', 1), false],
    ['of another policy', { setIdentifier: 'x', weight: 1 }, latency('blue', 'eu-west-1'), false],
    ['of the same region', { setIdentifier: 'x', region: 'eu-west-1' }, latency('blue', 'eu-west-1'), false],
    ['simple, ours routed', {}, weighted('blue', 1), false],
    ['routed, ours simple', { setIdentifier: 'x', weight: 1 }, {}, false],
    ['by CIDR', cidr, weighted('blue', 1), false],
    ['by CIDR, ours simple', cidr, {}, false],
  ])('%s', async (_what, routing, ours, published) => {
    const world = await worldOf([asks('a', ours)], [theirs(routing)]);
    const result = await world.run();
    expect(records(world)).toHaveLength(published ? 2 : 1);
    expect(world.json()).toContainEqual(theirs(routing));
    expect(result.inStep).toBe(published);
    if (!published) expect(told(result).some(text => /^(conflict|not-owned) a/.test(text))).toBe(true);
  });

  describe('what only a person can have made is left alone, whatever an ownership record says', () => {
    const sets = [
      [
        'routed by CIDR',
        [
          theirs(cidr),
          theirs({ ...cidr, setIdentifier: 'd', cidrRoutingConfig: { collectionId: 'c1', locationName: '*' } }),
        ],
      ],
      ['made by a traffic policy', [{ name: 'w.example.com.', type: 'A', trafficPolicyInstanceId: 't1' }]],
    ] satisfies [string, RecordJson[]][];
    const owned = (some: readonly RecordJson[]) =>
      some.map(
        ({ trafficPolicyInstanceId: _, ...set }): RecordJson => ({
          ...set,
          name: 'a-w.example.com.',
          type: 'TXT',
          ttl: 300,
          values: ['"heritage=external-dns,external-dns/owner=arena,external-dns/resource=service/default/a"'],
        }),
      );
    const wishes = [
      [asks('a', {})],
      [asks('a', weighted('c', 1))],
      [asks('a', weighted('blue', 1)), asks('b', weighted('d', 1))],
      [asks('a', {}, NLB)],
      [asks('a', {}, 'x.example.net')],
      [],
    ];

    test.each(sets)('%s', async (_what, some) => {
      for (const wanted of wishes) {
        const world = await worldOf([], [...some, ...owned(some)]);
        const before = world.json();
        const { result: said } = await become(world, wanted);
        expect(world.json()).toEqual(before);
        expect(told(said).join()).toMatch(/not-owned/);
        expect((await world.run({ force: true })).counts).toMatchObject({ created: 0, updated: 0, deleted: 0 });
        for (const ask of [
          { kind: 'adopt', names: ['w.example.com'], overwrite: true },
          { kind: 'undo', undoings: [] },
        ] as const)
          expect((await world.move(ask)).done).toEqual([]);
        expect(world.json()).toEqual(before);
        const { done } = await world.move({ kind: 'release', names: ['w.example.com'] });
        expect(done).toHaveLength(some.length);
        expect(world.json()).toEqual(before.filter(({ type }) => type !== 'TXT'));
      }
    });

    test.each(sets)('%s, and another owner’s, or nobody’s', async (what, some) => {
      const others = owned(some).map(txt => ({
        ...txt,
        values: txt.values?.map(text => text.replace('arena', 'other')) ?? [],
      }));
      for (const before of [some, [...some, ...others]]) {
        const world = await worldOf(wishes[1] ?? [], before);
        const stands = world.json();
        const transfer = { kind: 'transfer', from: 'other', names: [], unasked: true, watchMs: 0 } as const;
        const moved = await world.move(transfer);
        const adopted = await world.move({ kind: 'adopt', names: ['w.example.com'], overwrite: true });
        expect([moved.done, adopted.done, world.json()]).toEqual([[], [], stands]);
        if (before !== some) expect(moved.refused[0]?.message).toContain(`is ${what}`);
      }
    });

    test('without a registry, too', async () => {
      const world = harness({
        config: `owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\npolicy: upsert-only\nregistry: {type: noop}`,
        zones: [{ ...EXAMPLE_ZONE, records: [theirs(cidr)] }],
        clusters: { prod: { objects: [asks('a', weighted('c', 1))] } },
      });
      const { findings } = await world.run();
      expect(world.json()).toEqual([theirs(cidr)]);
      expect(findings.map(({ message }) => message).join()).toContain('CIDR');
    });
  });

  test('a CNAME with a set identifier leaves room for another, and for no address', async () => {
    const cname = { setIdentifier: 'x', weight: 1, type: 'CNAME', values: ['x.example.net'] };
    const world = await worldOf([asks('a', weighted('blue', 1), 'a.example.net')], [theirs(cname)]);
    expect(records(world)).toEqual([
      'w.example.com CNAME#blue a.example.net weight 1',
      'w.example.com CNAME#x x.example.net weight 1',
    ]);
    const other = await worldOf([asks('a', weighted('blue', 1))], [theirs(cname)]);
    expect(records(other)).toEqual(['w.example.com CNAME#x x.example.net weight 1']);
  });

  test('another owner’s set stands beside ours, with its ownership record, when ours comes and goes', async () => {
    const text = '"heritage=external-dns,external-dns/owner=other,external-dns/resource=service/default/x"';
    const set = { setIdentifier: 'x', weight: 3 };
    const others = [theirs(set), theirs(set, { name: 'a-w.example.com.', type: 'TXT', ttl: 60, values: [text] })];
    const world = await worldOf([asks('a', weighted('blue', 1))], others);
    expect(records(world)).toHaveLength(2);
    await become(world, []);
    expect(world.json()).toEqual([...others].sort((a, b) => (a.name < b.name ? -1 : 1)));
  });

  test('another owner’s reservation of a set identifier bars that one, and no other', async () => {
    const text = '"heritage=external-dns,external-dns/owner=other,external-dns/resource=service/default/x"';
    const idle = theirs(
      { setIdentifier: 'blue', weight: 3 },
      { name: 'a-w.example.com.', type: 'TXT', values: [text] },
    );
    const world = await worldOf(
      [asks('a', weighted('blue', 1)), asks('b', weighted('green', 1), '203.0.113.2')],
      [idle],
    );
    expect(records(world)).toEqual(['w.example.com A#green 203.0.113.2 weight 1']);
  });

  test('a set that somebody puts beside ours while the run goes on: told, not overwritten', async () => {
    const world = await worldOf([]);
    world.clusters.prod = { objects: [asks('a', weighted('blue', 1))] };
    let once = true;
    world.hooks = {
      change: (zone, apply) => {
        if (once) world.store.edit(zone, { put: [fromJson(theirs({ setIdentifier: 'x', region: 'eu-west-1' }))] });
        once = false;
        apply();
      },
    };
    const result = await world.run();
    expect(records(world)).toEqual(['w.example.com A#x 192.0.2.1 eu-west-1']);
    expect(told(result)).toEqual(['not-owned a']);
  });
});

describe('several clusters', () => {
  const config = `owner: arena
clusters: [{name: prod, region: us-east-1}, {name: eu, region: eu-west-1}]
zones: {domains: [example.com]}`;
  const two = () =>
    harness({
      config,
      clusters: {
        prod: { objects: [asks('a', weighted('prod', 1))] },
        eu: { objects: [asks('a', weighted('eu', 2), '203.0.113.2')] },
      },
    });

  test('share a name by set identifiers; one that cannot be read keeps its set', async () => {
    const world = two();
    await settle(world);
    const before = lines(world);
    expect(before).toHaveLength(4);
    world.clusters.eu = { objects: [], failing: 'no route' };
    world.clusters.prod = { objects: [asks('a', weighted('prod', 5))] };
    await world.run();
    expect(records(world)).toEqual([
      'w.example.com A#eu 203.0.113.2 weight 2',
      'w.example.com A#prod 203.0.113.1 weight 5',
    ]);
  });

  test('the policy does not change while one of them cannot be read', async () => {
    const world = two();
    await settle(world);
    world.clusters.eu = { objects: [], failing: 'no route' };
    world.clusters.prod = { objects: [asks('a', latency('prod', 'us-east-1'))] };
    const result = await world.run();
    expect(records(world)).toEqual([
      'w.example.com A#eu 203.0.113.2 weight 2',
      'w.example.com A#prod 203.0.113.1 weight 1',
    ]);
    expect(told(result)).toContain('conflict a');
  });
});

describe('the brakes', () => {
  const objects = (ids: readonly string[]) =>
    Array.from({ length: 30 }, (_, i) =>
      ids.map(id => service(`${id}${i}`, { hostname: `h${i}.example.com`, ...weighted(id, 1) }, [`203.0.113.${i}`])),
    ).flat();

  test('the guard counts the sets that leave, though their names stay', async () => {
    const world = await worldOf(objects(['blue', 'green']));
    const { result } = await become(world, objects(['blue']));
    expect(records(world)).toHaveLength(60);
    expect(result.reasons.held).toBe(30);
  });

  test('a set whose removal is held does not go when its name is planned again', async () => {
    const world = await worldOf(objects(['blue', 'green']));
    world.clusters.prod = {
      objects: objects(['blue']).map((one, i) =>
        i === 0 ? service('blue0', { hostname: 'h0.example.com', ...weighted('blue', 1) }, ['203.0.113.200']) : one,
      ),
    };
    let once = true;
    world.hooks = {
      change: (zone, apply) => {
        const set = world.store
          .records(zone)
          .find(
            ({ name, type, setIdentifier }) => name === 'h0.example.com.' && type === 'A' && setIdentifier === 'blue',
          );
        if (once && set) world.store.edit(zone, { put: [{ ...set, values: ['192.0.2.7'] }] });
        once = false;
        apply();
      },
    };
    const result = await world.run();
    expect(records(world)).toContain('h0.example.com A#blue 203.0.113.200 weight 1');
    expect(records(world)).toHaveLength(60);
    expect(result.reasons.held).toBe(30);
  });

  test('a set waits for guard.deleteAfter by itself', async () => {
    const world = harness({
      config:
        'owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\nguard: {deleteAfter: 60s}',
      clusters: { prod: { objects: [asks('a', weighted('blue', 1)), asks('b', weighted('green', 1), '203.0.113.2')] } },
    });
    await settle(world);
    world.clusters.prod = { objects: [asks('b', weighted('green', 1), '203.0.113.2')] };
    await world.run();
    await world.clock.advance(40_000);
    world.clusters.prod = { objects: [] };
    await world.run();
    expect(records(world)).toHaveLength(2);
    await world.clock.advance(30_000);
    await world.run();
    expect(records(world)).toEqual(['w.example.com A#green 203.0.113.2 weight 1']);
    await world.clock.advance(40_000);
    await world.run();
    expect(records(world)).toEqual([]);
  });

  test('what Route 53 refuses of one set does not hold up the others of its name, and is not sent again', async () => {
    const world = await worldOf([]);
    world.store.missingHealthChecks.add('99999999-0000-0000-0000-000000000000');
    const { result } = await become(world, [
      asks('a', weighted('blue', 1, { 'aws-health-check-id': '99999999-0000-0000-0000-000000000000' })),
      asks('b', weighted('green', 1), '203.0.113.2'),
    ]);
    expect(records(world)).toEqual(['w.example.com A#green 203.0.113.2 weight 1']);
    expect(told(result)).toContain('refused a');
  });
});

describe('where routed records stand', () => {
  const at = (hostname: string, target = '203.0.113.1') => service('a', { hostname, ...weighted('blue', 1) }, [target]);

  test('at a wildcard', async () => {
    const world = await worldOf([at('*.example.com')]);
    expect(lines(world)).toEqual([
      '*.example.com A#blue 203.0.113.1 weight 1',
      'a-*.example.com TXT#blue arena service/default/a weight 1',
    ]);
  });

  test('at the apex', async () => {
    const world = await worldOf([at('example.com')]);
    expect(lines(world)).toEqual([
      'example.com A#blue 203.0.113.1 weight 1',
      '_fairlead-apex-a.example.com TXT#blue arena service/default/a weight 1',
    ]);
  });

  test('as aliases to a record of the zone, made in the same run, itself routed', async () => {
    const alias = (name: string, id: string) =>
      service(name, { hostname: 'w.example.com', target: 'to.example.com', alias: 'true', ...weighted(id, 1) }, []);
    const to = (name: string, id: string, target: string) =>
      service(name, { hostname: 'to.example.com', ...weighted(id, 1) }, [target]);
    const world = await worldOf([
      alias('a', 'blue'),
      alias('b', 'green'),
      to('c', 'x', '203.0.113.1'),
      to('d', 'y', '203.0.113.2'),
    ]);
    expect(records(world)).toEqual([
      'to.example.com A#x 203.0.113.1 weight 1',
      'to.example.com A#y 203.0.113.2 weight 1',
      'w.example.com A#blue → to.example.com weight 1',
      'w.example.com A#green → to.example.com weight 1',
    ]);
    // One of the target's sets goes: the aliases stay.
    await become(world, [alias('a', 'blue'), alias('b', 'green'), to('d', 'y', '203.0.113.2')]);
    expect(records(world)).toHaveLength(3);
  });
});

describe('a health check', () => {
  const id = '11111111-2222-3333-4444-555555555555';
  test('comes to a simple record and goes from it, in one swap', async () => {
    const world = await worldOf([asks('a', {})]);
    await become(world, [asks('a', { 'aws-health-check-id': id })]);
    expect(lines(world)).toEqual([
      'a-w.example.com TXT arena service/default/a checked',
      'w.example.com A 203.0.113.1 checked',
    ]);
    const { batches } = await become(world, [asks('a', {})]);
    expect([records(world), batches]).toEqual([['w.example.com A 203.0.113.1'], 1]);
  });
});

describe('the policies', () => {
  const withPolicy = (policy: string, objects: KubernetesObject[], zoneRecords: readonly RecordJson[] = []) =>
    harness({
      config: `owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\npolicy: ${policy}`,
      zones: [{ ...EXAMPLE_ZONE, records: zoneRecords }],
      clusters: { prod: { objects } },
    });

  test('upsert-only: a set that nobody asks for stays, a simple one makes room for routed ones', async () => {
    const world = withPolicy('upsert-only', [asks('a', {})]);
    await settle(world);
    await become(world, [asks('a', weighted('blue', 1)), asks('b', weighted('green', 1), '203.0.113.2')]);
    await become(world, [asks('a', weighted('blue', 1))]);
    expect(records(world)).toEqual([
      'w.example.com A#blue 203.0.113.1 weight 1',
      'w.example.com A#green 203.0.113.2 weight 1',
    ]);
  });

  test('create-only: what stands is not changed, and a set may join it', async () => {
    const world = withPolicy('create-only', [asks('a', weighted('blue', 1))]);
    await settle(world);
    await become(world, [asks('a', weighted('blue', 9)), asks('b', weighted('green', 1), '203.0.113.2')]);
    expect(records(world)).toEqual([
      'w.example.com A#blue 203.0.113.1 weight 1',
      'w.example.com A#green 203.0.113.2 weight 1',
    ]);
    await become(world, [asks('a', {})]);
    expect(records(world)).toHaveLength(2);
  });
});

describe('without a registry', () => {
  const noop = (objects: KubernetesObject[], zoneRecords: readonly RecordJson[]) =>
    harness({
      config: `owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\npolicy: upsert-only\nregistry: {type: noop}`,
      zones: [{ ...EXAMPLE_ZONE, records: zoneRecords }],
      clusters: { prod: { objects } },
    });
  const theirs: RecordJson = {
    name: 'w.example.com.',
    type: 'A',
    setIdentifier: 'x',
    weight: 5,
    ttl: 300,
    values: ['192.0.2.1'],
  };

  test('the record set with the set identifier that is asked for is its who asks, and the others stay', async () => {
    const world = noop([asks('a', weighted('blue', 1))], [theirs]);
    await settle(world);
    await become(world, [asks('a', weighted('blue', 2), '203.0.113.2')]);
    expect(lines(world)).toEqual(['w.example.com A#blue 203.0.113.2 weight 2', 'w.example.com A#x 192.0.2.1 weight 5']);
  });

  test('the policy of all that are asked for changes in one batch', async () => {
    const world = noop([asks('a', weighted('blue', 1)), asks('b', weighted('green', 1), '203.0.113.2')], []);
    await settle(world);
    const { batches } = await become(world, [
      asks('a', latency('blue', 'eu-west-1')),
      asks('b', latency('green', 'us-east-1'), '203.0.113.2'),
    ]);
    expect(batches).toBe(1);
    expect(lines(world)).toEqual([
      'w.example.com A#blue 203.0.113.1 eu-west-1',
      'w.example.com A#green 203.0.113.2 us-east-1',
    ]);
  });
});

test('an object that has the name in the zone above has it in a zone below that comes', async () => {
  const name = 'w.team.example.com';
  const at = (who: string, id: string, target: string) =>
    service(who, { hostname: name, ...weighted(id, 1) }, [target], who);
  const config = 'owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}';
  const world = harness({ config, clusters: { prod: { objects: [at('z', 'blue', '203.0.113.9')] } } });
  await world.run();
  world.store.addZone({ id: 'ZCHILD', name: 'team.example.com' });
  world.clusters.prod = { objects: [at('a', 'blue', '203.0.113.1'), at('z', 'blue', '203.0.113.9')] };
  await world.run({ force: true });
  expect(world.records('ZCHILD')).toContain('w.team.example.com A#blue 203.0.113.9');
});
