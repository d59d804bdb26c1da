import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../../../scripts/real/programs.ts';
import { createAuthority } from '../../cluster/pki.ts';
import { KubeClient } from './kube-client.ts';
import { freePort, type Program, startProgram, until } from './process.ts';

/** A real kube-apiserver with its etcd, on loopback; there are no controllers, so nothing has a status that no test gave it. */
export interface Kube {
  readonly url: string;
  /** As DescribeCluster gives it. */
  readonly caData: string;
  /** Base URL of etcd's JSON API. */
  readonly etcd: string;
  /** As cluster admin. */
  readonly admin: KubeClient;
  /** What the API server wrote. */
  log(): string;
  /** With the admin's token. */
  kubeconfig(): string;
  stop(): Promise<void>;
}

/**
 * @param webhook path of the kubeconfig that says who checks bearer tokens.
 * @param more flags of the API server.
 */
export async function startKube(webhook: string, more: readonly string[] = []): Promise<Kube> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-kube-'));
  const started: Program[] = [];
  const stop = async () => {
    for (const program of [...started].reverse()) await program.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const ports = { api: await freePort(), etcd: await freePort(), peer: await freePort() };
    const { token, ca } = await writeSecrets(folder);
    const etcd = `http://127.0.0.1:${ports.etcd}`;
    started.push(await startEtcd(folder, etcd, `http://127.0.0.1:${ports.peer}`));
    const apiServer = await startApiServer(folder, etcd, ports.api, [
      `--authentication-token-webhook-config-file=${webhook}`,
      ...more,
    ]);
    started.push(apiServer);
    const url = `https://127.0.0.1:${ports.api}`;
    const admin = new KubeClient(url, ca, token);
    await until('the API server is ready', () => isReady(admin, started));
    const caData = Buffer.from(ca).toString('base64');
    return {
      url,
      caData,
      etcd,
      admin,
      log: apiServer.log,
      kubeconfig: () => kubeconfig(url, caData, token),
      stop: async () => {
        admin.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function writeSecrets(folder: string): Promise<{ token: string; ca: string }> {
  const authority = await createAuthority('kubernetes');
  const server = await authority.issue('kube-apiserver', ['localhost']);
  const accounts = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const token = `admin-${randomUUID()}`;
  const files = {
    'server.crt': server.cert,
    'server.key': server.key,
    'accounts.key': accounts.privateKey,
    'accounts.pub': accounts.publicKey,
    'tokens.csv': `${token},admin,admin,"system:masters"\n`,
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content, { mode: 0o600 });
  return { token, ca: authority.cert };
}

async function startEtcd(folder: string, client: string, peer: string): Promise<Program> {
  const args = [
    `--data-dir=${folder}/etcd`,
    '--unsafe-no-fsync',
    '--log-level=error',
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
  ];
  return startProgram([await pathOf('etcd'), ...args], { log: join(folder, 'etcd.log') });
}

async function startApiServer(folder: string, etcd: string, port: number, more: readonly string[]): Promise<Program> {
  const args = [
    `--etcd-servers=${etcd}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--tls-cert-file=${folder}/server.crt`,
    `--tls-private-key-file=${folder}/server.key`,
    `--cert-dir=${folder}`,
    `--token-auth-file=${folder}/tokens.csv`,
    '--authentication-token-webhook-cache-ttl=1s',
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${folder}/accounts.pub`,
    `--service-account-signing-key-file=${folder}/accounts.key`,
    '--service-cluster-ip-range=10.96.0.0/12',
    '--endpoint-reconciler-type=none',
    // Compaction is the tests' own: the API server's would come five minutes later.
    '--etcd-compaction-interval=0',
    ...more,
  ];
  return startProgram([await pathOf('kube-apiserver'), ...args], { log: join(folder, 'kube-apiserver.log') });
}

async function pathOf(name: 'etcd' | 'kube-apiserver'): Promise<string> {
  const path = await findProgram(name);
  if (path === undefined) throw new Error(`${name} is not there: run \`npm run e2e\`, which builds it`);
  return path;
}

/** Ready is said a moment before the namespace `default` and the addresses for Services are there. */
async function isReady(admin: KubeClient, programs: readonly Program[]): Promise<boolean> {
  for (const program of programs) program.mustRun();
  try {
    if ((await admin.send('GET', '/readyz')).status !== 200) return false;
    const service = await admin.send('GET', '/api/v1/namespaces/default/services/kubernetes');
    return service.status === 200;
  } catch {
    return false;
  }
}

/** For an API server and a bearer token; its cluster is called `real`, as EKS describes it. */
export function kubeconfig(server: string, caData: string, token: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'real',
    clusters: [{ name: 'real', cluster: { server, 'certificate-authority-data': caData } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'real', context: { cluster: 'real', user: 'admin' } }],
  });
}
