import { describe, expect, test } from 'vitest';
import { createMemoryStore } from '../../lib/state/index.ts';
import type { RecordJson } from '../../local/emulators/route53/index.ts';
import { configOf, EXAMPLE_ZONE, harness } from '../support/harness.ts';
import { NLB, service } from '../support/objects.ts';

const address = (name: string, value: string): RecordJson => ({
  name: `${name}.example.com.`,
  type: 'A',
  ttl: 300,
  values: [value],
});
const owned = (name: string, owner: string, type = 'a'): RecordJson => ({
  name: `${type}-${name}.example.com.`,
  type: 'TXT',
  ttl: 300,
  values: [`"heritage=external-dns,external-dns/owner=${owner},external-dns/resource=service/default/x"`],
});
const config = (more = 'policy: upsert-only\nregistry: {type: noop}') =>
  `owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\n${more}`;
const asks = (name: string, ...targets: string[]) => service('x', { hostname: `${name}.example.com` }, targets);
const world = (records: RecordJson[], objects = [asks('x', '203.0.113.1')], more?: string) =>
  harness({ config: config(more), zones: [{ ...EXAMPLE_ZONE, records }], clusters: { prod: { objects } } });

describe('registry.type noop', () => {
  test.each<[string, RecordJson[], string[], string | undefined]>([
    ['nothing stands', [], ['x.example.com A 203.0.113.1'], undefined],
    ['a record without ownership stands', [address('x', '192.0.2.1')], ['x.example.com A 203.0.113.1'], undefined],
    ['the very record stands', [address('x', '203.0.113.1')], ['x.example.com A 203.0.113.1'], undefined],
    [
      'another owner has it',
      [address('x', '192.0.2.1'), owned('x', 'other')],
      ['a-x.example.com TXT other service/default/x', 'x.example.com A 192.0.2.1'],
      'not-owned',
    ],
    [
      'another owner has laid a claim to it',
      [owned('x', 'other')],
      ['a-x.example.com TXT other service/default/x'],
      'conflict',
    ],
    [
      'it is ours by an ownership record: that stays as it is',
      [address('x', '192.0.2.1'), owned('x', 'arena')],
      ['a-x.example.com TXT arena service/default/x', 'x.example.com A 203.0.113.1'],
      undefined,
    ],
    [
      'routed record sets stand',
      [{ ...address('x', '192.0.2.1'), setIdentifier: 'one', weight: 1 }],
      ['x.example.com A#one 192.0.2.1'],
      'not-owned',
    ],
    [
      'a record of another type stands, which nobody asks for',
      [{ name: 'x.example.com.', type: 'TXT', ttl: 300, values: ['"v=spf1 -all"'] }],
      ['x.example.com A 203.0.113.1', 'x.example.com TXT "v=spf1 -all"'],
      undefined,
    ],
    [
      'an AAAA stands, which nobody asks for',
      [{ name: 'x.example.com.', type: 'AAAA', ttl: 300, values: ['2001:db8::1'] }],
      ['x.example.com A 203.0.113.1', 'x.example.com AAAA 2001:db8::1'],
      'policy',
    ],
    [
      'a CNAME stands, beside which DNS allows nothing',
      [{ name: 'x.example.com.', type: 'CNAME', ttl: 300, values: ['old.example.net'] }],
      ['x.example.com A 203.0.113.1'],
      undefined,
    ],
  ])('where %s', async (_, records, after, reason) => {
    const self = world(records);
    const result = await self.run();
    expect(self.records()).toEqual(after);
    // Besides, one that asks whether `owner` is right, where all that is asked for is another's.
    const reasons = result.findings.map(one => one.reason).filter(one => one !== 'warning');
    expect(reasons).toEqual(reason === undefined ? [] : [reason]);
    await self.run();
    expect(self.calls).toEqual({});
  });

  test('nothing is removed when its object goes, with the state or without it', async () => {
    const self = world([address('y', '192.0.2.2')]);
    await self.run();
    self.clusters.prod!.objects = [];
    self.state = createMemoryStore();
    await self.run({ force: true });
    expect(self.records()).toEqual(['x.example.com A 203.0.113.1', 'y.example.com A 192.0.2.2']);
  });

  test('with create-only nothing that stands is changed', async () => {
    const self = world([address('x', '192.0.2.1')], [asks('x', NLB)], 'policy: create-only\nregistry: {type: noop}');
    const result = await self.run();
    expect(self.records()).toEqual(['x.example.com A 192.0.2.1']);
    expect(result.reasons).toEqual({ policy: 2 });
  });

  test('a record that somebody changes between reading and writing is read again, and swapped from what is there', async () => {
    const self = world([address('x', '192.0.2.1')]);
    let once = true;
    self.hooks = {
      before: operation => {
        if (operation !== 'changeRecordSets' || !once) return;
        once = false;
        return self.route53({}).changeRecordSets(EXAMPLE_ZONE.id as string, [
          { action: 'DELETE', record: { name: 'x.example.com', type: 'A', ttl: 300, values: ['192.0.2.1'] } },
          { action: 'CREATE', record: { name: 'x.example.com', type: 'A', ttl: 300, values: ['192.0.2.9'] } },
        ]);
      },
    };
    await self.run();
    expect(once).toBe(false);
    expect(self.records()).toEqual(['x.example.com A 203.0.113.1']);
  });

  test('so many names that stand are not changed at once: the guard counts them', async () => {
    const names = Array.from({ length: 60 }, (_, i) => `n${i}`);
    const self = world(
      names.map(name => address(name, '192.0.2.1')),
      names.map(name => service(name, { hostname: `${name}.example.com` }, ['203.0.113.1'])),
    );
    const result = await self.run();
    expect(result.counts).toMatchObject({ updated: 0 });
    expect(result.reasons).toMatchObject({ held: 60 });
    expect(await self.run({ force: true })).toMatchObject({ counts: { updated: 60 } });
  });

  test('from txt to noop and back: what txt has stays owned, what noop made is nobody’s', async () => {
    const self = world([], [asks('x', '203.0.113.1')], 'policy: upsert-only');
    await self.run();
    self.config = configOf(config());
    self.clusters.prod!.objects = [
      asks('x', '203.0.113.2'),
      service('y', { hostname: 'y.example.com' }, ['203.0.113.3']),
    ];
    await self.run();
    self.config = configOf(config('policy: sync'));
    const result = await self.run();
    expect(self.records()).toEqual([
      'a-x.example.com TXT arena service/default/x',
      'x.example.com A 203.0.113.2',
      'y.example.com A 203.0.113.3',
    ]);
    expect(result.findings).toEqual([expect.objectContaining({ reason: 'not-owned', name: 'y.example.com' })]);
  });
});
