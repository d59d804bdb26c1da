import { describe, expect, test } from 'vitest';
import { type Endpoint, MANAGED_TYPES, type ManagedType, type RecordSet } from '../../lib/model/index.ts';
import { changesOf, endpoint, planOf, reasonsOf, ZONE, zone } from '../support/plan.ts';

const ALL = { types: MANAGED_TYPES };
const typed = (type: ManagedType, name: string, values: string[], more: Partial<Endpoint> = {}): Endpoint => ({
  ...endpoint(`crd/x ${name} 192.0.2.1`),
  type,
  targets: values,
  ...more,
});
const set = (name: string, type: string, ...values: string[]): RecordSet => ({ name, type, ttl: 300, values });

describe('records of every type', () => {
  test.each<[ManagedType, string]>([
    ['TXT', '"v=spf1 -all"'],
    ['MX', '10 mx.example.net'],
    ['SRV', '0 1 80 s.example.net.'],
    ['NS', 'ns1.example.net'],
    ['CAA', '0 issue "ca.net"'],
    ['PTR', 'x.example.net'],
    ['NAPTR', '1 2 "s" "x" "" y.net.'],
    ['DS', `1 2 1 ${'AB'.repeat(20)}`],
    ['HTTPS', '1 . alpn="h2"'],
    ['SVCB', '1 x.net'],
  ])('%s: made with an ownership record of its type, recognised, and taken away with it', (type, value) => {
    const wants = [typed(type, 'sub.example.com', [value])];
    const owned = `${type.toLowerCase()}-sub.example.com TXT arena crd/default/x`;
    const made = planOf({ wants, settings: ALL });
    expect(changesOf(made).sort()).toEqual([`+ ${owned}`, `+ sub.example.com ${type} ${value}`].sort());
    const records = [set('sub.example.com', type, value), owned];
    expect(changesOf(planOf({ wants, settings: ALL, records }))).toEqual([]);
    const kinds = { crd: { complete: true as const, objects: 0 } };
    const gone = planOf({ records, settings: ALL, snapshots: [{ ...EMPTY, kinds }] });
    expect(changesOf(gone).sort()).toEqual([`- ${owned}`, `- sub.example.com ${type} ${value}`].sort());
  });

  test('a CNAME takes the place of what its object had there, in one change; beside what stays it is told', () => {
    const wants = [typed('CNAME', 'x.example.com', ['a.example.net'], { alias: 'never' })];
    const records = [set('x.example.com', 'TXT', '"token"'), 'txt-x.example.com TXT arena crd/default/x'];
    const kinds = { crd: { complete: true as const, objects: 1 } };
    const snapshots = [{ ...EMPTY, kinds, endpoints: wants }];
    const made = planOf({ records, settings: ALL, snapshots });
    expect(made.zones.map(({ changes }) => changes.length)).toEqual([1]);
    expect(changesOf(made)).toEqual(
      expect.arrayContaining(['- x.example.com TXT "token"', '+ x.example.com CNAME a.example.net']),
    );
    const kept = planOf({ records, settings: { ...ALL, policy: 'upsert-only' }, snapshots });
    expect(changesOf(kept)).toEqual([]);
    expect(reasonsOf(kept)).toContain('conflict x.example.com');
    const unread = { crd: { complete: false as const, error: 'away' } };
    const other = endpoint('service/a x.example.com a.example.net', { alias: 'never' });
    const service = { complete: true as const, objects: 1 };
    const frozen = planOf({
      records,
      settings: ALL,
      snapshots: [{ ...EMPTY, kinds: { ...unread, service }, endpoints: [other] }],
    });
    expect(changesOf(frozen)).toEqual([]);
  });

  test('of one name stand side by side, whosever they are', () => {
    const records = [set('www.example.com', 'TXT', '"theirs"'), set('www.example.com', 'MX', '10 theirs.net')];
    const wants = ['service/a www.example.com 203.0.113.1', typed('MX', 'www.example.com', ['10 ours.net'])];
    const output = planOf({ records, wants: wants.slice(0, 1), settings: ALL });
    expect(changesOf(output)).toEqual([
      '+ a-www.example.com TXT arena service/default/a',
      '+ www.example.com A 203.0.113.1',
    ]);
    expect(reasonsOf(planOf({ records, wants: wants.slice(1), settings: ALL }))).toEqual(['not-owned www.example.com']);
  });

  test('an address of somebody else’s does not bar a TXT', () => {
    const records = ['www.example.com A 203.0.113.9'];
    const output = planOf({ records, wants: [typed('TXT', 'www.example.com', ['"x"'])], settings: ALL });
    expect(changesOf(output)).toContain('+ www.example.com TXT "x"');
    expect(output.findings).toEqual([]);
  });

  test('whose type is not managed are left alone with their ownership', () => {
    const records = [set('m.example.com', 'MX', '10 x.net'), 'mx-m.example.com TXT arena service/default/x'];
    expect(changesOf(planOf({ records }))).toEqual([]);
    expect(changesOf(planOf({ records, wants: ['service/a m.example.com 203.0.113.1'] }))).toEqual([
      '+ a-m.example.com TXT arena service/default/a',
      '+ m.example.com A 203.0.113.1',
    ]);
  });
});

const EMPTY = {
  cluster: 'prod',
  owner: 'arena',
  endpoints: [],
  holds: [],
  findings: [],
  origin: 'read' as const,
};

describe('beside a CNAME of ours', () => {
  const MX = typed('MX', 'www.example.com', ['10 ours.net']);
  const records = ['www.example.com CNAME lb.example.net', 'cname-www.example.com TXT arena service/default/a'];

  test('that stands and is asked for, another type is refused before Route 53 does', () => {
    const output = planOf({ records, wants: ['service/a www.example.com lb.example.net', MX], settings: ALL });
    expect(changesOf(output)).toEqual([]);
    expect(reasonsOf(output)).toEqual(['conflict www.example.com']);
  });

  test('whose target changes, the CNAME is updated', () => {
    const output = planOf({ records, wants: ['service/a www.example.com lb2.example.net', MX], settings: ALL });
    expect(changesOf(output)).toContain('+ www.example.com CNAME lb2.example.net');
    expect(reasonsOf(output)).toEqual(['conflict www.example.com']);
  });

  test('that becomes an address, another type is made', () => {
    const output = planOf({ records, wants: ['service/a www.example.com 203.0.113.1', MX], settings: ALL });
    expect(changesOf(output)).toContain('+ www.example.com MX 10 ours.net');
    expect(changesOf(output)).toContain('+ www.example.com A 203.0.113.1');
  });

  test('that nobody asks for any more, another type is made', () => {
    const output = planOf({ records, wants: [MX], settings: ALL });
    expect(changesOf(output)).toContain('- www.example.com CNAME lb.example.net');
    expect(changesOf(output)).toContain('+ www.example.com MX 10 ours.net');
  });
});

test('a host whose name looks like an ownership record of a type that ExternalDNS does not know keeps its own', () => {
  const records = ['https-shop.example.com A 203.0.113.1', 'https-shop.example.com TXT arena service/default/a'];
  const wants = ['service/a https-shop.example.com 203.0.113.1'];
  const both = [...records, 'shop.example.com A 203.0.113.2', 'a-shop.example.com TXT arena service/default/b'];
  expect(changesOf(planOf({ records, wants, settings: ALL }))).toEqual([]);
  expect(
    changesOf(planOf({ records: both, wants: [...wants, 'service/b shop.example.com 203.0.113.2'], settings: ALL })),
  ).toEqual([]);
});

describe('what no object may do', () => {
  test('write the NS records of a zone’s apex', () => {
    const records = [set('example.com', 'NS', 'ns-1.awsdns.com')];
    const output = planOf({ records, wants: [typed('NS', 'example.com', ['ns.evil.net'])], settings: ALL });
    expect(changesOf(output)).toEqual([]);
    expect(reasonsOf(output)).toEqual(['conflict example.com']);
  });

  test.each([
    [
      'of a record that is there',
      ['www.example.com A 203.0.113.1', 'a-www.example.com TXT arena service/default/a'],
      ['service/a www.example.com 203.0.113.1'],
    ],
    ['of a record that is to come', [], ['service/a www.example.com 203.0.113.1']],
    ['of a record that may come', [], []],
  ])('write a TXT at the name of the ownership record %s', (_rule, records, wants) => {
    const output = planOf({ records, wants: [...wants, typed('TXT', 'a-www.example.com', ['"x"'])], settings: ALL });
    expect(changesOf(output).filter(line => line.includes('"x"'))).toEqual([]);
    expect(reasonsOf(output)).toEqual(['conflict a-www.example.com']);
    if (wants.length > 0 && records.length === 0)
      expect(changesOf(output)).toContain('+ www.example.com A 203.0.113.1');
  });
});

describe('what an object says of its records', () => {
  const NLB = 'x.elb.aws';
  const one = (text: string, more: Partial<Endpoint>, settings = {}) =>
    planOf({ wants: [endpoint(text, more)], settings }).zones[0]?.changes[0]?.creates.filter(
      ({ type }) => type !== 'TXT',
    );

  test.each([
    [undefined, 300],
    [30, 120],
    [600, 600],
  ])('a TTL of %s has a floor of 120', (ttl, expected) => {
    const more = ttl === undefined ? {} : { ttl };
    expect(one('service/a a.example.com 203.0.113.1', more, { minTtl: 120 })).toMatchObject([{ ttl: expected }]);
    expect(one('service/a a.example.com x.example.net', more, { minTtl: 120 })).toMatchObject([{ ttl: expected }]);
  });

  test('target health goes before the config', () => {
    expect(one(`service/a a.example.com ${NLB}`, { evaluateTargetHealth: false })).toMatchObject([
      { type: 'A', alias: { evaluateTargetHealth: false } },
      { type: 'AAAA', alias: { evaluateTargetHealth: false } },
    ]);
    expect(one(`service/a a.example.com ${NLB}`, {})).toMatchObject([{ alias: { evaluateTargetHealth: true } }, {}]);
  });

  test('an alias may be of one type', () => {
    expect(one(`service/a a.example.com ${NLB}`, { aliasTypes: ['A'] })?.map(({ type }) => type)).toEqual(['A']);
  });
});

describe('a pinned hosted zone', () => {
  const PRIVATE = { id: 'Z2', name: 'example.com', private: true };
  const zones = [zone([]), zone([], { zone: PRIVATE })];
  const pinned = (zoneId: string) => endpoint('service/a a.example.com 203.0.113.1', { zoneId });
  const where = (output: ReturnType<typeof planOf>) =>
    output.zones.filter(({ changes }) => changes.length > 0).map(each => each.zone.id);

  test.each([
    [ZONE.id, [ZONE.id]],
    ['Z2', ['Z2']],
  ])('%s is the only one in which the name is published', (zoneId, expected) => {
    const output = planOf({ zones, wants: [pinned(zoneId)] });
    expect(where(output)).toEqual(expected);
    expect(output.findings).toEqual([]);
  });

  test('that is not among those of the name publishes nothing', () => {
    const output = planOf({ zones, wants: [pinned('Z9')] });
    expect(where(output)).toEqual([]);
    expect(reasonsOf(output)).toEqual(['no-zone a.example.com']);
  });

  test('leaves the other zones to others', () => {
    const output = planOf({ zones, wants: [pinned('Z2'), endpoint('ingress/b a.example.com 203.0.113.2')] });
    expect(where(output)).toEqual([ZONE.id, 'Z2']);
    const creates = output.zones.map(({ changes }) =>
      changes.flatMap(change => change.creates.flatMap(({ values }) => values)),
    );
    expect(creates[0]).toContain('203.0.113.2');
  });
});
