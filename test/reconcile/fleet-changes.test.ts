import { describe, expect, test } from 'vitest';
import { createMemoryStore } from '../../lib/state/index.ts';
import { configOf, type Harness, harness } from '../support/harness.ts';
import { type KubernetesObject, service } from '../support/objects.ts';

/**
 * A cluster that alone has an owner id writes ownership records which name no cluster. When it leaves, what runs remember says
 * whose they were.
 */
const config = (...clusters: string[]) => `
clusters: [${clusters.map(text => `{name: ${text}, region: eu-west-1}`).join(', ')}]
zones: {domains: [example.com]}
guard: {maxDeletes: {count: 100, percent: 100}}
`;
const BLUE = 'blue, owner: fleet';
const GREEN = 'green, owner: fleet';
const web = (name: string, address = '192.0.2.1') => service(name, { hostname: `${name}.example.com` }, [address]);

/** Blue has published `a` and `b`; from now on the config has other clusters. */
async function replaced(to: string, from = config(BLUE), others: Harness['clusters'] = { green: { objects: [] } }) {
  const world = harness({ config: from, clusters: { blue: { objects: [web('a'), web('b')] }, ...others } });
  await world.run();
  world.config = configOf(to);
  return world;
}

const names = (world: Harness) =>
  world
    .json()
    .filter(({ type }) => type === 'A')
    .map(({ name }) => name.split('.')[0])
    .join(' ');

describe('a cluster that leaves an owner id which named no cluster in its ownership records', () => {
  test.each([
    ['for another one', config(GREEN), config(BLUE)],
    ['while another one stays, that came before it left', config(GREEN), config(BLUE, GREEN)],
  ])('%s: what it had stays', async (_, to, from) => {
    const world = await replaced(config(BLUE));
    world.config = configOf(from);
    await world.run();
    world.config = configOf(to);
    await world.run();
    await world.run({ clusters: ['green'] });
    expect(names(world)).toBe('a b');
  });

  test('each run tells of it, and another run sends nothing', async () => {
    const world = await replaced(config(GREEN));
    await world.run();
    const result = await world.run();
    expect(result.findings).toEqual([
      expect.objectContaining({
        reason: 'frozen',
        message: expect.stringMatching(
          /^2 names .*its cluster "blue" is not in the config: .*force a run for it \(blue\)/,
        ),
      }),
    ]);
    expect(world.calls).not.toHaveProperty('changeRecordSets');
  });

  test('a forced run that names it takes what it had, and nothing of the other’s', async () => {
    const world = await replaced(config(GREEN), config(BLUE), { green: { objects: [web('c')] } });
    await world.run();
    expect(names(world)).toBe('a b c');
    // By the text alone it may be green's, too.
    const { objects } = world.clusters.green as { objects: KubernetesObject[] };
    world.clusters.green = { objects, failing: 'no answer' };
    await world.run({ force: true, clusters: ['blue'] });
    expect(names(world)).toBe('a b c');
    world.clusters.green = { objects };
    await world.run({ force: true, clusters: ['blue'] });
    expect(names(world)).toBe('c');
  });

  test('so does one for the clusters that have its owner id now, as far as they are read', async () => {
    const world = await replaced(config(GREEN));
    world.clusters.green = { objects: [], failing: 'no answer' };
    await world.run({ force: true });
    world.clusters.green = { objects: [] };
    await world.run();
    expect(names(world)).toBe('a b');
    await world.run({ force: true });
    expect(names(world)).toBe('');
  });

  test('the same object of the other cluster has the name from then on, and gives it up by going', async () => {
    const world = await replaced(config(GREEN), config(BLUE), { green: { objects: [web('a', '192.0.2.2')] } });
    await world.run();
    expect(world.records()).toContain('a.example.com A 192.0.2.2');
    world.clusters.green = { objects: [] };
    await world.run();
    expect(names(world)).toBe('b');
  });

  test('another object of the other cluster does not get the name', async () => {
    const other = service('other', { hostname: 'a.example.com' }, ['192.0.2.66']);
    const world = await replaced(config(GREEN), config(BLUE), { green: { objects: [other] } });
    const result = await world.run();
    expect(world.records()).toContain('a.example.com A 192.0.2.1');
    expect(result.findings.find(({ object }) => object?.name === 'other')?.message).toMatch(
      /"blue" is not in the config/,
    );
  });

  test('it comes back to what it had, and what it gave up meanwhile goes', async () => {
    const world = await replaced(config(GREEN));
    await world.run();
    world.config = configOf(config(BLUE));
    world.clusters.blue = { objects: [web('a')] };
    await world.run();
    expect(names(world)).toBe('a');
  });

  test('the owner id comes back with another cluster after it was out of use', async () => {
    const world = await replaced(config('red, owner: other'), config(BLUE), {
      red: { objects: [] },
      green: { objects: [] },
    });
    await world.run();
    world.config = configOf(config('red, owner: other', GREEN));
    await world.run();
    expect(names(world)).toBe('a b');
  });

  test('where several may have been it, a person must name all', async () => {
    const world = await replaced(config(BLUE));
    world.clusters.red = { objects: [] };
    world.config = configOf(config(BLUE, 'red, owner: fleet'));
    world.clusters.blue = { objects: [], failing: 'no answer' };
    await world.run();
    world.config = configOf(config(GREEN));
    const told = await world.run();
    expect(told.findings.map(({ message }) => message).join()).toMatch(
      /its cluster, "blue" or "red", is not in the config/,
    );
    await world.run({ force: true, clusters: ['blue'] });
    expect(names(world)).toBe('a b');
    await world.run({ force: true, clusters: ['blue', 'red'] });
    expect(names(world)).toBe('');
  });

  test('it has another owner id by now: the other cluster has its own, and it what it asks for', async () => {
    const world = await replaced(config(GREEN, 'blue, owner: other'));
    world.clusters.blue = { objects: [web('a')] };
    await world.run();
    await world.run();
    expect(world.records()).toEqual(['a-a.example.com TXT other service/default/a', 'a.example.com A 192.0.2.1']);
  });

  test('without what is remembered the guard alone stands behind it', async () => {
    const world = await replaced(config(GREEN));
    world.state = createMemoryStore();
    await world.run();
    expect(names(world)).toBe('');
  });
});
