import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { startLambda } from '../../local/lambda/lambda.ts';
import type { Package } from './open.ts';

const run = promisify(execFile);

/**
 * One invocation of the packaged handler in a process of its own, a cold start, that has nothing of this machine's
 * environment but what the template says and `env`. Throws LambdaError when the handler does.
 */
export async function invokePackaged(
  made: Package,
  event: unknown,
  env: Readonly<Record<string, string>>,
): Promise<unknown> {
  const lambda = startLambda({
    name: 'fairlead-check-reconcile',
    bundle: bundleOf(made),
    env: { ...environment(made), ...env },
  });
  try {
    return await lambda.invoke(event);
  } finally {
    lambda.close();
  }
}

/** Milliseconds that the import of the handler takes in a fresh process; the config is loaded with it. */
export async function importTime(made: Package): Promise<number> {
  const script = `const begun = performance.now();
    const { handler } = await import(${JSON.stringify(pathToFileURL(bundleOf(made)).href)});
    if (typeof handler !== 'function') throw new Error('it exports no handler');
    console.log(performance.now() - begun);`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { env: environment(made) });
  return Number(stdout);
}

/** `folder/file.handler`, as Lambda reads it: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html */
function bundleOf({ folder, handler }: Package): string {
  const [, module] = /^(.+)\.handler$/.exec(handler) ?? [];
  if (module === undefined) throw new Error(`the handler ${handler} does not name an export "handler"`);
  return join(folder, `${module}.js`);
}

function environment({ folder, environment: known }: Package): Record<string, string> {
  return {
    AWS_REGION: 'us-east-1',
    AWS_LAMBDA_FUNCTION_NAME: 'fairlead-check-reconcile',
    AWS_EC2_METADATA_DISABLED: 'true',
    LAMBDA_TASK_ROOT: folder,
    FAIRLEAD_STATE_BUCKET: 'fairlead-check-state',
    ...known,
  };
}
