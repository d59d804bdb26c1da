import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Life } from './sharing-lives/life.ts';
import { LIFE, type Step } from './sharing-lives/steps.ts';

/**
 * Random lives of names that clusters share, over the strict Route 53. Every batch is judged from what the objects ask for
 * and from what stood before it, not from the code's own plan.
 *
 * More, and others: `SEED=random SHARING_RUNS=3000 npx vitest run test/reconcile/sharing-history.test.ts`. One again:
 * `REPLAY=file`, with the counterexample as a failure prints it: `[shape, steps, sharing]`.
 */
const RUNS = Number(process.env.SHARING_RUNS ?? 60);
const { REPLAY } = process.env;

type Played = [shape: ConstructorParameters<typeof Life>[0], steps: readonly Step[], sharing: number];

async function play(...[shape, steps, sharing]: Played): Promise<void> {
  const life = new Life(shape);
  await life.begin(sharing);
  for (const one of steps) await life.take(one);
  await life.end();
}

test('whatever clusters ask for under shared names: no answer, no share and no stranger’s record is lost', {
  timeout: Math.max(240_000, RUNS * 500),
}, async () => {
  await fc.assert(fc.asyncProperty(...LIFE, play), { numRuns: RUNS });
});

if (REPLAY)
  test('a life again', async () => {
    await expect(play(...(JSON.parse(readFileSync(REPLAY, 'utf8')) as Played))).resolves.toBeUndefined();
  });
