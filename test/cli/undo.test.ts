import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HistoryLine } from '../../lib/model/index.ts';
import { startWorld, type World } from '../../local/world.ts';
import { brief } from '../support/harness.ts';
import { service } from '../support/objects.ts';
import { runFairlead } from './program.ts';

let world: World;
let folder: string;
let last: HistoryLine;

const fairlead = (...args: string[]) => runFairlead({ world, folder }, ...args);
const addresses = () =>
  world.route53
    .dump()[0]!
    .records.filter(({ type }) => type === 'A')
    .map(brief);

beforeAll(async () => {
  world = await startWorld({ throttle: false });
  const cluster = await world.addCluster({ name: 'prod' });
  world.route53.load([{ id: 'Z0EXAMPLE0000000001', name: 'example.com.', records: [] }]);
  folder = await mkdtemp(join(tmpdir(), 'fairlead-undo-'));
  await writeFile(
    join(folder, 'fairlead.yml'),
    'owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\nstate: {store: ./state}\n',
  );
  for (const address of ['203.0.113.1', '203.0.113.2']) {
    cluster.apply(service('a', { hostname: 'a.example.com' }, [address]));
    await fairlead('sync');
  }
  [last] = JSON.parse((await fairlead('history', 'a.example.com', '--json')).out) as [HistoryLine];
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

test('shows what it would put back, and does nothing by --dry-run, nor without a terminal or --yes', async () => {
  for (const more of [['--dry-run'], ['--dry-run', '--yes'], []]) {
    const { code, ...shown } = await fairlead('undo', last.run, ...more);
    expect(code).toBe(2);
    // What a dry run found is its result; a question stands beside the result.
    const table = more.length > 0 ? shown.out : shown.err;
    expect(table).toMatch(
      new RegExp(
        `~ update +a\\.example\\.com +A +203\\.0\\.113\\.2 → 203\\.0\\.113\\.1 \\(300 s\\) +${last.run} +example\\.com`,
      ),
    );
    expect(table).toMatch(/It is held so: no run changes these names/);
    expect(shown.out).toMatch(more.length > 0 ? /^to be undone: 1 name; not undone: 0$/m : /^undone: 0 names;/m);
    if (more.length > 0) expect(shown.err).toBe('');
  }
  expect((await fairlead('undo', last.run, '--dry-run', '--output', 'name')).out).toBe('a.example.com\n');
  expect(addresses()).toEqual(['a.example.com A 203.0.113.2']);
});

test('does it with --yes, whatever the spelling; runs and explain say that it is held', async () => {
  const done = await fairlead('undo', 'A.Example.com.', '--zone', 'example.com.', '--yes', '--json');
  expect(done).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(done.out).done).toMatchObject([{ name: 'a.example.com', undoes: last.run }]);
  expect(addresses()).toEqual(['a.example.com A 203.0.113.1']);
  const sync = await fairlead('sync', '--verbose');
  expect(sync.code).toBe(2);
  expect(sync.out).toMatch(/a\.example\.com is left as it is, though its objects ask for something else/);
  expect(addresses()).toEqual(['a.example.com A 203.0.113.1']);
  const { out } = await fairlead('explain', 'a.example.com');
  expect(out).toMatch(/fairlead undo --release a\.example\.com/);
  expect((await fairlead('history', 'a.example.com')).out).toMatch(
    new RegExp(`update +a\\.example\\.com .*a person undid what the run ${last.run} did \\(manual\\)`),
  );
});

test('releases it: the next run does what the object asks for', async () => {
  const shown = await fairlead('undo', '--release', 'a.example.com');
  expect(shown.code).toBe(2);
  expect(shown.err).toMatch(new RegExp(`a\\.example\\.com .*${last.run} +example\\.com`));
  const released = await fairlead('undo', '--release', 'a.example.com', '--yes');
  expect(released.code).toBe(0);
  expect(released.out).toMatch(/^released: 1$/m);
  expect((await fairlead('sync')).code).toBe(0);
  expect(addresses()).toEqual(['a.example.com A 203.0.113.2']);
});

test.each<[string, string[], RegExp]>([
  ['nothing is named', [], /say what is undone: a run .* or a hostname/],
  [
    'nothing is known of it',
    ['b.example.com', '--yes'],
    /"b\.example\.com" is no run and no name of which the history has a change/,
  ],
  ['it is in another zone', ['a.example.com', '--zone', 'example.org'], /"a\.example\.com" is no run and no name/],
  ['nothing is held', ['--release', 'a.example.com'], /a\.example\.com is not held by an undoing: nothing is held/],
  ['nothing is kept', ['a.example.com', '-c', 'memory.yml'], /state\.store is "memory"/],
])('says what is wrong where %s', async (_, args, message) => {
  await writeFile(
    join(folder, 'memory.yml'),
    'owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\n',
  );
  const ended = await fairlead('undo', ...args);
  expect(ended.code).toBe(1);
  expect(ended.err).toMatch(message);
});
