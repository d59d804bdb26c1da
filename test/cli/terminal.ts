import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';
import type { World } from '../../local/world.ts';

/** A command at work. */
export interface Started {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  readonly said: { out: string; err: string };
  /** Waits until it has printed this. */
  saw(what: RegExp): Promise<void>;
  /** The exit code, or the signal that ended it. */
  ended(): Promise<number | string>;
}

interface Place {
  readonly world: World;
  readonly folder: string;
  readonly more?: Record<string, string | undefined>;
}

const command = ({ world, folder, more = {} }: Place) => ({
  cwd: folder,
  env: { PATH: process.env.PATH ?? '', NODE_NO_WARNINGS: '1', ...world.env(), ...more },
});

/** Starts the command without a terminal. */
export const startFairlead = (place: Place, ...args: string[]): Started =>
  watched(spawn(process.execPath, [inject('command'), ...args], { ...command(place), stdio: 'pipe' }));

/** Whether this machine can give a command a terminal. */
export const hasTerminals = /util-linux/.test(`${spawnSync('script', ['--version']).stdout}`);

/** Starts the command on a terminal of its own (script, of util-linux): what it prints is all in `out`, what is typed goes to stdin. */
export function startOnTerminal(place: Place, ...args: string[]): Started {
  const { cwd, env } = command(place);
  const line = [process.execPath, inject('command'), ...args].map(word => `'${word}'`).join(' ');
  const options = { cwd, env: { TERM: 'xterm', ...env }, stdio: 'pipe' } as const;
  return watched(
    spawn('script', ['--quiet', '--return', '--flush', '--command', `exec ${line}`, '/dev/null'], options),
  );
}

function watched(child: ChildProcess): Started {
  const said = { out: '', err: '' };
  child.stdout?.on('data', data => {
    said.out += data;
  });
  child.stderr?.on('data', data => {
    said.err += data;
  });
  const close = once(child, 'close');
  return {
    child,
    said,
    saw: what =>
      until(
        () => what.test(said.out + said.err),
        () => `${what} in ${JSON.stringify(said)}`,
      ),
    ended: async () => {
      const [code, signal] = await close;
      return code ?? signal;
    },
  };
}

/** Waits for a state of the world; a wait in vain says what it waited for. */
export async function until(isSo: () => boolean, what: () => string): Promise<void> {
  const end = Date.now() + 120_000;
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what()}`);
    await sleep(20);
  }
}
