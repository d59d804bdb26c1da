import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import type { Cluster } from '@kubernetes/client-node';
import { openConnection, type ServerAccess, type StreamingConnection } from '../../lib/cluster/connection.ts';
import { KubeconfigError } from '../../lib/cluster/errors.ts';
import { kubeConfigFromFile } from '../../lib/cluster/kubeconfig.ts';
import type { Advice } from '../../lib/cluster/resource.ts';
import { reasonOf } from '../../lib/reason.ts';

/** https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/#directly-accessing-the-rest-api */
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

export const FOR_A_POD: Advice = {
  unauthorized: 'the token of its service account is not accepted: was the account deleted and made anew?',
  forbidden: (role, namespace) => {
    const kind = namespace === undefined ? 'ClusterRole' : `Role of the namespace ${namespace}`;
    return `bind the forwarder's ${kind}, ${role}, to its service account`;
  },
  busy: 'it is asked again',
};

/**
 * The API server of the cluster in which this pod runs, in the name of its service account; or, where KUBECONFIG names a
 * file, what that says.
 *
 * @param account the folder into which the kubelet puts the service account's token
 * @throws KubeconfigError
 */
export async function connect(
  cluster: string,
  env: Readonly<Record<string, string | undefined>>,
  account = ACCOUNT,
): Promise<StreamingConnection> {
  const kubeconfig = env.KUBECONFIG;
  const access = kubeconfig ? await kubeConfigFromFile({ name: cluster, kubeconfig }) : await inCluster(env, account);
  const hint = kubeconfig ? `check the server in ${kubeconfig}` : 'do network policies let the pod reach it?';
  return openConnection(access, { label: `cluster ${cluster}`, hint, afterwards: 'it is asked again' });
}

/** Token and CA are read for every request, of which there are few: the kubelet renews the token in its file. */
async function inCluster(env: Readonly<Record<string, string | undefined>>, account: string): Promise<ServerAccess> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = env;
  if (!host)
    throw new KubeconfigError(
      'no API server: KUBERNETES_SERVICE_HOST is not set, so this is no pod; set KUBECONFIG to the path of a kubeconfig',
    );
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const credentials = async () => {
    const [ca, token] = await Promise.all([readFile(`${account}/ca.crt`), readFile(`${account}/token`, 'utf8')]);
    return { ca, token: token.trim() };
  };
  await credentials().catch((cause: unknown) => {
    const what = `no service account: ${reasonOf(cause)}; does the pod set automountServiceAccountToken: false?`;
    throw new KubeconfigError(what, { cause });
  });
  return {
    getCurrentCluster: (): Cluster => ({ name: 'in-cluster', server, skipTLSVerify: false }),
    async applyToHTTPSOptions(options: RequestOptions) {
      const { ca, token } = await credentials();
      options.ca = ca;
      options.headers = { ...options.headers, authorization: `Bearer ${token}` };
    },
  };
}
