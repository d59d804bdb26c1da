import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { loadConfig } from '../lib/config/index.ts';

const run = promisify(execFile);
export const root = fileURLToPath(new URL('..', import.meta.url));

/** The config that is deployed: the project's own, or the example where there is none. Relative to the project. */
export function deployedConfig(): string {
  return existsSync(`${root}fairlead.yml`) ? 'fairlead.yml' : 'infra/fairlead.example.yml';
}

/** The arguments with which sls takes every part of the stack of a config, in the region of its first cluster. */
export function allParts(config: string): readonly string[] {
  const env = { AWS_REGION: 'us-east-1', AWS_LAMBDA_FUNCTION_NAME: 'fairlead', FAIRLEAD_STATE_BUCKET: 'fairlead' };
  const [{ name, region } = { name: '', region: '' }] = loadConfig(`${root}${config}`, env).clusters;
  const params = [`config=${config}`, `auditClusters=${name}`, 'drift=cloudtrail'];
  return ['--region', region ?? env.AWS_REGION, ...params.flatMap(param => ['--param', param])];
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
