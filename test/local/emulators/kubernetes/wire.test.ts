import { Agent, request } from 'node:https';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LocalCluster } from '../../../../local/emulators/kubernetes/cluster.ts';
import { startWorld, type World } from '../../../../local/world.ts';

let world: World;
let cluster: LocalCluster;

beforeAll(async () => {
  world = await startWorld();
  cluster = await world.addCluster({ name: 'prod' });
  cluster.addToken('t');
  cluster.apply({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'big', namespace: 'default', annotations: { x: 'x'.repeat(200_000) } },
  });
});

afterAll(() => world.close());

function get(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }> {
  const agent = new Agent({ ca: cluster.ca });
  return new Promise((resolve, reject) => {
    const options = { agent, headers: { authorization: 'Bearer t', ...headers } };
    const call = request(`${cluster.url}${path}`, options, response => {
      const chunks: Buffer[] = [];
      response.on('data', chunk => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    call.on('error', reject);
    call.end();
  });
}

const json = (body: Buffer) => JSON.parse(body.toString('utf8'));
const services = '/api/v1/services';

test('large answers are compressed for those who ask', async () => {
  const plain = await get(services);
  const zipped = await get(services, { 'accept-encoding': 'gzip' });
  expect([plain.headers['content-encoding'], zipped.headers['content-encoding']]).toEqual([undefined, 'gzip']);
  expect(zipped.body.length).toBeLessThan(plain.body.length / 10);
  expect(json(gunzipSync(zipped.body))).toEqual(json(plain.body));
});

test('small answers are not', async () => {
  const { headers } = await get('/api/v1/namespaces', { 'accept-encoding': 'gzip' });
  expect(headers['content-encoding']).toBeUndefined();
});

test.each([
  ['application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1', 'PartialObjectMetadataList'],
  ['application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json', 'PartialObjectMetadataList'],
  ['application/vnd.kubernetes.protobuf,application/json', 'ServiceList'],
  ['application/json', 'ServiceList'],
  ['*/*', 'ServiceList'],
])('Accept: %s gives %s', async (accept, kind) => {
  const { body } = await get(services, { accept });
  expect(json(body).kind).toBe(kind);
});

test('metadata only is metadata only', async () => {
  const { body } = await get(services, { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' });
  expect(json(body).items.map((item: object) => Object.keys(item))).toEqual([
    ['kind', 'apiVersion', 'metadata'],
    ['kind', 'apiVersion', 'metadata'],
  ]);
});

test.each(['application/vnd.kubernetes.protobuf', 'application/json;as=Table;g=meta.k8s.io;v=v1'])(
  'Accept: %s is not served',
  async accept => {
    expect((await get(services, { accept })).status).toBe(406);
  },
);

test('the version is open to all', async () => {
  const { status, body } = await get('/version');
  expect([status, json(body).major]).toEqual([200, '1']);
  expect((await get('/nothing')).status).toBe(404);
});

test('refusals are Status objects', async () => {
  const { status, body } = await get(services, { authorization: 'Bearer other' });
  expect([status, json(body)]).toEqual([
    401,
    {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Unauthorized',
      reason: 'Unauthorized',
      code: 401,
    },
  ]);
});

test('who brings no bearer token is anonymous', async () => {
  const { status, body } = await get(services, { authorization: 'Basic abc' });
  expect([status, json(body).message]).toEqual([403, expect.stringContaining('User "system:anonymous" cannot list')]);
});

test('messages name a resource with its group', async () => {
  const { status, body } = await get('/apis/networking.k8s.io/v1/namespaces/default/ingresses/x');
  expect([status, json(body)]).toMatchObject([
    404,
    {
      message: 'ingresses.networking.k8s.io "x" not found',
      details: { name: 'x', group: 'networking.k8s.io', kind: 'ingresses' },
    },
  ]);
});
