// The Lambda runtime's part, in a process of its own: imports the bundle named by its first argument once, then answers
// the invocations that its parent sends, one at a time, as https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
// has it. Started by `startLambda`.
import { pathToFileURL } from 'node:url';
import type { Context } from 'aws-lambda';

/** What the parent sends. `deadline`: epoch milliseconds. */
export interface Invocation {
  readonly requestId: string;
  readonly event: unknown;
  readonly deadline: number;
}

/** What goes back: the answer, or the error in the two fields in which Lambda tells it. */
export type Answer =
  | { readonly requestId: string; readonly answer: unknown }
  | { readonly requestId: string; readonly error: { readonly errorType: string; readonly errorMessage: string } };

type Handler = (event: unknown, context: Context) => Promise<unknown>;

function contextOf({ requestId, deadline }: Invocation): Context {
  const name = process.env.AWS_LAMBDA_FUNCTION_NAME ?? '';
  return {
    awsRequestId: requestId,
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:${process.env.AWS_REGION}:000000000000:function:${name}`,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? '1769',
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => deadline - Date.now(),
    done() {},
    fail() {},
    succeed() {},
  };
}

async function answerTo(load: () => Promise<Handler>, invocation: Invocation): Promise<Answer> {
  const { requestId, event } = invocation;
  try {
    const handler = await load();
    return { requestId, answer: await handler(event, contextOf(invocation)) };
  } catch (error) {
    const { name, message } = error as Error;
    return { requestId, error: { errorType: name, errorMessage: message } };
  }
}

/** The line that Lambda ends the log of an invocation with. The memory is the most that the process ever had. */
function reportOf({ requestId }: Invocation, milliseconds: number): string {
  const peak = Math.round(process.resourceUsage().maxRSS / 1024);
  return `REPORT RequestId: ${requestId}\tDuration: ${milliseconds.toFixed(2)} ms\tMax Memory Used: ${peak} MB`;
}

if (import.meta.main) {
  const [bundle = ''] = process.argv.slice(2);
  let loaded: Promise<Handler> | undefined;
  const load = () => {
    loaded ??= import(pathToFileURL(bundle).href).then(module => module.handler as Handler);
    return loaded;
  };
  process.on('message', async (invocation: Invocation) => {
    const begun = performance.now();
    const answer = await answerTo(load, invocation);
    console.log(reportOf(invocation, performance.now() - begun));
    process.send?.(answer);
  });
  process.on('disconnect', () => process.exit(0));
}
