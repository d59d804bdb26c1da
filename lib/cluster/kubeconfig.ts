import type { Cluster, KubeConfig, User } from '@kubernetes/client-node';
import type { ClusterConfig } from '../config/config.ts';
import { KubeconfigError, reasonOf } from './errors.ts';
import type { TokenSource } from './token.ts';

/**
 * client-node is loaded when the first cluster is connected to, not when fairlead is: that is most of its cost, and it
 * falls into the wait for EKS. Only its KubeConfig is taken; the package's index brings every API of Kubernetes along.
 */
async function emptyKubeConfig(): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  return new KubeConfig();
}

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
 * @throws KubeconfigError when the file cannot be read, lacks the context, or would turn certificate checks off.
 */
export async function kubeConfigFromFile(
  cluster: Partial<ClusterConfig> & { readonly name: string; readonly kubeconfig: string },
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
  if (config.getCurrentUser() === null)
    throw new KubeconfigError(`${where}, context ${name}: its user is not in the file`);
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
