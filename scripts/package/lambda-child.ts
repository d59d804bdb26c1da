// Plays Lambda's runtime for one invocation, in a process of its own: node lambda-child.ts HANDLER EVENT, in the folder of
// the unpacked zip and with the function's environment. The last line of its output is the answer, with what it took.
import { pathToFileURL } from 'node:url';
import type { Context } from 'aws-lambda';

/** What the child says: the answer, or the error as Lambda would tell it. */
export interface Invocation {
  readonly importMs: number;
  readonly answer?: unknown;
  readonly error?: { readonly errorType: string; readonly errorMessage: string };
}

const TIMEOUT_MS = 30_000;

/** `folder/file.name` as Lambda reads it: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html */
async function load(handler: string): Promise<(event: unknown, context: Context) => Promise<unknown>> {
  const dot = handler.lastIndexOf('.');
  const file = `${process.env.LAMBDA_TASK_ROOT}/${handler.slice(0, dot)}.js`;
  return (await import(pathToFileURL(file).href))[handler.slice(dot + 1)];
}

function context(): Context {
  const ends = Date.now() + TIMEOUT_MS;
  const name = process.env.AWS_LAMBDA_FUNCTION_NAME ?? '';
  return {
    awsRequestId: '00000000-0000-4000-8000-000000000000',
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:${process.env.AWS_REGION}:123456789012:function:${name}`,
    memoryLimitInMB: '1769',
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => ends - Date.now(),
    done: () => {},
    fail: () => {},
    succeed: () => {},
  };
}

async function invoke(handler: string, event: string): Promise<Invocation> {
  const begun = performance.now();
  try {
    const run = await load(handler);
    const importMs = performance.now() - begun;
    if (event === '') return { importMs };
    return await answer(run, JSON.parse(event), importMs);
  } catch (error) {
    return { importMs: performance.now() - begun, error: told(error) };
  }
}

async function answer(run: (event: unknown, context: Context) => Promise<unknown>, event: unknown, importMs: number) {
  try {
    return { importMs, answer: await run(event, context()) };
  } catch (error) {
    return { importMs, error: told(error) };
  }
}

function told(error: unknown) {
  return error instanceof Error
    ? { errorType: error.name, errorMessage: error.message }
    : { errorType: typeof error, errorMessage: String(error) };
}

if (import.meta.main) {
  const [handler = '', event = ''] = process.argv.slice(2);
  const invocation = await invoke(handler, event);
  // Like Lambda, which freezes what still runs: open connections do not keep the process.
  process.stdout.write(`\n${JSON.stringify(invocation)}\n`, () => process.exit(0));
}
