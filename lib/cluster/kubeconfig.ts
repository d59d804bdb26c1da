import { type ChildProcessWithoutNullStreams, type SpawnOptionsWithoutStdio, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Cluster, KubeConfig, User } from '@kubernetes/client-node';
import type { ClusterConfig } from '../config/config.ts';
import { reasonOf } from '../reason.ts';
import { KubeconfigError } from './errors.ts';
import type { TokenSource } from './token.ts';

/**
 * client-node is loaded when the first cluster is connected to, not when fairlead is: that is most of its cost, and it
 * falls into the wait for EKS. Only its KubeConfig is taken; the package's index brings every API of Kubernetes along.
 */
async function emptyKubeConfig(): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  return new KubeConfig();
}

/** Milliseconds; the request that waits for it has 20 s. */
const EXEC_MS = 15_000;

/** An EKS cluster as a KubeConfig whose credentials are asked for anew with every request. */
export async function kubeConfigForEks(
  name: string,
  access: { readonly endpoint: string; readonly caData: string },
  token: TokenSource,
): Promise<KubeConfig> {
  const config = await emptyKubeConfig();
  const user: User = { name: 'fairlead' };
  config.addAuthenticator({
    isAuthProvider: candidate => candidate.name === user.name,
    applyAuthentication: async (_user, options) => {
      options.headers = { ...options.headers, Authorization: `Bearer ${await token()}` };
    },
  });
  config.loadFromClusterAndUser({ name, server: access.endpoint, caData: access.caData, skipTLSVerify: false }, user);
  return config;
}

/**
 * Loads the kubeconfig of a cluster and chooses its context (the file's current one, unless the config names another).
 *
 * @param execMs milliseconds that an exec plugin may take
 * @throws KubeconfigError when the file cannot be read, lacks the context, has nothing to show, or would turn certificate
 *   checks off.
 */
export async function kubeConfigFromFile(
  cluster: Partial<ClusterConfig> & { readonly name: string; readonly kubeconfig: string },
  execMs = EXEC_MS,
): Promise<KubeConfig> {
  const where = `cluster ${cluster.name}: kubeconfig ${cluster.kubeconfig}`;
  const config = await emptyKubeConfig();
  try {
    config.loadFromFile(cluster.kubeconfig);
  } catch (cause) {
    throw new KubeconfigError(`${where} cannot be read: ${reasonOf(cause)}; give the path of a kubeconfig file`, {
      cause,
    });
  }
  chooseContext(config, cluster.context, where);
  limitExec(config, execMs);
  return config;
}

function chooseContext(config: KubeConfig, wanted: string | undefined, where: string): void {
  const name = wanted ?? config.getCurrentContext();
  const known = config.getContexts().map(context => context.name);
  if (!known.includes(name)) {
    const problem = name ? `has no context ${name}` : 'has no current context';
    throw new KubeconfigError(`${where} ${problem}; set \`context\` to one of: ${known.join(', ') || '(it has none)'}`);
  }
  config.setCurrentContext(name);
  checkServer(config.getCurrentCluster(), `${where}, context ${name}`);
  checkUser(config.getCurrentUser(), `${where}, context ${name}`);
}

/** Whoever has nothing to show is anonymous to the API server, which then speaks of rights that are missing. */
const SHOWN: readonly (keyof User)[] = ['token', 'certData', 'certFile', 'username', 'exec', 'authProvider'];

function checkUser(user: User | null, where: string): void {
  if (user === null) throw new KubeconfigError(`${where}: its user is not in the file`);
  if (!SHOWN.some(key => user[key])) {
    const give = 'give it a token, a client certificate or an exec plugin, as kubectl needs them';
    throw new KubeconfigError(`${where}: the user ${user.name} has no credentials; ${give}`);
  }
  checkCertificate(user, where);
}

/** A certificate and its key must be read and belong together: OpenSSL's words name neither file nor user. */
function checkCertificate({ name, certFile, certData, keyFile, keyData }: User, where: string): void {
  if (!certFile && !certData) return;
  const from = (key: string, file: string | undefined) => (file ? `${key} ${file}` : `${key}-data`);
  const files = `${from('client-certificate', certFile)} and ${from('client-key', keyFile)}`;
  try {
    const read = (file: string | undefined, data: string | undefined) =>
      file ? readFileSync(file) : Buffer.from(data ?? '', 'base64');
    createSecureContext({ cert: read(certFile, certData), key: read(keyFile, keyData) });
  } catch (cause) {
    throw new KubeconfigError(`${where}: the user ${name} cannot use its ${files}: ${reasonOf(cause)}`, { cause });
  }
}

/** What is changed of client-node's way to call exec plugins (exec_auth.js), which waits for ever and calls one for each request at once. */
interface ExecAuth {
  execFn: (
    command: string,
    args: readonly string[],
    options: SpawnOptionsWithoutStdio,
  ) => ChildProcessWithoutNullStreams;
  getCredential(user: User): Promise<unknown>;
}

/** https://kubernetes.io/docs/reference/config-api/client-authentication.v1/#client-authentication-k8s-io-v1-ExecCredential */
function checkedCredential(credential: unknown): unknown {
  const { status } = (credential ?? {}) as { status?: unknown };
  if (typeof status === 'object' && status !== null) return credential;
  throw new Error('what the exec plugin printed is no ExecCredential with a status');
}

function limitExec(config: KubeConfig, milliseconds: number): void {
  const { authenticators } = config as unknown as { authenticators: readonly object[] };
  const exec = authenticators.find((one): one is ExecAuth => 'execFn' in one);
  if (exec === undefined) return;
  exec.execFn = (command, args, options) => {
    const child = spawn(command, args, options);
    const timer = setTimeout(() => {
      child.emit('error', new Error(`${command} gave no answer in ${milliseconds} ms`));
      child.kill('SIGKILL');
      // What it started itself may go on and hold these; nobody waits for it.
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
    }, milliseconds);
    // A command that there is not ends with an error alone.
    for (const end of ['exit', 'error']) child.once(end, () => clearTimeout(timer));
    return child;
  };
  const ask = exec.getCredential.bind(exec);
  let asked: Promise<unknown> | undefined;
  exec.getCredential = user => {
    asked ??= ask(user)
      .then(checkedCredential)
      .finally(() => {
        asked = undefined;
      });
    return asked;
  };
}

/** The API server's answers decide which records are deleted, so none is taken from a server that did not prove itself. */
function checkServer(server: Cluster | null, where: string): void {
  if (server === null) throw new KubeconfigError(`${where}: its cluster is not in the file`);
  if (server.skipTLSVerify) {
    throw new KubeconfigError(
      `${where}: insecure-skip-tls-verify is not supported; give the CA as certificate-authority-data instead`,
    );
  }
  if (!server.server?.startsWith('https://')) {
    throw new KubeconfigError(`${where}: the server ${server.server ?? ''} is not an https:// address`);
  }
}
