import { describe, expect, test } from 'vitest';
import { describeObject, type Endpoint } from '../../lib/model/index.ts';
import { changesOf, endpoint, object, planOf, reasonsOf, record, snapshot, zone } from '../support/plan.ts';

const S = 'service/default/a';

describe('what carries no ownership record of ours is left alone', () => {
  test.each<[string, string[], string[], string[]]>([
    ['a foreign address', ['x.example.com A 192.0.2.1'], [], ['not-owned x.example.com']],
    [
      'an address of another owner',
      ['x.example.com A 192.0.2.1', 'a-x.example.com TXT other'],
      [],
      ['not-owned x.example.com'],
    ],
    ['a foreign CNAME', ['x.example.com CNAME y.example.net'], [], ['not-owned x.example.com']],
    [
      'a foreign AAAA beside our A: the A is still ours',
      ['x.example.com AAAA 2001:db8::1', 'x.example.com A 192.0.2.1', `a-x.example.com TXT arena ${S}`],
      [
        '- a-x.example.com TXT arena service/default/a',
        '- x.example.com A 192.0.2.1',
        '+ a-x.example.com TXT arena service/default/a',
        '+ x.example.com A 203.0.113.1',
      ],
      ['not-owned x.example.com'],
    ],
    [
      'an ownership record of another owner, though the name is free',
      ['a-x.example.com TXT other'],
      [],
      ['conflict x.example.com'],
    ],
    [
      'a foreign TXT where the ownership record would stand',
      [{ name: 'a-x.example.com', type: 'TXT', ttl: 300, values: ['"hello"'] } as unknown as string],
      [],
      ['conflict x.example.com'],
    ],
    [
      'a CNAME where the ownership record would stand',
      ['a-x.example.com CNAME y.example.net'],
      [],
      ['conflict x.example.com'],
    ],
  ])('%s', (_, records, changes, reasons) => {
    const output = planOf({ records, wants: ['service/a x.example.com 203.0.113.1'] });
    expect(changesOf(output)).toEqual(changes);
    expect([...new Set(reasonsOf(output))].sort()).toEqual(reasons.sort());
  });

  test('a bare ownership record of one name does not make another name ours', () => {
    const output = planOf({
      records: ['a-foo.example.com TXT arena', 'a-foo.example.com A 192.0.2.1', 'foo.example.com A 203.0.113.1'],
    });
    expect(changesOf(output)).toEqual(['- a-foo.example.com TXT arena', '- foo.example.com A 203.0.113.1']);
  });

  test('values of others in the TXT of an ownership record survive it', () => {
    const shared = {
      ...record('x.example.com TXT arena'),
      values: [...record('x.example.com TXT arena').values!, '"v=spf1 -all"'],
    };
    expect(changesOf(planOf({ records: ['x.example.com A 192.0.2.1', shared] }))).toEqual([
      '- x.example.com A 192.0.2.1',
      '- x.example.com TXT arena',
      '+ x.example.com TXT "v=spf1 -all"',
    ]);
  });
});

describe('an ownership record of ours that fits no record set', () => {
  const stray = `cname-x.example.com TXT arena ${S}`;

  test.each<[string, string[], string[], string[], string[]]>([
    ['goes when its object is gone', [], [], [`- ${stray}`], []],
    [
      'goes when its object has its record elsewhere',
      ['y.example.com A 203.0.113.1', `a-y.example.com TXT arena ${S}`],
      ['service/a y.example.com 203.0.113.1'],
      [`- ${stray}`],
      [],
    ],
    [
      'stays while its object asks for the name and cannot have it',
      ['x.example.com TXT other'],
      ['service/a x.example.com lb.example.net'],
      [],
      ['warning cname-x.example.com', 'conflict x.example.com'],
    ],
    [
      'stays where it may be of a record without ownership, had the prefix been another',
      ['x.example.com A 203.0.113.1', 'edns-a-x.example.com TXT arena service/default/gone'],
      [],
      [`- ${stray}`],
      ['warning edns-a-x.example.com'],
    ],
    [
      'or the wildcard replacement',
      ['*.w.example.com A 203.0.113.1', 'a-any.w.example.com TXT arena service/default/gone'],
      [],
      [`- ${stray}`],
      ['warning a-any.w.example.com'],
    ],
    [
      'stays below a delegation to zones that are not selected, though its object is gone',
      ['x.example.com NS ns1.elsewhere.net.'],
      ['service/b x.example.com 203.0.113.1'],
      [],
      ['no-zone x.example.com', 'warning cname-x.example.com'],
    ],
  ])('%s', (_, records, wants, changes, reasons) => {
    const output = planOf({ records: [stray, ...records], wants });
    expect(changesOf(output)).toEqual(changes);
    expect([...new Set(reasonsOf(output))].sort()).toEqual(reasons.sort());
  });

  test('of several that stay one finding tells, and names the keys of the config', () => {
    const lost = ['a', 'b'].flatMap(name => [
      `${name}.example.com A 203.0.113.1`,
      `edns-a-${name}.example.com TXT arena service/default/gone`,
    ]);
    const output = planOf({ records: lost });
    expect(changesOf(output)).toEqual([]);
    expect(output.findings).toEqual([
      expect.objectContaining({ reason: 'warning', message: expect.stringMatching(/^2 ownership .*registry\.prefix/) }),
    ]);
  });
});

describe('a name that another owner has laid a claim to', () => {
  const ours = ['x.example.com A 192.0.2.66', `a-x.example.com TXT arena ${S}`];

  test.each([
    ['an older format', 'cname-x.example.com TXT other'],
    ['the oldest, which stands at the name itself', 'x.example.com TXT other'],
  ])('in %s is left alone, with the reason, also when its object goes', (_, claim) => {
    const output = planOf({ records: [...ours, claim], wants: ['service/a x.example.com 203.0.113.1'] });
    expect(changesOf(output)).toEqual([]);
    expect(output.findings[0]).toMatchObject({ reason: 'not-owned', message: expect.stringContaining('"other"') });
    expect(changesOf(planOf({ records: [...ours, claim] }))).toEqual([]);
  });

  test('at the apex, too: a claim without type is not to the zone’s own NS and SOA', () => {
    const records = [
      'example.com NS ns-1.awsdns.com',
      'example.com SOA ns-1.awsdns.com',
      'example.com A 192.0.2.66',
      `_fairlead-apex-a.example.com TXT arena ${S}`,
      'example.com TXT other',
    ];
    expect(changesOf(planOf({ records }))).toEqual([]);
    expect(changesOf(planOf({ records, wants: ['service/a example.com 203.0.113.1'] }))).toEqual([]);
  });

  test('though by its own name the claim would be to another name, unless that has the record', () => {
    const contested = ['a-x.example.com A 192.0.2.66', `a-a-x.example.com TXT arena ${S}`, 'a-x.example.com TXT other'];
    const removal = [`- a-a-x.example.com TXT arena ${S}`, '- a-x.example.com A 192.0.2.66'];
    expect(changesOf(planOf({ records: contested }))).toEqual([]);
    expect(changesOf(planOf({ records: [...contested, 'x.example.com A 192.0.2.1'] }))).toEqual(removal);
  });

  test('but an owner who has the name’s other type has only that', () => {
    const records = [
      'x.example.com A 203.0.113.1',
      `a-x.example.com TXT arena ${S}`,
      'x.example.com AAAA 2001:db8::1',
      'aaaa-x.example.com TXT other',
    ];
    expect(changesOf(planOf({ records }))).toEqual([
      `- a-x.example.com TXT arena ${S}`,
      '- x.example.com A 203.0.113.1',
    ]);
  });
});

describe('older formats of ownership are honoured, and replaced when the record changes', () => {
  const wants = ['service/a x.example.com lb.elb.aws'];
  test.each<[string, string[]]>([
    [
      'cname- before an alias',
      [
        'x.example.com A -> lb.elb.aws',
        'x.example.com AAAA -> lb.elb.aws',
        `cname-x.example.com TXT arena ${S}`,
        `aaaa-x.example.com TXT arena ${S}`,
      ],
    ],
    [
      'the bare name',
      [
        'x.example.com A -> lb.elb.aws',
        `x.example.com TXT arena ${S}`,
        'x.example.com AAAA -> lb.elb.aws',
        `aaaa-x.example.com TXT arena ${S}`,
      ],
    ],
    [
      'the current format',
      [
        'x.example.com A -> lb.elb.aws',
        `a-x.example.com TXT arena ${S}`,
        'x.example.com AAAA -> lb.elb.aws',
        `aaaa-x.example.com TXT arena ${S}`,
      ],
    ],
  ])('%s: in step', (_, records) => {
    expect(changesOf(planOf({ records, wants }))).toEqual([]);
  });

  test('an alias that moves leaves no cname- record behind', () => {
    const records = [
      'x.example.com A -> old.elb.aws',
      'x.example.com AAAA -> old.elb.aws',
      `cname-x.example.com TXT arena ${S}`,
      `aaaa-x.example.com TXT arena ${S}`,
    ];
    expect(changesOf(planOf({ records, wants }))).toEqual([
      `- aaaa-x.example.com TXT arena ${S}`,
      `- cname-x.example.com TXT arena ${S}`,
      '- x.example.com A -> old.elb.aws',
      '- x.example.com AAAA -> old.elb.aws',
      `+ a-x.example.com TXT arena ${S}`,
      `+ aaaa-x.example.com TXT arena ${S}`,
      '+ x.example.com A -> lb.elb.aws',
      '+ x.example.com AAAA -> lb.elb.aws',
    ]);
  });

  test.each<[string, string[]]>([
    [
      'cname- and a-',
      ['x.example.com A -> lb.elb.aws', `a-x.example.com TXT arena ${S}`, `cname-x.example.com TXT arena ${S}`],
    ],
    ['bare and a-', ['x.example.com A 192.0.2.1', `a-x.example.com TXT arena ${S}`, `x.example.com TXT arena ${S}`]],
    [
      'every format, and no record at all',
      [`a-x.example.com TXT arena ${S}`, `cname-x.example.com TXT arena ${S}`, `x.example.com TXT arena ${S}`],
    ],
    ['wildcard', ['*.example.com A 192.0.2.1', `a-*.example.com TXT arena ${S}`]],
    ['apex', ['example.com A 192.0.2.1', `_fairlead-apex-a.example.com TXT arena ${S}`]],
  ])('when the object goes, nothing stays: %s', (_, records) => {
    const output = planOf({ records });
    expect(changesOf(output).sort()).toEqual(records.map(text => `- ${text}`).sort());
    expect(output.zones[0]!.changes).toHaveLength(1);
  });
});

describe('a wildcard replacement makes two names share their ownership records', () => {
  const settings = { naming: { prefix: '', suffix: '', wildcardReplacement: 'any' } };
  const claim = 'a-any.example.com TXT arena';
  test.each<[string, string[], string[]]>([
    ['of the wildcard', ['*.example.com A 192.0.2.1', claim], [`- *.example.com A 192.0.2.1`, `- ${claim}`]],
    ['of the other name', ['any.example.com A 192.0.2.9', claim], [`- ${claim}`, '- any.example.com A 192.0.2.9']],
    ['of neither, where both stand', ['*.example.com A 192.0.2.1', 'any.example.com A 192.0.2.9', claim], []],
  ])('they are %s', (_, records, changes) => {
    expect(changesOf(planOf({ records, settings }))).toEqual(changes);
  });
  test('a wildcard is published with it', () => {
    expect(changesOf(planOf({ wants: ['service/a *.example.com 203.0.113.1'], settings }))).toEqual([
      '+ *.example.com A 203.0.113.1',
      '+ a-any.example.com TXT arena service/default/a',
    ]);
  });
});

describe('the apex of a zone whose ownership ExternalDNS wrote into the zone above', () => {
  const sub = (...records: string[]) => ({
    ...zone(records),
    zone: { id: 'Z2', name: 'sub.example.com', private: false },
  });
  const apex = ['sub.example.com A 203.0.113.1', 'sub.example.com NS ns.example.net'];
  const txt = 'a-sub.example.com TXT arena service/default/a';
  const own = '_fairlead-apex-a.sub.example.com TXT arena service/default/a';
  const lines = (zones: ReturnType<typeof zone>[], ...wants: string[]) => changesOf(planOf({ zones, wants }));

  test('is ours, and in step', () => {
    expect(lines([zone([txt]), sub(...apex)], 'service/a sub.example.com 203.0.113.1')).toEqual([]);
  });

  test('gets an ownership record of its own when it changes, and the one above goes after that', () => {
    expect(lines([zone([txt]), sub(...apex)], 'service/a sub.example.com 203.0.113.2')).toEqual([
      '- sub.example.com A 203.0.113.1',
      `+ ${own}`,
      '+ sub.example.com A 203.0.113.2',
    ]);
    expect(lines([zone([txt]), sub(...apex, own)], 'service/a sub.example.com 203.0.113.1')).toEqual([`- ${txt}`]);
  });

  test('goes with its object, and its ownership record above after it', () => {
    expect(lines([zone([txt]), sub(...apex)])).toEqual(['- sub.example.com A 203.0.113.1']);
    expect(lines([zone([txt]), sub('sub.example.com NS ns.example.net')])).toEqual([`- ${txt}`]);
  });

  test('a private zone’s is not the public one’s', () => {
    const hidden = { ...sub(...apex), zone: { id: 'Z2', name: 'sub.example.com', private: true } };
    expect(lines([zone([txt]), hidden])).toEqual([`- ${txt}`]);
  });
});

describe('records move between our own owners in one change', () => {
  const records = ['x.example.com A 203.0.113.1', 'a-x.example.com TXT eu service/default/a'];
  const eu = (endpoints = [] as never[], more = {}) => snapshot(endpoints, { cluster: 'eu', owner: 'eu', ...more });
  const us = snapshot([{ ...planEndpoint(), object: object('us:service/b') }], { cluster: 'us', owner: 'us' });

  test('when the one no longer asks for the name', () => {
    expect(changesOf(planOf({ records, snapshots: [eu(), us] }))).toEqual([
      '- a-x.example.com TXT eu service/default/a',
      '- x.example.com A 203.0.113.1',
      '+ a-x.example.com TXT us service/default/b',
      '+ x.example.com A 203.0.113.2',
    ]);
  });

  test('but not while the one cannot be read', () => {
    const output = planOf({
      records,
      snapshots: [eu([], { kinds: { service: { complete: false, error: 'timeout' } } }), us],
    });
    expect(changesOf(output)).toEqual([]);
    expect(reasonsOf(output)).toEqual(['frozen x.example.com']);
  });
});

function planEndpoint() {
  return { name: 'x.example.com', type: 'A' as const, targets: ['203.0.113.2'], alias: 'auto' as const };
}

test('an object that asks for the very same as another one is told what that one is told', () => {
  const asking = ['service/a', 'ingress/b'].map(of => endpoint(`${of} x.example.com lb.example.net`));
  const far = { ...asking[0], object: { ...object('service/a'), cluster: 'staging' } } as Endpoint;
  const { findings } = planOf({
    zones: [zone(['x.example.com CNAME y.example.net'])],
    snapshots: [snapshot(asking), snapshot([far], { cluster: 'staging' })],
  });
  const told = findings.map(({ reason, object: of }) => `${reason} ${of && describeObject(of)}`);
  expect(told.sort()).toEqual([
    'not-owned prod: ingress/default/b',
    'not-owned prod: service/default/a',
    'not-owned staging: service/default/a',
  ]);
});
