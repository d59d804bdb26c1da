import { expect, test } from 'vitest';
import { type Finding, isUnpublished, type Reason } from '../../lib/model/index.ts';
import { findingsIn, lookAtAllKept } from '../../lib/reconcile/index.ts';
import { harness } from '../support/harness.ts';
import { runOf } from '../support/look.ts';
import { service } from '../support/objects.ts';

const CLUSTERS = '{name: prod, region: us-east-1}, {name: lab, region: us-east-1, owner: lab}';
const said = (findings: readonly Finding[]) =>
  findings
    .filter(isUnpublished)
    .map(({ reason, name, object, former }) => JSON.stringify({ reason, name, object: object ?? former }))
    .sort();

const objects = () => [
  service('web', { hostname: 'web.example.com, gone.example.com' }, ['192.0.2.1']),
  service('bad', { hostname: 'a..b' }, ['192.0.2.1']),
  service('waits', { hostname: 'waits.example.com' }, []),
];

test.each<[string, string, Reason[]]>([
  ['one view', 'zones: {domains: [example.com]}\n', ['conflict', 'invalid', 'no-target']],
  [
    'two views',
    'views: [{name: one, zones: {domains: [example.com]}}, {name: two, zones: {domains: [example.org]}}]\n',
    ['conflict', 'invalid', 'no-target'],
  ],
  [
    'two shards',
    'zones: {domains: [example.com]}\nshards: [{name: one, clusters: [prod]}, {name: two, clusters: [lab]}]\n',
    ['not-owned', 'invalid', 'no-target'],
  ],
])('what a plan would tell is told of what is kept, and nothing is listed: %s', async (_, more, told) => {
  const world = harness({
    config: `owner: arena\nclusters: [${CLUSTERS}]\n${more}guard: {maxDeletes: {count: 0, percent: 0}}\n`,
    clusters: {
      prod: { objects: objects() },
      lab: { objects: [service('thief', { hostname: 'web.example.com' }, ['192.0.2.9'])] },
    },
  });
  await world.run();
  world.clusters.prod!.objects = [
    service('web', { hostname: 'web.example.com' }, ['192.0.2.1']),
    ...objects().slice(1),
  ];
  await world.run();
  const planned = await world.run({ mode: 'plan' });
  // That a view selects no zone is found where zones are looked at.
  const findings = planned.findings.filter(({ name, object }) => name !== undefined || object);
  const reasons = new Set(findings.filter(isUnpublished).map(({ reason }) => reason));
  expect(reasons).toEqual(new Set(told));
  for (const operation of Object.keys(world.calls)) delete world.calls[operation as keyof typeof world.calls];
  const listed: string[] = [];
  const look = await lookAtAllKept(runOf(world, listed));
  expect(look && said(findingsIn(look))).toEqual(said(findings));
  expect([...Object.keys(world.calls), ...listed]).toEqual([]);
});

test('where nothing is kept nothing is known', async () => {
  expect(await lookAtAllKept(runOf(harness()))).toBeUndefined();
});
