import { CoreV1Api, KubeConfig, NetworkingV1Api } from '@kubernetes/client-node';
import { expect } from 'vitest';
import type { LocalCluster } from '../../../../local/emulators/kubernetes/cluster.ts';
import type { KubernetesObject } from '../../../../local/emulators/kubernetes/objects.ts';

export const service = (
  name: string,
  fields: Partial<KubernetesObject> = {},
  namespace = 'default',
): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec: { type: 'LoadBalancer' },
  ...fields,
});
export const ingress = (name: string): KubernetesObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name, namespace: 'shop' },
  spec: { rules: [{ host: `${name}.example.com` }] },
});

export interface Failure {
  code: number;
  body: { reason: string; message: string; metadata?: { continue?: string } };
  headers: Record<string, string>;
}

/** Status code and `Status` of a refused call; fails when it is not refused. */
export async function failure(call: Promise<unknown>): Promise<Failure> {
  const error = await call.then(
    () => expect.fail('the call went through'),
    (error: { code: number; body: string | object; headers: Record<string, string> }) => error,
  );
  const body = typeof error.body === 'string' ? JSON.parse(error.body) : error.body;
  return { code: error.code, body, headers: error.headers };
}

export const names = (list: { items: { metadata?: { name?: string } }[] }) =>
  list.items.map(item => item.metadata?.name);

/** The real client's APIs of a cluster, with a token that is good as it stands. */
export function apisOf(cluster: LocalCluster): { core: CoreV1Api; networking: NetworkingV1Api } {
  const config = new KubeConfig();
  config.loadFromString(cluster.kubeconfig());
  return { core: config.makeApiClient(CoreV1Api), networking: config.makeApiClient(NetworkingV1Api) };
}
