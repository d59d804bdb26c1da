import { expect } from 'vitest';
import { createMemoryStore } from '../../lib/state/index.ts';
import type { Harness } from './harness.ts';

/** A run has nothing to do, whatever is kept. `inStep` is false where there are objects that wait. */
export async function expectNothingToDo(self: Harness, inStep = true): Promise<void> {
  const before = self.json();
  for (const state of [self.state, createMemoryStore()]) {
    self.state = state;
    const result = await self.run({ force: true });
    expect(result.zones.flatMap(({ changes }) => changes)).toEqual([]);
    expect(result.inStep).toBe(inStep);
  }
  expect(self.json()).toEqual(before);
}
