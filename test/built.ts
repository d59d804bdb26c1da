import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildCommand, buildForwarder } from '../scripts/build.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The command as it ships, one file: it starts in a fifth of the time that its sources take. */
    command: string;
    /** The program of the forwarder, likewise. */
    forwarder: string;
  }
}

/** What the tests start as a program is what ships: bundled once a run, outside the tree; anew when a watching vitest runs again. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-built-'));
  const build = async () => {
    const [command, forwarder] = await Promise.all([
      buildCommand(join(folder, 'cli')),
      buildForwarder(join(folder, 'forwarder')),
    ]);
    project.provide('command', command);
    project.provide('forwarder', forwarder);
  };
  await build();
  project.onTestsRerun(build);
  return () => rm(folder, { recursive: true });
}
