import { describe, expect, test } from 'vitest';
import { createKeyring, parseKey } from '../../lib/registry/index.ts';
import { createMemoryStore } from '../../lib/state/index.ts';
import { fromJson } from '../../local/emulators/route53/json.ts';
import { configOf, EXAMPLE_ZONE, type Harness, harness } from '../support/harness.ts';
import { service } from '../support/objects.ts';

// Ownership of names that clusters share, encrypted: a value for each cluster in one TXT, or a TXT for each.

const HOST = 'shop.example.com';
const ENV = { OLD: '0123456789abcdef0123456789abcdef', NEW: 'an entirely different key, 32 by' };
const KEYS = {
  OLD: createKeyring([parseKey(ENV.OLD) as Buffer]),
  NEW: createKeyring([parseKey(ENV.NEW) as Buffer]),
};

const shop = (...targets: string[]) => service('shop', { hostname: HOST }, targets);
const config = (sharing: string, keys: string, owners: readonly string[] = []) =>
  configOf(`owner: arena
clusters:
${['c1', 'c2'].map((name, i) => `- {name: ${name}, region: us-east-1${owners[i] ? `, owner: ${owners[i]}` : ''}}`).join('\n')}
zones: {domains: [example.com]}
sharing: ${sharing}
registry: {encryptionKey: ${keys}}`);

type Objects = ReturnType<typeof shop>[] | 'away';

/** The clusters' objects change; a run, and another one that must do nothing, also with its state lost. */
async function become(world: Harness, clusters: { readonly c1?: Objects; readonly c2?: Objects }) {
  for (const [name, objects] of Object.entries(clusters)) {
    const before = world.clusters[name]?.objects ?? [];
    world.clusters[name] = objects === 'away' ? { objects: before, failing: 'away' } : { objects: [...objects] };
  }
  const result = await world.run({ force: true });
  const batches = world.calls.changeRecordSets ?? 0;
  const state = world.state;
  world.state = createMemoryStore();
  const again = await world.run({ force: true });
  world.state = state;
  expect(again.zones.flatMap(({ changes }) => changes)).toEqual([]);
  expect(world.calls.changeRecordSets ?? 0).toBe(0);
  return { result, batches };
}

const records = (world: Harness) => world.records().filter(line => !line.includes(' TXT'));

/** With which key each ownership text is written, and of which cluster it is. */
const written = (world: Harness) =>
  world
    .json()
    .filter(({ type }) => type === 'TXT')
    .flatMap(({ values = [] }) =>
      values.map(value => {
        const [key, keyring] = Object.entries(KEYS).find(([, one]) => one.open(value.slice(1, -1))) ?? ['plain'];
        const text = keyring?.open(value.slice(1, -1))?.text ?? value;
        const [, cluster, owner = ''] = /cluster=([^,"]+)|owner=([^,"]+)/.exec(text) ?? [];
        return `${cluster ?? { one: 'c1', two: 'c2' }[owner]} ${key}`;
      }),
    )
    .sort();

async function worldOf(sharing: string, keys = 'env:OLD', owners: readonly string[] = []): Promise<Harness> {
  const world = harness({
    zones: [EXAMPLE_ZONE],
    clusters: { c1: { objects: [shop('203.0.113.1')] }, c2: { objects: [shop('203.0.113.2')] } },
    env: ENV,
  });
  world.config = config(sharing, keys, owners);
  await become(world, {});
  return world;
}

const MODES: readonly [string, readonly string[]][] = [
  ['merge', []],
  ['merge', ['one', 'two']],
  ['weighted', []],
  ['weighted', ['one', 'two']],
];
const BOTH = {
  merge: [`${HOST} A 203.0.113.1 203.0.113.2`],
  weighted: [`${HOST} A#c1 203.0.113.1`, `${HOST} A#c2 203.0.113.2`],
} as const;

describe.each(MODES)('%s, owners %j', (mode, owners) => {
  const both = BOTH[mode as 'merge'];

  test('ownership is encrypted; objects come and go; what is not read stays', async () => {
    const world = await worldOf(mode, 'env:OLD', owners);
    expect(written(world)).toEqual(['c1 OLD', 'c2 OLD']);
    expect(records(world)).toEqual(both);
    await become(world, { c1: 'away', c2: [] });
    expect(written(world)).toEqual(['c1 OLD']);
    await become(world, { c2: [shop('203.0.113.2')] });
    expect(records(world)).toEqual(both);
    await become(world, { c1: [] });
    expect(written(world)).toEqual(['c2 OLD']);
    await become(world, { c2: [] });
    expect(world.json()).toEqual([]);
  });

  test.each([
    ['a key is introduced', 'null', 'env:OLD', 'plain', 'OLD'],
    ['a key is changed', 'env:OLD', '[env:NEW, env:OLD]', 'OLD', 'NEW'],
    ['a key is given up', 'env:OLD', '[plain, env:OLD]', 'OLD', 'plain'],
  ])(
    'while %s both are read, a cluster that is not read keeps its part, and --rekey writes the rest',
    async (_, from, to, old, fresh) => {
      const world = await worldOf(mode, from, owners);
      expect(written(world)).toEqual([`c1 ${old}`, `c2 ${old}`]);
      world.config = config(mode, to, owners);
      expect((await become(world, {})).batches).toBe(0);
      expect((await become(world, { c1: 'away', c2: [shop('203.0.113.3')] })).batches).toBe(1);
      const changed = both.map(line => line.replace('113.2', '113.3'));
      expect(records(world)).toEqual(changed);
      expect(written(world)).toContain(`c2 ${fresh}`);
      const moved = await world.move({ kind: 'rekey' });
      expect(moved.refused).toEqual([]);
      expect(written(world)).toEqual([`c1 ${fresh}`, `c2 ${fresh}`]);
      expect((await become(world, {})).batches).toBe(0);
      expect((await world.move({ kind: 'rekey' })).done).toEqual([]);
      // The old key is out: everything is still ours.
      world.config = config(mode, fresh === 'plain' ? 'null' : `env:${fresh}`, owners);
      expect((await become(world, { c1: [], c2: [] })).batches).toBeGreaterThan(0);
      expect(world.json()).toEqual([]);
    },
  );

  test('nothing is lost of a name whose ownership is written with two keys', async () => {
    const world = await worldOf(mode, 'env:OLD', owners);
    world.config = config(mode, '[env:NEW, env:OLD]', owners);
    await become(world, { c1: 'away', c2: [shop('203.0.113.3')] });
    await become(world, { c2: [] });
    expect(records(world)).toEqual([both[0]?.replace(' 203.0.113.2', '')]);
    await become(world, { c1: [shop('203.0.113.1')], c2: [shop('203.0.113.2')] });
    expect(records(world)).toEqual(both);
  });

  test('with a key that opens nothing of it, nothing is changed, whatever the objects ask for', async () => {
    const world = await worldOf(mode, 'env:OLD', owners);
    const before = world.json();
    for (const keys of ['null', 'env:NEW']) {
      world.config = config(mode, keys, owners);
      const { result } = await become(world, { c1: [shop('203.0.113.77')], c2: [] });
      expect(world.json()).toEqual(before);
      expect(result.findings.map(({ reason }) => reason)).toContain('not-owned');
    }
  });
});

describe('of a merged name whose key opens one part alone', () => {
  /** c1's value as the old key writes it, c2's as the new one does: as two tools with a key each leave it. */
  async function halfSealed() {
    const [old, fresh] = [await worldOf('merge', 'env:OLD'), await worldOf('merge', 'env:NEW')];
    const txtOf = (world: Harness) => world.json().find(({ type }) => type === 'TXT');
    const textOf = (world: Harness, key: 'OLD' | 'NEW', cluster: string) =>
      txtOf(world)?.values?.find(value => KEYS[key].open(value.slice(1, -1))?.text.includes(`cluster=${cluster}`));
    const values = [textOf(old, 'OLD', 'c1') ?? '', textOf(fresh, 'NEW', 'c2') ?? ''];
    const txt = txtOf(fresh);
    if (!txt) throw new Error('there is no ownership record');
    const change = (action: 'CREATE' | 'DELETE', recordSet: typeof txt) => ({ action, recordSet: fromJson(recordSet) });
    fresh.store.change(EXAMPLE_ZONE.id ?? '', [change('DELETE', txt), change('CREATE', { ...txt, values })]);
    return fresh;
  }

  test('with both keys nothing is to be done, and --rekey writes it with the first', async () => {
    const world = await halfSealed();
    expect(written(world)).toEqual(['c1 OLD', 'c2 NEW']);
    world.config = config('merge', '[env:NEW, env:OLD]');
    expect((await become(world, {})).batches).toBe(0);
    await world.move({ kind: 'rekey' });
    expect(written(world)).toEqual(['c1 NEW', 'c2 NEW']);
    expect((await become(world, {})).batches).toBe(0);
    await become(world, { c1: [] });
    expect(records(world)).toEqual([`${HOST} A 203.0.113.2`]);
  });

  test.each<[string, { readonly c1?: Objects; readonly c2?: Objects }]>([
    ['nothing changes', {}],
    ['the one that is read changes', { c2: [shop('203.0.113.3')] }],
    ['the one that is read goes', { c2: [] }],
    ['both go', { c1: [], c2: [] }],
    ['the other changes', { c1: [shop('203.0.113.9')] }],
  ])('what cannot be told of it stays as it is, told: %s', async (_, clusters) => {
    const world = await halfSealed();
    const before = world.json();
    const { result } = await become(world, clusters);
    expect(world.json()).toEqual(before);
    const told = result.findings.filter(({ reason }) => reason === 'not-owned').map(({ message }) => message);
    expect(told).toContainEqual(
      expect.stringMatching(/others have a part of it, .* registry\.encryptionKey has no key/),
    );
  });
});
