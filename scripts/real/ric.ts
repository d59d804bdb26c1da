import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { binFolder } from './programs.ts';

const run = promisify(execFile);
const VERSION = '4.0.2';

/**
 * AWS's own runtime interface client, the part of Lambda that calls a handler. It is compiled as it is installed (make,
 * cmake and a C++ compiler; minutes, once), so it is no dependency of this project but kept in the cache.
 */
const folder = () => join(binFolder(), `aws-lambda-ric-${VERSION}`);

export function ricProgram(): string {
  return join(folder(), 'node_modules/aws-lambda-ric/index.mjs');
}

/** Sees to it that the client is there. Undefined when it is, else why it cannot be. */
export async function prepareRic(say: (line: string) => void): Promise<string | undefined> {
  if (existsSync(ricProgram())) return undefined;
  say(`e2e: compiling aws-lambda-ric ${VERSION}; this takes minutes, once (kept in ${binFolder()})`);
  await mkdir(binFolder(), { recursive: true });
  // In a folder of its own first: what has the right name is whole, even if this is ended or two run at once.
  const unfinished = await mkdtemp(join(binFolder(), 'aws-lambda-ric-'));
  try {
    await run('npm', ['install', '--prefix', unfinished, '--no-audit', '--no-fund', `aws-lambda-ric@${VERSION}`]);
    await rename(unfinished, folder());
    return undefined;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    return String((error as { stderr?: string }).stderr ?? error)
      .trim()
      .split('\n')
      .at(-1);
  }
}
