import { describe, expect, test } from 'vitest';
import type { MoveResult } from '../../lib/reconcile/index.ts';
import type { RecordJson, ZoneJson } from '../../local/emulators/route53/index.ts';
import { configOf, EXAMPLE_ZONE, type Harness, harness } from '../support/harness.ts';
import { expectNothingToDo } from '../support/in-step.ts';
import { NLB, service } from '../support/objects.ts';

const ID = EXAMPLE_ZONE.id as string;
const address = (name: string, value = '192.0.2.1', more: Partial<RecordJson> = {}): RecordJson => ({
  name: `${name}.`,
  type: 'A',
  ttl: 300,
  values: [value],
  ...more,
});
const owned = (name: string, owner: string, resource = 'service/default/x', type = 'a'): RecordJson => ({
  name: `${type}-${name}.`,
  type: 'TXT',
  ttl: 300,
  values: [`"heritage=external-dns,external-dns/owner=${owner},external-dns/resource=${resource}"`],
});
const asks = (name: string, ...targets: string[]) => service('x', { hostname: name }, targets);
const text = (more = '') =>
  `owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\n${more}`;
const world = (records: RecordJson[], objects = [asks('x.example.com', '192.0.2.1')], more = '') =>
  harness({ config: text(more), zones: [{ ...EXAMPLE_ZONE, records }], clusters: { prod: { objects } } });

const adopt = (...names: string[]) => ({ kind: 'adopt', names, overwrite: false }) as const;
const transfer = (from: string, ...names: string[]) =>
  ({ kind: 'transfer', from, names, unasked: false, watchMs: 0 }) as const;
const release = (...names: string[]) => ({ kind: 'release', names }) as const;

/** Somebody does something to the zone before the first change batch is sent. */
function meddle(self: Harness, action: 'CREATE' | 'DELETE', ...records: RecordJson[]): void {
  let done = false;
  self.hooks = {
    before: async operation => {
      if (operation !== 'changeRecordSets' || done) return;
      done = true;
      const changes = records.map(({ name, type, ttl, values }) => ({
        action,
        record: { name: name.slice(0, -1), type, ...(ttl && { ttl }), ...(values && { values }) },
      }));
      await self.route53({}).changeRecordSets(ID, changes);
    },
  };
}

describe('adopt', () => {
  test('gives a record that nobody owns to the object that asks for it, as it is', async () => {
    const self = world([address('x.example.com')]);
    expect((await self.run()).reasons).toEqual({ 'not-owned': 1 });
    const { done, refused } = await self.move(adopt('x.example.com'));
    expect(done.map(({ name, to, resource }) => [name, to, resource])).toEqual([
      ['x.example.com', 'arena', 'service/default/x'],
    ]);
    expect(refused).toEqual([]);
    expect(self.records()).toEqual(['a-x.example.com TXT arena service/default/x', 'x.example.com A 192.0.2.1']);
    await expectNothingToDo(self);
    self.clusters.prod!.objects = [];
    await self.run();
    expect(self.records()).toEqual([]);
  });

  test.each<[string, RecordJson[], string | undefined, string, RegExp]>([
    [
      'no object asks for it',
      [address('y.example.com')],
      'y.example.com',
      'not-owned',
      /asked for by no object: the next run would remove it/,
    ],
    [
      'it is not as the object wants it',
      [address('x.example.com', '192.0.2.9')],
      undefined,
      'not-owned',
      /is not as service\/default\/x wants it/,
    ],
    [
      'another owner has it',
      [address('x.example.com'), owned('x.example.com', 'other')],
      undefined,
      'not-owned',
      /belongs to the owner "other"/,
    ],
    [
      'another owner has laid a claim to the name',
      [address('x.example.com'), owned('x.example.com', 'other', 's', 'aaaa')],
      undefined,
      'not-owned',
      /belongs to the owner "other"/,
    ],
    ['nothing stands there', [], undefined, 'no-zone', /no selected hosted zone has a record set there/],
    [
      'it is ours already',
      [address('x.example.com'), owned('x.example.com', 'arena')],
      undefined,
      'warning',
      /is ours already/,
    ],
    [
      'the name of its ownership record is taken',
      [address('x.example.com'), { name: 'a-x.example.com.', type: 'TXT', ttl: 60, values: ['"mine"'] }],
      undefined,
      'not-owned',
      /asked for by no object.*has a TXT record that is not an ownership record/,
    ],
    ['it is the zone’s own', [], 'example.com', 'no-zone', /no selected hosted zone/],
    [
      'records.types leaves it out',
      [address('x.example.com', '', { type: 'TXT', values: ['"v=spf1 -all"'] })],
      undefined,
      'not-owned',
      /TXT is left out by records.types/,
    ],
  ])('refuses, and changes nothing, where %s', async (_, records, name, reason, message) => {
    const self = world(records);
    const before = self.json();
    const { done, refused } = await self.move(adopt(name ?? 'x.example.com'));
    expect(done).toEqual([]);
    expect(refused.map(one => one.reason)).toEqual([reason]);
    expect(refused[0]?.message).toMatch(message);
    expect(self.json()).toEqual(before);
  });

  test.each<[string, RecordJson[], string]>([
    ['records.types leaves out', [address('example.com', '', { type: 'TXT', values: ['"v=spf1 -all"'] })], ''],
    [
      'no object asks for',
      [address('example.com', '', { type: 'MX', values: ['10 mail.example.com.'] })],
      'records: {types: [A, AAAA, CNAME, MX]}',
    ],
  ])('what %s stays nobody’s beside what the object has', async (_, others, more) => {
    const self = world([address('example.com'), ...others], [asks('example.com', '192.0.2.1')], more);
    const { done, refused } = await self.move(adopt('example.com'));
    expect([done.map(({ types }) => types), refused.map(({ reason }) => reason)]).toEqual([[['A']], ['warning']]);
    expect(self.json()).toContainEqual(others[0]);
    await expectNothingToDo(self);
  });

  test('a name that is said twice is had once', async () => {
    const self = world([address('x.example.com')]);
    const { done, refused } = await self.move(adopt('x.example.com', 'x.example.com'));
    expect([done.length, refused]).toEqual([1, []]);
    expect((await self.move(release('x.example.com', 'x.example.com'))).done).toHaveLength(1);
  });

  test('with overwrite takes what is not as the object wants it, and the next run changes it', async () => {
    const self = world([address('x.example.com', '192.0.2.9')]);
    await self.move({ ...adopt('x.example.com'), overwrite: true });
    expect(self.records()).toContain('x.example.com A 192.0.2.9');
    await self.run();
    expect(self.records()).toContain('x.example.com A 192.0.2.1');
    await expectNothingToDo(self);
  });

  test.each<[string, string, RecordJson[]]>([
    ['a wildcard', '*.example.com', [address('*.example.com')]],
    ['the apex', 'example.com', [address('example.com')]],
    [
      'both halves of an alias pair',
      'x.example.com',
      ['A', 'AAAA'].map(type => ({
        name: 'x.example.com.',
        type,
        alias: { hostedZoneId: 'Z26RNL4JYFTOTI', dnsName: `${NLB}.`, evaluateTargetHealth: true },
      })),
    ],
  ])('%s', async (_, name, records) => {
    const self = world(records, [asks(name, records[0]?.alias ? NLB : '192.0.2.1')]);
    await self.run();
    const { done } = await self.move(adopt(name));
    expect(done).toHaveLength(1);
    expect(self.json().filter(({ type }) => type !== 'TXT')).toHaveLength(records.length);
    await expectNothingToDo(self);
    self.clusters.prod!.objects = [];
    await self.run();
    expect(self.records()).toEqual([]);
  });

  test('a name in two zones, in each', async () => {
    const zones: ZoneJson[] = [
      { ...EXAMPLE_ZONE, records: [address('x.example.com')] },
      { id: 'ZPRIVATE', name: 'example.com.', private: true, records: [address('x.example.com')] },
    ];
    const self = harness({
      config: text(),
      zones,
      clusters: { prod: { objects: [asks('x.example.com', '192.0.2.1')] } },
    });
    const { done } = await self.move(adopt('x.example.com'));
    expect(done.map(({ zone }) => zone.private)).toEqual([false, true]);
    await expectNothingToDo(self);
  });

  test('a record whose ownership no run wrote is what a person may confirm', async () => {
    const self = world([address('x.example.com')], []);
    await self.run();
    await self.route53({}).changeRecordSets(ID, [
      {
        action: 'CREATE',
        record: {
          name: 'a-x.example.com',
          type: 'TXT',
          ttl: 300,
          values: owned('x.example.com', 'arena').values as string[],
        },
      },
    ]);
    self.clock.advance(3_600_000);
    self.clusters.prod!.objects = [asks('x.example.com', '192.0.2.1')];
    expect((await self.run()).reasons).toEqual({ 'not-owned': 1 });
    await self.move(adopt('x.example.com'));
    expect(await self.run()).toMatchObject({ inStep: true });
  });

  test('a record that changed after it was read stays as it became', async () => {
    const self = world([address('x.example.com')]);
    meddle(self, 'DELETE', address('x.example.com'));
    const { done, refused } = await self.move(adopt('x.example.com'));
    expect(done).toEqual([]);
    expect(refused[0]?.message).toMatch(/is not as it was read: nothing of it was changed/);
    expect(self.records()).toEqual([]);
  });

  test('what changed since it was shown is shown again', async () => {
    const self = world([address('x.example.com')]);
    const agree = async () => {
      self.clusters.prod!.objects = [service('other', { hostname: 'x.example.com' }, ['192.0.2.1'])];
      return true;
    };
    await expect(self.move(adopt('x.example.com'), agree)).rejects.toThrow(
      /have changed since this was shown: look again/,
    );
    expect(self.records()).toEqual(['x.example.com A 192.0.2.1']);
  });

  test('nothing is done that nobody agreed to', async () => {
    const self = world([address('x.example.com')]);
    const { moves, done } = await self.move(adopt('x.example.com'), async () => false);
    expect([moves.length, done.length]).toEqual([1, 0]);
    expect(self.calls).not.toHaveProperty('changeRecordSets');
    expect(self.records()).toEqual(['x.example.com A 192.0.2.1']);
  });

  test('a cluster that cannot be read: it is not known who asks', async () => {
    const self = world([address('x.example.com')]);
    self.clusters.prod!.failing = 'forbidden';
    await expect(self.move(adopt('x.example.com'))).rejects.toThrow(/prod: .* could not be read .*forbidden/);
    expect(self.records()).toEqual(['x.example.com A 192.0.2.1']);
  });

  test('a frozen zone stays as it is', async () => {
    const self = world([address('x.example.com')]);
    self.config = configOf(text().replace('domains: [example.com]', 'domains: [example.com], freeze: [example.com]'));
    const { refused } = await self.move(adopt('x.example.com'));
    expect(refused.map(({ reason }) => reason)).toEqual(['frozen']);
    expect(self.records()).toEqual(['x.example.com A 192.0.2.1']);
  });

  test('without a registry there is nothing to adopt into', async () => {
    const self = world([address('x.example.com')], undefined, 'policy: upsert-only\nregistry: {type: noop}');
    await expect(self.move(adopt('x.example.com'))).rejects.toThrow(/registry.type is noop/);
  });

  test('where clusters share an owner id, the one whose object it is is named', async () => {
    const self = harness({
      config:
        'owner: arena\nclusters: [{name: a, region: us-east-1}, {name: b, region: us-east-1}]\nzones: {domains: [example.com]}',
      zones: [{ ...EXAMPLE_ZONE, records: [address('x.example.com')] }],
      clusters: { a: { objects: [] }, b: { objects: [asks('x.example.com', '192.0.2.1')] } },
    });
    await self.move(adopt('x.example.com'));
    expect(JSON.stringify(self.json())).toContain('external-dns/cluster=b,external-dns/owner=arena');
    await expectNothingToDo(self);
  });
});

describe('transfer from another owner', () => {
  const theirs = (name: string, owner = 'old') => [address(name), owned(name, owner)];

  test('makes its records ours; a run then has nothing to do', async () => {
    const self = world([...theirs('x.example.com'), ...theirs('z.example.com', 'third')]);
    const { done, refused } = await self.move(transfer('old'));
    expect(done.map(({ name, from, to }) => [name, from, to])).toEqual([['x.example.com', 'old', 'arena']]);
    expect(refused).toEqual([]);
    expect(self.records()).toEqual([
      'a-x.example.com TXT arena service/default/x',
      'a-z.example.com TXT third service/default/x',
      'x.example.com A 192.0.2.1',
      'z.example.com A 192.0.2.1',
    ]);
    await expectNothingToDo(self);
  });

  test('leaves what no object asks for, which the next run would remove; takes it if told to', async () => {
    const self = world([...theirs('x.example.com'), ...theirs('gone.example.com')]);
    const first = await self.move(transfer('old'));
    expect(first.done.map(({ name }) => name)).toEqual(['x.example.com']);
    expect(first.refused.map(({ name, message }) => [name, /no object asks for A/.test(message)])).toEqual([
      ['gone.example.com', true],
    ]);
    await expectNothingToDo(self);
    await self.move({ ...transfer('old'), unasked: true });
    await self.run();
    expect(self.records().filter(line => line.includes('gone'))).toEqual([]);
  });

  test('what an object waits for is taken, with the object that was named', async () => {
    const self = world(theirs('x.example.com'), [service('x', { hostname: 'x.example.com' }, [])]);
    const { done } = await self.move(transfer('old'));
    expect(done).toHaveLength(1);
    await expectNothingToDo(self, false);
  });

  test('what differs is changed by the next run, not by the transfer', async () => {
    const self = world(theirs('x.example.com'), [asks('x.example.com', '192.0.2.7')]);
    await self.move(transfer('old'));
    expect(self.records()).toContain('x.example.com A 192.0.2.1');
    await self.run();
    expect(self.records()).toContain('x.example.com A 192.0.2.7');
  });

  test('only names that fit', async () => {
    const self = world(
      [...theirs('a.shop.example.com'), ...theirs('b.example.com')],
      ['a.shop.example.com', 'b.example.com'].map(name => service(name, { hostname: name }, ['192.0.2.1'])),
    );
    const { done } = await self.move(transfer('old', '*.shop.example.com'));
    expect(done.map(({ name }) => name)).toEqual(['a.shop.example.com']);
    expect(self.records()).toContain('a-b.example.com TXT old service/default/x');
  });

  test.each([
    ['nobody', [], 'no ownership record in these hosted zones names the owner "nobody": they name old, third'],
    ['old', ['*.shop.example.com'], 'the owner "old" has no name here that fits *.shop.example.com'],
  ])('of %s %j, nothing is there: that is told', async (from, names, message) => {
    const self = world([...theirs('x.example.com'), ...theirs('z.example.com', 'third')]);
    const { done, refused } = await self.move(transfer(from, ...names));
    expect([done, refused]).toEqual([[], [{ reason: 'warning', message }]]);
  });

  test('an older format, and what else stands in its TXT, which is written back', async () => {
    const both = owned('x.example.com', 'old', 'service/default/x', 'cname');
    const self = world(
      [
        { name: 'x.example.com.', type: 'CNAME', ttl: 300, values: ['lb.example.net'] },
        { ...both, values: [...(both.values as string[]), '"note to self"'] },
      ],
      [asks('x.example.com', 'lb.example.net')],
    );
    await self.move(transfer('old'));
    expect(self.json().find(({ type }) => type === 'TXT')?.values).toEqual([
      '"heritage=external-dns,external-dns/owner=arena,external-dns/resource=service/default/x"',
      '"note to self"',
    ]);
  });

  test('routed record sets keep set identifier and policy, their ownership too', async () => {
    const routed = { setIdentifier: 'one', weight: 7 };
    const self = world(
      [
        { ...address('x.example.com'), ...routed },
        { ...owned('x.example.com', 'old'), ...routed },
      ],
      [],
    );
    await self.move({ ...transfer('old'), unasked: true });
    expect(self.json()).toEqual([
      { ...owned('x.example.com', 'arena'), ...routed },
      { ...address('x.example.com'), ...routed },
    ]);
  });

  test('a share by weight of a cluster that has left, beside which no other takes one', async () => {
    const share = { setIdentifier: 'old', weight: 4 };
    const self = world(
      [address('x.example.com', '192.0.2.9', share), { ...owned('x.example.com', 'gone'), ...share }],
      undefined,
      'sharing: weighted',
    );
    expect((await self.run()).reasons).toEqual({ 'not-owned': 1, warning: 1 });
    expect(self.calls.changeRecordSets ?? 0).toBe(0);
    // No object asks for that set identifier: its share gets the cluster's.
    expect((await self.move(transfer('gone'))).refused).toMatchObject([{ reason: 'not-owned' }]);
    const { done } = await self.move({ ...transfer('gone'), unasked: true });
    expect(done.map(({ name, to, resource }) => [name, to, resource])).toEqual([
      ['x.example.com', 'arena', 'service/default/x'],
    ]);
    await self.run();
    expect(self.calls.changeRecordSets).toBe(1);
    expect(self.records()).toEqual([
      'a-x.example.com TXT#prod arena service/default/x',
      'x.example.com A#prod 192.0.2.1',
    ]);
    await expectNothingToDo(self);
  });

  test.each<[string, RecordJson[], RegExp]>([
    [
      'a third owner has a claim there',
      [...theirs('x.example.com'), owned('x.example.com', 'third', 's', 'aaaa')],
      /the owner "third" has an ownership record there, too/,
    ],
    [
      'records.types leaves its type out',
      [address('x.example.com', '', { type: 'TXT', values: ['"hi"'] }), owned('x.example.com', 'old', 's', 'txt')],
      /records.types leaves out TXT/,
    ],
  ])('refuses, and changes nothing, where %s', async (_, records, message) => {
    const self = world(records);
    const before = self.json();
    const { done, refused } = await self.move(transfer('old'));
    expect(done).toEqual([]);
    expect(refused.map(one => one.message)).toEqual([expect.stringMatching(message)]);
    expect(self.json()).toEqual(before);
  });

  test('an owner that is at work is found out by what it wrote since a run read the zone', async () => {
    const self = world(theirs('x.example.com'));
    await self.run();
    await self.route53({}).changeRecordSets(ID, [
      { action: 'CREATE', record: { name: 'n.example.com', type: 'A', ttl: 300, values: ['192.0.2.8'] } },
      {
        action: 'CREATE',
        record: {
          name: 'a-n.example.com',
          type: 'TXT',
          ttl: 300,
          values: owned('n.example.com', 'old').values as string[],
        },
      },
    ]);
    await expect(self.move(transfer('old'))).rejects.toThrow(/the owner "old" is at work: .*a-n\.example\.com/);
    expect(self.records()).toContain('a-x.example.com TXT old service/default/x');
    // A run that read the zone since then saw nothing new any more.
    self.clock.advance(3_600_000);
    await self.run();
    expect((await self.move(transfer('old'))).done).toHaveLength(1);
  });

  test('without an earlier reading it is watched for a while', async () => {
    const self = world(theirs('x.example.com'));
    const before = self.clock.now();
    const sleep = self.clock.sleep;
    self.clock.sleep = async (milliseconds: number) => {
      await sleep(milliseconds);
      if (milliseconds < 60_000) return;
      await self.route53({}).changeRecordSets(ID, [
        {
          action: 'CREATE',
          record: {
            name: 'a-n.example.com',
            type: 'TXT',
            ttl: 300,
            values: owned('n.example.com', 'old').values as string[],
          },
        },
      ]);
    };
    await expect(self.move({ ...transfer('old'), watchMs: 70_000 })).rejects.toThrow(/the owner "old" is at work/);
    expect(self.clock.now() - before).toBeGreaterThanOrEqual(70_000);
    expect(self.records()).toContain('a-x.example.com TXT old service/default/x');
  });

  test('a record that the owner changes at the last moment stays its own', async () => {
    const self = world(theirs('x.example.com'));
    meddle(self, 'DELETE', ...theirs('x.example.com'));
    const { done, refused } = await self.move(transfer('old'));
    expect([done.length, refused.map(({ reason }) => reason)]).toEqual([0, ['conflict']]);
    expect(self.records()).toEqual([]);
  });

  test.each([
    ['from ourselves', { from: 'arena' }, /"arena" is an owner of this config already/],
    ['to somebody else', { from: 'old', to: 'nobody' }, /"nobody" is no owner of this config; it has arena/],
  ])('%s is refused', async (_, more, message) => {
    const self = world(theirs('x.example.com'));
    await expect(self.move({ ...transfer('old'), ...more })).rejects.toThrow(message);
  });
});

describe('record sets with set identifiers are each somebody’s by itself', () => {
  const set = (id: string, value = '192.0.2.1') => address('x.example.com', value, { setIdentifier: id, weight: 1 });
  const says = (id: string, owner: string) => ({
    ...owned('x.example.com', owner, `service/default/${id}`),
    ...{ setIdentifier: id, weight: 1 },
  });
  const wants = (id: string, target = '192.0.2.1') =>
    service(id, { hostname: 'x.example.com', 'set-identifier': id, 'aws-weight': '1' }, [target]);
  const sets = [set('blue'), set('green', '192.0.2.2'), set('red', '192.0.2.3')];
  const wanted = [wants('blue'), wants('green', '192.0.2.2')];
  const held = ['blue', 'green', 'red'].map(id => ({
    ...{ name: 'x.example.com', type: 'A', setIdentifier: id },
    resource: `service/default/${id}`,
  }));
  const KINDS: [string, RecordJson[], Parameters<Harness['move']>[0], string][] = [
    ['adopt', sets, adopt('x.example.com'), 'warning'],
    ['transfer', [...sets, ...['blue', 'green', 'red'].map(id => says(id, 'old'))], transfer('old'), 'not-owned'],
    ['import-registry', sets, { kind: 'import', from: 'arena', held, names: [], unasked: false }, 'not-owned'],
  ];
  const to = ({ done }: MoveResult) => done.map(({ setIdentifier, resource }) => `${setIdentifier} ${resource}`).sort();
  const BOTH = ['blue service/default/blue', 'green service/default/green'];

  test.each(KINDS)(
    '%s gives each to its own object, and leaves what none asks for',
    async (_, records, ask, reason) => {
      const self = world(records, wanted);
      const result = await self.move(ask);
      expect(to(result)).toEqual(BOTH);
      expect(result.refused).toMatchObject([{ reason, message: expect.stringMatching(/ A "red"/) }]);
      expect(self.records().filter(line => / arena /.test(line))).toEqual([
        'a-x.example.com TXT#blue arena service/default/blue',
        'a-x.example.com TXT#green arena service/default/green',
      ]);
      await expectNothingToDo(self);
      // What one of them gives up is its own alone.
      self.clusters.prod!.objects = [wants('blue')];
      await self.run();
      expect(self.records().filter(line => !/TXT/.test(line))).toEqual([
        'x.example.com A#blue 192.0.2.1',
        'x.example.com A#red 192.0.2.3',
      ]);
    },
  );

  test.each(KINDS)('%s: what a third owner has of the name is in nobody’s way', async (_, records, ask) => {
    const self = world(
      [...records.filter(one => !(one.type === 'TXT' && one.setIdentifier === 'red')), says('red', 'third')],
      wanted,
    );
    expect(to(await self.move(ask))).toEqual(BOTH);
    expect(self.json()).toContainEqual(says('red', 'third'));
  });

  test('of weighted ownership records all have the TTL of those that stay', async () => {
    const theirs = { ...says('red', 'third'), ttl: 60 };
    const self = world([...sets, theirs], wanted);
    expect(to(await self.move(adopt('x.example.com')))).toEqual(BOTH);
    expect(self.json().filter(({ type, ttl }) => type === 'TXT' && ttl === 60)).toHaveLength(3);
    await expectNothingToDo(self);
  });

  test('adopt: one that is not as its object wants it does not hold up the other', async () => {
    const self = world(sets, [wants('blue'), wants('green', '192.0.2.9')]);
    const result = await self.move(adopt('x.example.com'));
    expect(to(result)).toEqual(['blue service/default/blue']);
    expect(result.refused.map(({ message }) => message)[0]).toMatch(
      /A "green" is not as service\/default\/green wants it/,
    );
  });

  test('adopt --overwrite: a simple record that its object wants routed becomes so with the next run', async () => {
    const self = world([address('x.example.com', '192.0.2.9')], [wants('blue')]);
    const ask = adopt('x.example.com');
    expect((await self.move(ask)).refused[0]?.message).toMatch(/is not as service\/default\/blue wants it/);
    expect((await self.move({ ...ask, overwrite: true })).done).toMatchObject([{ resource: 'service/default/blue' }]);
    await self.run();
    expect(self.calls.changeRecordSets).toBe(1);
    expect(self.records()).toEqual([
      'a-x.example.com TXT#blue arena service/default/blue',
      'x.example.com A#blue 192.0.2.1',
    ]);
  });

  test('release gives up each, and shows whose it was', async () => {
    const self = world([...sets, ...['blue', 'green'].map(id => says(id, 'arena')), says('red', 'third')], wanted);
    expect(to(await self.move(release('x.example.com')))).toEqual(BOTH);
    expect(self.json().filter(({ type }) => type === 'TXT')).toEqual([says('red', 'third')]);
  });
});

describe('transfer from other affixes', () => {
  const objects = () => [
    asks('x.example.com', NLB),
    service('w', { hostname: '*.w.example.com' }, ['192.0.2.2']),
    service('apex', { hostname: 'example.com' }, ['192.0.2.3']),
  ];
  test.each<[string, string, string, { prefix?: string; suffix?: string; wildcardReplacement?: string }]>([
    ['none', 'a prefix', '{prefix: txt-}', { prefix: '', suffix: '' }],
    ['none', 'a prefix with a dot', '{prefix: "%{record_type}.own."}', { prefix: '', suffix: '' }],
    ['none', 'a suffix', '{suffix: -txt}', { prefix: '', suffix: '' }],
    ['none', 'a replacement of wildcards', '{wildcardReplacement: any}', { wildcardReplacement: '' }],
  ])('from %s to %s and back: an empty plan at the end, and nothing lost before', async (_, __, registry, former) => {
    const self = world([], objects());
    await self.run();
    const before = self.json();
    self.config = configOf(text(`registry: ${registry}`));
    const between = await self.run({ force: true });
    expect(self.json()).toEqual(before);
    expect(between.findings.filter(({ message }) => message.includes('fairlead transfer --from-prefix'))).toHaveLength(
      1,
    );
    await self.move({ kind: 'rename', former });
    expect(self.json().filter(({ type }) => type !== 'TXT')).toEqual(before.filter(({ type }) => type !== 'TXT'));
    await expectNothingToDo(self);
    expect((await self.run({ force: true })).findings).toEqual([]);
    const { prefix, suffix, wildcardReplacement } = self.config.registry;
    self.config = configOf(text());
    await self.move({ kind: 'rename', former: { prefix, suffix, wildcardReplacement } });
    expect(self.json()).toEqual(before);
    await expectNothingToDo(self);
  });

  test('where that of one name gets the name that another’s had, each goes on being its own', async () => {
    const both = (address: string) => [asks('h.example.com,h-txt.example.com', address)];
    const self = world([], both('192.0.2.1'), 'registry: {suffix: -txt}');
    await self.run();
    self.config = configOf(text());
    await self.run();
    await self.move({ kind: 'rename', former: { suffix: '-txt' } });
    self.clusters.prod!.objects = both('192.0.2.9');
    expect((await self.run()).findings).toEqual([]);
    expect(self.records()).toEqual(
      expect.arrayContaining(['h.example.com A 192.0.2.9', 'h-txt.example.com A 192.0.2.9']),
    );
    await expectNothingToDo(self);
  });

  test('another owner’s ownership records keep their names', async () => {
    const self = world([address('x.example.com'), owned('x.example.com', 'other')], [], 'registry: {prefix: txt-}');
    const { done } = await self.move({ kind: 'rename', former: { prefix: '', suffix: '' } });
    expect(done).toEqual([]);
    expect(self.records()).toContain('a-x.example.com TXT other service/default/x');
  });

  test('what another owner has under another set identifier keeps its name, and is in nobody’s way', async () => {
    const set = (id: string) => ({ setIdentifier: id, weight: 1 });
    const theirs = [
      address('x.example.com', '192.0.2.2', set('red')),
      { ...owned('x.example.com', 'other'), ...set('red') },
    ];
    const self = world(
      [
        address('x.example.com', '192.0.2.1', set('blue')),
        { ...owned('x.example.com', 'arena'), ...set('blue') },
        ...theirs,
      ],
      [service('x', { hostname: 'x.example.com', 'set-identifier': 'blue', 'aws-weight': '1' }, ['192.0.2.1'])],
      'registry: {prefix: txt-}',
    );
    const { done } = await self.move({ kind: 'rename', former: { prefix: '', suffix: '' } });
    expect(done).toHaveLength(1);
    expect(self.records()).toContain('txt-a-x.example.com TXT#blue arena service/default/x');
    expect(self.json()).toEqual(expect.arrayContaining(theirs));
    await expectNothingToDo(self);
  });

  test('says so where there is nothing of ours under them', async () => {
    const { refused } = await world([]).move({ kind: 'rename', former: { prefix: 'typo-', suffix: '' } });
    expect(refused).toMatchObject([{ reason: 'warning', message: expect.stringContaining('under prefix "typo-"') }]);
  });
});

describe('rekey', () => {
  const env = { OLD: '0123456789abcdef0123456789abcdef', NEW: 'an entirely different key, 32 by' };
  test.each<[string, string, string, string]>([
    ['introduced', 'null', 'env:OLD', 'env:OLD'],
    ['changed', 'env:OLD', '[env:NEW, env:OLD]', 'env:NEW'],
    ['given up', 'env:OLD', '[plain, env:OLD]', 'null'],
  ])('when a key is %s, all ownership records are written anew at once', async (_, before, between, after) => {
    const registry = (key: string) => configOf(text(`registry: {encryptionKey: ${key}}`));
    const self = harness({ config: text(), env, clusters: { prod: { objects: [asks('x.example.com', NLB)] } } });
    self.config = registry(before);
    await self.run();
    self.config = registry(between);
    const told = (await self.run({ force: true })).findings;
    expect(told.filter(({ message }) => message.includes('fairlead transfer --rekey'))).toHaveLength(1);
    await self.move({ kind: 'rekey' });
    expect((await self.run({ force: true })).findings).toEqual([]);
    self.config = registry(after);
    await expectNothingToDo(self);
    self.clusters.prod!.objects = [];
    await self.run();
    expect(self.json()).toEqual([]);
  });

  test('needs a key', async () => {
    await expect(world([]).move({ kind: 'rekey' })).rejects.toThrow(/registry.encryptionKey names no key/);
  });
});

describe('release', () => {
  test('leaves the record, and no run touches it any more', async () => {
    const self = world([], [asks('x.example.com', NLB)]);
    await self.run();
    const { done } = await self.move(release('x.example.com'));
    expect(done.map(({ name, from, to }) => [name, from, to])).toEqual([['x.example.com', 'arena', undefined]]);
    expect(self.records()).toEqual([`x.example.com A → ${NLB}`, `x.example.com AAAA → ${NLB}`]);
    const asked = await self.run();
    expect(asked.reasons['not-owned']).toBeGreaterThan(0);
    self.clusters.prod!.objects = [];
    await expectNothingToDo(self);
  });

  test('and adopt takes it back', async () => {
    const self = world([], [asks('x.example.com', NLB)]);
    await self.run();
    const before = self.json();
    await self.move(release('x.example.com'));
    await self.move(adopt('x.example.com'));
    expect(self.json()).toEqual(before);
  });

  test.each<[string, RecordJson[]]>([
    ['that stands nowhere', []],
    ['that nobody owns', [address('x.example.com')]],
    ['of another owner', [address('x.example.com'), owned('x.example.com', 'other')]],
  ])('a name %s is refused', async (_, records) => {
    const self = world(records);
    const before = self.json();
    const { done, refused } = await self.move(release('x.example.com'));
    expect([done.length, refused.map(({ reason }) => reason)]).toEqual([0, ['not-owned']]);
    expect(self.json()).toEqual(before);
  });

  test('what the ownership record’s TXT says besides is written back', async () => {
    const own = owned('x.example.com', 'arena');
    const self = world([address('x.example.com'), { ...own, values: [...(own.values as string[]), '"mine"'] }]);
    await self.move(release('x.example.com'));
    expect(self.records()).toEqual(['a-x.example.com TXT "mine"', 'x.example.com A 192.0.2.1']);
  });

  describe('what a cluster left behind and is not released is told', () => {
    const one = (name: string, owner: string) => `{name: ${name}, region: us-east-1, owner: ${owner}}`;
    const config = (...clusters: string[]) => `clusters: [${clusters.join(', ')}]\nzones: {domains: [example.com]}\n`;
    const shards = (cluster: string) => `shards: [{name: s, clusters: [${cluster}]}]\n`;
    const both = config(one('blue', 'b'), one('green', 'g'));

    test.each<[string, string, string, string, string, RegExp]>([
      [
        'its ownership records do not name it',
        config(one('blue', 'a')),
        config(one('green', 'a')),
        'blue',
        'not-owned',
        /^1 name is left as it is \(b\.example\.com\): they may be of the cluster "blue".*fairlead sync --force --cluster blue$/,
      ],
      [
        'so it is in a shard of its own',
        config(one('blue', 'a')) + shards('blue'),
        config(one('green', 'a')) + shards('green'),
        'blue',
        'not-owned',
        /b\.example\.com.* may be of the cluster "blue"/,
      ],
      [
        'its owner id left with it',
        both,
        config(one('green', 'g')),
        'blue',
        'not-owned',
        /b\.example\.com.*owner id "b".*fairlead transfer --from b --unasked/,
      ],
      [
        'it is mistyped',
        both,
        config(one('green', 'g')),
        'bleu',
        'warning',
        /no ownership record .* names the cluster "bleu"$/,
      ],
    ])('%s', async (_, before, after, cluster, reason, said) => {
      const self = harness({
        config: before,
        clusters: {
          blue: { objects: [service('b', { hostname: 'b.example.com' }, ['192.0.2.1'])] },
          green: { objects: [] },
        },
      });
      await self.run();
      const standing = self.records();
      self.config = configOf(after);
      const result = await self.move({ kind: 'release-cluster', cluster });
      expect(result).toMatchObject({ done: [], refused: [{ reason, message: expect.stringMatching(said) }] });
      expect(self.records()).toEqual(standing);
    });
  });

  test('a cluster that left the config gives up what its ownership records name, and no other cluster’s', async () => {
    const config = (...names: string[]) =>
      `owner: arena\nclusters: [${names.map(name => `{name: ${name}, region: us-east-1}`).join(', ')}]\nzones: {domains: [example.com]}`;
    const self = harness({
      config: config('a', 'b'),
      clusters: {
        a: { objects: [asks('x.example.com', '192.0.2.1')] },
        b: { objects: [service('y', { hostname: 'y.example.com' }, ['192.0.2.2'])] },
      },
    });
    await self.run();
    const ask = { kind: 'release-cluster', cluster: 'b' } as const;
    await expect(self.move(ask)).rejects.toThrow(/the cluster "b" is in the config/);
    self.config = configOf(config('a'));
    await self.move(ask);
    expect(self.records()).toEqual([
      'a-x.example.com TXT arena service/default/x',
      'x.example.com A 192.0.2.1',
      'y.example.com A 192.0.2.2',
    ]);
    await expectNothingToDo(self);
  });
});
