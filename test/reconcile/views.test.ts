import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../lib/model/index.ts';
import { preview, readManifests } from '../../lib/preview/index.ts';
import {
  decodePlan,
  encodePlan,
  ensureSame,
  listRecords,
  type PlannedRun,
  type Ports,
  releaseUndone,
  undo,
} from '../../lib/reconcile/index.ts';
import { createBudget, Route53Error } from '../../lib/route53/index.ts';
import { createMemoryStore } from '../../lib/state/index.ts';
import { lookAtWorld } from '../../lib/ui/index.ts';
import { dumpZones, loadZones, Route53Store, type ZoneJson } from '../../local/emulators/route53/index.ts';
import { configOf, fakeClusters, type Harness, harness } from '../support/harness.ts';
import { explain, whyNot } from '../support/look.ts';
import { type KubernetesObject, service } from '../support/objects.ts';
import { storeRoute53 } from '../support/store-route53.ts';

const PUBLIC: ZoneJson = { id: 'Z0PUBLIC', name: 'example.com.', records: [] };
const PRIVATE: ZoneJson = { id: 'Z0PRIVATE', name: 'example.com.', private: true, records: [] };
const CORP: ZoneJson = { id: 'Z0CORP', name: 'corp.example.', private: true, records: [] };

const HEAD = 'owner: arena\nclusters: [{name: prod, region: us-east-1}]\n';
const SPLIT = `${HEAD}zones: {domains: [example.com]}
views:
  - {name: outside, zones: {type: public}, annotationPrefixes: [outside.example/]}
  - {name: inside, zones: {type: private}, annotationPrefixes: [inside.example/]}
`;

const world = (views: string, objects: KubernetesObject[], zones = [PUBLIC, PRIVATE]) =>
  harness({ config: views, zones, clusters: { prod: { objects } } });
const shown = (result: RunResult) => result.findings.map(({ reason, message }) => `${reason}: ${message}`);
const changed = (result: RunResult) => result.zones.flatMap(({ changes }) => changes);

/** A second run changes nothing, and asks Route 53 for nothing. */
async function isFree(self: Harness, ports: Partial<Ports> = {}): Promise<void> {
  const again = await self.run({}, ports);
  expect(changed(again)).toEqual([]);
  expect(again.calls).toEqual({});
}

/** The objects are listed once a run. */
function counting(self: Harness): { readonly listed: string[]; readonly ports: Partial<Ports> } {
  const listed: string[] = [];
  const readCluster: Ports['readCluster'] = async (cluster, sources, page, restart, signal, reading) => {
    listed.push(cluster.name);
    page('service', self.clusters.prod!.objects);
    void [restart, signal, reading];
    return Object.fromEntries(sources.map(source => [source, { complete: true as const, objects: 0 }]));
  };
  return { listed, ports: { readCluster } };
}

describe('split horizon', () => {
  const web = service(
    'web',
    {
      'outside.example/hostname': 'web.example.com',
      'outside.example/target': '203.0.113.1',
      'inside.example/hostname': 'web.example.com',
      'inside.example/target': '10.0.0.1',
    },
    ['192.0.2.9'],
  );

  test('of one Service by a prefix for each view: it is read once, and a second run is free', async () => {
    const self = world(SPLIT, [web]);
    const { listed, ports } = counting(self);
    const result = await self.run({}, ports);
    expect(listed).toEqual(['prod']);
    expect(shown(result)).toEqual([]);
    expect(self.records('Z0PUBLIC')).toEqual([
      'a-web.example.com TXT arena service/default/web',
      'web.example.com A 203.0.113.1',
    ]);
    expect(self.records('Z0PRIVATE')).toEqual([
      'a-web.example.com TXT arena service/default/web',
      'web.example.com A 10.0.0.1',
    ]);
    expect(result).toMatchObject({ inStep: true, counts: { created: 2 }, clusters: [{ name: 'prod', endpoints: 2 }] });
    expect(result.zones.map(({ id, view }) => [id, view]).sort()).toEqual([
      ['Z0PRIVATE', 'inside'],
      ['Z0PUBLIC', 'outside'],
    ]);
    await isFree(self);
  });

  test('an object that one view alone has is not missed by the other', async () => {
    const self = world(SPLIT, [service('in', { 'inside.example/hostname': 'in.example.com' }, ['10.0.0.2'])]);
    expect(await self.run()).toMatchObject({ inStep: true });
    expect(self.records('Z0PUBLIC')).toEqual([]);
    expect(self.records('Z0PRIVATE')).toHaveLength(2);
  });

  test('by the addresses that each view publishes', async () => {
    const self = world(
      `${HEAD}views:\n  - {name: outside, zones: {type: public}, records: {excludeTargetNets: [10.0.0.0/8]}}\n  - {name: inside, zones: {type: private}, records: {targetNets: [10.0.0.0/8]}}\n`,
      [service('web', { hostname: 'web.example.com' }, ['203.0.113.1', '10.0.0.1'])],
    );
    await self.run();
    expect(self.records('Z0PUBLIC')).toContain('web.example.com A 203.0.113.1');
    expect(self.records('Z0PRIVATE')).toContain('web.example.com A 10.0.0.1');
  });

  test('an object that goes is removed in both, one that changes in its view alone', async () => {
    const self = world(SPLIT, [web]);
    await self.run();
    const moved = structuredClone(web) as { metadata: { annotations: Record<string, string> } } & KubernetesObject;
    moved.metadata.annotations['inside.example/target'] = '10.0.0.7';
    self.clusters.prod!.objects = [moved];
    expect(await self.run()).toMatchObject({ counts: { created: 0, updated: 1, deleted: 0 } });
    expect(self.records('Z0PRIVATE')).toContain('web.example.com A 10.0.0.7');
    self.clusters.prod!.objects = [];
    await self.run();
    expect([...self.records('Z0PUBLIC'), ...self.records('Z0PRIVATE')]).toEqual([]);
  });

  test('filters of a view leave the others theirs', async () => {
    const self = world(
      `${HEAD}views:\n  - {name: outside, zones: {type: public}, filters: {namespaces: [shop]}}\n  - {name: inside, zones: {type: private}}\n`,
      ['shop', 'hidden'].map(name => service(name, { hostname: `${name}.example.com` }, ['10.0.0.1'], name)),
    );
    expect(await self.run()).toMatchObject({ inStep: true });
    expect(self.records('Z0PUBLIC').filter(line => !line.includes('TXT'))).toEqual(['shop.example.com A 10.0.0.1']);
    expect(self.records('Z0PRIVATE').filter(line => !line.includes('TXT'))).toHaveLength(2);
  });
});

describe('a name', () => {
  const TWO = `${HEAD}views:\n  - {name: outside, zones: {domains: [example.com]}}\n  - {name: inside, zones: {domains: [corp.example]}}\n`;
  const both = service('web', { hostname: 'web.example.com,web.corp.example' }, ['192.0.2.1']);

  test('that one view has a zone for is not missed by the others', async () => {
    const self = world(TWO, [both], [PUBLIC, CORP]);
    const result = await self.run();
    expect(shown(result)).toEqual([]);
    expect(result.inStep).toBe(true);
    expect(self.records('Z0CORP')).toContain('web.corp.example A 192.0.2.1');
    expect(await explain(self, 'web.corp.example')).toMatchObject({ verdict: 'published', published: true });
    expect(await whyNot(self, 'service/default/web')).toMatchObject({
      published: true,
    });
  });

  test('that no view has a zone for is told once, with a view that would have it', async () => {
    const lost = service('lost', { hostname: 'x.corp.example' }, ['192.0.2.1']);
    const below: ZoneJson = { ...CORP, name: 'other.corp.example.' };
    const self = world(TWO, [lost], [PUBLIC, below]);
    const result = await self.run();
    expect(result.counts.unpublished).toBe(1);
    const told = shown(result).filter(text => text.includes('x.corp.example'));
    expect(told).toEqual([expect.stringMatching(/^no-zone: no hosted zone contains x\.corp\.example.*view "inside"/)]);
    expect(await explain(self, 'x.corp.example')).toMatchObject({ verdict: 'refused' });
    // What is kept of the cluster counts it once, too.
    const narrow = await self.run({ clusters: [] });
    expect(narrow.counts.unpublished).toBe(1);
  });

  test('that is faulty is told of once', async () => {
    const bad = service('bad', { hostname: 'x_!.example.com' }, ['192.0.2.1']);
    const result = await world(TWO, [bad], [PUBLIC, CORP]).run();
    expect(result.findings).toHaveLength(1);
    expect(result.counts.unpublished).toBe(1);
  });
});

describe('a hosted zone that two views select', () => {
  const BOTH = `${HEAD}views:\n  - {name: one, zones: {domains: [example.com]}}\n  - {name: two, zones: {domains: [example.com, corp.example]}}\n`;
  const objects = [
    service('web', { hostname: 'web.example.com' }, ['192.0.2.1']),
    service('in', { hostname: 'in.corp.example' }, ['192.0.2.2']),
  ];

  test('is refused by name with the keys to change, and nothing is written there', async () => {
    const self = world(BOTH, objects, [PUBLIC, CORP]);
    const before = self.json('Z0PUBLIC');
    const result = await self.run({ force: true });
    expect(self.json('Z0PUBLIC')).toEqual(before);
    expect(self.records('Z0CORP')).toContain('in.corp.example A 192.0.2.2');
    const about = result.findings.filter(({ zone }) => zone === 'Z0PUBLIC');
    expect(about.map(({ reason, name }) => [reason, name])).toEqual([
      ['conflict', undefined],
      ['conflict', 'web.example.com'],
    ]);
    expect(about[0]?.message).toMatch(/views "one" and "two".*zones\.type, zones\.ids/);
    expect(result.zones.filter(({ id }) => id === 'Z0PUBLIC')).toMatchObject([{ source: 'unreadable', changes: [] }]);
    expect(result.inStep).toBe(false);
    await expect(listRecords(runOf(self), { all: true })).rejects.toThrow('views "one" and "two"');
    await expect(self.move({ kind: 'adopt', names: ['web.example.com'], overwrite: false })).rejects.toThrow('--view');
  });

  test('loses nothing of what stood there before', async () => {
    const self = world(BOTH.replace('[example.com, corp.example]', '[corp.example]'), objects, [PUBLIC, CORP]);
    await self.run();
    const stood = self.json('Z0PUBLIC');
    self.config = configOf(BOTH);
    self.clusters.prod!.objects = [];
    await self.run({ force: true });
    expect(self.json('Z0PUBLIC')).toEqual(stood);
  });
});

const runOf = (self: Harness, ports: Partial<Ports> = {}) => ({
  config: self.config,
  ports: {
    route53: self.route53({}),
    budget: createBudget(self.config.budget, self.clock),
    readCluster: async () => ({}),
    store: createMemoryStore(),
    aliasZoneOf: () => undefined,
    clock: self.clock,
    holder: 'test',
    ...ports,
  },
});

describe('a view has its own', () => {
  const objects = [service('web', { hostname: 'web.example.com,web.corp.example' }, ['192.0.2.1'])];
  const zones = [PUBLIC, CORP];

  test('policy', async () => {
    const self = world(
      `${HEAD}views:\n  - {name: one, zones: {domains: [example.com]}}\n  - {name: two, policy: upsert-only, zones: {domains: [corp.example]}}\n`,
      objects,
      zones,
    );
    await self.run();
    self.clusters.prod!.objects = [];
    const result = await self.run();
    expect(self.records('Z0PUBLIC')).toEqual([]);
    expect(self.records('Z0CORP')).toContain('web.corp.example A 192.0.2.1');
    expect(result.findings).toMatchObject([{ reason: 'policy', zone: 'Z0CORP' }]);
  });

  test('owner, which no other view has in its zones', async () => {
    const views = (owner: string) =>
      `${HEAD}views:\n  - {name: one, zones: {domains: [example.com]}}\n  - {name: two, owner: ${owner}, zones: {domains: [corp.example]}}\n`;
    const self = world(views('inner'), objects, zones);
    await self.run();
    expect(self.records('Z0PUBLIC')).toContain('a-web.example.com TXT arena service/default/web');
    expect(self.records('Z0CORP')).toContain('a-web.corp.example TXT inner service/default/web');
    await isFree(self);
    const listed = await listRecords(runOf(self), { all: false });
    expect(listed.map(({ record, owner }) => [record.name, owner])).toEqual([
      ['web.example.com', 'arena'],
      ['web.corp.example', 'inner'],
    ]);
    // Another owner: what the former one has is left alone.
    self.config = configOf(views('other'));
    self.clusters.prod!.objects = [];
    await self.run({ force: true });
    expect(self.records('Z0PUBLIC')).toEqual([]);
    expect(self.records('Z0CORP')).toHaveLength(2);
  });

  test('frozen zones', async () => {
    const self = world(
      `${HEAD}views:\n  - {name: one, zones: {domains: [example.com]}}\n  - {name: two, zones: {domains: [corp.example]}}\n`.replace(
        'views:',
        'zones: {freeze: [corp.example]}\nviews:',
      ),
      objects,
      zones,
    );
    const result = await self.run();
    expect(self.records('Z0CORP')).toEqual([]);
    expect(self.records('Z0PUBLIC')).toHaveLength(2);
    expect(result.findings).toMatchObject([{ reason: 'frozen', zone: 'Z0CORP' }]);
  });

  test('ownership that is moved: which view is meant must be said', async () => {
    const self = world(
      `${HEAD}views:\n  - {name: one, zones: {domains: [example.com]}}\n  - {name: two, owner: inner, zones: {domains: [corp.example]}}\n`,
      objects,
      [PUBLIC, { ...CORP, records: [{ name: 'web.corp.example.', type: 'A', ttl: 300, values: ['192.0.2.1'] }] }],
    );
    const ask = { kind: 'adopt', names: ['web.corp.example'], overwrite: false } as const;
    await expect(self.move(ask)).rejects.toThrow('say with --view in which view');
    await expect(self.move(ask, undefined, 'three')).rejects.toThrow('the config has one, two');
    const moved = await self.move(ask, undefined, 'two');
    expect(moved).toMatchObject({ refused: [], done: [{ name: 'web.corp.example', to: 'inner' }] });
    expect(await self.run()).toMatchObject({ inStep: true, counts: { created: 1, updated: 0 } });
    expect(self.records('Z0CORP')).toContain('a-web.corp.example TXT inner service/default/web');
  });
});

const ROLES = ['arn:aws:iam::111111111111:role/dns', 'arn:aws:iam::222222222222:role/dns'] as const;

describe('zones of several accounts', () => {
  const ACCOUNTS = `${HEAD}views:
  - {name: one, zones: {domains: [example.com], roleArn: '${ROLES[0]}'}}
  - {name: two, zones: {domains: [example.com, corp.example], roleArn: '${ROLES[1]}', externalId: abc}}
`;
  const objects = [service('web', { hostname: 'web.example.com,web.corp.example' }, ['192.0.2.1'])];

  /** A Route 53 for each role; `broken` cannot be reached. */
  function accounts(broken: string[] = []) {
    const self = world(ACCOUNTS, objects, [PUBLIC]);
    const other = new Route53Store();
    loadZones(other, [CORP]);
    const calls: string[] = [];
    const zonesOf: NonNullable<Ports['zonesOf']> = ({ roleArn = '' }) => ({
      route53: storeRoute53(roleArn === ROLES[0] ? self.store : other, {
        before: operation => {
          calls.push(`${operation} ${roleArn.split(':')[4]}`);
          if (broken.includes(roleArn))
            throw new Route53Error('denied', 'AccessDenied', 'not allowed to assume the role');
        },
      }),
      budget: createBudget(self.config.budget, self.clock),
    });
    return { self, calls, ports: { zonesOf }, other };
  }

  test('each in its role', async () => {
    const { self, calls, ports, other } = accounts();
    const result = await self.run({}, ports);
    expect(shown(result)).toEqual([]);
    expect(self.records('Z0PUBLIC')).toContain('web.example.com A 192.0.2.1');
    expect(JSON.stringify(zonesIn(other))).toContain('web.corp.example');
    expect(calls.filter(call => call.startsWith('listHostedZones')).sort()).toEqual([
      'listHostedZones 111111111111',
      'listHostedZones 222222222222',
    ]);
    calls.length = 0;
    await isFree(self, ports);
    expect(calls).toEqual([]);
  });

  test('one that cannot be reached is told, and does not stop the other; its records stay', async () => {
    const broken: string[] = [];
    const { self, ports, other } = accounts(broken);
    await self.run({}, ports);
    broken.push(ROLES[1]);
    self.clusters.prod!.objects = [];
    const before = JSON.stringify(zonesIn(other));
    const result = await self.run({ force: true }, ports);
    expect(self.records('Z0PUBLIC')).toEqual([]);
    expect(JSON.stringify(zonesIn(other))).toEqual(before);
    expect(shown(result)).toEqual([expect.stringMatching(/^unreadable: view "two".*not allowed to assume/)]);
    expect(result.inStep).toBe(false);
    broken.length = 0;
    await self.run({ force: true }, ports);
    expect(JSON.stringify(zonesIn(other))).not.toContain('web.corp.example');
  });

  test('what one that cannot be reached had is not taken by another that comes to select it', async () => {
    const broken: string[] = [];
    const { self, ports } = accounts(broken);
    self.config = configOf(`${HEAD}views:\n  - {name: a, zones: {domains: [example.com], roleArn: '${ROLES[0]}'}}\n`);
    await self.run({}, ports);
    const stood = self.json('Z0PUBLIC');
    // The same zone under a second role, of which the first one's view knows nothing while that is away.
    self.config = configOf(
      `${HEAD}views:\n  - {name: a, zones: {domains: [example.com], roleArn: '${ROLES[0]}'}}\n  - {name: b, zones: {domains: [example.com], type: public, roleArn: '${ROLES[0]}-2'}}\n`,
    );
    const same: Partial<Ports> = {
      zonesOf: zones => ports.zonesOf({ ...zones, roleArn: ROLES[0] }),
    };
    await self.run({ force: true }, same);
    self.clusters.prod!.objects = [];
    broken.push(ROLES[0]);
    const second: Partial<Ports> = {
      zonesOf: zones =>
        zones.roleArn === ROLES[0]
          ? ports.zonesOf(zones)
          : { ...ports.zonesOf(zones), route53: storeRoute53(self.store) },
    };
    const result = await self.run({ force: true }, second);
    expect(self.json('Z0PUBLIC')).toEqual(stood);
    expect(result.inStep).toBe(false);
  });

  test('where none can be reached there is no run', async () => {
    const { self, ports } = accounts([...ROLES]);
    await expect(self.run({}, ports)).rejects.toThrow('not allowed to assume the role');
  });

  test('a plan that is carried out exactly needs all of them', async () => {
    const broken: string[] = [];
    const { self, ports } = accounts(broken);
    const runs: PlannedRun[] = [];
    await self.run({ mode: 'plan' }, ports, { exact: true, onPlanned: run => void runs.push(run) });
    expect(runs.map(({ view }) => view)).toEqual(['one', 'two']);
    broken.push(ROLES[1]);
    const plan = decodePlan(encodePlan({ request: { force: false }, runs }), 'plan.json');
    const apply = () => self.run({}, ports, { exact: true, onPlanned: run => ensureSame(plan, run) });
    await expect(apply()).rejects.toThrow('not allowed');
    expect(self.records('Z0PUBLIC')).toEqual([]);
    broken.length = 0;
    self.config = configOf(ACCOUNTS.replace(/\n {2}- \{name: two.*/, ''));
    await expect(apply()).rejects.toThrow('the config is another one');
    expect(self.records('Z0PUBLIC')).toEqual([]);
    self.config = configOf(ACCOUNTS);
    expect(await apply()).toMatchObject({ inStep: true, counts: { created: 2 } });
  });
});

const zonesIn = (store: Route53Store) => dumpZones(store);

describe('a view that is', () => {
  const objects = [service('web', { hostname: 'web.example.com,web.corp.example' }, ['192.0.2.1'])];
  const ONE = '  - {name: one, zones: {domains: [example.com]}}\n';
  const TWO = '  - {name: two, zones: {domains: [corp.example]}}\n';
  const views = (...some: string[]) => `${HEAD}views:\n${some.join('')}`;

  test('removed leaves its records, and what is asked for there is told', async () => {
    const self = world(views(ONE, TWO), objects, [PUBLIC, CORP]);
    await self.run();
    const stood = self.json('Z0CORP');
    self.config = configOf(views(ONE));
    const result = await self.run({ force: true });
    expect(self.json('Z0CORP')).toEqual(stood);
    expect(shown(result)).toEqual([
      expect.stringContaining('filtered: web.corp.example'),
      expect.stringMatching(/Z0CORP.*1 name there still has a record of ours.*: web\.corp\.example;/),
    ]);
    expect(self.records('Z0PUBLIC')).toHaveLength(2);
  });

  test.each([
    ['renamed', [ONE, TWO.replace('two', 'other')]],
    ['swapped with another', [ONE.replace('one', 'two'), TWO.replace('two', 'one')]],
    ['put before another', [TWO, ONE]],
    ['joined with another', [ONE.replace('[example.com]', '[example.com, corp.example]')]],
  ])('%s changes nothing', async (_, changedViews) => {
    const self = world(views(ONE, TWO), objects, [PUBLIC, CORP]);
    await self.run();
    const stood = [self.json('Z0PUBLIC'), self.json('Z0CORP')];
    self.config = configOf(views(...changedViews));
    const result = await self.run();
    expect(changed(result)).toEqual([]);
    expect(result.inStep).toBe(true);
    expect([self.json('Z0PUBLIC'), self.json('Z0CORP')]).toEqual(stood);
    await isFree(self);
  });

  test('the first there is, or the last, changes nothing', async () => {
    const flat = `${HEAD}zones: {domains: [example.com, corp.example]}\n`;
    const self = world(flat, objects, [PUBLIC, CORP]);
    await self.run();
    for (const text of [views(ONE, TWO), flat]) {
      self.config = configOf(text);
      expect(changed(await self.run())).toEqual([]);
      await isFree(self);
    }
  });
});

describe('commands over views', () => {
  const ONE = '  - {name: one, zones: {domains: [example.com]}}\n';
  const TWO = '  - {name: two, zones: {domains: [corp.example]}}\n';
  const objects = [service('web', { hostname: 'web.example.com,web.corp.example' }, ['192.0.2.1'])];
  const both = () => world(`${HEAD}views:\n${ONE}${TWO}`, objects, [PUBLIC, CORP]);
  const person = (self: Harness, view?: string) => ({ ...runOf(self, { store: self.state }), ...(view && { view }) });

  test('a run is undone in the zones of one, held there, and released', async () => {
    const self = both();
    await self.run({}, { holder: 'first' });
    const back = (view?: string) => undo({ what: ['first'] }, 0, person(self, view), async () => true);
    await expect(back()).rejects.toThrow('say with --view in which view');
    expect(await back('two')).toMatchObject({ refused: [], done: [{ name: 'web.corp.example' }] });
    expect(self.records('Z0CORP')).toEqual([]);
    expect(self.records('Z0PUBLIC')).toHaveLength(2);
    await self.run();
    expect(self.records('Z0CORP')).toEqual([]);
    await releaseUndone({ what: ['web.corp.example'] }, person(self), async () => true);
    await self.run();
    expect(self.records('Z0CORP')).toHaveLength(2);
  });

  test('the pages show the zones and the room of all', async () => {
    const self = both();
    await self.run();
    const ports = { ...person(self).ports, readCluster: fakeClusters(self.clusters) };
    const picture = await lookAtWorld(self.config, ports);
    expect(picture.plan).toMatchObject({ inStep: true, counts: { created: 0 } });
    expect(new Set(picture.records.map(({ zone }) => zone.id))).toEqual(new Set(['Z0PUBLIC', 'Z0CORP']));
    expect([...picture.rooms.of.keys()].sort()).toEqual(['Z0CORP', 'Z0PUBLIC']);
  });

  test('manifests are offered to all', async () => {
    const self = both();
    await self.run();
    const ports = { ...person(self).ports, readCluster: fakeClusters(self.clusters) };
    const text = JSON.stringify(service('new', { hostname: 'new.example.com,new.corp.example' }, ['192.0.2.4']));
    const manifests = readManifests([{ file: 'new.yaml', text }], 'default');
    const { result } = await preview({ config: self.config, ports }, manifests, { cluster: 'prod', prune: false });
    expect(result.findings.map(({ reason, name }) => [reason, name])).toEqual([
      ['no-target', 'new.example.com'],
      ['no-target', 'new.corp.example'],
    ]);
  });
});

test('a cluster that cannot be read keeps what it has in every view', async () => {
  const self = world(SPLIT, [
    service('web', { 'outside.example/hostname': 'a.example.com', 'inside.example/hostname': 'b.example.com' }, [
      '192.0.2.1',
    ]),
  ]);
  await self.run();
  const stood = [self.json('Z0PUBLIC'), self.json('Z0PRIVATE')];
  self.clusters.prod = { objects: [], failing: 'the API server is gone' };
  const result = await self.run({ force: true });
  expect([self.json('Z0PUBLIC'), self.json('Z0PRIVATE')]).toEqual(stood);
  // One for all that have the same error, and it counts each.
  const unread = result.findings.filter(({ reason }) => reason === 'unreadable');
  expect(unread.map(({ message, count }) => [message, count])).toEqual([
    [expect.stringMatching(/^prod: service, ingress objects could not be read, .*: the API server is gone$/), 2],
  ]);
  expect(result.reasons.unreadable).toBe(2);
});

test('views that ask for tags and views that do not share one list of the zones of a role', async () => {
  const self = world(
    `${HEAD}views:\n  - {name: plain, zones: {type: private}}\n  - {name: tagged, zones: {type: public, tags: {team: dns}}}\n`,
    [],
  );
  expect((await self.run()).calls.ListHostedZones).toBe(1);
  await isFree(self);
});
