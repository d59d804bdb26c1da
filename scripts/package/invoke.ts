import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { startLambda } from '../../local/emulators/lambda/lambda.ts';
import type { PackagedFunction } from './open.ts';

const run = promisify(execFile);

/**
 * One invocation of a packaged handler in a process of its own, a cold start, that has nothing of this machine's
 * environment but what the template says and `env`. Throws LambdaError when the handler does.
 */
export async function invokePackaged(
  packaged: PackagedFunction,
  event: unknown,
  env: Readonly<Record<string, string>>,
  timeoutMs?: number,
): Promise<unknown> {
  const lambda = startLambda({
    name: `fairlead-check-${packaged.name}`,
    bundle: bundleOf(packaged),
    env: { ...environmentOf(packaged), ...env },
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
  try {
    return await lambda.invoke(event);
  } finally {
    lambda.close();
  }
}

/** What the import of a handler costs in a fresh process; what it reads at its start is loaded with it. */
export interface Import {
  readonly ms: number;
  /** CPU, in milliseconds. */
  readonly cpuMs: number;
  /** Peak resident memory of the process, MiB. */
  readonly mib: number;
}

export async function importOf(packaged: PackagedFunction): Promise<Import> {
  const script = `const begun = performance.now();
    const before = process.cpuUsage();
    const { handler } = await import(${JSON.stringify(pathToFileURL(bundleOf(packaged)).href)});
    if (typeof handler !== 'function') throw new Error('it exports no handler');
    const ms = performance.now() - begun;
    const { user, system } = process.cpuUsage(before);
    const cpuMs = (user + system) / 1000;
    console.log(JSON.stringify({ ms, cpuMs, mib: process.resourceUsage().maxRSS / 1024 }));`;
  const env = environmentOf(packaged);
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { env });
  return JSON.parse(stdout);
}

/** `folder/file.handler`, as Lambda reads it: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html */
function bundleOf({ folder, handler }: PackagedFunction): string {
  const [, module] = /^(.+)\.handler$/.exec(handler) ?? [];
  if (module === undefined) throw new Error(`the handler ${handler} does not name an export "handler"`);
  return join(folder, `${module}.js`);
}

/** What the deployment fills in is made up here; `environment` of the template goes before it. */
export function environmentOf({ name, folder, environment }: PackagedFunction): Record<string, string> {
  return {
    AWS_REGION: 'us-east-1',
    AWS_LAMBDA_FUNCTION_NAME: `fairlead-check-${name}`,
    AWS_EC2_METADATA_DISABLED: 'true',
    LAMBDA_TASK_ROOT: folder,
    FAIRLEAD_STATE_BUCKET: 'fairlead-check-state',
    FAIRLEAD_QUEUE_URL: 'http://127.0.0.1:9/000000000000/fairlead-check.fifo',
    ...environment,
  };
}
