import { describe, expect, test } from 'vitest';
import { loadZones, type RecordJson } from '../../local/emulators/route53/index.ts';
import { fromJson } from '../../local/emulators/route53/json.ts';
import { brief, configOf, EXAMPLE_ZONE, type Harness, harness } from '../support/harness.ts';
import { explain } from '../support/look.ts';
import { ALB, type KubernetesObject, NLB, service } from '../support/objects.ts';

const HOST = 'shop.example.com';

/** A Service of this name that asks for shop.example.com. */
const shop = (target: string | readonly string[], annotations: Record<string, string> = {}, namespace = 'default') =>
  service('shop', { hostname: HOST, ...annotations }, [target].flat(), namespace);

const config = (sharing: string, more: readonly [string, string] = ['', ''], rest = '') =>
  configOf(`owner: arena
clusters: [{name: c1, region: us-east-1${more[0]}}, {name: c2, region: us-east-1${more[1]}}]
zones: {domains: [example.com]}
sharing: ${sharing}
${rest}`);

const line = (record: RecordJson) =>
  `${brief(record)}${record.weight === undefined ? '' : ` weight ${record.weight}`}${
    record.type === 'TXT' ? ` [${record.values?.length}]` : ''
  }`;

const HEALTH = '11111111-2222-3333-4444-555555555555';

/** Without ownership records. */
const records = (world: Harness) =>
  world
    .json()
    .filter(({ type }) => type !== 'TXT')
    .map(line);

/** The clusters that ownership records name, by TXT record set. */
const owners = (world: Harness) =>
  world
    .json()
    .filter(({ type }) => type === 'TXT')
    .map(({ name, setIdentifier, values = [] }) => {
      const said = values.map(value => {
        const [, owner, resource] = /owner=([^,"]*).*resource=([^,"]*)/.exec(value) ?? [];
        const [, cluster = '-'] = /cluster=([^,"]*)/.exec(value) ?? [];
        const [, share] = /share=([^,"]*)/.exec(value) ?? [];
        return [cluster, owner, resource, share].filter(Boolean).join(' ');
      });
      return `${name.replace(/\.$/, '')}${setIdentifier === undefined ? '' : `#${setIdentifier}`}: ${said.sort().join(' | ')}`;
    });

const told = (result: Awaited<ReturnType<Harness['run']>>) =>
  result.findings.map(({ reason, object }) => `${reason} ${object?.cluster ?? ''}`.trim()).sort();

interface Clusters {
  readonly c1?: readonly KubernetesObject[] | 'away';
  readonly c2?: readonly KubernetesObject[] | 'away';
}

async function worldOf(sharing: string, clusters: Clusters, more?: readonly [string, string]): Promise<Harness> {
  const world = harness({ zones: [EXAMPLE_ZONE], clusters: { c1: { objects: [] }, c2: { objects: [] } } });
  world.config = config(sharing, more);
  await become(world, clusters);
  return world;
}

/** The clusters' objects change, or cannot be read; then a run, and another one, which must change and send nothing. */
async function become(world: Harness, clusters: Clusters, only?: string) {
  for (const [name, objects] of Object.entries(clusters)) {
    const before = world.clusters[name]?.objects ?? [];
    world.clusters[name] = objects === 'away' ? { objects: before, failing: 'away' } : { objects: [...objects] };
  }
  const request = only === undefined ? {} : { clusters: [only] };
  const result = await world.run(request);
  const batches = world.calls.changeRecordSets ?? 0;
  const second = await world.run(request);
  expect(second.zones.flatMap(({ changes }) => changes)).toEqual([]);
  expect(world.calls.changeRecordSets ?? 0).toBe(0);
  return { result, batches };
}

describe('first', () => {
  test('who has the name keeps it, the other is told, and takes over in one swap', async () => {
    const world = await worldOf('first', { c2: [shop('203.0.113.2')] });
    const { result } = await become(world, { c1: [shop('203.0.113.1')] });
    expect(records(world)).toEqual([`${HOST} A 203.0.113.2`]);
    expect(told(result)).toEqual(['conflict c1']);
    const { batches } = await become(world, { c2: [] });
    expect(records(world)).toEqual([`${HOST} A 203.0.113.1`]);
    expect(batches).toBe(1);
  });
});

describe('weighted', () => {
  test('each cluster has a record set, with its name and weight; both are told', async () => {
    const world = await worldOf('weighted', { c1: [shop('203.0.113.1')], c2: [shop('203.0.113.2')] }, [
      ', weight: 90',
      ', weight: 10',
    ]);
    expect(records(world)).toEqual([`${HOST} A#c1 203.0.113.1 weight 90`, `${HOST} A#c2 203.0.113.2 weight 10`]);
    expect(owners(world)).toEqual([
      `a-${HOST}#c1: c1 arena service/default/shop`,
      `a-${HOST}#c2: c2 arena service/default/shop`,
    ]);
    expect(told(await world.run())).toEqual(['merged c1', 'merged c2']);
  });

  test('aliases and CNAMEs likewise', async () => {
    const world = await worldOf('weighted', { c1: [shop(NLB)], c2: [shop(ALB)] });
    expect(records(world)).toEqual([
      `${HOST} A#c1 → ${NLB} weight 1`,
      `${HOST} A#c2 → ${ALB} weight 1`,
      `${HOST} AAAA#c1 → ${NLB} weight 1`,
      `${HOST} AAAA#c2 → ${ALB} weight 1`,
    ]);
    await become(world, { c1: [shop('a.example.net')], c2: [shop('b.example.net')] });
    expect(records(world)).toEqual([
      `${HOST} CNAME#c1 a.example.net weight 1`,
      `${HOST} CNAME#c2 b.example.net weight 1`,
    ]);
  });

  test('a weight of the object goes before its cluster’s', async () => {
    const world = await worldOf('weighted', { c1: [shop('203.0.113.1', { 'aws-weight': '7' })], c2: [] });
    expect(records(world)).toEqual([`${HOST} A#c1 203.0.113.1 weight 7`]);
  });

  test('where the name is not shared by weight, a weight without set identifier is refused, and what stands stays', async () => {
    const world = await worldOf('first', { c1: [shop('203.0.113.1')] });
    const { result } = await become(world, { c1: [shop('203.0.113.9', { 'aws-weight': '7' })] });
    expect(records(world)).toEqual([`${HOST} A 203.0.113.1`]);
    expect(told(result)).toEqual(['invalid c1']);
    const other = await worldOf('[{domains: [other.example.com], mode: weighted}]', {
      c1: [shop('203.0.113.9', { 'aws-weight': '7' })],
    });
    expect(records(other)).toEqual([]);
  });

  test('a standing simple record becomes weighted and back, in one batch each', async () => {
    const both = { c1: [shop('203.0.113.1')], c2: [shop('203.0.113.2')] };
    const world = await worldOf('first', both);
    expect(records(world)).toEqual([`${HOST} A 203.0.113.1`]);
    world.config = config('weighted');
    const there = await become(world, {});
    expect(there.batches).toBe(1);
    expect(records(world)).toEqual([`${HOST} A#c1 203.0.113.1 weight 1`, `${HOST} A#c2 203.0.113.2 weight 1`]);
    world.config = config('first');
    const back = await become(world, {});
    expect(back.batches).toBe(1);
    expect(records(world)).toEqual([`${HOST} A 203.0.113.1`]);
    expect(told(back.result)).toEqual(['conflict c2']);
  });

  test('0 drains, in one batch with what gets the answers then; the last share keeps its weight, told', async () => {
    const both = { c1: [shop('203.0.113.1')], c2: [shop('203.0.113.2')] };
    const world = await worldOf('weighted', both, [', weight: 100', ', weight: 0']);
    expect(records(world)).toEqual([`${HOST} A#c1 203.0.113.1 weight 100`, `${HOST} A#c2 203.0.113.2 weight 0`]);
    world.config = config('weighted', [', weight: 0', ', weight: 100']);
    const { batches } = await become(world, {});
    expect(batches).toBe(1);
    expect(records(world)).toEqual([`${HOST} A#c1 203.0.113.1 weight 0`, `${HOST} A#c2 203.0.113.2 weight 100`]);
    world.config = config('weighted', [', weight: 0', ', weight: 0']);
    const { result } = await become(world, {});
    expect(records(world)).toEqual([`${HOST} A#c1 203.0.113.1 weight 0`, `${HOST} A#c2 203.0.113.2 weight 100`]);
    expect(told(result)).toEqual(['merged c1', 'merged c2', 'warning c1', 'warning c2']);
  });

  test('0 drains with what gets the answers then also where that has a set identifier of its own, and somebody touched its ownership', async () => {
    const own = (id: string, weight: number) =>
      service('own', { hostname: HOST, 'set-identifier': id, 'aws-weight': `${weight}` }, ['203.0.113.9']);
    const world = await worldOf('weighted', { c1: [shop('203.0.113.1')], c2: [own('own', 0)] }, [', weight: 9', '']);
    world.config = config('weighted', [', weight: 0', '']);
    world.clusters.c2 = { objects: [own('green', 3)] };
    const txt = world.json().find(({ type, setIdentifier }) => type === 'TXT' && setIdentifier === 'own') as RecordJson;
    const values = [`${txt.values?.[0]?.slice(0, -1)},external-dns/touched=1"`];
    let isTouched = false;
    const answering: boolean[] = [];
    world.hooks = {
      before: operation => {
        if (operation !== 'changeRecordSets' || isTouched) return;
        isTouched = true;
        world.store.edit(EXAMPLE_ZONE.id ?? '', { put: [{ ...txt, values }].map(fromJson), remove: [fromJson(txt)] });
      },
      change: (_zone, apply) => {
        apply();
        answering.push(world.json().some(({ type, weight = 0 }) => type === 'A' && weight > 0));
      },
    };
    await world.run();
    world.hooks = {};
    await become(world, {});
    expect(answering).not.toContain(false);
    expect(records(world)).toEqual([`${HOST} A#c1 203.0.113.1 weight 0`, `${HOST} A#green 203.0.113.9 weight 3`]);
  });

  test('a cluster that cannot be read keeps its share, its weight and its place; what the other asks for is done', async () => {
    const world = await worldOf('weighted', { c1: [shop('203.0.113.1')], c2: [shop('203.0.113.2')] });
    await become(world, { c1: 'away', c2: [shop('203.0.113.3', { 'aws-weight': '5' })] });
    expect(records(world)).toEqual([`${HOST} A#c1 203.0.113.1 weight 1`, `${HOST} A#c2 203.0.113.3 weight 5`]);
    world.config = config('first');
    await become(world, {});
    expect(records(world)).toEqual([`${HOST} A#c1 203.0.113.1 weight 1`, `${HOST} A#c2 203.0.113.3 weight 5`]);
    await become(world, { c2: [] });
    expect(records(world)).toEqual([`${HOST} A#c1 203.0.113.1 weight 1`]);
  });

  test('an object of another namespace has no part in it, whatever it says', async () => {
    const world = await worldOf('first', { c1: [shop('203.0.113.1')] });
    const evil = shop('203.0.113.66', { 'fairlead.dev/sharing': 'weighted', 'aws-weight': '255' }, 'evil');
    const { result } = await become(world, { c2: [evil] });
    expect(records(world)).toEqual([`${HOST} A 203.0.113.1`]);
    expect(told(result)).toEqual(['conflict c2']);
    world.config = config('weighted');
    await become(world, {});
    expect(records(world)).toEqual([`${HOST} A#c1 203.0.113.1 weight 1`]);
  });

  test('the word of an object counts where all say it', async () => {
    const says = { 'fairlead.dev/sharing': 'weighted' };
    const world = await worldOf('first', { c1: [shop('203.0.113.1', says)], c2: [shop('203.0.113.2')] });
    expect(records(world)).toEqual([`${HOST} A#c1 203.0.113.1 weight 1`]);
    await become(world, { c2: [shop('203.0.113.2', says)] });
    expect(records(world)).toEqual([`${HOST} A#c1 203.0.113.1 weight 1`, `${HOST} A#c2 203.0.113.2 weight 1`]);
  });
});

describe('merge', () => {
  const both = { c1: [shop('203.0.113.1')], c2: [shop('203.0.113.2')] };

  test('one record set has the addresses of all; the ownership record names each cluster’s; all are told', async () => {
    const world = await worldOf('merge', both);
    expect(records(world)).toEqual([`${HOST} A 203.0.113.1 203.0.113.2`]);
    expect(owners(world)).toEqual([
      `a-${HOST}: c1 arena service/default/shop 203.0.113.1 | c2 arena service/default/shop 203.0.113.2`,
    ]);
    expect(told(await world.run())).toEqual(['merged c1', 'merged c2']);
  });

  test('each part goes when its object does, and the last one as any record', async () => {
    const world = await worldOf('merge', both);
    await become(world, { c1: [] });
    expect(records(world)).toEqual([`${HOST} A 203.0.113.2`]);
    expect(owners(world)).toEqual([`a-${HOST}: c2 arena service/default/shop 203.0.113.2`]);
    await become(world, { c2: [] });
    expect(world.json()).toEqual([]);
  });

  test('both go at once', async () => {
    const world = await worldOf('merge', both);
    await become(world, { c1: [], c2: [] });
    expect(world.json()).toEqual([]);
  });

  test('a cluster that cannot be read keeps its part, and what the other asks for is done', async () => {
    const world = await worldOf('merge', both);
    await become(world, { c1: 'away', c2: [shop('203.0.113.3')] });
    expect(records(world)).toEqual([`${HOST} A 203.0.113.1 203.0.113.3`]);
    await become(world, { c2: [] });
    expect(records(world)).toEqual([`${HOST} A 203.0.113.1`]);
    await become(world, { c2: [shop(['203.0.113.4', '2001:db8::4'])] });
    expect(records(world)).toEqual([`${HOST} A 203.0.113.1 203.0.113.4`, `${HOST} AAAA 2001:db8::4`]);
  });

  test('whoever can be put together no more has its part as before, while another one that has a part is not read', async () => {
    const world = await worldOf('merge', both);
    const { result } = await become(world, { c1: 'away', c2: [shop(NLB)] });
    expect(records(world)).toEqual([`${HOST} A 203.0.113.1 203.0.113.2`]);
    expect(told(result)).toContain('conflict c2');
    await become(world, { c1: [] });
    expect(records(world)).toEqual([`${HOST} A → ${NLB}`, `${HOST} AAAA → ${NLB}`]);
  });

  test('a run for one cluster does the same', async () => {
    const world = await worldOf('merge', both);
    await become(world, { c2: [shop('203.0.113.3')] }, 'c2');
    expect(records(world)).toEqual([`${HOST} A 203.0.113.1 203.0.113.3`]);
    await become(world, { c2: [] }, 'c2');
    expect(records(world)).toEqual([`${HOST} A 203.0.113.1`]);
  });

  test('aliases are not put together: the first keeps the name, and both are told', async () => {
    const world = await worldOf('merge', { c1: [shop(NLB)] });
    const { result } = await become(world, { c2: [shop('203.0.113.2')] });
    expect(records(world)).toEqual([`${HOST} A → ${NLB}`, `${HOST} AAAA → ${NLB}`]);
    expect(told(result)).toEqual(['conflict c2', 'warning c1']);
    const other = await worldOf('merge', { c1: [shop('203.0.113.1')] });
    expect(told((await become(other, { c2: [shop(NLB)] })).result)).toEqual(['conflict c2']);
    expect(records(other)).toEqual([`${HOST} A 203.0.113.1`]);
  });

  test('an object of another namespace, or one that says otherwise, has no part', async () => {
    const world = await worldOf('merge', { c1: [shop('203.0.113.1')] });
    await become(world, { c2: [shop('203.0.113.66', { 'fairlead.dev/sharing': 'merge' }, 'evil')] });
    expect(records(world)).toEqual([`${HOST} A 203.0.113.1`]);
    await become(world, { c2: [shop('203.0.113.2', { 'fairlead.dev/sharing': 'first' })] });
    expect(records(world)).toEqual([`${HOST} A 203.0.113.1`]);
  });

  test.each([
    ['weighted', [`${HOST} A#c1 203.0.113.1 weight 1`, `${HOST} A#c2 203.0.113.2 weight 1`]],
    ['first', [`${HOST} A 203.0.113.1`]],
  ])('becomes %s, and back, in one batch each', async (mode, expected) => {
    const world = await worldOf('merge', both);
    world.config = config(mode);
    expect((await become(world, {})).batches).toBe(1);
    expect(records(world)).toEqual(expected);
    world.config = config('merge');
    expect((await become(world, {})).batches).toBe(1);
    expect(records(world)).toEqual([`${HOST} A 203.0.113.1 203.0.113.2`]);
  });

  test.each(['weighted', 'first'])('becomes %s only when all who have a part were read', async mode => {
    const world = await worldOf('merge', both);
    world.config = config(mode);
    const { result } = await become(world, { c1: 'away' });
    expect(records(world)).toEqual([`${HOST} A 203.0.113.1 203.0.113.2`]);
    expect(told(result)).toContain('warning c2');
  });

  test('clusters with owner ids of their own have an ownership record each', async () => {
    const world = await worldOf('merge', both, [', owner: one', ', owner: two']);
    expect(records(world)).toEqual([`${HOST} A 203.0.113.1 203.0.113.2`]);
    expect(owners(world)).toEqual([
      `a-${HOST}: c1 one service/default/shop 203.0.113.1 | c2 two service/default/shop 203.0.113.2`,
    ]);
    await become(world, { c2: 'away', c1: [] });
    expect(records(world)).toEqual([`${HOST} A 203.0.113.2`]);
  });
});

describe('a cluster that leaves the config', () => {
  const without = configOf(
    'owner: arena\nclusters: [{name: c1, region: us-east-1}]\nzones: {domains: [example.com]}\nsharing: merge',
  );
  const both = { c1: [shop('203.0.113.1')], c2: [shop('203.0.113.2')] };

  test('keeps its part, which a forced run for it takes out', async () => {
    const world = await worldOf('merge', both);
    world.config = without;
    await become(world, { c1: [shop('203.0.113.9')] });
    expect(records(world)).toEqual([`${HOST} A 203.0.113.2 203.0.113.9`]);
    await world.run({ force: true, clusters: ['c2'] });
    expect(records(world)).toEqual([`${HOST} A 203.0.113.9`]);
  });

  test.each(['merge', 'weighted'])('%s: that its part stays is told, once a zone, with what to do', async mode => {
    const world = await worldOf(mode, both);
    world.config = configOf(
      `owner: arena\nclusters: [{name: c1, region: us-east-1}]\nzones: {domains: [example.com]}\nsharing: ${mode}`,
    );
    const { result } = await become(world, {});
    expect(result.findings.filter(({ reason }) => reason === 'frozen').map(({ message }) => message)).toEqual([
      `a part of ${HOST} is kept though no object asks for it: its cluster "c2" is not in the config: put it back, or force a run for it (c2) to remove what it left`,
    ]);
  });

  test.each([
    ['c1', 'c2'],
    ['c2', 'c1'],
  ] as const)(
    'with an owner id of its own: %s leaves, and the record is another owner’s, whatever %s asks for',
    async (gone, stays) => {
      const owners = [', owner: one', ', owner: two'] as const;
      const world = await worldOf('merge', both, owners);
      const before = world.json();
      const owner = stays === 'c1' ? 'one' : 'two';
      world.config = configOf(
        `clusters: [{name: ${stays}, region: us-east-1, owner: ${owner}}]\nzones: {domains: [example.com]}\nsharing: merge`,
      );
      const { result } = await become(world, { [stays]: [shop('203.0.113.9')] });
      expect(world.json()).toEqual(before);
      expect(told(result)).toContain(`not-owned ${stays}`);
      await become(world, { [stays]: [] });
      expect(world.json()).toEqual(before);
      world.config = config('merge', owners);
      await become(world, {});
      expect(records(world)).toEqual([`${HOST} A 203.0.113.${gone === 'c1' ? 1 : 2}`]);
    },
  );

  test.each(['merge', 'weighted', 'first'])('of three with an owner id each: its part stays, %s', async mode => {
    const lines = ['c1', 'c2', 'c3'].map(name => `{name: ${name}, region: us-east-1, owner: o${name}}`);
    const of = (clusters: readonly string[], sharing: string) =>
      configOf(`clusters: [${clusters.join(', ')}]\nzones: {domains: [example.com]}\nsharing: ${sharing}`);
    const clusters = Object.fromEntries([1, 2, 3].map(n => [`c${n}`, { objects: [shop(`203.0.113.${n}`)] }]));
    for (const gone of lines) {
      const world = harness({ zones: [EXAMPLE_ZONE], clusters });
      world.config = of(lines, 'merge');
      await world.run();
      const before = world.json();
      world.config = of(
        lines.filter(line => line !== gone),
        mode,
      );
      await become(world, {});
      expect(world.json()).toEqual(before);
    }
  });

  test('keeps its part of a merged name when the others’ objects go, and nothing of theirs', async () => {
    const world = await worldOf('merge', both);
    world.config = without;
    const { result } = await become(world, { c1: [] });
    expect(records(world)).toEqual([`${HOST} A 203.0.113.2`]);
    expect(owners(world)).toEqual([`a-${HOST}: c2 arena service/default/shop 203.0.113.2`]);
    expect(told(await world.run())).toEqual(['frozen']);
    expect(result.zones.flatMap(({ changes }) => changes)).toHaveLength(1);
    await become(world, { c1: [shop('203.0.113.9')] });
    expect(records(world)).toEqual([`${HOST} A 203.0.113.2 203.0.113.9`]);
  });

  test('gives its part up with release --cluster', async () => {
    const world = await worldOf('merge', both);
    world.config = without;
    await world.move({ kind: 'release-cluster', cluster: 'c2' });
    expect(owners(world)).toEqual([`a-${HOST}: c1 arena service/default/shop 203.0.113.1`]);
    await become(world, {});
    expect(records(world)).toEqual([`${HOST} A 203.0.113.1`]);
  });
});

describe('ownership that moves, of addresses that clusters have together', () => {
  const both = { c1: [shop('203.0.113.1')], c2: [shop('203.0.113.2')] };
  const parts = (txt: string, owner: string) =>
    `${txt}: c1 ${owner} service/default/shop 203.0.113.1 | c2 ${owner} service/default/shop 203.0.113.2`;

  /** Nothing is to be done, and a cluster that cannot be read still has its part. */
  async function inStep(world: Harness): Promise<void> {
    expect((await become(world, {})).batches).toBe(0);
    await become(world, { c1: 'away', c2: [] });
    expect(records(world)).toEqual([`${HOST} A 203.0.113.1`]);
  }

  test('to another owner', async () => {
    const world = await worldOf('merge', both);
    world.config = config('merge', [', owner: nova', ', owner: nova']);
    await world.move({ kind: 'transfer', from: 'arena', names: [], unasked: false, watchMs: 0 });
    expect(owners(world)).toEqual([parts(`a-${HOST}`, 'nova')]);
    await inStep(world);
  });

  test('of one cluster alone', async () => {
    const world = await worldOf('merge', both, ['', ', owner: two']);
    world.config = config('merge', [', owner: one', ', owner: two']);
    const { result } = await become(world, {});
    expect(told(result)).toEqual(expect.arrayContaining(['not-owned c1', 'not-owned c2']));
    expect(
      result.zones.flatMap(({ changes }) => changes),
      'until then nothing is changed',
    ).toEqual([]);
    await world.move({ kind: 'transfer', from: 'arena', to: 'one', names: [], unasked: false, watchMs: 0 });
    expect(owners(world)).toEqual([
      `a-${HOST}: c1 one service/default/shop 203.0.113.1 | c2 two service/default/shop 203.0.113.2`,
    ]);
    await inStep(world);
  });

  test('to another prefix', async () => {
    const world = await worldOf('merge', both);
    world.config = config('merge', undefined, 'registry: {prefix: dns-}');
    await world.move({ kind: 'rename', former: { prefix: '' } });
    expect(owners(world)).toEqual([parts(`dns-a-${HOST}`, 'arena')]);
    await inStep(world);
  });
});

test('a set identifier that an object gives itself is no share, and says nothing of the rest of the name', async () => {
  const blue = shop('203.0.113.1', { 'set-identifier': 'blue', 'aws-weight': '4' });
  const world = await worldOf('merge', { c1: [blue] });
  await become(world, { c2: [shop('2001:db8::2')] }, 'c2');
  await become(world, {});
  expect(records(world)).toEqual([`${HOST} A#blue 203.0.113.1 weight 4`, `${HOST} AAAA 2001:db8::2`]);
});

describe('a set identifier that an object gives itself, and is its cluster’s name, is no share either', () => {
  const own = (more: Record<string, string> = {}) =>
    shop('203.0.113.2', { 'set-identifier': 'c2', 'aws-weight': '4', ...more });
  const BLUE = `${HOST} A#c2 203.0.113.2 weight 4`;

  test.each(['first', 'merge'])('a cluster that does not ask for that gets no answers beside it: %s', async mode => {
    const world = await worldOf(mode, { c2: [own()] });
    const { result } = await become(world, { c1: [shop('203.0.113.1')] });
    expect(records(world)).toEqual([BLUE]);
    expect(told(result)).toEqual(['conflict c1']);
  });

  test.each(['first', 'merge'])('one that has the other address type keeps it as it is: %s', async mode => {
    const world = await worldOf(mode, { c2: [own()] });
    await become(world, { c1: [shop('2001:db8::1')] });
    expect(records(world)).toEqual([BLUE, `${HOST} AAAA 2001:db8::1`]);
    await become(world, { c2: 'away' });
    expect(records(world)).toEqual([BLUE, `${HOST} AAAA 2001:db8::1`]);
    await become(world, { c1: [shop('2001:db8::9')] });
    expect(records(world)).toEqual([BLUE, `${HOST} AAAA 2001:db8::9`]);
  });

  test('a name becomes one’s own set and another’s simple one in one run', async () => {
    const world = await worldOf('first', { c1: [shop('203.0.113.1')], c2: [shop('203.0.113.2')] });
    await become(world, { c1: [shop('2001:db8::1')], c2: [own()] });
    expect(records(world)).toEqual([BLUE, `${HOST} AAAA 2001:db8::1`]);
  });
});

test('merge: whose addresses of one type alone can stand has them as merged from the first, and they follow its object', async () => {
  const own = service('own', { hostname: HOST, 'set-identifier': 'own', 'aws-weight': '4' }, ['203.0.113.9']);
  const first = shop('10.0.0.1', { 'fairlead.dev/sharing': 'first' });
  const six = (target: string) => [shop('203.0.113.2'), service('six', { hostname: HOST }, [target])];
  const world = await worldOf('merge', { c1: [own] });
  for (const target of ['2001:db8::2', '2001:db8::3']) {
    await become(world, { c1: [own, first], c2: six(target) });
    expect(records(world)).toEqual([`${HOST} A#own 203.0.113.9 weight 4`, `${HOST} AAAA ${target}`]);
    expect(owners(world)).toContain(`aaaa-${HOST}: c2 arena service/default/six ${target}`);
  }
});

describe('a name that is shared by weight becomes one’s in one run, while an object asks no more for the set identifier that it has there', () => {
  const routed = (target: string, namespace?: string) =>
    shop(target, { 'set-identifier': 'own', 'aws-weight': '4' }, namespace);

  test('it is near, and has the IPv4 addresses', async () => {
    const world = await worldOf('weighted', { c1: [shop('2001:db8::1')], c2: [routed('203.0.113.2')] });
    world.config = config('first');
    const { result, batches } = await become(world, { c2: [shop('203.0.113.2')] });
    expect(records(world)).toEqual([`${HOST} A 203.0.113.2`]);
    expect([batches, told(result)]).toEqual([1, ['conflict c1']]);
  });

  test('it is of another namespace: what is shared stays with those who share it', async () => {
    const world = await worldOf('weighted', { c1: [shop('2001:db8::1')], c2: [routed('203.0.113.2', 'evil')] });
    world.config = config('first');
    const { result } = await become(world, { c2: [shop('203.0.113.2', {}, 'evil')] });
    expect(records(world)).toEqual([`${HOST} AAAA 2001:db8::1`]);
    expect(told(result)).toEqual(['conflict c2']);
  });
});

test('one who has a part and wants the name otherwise has it as before, until all want that', async () => {
  const says = (sharing: string) => ({ 'fairlead.dev/sharing': sharing });
  const world = await worldOf('merge', { c1: [shop('203.0.113.1')], c2: [shop('203.0.113.2')] });
  const { result } = await become(world, { c1: [shop('203.0.113.9', says('first'))] });
  expect(records(world)).toEqual([`${HOST} A 203.0.113.2 203.0.113.9`]);
  expect(told(result)).toEqual(['merged c1', 'merged c2', 'warning c1']);
  await become(world, { c2: [shop('203.0.113.2', says('first'))] });
  expect(records(world)).toEqual([`${HOST} A 203.0.113.2`]);
});

test.each(['merge', 'weighted'])(
  '%s: in a new zone below it is published when all who have a part were read',
  async mode => {
    const both = { c1: [shop('203.0.113.1')], c2: [shop('203.0.113.2')] };
    const world = await worldOf(mode, both);
    const before = records(world);
    loadZones(world.store, [{ id: 'Z0SHOP', name: `${HOST}.`, records: [] }]);
    const below = () => world.json('Z0SHOP').filter(({ type }) => type !== 'TXT');
    world.clusters.c1 = { objects: [...both.c1], failing: 'away' };
    const result = await world.run({ force: true });
    expect([records(world), below()]).toEqual([before, []]);
    expect(told(result)).toContain('frozen c2');
    await become(world, both);
    expect(below().map(line)).toEqual(before);
  },
);

test('an object of another namespace that waits for a name does not keep it from becoming weighted', async () => {
  const world = await worldOf('merge', { c1: [shop('203.0.113.1')], c2: [shop('203.0.113.2')] });
  world.config = config('weighted');
  const waiting = service('waiting', { hostname: HOST }, [], 'evil');
  const other = service('other', { hostname: HOST }, ['203.0.113.3']);
  const { batches } = await become(world, { c1: [waiting, other] });
  expect(batches).toBe(1);
  expect(records(world)).toEqual([`${HOST} A#c1 203.0.113.3 weight 1`, `${HOST} A#c2 203.0.113.2 weight 1`]);
});

test('addresses of several clusters stay while an object of one of them waits for the name, whichever it is', async () => {
  for (const at of ['c1', 'c2']) {
    const world = await worldOf('merge', { c1: [shop('203.0.113.1')], c2: [shop('203.0.113.2')] }, [
      ', owner: one',
      ', owner: two',
    ]);
    const waiting = service('waiting', { hostname: HOST }, []);
    await become(world, { c1: [], c2: [], [at]: [waiting] });
    expect([at, records(world)]).toEqual([at, [`${HOST} A 203.0.113.1 203.0.113.2`]]);
  }
});

test('of objects whose addresses are put together the TTL is one’s, when the name becomes weighted, too', async () => {
  const world = await worldOf('merge', { c1: [shop('203.0.113.1')], c2: [shop('203.0.113.2')] });
  const other = (target: string) => service('z', { hostname: HOST, ttl: '60' }, [target]);
  await become(world, { c1: [shop(NLB), other('203.0.113.3')] });
  world.config = config('weighted');
  await become(world, { c1: [shop('203.0.113.1'), other('203.0.113.3')] });
  expect(records(world)).toEqual([
    `${HOST} A#c1 203.0.113.1 203.0.113.3 weight 1`,
    `${HOST} A#c2 203.0.113.2 weight 1`,
  ]);
});

test('the end of sharing gives the name to one of those who share it, and never to another namespace', async () => {
  for (const mode of ['merge', 'weighted']) {
    const world = await worldOf(mode, { c1: [shop('203.0.113.1')], c2: [shop('203.0.113.2')] });
    world.config = config('first');
    const evil = shop('2001:db8::66', { 'fairlead.dev/sharing': 'merge' }, 'evil');
    const { result } = await become(world, { c1: [evil, shop(NLB)], c2: [shop(['203.0.113.2', '203.0.113.3'])] });
    expect(records(world)).toEqual([`${HOST} A 203.0.113.2 203.0.113.3`]);
    expect(told(result)).toContain('conflict c1');
  }
});

test('the guard counts the parts that a cluster loses, for that cluster', async () => {
  const names = Array.from({ length: 60 }, (_, i) => `n${i}`);
  const all = (target: string) => names.map(name => service(name, { hostname: `${name}.example.com` }, [target]));
  const world = await worldOf('merge', { c1: all('203.0.113.1'), c2: all('203.0.113.2') });
  const { result } = await become(world, { c2: [] });
  expect(records(world)).toContain('n0.example.com A 203.0.113.1 203.0.113.2');
  expect(new Set(result.findings.map(({ reason }) => reason))).toContain('held');
  await world.run({ force: true });
  expect(records(world)).toContain('n0.example.com A 203.0.113.1');
});

test('who alone asks for a name, and is refused its share, does not get the name otherwise', async () => {
  const world = await worldOf('weighted', { c1: [shop('203.0.113.1', { 'fairlead.dev/sharing': 'first' })] });
  const waiting = service('waiting', { hostname: HOST }, [], 'evil');
  // What stands simple stays for the object that waits, and no share can stand beside it.
  const { batches } = await become(world, { c1: [waiting], c2: [shop('203.0.113.2')] });
  expect([records(world), batches]).toEqual([[`${HOST} A 203.0.113.1`], 0]);
});

test('of objects whose addresses are put together that one says the rest of a type which had that type first', async () => {
  const other = service('other', { hostname: HOST, 'aws-health-check-id': HEALTH, ttl: '60' }, ['203.0.113.9']);
  const world = await worldOf('first', { c1: [other] });
  await become(world, { c1: [other, service('a', { hostname: HOST }, ['203.0.113.1', '2001:db8::1'])] });
  const set = (type: string) => world.json().find(one => one.type === type);
  expect(set('A')).toMatchObject({ values: ['203.0.113.1', '203.0.113.9'], healthCheckId: HEALTH, ttl: 60 });
  expect(set('AAAA')).not.toHaveProperty('healthCheckId');
});

test('explain says whose each address is, and that the name is shared', async () => {
  const world = await worldOf('merge', { c1: [shop('203.0.113.1')], c2: [shop('203.0.113.2')] });
  const found = await explain(world, HOST);
  expect(found.asking.map(({ object, outcome }) => [object.cluster, outcome])).toEqual([
    ['c1', 'shared'],
    ['c2', 'shared'],
  ]);
  expect(found.zones[0]?.records[0]?.ownership?.parts).toEqual([
    { cluster: 'c1', resource: 'service/default/shop', addresses: ['203.0.113.1'] },
    { cluster: 'c2', resource: 'service/default/shop', addresses: ['203.0.113.2'] },
  ]);
});

test('merged, and to be weighted, which a CNAME beside addresses cannot be: it goes on being merged, and what goes goes', async () => {
  const world = harness({ zones: [EXAMPLE_ZONE], clusters: {} });
  const three = (mode: string) =>
    configOf(`owner: arena
clusters: [{name: c1, region: us-east-1}, {name: c2, region: us-east-1}, {name: c3, region: us-east-1}]
zones: {domains: [example.com]}
sharing: ${mode}`);
  world.config = three('merge');
  await become(world, { c1: [shop('203.0.113.1')], c2: [shop('203.0.113.2')], ...{ c3: [shop('203.0.113.3')] } });
  world.config = three('weighted');
  const { result } = await become(world, { c1: [], c2: [shop('b.example.net')], ...{ c3: [shop('203.0.113.9')] } });
  expect(records(world)).toEqual([`${HOST} A 203.0.113.2 203.0.113.9`]);
  expect(told(result)).toEqual(['conflict c2', 'merged c3', 'warning c2', 'warning c3']);
  expect(result.findings.find(({ reason }) => reason === 'warning')?.message).toContain('beside a CNAME');
  await become(world, { c2: [shop('203.0.113.2')] });
  expect(records(world)).toEqual([`${HOST} A#c2 203.0.113.2 weight 1`, `${HOST} A#c3 203.0.113.9 weight 1`]);
});

describe('who has a part of a merged name, and is refused a set identifier, keeps the part', () => {
  const green = (target: string | readonly string[]) =>
    shop(target, { 'set-identifier': 'green', 'aws-multi-value-answer': 'true' });
  const [ONE, TWO, SIX] = ['203.0.113.1', '203.0.113.2', '2001:db8::6'];
  const worldOfThree = async (third = '203.0.113.3') => {
    const world = harness({ zones: [EXAMPLE_ZONE], clusters: {} });
    world.config = configOf(`owner: arena
clusters: [{name: c1, region: us-east-1}, {name: c2, region: us-east-1}, {name: c3, region: us-east-1}]
zones: {domains: [example.com]}
sharing: merge`);
    await become(world, { c1: [shop(ONE)], c2: [shop(TWO)], ...{ c3: [shop(third)] } });
    return world;
  };
  const notBoth = 'and each set identifier of a name is one object’s; what stands stays';
  const beside = (who: string, type = 'A') =>
    `${HOST} is not published "green" with multivalue routing (multivalue): it has ${type} simple (${who}), and Route 53 takes one routing policy for a name and type; what stands stays`;
  const asked = `${HOST} is not published "green" with multivalue routing (multivalue): c1: service/default/shop asks for A "green" with multivalue routing (multivalue), ${notBoth}`;

  test.each([
    {
      what: 'one leaves, and the other goes on',
      asks: { c1: [green(ONE)] },
      conflicts: [`c1 ${beside('c2: service/default/shop, c1: service/default/shop')}`],
    },
    {
      what: 'both leave for one identifier: it is one object’s, and nothing can stand beside the other’s part',
      asks: { c1: [green(ONE)], c2: [green(TWO)] },
      conflicts: [`c1 ${beside('service/default/shop')}`, `c2 ${asked}`],
    },
    {
      what: 'both leave, of which one was not read',
      asks: { c1: [green(ONE)], c2: 'away' as const },
      conflicts: [`c1 ${beside('service/default/shop')}`],
    },
    {
      what: 'one leaves, and the other waits',
      asks: { c1: [green(ONE)], c2: [service('shop', { hostname: HOST }, [])] },
      conflicts: [`c1 ${beside('service/default/shop')}`],
    },
    {
      what: 'one leaves, and what the other asks for is malformed',
      asks: { c1: [green(ONE)], c2: [shop(TWO, { 'set-identifier': 'own', 'aws-weight': 'ten' })] },
      conflicts: [`c1 ${beside('service/default/shop')}`],
    },
  ])('$what', async ({ asks, conflicts }) => {
    const world = await worldOf('merge', { c1: [shop(ONE)], c2: [shop(TWO)] });
    const before = [records(world), owners(world)];
    const { result, batches } = await become(world, asks);
    expect([records(world), owners(world)]).toEqual(before);
    expect(batches).toBe(0);
    const told = result.findings.filter(({ reason }) => reason === 'conflict' || reason === 'not-owned');
    expect(told.map(({ reason, object, message }) => `${reason} ${object?.cluster} ${message}`)).toEqual(
      conflicts.map(text => `conflict ${text}`),
    );
  });

  test('a part of another one that has gone goes all the same', async () => {
    const world = await worldOfThree();
    await become(world, { c1: [], c2: [green(TWO)], ...{ c3: [service('shop', { hostname: HOST }, [])] } });
    expect(records(world)).toEqual([`${HOST} A ${TWO} 203.0.113.3`]);
  });

  test('whoever loses a part to another way is not told that it stays', async () => {
    const world = await worldOf('merge', { c1: [shop(ONE)], c2: [shop(TWO)] });
    const { result } = await become(world, {
      c1: [shop(NLB)],
      c2: [shop(TWO, { 'fairlead.dev/sharing': 'weighted' })],
    });
    expect(records(world)).toEqual([`${HOST} A → ${NLB}`, `${HOST} AAAA → ${NLB}`]);
    const [message] = result.findings.flatMap(({ object, message }) => (object?.cluster === 'c2' ? [message] : []));
    expect(message).toMatch(/Route 53 takes one routing policy for a name and type$/);
  });

  test('one that is not beside another’s address type gets it, and its part goes in the same batch', async () => {
    const world = await worldOf('merge', { c1: [shop(ONE)], c2: [shop(SIX)] });
    const { batches } = await become(world, { c1: [green(ONE)] });
    expect(records(world)).toEqual([`${HOST} A#green ${ONE}`, `${HOST} AAAA ${SIX}`]);
    expect(batches).toBe(1);
  });

  test('two leave for one identifier, and a third has the other address type: no answer goes', async () => {
    const world = await worldOfThree(SIX);
    const before = [records(world), owners(world)];
    const { batches } = await become(world, { c1: [green(ONE)], c2: [green(TWO)] });
    expect([records(world), owners(world)]).toEqual(before);
    expect(batches).toBe(0);
    // One takes another identifier: they agree on a policy, and all of it changes at once.
    await become(world, { c2: [shop(TWO, { 'set-identifier': 'blue', 'aws-multi-value-answer': 'true' })] });
    expect(records(world)).toEqual([`${HOST} A#blue ${TWO}`, `${HOST} A#green ${ONE}`, `${HOST} AAAA ${SIX}`]);
  });
});

test('who cannot be published beside what has set identifiers does not say how the name is had', async () => {
  const own = service('own', { hostname: HOST, 'set-identifier': 'own', 'aws-weight': '4' }, ['203.0.113.9']);
  for (const annotations of [{ 'fairlead.dev/sharing': 'first' }, { 'fairlead.dev/sharing': 'weighted' }]) {
    const world = await worldOf('merge', { c1: [own] });
    // It would be preferred, and an A that is simple cannot stand beside one that is weighted.
    const first = shop('10.0.0.2', { 'fairlead.dev/sharing': 'first' });
    await become(world, { c1: [own, shop('2001:db8::1', annotations)], c2: [first] });
    expect(records(world)[0]).toBe(`${HOST} A#own 203.0.113.9 weight 4`);
    expect(records(world)[1]).toMatch(/ AAAA(#c1)? 2001:db8::1/);
  }
  const world = await worldOf('merge', { c1: [own] });
  await become(world, { c1: [own, shop('2001:db8::1')], c2: [shop('10.0.0.2', { 'aws-health-check-id': HEALTH })] });
  expect(owners(world)).toContain(`aaaa-${HOST}: c1 arena service/default/shop 2001:db8::1`);
});
