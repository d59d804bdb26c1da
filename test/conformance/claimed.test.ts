import { describe, expect, test } from 'vitest';
import { ingress, type KubernetesObject, NLB, service } from '../support/objects.ts';
import { type Outcome, play, type Row } from './table.ts';

const ONE = '203.0.113.1';
const web = (host: string, namespace = 'shop', target = ONE, more: Record<string, string> = {}) =>
  service('web', { hostname: host, ...more }, [target], namespace);
const of = (namespace = 'shop', cluster = 'c1') => `(${cluster} service/${namespace}/web)`;
const endpoint = (dnsName: string, recordType: string, target: string, namespace = 'shop'): KubernetesObject => ({
  apiVersion: 'externaldns.k8s.io/v1alpha1',
  kind: 'DNSEndpoint',
  metadata: { name: 'web', namespace },
  spec: { endpoints: [{ dnsName, recordType, targets: [target] }] },
});
const CRD = 'sources: [service, crd]\nrecords: {types: [A, AAAA, CNAME, TXT]}\n';

/** One rule, or several; the name that shop/web of c1 asks for, and whether it gets it. */
const RULES: readonly (readonly [claims: string, name: string, allowed: boolean])[] = [
  ['{domains: [shop.example.com]}', 'shop.example.com', true],
  ['{domains: [shop.example.com]}', 'a.shop.example.com', true],
  ['{domains: [shop.example.com]}', 'ashop.example.com', false],
  ['{domains: [.shop.example.com]}', 'shop.example.com', false],
  ['{domains: [.shop.example.com]}', 'a.shop.example.com', true],
  ['{namespaces: [shop]}', 'x.example.com', true],
  ['{namespaces: ["sh*"]}', 'x.example.com', true],
  ['{namespaces: ["*op"]}', 'x.example.com', true],
  ['{namespaces: ["*"]}', 'x.example.com', true],
  ['{namespaces: ["s*p", other]}', 'x.example.com', true],
  ['{namespaces: ["shop-*"]}', 'x.example.com', false],
  ['{namespaces: [shops]}', 'x.example.com', false],
  ['{clusters: [c1]}', 'x.example.com', true],
  ['{clusters: ["c*"]}', 'x.example.com', true],
  ['{clusters: [c2]}', 'x.example.com', false],
  ['{types: [A]}', 'x.example.com', true],
  ['{types: [CNAME]}', 'x.example.com', false],
  ['{clusters: [c1], namespaces: [other], domains: [example.com]}', 'x.example.com', false],
  ['{clusters: [c1], namespaces: [shop], domains: [example.com], types: [A]}', 'x.example.com', true],
  ['{}', '*.example.com', false],
  ['{wildcard: true}', '*.example.com', true],
  ['{}', 'example.com', false],
  ['{apex: true}', 'example.com', true],
  ['{}', '_sip.example.com', false],
  ['{underscore: true}', '_sip.example.com', true],
  ['{underscore: true}', '_acme-challenge.example.com', true],
  ['{underscore: true}', '*._tcp.example.com', false],
  ['{underscore: true, wildcard: true}', '*._tcp.example.com', true],
  // The first that fits decides.
  ['{domains: [x.example.com], namespaces: [other]}, {domains: [example.com]}', 'x.example.com', true],
  ['{namespaces: [shop]}, {domains: [example.com], wildcard: true}', '*.example.com', false],
  ['{namespaces: [shop], wildcard: true}, {domains: [example.com]}', '*.example.com', true],
];

describe('the first rule that fits decides, and what none allows is told on the object', () => {
  test.each(RULES)('claims: [%s]: %s: %s', async (claims, name, allowed) => {
    expect(await play({ config: `claims: [${claims}]`, steps: [{ c1: [web(name)] }] })).toEqual({
      leaves: allowed ? [`${name} A ${ONE} ${of()}`] : [],
      told: allowed ? [] : ['not-allowed c1 web'],
      batches: allowed ? 1 : 0,
    });
  });

  test.each(RULES.filter(([, , allowed]) => !allowed))(
    'what was published before the rules is held until it is asked for no longer: [%s]: %s',
    async (claims, name) => {
      const row = { config: ['', `claims: [${claims}]`] };
      const before = name.startsWith('_') ? `underscore: true` : '';
      const config = [before ? `claims: [{${before}}]` : '', `claims: [${claims}]`];
      const asks = [{ c1: [web(name)] }, { c1: [web(name, 'shop', '203.0.113.9')] }];
      expect(await play({ ...row, config, steps: asks })).toEqual({
        leaves: [`${name} A ${ONE} ${of()}`],
        told: ['not-allowed c1 web'],
        batches: 0,
      });
      expect(await play({ ...row, config, steps: [...asks, { c1: [] }] })).toEqual({
        leaves: [],
        told: [],
        batches: 1,
      });
    },
  );
});

interface ClaimedCase extends Row {
  readonly what: string;
  readonly leaves: Outcome['leaves'];
  readonly told?: Outcome['told'];
  readonly batches?: number;
}

const X = 'x.example.com';
const NOBODY = 'claims: [{namespaces: [nobody]}]';
const EVIL_OUT = 'claims: [{namespaces: ["shop*"], domains: [example.com]}]';

const CASES: readonly ClaimedCase[] = [
  ...['_acme-challenge', '_dmarc', '_mta-sts', 's1._domainkey'].flatMap((label): ClaimedCase[] => [
    {
      what: `without rules a Service may not have ${label}`,
      steps: [{ c1: [web(`${label}.example.com`)] }],
      leaves: [],
      told: ['not-allowed c1 web'],
      batches: 0,
    },
    {
      what: `nor an Ingress ${label}`,
      steps: [{ c1: [ingress('web', [`${label}.example.com`], [ONE])] }],
      leaves: [],
      told: ['not-allowed c1 web'],
      batches: 0,
    },
    {
      what: `a DNSEndpoint may, whose author means it: ${label}`,
      config: CRD,
      steps: [{ c1: [endpoint(`${label}.example.com`, 'TXT', '"token"')] }],
      leaves: [`${label}.example.com TXT "token" (c1 crd/shop/web)`],
    },
    {
      what: `with rules it needs one, too: ${label}`,
      config: `${CRD}claims: [{domains: [example.com]}]`,
      steps: [{ c1: [endpoint(`${label}.example.com`, 'TXT', '"token"')] }],
      leaves: [],
      told: ['not-allowed c1 web'],
      batches: 0,
    },
  ]),
  {
    what: 'of two that ask for a name the one that may has it, though the other would be preferred',
    config: EVIL_OUT,
    steps: [{ c1: [web(X, 'evil', '1.1.1.1'), web(X, 'shop')] }],
    leaves: [`${X} A ${ONE} ${of()}`],
    told: ['not-allowed c1 web'],
  },
  {
    what: 'also in different clusters',
    config: EVIL_OUT,
    steps: [{ c1: [web(X, 'evil')], c2: [web(X, 'shop-eu')] }],
    leaves: [`${X} A ${ONE} ${of('shop-eu', 'c2')}`],
    told: ['not-allowed c1 web'],
  },
  {
    what: 'who is refused now keeps the name from everybody, until it gives it up',
    config: ['', EVIL_OUT],
    steps: [{ c1: [web(X, 'evil')] }, { c2: [web(X, 'shop', '203.0.113.2')] }],
    leaves: [`${X} A ${ONE} ${of('evil')}`],
    told: ['conflict c2 web', 'not-allowed c1 web'],
    batches: 0,
  },
  {
    what: 'and when it does, the next one takes over in one batch',
    config: ['', EVIL_OUT],
    steps: [{ c1: [web(X, 'evil')] }, { c2: [web(X, 'shop', '203.0.113.2')] }, { c1: [] }],
    leaves: [`${X} A 203.0.113.2 ${of('shop', 'c2')}`],
  },
  {
    what: 'a set identifier that is refused stays, and the others of its name go on',
    config: ['', EVIL_OUT],
    steps: [
      {
        c1: [web(X, 'evil', ONE, { 'set-identifier': 'e', 'aws-weight': '1' })],
        c2: [web(X, 'shop', '203.0.113.2', { 'set-identifier': 's', 'aws-weight': '1' })],
      },
      { c2: [web(X, 'shop', '203.0.113.2', { 'set-identifier': 's', 'aws-weight': '5' })] },
    ],
    leaves: [`${X} A#e ${ONE} weight 1 ${of('evil')}`, `${X} A#s 203.0.113.2 weight 5 ${of('shop', 'c2')}`],
    told: ['not-allowed c1 web'],
  },
  {
    what: 'the policy of all does not change as long as one of them is refused',
    config: ['', EVIL_OUT],
    steps: [
      {
        c1: [web(X, 'evil', ONE, { 'set-identifier': 'e', 'aws-weight': '1' })],
        c2: [web(X, 'shop', '203.0.113.2', { 'set-identifier': 's', 'aws-weight': '1' })],
      },
      {
        c1: [web(X, 'evil', ONE, { 'set-identifier': 'e', 'aws-region': 'eu-west-1' })],
        c2: [web(X, 'shop', '203.0.113.2', { 'set-identifier': 's', 'aws-region': 'us-east-1' })],
      },
    ],
    leaves: [`${X} A#e ${ONE} weight 1 ${of('evil')}`, `${X} A#s 203.0.113.2 weight 1 ${of('shop', 'c2')}`],
    told: ['conflict c2 web', 'not-allowed c1 web'],
    batches: 0,
  },
  {
    what: 'who is refused has no part in a merged name',
    config: `sharing: merge\nclaims: [{clusters: [c2], domains: [example.com]}]`,
    steps: [{ c1: [web(X)], c2: [web(X, 'shop', '203.0.113.2')] }],
    leaves: [`${X} A 203.0.113.2 (c2 service/shop/web 203.0.113.2)`],
    told: ['not-allowed c1 web'],
  },
  {
    what: 'a part that is refused now stays as it is',
    config: ['sharing: merge', `sharing: merge\nclaims: [{clusters: [c2], domains: [example.com]}]`],
    steps: [
      { c1: [web(X)], c2: [web(X, 'shop', '203.0.113.2')] },
      { c1: [web(X, 'shop', '203.0.113.9')], c2: [web(X, 'shop', '203.0.113.3')] },
    ],
    leaves: [`${X} A ${ONE} 203.0.113.3 (c1 service/shop/web ${ONE} | c2 service/shop/web 203.0.113.3)`],
    told: ['merged c2 web', 'not-allowed c1 web'],
  },
  {
    what: 'a share by weight that is refused now stays as it is',
    config: ['sharing: weighted', `sharing: weighted\nclaims: [{clusters: [c2], domains: [example.com]}]`],
    steps: [
      { c1: [web(X)], c2: [web(X, 'shop', '203.0.113.2')] },
      { c1: [web(X, 'shop', '203.0.113.9')], c2: [web(X, 'shop', '203.0.113.3')] },
    ],
    leaves: [`${X} A#c1 ${ONE} weight 1 ${of()}`, `${X} A#c2 203.0.113.3 weight 1 ${of('shop', 'c2')}`],
    told: ['not-allowed c1 web'],
  },
  {
    what: 'an alias counts as A and AAAA',
    config: 'claims: [{types: [A]}]',
    steps: [{ c1: [web(X, 'shop', NLB)] }],
    leaves: [],
    told: ['not-allowed c1 web'],
    batches: 0,
  },
  {
    what: 'an alias that may be both is both',
    config: 'claims: [{types: [A, AAAA]}]',
    steps: [{ c1: [web(X, 'shop', NLB)] }],
    leaves: [`${X} A → ${NLB} ${of()}`, `${X} AAAA → ${NLB} ${of()}`],
  },
  {
    what: 'the TXT of a name is decided by itself',
    config: `${CRD}claims: [{types: [A]}]`,
    steps: [{ c1: [web(X), endpoint(X, 'TXT', '"hello"')] }],
    leaves: [`${X} A ${ONE} ${of()}`],
    told: ['not-allowed c1 web'],
  },
  {
    what: 'a cluster that cannot be read keeps what the rules refuse now',
    config: ['', NOBODY],
    steps: [{ c1: [web(X)] }, { c1: 'away' }],
    leaves: [`${X} A ${ONE} ${of()}`],
    told: ['frozen', 'unreadable'],
    batches: 0,
  },
  {
    what: 'what is refused and goes is removed, as anything that is asked for no longer',
    config: ['', NOBODY],
    steps: [{ c1: [web(X)] }, {}, { c1: [] }],
    leaves: [],
  },
  {
    what: 'rules that allow it again publish what is asked for by then',
    config: ['', NOBODY, ''],
    steps: [{ c1: [web(X)] }, { c1: [web(X, 'shop', '203.0.113.9')] }, {}],
    leaves: [`${X} A 203.0.113.9 ${of()}`],
  },
];

describe.each([
  ['one owner id', false],
  ['an owner id each', true],
])('claims: %s', (_, owners) => {
  test.each(CASES)('$what', async ({ what: _what, leaves, told = [], batches = 1, ...row }) => {
    expect(await play({ ...row, owners })).toEqual({ leaves, told, batches });
  });
});
