import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Endpoint } from '../../lib/model/index.ts';
import { withoutAdditions } from '../../lib/plan/index.ts';
import { changesOf, endpoint, planOf, record, SETTINGS, snapshot, ZONE, zone } from '../support/plan.ts';

/** An endpoint of a namespace: `shop/a x.example.com 192.0.2.1`. */
function inNamespace(text: string, more: Partial<Endpoint> = {}): Endpoint {
  const [object, ...rest] = text.split(' ') as [string, ...string[]];
  const [namespace, name] = object.split('/') as [string, string];
  const asked = endpoint(`service/${name} ${rest.join(' ')}`, more);
  return { ...asked, object: { ...asked.object, namespace } };
}

const stands = (namespace: string, name: string, value = '192.0.2.1') => [
  `${name}.example.com A ${value}`,
  `a-${name}.example.com TXT arena service/${namespace}/${name}`,
];
const wants = (namespace: string, name: string, value = '192.0.2.1') =>
  inNamespace(`${namespace}/${name} ${name}.example.com ${value}`);
const names = (lines: readonly string[]) => [...new Set(lines.map(line => line.split(' ')[1]))];

describe('limits.recordsPerNamespace', () => {
  test.each([
    { rule: 'absent, there is none', limit: undefined, published: ['a', 'b', 'c', 'x'] },
    { rule: 'as many as asked for are all published', limit: 6, published: ['a', 'b', 'c', 'x'] },
    { rule: 'ownership records count, and the first by name are published', limit: 4, published: ['a', 'b', 'x'] },
    { rule: 'a name with its ownership record is whole or not there', limit: 5, published: ['a', 'b', 'x'] },
    { rule: 'less than one name takes', limit: 1, published: [] },
  ])('$rule', ({ limit, published }) => {
    const output = planOf({
      wants: [...['a', 'b', 'c'].map(name => wants('shop', name)), wants('other', 'x')],
      settings: limit === undefined ? {} : { recordsPerNamespace: limit },
    });
    expect(names(changesOf(output)).filter(name => !name?.startsWith('a-'))).toEqual(
      published.map(name => `${name}.example.com`),
    );
  });

  test('what is over it is one finding a namespace, with the count and the first names', () => {
    const many = Array.from({ length: 30 }, (_, i) => wants('shop', `n${String(i).padStart(2, '0')}`));
    const { findings } = planOf({ wants: [...many, wants('other', 'x')], settings: { recordsPerNamespace: 10 } });
    expect(findings).toEqual([
      expect.objectContaining({
        reason: 'invalid',
        cluster: 'prod',
        field: 'limits.recordsPerNamespace of the config',
        count: 25,
        message: expect.stringMatching(
          /^prod: 25 names \(n05\.example\.com A, .*n14\.example\.com A, …\) of the namespace shop .* has 10 record sets.* 10 are allowed.*raise limits\.recordsPerNamespace$/,
        ),
      }),
    ]);
  });

  test('what stands counts, stays, is updated and goes, however far over it', () => {
    const output = planOf({
      records: [...stands('shop', 'b'), ...stands('shop', 'c'), ...stands('shop', 'd')],
      wants: [wants('shop', 'a'), wants('shop', 'b'), wants('shop', 'c', '192.0.2.9')],
      settings: { recordsPerNamespace: 3 },
    });
    expect(names(changesOf(output))).toEqual(['a-c.example.com', 'c.example.com', 'a-d.example.com', 'd.example.com']);
    expect(output.findings).toEqual([
      expect.objectContaining({
        reason: 'invalid',
        message: expect.stringMatching(/^prod: 1 name \(a\.example\.com A\)/),
      }),
    ]);
  });

  test('what goes makes room in the same run', () => {
    const output = planOf({
      records: stands('shop', 'z'),
      wants: [wants('shop', 'a')],
      settings: { recordsPerNamespace: 2 },
    });
    expect(names(changesOf(output))).toEqual(['a-a.example.com', 'a.example.com', 'a-z.example.com', 'z.example.com']);
    expect(output.findings).toEqual([]);
  });

  test.each([
    {
      rule: 'a new type beside what stands is refused, and told with its type',
      records: stands('shop', 'a'),
      wants: [wants('shop', 'a'), inNamespace('shop/a a.example.com 2001:db8::1')],
      changes: [],
      told: 'a.example.com AAAA',
    },
    {
      rule: 'an update goes without the new type',
      records: stands('shop', 'a'),
      wants: [wants('shop', 'a', '192.0.2.2'), inNamespace('shop/a a.example.com 2001:db8::1')],
      changes: ['- a.example.com A 192.0.2.1', '+ a.example.com A 192.0.2.2'],
      told: 'a.example.com AAAA',
    },
    {
      rule: 'a CNAME that becomes a pair of aliases becomes an A alias',
      records: ['a.example.com CNAME old.example.net', 'cname-a.example.com TXT arena service/shop/a'],
      wants: [inNamespace('shop/a a.example.com x.elb.aws')],
      changes: ['- a.example.com CNAME old.example.net', '+ a.example.com A -> x.elb.aws'],
      told: 'a.example.com AAAA',
    },
  ])('$rule', ({ records, wants, changes, told }) => {
    const output = planOf({ records, wants, settings: { recordsPerNamespace: 2 } });
    expect(changesOf(output).filter(line => !line.includes(' TXT '))).toEqual(changes);
    expect(output.zones[0]?.changes.every(({ creates, deletes }) => creates.length <= deletes.length)).toBe(true);
    expect(output.findings.map(({ message }) => message)).toEqual([expect.stringContaining(`(${told})`)]);
  });

  test('a namespace is one of its cluster, and counts in each zone by itself', () => {
    const other = { id: 'Z2', name: 'example.net', private: false };
    const shop = (cluster: string, name: string) => {
      const asked = endpoint(`service/x ${name} 192.0.2.1`);
      return { ...asked, object: { ...asked.object, cluster, namespace: 'shop' } };
    };
    const output = planOf({
      zones: [zone([]), zone([], { zone: other })],
      snapshots: [
        snapshot(['a.example.com', 'b.example.com', 'a.example.net'].map(name => shop('prod', name))),
        snapshot([shop('lab', 'c.example.com')], { cluster: 'lab', owner: 'lab' }),
      ],
      settings: { recordsPerNamespace: 2, filter: { ...SETTINGS.filter, domains: [] } },
    });
    expect(names(changesOf(output)).filter(name => !name?.startsWith('a-'))).toEqual([
      'a.example.com',
      'c.example.com',
      'a.example.net',
    ]);
    expect([...output.crowded]).toEqual(['Z1']);
  });

  test.each([
    ['as large a part of a zone that may hold more', 25_000, 2],
    ['the same of one that may hold less', 5_000, 1],
  ])('a namespace may have %s', (_rule, sets, published) => {
    const output = planOf({
      zones: [zone([], { quota: { sets, askedAt: 0 } })],
      wants: ['a', 'b', 'c'].map(name => wants('shop', name)),
      settings: { recordsPerNamespace: 2 },
    });
    expect(output.zones[0]?.changes).toHaveLength(published);
  });

  test('no namespace ever has more of what is new than the limit, and what is refused is counted', () => {
    const asked = fc.record({
      ns: fc.constantFrom('p', 'q', 'r'),
      to: fc.constantFrom('192.0.2.1', 'x.elb.aws', 'y.test'),
    });
    fc.assert(
      fc.property(fc.array(asked, { maxLength: 30 }), fc.integer({ min: 1, max: 20 }), (all, limit) => {
        const output = planOf({
          wants: all.map(({ ns, to }, i) => inNamespace(`${ns}/s${i} n${i}.example.com ${to}`)),
          settings: { recordsPerNamespace: limit },
        });
        const changes = output.zones.flatMap(({ changes }) => changes);
        for (const ns of ['p', 'q', 'r']) {
          const own = changes.filter(({ objects }) => objects[0]?.namespace === ns);
          expect(own.flatMap(({ creates }) => creates).length).toBeLessThanOrEqual(limit);
        }
        const refused = output.findings.reduce((sum, { count = 1 }) => sum + count, 0);
        expect(changes.length + refused).toBe(all.length);
      }),
    );
  });
});

test('an update that must be done without new record sets keeps each swap whole', () => {
  const old = record('x.example.com A 192.0.2.1');
  const change = {
    name: 'x.example.com',
    action: 'update' as const,
    deletes: [old],
    creates: [
      record('x.example.com A 192.0.2.2'),
      record('a-x.example.com TXT arena service/shop/x'),
      record('x.example.com AAAA 2001:db8::1'),
      record('aaaa-x.example.com TXT arena service/shop/x'),
    ],
    owner: 'arena',
    objects: [],
  };
  expect(withoutAdditions(change, ZONE, SETTINGS)?.creates).toEqual(change.creates.slice(0, 2));
  expect(withoutAdditions({ ...change, action: 'create' }, ZONE, SETTINGS)).toBeUndefined();
});
