import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const VERSION = '4.0.2';

/**
 * The path of AWS's own runtime interface client, the part of Lambda that calls a handler. It is compiled as it is
 * installed (make, cmake and a C++ compiler; minutes, once), so it is no dependency of this project but kept in the cache.
 * Undefined, with a word to `say`, where it cannot be compiled.
 */
export async function prepareRic(say: (line: string) => void): Promise<string | undefined> {
  const cache = process.env.FAIRLEAD_CACHE ?? join(homedir(), '.cache/fairlead/bin');
  const folder = join(cache, `aws-lambda-ric-${VERSION}`);
  const program = join(folder, 'node_modules/aws-lambda-ric/index.mjs');
  if (existsSync(program)) return program;
  await mkdir(cache, { recursive: true });
  // In a folder of its own first: what has the right name is whole, even if this is ended or two run at once.
  const unfinished = await mkdtemp(join(cache, 'aws-lambda-ric-'));
  try {
    say(`e2e: compiling aws-lambda-ric ${VERSION}; this takes minutes, once (kept in ${cache})`);
    await run('npm', ['install', '--prefix', unfinished, '--no-audit', '--no-fund', `aws-lambda-ric@${VERSION}`]);
    await rename(unfinished, folder);
    return program;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    const { stderr = '' } = error as { stderr?: string };
    say(`e2e: left out: aws-lambda-ric cannot be compiled here: ${stderr.trim().split('\n').at(-1)}`);
    return undefined;
  }
}
