import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { settle } from './history/settled.ts';
import { type Step, written } from './history/steps.ts';
import { history } from './history/stories.ts';
import { World } from './history/world.ts';

/**
 * More, and others: `SEED=random RUNS=20000 npx vitest run test/reconcile/history.test.ts`. One again, with what it changes:
 * `REPLAY=file`, a step a line, as a failure prints it.
 */
const { RUNS = '1000', REPLAY } = process.env;

async function play(steps: readonly Step[]): Promise<void> {
  const world = new World();
  try {
    for (const one of steps) await world.play(one);
    await settle(world);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${written(steps)}\n`);
  }
}

test(
  'whatever happens to config, clusters, zones, state and strangers: nothing is lost, nothing is taken, all is in step in the end',
  async () => {
    await fc.assert(fc.asyncProperty(history, play), { numRuns: Number(RUNS) });
  },
  Number(RUNS) * 600,
);

if (REPLAY)
  test('a history again', async () => {
    const world = new World();
    const lines = readFileSync(REPLAY, 'utf8')
      .split('\n')
      .map(line => line.trim());
    for (const line of lines.filter(text => text.startsWith('{'))) {
      await world.play(JSON.parse(line) as Step).finally(() => console.log([line, ...world.log].join('\n  ')));
    }
    await settle(world).finally(() => console.log(world.last?.findings.map(({ message }) => message).join('\n')));
    expect(world.fault).toBeUndefined();
  });
