import type { RequestListener } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Connection, openConnection, type Timeouts } from '../../lib/cluster/connection.ts';
import { kubeConfigForEks } from '../../lib/cluster/kubeconfig.ts';
import { type ApiServer, sendJson, startApiServer } from './api-server.ts';
import { createAuthority } from './pki.ts';

const PEER = { label: 'cluster c', hint: 'let fairlead through' };
/** Longer than a busy machine needs. */
const TIMEOUTS: Timeouts = { connectMs: 30_000, requestMs: 30_000 };
const closing: (() => unknown)[] = [];

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of closing.splice(0)) await close();
});

async function connect(
  endpoint: string,
  caData: string,
  options: { token?: () => Promise<string>; timeouts?: Timeouts } = {},
): Promise<Connection> {
  const { token = async () => 'a-token', timeouts = TIMEOUTS } = options;
  const connection = openConnection(await kubeConfigForEks('c', { endpoint, caData }, token), PEER, timeouts);
  closing.push(connection.close);
  return connection;
}

async function serve(answer: RequestListener): Promise<ApiServer> {
  const server = await startApiServer(answer);
  closing.push(server.close);
  return server;
}

describe('a connection', () => {
  test('sends the token as it is at the time of each request', async () => {
    const server = await serve((request, response) => sendJson(response, 200, request.headers.authorization));
    let count = 0;
    const connection = await connect(server.url, server.authority.caData, { token: async () => `token-${++count}` });
    const bodies = [await connection.get('/a'), await connection.get('/b')].map(({ body }) => body.toString());
    expect(bodies).toEqual(['"Bearer token-1"', '"Bearer token-2"']);
  });

  test('is made once for many requests, and leaves no listeners on the socket', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => void warnings.push(warning);
    process.on('warning', onWarning);
    const server = await serve((_request, response) => sendJson(response, 200, {}));
    const connection = await connect(server.url, server.authority.caData);
    for (let index = 0; index < 25; index++) await connection.get(`/${index}`);
    await new Promise(resolve => setImmediate(resolve));
    process.off('warning', onWarning);
    expect(server.connections()).toBe(1);
    expect(warnings).toEqual([]);
  });
});

describe('the server must prove to be the cluster', () => {
  test.each([{ env: undefined }, { env: '0' }])('NODE_TLS_REJECT_UNAUTHORIZED=$env', async ({ env }) => {
    if (env !== undefined) vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', env);
    const server = await serve((_request, response) => sendJson(response, 200, {}));
    const stranger = await createAuthority('another CA');
    const connection = await connect(server.url, stranger.caData);
    await expect(connection.get('/')).rejects.toMatchObject({
      name: 'UnreachableError',
      recovery: 'access',
      message: expect.stringMatching(/^cluster c: 127\.0\.0\.1 could not prove to be the cluster: .*the cluster's CA$/),
    });
    expect(server.connections()).toBe(0);
  });
});

describe('what breaks off is told by where it broke', () => {
  test('nobody listens', async () => {
    const server = await startApiServer(() => {});
    await server.close();
    const connection = await connect(server.url, server.authority.caData);
    await expect(connection.get('/')).rejects.toMatchObject({
      name: 'UnreachableError',
      message: expect.stringMatching(/cannot be reached: .*ECONNREFUSED.*; let fairlead through$/),
    });
  });

  test('a server that accepts and never greets is given up after the time to connect', async () => {
    const silent = net.createServer(() => {}).listen(0, '127.0.0.1');
    closing.push(() => silent.close());
    const { caData } = await createAuthority();
    const url = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const connection = await connect(url, caData, { timeouts: { ...TIMEOUTS, connectMs: 50 } });
    await expect(connection.get('/')).rejects.toMatchObject({
      name: 'UnreachableError',
      message: expect.stringContaining('not connected in 50 ms'),
    });
  });

  const cases: { rule: string; answer: RequestListener; says: string; requestMs?: number }[] = [
    {
      rule: 'the answer stops in the middle of a chunked body',
      answer: (_request, response) => {
        response.write('{"items":[');
        setTimeout(() => response.destroy(), 10);
      },
      says: 'broke off',
    },
    {
      rule: 'fewer bytes than Content-Length says',
      answer: (_request, response) => {
        response.writeHead(200, { 'content-length': '1000' }).write('{}');
        setTimeout(() => response.destroy(), 10);
      },
      says: 'broke off',
    },
    {
      rule: 'gzip that ends early',
      answer: (_request, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(Buffer.from('1f8b0800000000000003', 'hex'));
      },
      says: 'unexpected end of file',
    },
    { rule: 'no answer in time', answer: () => {}, says: 'no complete answer in 300 ms', requestMs: 300 },
    {
      rule: 'an answer that trickles for longer than the request may take',
      answer: (_request, response) => {
        const timer = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(timer));
      },
      says: 'no complete answer in 300 ms',
      requestMs: 300,
    },
  ];
  test.each(cases)('$rule', async ({ answer, says, requestMs = TIMEOUTS.requestMs }) => {
    const server = await serve(answer);
    const connection = await connect(server.url, server.authority.caData, { timeouts: { ...TIMEOUTS, requestMs } });
    await expect(connection.get('/')).rejects.toMatchObject({
      name: 'InterruptedError',
      recovery: 'retry',
      message: expect.stringContaining(says),
    });
  });

  test('a stopped request gives the reason of the stop, and the server is left alone', async () => {
    const left = Promise.withResolvers<void>();
    const stop = new AbortController();
    const server = await serve((_request, response) => {
      response.on('close', left.resolve);
      stop.abort(new Error('the run is over'));
    });
    const connection = await connect(server.url, server.authority.caData);
    const asked = connection.get('/', stop.signal);
    await expect(asked).rejects.toThrow('the run is over');
    await left.promise;
  });

  test('credentials that never come do not hold it up', async () => {
    const token = () => new Promise<string>(() => {});
    const connection = await connect('https://127.0.0.1:1', '', { token, timeouts: { connectMs: 50, requestMs: 50 } });
    await expect(connection.get('/')).rejects.toThrow('no complete answer in 50 ms');
  });
});
