import https from 'node:https';
import type { KubernetesObject } from '../../support/objects.ts';

export interface KubeAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the API server answers, looked into by tests
  readonly body: any;
}

/** Where the objects of a kind are. */
const COLLECTIONS: Readonly<Record<string, string>> = {
  Service: '/api/v1/namespaces/{namespace}/services',
  Ingress: '/apis/networking.k8s.io/v1/namespaces/{namespace}/ingresses',
  Namespace: '/api/v1/namespaces',
  Node: '/api/v1/nodes',
  Pod: '/api/v1/namespaces/{namespace}/pods',
  EndpointSlice: '/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices',
  DNSEndpoint: '/apis/externaldns.k8s.io/v1alpha1/namespaces/{namespace}/dnsendpoints',
  ...Object.fromEntries(
    ['Gateway', 'ListenerSet', 'HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'].map(kind => [
      kind,
      `/apis/gateway.networking.k8s.io/v1/namespaces/{namespace}/${kind.toLowerCase()}s`,
    ]),
  ),
  CustomResourceDefinition: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  ClusterRole: '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  ClusterRoleBinding: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  Role: '/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/roles',
  RoleBinding: '/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/rolebindings',
  ServiceAccount: '/api/v1/namespaces/{namespace}/serviceaccounts',
};

interface Named {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** Plain requests to an API server. */
export class KubeClient {
  readonly #url: string;
  readonly #token: string;
  readonly #agent: https.Agent;

  constructor(url: string, ca: string, token: string) {
    this.#url = url;
    this.#token = token;
    this.#agent = new https.Agent({ keepAlive: true, maxSockets: 16, ca });
  }

  close(): void {
    this.#agent.destroy();
  }

  send(method: string, path: string, body?: unknown, type = 'application/json'): Promise<KubeAnswer> {
    const headers = { authorization: `Bearer ${this.#token}`, 'content-type': type };
    return new Promise((resolve, reject) => {
      const request = https.request(`${this.#url}${path}`, { method, headers, agent: this.#agent }, response => {
        const chunks: Buffer[] = [];
        response.on('data', chunk => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parse(Buffer.concat(chunks)) }));
      });
      request.on('error', reject);
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** Creates objects, or puts them in the place of those with their names, and gives them the status that they carry. */
  async apply(...objects: readonly KubernetesObject[]): Promise<void> {
    for (const object of objects) {
      const { status, ...rest } = object;
      const created = await this.send('POST', collectionOf(object), rest);
      if (created.status === 409) await this.#replace(object);
      else must(created, `creating ${nameOf(object)}`);
      if (status !== undefined) await this.#patch(object, { status }, '/status');
    }
  }

  /** The metadata's annotations and the spec are given anew. A merge would keep annotations that went. */
  async #replace(object: KubernetesObject): Promise<void> {
    const path = pathOf(object);
    const { body: present } = await this.send('GET', path);
    const { resourceVersion } = present.metadata;
    const spec = object.kind === 'Service' ? { ...present.spec, ...(object.spec as object) } : object.spec;
    const { status: _, ...rest } = object;
    const metadata = { ...object.metadata, resourceVersion };
    must(await this.send('PUT', path, { ...rest, ...(spec !== undefined && { spec }), metadata }), `replacing ${path}`);
  }

  async #patch(object: Named, patch: object, subresource = ''): Promise<void> {
    const path = pathOf(object) + subresource;
    must(await this.send('PATCH', path, patch, 'application/merge-patch+json'), `patching ${path}`);
  }

  async delete(...objects: readonly Named[]): Promise<void> {
    for (const object of objects) {
      // No kubelet says that a pod has stopped.
      const now = object.kind === 'Pod' ? '?gracePeriodSeconds=0' : '';
      must(await this.send('DELETE', pathOf(object) + now), `deleting ${nameOf(object)}`);
    }
  }

  /** Deletes every Service and Ingress in `default`, but not the API server's own. */
  async clean(): Promise<void> {
    for (const kind of ['Service', 'Ingress']) {
      const { body } = await this.send('GET', collectionOf({ kind, metadata: { name: '', namespace: 'default' } }));
      const objects: Named[] = body.items.map((item: object) => ({ ...item, kind }));
      await this.delete(...objects.filter(({ metadata }) => metadata.name !== 'kubernetes'));
    }
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return body.toString();
  }
}

function collectionOf({ apiVersion, kind, metadata }: Named): string {
  const collection = COLLECTIONS[kind];
  if (collection === undefined) throw new Error(`${kind} is not among ${Object.keys(COLLECTIONS).join(', ')}`);
  // Of custom resources there are several versions, and each has a path of its own.
  const path = apiVersion?.startsWith('gateway.')
    ? collection.replace(/\/apis\/[^/]+\/[^/]+/, `/apis/${apiVersion}`)
    : collection;
  return path.replace('{namespace}', metadata.namespace ?? 'default');
}

const pathOf = (object: Named) => `${collectionOf(object)}/${object.metadata.name}`;
const nameOf = ({ kind, metadata }: Named) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;

function must({ status, body }: KubeAnswer, what: string): void {
  if (status >= 300) throw new Error(`${what}: ${status} ${JSON.stringify(body)}`);
}
