import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Program {
  /** Everything that it wrote so far. */
  log(): string;
  /** Asks it to end, and makes it after ten seconds. */
  stop(): Promise<void>;
  /** Throws with the end of its log if it has ended by itself. */
  mustRun(): void;
}

/**
 * Runs a program until its standard input ends: so it ends with the test, even with one that is killed.
 * $1 is the program; `read` waits for the end of what the test holds open.
 */
const GUARD = `
exec 3<&0 </dev/null
"$@" 3<&- & child=$!
{ cat <&3; kill $child; for i in $(seq 100); do kill -0 $child || exit; sleep 0.1; done; kill -9 $child; } >/dev/null 2>&1 &
exec 3<&-
wait $child
`;

/** Starts a program whose output goes to a file. */
export function startProgram(
  [program, ...args]: readonly [string, ...string[]],
  options: { readonly log: string; readonly env?: Readonly<Record<string, string>> },
): Program {
  const output = openSync(options.log, 'w');
  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...options.env };
  const guard = spawn('sh', ['-c', GUARD, 'guard', program, ...args], { stdio: ['pipe', output, output], env });
  closeSync(output);
  const ended = () => guard.exitCode !== null || guard.signalCode !== null;
  guard.once('exit', () => guard.stdin?.destroy());
  guard.stdin?.on('error', () => {}); // It may have ended first.
  const log = () => readFileSync(options.log, 'utf8');
  return {
    log,
    async stop() {
      guard.stdin?.end();
      if (!ended()) await once(guard, 'exit');
    },
    mustRun() {
      if (ended())
        throw new Error(`${program} ended with ${guard.exitCode ?? guard.signalCode}:\n${log().slice(-3000)}`);
    },
  };
}

/** Waits until something is so, and says what it waited for when it never is: well before the test's own time is over. */
export async function until(what: string, isSo: () => Promise<boolean> | boolean, seconds = 60): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s in vain until ${what}`);
    await sleep(50);
  }
}

/** Where the system takes no ports for outgoing connections: one of these could come before who is to listen. */
const LISTENING = { from: 15_000, to: 32_000 };

/** Those that were given away: who got one may not listen yet. */
const given = new Set<number>();

/** A TCP port of loopback that is free now, and that nobody else got. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LISTENING.from, LISTENING.to);
    if (given.has(port)) continue;
    given.add(port);
    const server = createServer();
    const isFree = await new Promise<boolean>(resolve => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise(resolve => server.close(resolve));
    return port;
  }
}
