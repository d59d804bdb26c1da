import { node, pod as podOf, slice as sliceOf } from '../../sources/joined-objects.ts';
import { type KubernetesObject, lb, NLB, PREFIX } from '../../support/objects.ts';

// Objects of every kind that a source reads, as a real API server takes them.

export type Said = Readonly<Record<string, string>>;
interface More {
  readonly said?: Said;
  readonly namespace?: string;
  readonly labels?: Said;
}

/** As the API server takes it: without fields that are undefined. */
function real(
  apiVersion: string,
  kind: string,
  name: string,
  rest: object,
  { said = {}, namespace = 'default', labels }: More = {},
): KubernetesObject {
  const annotations = Object.fromEntries(
    Object.entries(said).map(([key, value]) => [key.includes('/') ? key : PREFIX + key, value]),
  );
  return JSON.parse(JSON.stringify({ apiVersion, kind, metadata: { name, namespace, annotations, labels }, ...rest }));
}

const GATEWAY_API = 'gateway.networking.k8s.io';
const lastTransitionTime = '2026-01-01T00:00:00Z';
const condition = (status = 'True', type = 'Accepted') => ({
  ...{ type, status, reason: type, message: '', lastTransitionTime },
});

const namespace = (name: string, labels: Said) => real('v1', 'Namespace', name, {}, { labels });
const nodeObject = (name: string, external: string[], internal: string[], spec = {}) => {
  const { metadata: _, ...rest } = node(name, external, internal, spec);
  return real('v1', 'Node', name, rest);
};

const gateway = (
  name: string,
  listeners: readonly object[],
  addresses: readonly string[],
  more: More & { allowed?: object } = {},
) =>
  real(
    `${GATEWAY_API}/v1`,
    'Gateway',
    name,
    {
      spec: {
        gatewayClassName: 'x',
        listeners: listeners.map((one, at) => ({ name: `l${at}`, protocol: 'HTTP', port: 80 + at, ...one })),
        ...(more.allowed && { allowedListeners: { namespaces: more.allowed } }),
      },
      status: {
        addresses: addresses.map(value => ({ type: /^[\d.]+$|:/.test(value) ? 'IPAddress' : 'Hostname', value })),
      },
    },
    more,
  );

const listenerSet = (
  name: string,
  parent: object,
  listeners: readonly object[],
  more: More & { accepted?: readonly string[]; whole?: string } = {},
) => {
  const all = listeners.map((one, at) => ({ name: `l${at}`, protocol: 'HTTP', port: 80 + at, ...one }));
  const accepted = more.accepted ?? all.map(one => one.name);
  return real(
    `${GATEWAY_API}/v1`,
    'ListenerSet',
    name,
    {
      spec: { parentRef: parent, listeners: all },
      status: {
        conditions: [condition(more.whole)],
        listeners: all.map(one => ({
          name: one.name,
          attachedRoutes: 0,
          supportedKinds: [],
          conditions: [condition(accepted.includes(one.name) ? 'True' : 'False')],
        })),
      },
    },
    more,
  );
};

type Kind = 'HTTPRoute' | 'GRPCRoute' | 'TLSRoute' | 'TCPRoute' | 'UDPRoute';
export const flagOf = (kind: Kind) => `--source=gateway-${kind.toLowerCase()}`;
export const KINDS: readonly Kind[] = ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'];

interface RouteMore extends More {
  readonly accepted?: string;
  /** What the status tells of; absent: the same as the spec. */
  readonly told?: readonly object[];
}

export const route = (
  kind: Kind,
  name: string,
  hostnames: readonly string[] | undefined,
  parents: readonly object[],
  more: RouteMore = {},
) => {
  const version = kind === 'TCPRoute' || kind === 'UDPRoute' ? 'v1alpha2' : 'v1';
  const backendRefs = [{ name: 'x', port: 80 }];
  const refs = parents.map(one => ({ group: GATEWAY_API, kind: 'Gateway', ...one }));
  const told = more.told ?? refs;
  return real(
    `${GATEWAY_API}/${version}`,
    kind,
    name,
    {
      spec: {
        hostnames,
        parentRefs: refs,
        rules: kind.startsWith('T') || kind.startsWith('U') ? [{ backendRefs }] : undefined,
      },
      status: {
        parents: told.map(parentRef => ({
          controllerName: 'example.com/x',
          parentRef,
          conditions: [condition(more.accepted)],
        })),
      },
    },
    more,
  );
};

export const service = (name: string, spec: object, more: More & { targets?: readonly string[] } = {}) =>
  real(
    'v1',
    'Service',
    name,
    {
      spec: { ports: [{ port: 80 }], ...spec },
      ...(more.targets && { status: { loadBalancer: { ingress: more.targets.map(lb) } } }),
    },
    more,
  );

export const ingress = (
  name: string,
  hosts: readonly string[],
  targets: readonly string[],
  more: More & { tls?: readonly string[]; className?: string } = {},
) =>
  real(
    'networking.k8s.io/v1',
    'Ingress',
    name,
    {
      spec: {
        ...(more.className && { ingressClassName: more.className }),
        ...(hosts.length === 0 && { defaultBackend: { service: { name: 'x', port: { number: 80 } } } }),
        rules: hosts.map(host => ({ host })),
        ...(more.tls && { tls: [{ hosts: more.tls }] }),
      },
      status: { loadBalancer: { ingress: targets.map(lb) } },
    },
    more,
  );

export const pod = (
  name: string,
  spec: object,
  more: Parameters<typeof podOf>[2] & { said?: Said; app?: string } = {},
) => {
  const { metadata: _, ...rest } = podOf(name, { containers: [{ name: 'main', image: 'x' }], ...spec }, more);
  return real('v1', 'Pod', name, rest, { said: more.said ?? {}, labels: { app: more.app ?? 'web' } });
};
export const slice = (name: string, of: string, endpoints: Parameters<typeof sliceOf>[1]) => {
  const { metadata: _, ...made } = sliceOf(name, endpoints);
  // One address each: a slice has one family.
  const rest = { ...made, endpoints: made.endpoints.map(one => ({ ...one, addresses: one.addresses.slice(0, 1) })) };
  return real(
    'discovery.k8s.io/v1',
    'EndpointSlice',
    name,
    { ...rest, ports: [{ name: 'http', port: 80, protocol: 'TCP' }] },
    {
      labels: { 'kubernetes.io/service-name': of },
    },
  );
};

export const dns = (name: string, endpoints: readonly object[], more: More = {}) =>
  real('externaldns.k8s.io/v1alpha1', 'DNSEndpoint', name, { spec: { endpoints } }, more);

/** What the objects refer to. */
export const SURROUNDINGS: readonly KubernetesObject[] = [
  namespace('shop', { team: 'shop' }),
  namespace('lab', { team: 'lab' }),
  nodeObject('n1', ['198.51.100.1'], ['10.0.0.1', 'fd00::1']),
  nodeObject('n2', ['198.51.100.2', '2001:db8:1::2'], ['10.0.0.2']),
  nodeObject('n3', ['198.51.100.3'], ['10.0.0.3'], { unschedulable: true }),
  gateway(
    'every',
    [
      { name: 'http', allowedRoutes: { namespaces: { from: 'All' } } },
      { name: 'https', protocol: 'HTTPS', port: 443, allowedRoutes: { namespaces: { from: 'All' } } },
      { name: 'tls', protocol: 'TLS', port: 8443, tls: { mode: 'Passthrough' } },
      { name: 'tcp', protocol: 'TCP', port: 5432 },
      { name: 'udp', protocol: 'UDP', port: 53 },
    ],
    ['192.0.2.50', '2001:db8::50'],
    { allowed: { from: 'Selector', selector: { matchLabels: { team: 'shop' } } }, labels: { tier: 'outer' } },
  ),
  gateway('named', [{ hostname: '*.sub.example.com' }, { hostname: 'one.example.com', port: 8080 }], [NLB], {
    labels: { tier: 'inner' },
  }),
  gateway(
    'picky',
    [
      {
        allowedRoutes: {
          namespaces: {
            from: 'Selector',
            selector: { matchExpressions: [{ key: 'team', operator: 'In', values: ['shop'] }] },
          },
        },
      },
    ],
    ['192.0.2.51'],
  ),
  gateway('grpc', [{ allowedRoutes: { kinds: [{ kind: 'GRPCRoute' }] } }], ['192.0.2.52']),
  gateway('pointed', [{}], ['192.0.2.53'], { said: { target: 'lb.example.net' }, allowed: { from: 'Same' } }),
  gateway('closed', [{}], ['192.0.2.54']),
  gateway('far', [{}], ['192.0.2.55'], { namespace: 'lab' }),
  listenerSet(
    'same',
    { name: 'pointed' },
    [{ hostname: '*.set.example.com' }, { hostname: 'refused.example.com', port: 8080 }],
    { accepted: ['l0'] },
  ),
  listenerSet('own', { name: 'pointed' }, [{}], { said: { target: '203.0.113.9' } }),
  listenerSet('guest', { name: 'every', namespace: 'default' }, [{ allowedRoutes: { namespaces: { from: 'Same' } } }], {
    namespace: 'shop',
  }),
  listenerSet('stranger', { name: 'every', namespace: 'default' }, [{}], { namespace: 'lab' }),
  listenerSet('none', { name: 'closed' }, [{}]),
  listenerSet('waiting', { name: 'pointed' }, [{}], { whole: 'False' }),
];
