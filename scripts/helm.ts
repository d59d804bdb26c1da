import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { root } from './sls.ts';

const run = promisify(execFile);
const CHART = 'forwarder/chart';

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
  const values = ['--namespace', 'fairlead', '--values', 'forwarder/manifests/values.yaml'];
  return runHelm(helm, ['template', 'fairlead', CHART, ...values, ...args]);
}

export function lintChart(helm: string, ...args: readonly string[]): Promise<string> {
  return runHelm(helm, ['lint', '--strict', CHART, ...args]);
}
