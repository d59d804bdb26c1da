import { describe, expect, test } from 'vitest';
import { NeedTracker } from '../../infra/forwarder/program/need-tracker.ts';
import { Tracker } from '../../infra/forwarder/program/tracker.ts';
import type { NoticedObject } from '../../lib/model/index.ts';
import { type NeededResource, NeededStore } from '../../lib/sources/index.ts';
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
  const onChange = (object?: NoticedObject) => void told.push(object ? `${object.kind}/${object.name}` : 'anything');
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
