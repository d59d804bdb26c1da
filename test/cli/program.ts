import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { World } from '../../local/world.ts';

const CLI = fileURLToPath(new URL('../../cli/fairlead.ts', import.meta.url));

/** What a command came to. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command in a folder, with the keys of a world; `more`: variables besides, undefined: without; `cli`: as it was built. */
export function runFairlead(
  {
    world,
    folder,
    more = {},
    cli = CLI,
  }: { world: World; folder: string; more?: Record<string, string | undefined>; cli?: string },
  ...args: string[]
): Promise<Ended> {
  const env = { PATH: process.env.PATH ?? '', NODE_NO_WARNINGS: '1', ...world.env(), ...more };
  return new Promise(resolve => {
    execFile(process.execPath, [cli, ...args], { cwd: folder, env }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}
