import { NAMES } from './objects.ts';
import { atRest } from './rest.ts';
import { selected } from './view.ts';
import type { World } from './world.ts';

const HOUR = 3_600_000;
/** Runs in which everything must have come to rest: a name that moves down into a zone takes two. */
const RUNS = 6;
const RUNS_EACH = 3;

/**
 * Ends all faults and runs until nothing happens any more, first as the schedule does, then by force; each time what is
 * published is what is asked for.
 */
export async function settle(world: World): Promise<void> {
  world.configure({ freeze: '' });
  for (const force of [false, true]) {
    for (let i = 0; i < RUNS_EACH; i++) {
      world.harness.clock.advance(i === 0 ? 25 * HOUR : 2 * HOUR);
      world.last = undefined;
      await world.play({ do: 'run', ...(force && { force }) });
      if (!world.last) world.blame('settled: nothing else is at work, and still the run was not done');
    }
    await rest(world);
    if (force) world.tamper.settled?.(world);
    compare(world, force);
  }
}

function compare(world: World, forced: boolean): void {
  for (const zone of selected(world.harness.store, world.settings))
    for (const name of NAMES) world.blame(atRest(name, zone, world, forced));
  if (world.fault !== undefined) throw new Error(world.fault);
}

/** An idle run makes no Route 53 call and writes no state. */
async function rest(world: World): Promise<void> {
  let idle = '';
  for (let run = 0; run < RUNS; run++) {
    const [state] = world.states;
    const before = state?.writes.length ?? 0;
    world.harness.clock.advance(1000);
    await world.play({ do: 'run' });
    const calls = JSON.stringify(world.harness.calls);
    const written = state?.writes.slice(before) ?? [];
    if (calls === '{}' && written.length === 0) return;
    idle = `${calls}, state written: [${written}], ${world.log.join(' ')}`;
  }
  world.blame(`idle: the run does not come to rest: ${idle}`);
}
