import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './sls.ts';

const run = promisify(execFile);
const VERSION = 'v3.19.0';
const CHART = 'infra/forwarder/chart';

/** The path of Helm, which is built from its Go module into the cache if need be: minutes, once. Undefined without Go. */
export async function prepareHelm(): Promise<string | undefined> {
  const folder = process.env.FAIRLEAD_CACHE ?? join(homedir(), '.cache/fairlead/bin');
  const helm = join(folder, `helm-${VERSION}`);
  if (existsSync(helm)) return helm;
  try {
    await run('go', ['version']);
  } catch {
    return undefined;
  }
  await run('mkdir', ['-p', folder]);
  // In a folder of its own first: what has the right name is whole, even if a build is ended or two run at once.
  const unfinished = await mkdtemp(join(folder, 'helm-'));
  try {
    const env = { ...process.env, GOBIN: unfinished, GOFLAGS: '' };
    await run('go', ['install', `helm.sh/helm/v3/cmd/helm@${VERSION}`], { env });
    await rename(join(unfinished, 'helm'), helm);
  } finally {
    await rm(unfinished, { recursive: true });
  }
  return helm;
}

/** What Helm answers. Throws its own words when it fails. */
export async function runHelm(helm: string, args: readonly string[]): Promise<string> {
  try {
    return (await run(helm, args, { cwd: root })).stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`helm ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

/** What the chart makes, with the values of the plain manifests and those given besides. */
export function renderChart(helm: string, ...args: readonly string[]): Promise<string> {
  const values = ['--namespace', 'fairlead', '--values', 'infra/forwarder/manifests/values.yaml'];
  return runHelm(helm, ['template', 'fairlead', CHART, ...values, ...args]);
}

export function lintChart(helm: string, ...args: readonly string[]): Promise<string> {
  return runHelm(helm, ['lint', '--strict', CHART, ...args]);
}
