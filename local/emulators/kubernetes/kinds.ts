/** A kind of object that the API serves. */
export interface Kind {
  /** '' is the core group. */
  readonly group: string;
  readonly version: string;
  /** Older versions under which it is served, too; objects come back in the one above. */
  readonly others?: readonly string[];
  /** As in paths and RBAC rules. */
  readonly resource: string;
  /** What `kubectl` takes for it, too. */
  readonly short?: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Does it have a /status of its own? */
  readonly status: boolean;
}

/** As the CRDs of 1.6 serve them; old versions of the Gateway are left out. */
const gatewayApi = (resource: string, kind: string, ...others: string[]): Kind => ({
  group: 'gateway.networking.k8s.io',
  version: 'v1',
  others,
  resource,
  kind,
  namespaced: true,
  status: true,
});

export const KINDS: readonly Kind[] = [
  { group: '', version: 'v1', resource: 'services', short: 'svc', kind: 'Service', namespaced: true, status: true },
  { group: '', version: 'v1', resource: 'namespaces', short: 'ns', kind: 'Namespace', namespaced: false, status: true },
  { group: '', version: 'v1', resource: 'nodes', short: 'no', kind: 'Node', namespaced: false, status: true },
  { group: '', version: 'v1', resource: 'pods', short: 'po', kind: 'Pod', namespaced: true, status: true },
  { group: '', version: 'v1', resource: 'events', short: 'ev', kind: 'Event', namespaced: true, status: false },
  {
    group: 'events.k8s.io',
    version: 'v1',
    resource: 'events',
    short: 'ev',
    kind: 'Event',
    namespaced: true,
    status: false,
  },
  {
    group: 'networking.k8s.io',
    version: 'v1',
    resource: 'ingresses',
    short: 'ing',
    kind: 'Ingress',
    namespaced: true,
    status: true,
  },
  {
    group: 'discovery.k8s.io',
    version: 'v1',
    resource: 'endpointslices',
    kind: 'EndpointSlice',
    namespaced: true,
    status: false,
  },
  {
    group: 'externaldns.k8s.io',
    version: 'v1alpha1',
    resource: 'dnsendpoints',
    kind: 'DNSEndpoint',
    namespaced: true,
    status: true,
  },
  { ...gatewayApi('gateways', 'Gateway'), short: 'gtw' },
  { ...gatewayApi('listenersets', 'ListenerSet'), short: 'lset' },
  gatewayApi('httproutes', 'HTTPRoute', 'v1beta1'),
  gatewayApi('grpcroutes', 'GRPCRoute'),
  gatewayApi('tlsroutes', 'TLSRoute', 'v1alpha3', 'v1alpha2'),
  gatewayApi('tcproutes', 'TCPRoute', 'v1alpha2'),
  gatewayApi('udproutes', 'UDPRoute', 'v1alpha2'),
];

const versionsOf = ({ version, others = [] }: Kind): readonly string[] => [version, ...others];
/** Stable versions first, then beta, then alpha. */
const stability = (version: string) => (version.includes('alpha') ? 2 : version.includes('beta') ? 1 : 0);

const GROUP_PATH = /^\/(?:api|apis\/(?<group>[^/]+))(?:\/(?<version>[^/]+))?$/;
const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

/**
 * The discovery documents of an API group: an APIGroup, or the APIResourceList of one of its versions. Undefined for paths
 * of groups and versions that are not served.
 */
export function discoveryAt(path: string): object | undefined {
  const match = GROUP_PATH.exec(path);
  if (!match) return undefined;
  const { group = '', version } = match.groups ?? {};
  const kinds = KINDS.filter(
    kind => kind.group === group && (version === undefined || versionsOf(kind).includes(version)),
  );
  if (kinds.length === 0 || (group === '' && version === undefined)) return undefined;
  if (version === undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group) };
  const groupVersion = group === '' ? version : `${group}/${version}`;
  const resources = kinds.map(({ resource, short, kind, namespaced }) => ({
    name: resource,
    singularName: kind.toLowerCase(),
    ...(short !== undefined && { shortNames: [short] }),
    namespaced,
    kind,
    verbs: VERBS,
  }));
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources };
}

/** Every group but the core one. */
export function groups(): object[] {
  return [...new Set(KINDS.map(({ group }) => group))].filter(group => group !== '').map(groupOf);
}

function groupOf(name: string): object {
  const kinds = KINDS.filter(({ group }) => group === name);
  // Stable versions come first: https://kubernetes.io/docs/reference/using-api/#api-versioning
  const versions = [...new Set(kinds.flatMap(versionsOf))]
    .sort((a, b) => stability(a) - stability(b) || (a < b ? 1 : -1))
    .map(version => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions, preferredVersion: versions[0] };
}

/** `v1` or `group/version`. */
export function apiVersion(kind: Kind): string {
  return kind.group ? `${kind.group}/${kind.version}` : kind.version;
}

export interface ResourcePath {
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

const PATH =
  /^\/(?:api\/(?<core>[^/]+)|apis\/(?<group>[^/]+)\/(?<version>[^/]+))(?:\/namespaces\/(?<namespace>[^/]+))?\/(?<resource>[^/]+)(?:\/(?<name>[^/]+)(?:\/(?<subresource>[^/]+))?)?$/;
/** A namespace itself looks like the namespace of something; these paths come first. */
const NAMESPACE_PATH = /^\/api\/v1\/namespaces(?:\/(?<name>[^/]+)(?:\/(?<subresource>status))?)?$/;

/** What a path names; undefined when it is not one of a kind that is served. */
export function parsePath(path: string): ResourcePath | undefined {
  const own = NAMESPACE_PATH.exec(path)?.groups;
  const parts = own ? { core: 'v1', resource: 'namespaces', ...own } : PATH.exec(path)?.groups;
  if (!parts) return undefined;
  const {
    core,
    group = '',
    version,
    namespace,
    resource,
    name,
    subresource,
  } = parts as Record<string, string | undefined>;
  const kind = KINDS.find(
    one => one.group === group && versionsOf(one).includes(core ?? version ?? '') && one.resource === resource,
  );
  if (!kind || (!kind.namespaced && namespace !== undefined)) return undefined;
  return { kind, namespace: decode(namespace), name: decode(name), subresource };
}

function decode(text: string | undefined): string | undefined {
  return text === undefined ? undefined : decodeURIComponent(text);
}

/** The kind of an object as a manifest names it. Throws Error for one that is not served. */
export function kindOf(object: { readonly apiVersion?: string; readonly kind?: string }): Kind {
  const found = KINDS.find(
    one =>
      one.kind === object.kind &&
      versionsOf(one).some(version => apiVersion({ ...one, version }) === object.apiVersion),
  );
  if (found) return found;
  const known = KINDS.map(one => `${apiVersion(one)} ${one.kind}`).join(', ');
  throw new Error(`${object.apiVersion} ${object.kind} is not served here; there are ${known}`);
}
