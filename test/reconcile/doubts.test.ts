import { expect, test } from 'vitest';
import { configOf, EXAMPLE_ZONE, harness } from '../support/harness.ts';
import { service } from '../support/objects.ts';

const BASE = 'owner: arena\nclusters: [{name: prod, region: us-east-1}, {name: lab, region: us-east-1, owner: lab}]\n';
const RULES = 'claims: [{clusters: [prdo], namespaces: [x]}, {}]';

const world = (config: string) =>
  harness({
    config: `${BASE}zones: {domains: [example.com]}\n${config}`,
    clusters: { prod: { objects: [service('s', { hostname: 'a.example.com' }, ['192.0.2.1'])] }, lab: { objects: [] } },
  });

const doubt = { reason: 'warning', message: expect.stringContaining('claims[0].clusters[0]: "prdo" fits none') };

test('what can fit nothing is told where all clusters are read, and changes nothing else', async () => {
  const here = world(RULES);
  const result = await here.run();
  expect(result).toMatchObject({ inStep: true, counts: { created: 1, unpublished: 0 }, reasons: { warning: 1 } });
  expect(result.findings).toContainEqual(expect.objectContaining({ ...doubt, field: 'claims[0].clusters[0]' }));
  expect(await here.run({ mode: 'plan' })).toMatchObject({ inStep: true, reasons: { warning: 1 } });
  expect((await here.run({ clusters: ['prod'] })).findings).not.toContainEqual(expect.objectContaining(doubt));
});

test('of several shards one tells it, which knows the clusters of all', async () => {
  const shards = 'shards: [{name: one, clusters: [prod]}, {name: two, clusters: [lab]}]';
  const here = world(`${shards}\nclaims: [{clusters: [prod], namespaces: [x]}, {clusters: [lab, prdo]}, {}]`);
  const told = async (shard?: string) =>
    (await here.run(shard === undefined ? {} : { shard })).findings.filter(({ message }) =>
      message.includes('fits none'),
    );
  expect(await told('one')).toMatchObject([{ message: expect.stringContaining('claims[1].clusters[1]: "prdo"') }]);
  expect(await told('two')).toEqual([]);
  expect(await told()).toHaveLength(1);
});

test('an id that no zone has is told, beside one that a zone has', async () => {
  const here = world('');
  here.config = configOf(`${BASE}zones: {ids: [${EXAMPLE_ZONE.id}, Z0TYPO]}`);
  expect((await here.run()).findings).toEqual([
    { reason: 'warning', message: expect.stringContaining('no hosted zone Z0TYPO'), field: 'zones.ids' },
  ]);
});
