import { describe, expect, test } from 'vitest';
import { decideClaim } from '../../lib/plan/claims/claims.ts';
import type { ClaimRule } from '../../lib/plan/index.ts';
import { changesOf, endpoint, object, planOf, reasonsOf, snapshot } from '../support/plan.ts';

const rule = (more: Partial<ClaimRule> = {}): ClaimRule => ({
  clusters: [],
  namespaces: [],
  domains: [],
  types: [],
  wildcard: false,
  apex: false,
  underscore: false,
  ...more,
});

const decide = (rules: readonly ClaimRule[], name: string, { type = 'A', from = 'service/a', apex = false } = {}) =>
  decideClaim(rules, { object: object(from), name, type, apex });

describe('without rules', () => {
  test.each<[string, string, boolean]>([
    ['service/a', 'x.example.com', true],
    ['service/a', '*.example.com', true],
    ['service/a', 'example.com', true],
    ['service/a', '_sip._tcp.example.com', true],
    ['service/a', '_acme-challenge.example.com', false],
    ['service/a', 's1._domainkey.example.com', false],
    ['ingress/a', '_dmarc.example.com', false],
    ['httproute/a', '_mta-sts.x.example.com', false],
    ['httproute/a', '*._domainkey.example.com', false],
    ['service/a', 'x_acme-challenge.example.com', true],
    ['crd/a', '_acme-challenge.example.com', true],
  ])('%s may have %s: %s', (from, name, allowed) => {
    expect(decide([], name, { from })).toMatchObject({ allowed });
  });
});

describe('a rule fits by cluster, namespace, domain and type; an empty key means any', () => {
  test.each<[string, Partial<ClaimRule>, string, boolean]>([
    ['nothing said', {}, 'x.example.com', true],
    ['this cluster', { clusters: ['prod'] }, 'x.example.com', true],
    ['clusters with *', { clusters: ['lab', 'pr*'] }, 'x.example.com', true],
    ['another cluster', { clusters: ['prod-*'] }, 'x.example.com', false],
    ['this namespace', { namespaces: ['default'] }, 'x.example.com', true],
    ['namespaces with *', { namespaces: ['d*t'] }, 'x.example.com', true],
    ['another namespace', { namespaces: ['shop'] }, 'x.example.com', false],
    ['the domain itself', { domains: ['x.example.com'] }, 'x.example.com', true],
    ['a name under the domain', { domains: ['example.com'] }, 'a.b.example.com', true],
    ['a name that only ends like it', { domains: ['x.example.com'] }, 'ax.example.com', false],
    ['a name above it', { domains: ['x.example.com'] }, 'example.com', false],
    ['only what is below', { domains: ['.x.example.com'] }, 'x.example.com', false],
    ['a name below', { domains: ['.x.example.com'] }, 'a.x.example.com', true],
    ['one of several domains', { domains: ['y.example.com', 'x.example.com'] }, 'x.example.com', true],
    ['this type', { types: ['AAAA', 'A'] }, 'x.example.com', true],
    ['another type', { types: ['TXT'] }, 'x.example.com', false],
    ['one key of several does not fit', { namespaces: ['default'], clusters: ['lab'] }, 'x.example.com', false],
  ])('%s', (_, keys, name, allowed) => {
    expect(decide([rule(keys)], name)).toMatchObject({ allowed, ...(allowed && { rule: 'claims[0]' }) });
  });
});

describe('wildcards, apexes and underscores need a word of their own', () => {
  test.each<[string, boolean, Partial<ClaimRule>]>([
    ['*.example.com', false, { wildcard: true }],
    ['example.com', true, { apex: true }],
    ['_dmarc.example.com', false, { underscore: true }],
    ['a._tcp.example.com', false, { underscore: true }],
    ['*._tcp.example.com', false, { underscore: true, wildcard: true }],
  ])('%s', (name, apex, keys) => {
    expect(decide([rule()], name, { apex })).toMatchObject({ allowed: false, rule: 'claims[0]' });
    expect(decide([rule(keys)], name, { apex })).toEqual({ allowed: true, rule: 'claims[0]', why: '' });
    for (const key of Object.keys(keys))
      expect(decide([rule({ ...keys, [key]: false })], name, { apex }).why).toContain(`${key}: true`);
  });

  test('of a DNSEndpoint, too', () => {
    expect(decide([rule()], '_dmarc.example.com', { from: 'crd/a' }).allowed).toBe(false);
  });
});

test('the first rule that fits decides, whatever later ones say', () => {
  const rules = [rule({ domains: ['shop.example.com'] }), rule({ domains: ['example.com'], wildcard: true })];
  expect(decide(rules, '*.shop.example.com')).toMatchObject({ allowed: false, rule: 'claims[0]' });
  expect(decide(rules, '*.example.com')).toMatchObject({ allowed: true, rule: 'claims[1]' });
  expect(decide(rules, 'example.net')).toMatchObject({ allowed: false });
  expect(decide(rules, 'example.net')).not.toHaveProperty('rule');
});

const S = 'service/default/a';
const OWNED = ['x.example.com A 203.0.113.1', `a-x.example.com TXT arena ${S}`];
const SHOP = [rule({ namespaces: ['shop'] })];

describe('what is refused', () => {
  test('is not published, and the finding names object, name and reason', () => {
    const output = planOf({ wants: ['service/a x.example.com 203.0.113.1'], settings: { claims: SHOP } });
    expect(changesOf(output)).toEqual([]);
    expect(output.findings).toEqual([
      expect.objectContaining({ reason: 'not-allowed', object: object('service/a'), name: 'x.example.com', type: 'A' }),
    ]);
    expect(output.findings[0]!.message).toContain('none of claims');
  });

  test.each([
    ['as it is', '203.0.113.1'],
    ['with its old target', '203.0.113.9'],
  ])('stays %s where it was published', (_, target) => {
    const wants = [`service/a x.example.com ${target}`];
    const output = planOf({ records: OWNED, wants, settings: { claims: SHOP } });
    expect(changesOf(output)).toEqual([]);
    expect(reasonsOf(output)).toEqual(['not-allowed x.example.com']);
  });

  test('goes when the object asks for it no longer', () => {
    expect(changesOf(planOf({ records: OWNED, settings: { claims: SHOP } }))).toHaveLength(2);
  });

  test('is given to nobody else meanwhile', () => {
    const other = endpoint('service/b x.example.com 203.0.113.2', {
      object: { ...object('service/b'), namespace: 'shop' },
    });
    const wants = ['service/a x.example.com 203.0.113.1', other];
    const output = planOf({ records: OWNED, wants, settings: { claims: SHOP } });
    expect(changesOf(output)).toEqual([]);
    expect(reasonsOf(output).sort()).toEqual(['conflict x.example.com', 'not-allowed x.example.com']);
  });

  test('does not keep another’s record from going, nor its name from being given on', () => {
    const refused = 'service/b x.example.com 203.0.113.2';
    expect(changesOf(planOf({ records: OWNED, wants: [refused], settings: { claims: SHOP } }))).toHaveLength(2);
    const other = endpoint('service/c x.example.com 203.0.113.3', {
      object: { ...object('service/c'), namespace: 'shop' },
    });
    const output = planOf({ records: OWNED, wants: [refused, other], settings: { claims: SHOP } });
    expect(changesOf(output)).toContain('+ x.example.com A 203.0.113.3');
  });

  test('stays where the ownership record still names an object that has gone', () => {
    const wants = ['service/b x.example.com 203.0.113.1'];
    expect(changesOf(planOf({ records: OWNED, wants, settings: { claims: SHOP } }))).toEqual([]);
    const nameless = ['x.example.com A 203.0.113.1', 'a-x.example.com TXT arena'];
    expect(changesOf(planOf({ records: nameless, wants, settings: { claims: SHOP } }))).toEqual([]);
  });

  test('does not compete', () => {
    const claims = [rule({ namespaces: ['shop'] })];
    const other = endpoint('service/z y.example.com 203.0.113.9', {
      object: { ...object('service/z'), namespace: 'shop' },
    });
    const output = planOf({ wants: ['service/a y.example.com 203.0.113.1', other], settings: { claims } });
    expect(changesOf(output)).toContain('+ y.example.com A 203.0.113.9');
  });
});

describe('the types of one name', () => {
  const both = ['service/a x.example.com 203.0.113.1', 'service/a x.example.com 2001:db8::1'];

  test('A, AAAA and CNAME stand or fall together', () => {
    const records = [...OWNED, 'x.example.com AAAA 2001:db8::1', `aaaa-x.example.com TXT arena ${S}`];
    const output = planOf({ records, wants: both, settings: { claims: [rule({ types: ['A'] })] } });
    expect(changesOf(output)).toEqual([]);
    expect(output.findings).toEqual([expect.objectContaining({ reason: 'not-allowed', type: 'AAAA' })]);
  });

  test('a type that is not managed needs no rule', () => {
    const settings = { claims: [rule({ types: ['A'] })], types: ['A'] as const };
    const output = planOf({ wants: ['service/a x.example.com lb.elb.aws'], settings });
    expect(changesOf(output)).toContain('+ x.example.com A -> lb.elb.aws');
  });

  test('an alias counts as what it is published as', () => {
    const wants = ['service/a x.example.com lb.elb.aws'];
    expect(changesOf(planOf({ wants, settings: { claims: [rule({ types: ['CNAME'] })] } }))).toEqual([]);
    expect(changesOf(planOf({ wants, settings: { claims: [rule({ types: ['A', 'AAAA'] })] } }))).toHaveLength(4);
    const settings = { claims: [rule({ types: ['CNAME'] })], preferCname: true };
    expect(changesOf(planOf({ wants, settings }))).toHaveLength(2);
  });

  test('what may be no alias in a private zone is a CNAME there, and counts as that', () => {
    const wants = ['service/a x.example.com lb.elb.aws'];
    const claims = [rule({ types: ['A', 'AAAA'] })];
    const aliasTraitsOf = () => ({ targetHealth: false, privateZones: false });
    expect(changesOf(planOf({ wants, settings: { claims, aliasTraitsOf } }))).toHaveLength(4);
    const elsewhere = [{ id: 'Z2', name: 'example.com', private: true }];
    const output = planOf({ wants, settings: { claims, aliasTraitsOf }, elsewhere });
    expect(changesOf(output)).toEqual([]);
    expect(output.findings).toEqual([expect.objectContaining({ reason: 'not-allowed', type: 'CNAME' })]);
  });

  test('another facet is decided by itself, and its record stays', () => {
    const txt = endpoint('crd/d x.example.com "v"', { type: 'TXT', targets: ['"v"'] });
    const a = endpoint('crd/d x.example.com 203.0.113.1');
    const types = ['A', 'TXT'] as const;
    const wants = [txt, a];
    const open = planOf({
      wants,
      settings: { types },
      snapshots: [snapshot(wants, { kinds: { crd: { complete: true, objects: 1 } } })],
    });
    expect(open.zones[0]!.changes[0]!.creates).toHaveLength(4);
    const closed = planOf({
      settings: { types, claims: [rule({ types: ['A'] })] },
      snapshots: [snapshot(wants, { kinds: { crd: { complete: true, objects: 1 } } })],
    });
    expect(changesOf(closed)).toEqual(['+ a-x.example.com TXT arena crd/default/d', '+ x.example.com A 203.0.113.1']);
    expect(reasonsOf(closed)).toEqual(['not-allowed x.example.com']);
  });
});

test('the apex is the name of any selected zone, one that could not be read, too', () => {
  const settings = { claims: [rule()] };
  const wants = ['service/a example.com 203.0.113.1', 'service/b team.example.com 203.0.113.2'];
  const elsewhere = [{ id: 'Z2', name: 'team.example.com', private: false }];
  expect(reasonsOf(planOf({ wants, settings, elsewhere }))).toEqual([
    'not-allowed example.com',
    'not-allowed team.example.com',
  ]);
});

test('a name outside the domain filter is told to be that', () => {
  expect(reasonsOf(planOf({ wants: ['service/a x.example.net 203.0.113.1'], settings: { claims: SHOP } }))).toEqual([
    'filtered x.example.net',
  ]);
});
