import { describe, expect, test } from 'vitest';
import { configOf, harness } from '../support/harness.ts';
import { ALB, ingress, service, services } from '../support/objects.ts';

const BASE = 'owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\n';
const CLOSED = 'claims: [{namespaces: [nobody]}]';

describe('claims', () => {
  test('that refuse all that is published take nothing away, hold nothing up in the guard, and end as they began', async () => {
    const world = harness({ config: BASE, clusters: { prod: { objects: services(60, '192.0.2.1') } } });
    await world.run();
    const published = world.records();
    world.config = configOf(BASE + CLOSED);
    const closed = await world.run();
    expect(world.records()).toEqual(published);
    expect(world.calls).toEqual({});
    expect(closed.reasons).toEqual({ 'not-allowed': 60 });
    await world.run({ force: true });
    expect(world.records()).toEqual(published);
    world.config = configOf(BASE);
    expect(await world.run()).toMatchObject({ inStep: true, counts: { created: 0, updated: 0, deleted: 0 } });
    expect(world.records()).toEqual(published);
  });

  test('hold what they refuse until it is released, over a lost state, too', async () => {
    const world = harness({ config: BASE, clusters: { prod: { objects: services(2, '192.0.2.1') } } });
    await world.run();
    world.config = configOf(BASE + CLOSED);
    world.state = harness().state;
    world.clusters.prod!.objects = services(1, '192.0.2.2');
    await world.run();
    expect(world.records()).toEqual(['a-a0.example.com TXT arena service/default/a0', 'a0.example.com A 192.0.2.1']);
  });

  test('name the rule that decided: in the change, and in the finding', async () => {
    const objects = [
      service('a', { hostname: 'a.example.com' }, ['192.0.2.1'], 'shop'),
      service('w', { hostname: '*.example.com' }, ['192.0.2.1'], 'shop'),
      ingress('m', ['m.example.com'], [ALB], {}, 'mail'),
    ];
    const claims = 'claims: [{namespaces: [nobody]}, {namespaces: [shop]}, {domains: [m.example.com]}]';
    const world = harness({ config: BASE + claims, clusters: { prod: { objects } } });
    const { zones, findings } = await world.run({ mode: 'plan' });
    const changes = zones.flatMap(zone => zone.changes.map(({ name, type, allowedBy }) => [name, type, allowedBy]));
    expect(changes).toEqual([
      ['a.example.com', 'A', ['claims[1]']],
      ['m.example.com', 'A', ['claims[2]']],
      ['m.example.com', 'AAAA', ['claims[2]']],
    ]);
    expect(findings).toEqual([
      expect.objectContaining({ reason: 'not-allowed', name: '*.example.com', field: 'claims[1] of the config' }),
    ]);
    expect(findings[0]!.message).toContain('wildcard: true');
  });

  test('without rules, a change names none, and _acme-challenge of a Service is refused', async () => {
    const objects = [
      service('a', { hostname: 'a.example.com,_acme-challenge.b.example.com' }, ['192.0.2.1']),
      ingress('i', ['_acme-challenge.example.com'], ['192.0.2.1']),
    ];
    const world = harness({ config: BASE, clusters: { prod: { objects } } });
    const { zones, reasons } = await world.run();
    expect(zones[0]!.changes.map(change => [change.name, 'allowedBy' in change])).toEqual([['a.example.com', false]]);
    expect(reasons).toEqual({ 'not-allowed': 2 });
  });

  test('a hostile tenant who is refused cannot keep a name from those who may have it', async () => {
    const claims = 'claims: [{namespaces: [shop], domains: [pay.example.com]}]';
    const evil = ingress('evil', ['pay.example.com'], ['198.51.100.66'], {}, 'evil');
    const world = harness({ config: BASE + claims, clusters: { prod: { objects: [evil] } } });
    await world.run();
    expect(world.records()).toEqual([]);
    const pay = service('pay', { hostname: 'pay.example.com' }, ['192.0.2.1'], 'shop');
    world.clusters.prod!.objects = [evil, pay];
    await world.run();
    expect(world.records()).toContain('pay.example.com A 192.0.2.1');
    world.clusters.prod!.objects = [evil, service('pay2', { hostname: 'pay.example.com' }, ['192.0.2.2'], 'shop')];
    await world.run();
    expect(world.records()).toContain('pay.example.com A 192.0.2.2');
    world.clusters.prod!.objects = [evil];
    await world.run();
    expect(world.records()).toEqual([]);
  });

  test('addresses that are put together across namespaces are those of the namespaces that may', async () => {
    const merge = 'records: {merge: cluster}\n';
    const objects = [
      service('a', { hostname: 'x.example.com' }, ['192.0.2.1'], 'shop'),
      service('b', { hostname: 'x.example.com' }, ['192.0.2.2'], 'evil'),
    ];
    const world = harness({ config: `${BASE}${merge}claims: [{namespaces: [shop]}]`, clusters: { prod: { objects } } });
    await world.run();
    expect(world.records()).toContain('x.example.com A 192.0.2.1');
  });
});
