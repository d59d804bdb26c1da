import { execFile } from 'node:child_process';
import { inject } from 'vitest';
import type { World } from '../../local/world.ts';

/** What a command came to. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command as it ships in a folder, with the keys of a world; `more`: variables besides, undefined: without. */
export function runFairlead(
  { world, folder, more = {} }: { world: World; folder: string; more?: Record<string, string | undefined> },
  ...args: string[]
): Promise<Ended> {
  const env = { PATH: process.env.PATH ?? '', NODE_NO_WARNINGS: '1', ...world.env(), ...more };
  return new Promise(resolve => {
    execFile(process.execPath, [inject('command'), ...args], { cwd: folder, env }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}
