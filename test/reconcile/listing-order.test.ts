import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Harness } from '../support/harness.ts';
import { type Step, written } from './history/steps.ts';
import { history } from './history/stories.ts';
import { World } from './history/world.ts';
import { Life } from './sharing-lives/life.ts';
import { LIFE, type Step as SharingStep } from './sharing-lives/steps.ts';

// In which order a cluster lists its objects is nobody's wish: pages, a watch and another API server give another one. What
// is published, and what is told, is the same. `SEED=random ORDER_RUNS=3000 npx vitest run test/reconcile/listing-order.test.ts`

const RUNS = Number(process.env.ORDER_RUNS ?? 40);
const allOf = (world: Harness) => [...world.store.zones.keys()].map(id => world.records(id));

function backwards(world: Harness): Harness {
  for (const cluster of Object.values(world.clusters)) cluster.backwards = true;
  return world;
}

/** @returns why the history ended early, if it did: that is another test's matter, as long as it is the same both ways */
async function ended(work: Promise<unknown>): Promise<string | undefined> {
  return await work.then(
    () => undefined,
    (error: Error) => error.message,
  );
}

test('what is published, and what is told, does not depend on the order in which clusters list their objects', {
  timeout: Math.max(120_000, RUNS * 1_000),
}, async () => {
  const told = ({ last }: World) => (last?.findings ?? []).map(({ reason, message }) => `${reason}: ${message}`).sort();
  const play = async (steps: readonly Step[]) => {
    const worlds = [new World(), new World()] as const;
    backwards(worlds[1].harness);
    for (const step of steps) {
      const [one, two] = [await ended(worlds[0].play(step)), await ended(worlds[1].play(step))];
      expect(two, written(steps)).toBe(one);
      if (one !== undefined) return;
      expect(allOf(worlds[1].harness), written(steps)).toEqual(allOf(worlds[0].harness));
      expect(told(worlds[1]), written(steps)).toEqual(told(worlds[0]));
    }
  };
  await fc.assert(fc.asyncProperty(history, play), { numRuns: RUNS });
});

test('nor does what is published under shared names', { timeout: Math.max(120_000, RUNS * 1_000) }, async () => {
  const play = async (of: ConstructorParameters<typeof Life>[0], then: readonly SharingStep[], sharing: number) => {
    const lives = [new Life(of), new Life(of)] as const;
    backwards(lives[1].world);
    await lives[0].begin(sharing);
    await lives[1].begin(sharing);
    for (const step of then) {
      const [one, two] = [await ended(lives[0].take(step)), await ended(lives[1].take(step))];
      expect(two).toBe(one);
      if (one !== undefined) return;
      expect(allOf(lives[1].world)).toEqual(allOf(lives[0].world));
    }
  };
  await fc.assert(fc.asyncProperty(...LIFE, play), { numRuns: RUNS });
});
