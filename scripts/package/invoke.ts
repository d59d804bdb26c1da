import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Invocation } from './lambda-child.ts';
import type { Package } from './open.ts';

const run = promisify(execFile);
const CHILD = fileURLToPath(new URL('lambda-child.ts', import.meta.url));

/**
 * One invocation of the packaged handler, in a process of its own that has nothing of this machine's environment but
 * what the template says and `env`. Without an event, the handler is only imported.
 */
export async function invokePackaged(
  made: Package,
  event?: unknown,
  env: Readonly<Record<string, string>> = {},
): Promise<Invocation> {
  const payload = event === undefined ? '' : JSON.stringify(event);
  const { stdout } = await run(process.execPath, [CHILD, made.handler, payload], {
    cwd: made.folder,
    env: {
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'fairlead-check-reconcile',
      AWS_EC2_METADATA_DISABLED: 'true',
      LAMBDA_TASK_ROOT: made.folder,
      FAIRLEAD_STATE_BUCKET: 'fairlead-check-state',
      ...made.environment,
      ...env,
    },
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
}
