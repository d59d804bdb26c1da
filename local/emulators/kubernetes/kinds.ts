import { isNamespaced, placesOf, RESOURCE_KINDS, type ResourceKind } from '../../../lib/sources/index.ts';

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

/** What is not as it is for most: namespaced where the table does not say otherwise, `v1`, with a status. By the plural of the kind. */
const OTHERWISE: Readonly<Record<string, Partial<Kind>>> = {
  services: { short: 'svc' },
  namespaces: { short: 'ns' },
  nodes: { short: 'no' },
  pods: { short: 'po' },
  ingresses: { short: 'ing' },
  endpointslices: { status: false },
  dnsendpoints: { version: 'v1alpha1' },
  gateways: { short: 'gtw' },
  listenersets: { short: 'lset' },
  // As the CRDs of 1.6 serve them; old versions of the Gateway are left out.
  httproutes: { others: ['v1beta1'] },
  tlsroutes: { others: ['v1alpha3', 'v1alpha2'] },
  tcproutes: { others: ['v1alpha2'] },
  udproutes: { others: ['v1alpha2'] },
};

/** A resource of the table of sources, in the place where a cluster of today serves it. */
function served(resource: ResourceKind): Kind {
  const [{ group, plural, kind, version = 'v1' }] = placesOf(resource);
  const namespaced = isNamespaced(resource);
  return { group, version, resource: plural, kind, namespaced, status: true, ...OTHERWISE[plural] };
}

const EVENTS: Omit<Kind, 'group'> = {
  ...{ version: 'v1', resource: 'events', short: 'ev', kind: 'Event', namespaced: true, status: false },
};

/** Every resource that a source reads, and the Events that are written. */
export const KINDS: readonly Kind[] = [
  ...RESOURCE_KINDS.map(served),
  { group: '', ...EVENTS },
  { group: 'events.k8s.io', ...EVENTS },
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
