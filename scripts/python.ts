import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { root } from './sls.ts';

const run = promisify(execFile);
const VENV = '.cache/venv';
/** moto for a second, independent AWS; cfn-lint knows what CloudFormation accepts. */
const PACKAGES = ['moto[server]>=5.2,<6', 'cfn-lint>=1.50,<2'];

/** The path of a program of the project's own Python environment, whether it is there or not. */
export function venvProgram(name: string): string {
  return `${root}${VENV}/bin/${name}`;
}

/** Makes the environment with its packages unless it is there; false where there is no Python 3 to make it with. */
export async function prepareVenv(): Promise<boolean> {
  if (['moto_server', 'cfn-lint'].every(name => existsSync(venvProgram(name)))) return true;
  try {
    await run('python3', ['--version']);
  } catch {
    return false;
  }
  await run('python3', ['-m', 'venv', VENV], { cwd: root });
  await run(venvProgram('pip'), ['install', '--quiet', '--disable-pip-version-check', ...PACKAGES]);
  return true;
}

/**
 * What cfn-lint says about templates: an empty string when nothing, undefined where there is no cfn-lint (in the project's
 * environment or on the machine).
 */
export async function cfnLint(templates: readonly string[]): Promise<string | undefined> {
  const program = existsSync(venvProgram('cfn-lint')) ? venvProgram('cfn-lint') : 'cfn-lint';
  try {
    await run(program, ['--', ...templates], { cwd: root });
    return '';
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: unknown; stdout?: string; stderr?: string };
    return code === 'ENOENT' ? undefined : stdout + stderr;
  }
}
