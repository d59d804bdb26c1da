import { describe, expect, test } from 'vitest';
import { leftByClusters, listRecords } from '../../lib/reconcile/index.ts';
import { lookAtWorld } from '../../lib/ui/index.ts';
import { namePage } from '../../lib/ui/pages/name.ts';
import { overview } from '../../lib/ui/pages/overview.ts';
import { indexPicture } from '../../lib/ui/picture.ts';
import { configOf, harness } from '../support/harness.ts';
import { explain, runOf } from '../support/look.ts';
import { service } from '../support/objects.ts';

const ZONES = 'zones: {domains: [example.com]}\n';
const one = (name: string, owner = '') =>
  `{name: ${name}, region: us-east-1${owner === '' ? '' : `, owner: ${owner}`}}`;
const config = (owner: string, ...clusters: string[]) =>
  `${owner === '' ? '' : `owner: ${owner}\n`}clusters: [${clusters.join(', ')}]\n${ZONES}`;

/** What is known after the cluster `blue`, which has two names, was taken out of the config, and a run came after it. */
async function worldAfter(before: string, after: string) {
  const blue = ['b1', 'b2'].map(name => service(name, { hostname: `${name}.example.com` }, ['192.0.2.1']));
  const green = [service('g', { hostname: 'g.example.com' }, ['192.0.2.9'])];
  const world = harness({ config: before, clusters: { blue: { objects: blue }, green: { objects: green } } });
  await world.run();
  world.config = configOf(after);
  await world.run();
  return world;
}

describe('what a cluster that left the config left behind is told, with what ends it', () => {
  const NAMES = ['b1.example.com', 'b2.example.com'];
  const force = 'fairlead sync --force --cluster blue';

  test.each<[string, string, string, object, string]>([
    [
      'its ownership records name it',
      config('a', one('blue'), one('green')),
      config('a', one('green')),
      { owner: 'a', labelled: true },
      force,
    ],
    [
      'they do not, but its owner id had no other cluster',
      config('a', one('blue')),
      config('a', one('green')),
      { owner: 'a', labelled: false },
      force,
    ],
    [
      'its owner id went with it',
      config('', one('blue', 'b'), one('green', 'g')),
      config('', one('green', 'g')),
      { owner: 'b', labelled: false },
      'fairlead transfer --from b',
    ],
    [
      'it was of another shard',
      `${config('', one('blue', 'b'), one('green', 'g'))}shards: [{name: one, clusters: [green]}, {name: two, clusters: [blue]}]\n`,
      `${config('', one('red', 'b'), one('green', 'g'))}shards: [{name: one, clusters: [green]}, {name: two, clusters: [red]}]\n`,
      { owner: 'b', labelled: false },
      force,
    ],
  ])('%s', async (_, before, after, said, command) => {
    const world = await worldAfter(before, after);
    const run = runOf(world);
    expect(await leftByClusters(run)).toEqual([{ clusters: ['blue'], names: NAMES, ...said }]);
    const listed = await listRecords(run, { all: true, withoutOwnership: true });
    expect(listed.flatMap(({ record, left }) => (left ? [`${record.name} ${left}`] : []))).toEqual(
      NAMES.map(name => `${name} blue`),
    );
    for (const name of NAMES) {
      const { summary, advice, reasons } = await explain(world, name);
      expect([summary, ...reasons.map(({ message }) => message), advice].join('\n')).toMatch(/blue.* in the config/);
      expect(advice).toContain(command);
    }
    const index = indexPicture(await lookAtWorld(world.config, run.ports));
    const at = world.clock.now();
    expect(overview(index, at).markup).toMatch(
      new RegExp(`Clusters that left.*blue.*2 names have records.*${command}`, 's'),
    );
    for (const name of NAMES) expect(namePage(index, name, []).markup).toContain(command);
    expect(namePage(index, 'g.example.com', []).markup).not.toContain('blue');
  });

  test('a forced run for a cluster whose owner id went with it says why it can do nothing, and what can', async () => {
    const world = await worldAfter(config('', one('blue', 'b'), one('green', 'g')), config('', one('green', 'g')));
    await expect(world.run({ force: true, clusters: ['blue'] })).rejects.toThrow(
      /no cluster "blue".* its owner id "b" .*fairlead transfer --from b --unasked/,
    );
    await expect(world.run({ force: true, clusters: ['bleu'] })).rejects.toThrow(
      /no cluster "bleu".* the config has green$/,
    );
  });

  test('nothing left behind, nothing told', async () => {
    const both = config('a', one('blue'), one('green'));
    const world = await worldAfter(both, both);
    expect(await leftByClusters(runOf(world))).toEqual([]);
    const index = indexPicture(await lookAtWorld(world.config, runOf(world).ports));
    expect(overview(index, 0).markup).not.toContain('Clusters that left');
  });

  test('nothing is kept: it is not known, and no fault', async () => {
    expect(await leftByClusters(runOf(harness()))).toEqual([]);
  });
});
