import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What one process used from its start to its end. */
export interface Usage {
  readonly wallSeconds: number;
  /** User and system time of the whole process; NaN where the machine cannot tell. */
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

export interface Ended extends Usage {
  readonly exitCode: number;
  readonly out: string;
}

const USAGE = fileURLToPath(new URL('usage.mjs', import.meta.url));
const GNU_TIME = '/usr/bin/time';

/** Runs a Node program in a process of its own and measures it from outside and, at its exit, from inside. */
export async function measureNode(
  args: readonly string[],
  options: { env?: Readonly<Record<string, string>>; cwd?: string; flags?: readonly string[] } = {},
): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'));
  try {
    const file = join(folder, 'usage.json');
    const env = { PATH: process.env.PATH ?? '', ...options.env, BENCH_USAGE: file };
    const ended = await run(process.execPath, [...(options.flags ?? []), '--import', USAGE, ...args], env, options.cwd);
    return {
      ...ended,
      ...(existsSync(file)
        ? (JSON.parse(readFileSync(file, 'utf8')) as Pick<Usage, 'cpuSeconds' | 'peakMiB'>)
        : { cpuSeconds: Number.NaN, peakMiB: Number.NaN }),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs any program; CPU and memory are told by GNU time, where the machine has it. */
export async function measureProgram(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  if (!existsSync(GNU_TIME)) return { ...(await run(program, args, env)), cpuSeconds: Number.NaN, peakMiB: Number.NaN };
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'));
  try {
    const file = join(folder, 'time');
    const ended = await run(GNU_TIME, ['-o', file, '-f', '%U %S %M', program, ...args], env);
    const [user = 0, system = 0, kib = 0] = (readFileSync(file, 'utf8').trim().split('\n').at(-1) ?? '')
      .split(' ')
      .map(Number);
    return { ...ended, cpuSeconds: user + system, peakMiB: kib / 1024 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd?: string,
): Promise<Omit<Ended, 'cpuSeconds' | 'peakMiB'>> {
  const begun = performance.now();
  return new Promise(resolve => {
    execFile(
      program,
      [...args],
      { env, ...(cwd !== undefined && { cwd }), maxBuffer: 256 * 1024 * 1024, timeout: 120_000 },
      (error, out) => {
        resolve({
          wallSeconds: (performance.now() - begun) / 1000,
          exitCode: error ? Number(error.code ?? 1) : 0,
          out,
        });
      },
    );
  });
}

export const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
