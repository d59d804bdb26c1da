import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Clock } from '../../lib/clock.ts';
import { type ClusterReaderOptions, createClusterReader } from '../../lib/cluster/index.ts';
import type { ResourceKind, SourceKind } from '../../lib/sources/index.ts';
import { type ApiServer, listsOf, named, sendJson, services, startApiServer } from './api-server.ts';
import { type AwsServer, described, refused, startAwsServer } from './aws-server.ts';

const PROD = { name: 'prod', owner: 'o', region: 'eu-west-1' };
const BOTH: SourceKind[] = ['service', 'ingress'];
const OBJECTS = { services: services(3), ingresses: [named('a'), named('b')] };
const closing: (() => unknown)[] = [];

beforeEach(() => {
  for (const name of Object.keys(process.env).filter(key => key.startsWith('AWS_'))) vi.stubEnv(name, undefined);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of closing.splice(0).reverse()) await close();
});

/** EKS that describes every cluster as `at` says at that time. */
async function eksAt(at: () => Pick<ApiServer, 'url' | 'authority'>): Promise<AwsServer> {
  const eks = () => described({ endpoint: at().url, certificateAuthority: { data: at().authority.caData } });
  const aws = await startAwsServer({ eks });
  closing.push(aws.close);
  vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
  return aws;
}

async function api(answer: RequestListener): Promise<ApiServer> {
  const server = await startApiServer(answer);
  closing.push(server.close);
  return server;
}

/** A reader with its own clock, and what it handed over and called void. */
function reading(options: ClusterReaderOptions = {}) {
  const state = { now: Date.now() };
  const clock = { now: () => state.now, sleep: async () => {}, random: () => 0 } satisfies Clock;
  const credentials = { accessKeyId: 'AKIDTEST', secretAccessKey: 'secret' };
  const timeouts = { connectMs: 30_000, requestMs: 30_000 };
  const read = createClusterReader({ clock, credentials, timeouts, pageSize: 2, ...options });
  const taken: Record<string, unknown[]> = {};
  const voided: string[] = [];
  const page = (kind: ResourceKind, items: readonly unknown[]) => {
    taken[kind] = [...(taken[kind] ?? []), ...items];
  };
  const restart = (kind: ResourceKind) => {
    voided.push(kind);
    delete taken[kind];
  };
  const run = (kinds: readonly SourceKind[] = BOTH, signal?: AbortSignal) => {
    for (const kind of kinds) delete taken[kind];
    return read(PROD, { sources: kinds, needs: () => [], page, restart }, signal);
  };
  return { run, read, state, taken, voided };
}

const NOBODY = { sources: ['service'] as const, needs: () => [], page() {}, restart() {} };
const incomplete = (text: string) => ({ complete: false, error: expect.stringContaining(text) });

describe('an EKS cluster is read whole', () => {
  test('every kind in pages, with a token for its own name', async () => {
    const tokens = new Set<string | undefined>();
    const lists = listsOf(OBJECTS);
    const server = await api((request, response) => {
      tokens.add(request.headers.authorization);
      lists(request, response);
    });
    await eksAt(() => server);
    const { run, taken, voided } = reading();
    expect(await run()).toEqual({ service: { complete: true, objects: 4 }, ingress: { complete: true, objects: 2 } });
    expect(taken).toEqual({ service: OBJECTS.services, ingress: OBJECTS.ingresses });
    expect(voided).toEqual([]);
    expect(tokens.size).toBe(1);
    const url = Buffer.from([...tokens][0]?.replace('Bearer k8s-aws-v1.', '') ?? '', 'base64url').toString();
    expect(url).toMatch(/^https:\/\/sts\.eu-west-1\.amazonaws\.com\/\?/);
  });

  test('all kinds at once', async () => {
    const lists = listsOf(OBJECTS);
    const waiting: (() => void)[] = [];
    const server = await api((request, response) => {
      waiting.push(() => lists(request, response));
      if (waiting.length === 2) for (const go of waiting) go();
      if (waiting.length > 2) lists(request, response);
    });
    await eksAt(() => server);
    expect(await reading().run()).toMatchObject({ service: { complete: true }, ingress: { complete: true } });
  });

  test('only the kinds asked for', async () => {
    const server = await api(listsOf(OBJECTS));
    await eksAt(() => server);
    expect(await reading().run(['ingress'])).toEqual({ ingress: { complete: true, objects: 2 } });
  });
});

describe('access is kept between runs', () => {
  test('with its connections, for fifteen minutes', async () => {
    const server = await api(listsOf(OBJECTS));
    const aws = await eksAt(() => server);
    const { run, state } = reading();
    await run();
    const before = server.connections();
    state.now += 15 * 60_000 - 1;
    await run();
    expect(aws.calls).toHaveLength(1);
    expect(server.connections()).toBe(before);
    state.now += 1;
    await run();
    expect(aws.calls).toHaveLength(2);
  });

  test('until the cluster is somewhere else: it is found again in the same run', async () => {
    const old = await startApiServer(listsOf(OBJECTS));
    let server = old;
    const aws = await eksAt(() => server);
    const { run } = reading();
    await run();
    await old.close();
    server = await api(listsOf({ ...OBJECTS, services: services(9) }));
    expect(await run()).toMatchObject({ service: { complete: true, objects: 10 } });
    expect(aws.calls).toHaveLength(2);
  });

  test('until the cluster has another CA: certificates of the new one are not taken for the old', async () => {
    const old = await startApiServer(listsOf(OBJECTS));
    let server = old;
    const aws = await eksAt(() => server);
    const { run } = reading();
    await run();
    await old.close();
    server = await startApiServer(listsOf(OBJECTS), { port: Number(new URL(old.url).port) });
    closing.push(server.close);
    expect(server.url).toBe(old.url);
    expect(await run()).toMatchObject({ ingress: { complete: true } });
    expect(aws.calls).toHaveLength(2);
  });
});

describe('401', () => {
  test('is mended once by a new token, and what came before is void', async () => {
    const lists = listsOf(OBJECTS);
    let refusals = 1;
    const server = await api((request, response) => {
      if (request.url?.includes('continue') && refusals-- > 0)
        return sendJson(response, 401, { message: 'Unauthorized' });
      lists(request, response);
    });
    await eksAt(() => server);
    const { run, taken, voided } = reading();
    expect(await run(['service'])).toEqual({ service: { complete: true, objects: 4 } });
    expect(voided).toEqual(['service']);
    expect(taken).toEqual({ service: OBJECTS.services });
  });

  /** An exec plugin may ask a person for a code, and what it gave a moment ago it gives again. */
  test.each<[string, 'plugin' | 'nobody', calls: readonly number[]]>([
    ['is not accepted', 'plugin', [1, 2]],
    ['is for a server out of reach', 'nobody', [1, 2]],
  ])('what an exec plugin gives %s: it is called once a run', async (_, says, calls) => {
    const folder = await mkdtemp(join(tmpdir(), 'fairlead-'));
    closing.push(() => rm(folder, { recursive: true }));
    const server = await startApiServer((_request, response) => sendJson(response, 401, { message: 'Unauthorized' }));
    if (says === 'nobody') await server.close();
    else closing.push(server.close);
    const [kubeconfig, called] = [join(folder, 'kubeconfig'), join(folder, 'called')];
    const credential = JSON.stringify({ kind: 'ExecCredential', status: { token: 'made' } });
    const program = `require("fs").appendFileSync(${JSON.stringify(called)}, "x"); console.log(${JSON.stringify(credential)})`;
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: process.execPath,
      args: ['-e', program],
      interactiveMode: 'Never',
    };
    const cluster = { server: server.url, 'certificate-authority-data': server.authority.caData };
    const config = {
      'current-context': 'c',
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'c', user: { exec } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'c' } }],
    };
    await writeFile(kubeconfig, JSON.stringify(config));
    const { read } = reading();
    for (const times of calls) {
      const result = await read({ name: 'lab', owner: 'o', kubeconfig }, { ...NOBODY, sources: BOTH });
      expect(result).toMatchObject({ service: { complete: false }, ingress: { complete: false } });
      expect(await readFile(called, 'utf8')).toBe('x'.repeat(times));
    }
  });

  test('that stays is reported after two requests a kind', async () => {
    let requests = 0;
    const server = await api((_request, response) => {
      requests++;
      sendJson(response, 401, { kind: 'Status', message: 'Unauthorized' });
    });
    await eksAt(() => server);
    const result = await reading().run();
    expect(requests).toBe(4);
    expect(result).toEqual({
      service: incomplete(
        'cluster prod: listing services: not accepted (401 Unauthorized); the role needs an EKS access entry',
      ),
      ingress: incomplete('cluster prod: listing ingresses: not accepted (401 Unauthorized)'),
    });
  });
});

describe('what fails is an incomplete kind, never an exception', () => {
  test('one kind denied leaves the other complete', async () => {
    const lists = listsOf(OBJECTS);
    const server = await api((request, response) => {
      if (request.url?.includes('ingresses')) return sendJson(response, 403, { message: 'no' });
      lists(request, response);
    });
    await eksAt(() => server);
    expect(await reading().run()).toEqual({
      service: { complete: true, objects: 4 },
      ingress: incomplete('cluster prod: listing ingresses: forbidden (403 no); bind the ClusterRole fairlead'),
    });
  });

  test('no such cluster', async () => {
    const aws = await startAwsServer({ eks: () => refused(404, 'ResourceNotFoundException', 'No cluster found') });
    closing.push(aws.close);
    vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
    const missing = incomplete('cluster prod in eu-west-1 does not exist');
    expect(await reading().run()).toEqual({ service: missing, ingress: missing });
  });

  test('no server', async () => {
    const server = await startApiServer(() => {});
    await server.close();
    const aws = await eksAt(() => server);
    expect(await reading().run(['service'])).toEqual({
      service: incomplete('cluster prod: 127.0.0.1 cannot be reached'),
    });
    expect(aws.calls).toHaveLength(2);
  });

  test('a cut in every answer', async () => {
    const server = await api((_request, response) => {
      response.write('{');
      setTimeout(() => response.destroy(), 5);
    });
    await eksAt(() => server);
    expect(await reading().run(['ingress'])).toEqual({ ingress: incomplete('broke off') });
  });

  test('a kubeconfig that is not there', async () => {
    const { read } = reading();
    const lab = { name: 'lab', owner: 'o', kubeconfig: '/nonexistent/kubeconfig' };
    const result = await read(lab, NOBODY);
    expect(result).toEqual({ service: incomplete('cluster lab: kubeconfig /nonexistent/kubeconfig cannot be read') });
  });

  test('an error of the one who takes the objects', async () => {
    const server = await api(listsOf(OBJECTS));
    await eksAt(() => server);
    const { read } = reading();
    const page = () => {
      throw new Error('no room');
    };
    const result = await read(PROD, { ...NOBODY, page });
    expect(result).toEqual({
      service: incomplete('cluster prod: reading service objects failed unexpectedly: no room'),
    });
  });

  test('a run that is stopped', async () => {
    const server = await api(() => {});
    await eksAt(() => server);
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('the run is over')), 100);
    const stopped = incomplete('cluster prod: reading was stopped: the run is over');
    expect(await reading().run(['service'], stop.signal)).toEqual({
      service: stopped,
    });
    expect(await reading().run(['service'], stop.signal)).toEqual({ service: stopped });
  });
});
