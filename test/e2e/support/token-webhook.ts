import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBody, stopServer } from '../../../local/emulators/aws/http.ts';
import { checkToken, TokenError } from '../../../local/emulators/kubernetes/token.ts';
import type { World } from '../../../local/world.ts';
import { findProgram } from '../../../scripts/real/programs.ts';
import { freePort, startProgram, until } from './process.ts';
import { startStsTunnel } from './sts-tunnel.ts';

/** Says to an API server whose a bearer token is. */
export interface TokenWebhook {
  /** What answers, for a person. */
  readonly what: string;
  /** Path of the kubeconfig that an API server is given. */
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

export interface TokenWebhookOptions {
  readonly world: World;
  /** Name of the EKS cluster. */
  readonly cluster: string;
  /** The role that is let in, and the group that it gets: an access entry. */
  readonly role: string;
  readonly group: string;
}

/** The real aws-iam-authenticator in front of the world's STS; where it is not there, the world's own check. */
export async function startTokenWebhook(options: TokenWebhookOptions): Promise<TokenWebhook> {
  const program = await findProgram('aws-iam-authenticator');
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-webhook-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const stop =
    program === undefined
      ? await startOwnCheck(options, kubeconfig)
      : await startAuthenticator(program, options, folder, kubeconfig);
  return {
    what: program === undefined ? "the embedded world's own check of EKS tokens" : 'aws-iam-authenticator',
    kubeconfig,
    async stop() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startAuthenticator(
  program: string,
  { world, cluster, role, group }: TokenWebhookOptions,
  folder: string,
  kubeconfig: string,
): Promise<() => Promise<void>> {
  const tunnel = await startStsTunnel(world);
  const port = await freePort();
  const username = 'arn:aws:sts::{{AccountID}}:assumed-role/fairlead/{{SessionName}}';
  const config = { clusterID: cluster, server: { mapRoles: [{ roleARN: role, username, groups: [group] }] } };
  await writeFile(join(folder, 'config.yaml'), JSON.stringify(config));
  await writeFile(join(folder, 'ca.crt'), tunnel.ca);
  const args = ['server', `--config=${folder}/config.yaml`, `--state-dir=${folder}`, `--port=${port}`];
  const server = startProgram([program, ...args, `--generate-kubeconfig=${kubeconfig}`], {
    log: join(folder, 'log'),
    // It asks STS at its public name only; Go's HTTP client takes the way there from the environment.
    env: { HTTPS_PROXY: tunnel.url, SSL_CERT_FILE: join(folder, 'ca.crt'), AWS_EC2_METADATA_DISABLED: 'true' },
  });
  const stop = async () => {
    await server.stop();
    await tunnel.stop();
  };
  try {
    await until('aws-iam-authenticator listens', () => {
      server.mustRun();
      return listens(port);
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

function listens(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
      .once('connect', () => resolve(true))
      .once('error', () => resolve(false))
      .once('connect', () => socket.destroy());
  });
}

/** A TokenReview webhook over the check that the embedded clusters have. */
async function startOwnCheck(options: TokenWebhookOptions, kubeconfig: string): Promise<() => Promise<void>> {
  const port = await freePort();
  const server = createServer(async (request, response) => {
    const { spec } = JSON.parse((await readBody(request)).toString());
    const body = {
      apiVersion: 'authentication.k8s.io/v1beta1',
      kind: 'TokenReview',
      status: review(spec.token, options),
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }).listen(port, '127.0.0.1');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'webhook',
    clusters: [{ name: 'webhook', cluster: { server: `http://127.0.0.1:${port}/authenticate` } }],
    users: [{ name: 'apiserver', user: {} }],
    contexts: [{ name: 'webhook', context: { cluster: 'webhook', user: 'apiserver' } }],
  };
  await writeFile(kubeconfig, JSON.stringify(config));
  return () => stopServer(server);
}

function review(token: string, { world, cluster, role, group }: TokenWebhookOptions): object {
  try {
    const { region, credentials } = world;
    const { arn } = checkToken(token, { credentials, cluster, region, now: Date.now() });
    const name = /^arn:aws:sts::\d+:assumed-role\/([^/]+)\//.exec(arn)?.[1];
    if (name !== role.split('/').at(-1)) return { authenticated: false };
    return { authenticated: true, user: { username: arn, groups: [group] } };
  } catch (error) {
    if (error instanceof TokenError) return { authenticated: false };
    throw error;
  }
}
