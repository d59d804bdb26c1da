import { execFile } from 'node:child_process';
import { inject } from 'vitest';
import type { World } from '../../local/world.ts';

/** What a command came to. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command as it ships in a folder, with the keys of a world; `more`: variables besides, undefined: without; `input`: what it can read. */
export function runFairlead(
  {
    world,
    folder,
    more = {},
    input = '',
  }: { world: World; folder: string; more?: Record<string, string | undefined>; input?: string },
  ...args: string[]
): Promise<Ended> {
  const env = { PATH: process.env.PATH ?? '', NODE_NO_WARNINGS: '1', ...world.env(), ...more };
  return new Promise(resolve => {
    const child = execFile(process.execPath, [inject('command'), ...args], { cwd: folder, env }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
    // A command that reads nothing may have ended before.
    child.stdin?.on('error', () => {}).end(input);
  });
}
