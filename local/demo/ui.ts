import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Stack } from '../stack/stack.ts';
import type { World } from '../world.ts';

const COMMAND = fileURLToPath(new URL('../../cli/fairlead.ts', import.meta.url));
const EXIT_WITH_PARENT = fileURLToPath(new URL('../exit-with-parent.ts', import.meta.url));

/** Seconds: what was just edited is to be seen. */
const REFRESH = '2';

/** Starts `fairlead ui` beside a world, with the world's keys and the stack's state. */
export async function startPages(world: World, { bucket }: Pick<Stack, 'bucket'>, config: string) {
  const args = ['--import', EXIT_WITH_PARENT, COMMAND, 'ui', '--config', config, '--refresh', REFRESH];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...world.env(), FAIRLEAD_STATE_BUCKET: bucket },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    detached: true, // Ctrl-C goes to all that the terminal runs; this one is ended in its turn
  });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout as Readable });
  const first = await Promise.race([once(lines, 'line'), ended.then(() => undefined)]);
  if (first === undefined) throw new Error('fairlead ui ended before it had an address');
  return {
    url: String(first[0]),
    async close() {
      child.kill();
      await ended;
    },
  };
}
