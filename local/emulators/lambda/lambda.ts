import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Answer, Invocation } from './runtime.ts';

export interface LambdaOptions {
  readonly name: string;
  /** Absolute path of the bundle; it exports `handler`. */
  readonly bundle: string;
  /** The environment of the function; nothing else of this process's environment is passed on but PATH. */
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds an invocation may take; default 300,000, as deployed. */
  readonly timeoutMs?: number;
  /** MB of the function; default 1,769, as deployed. V8's heap may grow to a part of it. */
  readonly memory?: number;
  /** Gets what the function writes to its log. */
  readonly onLog?: (text: string) => void;
}

/** A function that stays warm between its invocations. */
export interface Lambda {
  /**
   * Invokes it, after the invocations before it, and waits for the answer. The request id is made up where none is given.
   * Throws LambdaError when the handler throws, times out or dies.
   */
  invoke(event: unknown, requestId?: string): Promise<unknown>;
  /** Kills the function's process, as running out of memory does; the next invocation starts it anew. */
  crash(): void;
  /** Ends its process after the invocations before, as a deployment does; the next one starts it anew. */
  renew(): Promise<void>;
  close(): void;
}

export class LambdaError extends Error {
  override readonly name = 'LambdaError';
  /** The name of the error that the handler threw. */
  readonly errorType: string;

  constructor(errorType: string, message: string) {
    super(message);
    this.errorType = errorType;
  }
}

/** The rest is for what Node needs beside the heap. */
const HEAP_SHARE = 0.85;
const RUNTIME = fileURLToPath(new URL('runtime.ts', import.meta.url));

/** Starts a bundled function in a process of its own; a function that died is started anew at the next invocation. */
export function startLambda(options: LambdaOptions): Lambda {
  const { timeoutMs = 300_000 } = options;
  let child: ChildProcess | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const running = () => {
    if (!child?.connected || child.killed) child = startChild(options);
    return child;
  };
  const answer = async (event: unknown, requestId: string): Promise<unknown> => {
    const invocation: Invocation = { requestId, event, deadline: Date.now() + timeoutMs };
    const given = await exchange(running(), invocation, timeoutMs);
    if ('error' in given) throw new LambdaError(given.error.errorType, given.error.errorMessage);
    return given.answer;
  };
  return {
    // An instance of a function works on one event at a time; here there is one, so the others wait.
    invoke: (event, requestId = randomUUID()) => {
      const mine = last.then(() => answer(event, requestId));
      last = mine.catch(() => {});
      return mine;
    },
    renew: () => {
      const mine = last.then(() => {
        child?.kill();
        child = undefined;
      });
      last = mine;
      return mine;
    },
    crash: () => {
      child?.kill('SIGKILL');
    },
    close: () => {
      child?.kill();
    },
  };
}

function startChild({ name, bundle, env, memory = 1_769, onLog }: LambdaOptions): ChildProcess {
  const child = fork(RUNTIME, [bundle], {
    env: {
      PATH: process.env.PATH ?? '',
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memory),
      ...env,
    },
    execArgv: [...process.execArgv, `--max-old-space-size=${Math.floor(memory * HEAP_SHARE)}`],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'json',
    detached: true, // as AWS's: Ctrl-C in a terminal breaks no run off
  });
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', text => onLog?.(text));
  return child;
}

function exchange(child: ChildProcess, invocation: Invocation, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onExit);
      settle();
    };
    const onMessage = (answer: Answer) => {
      if (answer.requestId === invocation.requestId) end(() => resolve(answer));
    };
    const onExit = (code: number | null) =>
      end(() =>
        reject(
          new LambdaError(
            'Runtime.ExitError',
            `the function exited with ${code === null ? 'a signal' : `code ${code}`}`,
          ),
        ),
      );
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      end(() => reject(new LambdaError('Sandbox.Timedout', `the function did not answer within ${timeoutMs} ms`)));
    }, timeoutMs);
    child.on('message', onMessage).on('exit', onExit);
    child.send(invocation);
  });
}
