import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { HistoryLine } from '../../lib/model/index.ts';
import { readHistory, recentHistory } from '../../lib/reconcile/index.ts';
import { createFolderStore, createMemoryStore, historyKey, type StateStore } from '../../lib/state/index.ts';
import { type Harness, harness } from '../support/harness.ts';
import { runOf } from '../support/look.ts';
import { ALB, NLB, service, services } from '../support/objects.ts';
import { recordingPuts } from '../support/recording-store.ts';

const DAY = 86_400_000;
const CONFIG = 'owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}';
let world: Harness;
beforeEach(() => {
  world = harness();
});

const objects = (...some: ReturnType<typeof service>[]) => {
  world.clusters.prod!.objects = some;
};

const MIB = 1024 * 1024;
const keyOf = (part: number) => `history/default/${new Date(world.clock.now()).toISOString().slice(0, 13)}-${part}`;
const versionOf = async (part: number) => {
  const stored = await world.state.get(keyOf(part));
  return stored && stored !== 'unchanged' ? stored.version : undefined;
};

const history = (query = {}, from = world.clock.now() - 7 * DAY) => readHistory(runOf(world), from, query);

const brief = (lines: readonly HistoryLine[]) => lines.map(({ name, action, why }) => `${action} ${name}: ${why}`);

describe('what runs have changed', () => {
  test('is a line a name: when, by which run, for whom, why, and what was before and after', async () => {
    objects(service('a', { hostname: 'a.example.com' }, ['203.0.113.1']));
    await world.run({}, { holder: 'run-1' });
    world.clock.advance(60_000);
    objects(service('a', { hostname: 'a.example.com' }, ['203.0.113.2']));
    await world.run({}, { holder: 'run-2' });
    world.clock.advance(60_000);
    objects();
    await world.run({}, { holder: 'run-3' });
    const lines = await history();
    expect(brief(lines)).toEqual([
      'delete a.example.com: service/default/a asks for it no longer',
      'update a.example.com: what is asked for changed',
      'create a.example.com: an object asks for it',
    ]);
    expect(lines[1]).toMatchObject({
      run: 'run-2',
      by: 'manual',
      shard: 'default',
      zoneName: 'example.com',
      owner: 'arena',
      objects: ['prod: service/default/a'],
    });
    const values = (records: HistoryLine['before']) =>
      records.filter(({ type }) => type === 'A').flatMap(record => record.values);
    expect([values(lines[1]!.before), values(lines[1]!.after)]).toEqual([['203.0.113.1'], ['203.0.113.2']]);
    expect(lines[1]!.after.some(({ type }) => type === 'TXT')).toBe(true);
    expect(lines[2]!.before).toEqual([]);
  });

  test('a run that changes nothing writes nothing, and a plan never', async () => {
    objects(service('a', { hostname: 'a.example.com' }, [NLB]));
    await world.run({ mode: 'plan' });
    expect(await history()).toEqual([]);
    await world.run();
    const { store, puts } = recordingPuts(world.state);
    await world.run({}, { store });
    expect(puts.filter(key => key.startsWith('history/'))).toEqual([]);
  });

  test('what Route 53 refused is not in it; what somebody had edited is', async () => {
    objects(
      service('a', { hostname: 'a.example.com' }, ['203.0.113.1']),
      service('b', { hostname: 'b.example.com' }, [NLB]),
    );
    world.store.poisons.push({ name: 'b.example.com.', message: 'RRSet {name} is cursed' });
    await world.run();
    expect(brief(await history())).toEqual(['create a.example.com: an object asks for it']);
  });

  test('is found by name, object, pattern, run and time', async () => {
    objects(...services(3, NLB), service('web', { hostname: 'w.shop.example.com' }, [ALB], 'shop'));
    await world.run({}, { holder: 'first' });
    world.clock.advance(3 * DAY);
    objects(...services(4, NLB), service('web', { hostname: 'w.shop.example.com' }, [ALB], 'shop'));
    await world.run({}, { holder: 'second' });
    const names = async (query: object, from?: number) => (await history(query, from)).map(({ name }) => name);
    expect(await names({ what: 'A1.example.com.' })).toEqual(['a1.example.com']);
    expect(await names({ what: '*.shop.example.com' })).toEqual(['w.shop.example.com']);
    expect(await names({ what: 'service/shop/*' })).toEqual(['w.shop.example.com']);
    expect(await names({ what: 'prod: service/default/a2' })).toEqual(['a2.example.com']);
    expect(await names({ run: 'second' })).toEqual(['a3.example.com']);
    expect(await names({}, world.clock.now() - DAY)).toEqual(['a3.example.com']);
    expect(await names({})).toHaveLength(5);
  });

  test('an hour with very many changes fills several files, and none is lost', async () => {
    world = harness({ config: `${CONFIG}\nlimits: {recordsPerNamespace: 9000}` });
    objects(...services(2_500, '203.0.113.1'));
    await world.run();
    world.clock.advance(1000);
    objects(...services(2_600, '203.0.113.1'));
    await world.run();
    const lines = await history();
    expect(new Set(lines.map(({ name }) => name)).size).toBe(2_600);
    expect(lines).toHaveLength(2_600);
  });

  test('a name that thousands of objects ask for is a line of twenty of them, in the result, too', async () => {
    const NAME = 'n'.repeat(50);
    const many = (target: string) =>
      Array.from({ length: 3_000 }, (_, i) => service(`${NAME}${i}`, { hostname: 'a.example.com' }, [target]));
    objects(...many('203.0.113.1'));
    const { zones } = await world.run();
    expect(zones[0]!.changes).toMatchObject([{ name: 'a.example.com', moreObjects: 2_980 }]);
    expect(zones[0]!.changes[0]!.objects).toHaveLength(20);
    world.clock.advance(60_000);
    objects(...many('203.0.113.2'));
    await world.run();
    const lines = await history();
    expect(lines.map(({ objects: some, moreObjects }) => [some.length, moreObjects])).toEqual([
      [20, 2_980],
      [20, 2_980],
    ]);
    expect(JSON.stringify(lines).length).toBeLessThan(10_000);
  });

  test('a file has four MiB and a change, however much the changes have to say', async () => {
    const targets = Array.from({ length: 400 }, (_, i) => `198.51.${100 + (i >> 8)}.${i & 255}`);
    objects(...Array.from({ length: 700 }, (_, i) => service(`a${i}`, { hostname: `a${i}.example.com` }, targets)));
    await world.run();
    const sizes = await Promise.all(
      [0, 1, 2].map(async part => {
        const file = await world.state.get(keyOf(part));
        return file && file !== 'unchanged' ? file.bytes.length : 0;
      }),
    );
    expect(sizes[0]! / MIB).toBeGreaterThanOrEqual(4);
    expect(sizes[0]! / MIB).toBeLessThan(4.1);
    expect(sizes[1]).toBeGreaterThan(0);
    expect(sizes[2]).toBe(0);
    expect(await history()).toHaveLength(700);
  });

  test.each([0, 1, 2, 3, 50, 64])('an hour that has %i full files costs a run few requests', async full => {
    for (let part = 0; part < full; part++) await world.state.put(keyOf(part), Buffer.alloc(2_000, '\n'), undefined);
    objects(service('a', { hostname: 'a.example.com' }, ['203.0.113.1']));
    const asked: string[] = [];
    const get: StateStore['get'] = (key, known) => {
      if (key.startsWith('history/')) asked.push(key);
      return world.state.get(key, known);
    };
    await world.run({}, { store: { ...world.state, get } });
    expect(asked.length).toBeLessThanOrEqual(15);
    expect(new Set(asked).size).toBe(asked.length);
    const written = await world.state.get(keyOf(full));
    expect(written && written !== 'unchanged' && Buffer.from(written.bytes).toString()).toContain('a.example.com');
    expect(await history()).toHaveLength(1);
  });

  test('what is more than a process would hold is refused, with what to do; what is asked for of it is found', async () => {
    objects(service('a', { hostname: 'a.example.com' }, ['203.0.113.1']));
    await world.run();
    const [line] = await history();
    const file = Buffer.from(`${JSON.stringify({ ...line, name: 'b.example.com', why: 'x'.repeat(4.1 * MIB) })}\n`);
    for (let part = 1; part < 64; part++) await world.state.put(keyOf(part), file, undefined);
    await world.state.put(keyOf(0), Buffer.alloc(2_000, '\n'), (await versionOf(0)) as string);
    await world.state.put(keyOf(64), Buffer.from(`${JSON.stringify(line)}\n`), undefined);
    await expect(history({ what: 'b.example.com' })).rejects.toThrow(/ask for a name, an object or a run.*--since/);
    expect(await history({ what: 'a.example.com' })).toHaveLength(1);
  });

  test('a store that takes no history costs the history, and not the run', async () => {
    objects(service('a', { hostname: 'a.example.com' }, [NLB]));
    const store: StateStore = {
      ...world.state,
      put: (key, ...rest) =>
        key.startsWith('history/') ? Promise.reject(new Error('the disk is full')) : world.state.put(key, ...rest),
    };
    const result = await world.run({}, { store });
    expect(result.counts.created).toBe(2);
    expect(result.findings).toMatchObject([
      { reason: 'warning', message: expect.stringContaining('the disk is full') },
    ]);
    expect(await history()).toEqual([]);
    expect((await world.run()).inStep).toBe(true);
  });

  test('lines that cannot be read are left out', async () => {
    objects(service('a', { hostname: 'a.example.com' }, [NLB]));
    await world.run();
    const key = `history/default/${new Date(world.clock.now()).toISOString().slice(0, 13)}-0`;
    const stored = await world.state.get(key);
    if (!stored || stored === 'unchanged') throw new Error('nothing is kept');
    const torn = Buffer.concat([Buffer.from('{"at":"20\n{}\nnull\n'), stored.bytes]);
    await world.state.put(key, torn, stored.version);
    expect(brief(await history())).toEqual(['create a.example.com: an object asks for it']);
  });

  test('two runs that write at the same time lose no line', async () => {
    objects(service('a', { hostname: 'a.example.com' }, [NLB]));
    await world.run();
    objects(service('a', { hostname: 'a.example.com' }, [NLB]), service('b', { hostname: 'b.example.com' }, [NLB]));
    let raced = false;
    const store: StateStore = {
      ...world.state,
      put: async (key, bytes, version) => {
        if (key.startsWith('history/') && !raced) {
          raced = true;
          const line = Buffer.from(bytes).toString().split('\n')[0]!.replaceAll('a.example.com', 'c.example.com');
          const before = await world.state.get(key);
          if (before && before !== 'unchanged')
            await world.state.put(key, Buffer.concat([before.bytes, Buffer.from(`${line}\n`)]), before.version);
        }
        return world.state.put(key, bytes, version);
      },
    };
    await world.run({}, { store });
    expect((await history()).map(({ name }) => name).sort()).toEqual([
      'a.example.com',
      'b.example.com',
      'c.example.com',
    ]);
  });
});

test('what was done to one name lately, without a look at the others', async () => {
  world = harness({ config: `${CONFIG}\nlimits: {recordsPerNamespace: 9000}` });
  objects(...services(2_500, '203.0.113.1'));
  await world.run();
  world.clock.advance(60_000);
  world.clusters.prod!.objects[2_400] = service('a2400', { hostname: 'a2400.example.com' }, ['203.0.113.2']);
  await world.run();
  const lines = await recentHistory(runOf(world), world.clock.now() - DAY, 'a2400.example.com', 3);
  expect(brief(lines)).toEqual([
    'update a2400.example.com: what is asked for changed',
    'create a2400.example.com: an object asks for it',
  ]);
  expect(await recentHistory(runOf(world), world.clock.now() - DAY, 'a240.example', 3)).toEqual([]);
});

describe('of a name that changes all the time', () => {
  const NAME = 'a.example.com';
  /** Puts into an hour so many full files and one with a few lines; each line says which it is. */
  async function fill(hour: number, full: number, few: number, name = NAME): Promise<void> {
    const line = { run: 'r', by: 'notice', shard: 'default', zone: 'Z1', name, action: 'update', why: '' };
    const lists = { objects: [], before: [], after: [] };
    for (let part = 0; part <= full; part++) {
      const count = part < full ? 2_000 : few;
      if (count === 0) break;
      const lines = Array.from({ length: count }, (_, n) => {
        const at = new Date(hour + part * 100_000 + n).toISOString();
        return `${JSON.stringify({ ...line, ...lists, at })}\n`;
      });
      await world.state.put(historyKey('default', hour, part), Buffer.from(lines.join('')), undefined);
    }
  }
  /** @returns the times of the last changes, and what was read of the store */
  async function last(most: number) {
    const read = { keys: [] as string[], bytes: 0 };
    const { state } = world;
    world.state = {
      ...state,
      get: async (key, known) => {
        const stored = await state.get(key, known);
        read.keys.push(key);
        if (stored && stored !== 'unchanged') read.bytes += stored.bytes.length;
        return stored;
      },
    };
    const lines = await recentHistory(runOf(world), world.clock.now() - DAY, NAME, most);
    world.state = state;
    return { times: lines.map(({ at }) => Date.parse(at)), ...read };
  }
  const hourOf = (back: number) => Math.floor(world.clock.now() / 3_600_000) * 3_600_000 - back * 3_600_000;

  test.each<[string, number, number]>([
    ['one that has few lines', 0, 5],
    ['one that is full', 1, 0],
    ['the second', 1, 5],
    ['the sixth', 5, 5],
    ['the sixtieth', 59, 5],
    ['the sixty-fourth, which is full', 64, 0],
  ])('the last changes are those at the end of the last file: %s', async (_, full, few) => {
    await fill(hourOf(0), full, few);
    const end = few > 0 ? hourOf(0) + full * 100_000 + few - 1 : hourOf(0) + (full - 1) * 100_000 + 1_999;
    const { times, keys } = await last(3);
    expect(times).toEqual([end, end - 1, end - 2]);
    // Each file once, and of sixty few; beside them the four hours that are looked at together.
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.length).toBeLessThanOrEqual(4 + 2 * Math.log2(full + 2) + 2);
  });

  test('a day of it is not read: what is older than enough is left alone', async () => {
    for (let back = 0; back < 24; back++) await fill(hourOf(back), 1, 1_000);
    const { times, keys, bytes } = await last(3);
    expect(times).toEqual([1, 2, 3].map(n => hourOf(0) + 100_000 + 1_000 - n));
    expect(keys.length).toBeLessThanOrEqual(5 * 3);
    const all = 24 * 3_000 * 170;
    expect(bytes).toBeLessThan(all / 4);
  });

  test('those of several hours are put together, and the oldest is found, too', async () => {
    await fill(hourOf(1), 0, 2);
    await fill(hourOf(7), 0, 2);
    await fill(hourOf(23), 0, 2);
    await fill(hourOf(0), 0, 2, 'b.example.com');
    const [a, b, c] = [hourOf(1), hourOf(7), hourOf(23)];
    expect((await last(5)).times).toEqual([a + 1, a, b + 1, b, c + 1]);
    expect((await last(100)).times).toHaveLength(6);
  });

  test('among sixty files of others’ changes in an hour, few are looked through', async () => {
    await fill(hourOf(0), 60, 5, 'b.example.com');
    const { times, keys } = await last(3);
    expect(times).toEqual([]);
    expect(keys.length).toBeLessThanOrEqual(24 + 5 + 2 * Math.log2(62) + 2);
  });
});

test('a folder lets go of what is older than a month, and of nothing else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-history-'));
  try {
    world.state = createFolderStore(folder);
    objects(service('a', { hostname: 'a.example.com' }, [NLB]));
    await world.run();
    const kept = await readdir(join(folder, 'history/default'));
    const [old, young] = ['2020-01-01T00-0', '2020-02-01T00-0'].map(name => join(folder, 'history/default', name));
    for (const path of [old, young]) await writeFile(path!, '');
    const at = (age: number) => new Date(world.clock.now() - age);
    await utimes(old!, at(31 * DAY), at(31 * DAY));
    await utimes(young!, at(29 * DAY), at(29 * DAY));
    await utimes(join(folder, 'history/default', kept[0]!), at(0), at(0));
    objects(service('a', { hostname: 'a.example.com' }, [ALB]));
    await world.run();
    expect((await readdir(join(folder, 'history/default'))).sort()).toEqual(['2020-02-01T00-0', ...kept].sort());
    expect((await readdir(folder)).sort()).toEqual(expect.arrayContaining(['cluster', 'history', 'zone']));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a store that cannot be read is said to be so', async () => {
  world.state = { ...createMemoryStore(), get: () => Promise.reject(new Error('access denied')) };
  await expect(history()).rejects.toThrow(/the history could not be read: access denied; look at state\.store/);
});
