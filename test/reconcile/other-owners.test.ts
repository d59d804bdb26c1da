import { describe, expect, test } from 'vitest';
import { harness } from '../support/harness.ts';
import { ALB, service, services } from '../support/objects.ts';

const config = (owner: string) =>
  `owner: ${owner}\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}`;

/** What a run of one owner id says in a zone that a run of another filled. */
async function afterOther(owner: string, more: () => ReturnType<typeof services> = () => []) {
  const before = harness({ config: config('default'), clusters: { prod: { objects: services(12, ALB) } } });
  await before.run();
  const zones = [{ id: 'Z0EXAMPLE0000000001', name: 'example.com.', records: before.json() }];
  const world = harness({
    config: config(owner),
    zones,
    clusters: { prod: { objects: [...services(12, ALB), ...more()] } },
  });
  return { world, first: await world.run() };
}

describe('a zone full of another owner’s records', () => {
  test('is told once, with the owner id that it takes, before the refusals', async () => {
    const { world, first } = await afterOther('fairlead');
    expect(first.findings[0]).toMatchObject({
      reason: 'warning',
      owner: 'default',
      message: expect.stringMatching(
        /^12 names that are asked for belong to the owner "default" \(a0\.example\.com, .* and 9 more\), and none to "fairlead": is `owner` right\? .* write owner: default/,
      ),
    });
    expect(first.counts).toMatchObject({ created: 0, updated: 0, deleted: 0 });
    expect(world.calls.changeRecordSets).toBeUndefined();
  });

  test('has two findings a name, one for each type, and each says whose it is', async () => {
    const { first } = await afterOther('fairlead');
    const refused = first.findings.filter(({ name }) => name === 'a0.example.com');
    expect(refused.map(({ reason, type, owner }) => `${reason} ${type} ${owner}`)).toEqual([
      'not-owned A default',
      'not-owned AAAA default',
    ]);
  });

  test('is no question of the owner id where that has records there, too', async () => {
    const { world } = await afterOther('fairlead', () => [
      service('own', { hostname: 'own.example.com' }, ['192.0.2.1']),
    ]);
    const second = await world.run();
    expect(second.findings.filter(({ reason }) => reason === 'warning')).toEqual([]);
    expect(second.reasons).toEqual({ 'not-owned': 24 });
  });

  test('is in step under the owner id that the message names', async () => {
    const { first } = await afterOther('default');
    expect(first).toMatchObject({ inStep: true, findings: [], counts: { created: 0, updated: 0 } });
  });
});

test('of two objects that want one name the one that loses is told the other and what to do', async () => {
  const other = service('b', { hostname: 'x.example.com' }, ['192.0.2.2']);
  const objects = [
    service('a', { hostname: 'x.example.com' }, ['192.0.2.1']),
    { ...other, metadata: { ...other.metadata, namespace: 'other' } },
  ];
  const world = harness({ config: config('arena'), clusters: { prod: { objects } } });
  expect((await world.run()).findings).toEqual([
    expect.objectContaining({
      reason: 'conflict',
      message:
        'x.example.com is published for prod: service/default/a, which also asks for it: take the hostname out of one of the two',
    }),
  ]);
});
