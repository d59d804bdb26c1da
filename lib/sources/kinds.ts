import type { Endpoint } from '../model/index.ts';
import { dnsEndpointEndpoints } from './dnsendpoint.ts';
import { selectsNamespaces, usesListenerSets } from './gateway.ts';
import { ingressEndpoints } from './ingress.ts';
import type { Needed, NeededResource } from './needed.ts';
import type { KubernetesObject } from './object.ts';
import { routeEndpoints, slimRoute } from './route.ts';
import { NO_RULES, type ObjectRules, rulesOf } from './rules.ts';
import { joinedByServices, mayJoin, serviceEndpoints, serviceJoins, slimService } from './service.ts';
import type { SourceContext, SourceSettings } from './settings.ts';

// THE table of sources. What else must know a kind derives it from here: the words of the config, listing, watching, the
// notice's schema, the audit filter, ClusterRoles, the freeze and the forwarder's fingerprints.

/** Where the API serves a kind of object. */
export interface Place {
  /** '' is the core group. */
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
  /** Absent: whichever version the cluster serves, found by discovery; it may serve none. */
  readonly version?: string;
}

/** A kind of object that is listed and watched. The first place that the cluster serves counts. */
export interface Resource {
  /** Absent: of namespaces. */
  readonly clusterWide?: true;
  readonly places: readonly [Place, ...Place[]];
}

const builtIn = (group: string, version: string, plural: string, kind: string): Resource => ({
  places: [{ group, version, plural, kind }],
});

const custom = (group: string, plural: string, kind: string): Resource => ({ places: [{ group, plural, kind }] });

const GATEWAY = 'gateway.networking.k8s.io';

/**
 * The resources, by the word that ExternalDNS's ownership records use for one (`httproute/shop/web`), and that findings and
 * notices use too.
 */
export const RESOURCES = {
  service: builtIn('', 'v1', 'services', 'Service'),
  ingress: builtIn('networking.k8s.io', 'v1', 'ingresses', 'Ingress'),
  crd: custom('externaldns.k8s.io', 'dnsendpoints', 'DNSEndpoint'),
  namespace: { ...builtIn('', 'v1', 'namespaces', 'Namespace'), clusterWide: true },
  node: { ...builtIn('', 'v1', 'nodes', 'Node'), clusterWide: true },
  pod: builtIn('', 'v1', 'pods', 'Pod'),
  endpointslice: builtIn('discovery.k8s.io', 'v1', 'endpointslices', 'EndpointSlice'),
  gateway: custom(GATEWAY, 'gateways', 'Gateway'),
  listenerset: {
    places: [
      { group: GATEWAY, plural: 'listenersets', kind: 'ListenerSet' },
      { group: 'gateway.networking.x-k8s.io', plural: 'xlistenersets', kind: 'XListenerSet' },
    ],
  },
  httproute: custom(GATEWAY, 'httproutes', 'HTTPRoute'),
  grpcroute: custom(GATEWAY, 'grpcroutes', 'GRPCRoute'),
  tlsroute: custom(GATEWAY, 'tlsroutes', 'TLSRoute'),
  tcproute: custom(GATEWAY, 'tcproutes', 'TCPRoute'),
  udproute: custom(GATEWAY, 'udproutes', 'UDPRoute'),
} satisfies Record<string, Resource>;

export type ResourceKind = keyof typeof RESOURCES;

export const RESOURCE_KINDS = Object.keys(RESOURCES) as ResourceKind[];

export const placesOf = (resource: ResourceKind): Resource['places'] => RESOURCES[resource].places;

export function isNamespaced(resource: ResourceKind): boolean {
  const { clusterWide }: Resource = RESOURCES[resource];
  return clusterWide !== true;
}

/** A resource that a source needs beside the one that asks; it is reduced to what the join uses as its pages come in. */
export interface Need {
  readonly resource: NeededResource;
  /** Whether it is needed at all, given what was read of the needs in front of it; absent: always. */
  readonly when?: (settings: SourceSettings, needed: Needed) => boolean;
}

/** How one kind of object, with the resources that it needs, becomes endpoints. */
export interface Source {
  /** The resource that asks. */
  readonly resource: ResourceKind;
  readonly needs: readonly Need[];
  /** What one object asks for. What there is to say about it goes into the object's notes. Total: it throws nothing. */
  readonly endpoints: (object: KubernetesObject, context: SourceContext, needed: Needed) => Endpoint[];
  /** Of an object that needs others, all that `endpoints` looks at: what a watcher keeps to look again when those change. */
  readonly slim?: (raw: unknown, context: SourceContext) => unknown;
  /** Resources that only some of its objects need. */
  readonly joins?: Joins;
}

/**
 * What only some objects of a source need. It is read after the objects that ask, and only where one of them needs it; these
 * are kept, slim, until then. Where it cannot be read, what is published of these objects stays; the others go on.
 */
export interface Joins {
  readonly resources: (rules: ObjectRules) => readonly NeededResource[];
  /** Cheap, and false for nearly every object. */
  readonly concerns: (raw: unknown) => boolean;
  readonly needs: (object: KubernetesObject, context: SourceContext) => readonly NeededResource[];
  /** All of such an object that `endpoints` looks at. */
  readonly slim: (object: KubernetesObject) => unknown;
}

const GATEWAY_NEEDS: readonly Need[] = [
  { resource: 'gateway' },
  { resource: 'listenerset', when: usesListenerSets },
  { resource: 'namespace', when: selectsNamespaces },
];

const route = (resource: ResourceKind, kind: string, ...protocols: string[]): Source => ({
  resource,
  needs: GATEWAY_NEEDS,
  endpoints: routeEndpoints({ kind, protocols }),
  slim: slimRoute,
});

/** The sources, by ExternalDNS's word (`--source`). */
export const SOURCES = {
  service: {
    resource: 'service',
    needs: [],
    endpoints: serviceEndpoints,
    joins: { resources: joinedByServices, concerns: mayJoin, needs: serviceJoins, slim: slimService },
  },
  ingress: { resource: 'ingress', needs: [], endpoints: ingressEndpoints },
  'gateway-httproute': route('httproute', 'HTTPRoute', 'HTTP', 'HTTPS'),
  'gateway-grpcroute': route('grpcroute', 'GRPCRoute', 'HTTP', 'HTTPS'),
  'gateway-tlsroute': route('tlsroute', 'TLSRoute', 'TLS'),
  'gateway-tcproute': route('tcproute', 'TCPRoute', 'TCP', 'TLS'),
  'gateway-udproute': route('udproute', 'UDPRoute', 'UDP'),
  crd: { resource: 'crd', needs: [], endpoints: dnsEndpointEndpoints },
} satisfies Record<string, Source>;

export type SourceKind = keyof typeof SOURCES;

export const SOURCE_KINDS = Object.keys(SOURCES) as [SourceKind, ...SourceKind[]];

/** What the config says where it says nothing. */
export const SOURCE_DEFAULT: readonly ['service', 'ingress'] = ['service', 'ingress'];

/** Words of the config that stand for several sources. */
export const SOURCE_GROUPS: Readonly<Record<'gateway' | 'dnsendpoint', readonly SourceKind[]>> = {
  gateway: SOURCE_KINDS.filter(kind => kind.startsWith('gateway-')),
  dnsendpoint: ['crd'],
};

export const sourceOf = (kind: SourceKind): Source => SOURCES[kind];

/** The resources that can ask for records: the kinds of object that ownership records, findings and notices name. */
export const ASKING = SOURCE_KINDS.map(kind => SOURCES[kind].resource) as [ResourceKind, ...ResourceKind[]];

const BY_RESOURCE: ReadonlyMap<string, SourceKind> = new Map(SOURCE_KINDS.map(kind => [SOURCES[kind].resource, kind]));

const BY_PLACE: ReadonlyMap<string, ResourceKind> = new Map(
  (Object.keys(RESOURCES) as ResourceKind[]).flatMap(word =>
    placesOf(word).map(({ group, plural }) => [`${group}/${plural}`, word] as const),
  ),
);

/** The source of an ownership record's resource word (`httproute`); undefined for another tool's. */
export function sourceOfResource(word: string): SourceKind | undefined {
  return BY_RESOURCE.get(word);
}

/** The resource that is served in a place (`gateways` of `gateway.networking.k8s.io`); undefined for one that no source reads. */
export function resourceAt(group: string, plural: string): ResourceKind | undefined {
  return BY_PLACE.get(`${group}/${plural}`);
}

/** Everything that these sources always read, each resource once. */
export function resourcesOf(kinds: readonly SourceKind[]): ResourceKind[] {
  const all = kinds.flatMap(kind => [sourceOf(kind).resource, ...sourceOf(kind).needs.map(need => need.resource)]);
  return [...new Set(all)];
}

/** What only some of their objects need, each resource once. */
export function joinsOf(kinds: readonly SourceKind[], rules: ObjectRules = NO_RULES): NeededResource[] {
  return [...new Set(kinds.flatMap(kind => sourceOf(kind).joins?.resources(rules) ?? []))];
}

/**
 * The namespaces of which a resource is listed, each by itself; empty: all of them at once. Gateways and ListenerSets are
 * looked up wherever `gateway.namespace` says, as in ExternalDNS.
 */
export function namespacesOf(resource: ResourceKind, settings: SourceSettings): readonly string[] {
  if (!isNamespaced(resource)) return [];
  const { namespaces } = rulesOf(settings);
  if (resource === 'listenerset' && namespaces.length > 0) return [];
  if (resource !== 'gateway') return namespaces;
  return namespaces.length > 0 && settings.gateway.namespace !== '' ? [settings.gateway.namespace] : [];
}

/**
 * By resource, the namespaces of which these sources read it under any of the settings (one for each view); `undefined` alone:
 * all of them at once.
 */
export function namespacesRead(
  kinds: readonly SourceKind[],
  views: readonly SourceSettings[],
): ReadonlyMap<ResourceKind, readonly (string | undefined)[]> {
  const read = new Map<ResourceKind, readonly (string | undefined)[]>();
  for (const settings of views) {
    for (const resource of [...resourcesOf(kinds), ...joinsOf(kinds, rulesOf(settings))]) {
      const own = namespacesOf(resource, settings);
      const all = new Set([...(read.get(resource) ?? []), ...(own.length > 0 ? own : [undefined])]);
      // Who reads all of it reads what the others name.
      read.set(resource, all.has(undefined) ? [undefined] : [...all]);
    }
  }
  return read;
}

/** A rule of a ClusterRole. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** What a role must allow for these sources: one rule an API group, in the order in which the groups come. */
export function rulesFor(kinds: readonly SourceKind[], rules: ObjectRules = NO_RULES): Rule[] {
  return rulesOver([...resourcesOf(kinds), ...joinsOf(kinds, rules)]);
}

/** Likewise for resources. */
export function rulesOver(resources: readonly ResourceKind[]): Rule[] {
  const groups = new Map<string, Set<string>>();
  for (const { group, plural } of resources.flatMap(word => [...placesOf(word)])) {
    groups.set(group, (groups.get(group) ?? new Set()).add(plural));
  }
  return [...groups].map(([group, plurals]) => ({
    apiGroups: [group],
    resources: [...plurals].sort(),
    verbs: ['get', 'list', 'watch'],
  }));
}
