import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { openConnection } from '../../lib/cluster/connection.ts';
import { kubeConfigFromFile } from '../../lib/cluster/kubeconfig.ts';
import { type ApiServer, sendJson, startApiServer } from './api-server.ts';
import { createAuthority } from './pki.ts';

let folder = '';
const closing: (() => unknown)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-'));
  closing.push(() => rm(folder, { recursive: true }));
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Parts {
  readonly cluster?: object;
  readonly user?: object;
  readonly current?: string;
}

/** A kubeconfig with the contexts `one` (the parts given) and `two` (with a cluster that is not in the file). */
async function write({ cluster, user, current = 'one' }: Parts): Promise<string> {
  const path = join(folder, 'kubeconfig');
  const text = stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': current,
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1', ...cluster } }],
    users: [{ name: 'u', user: user ?? { token: 't' } }],
    contexts: [
      { name: 'one', context: { cluster: 'c', user: 'u' } },
      { name: 'two', context: { cluster: 'nowhere', user: 'u' } },
      { name: 'three', context: { cluster: 'c', user: 'nobody' } },
    ],
  });
  await writeFile(path, text);
  return path;
}

const load = (kubeconfig: string, context?: string) =>
  kubeConfigFromFile({ name: 'lab', owner: 'o', kubeconfig, ...(context !== undefined && { context }) });

describe('credentials of a kubeconfig reach the API server', () => {
  async function ask(server: ApiServer, user: object, more: object = {}): Promise<unknown> {
    const cluster = { server: server.url, 'certificate-authority-data': server.authority.caData, ...more };
    const config = await load(await write({ cluster, user }));
    const connection = openConnection(config, { label: 'cluster lab', hint: '' });
    closing.push(connection.close);
    return JSON.parse((await connection.get('/')).body.toString());
  }

  const whoAmI = async (options = {}) => {
    const server = await startApiServer((request, response) => {
      const { CN } = (request.socket as TLSSocket).getPeerCertificate().subject ?? {};
      sendJson(response, 200, { authorization: request.headers.authorization, certificate: CN });
    }, options);
    closing.push(server.close);
    return server;
  };

  test('a token', async () => {
    expect(await ask(await whoAmI(), { token: 'abc' })).toEqual({ authorization: 'Bearer abc' });
  });

  test('a client certificate', async () => {
    const authority = await createAuthority();
    const { cert, key } = await authority.issue('someone');
    const server = await whoAmI({ authority, requestCert: true, ca: authority.cert });
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const user = { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) };
    expect(await ask(server, user)).toEqual({ certificate: 'someone' });
  });

  test('a token, through a proxy that must not be trusted either', async () => {
    const tunnels: (string | undefined)[] = [];
    const proxy = http.createServer().on('connect', (request, socket) => {
      tunnels.push(request.url);
      const upstream = net.connect(Number(request.url?.split(':')[1]), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      upstream.on('error', () => socket.destroy());
      socket.on('error', () => upstream.destroy());
    });
    await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve));
    closing.push(() => proxy.close());
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const server = await whoAmI();
    expect(await ask(server, { token: 'abc' }, { 'proxy-url': url })).toEqual({ authorization: 'Bearer abc' });
    expect(tunnels).toEqual([new URL(server.url).host]);
    const { caData } = await createAuthority('another CA');
    const stranger = { 'proxy-url': url, 'certificate-authority-data': caData };
    await expect(ask(server, { token: 'abc' }, stranger)).rejects.toThrow('unable to verify');
  });

  test('an exec plugin', async () => {
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: 'made' },
    };
    const args = ['-e', `console.log(${JSON.stringify(JSON.stringify(credential))})`];
    const exec = { apiVersion: credential.apiVersion, command: process.execPath, args, interactiveMode: 'Never' };
    expect(await ask(await whoAmI(), { exec })).toEqual({ authorization: 'Bearer made' });
  });

  const EXEC = { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath };

  test('an exec plugin is called once, however many ask at the same time and afterwards', async () => {
    const calls = join(folder, 'calls');
    const status = '{"kind":"ExecCredential","status":{"token":"made"}}';
    const program = `require("fs").appendFileSync(${JSON.stringify(calls)}, "x"); setTimeout(() => console.log(${JSON.stringify(status)}), 100)`;
    const server = await whoAmI();
    const cluster = { server: server.url, 'certificate-authority-data': server.authority.caData };
    const config = await load(await write({ cluster, user: { exec: { ...EXEC, args: ['-e', program] } } }));
    const connection = openConnection(config, { label: 'cluster lab', hint: '' });
    closing.push(connection.close);
    await Promise.all([connection.get('/'), connection.get('/'), connection.get('/')]);
    await connection.get('/');
    expect(await readFile(calls, 'utf8')).toBe('x');
  });

  test('an exec plugin that does not end is ended, with what it started still running', async () => {
    const sleeper = `require("child_process").spawn(process.execPath, ["-e", "setTimeout(() => {}, 20000)"], { stdio: "inherit" }); setTimeout(() => {}, 60000)`;
    const path = await write({ user: { exec: { ...EXEC, args: ['-e', sleeper] } } });
    const config = await kubeConfigFromFile({ name: 'lab', kubeconfig: path }, 300);
    const connection = openConnection(config, { label: 'cluster lab', hint: '' });
    const from = performance.now();
    await expect(connection.get('/')).rejects.toThrow(
      /no credentials from its kubeconfig: .* gave no answer in 300 ms/,
    );
    // Before what it started ends by itself.
    expect(performance.now() - from).toBeLessThan(20_000);
  });

  test('an exec plugin that is not there is told at once, and nothing is waited for afterwards', async () => {
    const timers = () => process.getActiveResourcesInfo().filter(resource => resource === 'Timeout').length;
    const path = await write({ user: { exec: { ...EXEC, command: 'no-such-plugin' } } });
    const config = await kubeConfigFromFile({ name: 'lab', kubeconfig: path });
    const before = timers();
    await expect(config.applyToHTTPSOptions({})).rejects.toThrow('ENOENT');
    expect(timers()).toBe(before);
  });

  test('an exec plugin that prints something else is told', async () => {
    const exec = { ...EXEC, args: ['-e', 'console.log("{}")'] };
    await expect(ask(await whoAmI(), { exec })).rejects.toThrow(
      /is no ExecCredential with a status; try it with kubectl/,
    );
  });

  test('a mistake of the program is not told as one of the credentials', async () => {
    const config = await load(await write({}));
    config.applyToHTTPSOptions = async () => {
      throw new TypeError('Promise.withResolvers is not a function');
    };
    const connection = openConnection(config, { label: 'cluster lab', hint: '' });
    await expect(connection.get('/')).rejects.toThrow(TypeError);
  });

  test('an exec plugin that fails is told with its words', async () => {
    const args = ['-e', 'console.error("log in first"); process.exit(1)'];
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args };
    await expect(ask(await whoAmI(), { exec })).rejects.toMatchObject({
      name: 'KubeconfigError',
      message: 'cluster lab: no credentials from its kubeconfig: log in first; try it with kubectl',
    });
  });
});

describe('a kubeconfig that cannot be used is named, with what to do', () => {
  const cases: { rule: string; parts?: Parts; context?: string; says: string }[] = [
    {
      rule: 'a user with nothing to show',
      parts: { user: {} },
      says: 'context one: the user u has no credentials; give it a token, a client certificate or an exec plugin',
    },
    {
      rule: 'a client certificate that is none',
      parts: { user: { 'client-certificate-data': 'AAAA', 'client-key-data': 'AAAA' } },
      says: 'context one: the user u cannot use its client-certificate-data and client-key-data: ',
    },
    {
      rule: 'a client certificate that is not there',
      parts: { user: { 'client-certificate': '/none/cert.pem', 'client-key': '/none/key.pem' } },
      says: 'the user u cannot use its client-certificate /none/cert.pem and client-key /none/key.pem: ENOENT',
    },
    {
      rule: 'a context that it does not have',
      context: 'five',
      says: 'has no context five; set `context` to one of: one, two, three',
    },
    {
      rule: 'no current context',
      parts: { current: '' },
      says: 'has no current context; set `context` to one of: one, two, three',
    },
    { rule: 'a context without cluster', context: 'two', says: 'context two: its cluster is not in the file' },
    { rule: 'a context without user', context: 'three', says: 'context three: its user is not in the file' },
    {
      rule: 'certificate checks turned off',
      parts: { cluster: { 'insecure-skip-tls-verify': true } },
      says: 'insecure-skip-tls-verify is not supported; give the CA as certificate-authority-data instead',
    },
    {
      rule: 'a server without TLS',
      parts: { cluster: { server: 'http://x' } },
      says: 'the server http://x is not an https:// address',
    },
  ];
  test.each(cases)('$rule', async ({ parts = {}, context, says }) => {
    const path = await write(parts);
    await expect(load(path, context)).rejects.toMatchObject({
      name: 'KubeconfigError',
      message: expect.stringContaining(`cluster lab: kubeconfig ${path}`),
    });
    await expect(load(path, context)).rejects.toThrow(says);
  });

  test.each([
    { rule: 'not there', text: undefined },
    { rule: 'no YAML', text: '{' },
    { rule: 'empty', text: '' },
  ])('a file that is $rule', async ({ text }) => {
    const path = join(folder, 'other');
    if (text !== undefined) await writeFile(path, text);
    await expect(load(path)).rejects.toMatchObject({
      name: 'KubeconfigError',
      message: expect.stringMatching(
        `cluster lab: kubeconfig ${path} cannot be read: .*; give the path of a kubeconfig`,
      ),
    });
  });
});
