import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../lib/model/index.ts';
import type { Ports } from '../../lib/reconcile/index.ts';
import { createBudget } from '../../lib/route53/index.ts';
import { createMemoryStore } from '../../lib/state/index.ts';
import type { ZoneJson } from '../../local/emulators/route53/index.ts';
import { configOf, type Harness, harness } from '../support/harness.ts';
import { service } from '../support/objects.ts';

const HEAD = 'owner: arena\nclusters: [{name: prod, region: us-east-1}]\n';
const zone = (id: string, name: string): ZoneJson => ({ id, name: `${name}.`, records: [] });
const ZONES = [zone('Z1', 'example.com'), zone('Z2', 'corp.example')];
const VIEW = {
  outside: '  - {name: outside, zones: {domains: [example.com]}}\n',
  inside: '  - {name: inside, owner: within, zones: {domains: [corp.example]}}\n',
};
const BOTH = `${HEAD}views:\n${VIEW.outside}${VIEW.inside}`;
const ONE = `${HEAD}views:\n${VIEW.outside}`;

const asking = (...names: string[]) =>
  names.map(name => service(name.split('.')[0]!, { hostname: name }, ['10.0.0.1']));
const OBJECTS = asking('web.example.com', 'a.corp.example', 'b.corp.example', 'c.corp.example', 'd.corp.example');

/** A zone is filled under one config; the objects of it go, so that nobody asks for its names; then another config is used. */
async function changed(before: string, then: string, zones = ZONES): Promise<Harness> {
  const self = harness({ config: before, zones, clusters: { prod: { objects: OBJECTS } } });
  await self.run();
  self.clusters.prod!.objects = asking('web.example.com');
  self.config = configOf(then);
  return self;
}

const told = ({ findings }: RunResult) => findings.filter(({ message }) => message.includes('selects it no longer'));
const LEFT = {
  reason: 'warning',
  zone: 'Z2',
  message: expect.stringMatching(
    /^the hosted zone corp\.example \(Z2\): .*4 names there still have records of ours.*: a\.corp\.example, b\.corp\.example, c\.corp\.example, …; put its view .* back/,
  ),
};

describe('names of ours in a zone that leaves the config are told, a finding a zone', () => {
  test.each<[string, string, string]>([
    ['with its view, which had an owner id of its own', BOTH, ONE],
    [
      'with its domain',
      `${HEAD}zones: {domains: [example.com, corp.example]}`,
      `${HEAD}zones: {domains: [example.com]}`,
    ],
    ['with its id', `${HEAD}zones: {ids: [Z1, Z2]}`, `${HEAD}zones: {ids: [Z1]}`],
    ['since it is excluded', HEAD, `${HEAD}zones: {excludeDomains: [corp.example]}`],
    ['when views come', `${HEAD}zones: {domains: [example.com, corp.example]}`, ONE],
  ])('%s', async (_how, before, then) => {
    const self = await changed(before, then);
    const plan = await self.run({ mode: 'plan' });
    expect(told(plan)).toEqual([LEFT]);
    for (const _ of [1, 2]) {
      const result = await self.run();
      expect(told(result)).toEqual([LEFT]);
      // It is no reason to ask Route 53 for anything.
      expect(result).toMatchObject({ inStep: true, calls: {} });
    }
    expect(self.records('Z2')).toHaveLength(8);
  });

  test('and no more when it comes back, which then does what it did', async () => {
    const self = await changed(BOTH, ONE);
    await self.run();
    self.config = configOf(BOTH);
    const result = await self.run();
    expect(told(result)).toEqual([]);
    expect(self.records('Z2')).toEqual([]);
    self.config = configOf(ONE);
    expect(told(await self.run())).toEqual([]);
  });

  test('and no more once they were released', async () => {
    const self = await changed(BOTH, ONE);
    await self.run();
    self.config = configOf(BOTH);
    const names = ['a', 'b', 'c', 'd'].map(label => `${label}.corp.example`);
    await self.move({ kind: 'release', names }, undefined, 'inside');
    self.config = configOf(ONE);
    expect(told(await self.run())).toEqual([]);
    expect(self.records('Z2')).toHaveLength(4);
  });

  test('and no more when the zone is gone', async () => {
    const self = await changed(BOTH, ONE);
    await self.run();
    self.store.zones.delete('Z2');
    expect(told(await self.run({ force: true }))).toEqual([]);
  });

  test('for a month, since nobody sees what a person does there', async () => {
    const self = await changed(BOTH, ONE);
    await self.run();
    self.clock.advance(29 * 24 * 3_600_000);
    expect(told(await self.run())).toHaveLength(1);
    self.clock.advance(24 * 3_600_000);
    expect(told(await self.run())).toEqual([]);
  });
});

describe('nothing is told', () => {
  test('of a zone without a name of ours', async () => {
    const self = harness({ config: BOTH, zones: ZONES, clusters: { prod: { objects: asking('web.example.com') } } });
    await self.run();
    self.config = configOf(ONE);
    expect(told(await self.run())).toEqual([]);
  });

  test('where the state is lost', async () => {
    const self = await changed(BOTH, ONE);
    self.state = createMemoryStore();
    expect(told(await self.run())).toEqual([]);
  });

  test('where the zones of a view could not be listed, of which one may be', async () => {
    const role = 'arn:aws:iam::111122223333:role/zones';
    const inside = `  - {name: inside, zones: {domains: [corp.example], roleArn: '${role}'}}\n`;
    const config = `${HEAD}views:\n${VIEW.outside}${inside}`;
    const self = harness({ config, zones: ZONES, clusters: { prod: { objects: OBJECTS } } });
    let broken = false;
    const zonesOf: Ports['zonesOf'] = ({ roleArn }) => ({
      route53: self.route53({
        before() {
          if (broken && roleArn !== undefined) throw new Error('no role');
        },
      }),
      budget: createBudget(self.config.budget, self.clock),
    });
    await self.run({}, { zonesOf });
    broken = true;
    const result = await self.run({ force: true }, { zonesOf });
    expect(result.findings.some(({ reason }) => reason === 'unreadable')).toBe(true);
    expect(told(result)).toEqual([]);
    broken = false;
    expect(told(await self.run({}, { zonesOf }))).toEqual([]);
  });
});

test('of several shards one tells it', async () => {
  const shards = `owner: arena
clusters: [{name: prod, region: us-east-1, owner: a}, {name: lab, region: us-east-1, owner: b}]
shards: [{name: one, clusters: [prod]}, {name: two, clusters: [lab]}]
`;
  const self = harness({
    config: `${shards}views:\n${VIEW.outside}  - {name: inside, zones: {domains: [corp.example]}}\n`,
    zones: ZONES,
    clusters: { prod: { objects: OBJECTS }, lab: { objects: [] } },
  });
  await self.run();
  self.config = configOf(`${shards}views:\n${VIEW.outside}`);
  expect(told(await self.run())).toHaveLength(1);
  expect(told(await self.run({ shard: 'two' }))).toEqual([]);
});

test('what cannot be read of it is forgotten, and begun anew', async () => {
  const self = await changed(BOTH, ONE);
  const kept = await self.state.get('selected');
  await self.state.put('selected', Buffer.from('{}'), kept && kept !== 'unchanged' ? kept.version : undefined);
  expect(told(await self.run())).toEqual([]);
});
