import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dnsFingerprint, sourceOf } from '../../lib/sources/index.ts';
import { NO_RULES } from '../../lib/sources/rules.ts';
import {
  type Around,
  accepted,
  around,
  asked,
  gateway,
  listener,
  listenerSet,
  namespace,
  route,
  setRef,
} from './gateway-objects.ts';
import { held, reasons, records } from './objects.ts';

const names = (raw: unknown, objects?: Around) => asked(raw, objects).endpoints.map(({ name }) => name);
const at = (...hostnames: (string | undefined)[]) => ({
  gateways: [gateway({ listeners: hostnames.map((hostname, i) => listener({ name: `l${i}`, hostname })) })],
});

describe('hostnames of route and listener', () => {
  it.each([
    [
      'an open listener takes all',
      ['a.example.com', '*.b.example.com'],
      [undefined],
      ['a.example.com', '*.b.example.com'],
    ],
    ['the same', ['a.example.com'], ['a.example.com'], ['a.example.com']],
    ['the same, in another case', ['A.Example.com'], ['a.EXAMPLE.com'], ['a.example.com']],
    ['another', ['a.example.com'], ['b.example.com'], []],
    ['a wildcard listener takes what is below', ['a.example.com'], ['*.example.com'], ['a.example.com']],
    ['however deep', ['a.b.c.example.com'], ['*.example.com'], ['a.b.c.example.com']],
    ['and not its own domain', ['example.com'], ['*.example.com'], []],
    ['nor what only ends alike', ['badexample.com'], ['*.example.com'], []],
    ['a wildcard route narrows to the listener', ['*.example.com'], ['a.example.com'], ['a.example.com']],
    ['or to the listener’s wildcard', ['*.example.com'], ['*.apps.example.com'], ['*.apps.example.com']],
    ['or is the narrower one', ['*.apps.example.com'], ['*.example.com'], ['*.apps.example.com']],
    ['the same wildcard', ['*.example.com'], ['*.example.com'], ['*.example.com']],
    [
      'each listener for itself',
      ['*.example.com'],
      ['a.example.com', 'b.example.com', 'c.example.org'],
      ['a.example.com', 'b.example.com'],
    ],
    [
      'an open listener beside a narrow one',
      ['*.example.com'],
      [undefined, 'a.example.com'],
      ['*.example.com', 'a.example.com'],
    ],
    [
      'without hostnames, the listener’s',
      [],
      ['one.example.com', '*.two.example.com'],
      ['one.example.com', '*.two.example.com'],
    ],
    ['without any hostnames, nothing', [], [undefined], []],
    ['a malformed listener fits nothing', ['a.example.com'], ['a..example.com'], []],
  ])('%s', (_rule, hostnames, listeners, expected) => {
    expect(names(route({ hostnames }), at(...listeners))).toEqual(expected);
  });

  it('cost in proportion to the names of both sides, not to their pairs', () => {
    const hostnames = Array.from({ length: 10_000 }, (_, i) => `h${i}.t${i % 100}.example.com`);
    const listeners = Array.from({ length: 640 }, (_, i) =>
      listener({ name: `l${i}`, hostname: `*.t${i}.example.com` }),
    );
    const annotations = { hostname: hostnames.join(',') };
    const parentRefs = Array.from({ length: 32 }, (_, i) => ({ name: `g${i}` }));
    const gateways = parentRefs.map(({ name }) => gateway({ name, listeners }));
    // CPU of this thread, where Node tells it: others have other work.
    const used = () => (process.threadCpuUsage ?? process.cpuUsage)();
    const before = used();
    const limits = { hostnamesPerObject: 20_000, targetsPerObject: 400 };
    expect(
      names(route({ annotations, hostnames: [], parentRefs }), { gateways, rules: { ...NO_RULES, limits } }),
    ).toHaveLength(10_640);
    const { user, system } = used();
    expect((user + system - before.user - before.system) / 1000).toBeLessThan(5_000);
  });
});

it('the names of the listeners of a route without hostnames count like its own', () => {
  const listeners = Array.from({ length: 501 }, (_, i) => listener({ name: `l${i}`, hostname: `h${i}.example.com` }));
  const wanted = asked(route({ hostnames: [] }), { gateways: [gateway({ listeners })] });
  expect([wanted.endpoints, held(wanted)]).toEqual([[], ['*']]);
});

describe('a listener takes a route', () => {
  const takes = (parts: object, ref: object = {}, kind: Around['kind'] = 'gateway-httproute', home = 'default') => {
    const parentRefs = [{ name: 'web', namespace: 'default', ...ref }];
    const namespaces = [namespace('shop', { team: 'shop', stage: 'prod' })];
    return (
      names(route({ parentRefs, namespace: home }), {
        gateways: [gateway({ listeners: [listener(parts)] })],
        kind,
        namespaces,
      }).length > 0
    );
  };

  it.each([
    ['any section', {}, {}, true],
    ['its section', {}, { sectionName: 'http' }, true],
    ['another section', {}, { sectionName: 'https' }, false],
    ['an empty section', {}, { sectionName: '' }, true],
    ['its port', {}, { port: 80 }, true],
    ['another port', {}, { port: 81 }, false],
    ['section and port of different listeners', {}, { sectionName: 'http', port: 81 }, false],
  ])('by section and port: %s', (_rule, parts, ref, expected) => {
    expect(takes(parts, ref)).toBe(expected);
  });

  it.each([
    ['gateway-httproute', ['HTTP', 'HTTPS']],
    ['gateway-grpcroute', ['HTTP', 'HTTPS']],
    ['gateway-tlsroute', ['TLS']],
    ['gateway-tcproute', ['TLS', 'TCP']],
    ['gateway-udproute', ['UDP']],
  ] as const)('by protocol: %s', (kind, protocols) => {
    const all = ['HTTP', 'HTTPS', 'TLS', 'TCP', 'UDP', 'example.com/other', undefined];
    expect(all.filter(protocol => takes({ protocol }, {}, kind))).toEqual(protocols);
  });

  it.each([
    ['no kinds', undefined, true],
    ['its kind', [{ kind: 'HTTPRoute' }], true],
    [
      'its kind with the group',
      [{ kind: 'GRPCRoute' }, { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute' }],
      true,
    ],
    ['another kind', [{ kind: 'GRPCRoute' }], false],
    ['another group', [{ group: 'example.com', kind: 'HTTPRoute' }], false],
  ])('by kind: %s', (_rule, kinds, expected) => {
    expect(takes({ allowedRoutes: { kinds } })).toBe(expected);
  });

  const select = (selector: unknown) => ({ from: 'Selector', selector });
  it.each([
    ['its own namespace by default', undefined, 'default', true],
    ['and no other', undefined, 'shop', false],
    ['Same', { from: 'Same' }, 'shop', false],
    ['All', { from: 'All' }, 'shop', true],
    ['None', { from: 'None' }, 'default', false],
    ['a word that is none', { from: 'Everybody' }, 'default', false],
    ['a selector that fits', select({ matchLabels: { team: 'shop' } }), 'shop', true],
    ['one that does not', select({ matchLabels: { team: 'other' } }), 'shop', false],
    ['a namespace that is not there', select({ matchLabels: { team: 'shop' } }), 'default', false],
    ['an empty selector selects all there are', select({}), 'shop', true],
    ['none at all selects none', select(undefined), 'shop', false],
    [
      'a malformed one selects none',
      select({ matchExpressions: [{ key: 'team', operator: 'Like', values: ['s'] }] }),
      'shop',
      false,
    ],
    ['In', select({ matchExpressions: [{ key: 'stage', operator: 'In', values: ['prod', 'test'] }] }), 'shop', true],
    ['NotIn', select({ matchExpressions: [{ key: 'stage', operator: 'NotIn', values: ['prod'] }] }), 'shop', false],
    [
      'NotIn, without the label',
      select({ matchExpressions: [{ key: 'x', operator: 'NotIn', values: ['prod'] }] }),
      'shop',
      true,
    ],
    ['Exists', select({ matchExpressions: [{ key: 'stage', operator: 'Exists' }] }), 'shop', true],
    ['DoesNotExist', select({ matchExpressions: [{ key: 'stage', operator: 'DoesNotExist' }] }), 'shop', false],
  ])('by namespace: %s', (_rule, namespaces, home, expected) => {
    expect(takes({ allowedRoutes: { namespaces } }, {}, 'gateway-httproute', home)).toBe(expected);
  });
});

describe('a name whose parent cannot take traffic now is told, and what is published of it stays', () => {
  const parents = (...conditions: object[]) => [{ parentRef: { name: 'web' }, conditions }];
  it.each([
    ['not accepted', route({ parents: parents(accepted('False')) }), {}],
    ['accepted: unknown', route({ parents: parents(accepted('Unknown')) }), {}],
    ['another condition is true', route({ parents: parents({ type: 'ResolvedRefs', status: 'True' }) }), {}],
    ['no status', route({ parents: [] }), {}],
    [
      'a status of another parent only',
      route({ parents: [{ parentRef: { name: 'other' }, conditions: [accepted()] }] }),
      {},
    ],
    ['malformed status', route({ parents: { web: true } }), {}],
    ['no address', route(), { gateways: [gateway({ addresses: [] })] }],
    ['an address without value', route(), { gateways: [gateway({ addresses: ['', null, 7] })] }],
    ['no such Gateway', route(), { gateways: [] }],
    ['no such ListenerSet', route({ parentRefs: [setRef()] }), {}],
    ['the set’s Gateway takes none', route({ parentRefs: [setRef()] }), { sets: [listenerSet()] }],
  ])('%s', (_rule, raw, objects) => {
    const wanted = asked(raw, objects);
    expect(records(wanted)).toEqual([]);
    expect(held(wanted)).toEqual(['shop.example.com']);
    expect(reasons(wanted)).toEqual(['no-target']);
    expect(wanted.findings[0]?.message).toMatch(
      /^httproute\/default\/shop: status.parents: shop.example.com is not published: .*, what is published stays$/,
    );
  });

  it('everything of it, where the names are those of a Gateway that is not there', () => {
    expect(held(asked(route({ hostnames: [] }), { gateways: [] }))).toEqual(['*']);
  });

  it('only what no other parent publishes', () => {
    const parentRefs = [{ name: 'web' }, { name: 'two' }];
    const two = [
      { parentRef: { name: 'web' }, conditions: [accepted('False')] },
      { parentRef: { name: 'two' }, conditions: [accepted()] },
    ];
    const gateways = [
      gateway(),
      gateway({ name: 'two', addresses: ['192.0.2.2'], listeners: [listener({ hostname: 'a.example.com' })] }),
    ];
    const wanted = asked(route({ hostnames: ['a.example.com', 'b.example.com'], parentRefs, parents: two }), {
      gateways,
    });
    expect(records(wanted)).toEqual(['a.example.com A 192.0.2.2']);
    expect(held(wanted)).toEqual(['b.example.com']);
  });

  it('not when one of several controllers accepted it', () => {
    const two = [...parents(accepted('False')), ...parents(accepted())];
    expect(records(asked(route({ parents: two })))).toEqual(['shop.example.com A 192.0.2.1']);
  });
});

describe('a name that does not fit is not asked for, and there is a reason', () => {
  it.each([
    ['no parents', route({ parentRefs: [] }), {}, 'no parent that counts'],
    [
      'a Service as parent',
      route({ parentRefs: [{ group: '', kind: 'Service', name: 'web' }] }),
      {},
      'no parent that counts',
    ],
    [
      'a parent of another kind',
      route({ parentRefs: [{ kind: 'Service', group: 'core', name: 'web' }] }),
      {},
      'no parent that counts',
    ],
    ['another Gateway by name', route(), { settings: { name: 'public' } }, 'no parent that counts'],
    ['by namespace', route(), { settings: { namespace: 'infra' } }, 'no parent that counts'],
    ['by label', route(), { settings: { labels: 'dns=public' } }, 'no parent that counts'],
    [
      'ListenerSets are off',
      route({ parentRefs: [setRef()] }),
      { sets: [listenerSet()], settings: { listenerSets: false } },
      'no parent that counts',
    ],
    ['no listener fits', route({ hostnames: ['shop.example.com'] }), at('other.example.com'), 'fits no listener'],
  ])('%s', (_rule, raw, objects, because) => {
    const wanted = asked(raw, objects as Around);
    expect(wanted).toMatchObject({ endpoints: [], holds: [] });
    expect(reasons(wanted)).toEqual(['filtered']);
    expect(wanted.findings[0]?.message).toContain(because);
  });

  it.each([
    ['by name', { name: 'web' }],
    ['by namespace', { namespace: 'default' }],
    ['by label', { labels: 'dns in (public, both), !internal' }],
  ])('Gateways that the config lets through: %s', (_rule, settings) => {
    const gateways = [gateway({ labels: { dns: 'public' } })];
    expect(records(asked(route(), { gateways, settings }))).toEqual(['shop.example.com A 192.0.2.1']);
  });
});

describe('a wildcard of a listener', () => {
  it('is not published for a route without hostnames when the config says so', () => {
    const objects = { ...at('*.example.com', 'one.example.com'), settings: { wildcardListeners: false } };
    const wanted = asked(route({ hostnames: [] }), objects);
    expect(records(wanted)).toEqual(['one.example.com A 192.0.2.1']);
    expect(wanted.findings[0]).toMatchObject({ reason: 'filtered', name: '*.example.com' });
  });

  it('is, then too, for a route that names it', () => {
    const objects = { ...at('*.example.com'), settings: { wildcardListeners: false } };
    expect(names(route({ hostnames: ['*.example.com'] }), objects)).toEqual(['*.example.com']);
  });
});

describe('targets', () => {
  const target = (text: string) => ({ annotations: { target: text } });
  const set = { ...target('192.0.2.3'), listeners: [listener()] };
  const open = { spec: { allowedListeners: { namespaces: { from: 'Same' } } } };
  const parentRefs = [setRef()];
  it.each([
    ['the Gateway’s addresses', route(), { gateways: [gateway()] }, '192.0.2.1'],
    ['its annotation goes before them', route(), { gateways: [gateway(target('192.0.2.2'))] }, '192.0.2.2'],
    ['and does without them', route(), { gateways: [gateway({ ...target('192.0.2.2'), addresses: [] })] }, '192.0.2.2'],
    [
      'the ListenerSet’s goes before both',
      route({ parentRefs }),
      { gateways: [gateway({ ...target('192.0.2.2'), ...open })], sets: [listenerSet(set)] },
      '192.0.2.3',
    ],
    [
      'a set without one has the Gateway’s',
      route({ parentRefs }),
      { gateways: [gateway({ ...target('192.0.2.2'), ...open })], sets: [listenerSet()] },
      '192.0.2.2',
    ],
    [
      'the route’s own goes before all',
      route({ parentRefs, ...target('192.0.2.4') }),
      { gateways: [gateway({ ...target('192.0.2.2'), ...open })], sets: [listenerSet(set)] },
      '192.0.2.4',
    ],
  ])('%s', (_rule, raw, objects, expected) => {
    expect(records(asked(raw, objects))).toEqual([`shop.example.com A ${expected}`]);
  });

  it('the route’s own needs a parent that accepted it', () => {
    expect(records(asked(route({ ...target('192.0.2.4'), parents: [] })))).toEqual([]);
  });

  it('are those of all parents together', () => {
    const gateways = [gateway(), gateway({ name: 'two', addresses: ['192.0.2.2', '2001:db8::2', '192.0.2.1'] })];
    expect(records(asked(route({ parentRefs: [{ name: 'web' }, { name: 'two' }] }), { gateways }))).toEqual([
      'shop.example.com A 192.0.2.1 192.0.2.2',
      'shop.example.com AAAA 2001:db8::2',
    ]);
  });

  it('of a Gateway that has more than Route 53 takes do not multiply', () => {
    const addresses = Array.from({ length: 5_000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
    expect(asked(route(), { gateways: [gateway({ addresses })] }).endpoints[0]?.targets.length).toBe(400);
  });
});

describe('ListenerSets', () => {
  const open = [gateway({ spec: { allowedListeners: { namespaces: { from: 'All' } } }, listeners: [] })];
  const raw = route({ parentRefs: [setRef()] });

  it('take routes as Gateways do', () => {
    expect(records(asked(raw, { gateways: open, sets: [listenerSet()] }))).toEqual(['shop.example.com A 192.0.2.1']);
  });

  it('take the routes of their own namespace, not of their Gateway’s', () => {
    const sets = [listenerSet({ namespace: 'shop', parentRef: { name: 'web', namespace: 'default' } })];
    const parentRefs = [{ ...setRef(), namespace: 'shop' }];
    expect(names(route({ namespace: 'shop', parentRefs }), { gateways: open, sets })).toEqual(['shop.example.com']);
    expect(names(route({ parentRefs }), { gateways: open, sets })).toEqual([]);
  });

  it.each([
    [
      'the set is not accepted',
      { conditions: [accepted('False')], listeners: [{ name: 'http', conditions: [accepted()] }] },
    ],
    [
      'the listener is not accepted',
      { conditions: [accepted()], listeners: [{ name: 'http', conditions: [accepted('False')] }] },
    ],
    ['the listener has no status', { conditions: [accepted()] }],
  ])('hold what they have while %s', (_rule, status) => {
    const wanted = asked(raw, { gateways: open, sets: [listenerSet({ status })] });
    expect([records(wanted), held(wanted), reasons(wanted)]).toEqual([[], ['shop.example.com'], ['no-target']]);
  });
});

describe('annotations of a route', () => {
  it.each([
    ['hostname is added', { hostname: 'ann.example.com' }, ['shop.example.com', 'ann.example.com'], []],
    [
      'defined-hosts-only',
      { hostname: 'ann.example.com', 'gateway-hostname-source': 'Defined-Hosts-Only' },
      ['shop.example.com'],
      [],
    ],
    [
      'annotation-only',
      { hostname: 'ann.example.com', 'gateway-hostname-source': 'annotation-only' },
      ['ann.example.com'],
      [],
    ],
    [
      'anything else is both, with a warning',
      { hostname: 'ann.example.com', 'gateway-hostname-source': 'x' },
      ['shop.example.com', 'ann.example.com'],
      ['warning'],
    ],
    ['another controller’s', { controller: 'other' }, [], ['filtered']],
    ['malformed routing is refused', { 'aws-region': 'eu-west-1' }, [], ['invalid']],
    ['routing', { 'aws-weight': '1', 'set-identifier': 'x' }, ['shop.example.com'], []],
  ])('%s', (_rule, annotations, expected, why) => {
    const wanted = asked(route({ annotations }));
    expect(wanted.endpoints.map(({ name }) => name)).toEqual(expected);
    expect(reasons(wanted)).toEqual(why);
  });

  it('malformed routing is refused too where the names are the listeners’', () => {
    const wanted = asked(route({ hostnames: [], annotations: { 'aws-weight': 'ten' } }), at('a.example.com'));
    expect([records(wanted), held(wanted), reasons(wanted)]).toEqual([[], ['*'], ['invalid']]);
  });

  it('ttl and alias', () => {
    const [endpoint] = asked(route({ annotations: { ttl: '1m', alias: 'false' } })).endpoints;
    expect(endpoint).toMatchObject({ ttl: 60, alias: 'never', object: { kind: 'httproute' } });
  });
});

const json = fc.jsonValue({ maxDepth: 3 });
const text = fc.constantFrom(
  'web',
  'default',
  'shop',
  '*.example.com',
  'a.example.com',
  'Accepted',
  'True',
  'ListenerSet',
  'HTTP',
  '',
);
const ref = fc.record(
  { name: fc.oneof(text, json), namespace: fc.oneof(text, json), kind: fc.oneof(text, json), port: json },
  { requiredKeys: [] },
);
const anyRoute = fc.record({
  metadata: fc.record({
    name: text,
    namespace: text,
    annotations: fc.oneof(
      json,
      fc.dictionary(
        fc.constantFrom('external-dns.kubernetes.io/hostname', 'external-dns.kubernetes.io/target', 'x/y'),
        text,
      ),
    ),
  }),
  spec: fc.oneof(
    json,
    fc.record({ hostnames: fc.oneof(json, fc.array(text)), parentRefs: fc.oneof(json, fc.array(ref)) }),
  ),
  status: fc.oneof(
    json,
    fc.record({
      parents: fc.oneof(
        json,
        fc.array(
          fc.oneof(
            json,
            fc.record({
              parentRef: ref,
              conditions: fc.oneof(json, fc.array(fc.record({ type: text, status: text }))),
            }),
          ),
        ),
      ),
    }),
  ),
});

describe('whatever the objects are', () => {
  it('nothing is thrown', () => {
    fc.assert(
      fc.property(fc.oneof(json, anyRoute), fc.array(json), fc.array(json), (raw, gateways, sets) => {
        asked(raw, {
          gateways: [...(gateways as object[]), gateway()],
          sets: sets as object[],
          namespaces: gateways as object[],
        });
      }),
    );
  });

  it('what a watcher keeps of a route asks for the same', () => {
    fc.assert(
      fc.property(anyRoute, raw => {
        const { context, needed } = around({ sets: [listenerSet()] });
        const slim = JSON.parse(JSON.stringify(sourceOf('gateway-httproute').slim?.(raw, context)));
        const print = (object: unknown) => dnsFingerprint('gateway-httproute', object, context, needed);
        expect(print(slim)).toBe(print(raw));
      }),
    );
  });
});
