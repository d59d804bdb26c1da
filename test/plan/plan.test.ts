import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Endpoint } from '../../lib/model/index.ts';
import { changesOf, endpoint, object, planOf, reasonsOf, snapshot, zone } from '../support/plan.ts';

const S = 'service/default/a';
const OWNED = [`x.example.com A 203.0.113.1`, `a-x.example.com TXT arena ${S}`];

describe('what objects ask for becomes record sets', () => {
  test.each<[string, (string | Endpoint)[], string[]]>([
    [
      'addresses',
      ['service/a x.example.com 203.0.113.1 203.0.113.2'],
      ['+ a-x.example.com TXT arena service/default/a', '+ x.example.com A 203.0.113.1 203.0.113.2'],
    ],
    [
      'an AWS name: aliases',
      ['service/a x.example.com lb.elb.aws'],
      [
        '+ a-x.example.com TXT arena service/default/a',
        '+ aaaa-x.example.com TXT arena service/default/a',
        '+ x.example.com A -> lb.elb.aws',
        '+ x.example.com AAAA -> lb.elb.aws',
      ],
    ],
    [
      'another name: CNAME',
      ['service/a x.example.com lb.example.net'],
      ['+ cname-x.example.com TXT arena service/default/a', '+ x.example.com CNAME lb.example.net'],
    ],
    [
      'alias: "false"',
      [endpoint('service/a x.example.com lb.elb.aws', { alias: 'never' })],
      ['+ cname-x.example.com TXT arena service/default/a', '+ x.example.com CNAME lb.elb.aws'],
    ],
    [
      'the apex',
      ['service/a example.com 203.0.113.1'],
      ['+ _fairlead-apex-a.example.com TXT arena service/default/a', '+ example.com A 203.0.113.1'],
    ],
  ])('%s', (_, wants, expected) => {
    expect(changesOf(planOf({ wants }))).toEqual(expected);
  });

  test('an alias into the zone has the types of its target and comes after it', () => {
    const wants = [
      endpoint('service/a a.example.com z.example.com', { alias: 'always' }),
      'service/z z.example.com 203.0.113.1',
    ];
    const output = planOf({ wants });
    expect(output.zones[0]!.changes.map(({ name }) => name)).toEqual(['z.example.com', 'a.example.com']);
    expect(changesOf(output)).toContain('+ a.example.com A -> z.example.com');
    expect(changesOf(output).join()).not.toContain('AAAA');
  });

  test.each<[string, Endpoint, string]>([
    ['a CNAME at the apex', endpoint('service/a example.com lb.example.net'), 'apex'],
    [
      'an alias to nothing',
      endpoint('service/a x.example.com lb.example.net', { alias: 'always' }),
      'neither a name of an AWS service',
    ],
    [
      'a label too long for its ownership record',
      endpoint(`service/a ${'a'.repeat(62)}.example.com 203.0.113.1`),
      'more than 63 characters',
    ],
  ])('%s is refused with a reason that says what to do', (_, want, words) => {
    const output = planOf({ wants: [want] });
    expect(changesOf(output)).toEqual([]);
    expect(output.findings).toEqual([
      expect.objectContaining({ reason: 'conflict', object: want.object, message: expect.stringContaining(words) }),
    ]);
  });

  test('a CNAME cannot stand beside other records, and the reason names them', () => {
    const mx = { name: 'x.example.com', type: 'MX', ttl: 300, values: ['10 mail.example.net'] };
    const output = planOf({ records: [mx], wants: ['service/a x.example.com lb.example.net'] });
    expect(changesOf(output)).toEqual([]);
    expect(output.findings[0]!.message).toContain('MX');
  });
});

describe('one name, several objects', () => {
  test.each<[string, (string | Endpoint)[], string[], string[]]>([
    [
      'addresses of Services are merged under the first of them',
      ['service/b y.example.com 203.0.113.1', 'service/a y.example.com 203.0.113.2'],
      ['+ a-y.example.com TXT arena service/default/a', '+ y.example.com A 203.0.113.1 203.0.113.2'],
      ['merged y.example.com', 'merged y.example.com'],
    ],
    [
      'a Service and an Ingress are not: the smaller address wins',
      ['ingress/i m.example.com 203.0.113.4', 'service/s m.example.com 203.0.113.3'],
      ['+ a-m.example.com TXT arena service/default/s', '+ m.example.com A 203.0.113.3'],
      ['conflict m.example.com'],
    ],
    [
      'a Service’s IPv4 and an Ingress’s IPv6 do not exclude each other',
      ['service/s d.example.com 203.0.113.3', 'ingress/i d.example.com 2001:db8::4'],
      [
        '+ a-d.example.com TXT arena service/default/s',
        '+ aaaa-d.example.com TXT arena ingress/default/i',
        '+ d.example.com A 203.0.113.3',
        '+ d.example.com AAAA 2001:db8::4',
      ],
      ['merged d.example.com', 'merged d.example.com'],
    ],
    [
      'an address beats a name',
      ['service/a t.example.com lb.example.net', 'service/b t.example.com 203.0.113.5'],
      ['+ a-t.example.com TXT arena service/default/b', '+ t.example.com A 203.0.113.5'],
      ['conflict t.example.com'],
    ],
    [
      'those who ask for the same are all served',
      ['ingress/b w.example.com lb.example.net', 'ingress/a w.example.com lb.example.net'],
      ['+ cname-w.example.com TXT arena ingress/default/a', '+ w.example.com CNAME lb.example.net'],
      [],
    ],
  ])('%s', (_, wants, changes, reasons) => {
    const output = planOf({ wants });
    expect(changesOf(output)).toEqual(changes);
    expect(reasonsOf(output)).toEqual(reasons);
  });

  test('the present owner keeps the name, whoever comes along', () => {
    const output = planOf({
      records: ['x.example.com A 203.0.113.9', 'a-x.example.com TXT arena ingress/default/i'],
      wants: ['ingress/i x.example.com 203.0.113.9', 'service/s x.example.com 203.0.113.1'],
    });
    expect(changesOf(output)).toEqual([]);
    expect(output.findings).toEqual([expect.objectContaining({ reason: 'conflict', object: object('service/s') })]);
  });

  test('of two clusters, too', () => {
    const eu = snapshot([endpoint('eu:service/a x.example.com 203.0.113.1')], { cluster: 'eu', owner: 'eu' });
    const us = snapshot([endpoint('us:service/a x.example.com 203.0.113.2')], { cluster: 'us', owner: 'us' });
    const output = planOf({
      records: ['x.example.com A 203.0.113.2', 'a-x.example.com TXT us service/default/a'],
      snapshots: [eu, us],
    });
    expect(changesOf(output)).toEqual([]);
    expect(output.findings).toEqual([expect.objectContaining({ reason: 'conflict', object: object('eu:service/a') })]);
  });
});

describe('policies', () => {
  const cname = ['x.example.com CNAME lb.example.net', `cname-x.example.com TXT arena ${S}`];
  test.each<[string, 'sync' | 'upsert-only' | 'create-only', string[], string[], number, string[]]>([
    ['removes', 'sync', OWNED, [], 2, []],
    ['keeps', 'upsert-only', OWNED, [], 0, ['policy x.example.com']],
    ['keeps', 'create-only', OWNED, [], 0, ['policy x.example.com']],
    ['updates', 'upsert-only', OWNED, ['service/a x.example.com 203.0.113.2'], 4, []],
    ['does not update', 'create-only', OWNED, ['service/a x.example.com 203.0.113.2'], 0, ['policy x.example.com']],
    ['exchanges the type', 'upsert-only', cname, ['service/a x.example.com 203.0.113.2'], 4, []],
    [
      'does not exchange the type',
      'create-only',
      cname,
      ['service/a x.example.com 203.0.113.2'],
      0,
      ['policy x.example.com', 'policy x.example.com'],
    ],
    ['creates', 'create-only', [], ['service/a x.example.com 203.0.113.2'], 2, []],
  ])('%s with %s', (_, policy, records, wants, changes, reasons) => {
    const output = planOf({ records, wants, settings: { policy } });
    expect(changesOf(output)).toHaveLength(changes);
    expect(reasonsOf(output)).toEqual(reasons);
  });
});

describe('nothing is taken away on the word of what was not read', () => {
  const unread = (kinds: Record<string, string>) =>
    snapshot([], {
      kinds: Object.fromEntries(
        ['service', 'ingress'].map(kind => [
          kind,
          kinds[kind] ? { complete: false, error: kinds[kind] } : { complete: true, objects: 0 },
        ]),
      ),
    });
  test.each<[string, Record<string, string>, boolean]>([
    ['the record’s own kind', { service: 'denied' }, true],
    ['another kind', { ingress: 'denied' }, false],
    ['everything', { service: 'timeout', ingress: 'timeout' }, true],
  ])('%s was not read', (_, kinds, frozen) => {
    const output = planOf({ records: OWNED, snapshots: [unread(kinds)] });
    expect(changesOf(output)).toHaveLength(frozen ? 0 : 2);
    expect(reasonsOf(output)).toEqual(frozen ? ['frozen x.example.com'] : []);
  });

  test('a merged address record does not shrink', () => {
    const records = ['y.example.com A 203.0.113.1 203.0.113.2', 'a-y.example.com TXT arena service/default/a'];
    const half = {
      ...unread({ service: 'page 2 failed' }),
      endpoints: [endpoint('service/a y.example.com 203.0.113.1')],
    };
    expect(changesOf(planOf({ records, snapshots: [half] }))).toEqual([]);
  });

  test('a record of a kind that fairlead cannot list stays until a person forces it', () => {
    const records = ['x.example.com A 203.0.113.1', 'a-x.example.com TXT arena crd/default/a'];
    expect(reasonsOf(planOf({ records }))).toEqual(['frozen x.example.com']);
    expect(changesOf(planOf({ records, forced: ['prod'] }))).toHaveLength(2);
  });

  test.each([
    ['its name', { object: object('service/b'), name: 'x.example.com', message: '' }],
    ['its object', { object: object('service/a'), message: '' }],
  ])('a hold on %s keeps it', (_, hold) => {
    expect(changesOf(planOf({ records: OWNED, snapshots: [snapshot([], { holds: [hold] })] }))).toEqual([]);
  });

  test('a hold does not keep an ownership record whose record somebody removed', () => {
    const hold = { object: object('service/b'), name: 'x.example.com', message: '' };
    const records = ['a-x.example.com TXT arena service/default/a'];
    expect(changesOf(planOf({ records, snapshots: [snapshot([], { holds: [hold] })] }))).toEqual([
      '- a-x.example.com TXT arena service/default/a',
    ]);
  });
});

describe('an ownership record whose record somebody removed keeps the name for its object', () => {
  const A = 'a-x.example.com TXT arena service/default/b';
  const AAAA = ['x.example.com AAAA 2001:db8::1', 'aaaa-x.example.com TXT arena service/default/a'];
  const other = 'ingress/c x.example.com 192.0.2.1';

  test.each<[string, string[]]>([
    ['where nothing stands', [A]],
    ['where a record of another type stands whose object has given it up', [A, ...AAAA]],
  ])('%s', (_, records) => {
    const changes = changesOf(planOf({ records, wants: [other, 'service/b x.example.com 203.0.113.1'] }));
    expect(changes).toContain('+ x.example.com A 203.0.113.1');
    expect(changes).toContain('+ a-x.example.com TXT arena service/default/b');
  });

  test('but goes after one whose record stands', () => {
    const wants = ['service/a x.example.com 2001:db8::1', 'ingress/b x.example.com 192.0.2.1'];
    const records = ['a-x.example.com TXT arena ingress/default/b', ...AAAA];
    const { changes } = planOf({ records, wants, settings: { merge: 'object' } }).zones[0]!;
    expect(changes).toEqual([]);
  });
});

describe('the guard', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, i) => [
      `n${i}.example.com A 203.0.113.1`,
      `a-n${i}.example.com TXT arena service/default/s${i}`,
    ]).flat();
  const removed = (output: ReturnType<typeof planOf>) => output.zones[0]!.changes.length;
  const keep = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => `service/s${from + i} n${from + i}.example.com 203.0.113.1`);

  test.each([
    [10, 10, 0, 10, 'as many as the count'],
    [11, 11, 0, 0, 'more than the count'],
    [100, 20, 80, 20, 'as many as the share'],
    [100, 21, 79, 0, 'more than the share'],
  ])('of %i record sets, %i vanish: %s', (owned, vanish, left, expected) => {
    const output = planOf({ records: many(owned), wants: keep(vanish, owned) });
    expect(owned - vanish).toBe(left);
    expect(removed(output)).toBe(expected);
    expect(output.findings.filter(({ reason }) => reason === 'held')).toHaveLength(vanish - expected);
  });

  test('force lets them through, for the clusters named only', () => {
    expect(removed(planOf({ records: many(50), forced: ['prod'] }))).toBe(50);
    expect(removed(planOf({ records: many(50), forced: ['other'] }))).toBe(0);
  });

  test('a held removal does not hold up the rest', () => {
    expect(changesOf(planOf({ records: many(50), wants: ['service/new new.example.com 203.0.113.1'] }))).toEqual([
      '+ a-new.example.com TXT arena service/default/new',
      '+ new.example.com A 203.0.113.1',
    ]);
  });

  test('a removal waits for its grace period', () => {
    const guard = {
      maxDeletes: { count: 10, percent: 20 },
      maxUpdates: { count: 50, percent: 50 },
      deleteAfterMs: 60_000,
    };
    const first = planOf({ records: OWNED, settings: { guard }, now: 1000 });
    expect(reasonsOf(first)).toEqual(['grace x.example.com']);
    const unwantedSince = first.unwantedSince.get('Z1')!;
    const at = (now: number) =>
      changesOf(planOf({ zones: [zone(OWNED, { unwantedSince })], settings: { guard }, now }));
    expect(at(60_999)).toEqual([]);
    expect(at(61_000)).toHaveLength(2);
  });
});

describe('names that get in each other’s way', () => {
  test('an ownership record and a CNAME of the same name: the first goes ahead, the second is told why', () => {
    const output = planOf({
      wants: ['service/a foo.example.com 203.0.113.1', 'service/b a-foo.example.com lb.example.net'],
    });
    expect(changesOf(output)).toEqual([
      '+ a-foo.example.com CNAME lb.example.net',
      '+ cname-a-foo.example.com TXT arena service/default/b',
    ]);
    expect(output.findings).toEqual([
      expect.objectContaining({
        reason: 'conflict',
        object: object('service/a'),
        message: expect.stringContaining('registry.prefix'),
      }),
    ]);
  });

  test('an ownership record that stands already keeps its name', () => {
    const records = ['foo.example.com A 203.0.113.1', 'a-foo.example.com TXT arena service/default/a'];
    const output = planOf({
      records,
      wants: ['service/a foo.example.com 203.0.113.1', 'service/b a-foo.example.com lb.example.net'],
    });
    expect(changesOf(output)).toEqual([]);
    expect(output.findings).toEqual([expect.objectContaining({ reason: 'conflict', object: object('service/b') })]);
  });

  test('a wildcard and the name of its replacement', () => {
    const settings = { naming: { prefix: '', suffix: '', wildcardReplacement: 'any' } };
    const output = planOf({
      wants: ['service/a *.example.com 203.0.113.1', 'service/b any.example.com 203.0.113.2'],
      settings,
    });
    expect(changesOf(output)).toEqual([
      '+ *.example.com A 203.0.113.1',
      '+ a-any.example.com TXT arena service/default/a',
    ]);
    expect(reasonsOf(output)).toEqual(['conflict any.example.com']);
  });
});

describe('names without a place', () => {
  test.each([
    ['outside the domains', 'x.example.net', 'filtered'],
    ['excluded', 'x.skip.example.com', 'filtered'],
    ['in no zone', 'x.example.org', 'no-zone'],
  ])('%s', (_, name, reason) => {
    const filter = {
      domains: ['example.com', 'example.org'],
      excludeDomains: ['skip.example.com'],
      type: 'any' as const,
      ids: [],
    };
    expect(reasonsOf(planOf({ wants: [`service/a ${name} 203.0.113.1`], settings: { filter } }))).toEqual([
      `${reason} ${name}`,
    ]);
  });

  test('a record of ours outside the domain filter is left alone', () => {
    const filter = { domains: ['example.com'], excludeDomains: ['x.example.com'], type: 'any' as const, ids: [] };
    expect(changesOf(planOf({ records: OWNED, settings: { filter } }))).toEqual([]);
  });
});

const names = fc.constantFrom('a', 'b', '*', 'a-b', 'cname-a').map(label => `${label}.example.com`);
const someRecord = fc.oneof(
  fc.tuple(names, fc.constantFrom('203.0.113.1', '203.0.113.2')).map(([name, value]) => `${name} A ${value}`),
  names.map(name => `${name} AAAA 2001:db8::1`),
  names.map(name => `${name} CNAME lb.example.net`),
  fc
    .tuple(fc.constantFrom('', 'a-', 'aaaa-', 'cname-'), names, fc.constantFrom('arena', 'other'))
    .map(([prefix, name, owner]) => `${prefix}${name} TXT ${owner} service/default/a`),
);
const someWant = fc
  .tuple(
    fc.constantFrom('service/a', 'service/b', 'ingress/a'),
    names,
    fc.constantFrom('203.0.113.1', '2001:db8::2', 'lb.example.net', 'lb.elb.aws'),
  )
  .map(parts => endpoint(parts.join(' ')));
const distinct = (records: readonly string[]) => [
  ...new Map(records.map(text => [text.split(' ').slice(0, 2).join(' '), text])).values(),
];

describe('for every zone and every wish', () => {
  test('the plan does not depend on the order of its input', () => {
    fc.assert(
      fc.property(fc.array(someRecord), fc.array(someWant), fc.infiniteStream(fc.nat()), (records, wants, noise) => {
        const shuffled = <T>(items: readonly T[]) =>
          items
            .map(item => ({ item, at: noise.next().value as number }))
            .sort((a, b) => a.at - b.at)
            .map(({ item }) => item);
        const one = planOf({ records: distinct(records), wants });
        const two = planOf({ records: shuffled(distinct(records)), wants: shuffled(wants) });
        expect(JSON.stringify([two.zones, two.findings])).toBe(JSON.stringify([one.zones, one.findings]));
      }),
      { numRuns: 500 },
    );
  });

  test.each<[string, string[], string[]]>([
    [
      'one object asks for a name twice, and the ownership record that stands there says no more than the object',
      ['cname-any.example.com TXT arena service/default/a'],
      ['service/a any.example.com lb.example.net', 'service/a any.example.com lb.elb.aws'],
    ],
    [
      'an ownership record may be of either of two record sets under another naming',
      [
        'cname-a-b.example.com TXT arena service/default/a',
        'a-b.example.com CNAME lb.example.net',
        'cname-a.example.com A 203.0.113.1',
        'b.example.com A 203.0.113.1',
      ],
      ['service/a cname-a.example.com 203.0.113.1', 'service/a b.example.com 203.0.113.1'],
    ],
  ])('nor where %s', (_, records, wants) => {
    const [one, two] = [
      planOf({ records, wants }),
      planOf({ records: records.toReversed(), wants: wants.toReversed() }),
    ];
    expect([two.zones, two.findings]).toEqual([one.zones, one.findings]);
  });

  test('no record set is deleted that is not ours, and every delete names one that stands there', () => {
    fc.assert(
      fc.property(fc.array(someRecord), fc.array(someWant), (records, wants) => {
        const standing = distinct(records);
        for (const line of changesOf(planOf({ records: standing, wants })).filter(change => change.startsWith('-'))) {
          expect(standing).toContain(line.slice(2));
          expect(line).not.toContain('TXT other');
        }
      }),
      { numRuns: 500 },
    );
  });

  // A creation may tell of which record an ownership record is not, and its removal may free a name.
  test('it settles: at the latest the third plan over the outcome leaves nothing to do', () => {
    fc.assert(
      fc.property(fc.array(someRecord), fc.array(someWant), (records, wants) => {
        const next = (standing: readonly string[]) => {
          const lines = changesOf(planOf({ records: standing, wants, forced: ['prod'] }));
          const gone = new Set(lines.filter(line => line.startsWith('-')).map(line => line.slice(2)));
          return [
            ...standing.filter(line => !gone.has(line)),
            ...lines.filter(line => line.startsWith('+')).map(line => line.slice(2)),
          ];
        };
        const settled = next(next(next(distinct(records))));
        expect(changesOf(planOf({ records: settled, wants, forced: ['prod'] }))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
