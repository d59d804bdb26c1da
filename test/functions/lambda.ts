import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, vi } from 'vitest';

/** Lambda's context, as far as the handlers and their middleware read it. */
export function context(remainingMs = 60_000): Context {
  return {
    awsRequestId: 'r-1',
    functionName: 'fairlead-test',
    functionVersion: '1',
    invokedFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:fairlead-test',
    memoryLimitInMB: '1769',
    logGroupName: 'g',
    logStreamName: 's',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => remainingMs,
    done: () => {},
    fail: () => {},
    succeed: () => {},
  };
}

/** Catches every JSON line that Lambda would put into the log, in each test of the file anew. */
export function captureLog(): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  beforeEach(() => {
    vi.stubEnv('POWERTOOLS_DEV', 'true'); // writes to the console, where the test can read
    vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
    lines.length = 0;
    for (const level of ['debug', 'info', 'warn', 'error', 'log'] as const)
      vi.spyOn(console, level).mockImplementation(text => void lines.push(JSON.parse(text)));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });
  return lines;
}
