import fc from 'fast-check';
import { expect, test } from 'vitest';
import { History } from './history.ts';
import { type Rules, rules, type Step, step } from './steps.ts';

/** More, and others: `SEED=random HISTORIES=20000 npx vitest run test/reconcile/history.test.ts`. */
const HISTORIES = Number(process.env.HISTORIES ?? 1000);

async function play(steps: readonly Step[], under: Rules): Promise<void> {
  const history = new History(under);
  for (const one of steps) await history.play(one);
  await history.settle();
}

test(
  'whatever clusters, strangers and faults do: nothing of theirs is touched, and in the end everything is in step',
  async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 14 }), rules, play), {
      numRuns: HISTORIES,
    });
  },
  HISTORIES * 100,
);

test('the checks themselves can fail: a stranger’s record that is changed is noticed', async () => {
  const history = new History();
  await history.play({ do: 'stranger', act: 'occupy', name: 0 });
  const [id] = [...history.world.store.zones.keys()];
  history.world.store.edit(id as string, { remove: [{ name: 'a.example.com.', type: 'A' }] });
  expect(() => history.check()).toThrow("a stranger's a.example.com. A was changed");
});
