import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { environmentOf } from '../../scripts/package/invoke.ts';
import type { PackagedFunction } from '../../scripts/package/open.ts';

/** A packaged function that AWS's own runtime interface client runs, as it does on Lambda. */
export interface Runtime {
  /** The answer. Throws RuntimeError when the handler does. */
  invoke(event: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

/** What the runtime told Lambda of an error. */
export class RuntimeError extends Error {
  readonly errorType: string;

  constructor(errorType: string, message: string) {
    super(message);
    this.errorType = errorType;
  }
}

interface Invocation {
  readonly id: string;
  readonly event: unknown;
  readonly settle: (failed: boolean, body: string) => void;
}

/**
 * Lambda's side of the Runtime API, and the client started with it: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 * `program`: aws-lambda-ric.
 */
export async function startRuntime(
  program: string,
  packaged: PackagedFunction,
  env: Readonly<Record<string, string>>,
): Promise<Runtime> {
  const api = await startApi();
  const child = spawn(process.execPath, [program], {
    cwd: packaged.folder,
    env: {
      PATH: process.env.PATH ?? '',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${packaged.name}`,
      AWS_LAMBDA_LOG_STREAM_NAME: 'e2e',
      _HANDLER: packaged.handler,
      ...environmentOf(packaged),
      ...env,
      AWS_LAMBDA_RUNTIME_API: api.host,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said = text(child.stderr);
  child.once('exit', async () => api.fail(`the runtime ended: ${(await said).slice(0, 2_000)}`));
  return {
    invoke: api.invoke,
    async stop() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await api.close();
    },
  };
}

async function startApi() {
  const waiting: Invocation[] = [];
  const running = new Map<string, Invocation>();
  let idle: ServerResponse | undefined;
  let ended: string | undefined;
  const hand = () => {
    const invocation = idle && waiting.shift();
    if (idle === undefined || invocation === undefined) return;
    running.set(invocation.id, invocation);
    idle.writeHead(200, headersOf(invocation.id)).end(JSON.stringify(invocation.event));
    idle = undefined;
  };
  const fail = (body: string) => {
    ended = JSON.stringify({ errorType: 'Runtime.ExitError', errorMessage: body });
    for (const one of [...running.values(), ...waiting.splice(0)]) one.settle(true, ended);
    running.clear();
  };
  const server = createServer(async (request: IncomingMessage, response) => {
    const [, , , kind = '', id = '', outcome = ''] = (request.url ?? '').split('/');
    if (id === 'next') {
      idle = response;
      return hand();
    }
    const body = await text(request);
    response.writeHead(202).end();
    if (kind === 'init') return fail(body);
    running.get(id)?.settle(outcome === 'error', body);
    running.delete(id);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    fail,
    invoke: (event: unknown) =>
      new Promise<unknown>((resolve, reject) => {
        const settle = (failed: boolean, body: string) => (failed ? reject(errorOf(body)) : resolve(JSON.parse(body)));
        if (ended !== undefined) return settle(true, ended);
        waiting.push({ id: randomUUID(), event, settle });
        hand();
      }),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function headersOf(id: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    'lambda-runtime-aws-request-id': id,
    'lambda-runtime-deadline-ms': String(Date.now() + 60_000),
    'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:us-east-1:123456789012:function:e2e',
  };
}

function errorOf(body: string): RuntimeError {
  const { errorType = '', errorMessage = body } = JSON.parse(body);
  return new RuntimeError(errorType, errorMessage);
}
