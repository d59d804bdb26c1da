import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rename, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { binFolder, builtPath, findProgram, PROGRAMS, type ProgramName } from './programs.ts';

const run = promisify(execFile);
const MODULES = fileURLToPath(new URL('modules/', import.meta.url));

/**
 * Sees to it that a program is there, and builds it if need be: minutes, once. False where there is no Go to build it with.
 * Throws when Go is there and the build fails.
 */
export async function prepareProgram(name: ProgramName, say: (line: string) => void): Promise<boolean> {
  if ((await findProgram(name)) !== undefined) return true;
  if (!(await hasGo())) return false;
  const { version } = PROGRAMS[name];
  say(`e2e: building ${name} ${version} from its Go module; this takes minutes, once (kept in ${binFolder()})`);
  const begun = performance.now();
  await build(name);
  say(`e2e: built ${name} in ${Math.round((performance.now() - begun) / 1000)} s`);
  return true;
}

async function hasGo(): Promise<boolean> {
  try {
    await run('go', ['version']);
    return true;
  } catch {
    return false;
  }
}

/** Under another name first: what has the right name is whole, even if a build is ended or two run at once. */
async function build(name: ProgramName): Promise<void> {
  const { module, package: main, ldflags } = PROGRAMS[name];
  const unfinished = `${builtPath(name)}.${process.pid}`;
  await mkdir(binFolder(), { recursive: true });
  const args = ['build', '-mod=readonly', '-buildvcs=false', '-ldflags', ldflags, '-o', unfinished, main];
  // GOFLAGS of the machine's own could name another -mod.
  const go = spawn('go', args, { cwd: `${MODULES}${module}`, stdio: 'inherit', env: { ...process.env, GOFLAGS: '' } });
  const [code] = (await once(go, 'exit')) as [number | null];
  if (code !== 0) {
    await rm(unfinished, { force: true });
    throw new Error(`${name} could not be built: go build ended with ${code}, see above`);
  }
  await rename(unfinished, builtPath(name));
}
