import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connect } from '../../forwarder/program/api-server.ts';
import type { LocalCluster } from '../../local/emulators/kubernetes/cluster.ts';
import { startWorld, type World } from '../../local/world.ts';

let world: World;
let cluster: LocalCluster;
let account: string;
let env: Record<string, string>;

beforeEach(async () => {
  world = await startWorld();
  cluster = await world.addCluster({ name: 'prod' });
  account = await mkdtemp(join(tmpdir(), 'fairlead-account-'));
  const { hostname, port } = new URL(cluster.url);
  env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
});
afterEach(async () => {
  await rm(account, { recursive: true });
  await world.close();
});

const write = (name: string, text: string) => writeFile(join(account, name), text);
async function mount(token: string): Promise<void> {
  await Promise.all([write('ca.crt', cluster.ca), write('token', `${token}\n`)]);
}

describe('in a pod', () => {
  test('the API server is asked in the name of the service account, and its CA is verified', async () => {
    cluster.addToken('first');
    await mount('first');
    const connection = await connect('prod', env, account);
    expect((await connection.get('/api/v1/services')).status).toBe(200);
    connection.close();
  });

  test('a token that the kubelet renewed is used from the next request on', async () => {
    cluster.addToken('second');
    await mount('expired');
    const connection = await connect('prod', env, account);
    expect((await connection.get('/api/v1/services')).status).toBe(401);
    await write('token', 'second');
    expect((await connection.get('/api/v1/services')).status).toBe(200);
    connection.close();
  });

  test('another CA is not trusted', async () => {
    const other = await world.addCluster({ name: 'other' });
    cluster.addToken('first');
    await mount('first');
    await write('ca.crt', other.ca);
    const connection = await connect('prod', env, account);
    await expect(connection.get('/api/v1/services')).rejects.toThrow('could not prove to be the cluster');
    connection.close();
  });

  test('without a service account it says so', async () => {
    await expect(connect('prod', env, account)).rejects.toThrow('no service account');
  });
});

test('outside of a pod a kubeconfig is needed', async () => {
  await expect(connect('prod', {}, account)).rejects.toThrow('set KUBECONFIG to the path of a kubeconfig');
  const file = join(account, 'kubeconfig');
  await writeFile(file, cluster.kubeconfig());
  const connection = await connect('prod', { KUBECONFIG: file }, account);
  expect((await connection.get('/api/v1/services')).status).toBe(200);
  connection.close();
});
