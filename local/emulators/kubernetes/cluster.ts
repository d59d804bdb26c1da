import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Credentials } from '../aws/credentials.ts';
import { stopServer } from '../aws/http.ts';
import type { Counts, LogEntry } from '../aws/journal.ts';
import type { ClusterFaults } from './faults.ts';
import { apiVersion, KINDS, type Kind, kindOf } from './kinds.ts';
import type { KubernetesObject, ObjectMeta, StoredObject } from './objects.ts';
import { ApiServer } from './server.ts';

export interface ClusterOptions {
  readonly name: string;
  /** AWS region. */
  readonly region: string;
  readonly credentials: Credentials;
  /** TCP port; a free one when absent. */
  readonly port?: number;
  /** IAM principals that are let in; absent or empty: all whose keys are known. */
  readonly principals?: readonly string[];
}

export interface ObjectName {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** Every cluster has it, and a list of all Services without it is not a whole one. */
const API_SERVICE: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
  spec: {
    type: 'ClusterIP',
    clusterIP: '172.20.0.1',
    clusterIPs: ['172.20.0.1'],
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 443 }],
    sessionAffinity: 'None',
  },
  status: { loadBalancer: {} },
};

const STATIC_USER = 'local-admin';

/** A cluster that runs in this process: its API on loopback, and a handle on its objects. */
export class LocalCluster {
  readonly name: string;
  readonly region: string;
  /** https, on loopback. */
  readonly url: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly ca: string;
  readonly #api: ApiServer;
  readonly #server: Server;
  readonly #staticTokens: Map<string, string>;

  constructor(
    options: ClusterOptions,
    parts: { api: ApiServer; server: Server; ca: string; staticTokens: Map<string, string> },
  ) {
    this.name = options.name;
    this.region = options.region;
    this.#api = parts.api;
    this.#server = parts.server;
    this.#staticTokens = parts.staticTokens;
    this.ca = parts.ca;
    this.url = `https://127.0.0.1:${(parts.server.address() as AddressInfo).port}`;
    for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease']) this.#ensureNamespace(name);
    this.apply(API_SERVICE);
  }

  /** Base64 of the authority's PEM, as DescribeCluster gives it. */
  get caData(): string {
    return Buffer.from(this.ca).toString('base64');
  }

  get faults(): ClusterFaults {
    return this.#api.faults;
  }

  /** Calls by `verb resource`, e.g. `list services`. */
  get counts(): Readonly<Counts> {
    return this.#api.journal.counts;
  }

  get log(): readonly LogEntry[] {
    return this.#api.journal.log;
  }

  resetCounts(): void {
    this.#api.journal.reset();
  }

  /** Watches that are open now. */
  get openWatches(): number {
    return this.#api.watches.size;
  }

  /** Milliseconds between two bookmarks of a watch; a real API server takes about a minute. */
  set bookmarkEveryMs(milliseconds: number) {
    this.#api.bookmarkEveryMs = milliseconds;
  }

  /**
   * Creates an object or puts it in the place of the one with its name, status included and without the validation
   * that the API does, so that a test may have any object. The namespace is made if it is missing. Nothing happens
   * when nothing changes. Throws Error for a kind that is not served.
   */
  apply(object: KubernetesObject): StoredObject {
    const kind = kindOf(object);
    const metadata = this.#inNamespace(kind, object.metadata);
    if (metadata.namespace !== undefined) this.#ensureNamespace(metadata.namespace);
    const { resourceVersion: _version, uid: _uid, creationTimestamp: _time, ...plain } = metadata;
    const next = { ...object, metadata: plain as ObjectMeta };
    return this.#api.objects.find(kind, metadata.name, metadata.namespace)
      ? this.#api.objects.update(kind, next)
      : this.#api.objects.create(kind, next, Date.now());
  }

  /** Throws StatusError NotFound, or Error for a kind that is not served. */
  delete(name: ObjectName): void {
    const kind = kindNamed(name.kind);
    this.#api.objects.delete(kind, name.name, kind.namespaced ? (name.namespace ?? 'default') : undefined);
  }

  /** All objects of a kind (`Service`), sorted by namespace and name. */
  list(kind: string, namespace?: string): readonly StoredObject[] {
    return this.#api.objects.list(kindNamed(kind), namespace);
  }

  /** Continue tokens from before now are answered 410 Expired. */
  expireContinueTokens(): void {
    this.#api.listings.expire();
  }

  /** As expireContinueTokens; besides, open watches end with 410, and none can resume from before now. */
  compact(): void {
    this.#api.objects.compact();
    this.#api.listings.expire();
    this.#api.watches.expire();
  }

  /** Cuts the connections of all open watches. */
  cutWatches(): void {
    this.#api.watches.cut();
  }

  /** A token that is good as it stands, for kubeconfigs. */
  addToken(token: string, user = STATIC_USER): void {
    this.#staticTokens.set(token, user);
  }

  /** A kubeconfig (JSON, which is YAML) for this cluster with a static token. */
  kubeconfig(): string {
    const token = `static-${this.name}`;
    this.addToken(token);
    const cluster = { server: this.url, 'certificate-authority-data': this.caData };
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': this.name,
      clusters: [{ name: this.name, cluster }],
      users: [{ name: STATIC_USER, user: { token } }],
      contexts: [{ name: this.name, context: { cluster: this.name, user: STATIC_USER } }],
    });
  }

  close(): Promise<void> {
    this.#api.watches.cut();
    return stopServer(this.#server);
  }

  #inNamespace(kind: Kind, metadata: ObjectMeta): ObjectMeta {
    const { namespace = 'default', ...rest } = metadata;
    return (kind.namespaced ? { ...rest, namespace } : rest) as ObjectMeta;
  }

  #ensureNamespace(name: string): void {
    const kind = kindNamed('Namespace');
    if (this.#api.objects.find(kind, name)) return;
    const metadata = { name, labels: { 'kubernetes.io/metadata.name': name } };
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata, status: { phase: 'Active' } };
    this.#api.objects.create(kind, namespace, Date.now());
  }
}

/** `Service`, or with its group where several have the kind, as kubectl takes it: `Event.events.k8s.io`. */
function kindNamed(name: string): Kind {
  const kind = KINDS.find(one => one.kind === name || `${one.kind}.${one.group}` === name);
  if (kind) return kind;
  throw new Error(
    `${name} is not served here; there are ${KINDS.map(one => `${apiVersion(one)} ${one.kind}`).join(', ')}`,
  );
}

/** Starts a cluster on loopback. Close it, or the process stays alive. */
export async function startCluster(options: ClusterOptions): Promise<LocalCluster> {
  // Loaded only when there is a cluster: it takes most of a world's start.
  const { issueCertificates } = await import('./certificates.ts');
  const { ca, certificate, key } = await issueCertificates();
  const staticTokens = new Map<string, string>();
  const api = new ApiServer({
    cluster: options.name,
    region: options.region,
    credentials: options.credentials,
    staticTokens,
    principals: new Set(options.principals),
  });
  const server = createServer({ cert: certificate, key }, (request, response) => {
    api.handle(request, response).catch(error => response.destroy(error));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  return new LocalCluster(options, { api, server, ca, staticTokens });
}
