import { describe, expect, test } from 'vitest';
import type { Ask } from '../../lib/reconcile/index.ts';
import type { RecordJson } from '../../local/emulators/route53/index.ts';
import { configOf, EXAMPLE_ZONE, harness } from '../support/harness.ts';
import { expectNothingToDo } from '../support/in-step.ts';
import { NLB, service } from '../support/objects.ts';

const text = (more = '') =>
  `owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\n${more}`;
const address = (name: string, value = '192.0.2.1', more: Partial<RecordJson> = {}): RecordJson => ({
  ...{ name: `${name}.`, type: 'A', ttl: 300, values: [value], ...more },
});
const owned = (name: string, owner: string): RecordJson => ({
  ...{ name: `a-${name}.`, type: 'TXT', ttl: 300 },
  values: [`"heritage=external-dns,external-dns/owner=${owner},external-dns/resource=service/default/x"`],
});
const asks = (name: string, ...targets: string[]) => service('x', { hostname: name }, targets);
const world = (records: RecordJson[], objects = [asks('x.example.com', '192.0.2.1')], more = '') =>
  harness({ config: text(more), zones: [{ ...EXAMPLE_ZONE, records }], clusters: { prod: { objects } } });

type Import = Extract<Ask, { kind: 'import' }>;
const held = (name: string, more: Partial<Import['held'][number]> = {}) => ({
  ...{ name, type: 'A', resource: 'service/default/x', ...more },
});
const asking = (rows: Import['held'], more: Partial<Import> = {}): Import => ({
  ...{ kind: 'import', from: 'arena', held: rows, names: [], unasked: false, ...more },
});

describe('import-registry', () => {
  test('gives a record that the table says is ours its ownership record, and leaves the record as it is', async () => {
    const self = world([address('x.example.com')]);
    expect((await self.run()).counts.unpublished).toBe(1);
    const { moves, done, refused } = await self.move(asking([held('x.example.com')]));
    expect([moves.map(({ name, from, to }) => `${name} ${from} ${to}`), done.length, refused]).toEqual([
      ['x.example.com arena arena'],
      1,
      [],
    ]);
    expect(self.records()).toEqual(['a-x.example.com TXT arena service/default/x', 'x.example.com A 192.0.2.1']);
    await expectNothingToDo(self);
    expect(await self.move(asking([held('x.example.com')]))).toMatchObject({
      moves: [],
      refused: [{ reason: 'warning', message: 'x.example.com: is ours already' }],
    });
  });

  test('both halves of an alias, and each record set of a routed name that the table has', async () => {
    const alias = { dnsName: `${NLB}.`, hostedZoneId: 'Z26RNL4JYFTOTI', evaluateTargetHealth: true };
    const half = (type: string): RecordJson => ({ name: 'x.example.com.', type, alias });
    const self = world([half('A'), half('AAAA')], [asks('x.example.com', NLB)]);
    await self.move(asking([held('x.example.com'), held('x.example.com', { type: 'AAAA' })]));
    expect(self.records().filter(line => line.includes('TXT'))).toHaveLength(2);
    await expectNothingToDo(self);
  });

  test('the very record set of a set identifier', async () => {
    const routed = (setIdentifier: string, value: string) =>
      address('x.example.com', value, { setIdentifier, weight: 10 } as Partial<RecordJson>);
    const weighted = service('x', { hostname: 'x.example.com', 'set-identifier': 'one', 'aws-weight': '10' }, [
      '192.0.2.1',
    ]);
    const self = world([routed('one', '192.0.2.1'), routed('two', '192.0.2.2')], [weighted]);
    await self.move(asking([held('x.example.com', { setIdentifier: 'one' })]));
    expect(self.records()).toEqual([
      'a-x.example.com TXT#one arena service/default/x',
      'x.example.com A#one 192.0.2.1',
      'x.example.com A#two 192.0.2.2',
    ]);
  });

  test('of another owner id becomes that of the config', async () => {
    const self = world([address('x.example.com')]);
    const { moves } = await self.move(asking([held('x.example.com')], { from: 'old' }));
    expect(moves[0]).toMatchObject({ from: 'old', to: 'arena' });
    expect(self.records()).toContain('a-x.example.com TXT arena service/default/x');
    await expectNothingToDo(self);
  });

  test.each<[string, RecordJson[], Import['held'], Partial<Import>, string, RegExp]>([
    [
      'another owner has an ownership record there',
      [address('x.example.com'), owned('x.example.com', 'other')],
      [held('x.example.com')],
      {},
      'not-owned',
      /belongs to the owner "other"/,
    ],
    [
      'the owner itself has one under another id',
      [address('x.example.com'), owned('x.example.com', 'old')],
      [held('x.example.com')],
      { from: 'old' },
      'not-owned',
      /transfer --from/,
    ],
    ['the record is not there', [], [held('x.example.com')], {}, 'warning', /its A does not stand/],
    [
      'it is of another type',
      [address('x.example.com')],
      [held('x.example.com', { type: 'CNAME' })],
      {},
      'warning',
      /its CNAME does not stand/,
    ],
    [
      'it has a set identifier that the table does not name',
      [address('x.example.com')],
      [held('x.example.com', { setIdentifier: 'one' })],
      {},
      'warning',
      /its A "one" does not stand/,
    ],
    [
      'no object asks for it',
      [address('y.example.com')],
      [held('y.example.com')],
      {},
      'not-owned',
      /no object asks for A.*--unasked/,
    ],
    [
      'its type is not managed',
      [{ name: 'm.example.com.', type: 'MX', ttl: 300, values: ['10 mx.example.com.'] }],
      [held('m.example.com', { type: 'MX' })],
      {},
      'filtered',
      /leaves out MX/,
    ],
    [
      'a TXT record that is none of ours has the place of its ownership record',
      [address('x.example.com'), { name: 'a-x.example.com.', type: 'TXT', ttl: 300, values: ['"mine"'] }],
      [held('x.example.com')],
      {},
      'conflict',
      /another TXT record/,
    ],
  ])('nothing where %s', async (_rule, records, rows, more, reason, said) => {
    const self = world(records);
    const before = self.json();
    const { moves, refused } = await self.move(asking(rows, more));
    expect(moves).toEqual([]);
    expect(refused).toEqual([expect.objectContaining({ reason, message: expect.stringMatching(said) })]);
    expect(self.json()).toEqual(before);
  });

  test('only names that were asked for, and what no object asks for where that is said', async () => {
    const records = [address('x.example.com'), address('y.example.com')];
    const rows = [held('x.example.com'), held('y.example.com', { resource: 'service/default/y' })];
    const self = world(records);
    const { done } = await self.move(asking(rows, { names: ['y.*'], unasked: true }));
    expect(done.map(({ name, resource }) => [name, resource])).toEqual([['y.example.com', 'service/default/y']]);
  });

  test('nothing in a zone that the config freezes, or without a registry of TXT records', async () => {
    const frozen = world([address('x.example.com')], undefined, '');
    frozen.config = configOf(text().replace('zones: {', 'zones: {freeze: [example.com], '));
    expect((await frozen.move(asking([held('x.example.com')]))).refused).toEqual([
      expect.objectContaining({ reason: 'frozen' }),
    ]);
    const noop = world([], undefined, 'registry: {type: noop}\npolicy: upsert-only');
    await expect(noop.move(asking([held('x.example.com')]))).rejects.toThrow('registry.type is noop');
  });

  test('nothing where a record was changed between the look and the write', async () => {
    const self = world([address('x.example.com')]);
    let done = false;
    self.hooks = {
      before: async operation => {
        if (operation !== 'changeRecordSets' || done) return;
        done = true;
        const set = (value: string) => ({ name: 'x.example.com', type: 'A' as const, ttl: 300, values: [value] });
        await self.route53({}).changeRecordSets(EXAMPLE_ZONE.id as string, [
          { action: 'DELETE', record: set('192.0.2.1') },
          { action: 'CREATE', record: set('192.0.2.9') },
        ]);
      },
    };
    const { done: made, refused } = await self.move(asking([held('x.example.com')]));
    expect([made, refused.map(({ reason }) => reason)]).toEqual([[], ['conflict']]);
    expect(self.records()).toEqual(['x.example.com A 192.0.2.9']);
  });
});
