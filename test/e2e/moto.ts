import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { venvProgram } from '../../scripts/python.ts';

/** A second AWS, independent of the embedded one: https://docs.getmoto.org */
export interface Moto {
  readonly url: string;
  /** The environment in which sls, the SDK and the function work with it, and with nothing of the machine's own AWS. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const START_MS = 60_000;

/** Starts moto on a free port of loopback. Throws what moto said when it does not come up. */
export async function startMoto(region: string): Promise<Moto> {
  const server = spawn(venvProgram('moto_server'), ['-H', '127.0.0.1', '-p', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const url = await addressOf(server.stderr, AbortSignal.timeout(START_MS));
  server.stderr.resume();
  return {
    url,
    env: {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: 'moto',
      AWS_SECRET_ACCESS_KEY: 'moto',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    async stop() {
      server.kill();
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
    },
  };
}

/** werkzeug says where it listens: ` * Running on http://127.0.0.1:45067`. */
async function addressOf(output: NodeJS.ReadableStream, signal: AbortSignal): Promise<string> {
  const said: string[] = [];
  for await (const line of createInterface({ input: output, signal })) {
    const [, url] = /Running on (http:\S+)/.exec(line) ?? [];
    if (url !== undefined) return url;
    said.push(line);
  }
  throw new Error(`moto did not start:\n${said.join('\n')}`);
}
