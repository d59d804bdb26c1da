import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { MoveResult } from '../../lib/reconcile/index.ts';
import { startWorld, type World } from '../../local/world.ts';
import { brief } from '../support/harness.ts';
import { service } from '../support/objects.ts';
import { runFairlead } from './program.ts';

let world: World;
let folder: string;

beforeAll(async () => {
  world = await startWorld({ throttle: false });
  const cluster = await world.addCluster({ name: 'prod' });
  cluster.apply(service('a', { hostname: 'a.example.com' }, ['203.0.113.7']));
  folder = await mkdtemp(join(tmpdir(), 'fairlead-ownership-'));
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

const A = { name: 'a.example.com.', type: 'A', ttl: 300, values: ['203.0.113.7'] };
const txt = (owner: string) => ({
  name: 'a-a.example.com.',
  type: 'TXT',
  ttl: 300,
  values: [`"heritage=external-dns,external-dns/owner=${owner},external-dns/resource=service/default/a"`],
});
const load = (...records: (typeof A)[]) =>
  world.route53.load([{ id: 'Z0EXAMPLE0000000001', name: 'example.com.', records }]);
const config = (more = '') =>
  writeFile(
    join(folder, 'fairlead.yml'),
    `owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\n${more}`,
  );
const records = () => world.route53.dump()[0]!.records.map(brief).sort();

beforeEach(async () => {
  load(A);
  await config();
});

const fairlead = (...args: string[]) => runFairlead({ world, folder }, ...args);

const OURS = ['a-a.example.com TXT arena service/default/a', 'a.example.com A 203.0.113.7'];

describe('fairlead adopt', () => {
  test('shows what it would do, and without a terminal or --yes does nothing', async () => {
    const shown = await fairlead('adopt', 'a.example.com');
    expect(shown.code).toBe(2);
    expect(shown.err).toMatch(/a\.example\.com +A +nobody +arena +service\/default\/a +example\.com/);
    expect(shown.err).toMatch(/there is no terminal to ask on, so nothing is done: --yes does it/);
    expect(shown.out).toMatch(/done: 0 names; not done: 0/);
    expect(records()).toEqual(['a.example.com A 203.0.113.7']);
  });

  test('does it with --yes, whatever the spelling of the name; a run is then in step', async () => {
    const done = await fairlead('adopt', 'A.Example.com.', '--yes', '--json');
    expect(done.code).toBe(0);
    expect((JSON.parse(done.out) as MoveResult).done.map(({ name }) => name)).toEqual(['a.example.com']);
    expect(records()).toEqual(OURS);
    expect((await fairlead('plan')).code).toBe(0);
  });

  test('says why it does not, and exits 2', async () => {
    const refused = await fairlead('adopt', 'b.example.com', '--yes');
    expect(refused).toMatchObject({ code: 2, err: '' });
    expect(refused.out).toMatch(/^no-zone: b\.example\.com: no selected hosted zone has a record set there$/m);
    expect(await fairlead('adopt', 'b..example.com')).toMatchObject({
      code: 1,
      err: expect.stringContaining('"b..example.com" is not a hostname'),
    });
  });
});

describe('fairlead transfer', () => {
  test('makes another owner’s records ours', async () => {
    load(A, txt('old'));
    const done = await fairlead('transfer', '--from', 'old', '--watch', '0', '--yes');
    expect(done.code).toBe(0);
    expect(done.out).toMatch(/a\.example\.com +A +old +arena +service\/default\/a/);
    expect(records()).toEqual(OURS);
  });

  test('brings our ownership records under the prefix of the config', async () => {
    load(A, txt('arena'));
    await config('registry: {prefix: txt-}');
    expect((await fairlead('transfer', '--from-prefix', '', '--yes')).code).toBe(0);
    expect(records()).toEqual(['a.example.com A 203.0.113.7', 'txt-a-a.example.com TXT arena service/default/a']);
    expect((await fairlead('plan')).code).toBe(0);
  });

  test.each([[[]], [['--from', 'old', '--rekey']], [['--from', 'old', '--from-prefix', 'x']]])(
    'has to be told one thing: %j',
    async args => {
      expect(await fairlead('transfer', ...args)).toMatchObject({
        code: 1,
        err: expect.stringContaining('say what is transferred: --from OWNER, or'),
      });
    },
  );
});

describe('fairlead release', () => {
  test('gives a name up', async () => {
    load(A, txt('arena'));
    const done = await fairlead('release', 'a.example.com', '--yes');
    expect(done.code).toBe(0);
    expect(records()).toEqual(['a.example.com A 203.0.113.7']);
    const plan = await fairlead('plan', '--json');
    expect(plan.code).toBe(2);
    expect(plan.out).toMatch(/"reason":"not-owned"/);
  });

  test.each([
    [['transfer', '--from', ''], /--from names no owner/],
    [['transfer', '--from', 'old', '--names', ''], /--names has no pattern/],
    [['transfer', '--from-prefix', 'a-', '--from-suffix', '-b'], /a prefix excludes a suffix/],
    [['release', '--cluster', ''], /--cluster names no cluster/],
  ])('what says nothing is refused: %j', async (args, message) => {
    expect(await fairlead(...args, '--yes')).toMatchObject({ code: 1, err: expect.stringMatching(message) });
  });

  test('needs names or a cluster, not both', async () => {
    for (const args of [[], ['a.example.com', '--cluster', 'old']])
      expect(await fairlead('release', ...args)).toMatchObject({
        code: 1,
        err: expect.stringContaining('name what is to be released'),
      });
    expect(await fairlead('release', '--cluster', 'prod', '--yes')).toMatchObject({
      code: 1,
      err: expect.stringContaining('take it out first'),
    });
  });
});
