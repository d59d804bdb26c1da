import { systemClock } from '../clock.ts';
import type { ClusterConfig } from '../config/config.ts';
import { reasonOf } from '../reason.ts';
import { type ResourceKind, type SourceKind, sourceOf } from '../sources/index.ts';
import { createAccess } from './access.ts';
import { type Connection, TIMEOUTS, type WritingConnection } from './connection.ts';
import { createDiscovery } from './discovery.ts';
import { type CredentialsInput, createEks } from './eks.ts';
import { parsePage } from './list.ts';
import { FOR_A_RUN, parseJson, refusal, WITH_KUBECONFIG, within } from './resource.ts';

type Found = 'listed' | 'absent' | { readonly error: string };

/** `denied`: in these namespaces, or in the cluster (empty). */
export type EventsRight = 'allowed' | { readonly denied: readonly string[] } | { readonly error: string };

/** What a cluster looks like to whoever is to read it. */
export interface ClusterProbe {
  /** Of Kubernetes: v1.36.1. Undefined: not told to this user. */
  readonly version: string | undefined;
  /** EKS only: API, API_AND_CONFIG_MAP or CONFIG_MAP. */
  readonly authenticationMode?: string;
  /** Epoch milliseconds by the API server's clock, to the second; undefined: it gave no date. */
  readonly serverTime?: number;
  /** Each resource that the sources need: served and listed, not served, or why it cannot be listed. */
  readonly resources: ReadonlyMap<ResourceKind, Found>;
  /** Whether Events may be written on its objects; absent: that was not asked. */
  readonly events?: EventsRight;
  /** Deployments of all namespaces, as the API server has them; or why they cannot be listed. */
  readonly deployments: readonly unknown[] | { readonly error: string };
}

export interface ProbeOptions {
  readonly sources: readonly SourceKind[];
  /** Those that are listed each by itself; none: all at once. */
  readonly namespaces: readonly string[];
  readonly credentials?: CredentialsInput | undefined;
  /** Whether Events are to be written there. */
  readonly events: boolean;
}

/** Deployments of a page; more than one page is not looked at. */
const DEPLOYMENTS = '/apis/apps/v1/deployments?limit=500';

/**
 * Asks a cluster for one object of each kind that is to be read, as a run would: by EKS and token, or by kubeconfig.
 *
 * @throws ClusterError when there is no way to the cluster, or its API server does not answer
 */
export async function probeCluster(cluster: ClusterConfig, options: ProbeOptions): Promise<ClusterProbe> {
  const { credentials, sources, namespaces, events } = options;
  const access = createAccess({ clock: systemClock, timeouts: TIMEOUTS, keepMs: 0, credentials });
  const connection = await access.connect(cluster);
  try {
    const { headers, body } = await connection.get('/version');
    const look = lookerAt(connection, cluster, namespaces[0]);
    const resources = new Map<ResourceKind, Found>();
    for (const resource of neededBy(sources)) resources.set(resource, await look(resource));
    const date = Date.parse(headers.date ?? '');
    return {
      version: versionIn(body),
      ...(await modeOf(cluster, credentials)),
      ...(Number.isFinite(date) && { serverTime: date }),
      resources,
      ...(events && { events: await eventsRight(connection, namespaces) }),
      deployments: await deploymentsOf(connection),
    };
  } finally {
    access.drop(cluster);
  }
}

/** What the sources list in any case; what only single objects need is not asked for. */
const neededBy = (sources: readonly SourceKind[]): ReadonlySet<ResourceKind> =>
  new Set(sources.map(sourceOf).flatMap(({ resource, needs }) => [resource, ...needs.map(need => need.resource)]));

function lookerAt(connection: Connection, { name, kubeconfig }: ClusterConfig, namespace: string | undefined) {
  const label = `cluster ${name}`;
  const advice = kubeconfig === undefined ? FOR_A_RUN : WITH_KUBECONFIG;
  const discovery = createDiscovery({ connection, label, clock: systemClock, advice });
  return async (resource: ResourceKind): Promise<Found> => {
    try {
      const found = await discovery.find(resource);
      if (found === undefined) return 'absent';
      const served = namespace === undefined ? found : within(found, namespace);
      const answer = await connection.get(`${served.path}?limit=1`);
      if (answer.status !== 200) throw refusal({ label, served, doing: 'listing', advice }, answer);
      parsePage({ label, served }, answer.body);
      return 'listed';
    } catch (error) {
      return { error: reasonOf(error) };
    }
  };
}

/** Namespaces that are asked about one by one. */
const MOST_NAMESPACES = 50;

/**
 * The API server says of whoever asks what he may do, without doing it:
 * https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
 */
async function eventsRight(connection: WritingConnection, namespaces: readonly string[]): Promise<EventsRight> {
  const places = namespaces.length > 0 ? namespaces.slice(0, MOST_NAMESPACES) : [''];
  const denied: string[] = [];
  try {
    for (const namespace of places) {
      const resourceAttributes = { group: 'events.k8s.io', resource: 'events', verb: 'create', namespace };
      const answer = await connection.post(REVIEWS, {
        ...{ apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview' },
        spec: { resourceAttributes },
      });
      const { status } = (parseJson(answer.body) ?? {}) as { status?: { allowed?: unknown } };
      if (typeof status?.allowed !== 'boolean') return { error: `the API server answers ${answer.status}` };
      if (!status.allowed) denied.push(namespace);
    }
  } catch (error) {
    return { error: reasonOf(error) };
  }
  return denied.length === 0 ? 'allowed' : { denied: denied.filter(namespace => namespace !== '') };
}

const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

/** Undefined: not told to this user. */
function versionIn(body: Buffer): string | undefined {
  const { gitVersion } = (parseJson(body) ?? {}) as { gitVersion?: unknown };
  return typeof gitVersion === 'string' ? gitVersion : undefined;
}

async function modeOf({ name, eksName = name, kubeconfig, ...account }: ClusterConfig, credentials?: CredentialsInput) {
  if (kubeconfig !== undefined) return {};
  const { authenticationMode } = await createEks(account, credentials).describe(eksName);
  return authenticationMode === undefined ? {} : { authenticationMode };
}

async function deploymentsOf(connection: Connection): Promise<ClusterProbe['deployments']> {
  try {
    const { status, body } = await connection.get(DEPLOYMENTS);
    const { items } = (parseJson(body) ?? {}) as { items?: unknown };
    if (status !== 200) return { error: `the API server answers ${status}` };
    return Array.isArray(items) ? items : { error: 'the answer is no list of them' };
  } catch (error) {
    return { error: reasonOf(error) };
  }
}
