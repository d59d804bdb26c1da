import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../lib/model/index.ts';
import { accepted, gateway, listenerSet, route, setRef } from '../sources/gateway-objects.ts';
import { harness } from '../support/harness.ts';
import { type KubernetesObject, service } from '../support/objects.ts';

const CONFIG =
  'clusters: [{name: prod, region: eu-west-1}]\nzones: {domains: [example.com]}\nsources: [service, gateway]';
const as = (kind: string, object: object) => ({ apiVersion: 'x', kind, ...object }) as unknown as KubernetesObject;
const GATEWAY = as('Gateway', gateway());
const ROUTE = as('HTTPRoute', route());
const reasons = (result: RunResult) => result.findings.map(({ reason }) => reason);

/** A cluster whose route is published. */
async function published(...objects: KubernetesObject[]) {
  const all = objects.length > 0 ? objects : [GATEWAY, ROUTE];
  const world = harness({ config: CONFIG, clusters: { prod: { objects: all } } });
  await world.run();
  return world;
}

const RECORDS = ['a-shop.example.com TXT fairlead httproute/default/shop', 'shop.example.com A 192.0.2.1'];

test('a route is published, owned by the word that ExternalDNS has for it', async () => {
  const world = await published();
  expect(world.records()).toEqual(RECORDS);
});

describe('what is published stays', () => {
  test.each([
    [
      'the route is not accepted any more',
      [GATEWAY, as('HTTPRoute', route({ parents: [{ parentRef: { name: 'web' }, conditions: [accepted('False')] }] }))],
    ],
    ['the route has no status', [GATEWAY, as('HTTPRoute', route({ parents: [] }))]],
    ['the Gateway has no address', [as('Gateway', gateway({ addresses: [] })), ROUTE]],
    ['the Gateway is made anew', [ROUTE]],
  ])('when %s', async (_rule, objects) => {
    const world = await published();
    world.clusters.prod!.objects = objects;
    const result = await world.run();
    expect([world.records(), world.calls, reasons(result)]).toEqual([RECORDS, {}, ['no-target']]);
  });

  test.each(['gateway', 'listenerset', 'httproute'] as const)('when %s cannot be read', async resource => {
    const set = as('Gateway', gateway({ spec: { allowedListeners: { namespaces: { from: 'All' } } } }));
    const byset = as('HTTPRoute', route({ parentRefs: [setRef()] }));
    const world = await published(
      set,
      as('ListenerSet', listenerSet()),
      byset,
      service('s', { hostname: 's.example.com' }, ['192.0.2.9']),
    );
    const before = world.records();
    expect(before).toHaveLength(4);
    world.clusters.prod = { objects: [], failing: { [resource]: 'forbidden' } };
    const result = await world.run();
    const kinds = result.clusters[0]?.kinds;
    expect(kinds?.['gateway-httproute']).toEqual({ complete: false, error: 'forbidden' });
    expect(kinds?.service).toMatchObject({ complete: true });
    // The Service went, the route is frozen.
    expect(world.records()).toEqual(before.filter(line => !line.includes('s.example.com')));
    expect(reasons(result)).toContain('unreadable');
  });

  test('when the source is switched off: its ownership is nobody’s to end', async () => {
    const world = await published();
    world.config = { ...world.config, sources: ['service'] };
    const result = await world.run();
    expect([world.records(), reasons(result)]).toEqual([RECORDS, ['frozen']]);
    world.config = { ...world.config, sources: ['gateway-httproute'] };
    expect((await world.run()).zones.flatMap(zone => zone.changes)).toEqual([]);
  });
});

describe('a record goes', () => {
  test.each([
    ['with its route', [GATEWAY]],
    ['with its hostname', [GATEWAY, as('HTTPRoute', route({ hostnames: ['other.example.org'] }))]],
    ['with its parent reference', [GATEWAY, as('HTTPRoute', route({ parentRefs: [] }))]],
    ['when no listener fits any more', [as('Gateway', gateway({ listeners: [] })), ROUTE]],
  ])('%s', async (_rule, objects) => {
    const world = await published();
    world.clusters.prod!.objects = objects;
    await world.run();
    expect(world.records()).toEqual([]);
  });
});

test('namespaces are read only where a selector asks for them', async () => {
  const world = await published();
  world.clusters.prod = { objects: [GATEWAY, ROUTE], failing: { namespace: 'forbidden' } };
  expect((await world.run()).inStep).toBe(true);
  const listeners = [
    { name: 'http', protocol: 'HTTP', allowedRoutes: { namespaces: { from: 'Selector', selector: {} } } },
  ];
  world.clusters.prod = {
    objects: [as('Gateway', gateway({ listeners })), ROUTE],
    failing: { namespace: 'forbidden' },
  };
  const result = await world.run();
  expect(result.clusters[0]?.kinds['gateway-httproute']).toEqual({ complete: false, error: 'forbidden' });
  expect(world.records()).toEqual(RECORDS);
});
