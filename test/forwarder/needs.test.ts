import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NeedTracker } from '../../forwarder/program/need-tracker.ts';
import { Tracker } from '../../forwarder/program/tracker.ts';
import type { NamedObject } from '../../lib/model/index.ts';
import { dnsFingerprint, type NeededResource, NeededStore } from '../../lib/sources/index.ts';
import { accepted, gateway, listener, namespace, route } from '../sources/gateway-objects.ts';
import { context } from '../sources/objects.ts';

const of = (name: string, parent: string) =>
  route({ name, hostnames: [`${name}.example.com`], parentRefs: [{ name: parent }] });
const ROUTES = [of('a', 'web'), of('b', 'web'), of('c', 'two')];
const TWO = gateway({ name: 'two', addresses: ['192.0.2.2'] });

/** Routes `a` and `b` of the Gateway `web`, `c` of `two`; all listed, and what was told since. */
function tracking(web: object = gateway()) {
  const told: string[] = [];
  const store = new NeededStore(context);
  const onChange = (object?: NamedObject) => void told.push(object ? `${object.kind}/${object.name}` : 'anything');
  const routes = new Tracker({ kind: 'gateway-httproute', context, needed: store, onChange });
  const onLookups = (lookups: readonly string[]) => routes.needChanged(lookups);
  const need = (resource: NeededResource) => new NeedTracker({ resource, store, onLookups, onChange });
  const [gateways, namespaces] = [need('gateway'), need('namespace')];
  const list = (part: Tracker | NeedTracker, objects: readonly object[], gapMs = 0) => {
    part.begin();
    part.page(objects);
    part.complete(gapMs);
  };
  list(routes, ROUTES);
  list(namespaces, [namespace('default', { team: 'a' })]);
  list(gateways, [web, TWO]);
  told.length = 0;
  return { told, routes, gateways, namespaces, list };
}

const CHANGES: readonly { rule: string; web: object; tells: string[] }[] = [
  { rule: 'another address', web: gateway({ addresses: ['192.0.2.9'] }), tells: ['a', 'b'] },
  { rule: 'no address', web: gateway({ addresses: [] }), tells: ['a', 'b'] },
  { rule: 'its annotation', web: gateway({ annotations: { target: '192.0.2.9' } }), tells: ['a', 'b'] },
  {
    rule: 'a listener that takes one of them',
    web: gateway({ listeners: [listener({ hostname: 'a.example.com' })] }),
    tells: ['b'],
  },
  {
    rule: 'a label and a condition',
    web: {
      ...gateway({ labels: { a: 'b' } }),
      status: { addresses: [{ value: '192.0.2.1' }], conditions: [accepted()] },
    },
    tells: [],
  },
];

describe('a changed Gateway names the routes whose endpoints changed, and no others', () => {
  test.each(CHANGES)('as an event: $rule', ({ web, tells }) => {
    const { gateways, told } = tracking();
    expect(gateways.changed('MODIFIED', web)).toBe(tells.length > 0);
    expect(told).toEqual(tells.map(name => `httproute/${name}`));
    told.length = 0;
    expect(gateways.changed('MODIFIED', gateway())).toBe(tells.length > 0);
    expect(told).toEqual(tells.map(name => `httproute/${name}`));
  });

  test.each(CHANGES)('over a new listing: $rule', ({ web, tells }) => {
    const { gateways, list, told } = tracking();
    list(gateways, [web, TWO]);
    expect(told).toEqual(tells.map(name => `httproute/${name}`));
  });

  test('that goes, and comes again', () => {
    const { gateways, list, told } = tracking();
    gateways.changed('DELETED', gateway());
    expect(told.splice(0)).toEqual(['httproute/a', 'httproute/b']);
    gateways.changed('ADDED', gateway());
    expect(told.splice(0)).toEqual(['httproute/a', 'httproute/b']);
    list(gateways, [gateway()]);
    expect(told).toEqual(['httproute/c']);
  });

  test('that nobody names says nothing', () => {
    const { gateways, told } = tracking();
    expect(gateways.changed('ADDED', gateway({ name: 'new' }))).toBe(false);
    expect(told).toEqual([]);
  });
});

test('a namespace’s label names the routes that a selector looks at', () => {
  const selector = { matchLabels: { team: 'a' } };
  const allowedRoutes = { namespaces: { from: 'Selector', selector } };
  const { namespaces, told } = tracking(gateway({ listeners: [listener({ allowedRoutes })] }));
  namespaces.changed('MODIFIED', namespace('default', { team: 'a', other: 'x' }));
  expect(told).toEqual([]);
  namespaces.changed('MODIFIED', namespace('default', { team: 'b' }));
  expect(told).toEqual(['httproute/a', 'httproute/b']);
});

test('a route looks where its newest state leads it', () => {
  const { routes, gateways, told } = tracking();
  routes.changed('MODIFIED', of('a', 'two'));
  expect(told.splice(0)).toEqual(['httproute/a']);
  gateways.changed('MODIFIED', gateway({ addresses: [] }));
  expect(told.splice(0)).toEqual(['httproute/b']);
  routes.changed('DELETED', of('c', 'two'));
  gateways.changed('MODIFIED', gateway({ name: 'two', addresses: [] }));
  expect(told).toEqual(['httproute/c', 'httproute/a']);
});

test('a route that asks for nothing now is remembered: its Gateway may make it ask', () => {
  const closed = gateway({ listeners: [] });
  const { gateways, routes, told } = tracking(closed);
  expect(routes.listed).toBe(true);
  gateways.changed('MODIFIED', gateway());
  expect(told).toEqual(['httproute/a', 'httproute/b']);
});

test('after a long silence about what is needed, anything may have changed', () => {
  const { gateways, list, told } = tracking();
  list(gateways, [gateway(), TWO], 61_000);
  expect(told).toEqual(['anything']);
});

test('what changes while the routes are listed is not missed', () => {
  const { gateways, routes, told } = tracking();
  routes.begin();
  routes.page(ROUTES);
  gateways.changed('MODIFIED', gateway({ addresses: ['192.0.2.9'] }));
  expect(told.splice(0)).toEqual(['httproute/a', 'httproute/b']);
  routes.complete(0);
  expect(told).toEqual([]);
  gateways.changed('MODIFIED', gateway({ addresses: ['192.0.2.8'] }));
  expect(told.splice(0)).toEqual(['httproute/a', 'httproute/b']);
});

type Step =
  | { readonly do: 'route' | 'gateway'; readonly name: string; readonly state: number }
  | { readonly do: 'list'; readonly what: 'routes' | 'gateways' };

const NAMES = ['a', 'b', 'c'];
const PARENTS = ['web', 'two'];
const stateOf = (names: readonly string[], what: 'route' | 'gateway') =>
  fc.record({ do: fc.constant(what), name: fc.constantFrom(...names), state: fc.nat(5) });
const STEP: fc.Arbitrary<Step> = fc.oneof(
  stateOf(NAMES, 'route'),
  stateOf(PARENTS, 'gateway'),
  fc.record({ do: fc.constant('list' as const), what: fc.constantFrom('routes' as const, 'gateways' as const) }),
);

/** 0: there is none; the others differ in parent, hostname or acceptance, and 5 in nothing that matters from 1. */
function routeIn(name: string, state: number): object | undefined {
  const parentRefs = [{ name: PARENTS[state % 2] }];
  const hostnames = [`${name}${state === 2 || state === 3 ? '-x' : ''}.example.com`];
  const labels = { state: String(state) };
  if (state === 0) return undefined;
  return route({ name, labels, hostnames, parentRefs, ...(state === 4 && { parents: [] }) });
}

function gatewayIn(name: string, state: number): object | undefined {
  const states = [
    undefined,
    { addresses: ['192.0.2.1'] },
    { addresses: ['192.0.2.2'] },
    { addresses: [] },
    { addresses: ['192.0.2.1'], listeners: [listener({ hostname: 'a.example.com' })] },
    { addresses: ['192.0.2.1'], labels: { a: 'b' } },
  ];
  const parts = states[state];
  return parts && gateway({ name, ...parts });
}

/** What each route asks for, looked at anew. */
function printsOf(routes: ReadonlyMap<string, object>, gateways: ReadonlyMap<string, object>): Map<string, string> {
  const store = new NeededStore(context);
  for (const one of gateways.values()) store.put('gateway', one);
  const prints = [...routes].map(
    ([name, one]) => [name, dnsFingerprint('gateway-httproute', one, context, store)] as const,
  );
  return new Map(prints.filter(([, print]) => print !== ''));
}

test('whatever happens to routes and Gateways, those are named that ask for something else, and no others', () => {
  fc.assert(
    fc.property(fc.array(STEP, { maxLength: 40 }), steps => {
      const routes = new Map<string, object>();
      const gateways = new Map<string, object>();
      const told = new Set<string>();
      const store = new NeededStore(context);
      const onChange = (object?: NamedObject) => void told.add(object?.name ?? 'anything');
      const tracker = new Tracker({ kind: 'gateway-httproute', context, needed: store, onChange });
      const onLookups = (lookups: readonly string[]) => tracker.needChanged(lookups);
      const needs = new NeedTracker({ resource: 'gateway', store, onLookups, onChange });
      const list = (part: Tracker | NeedTracker, objects: ReadonlyMap<string, object>) => {
        part.begin();
        part.page([...objects.values()]);
        part.complete(0);
      };
      list(tracker, routes);
      list(needs, gateways);
      for (const step of steps) {
        const before = printsOf(routes, gateways);
        told.clear();
        if (step.do === 'list' && step.what === 'routes') list(tracker, routes);
        else if (step.do === 'list') list(needs, gateways);
        else {
          const [part, all, made] =
            step.do === 'route' ? ([tracker, routes, routeIn] as const) : ([needs, gateways, gatewayIn] as const);
          const was = all.get(step.name);
          const now = made(step.name, step.state);
          if (now) all.set(step.name, now);
          else all.delete(step.name);
          if (now) part.changed(was ? 'MODIFIED' : 'ADDED', now);
          else if (was) part.changed('DELETED', was);
        }
        const after = printsOf(routes, gateways);
        const changed = NAMES.filter(name => before.get(name) !== after.get(name));
        expect([...told].sort()).toEqual(changed);
      }
      expect(tracker.size).toBe(printsOf(routes, gateways).size);
    }),
  );
});
