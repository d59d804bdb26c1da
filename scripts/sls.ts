import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
export const root = fileURLToPath(new URL('..', import.meta.url));

/** The config that is deployed: the project's own, or the example where there is none. Relative to the project. */
export function deployedConfig(): string {
  return existsSync(`${root}fairlead.yml`) ? 'fairlead.yml' : 'infra/fairlead.example.yml';
}

/** Runs `sls` with these arguments and returns what it said. Throws its own words when it fails. */
export async function sls(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<string> {
  try {
    const { stdout, stderr } = await run(process.execPath, ['node_modules/osls/bin/serverless.js', ...args], {
      cwd: root,
      env: { ...env, SLS_NOTIFICATIONS_MODE: 'off', SLS_TELEMETRY_DISABLED: '1', NO_COLOR: '1' },
    });
    return stdout + stderr;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`sls ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
  }
}
