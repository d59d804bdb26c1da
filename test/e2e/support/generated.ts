import fc from 'fast-check';
import { node, pod, slice } from '../../sources/joined-objects.ts';
import { ALB, ingress, type KubernetesObject, NLB, PREFIX, service } from '../../support/objects.ts';

/**
 * Objects of all kinds as people write them, each with names of its own (`o7-0.example.com`, …), so that any difference is
 * one object's. Left out is what the two tools take differently on purpose (docs/differences.md), and what Route 53 refuses.
 */
export function generated(count: number, seed: number): KubernetesObject[] {
  return fc.sample(drawn, { numRuns: count, seed }).flatMap((one, at) => MAKE[one.kind]({ ...one, at }));
}

const prefixed = (said: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(said).map(([key, value]) => [PREFIX + key, value]));

/** What the objects refer to: nodes of two sorts, and Gateways with listeners of their own. */
export const SURROUNDINGS: readonly KubernetesObject[] = [
  ...[node('n1', ['198.51.100.1'], ['10.0.0.1']), node('n2', ['198.51.100.2', '2001:db8:1::2'], ['10.0.0.2'])].map(
    one => real('v1', 'Node', { ...one, metadata: { ...one.metadata, namespace: '' } }),
  ),
  gateway('open', [{ name: 'http' }], ['192.0.2.50', '2001:db8::50']),
  gateway('aws', [{ name: 'http' }, { name: 'https', protocol: 'HTTPS', port: 443 }], [NLB]),
  gateway('narrow', [{ name: 'http', hostname: '*.sub.example.com' }], ['192.0.2.51']),
  gateway('pointed', [{ name: 'http' }], ['192.0.2.52'], { target: 'lb.example.net' }),
];

type Values = Readonly<Record<string, string>>;

const v4 = fc.constantFrom('192.0.2.1', '192.0.2.2', '198.51.100.3', '203.0.113.4');
const v6 = fc.constantFrom('2001:db8::1', '2001:db8::2');
const targets: fc.Arbitrary<readonly string[]> = fc.oneof(
  fc.uniqueArray(fc.oneof(v4, v6), { minLength: 1, maxLength: 3 }),
  fc.constantFrom(NLB, ALB, 'lb.example.net', 'other.example.org').map(one => [one]),
);

const rarely = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ arbitrary, weight: 1 }, { arbitrary: fc.constant(undefined), weight: 7 });

const routing: fc.Arbitrary<Values> = fc.constantFrom<Values[]>(
  { 'aws-weight': '0' },
  { 'aws-weight': '255' },
  { 'aws-region': 'eu-west-1' },
  { 'aws-failover': 'PRIMARY' },
  { 'aws-geolocation-country-code': '*' },
  { 'aws-geolocation-continent-code': 'EU' },
  { 'aws-geolocation-country-code': 'US', 'aws-geolocation-subdivision-code': 'CA' },
  { 'aws-geoproximity-region': 'us-east-1', 'aws-geoproximity-bias': '10' },
  { 'aws-geoproximity-coordinates': '52.5,13.4' },
);

const drawn = fc.record({
  kind: fc.constantFrom(
    'lb',
    'lb',
    'ingress',
    'ingress',
    'cluster',
    'named',
    'external',
    'nodes',
    'headless',
    'route',
    'dns',
  ),
  targets,
  hosts: fc.integer({ min: 1, max: 3 }),
  ttl: rarely(fc.constantFrom('60', '1m', '3600', '1h30m')),
  target: rarely(targets),
  health: rarely(fc.constantFrom('true', 'false')),
  internal: rarely(fc.constant(true)),
  controller: rarely(fc.constantFrom('dns-controller', 'other')),
  source: rarely(fc.constantFrom('defined-hosts-only', 'annotation-only')),
  access: rarely(fc.constantFrom('public', 'private')),
  routing: rarely(routing),
  wildcard: rarely(fc.constant(true)),
  dot: rarely(fc.constant(true)),
  alias: rarely(fc.constant(true)),
  spaced: fc.boolean(),
  tls: fc.boolean(),
  annotated: fc.boolean(),
  accepted: fc.constantFrom('True', 'True', 'True', 'False'),
  parent: fc.constantFrom('open', 'aws', 'narrow', 'pointed'),
  section: rarely(fc.constant('http')),
  type: fc.constantFrom('A', 'AAAA', 'CNAME', 'TXT', 'MX', 'SRV'),
});

type Drawn = (typeof drawn extends fc.Arbitrary<infer T> ? T : never) & { readonly at: number };

const name = ({ at }: Drawn) => `o${at}`;
const host = ({ at, wildcard, kind }: Drawn, n: number | string) =>
  `${n === 1 && wildcard && kind !== 'headless' && kind !== 'nodes' ? '*.' : ''}o${at}-${n}.example.com`;
const hostsOf = (one: Drawn) => Array.from({ length: one.hosts }, (_, n) => host(one, n));

/** The annotations that any kind takes. */
function annotations(one: Drawn): Values {
  const { ttl, target, health, controller, routing: policy } = one;
  return {
    ...(ttl !== undefined && { ttl }),
    ...(target && { target: target.join(',') }),
    ...(health !== undefined && { 'aws-evaluate-target-health': health }),
    ...(controller !== undefined && { controller }),
    ...(policy && { 'set-identifier': 'one', ...policy }),
    // Of addresses, and of names that are not AWS's, Route 53 has no alias; ExternalDNS sends one all the same.
    ...(one.alias && (target ?? one.targets).every(each => each.endsWith('amazonaws.com')) && { alias: 'true' }),
  };
}

function serviceOf(one: Drawn, spec: object, more: Values = {}): KubernetesObject {
  const hostname = hostsOf(one)
    .map(each => (one.dot ? `${each}.` : each))
    .join(one.spaced ? ', ' : ',');
  const internal = one.internal && !('alias' in more) ? { 'internal-hostname': host(one, 'int') } : {};
  const made = service(name(one), { hostname, ...more, ...(internal as Values) }, []);
  return { ...made, spec: { ports: [{ port: 80 }], ...spec }, status: undefined };
}

const MAKE: Readonly<Record<Drawn['kind'], (one: Drawn) => KubernetesObject[]>> = {
  lb: one => [
    {
      ...serviceOf(one, { type: 'LoadBalancer' }, annotations(one)),
      status: service('', {}, one.targets).status,
    },
  ],
  external: one => [
    serviceOf(one, { type: 'LoadBalancer', externalIPs: ['192.0.2.77'] }, annotations({ ...one, alias: undefined })),
  ],
  cluster: one => [serviceOf(one, { type: 'ClusterIP' }, annotations({ ...one, alias: undefined }))],
  named: one => [
    serviceOf(
      { ...one, internal: undefined },
      { type: 'ExternalName', externalName: 'ext.example.org' },
      annotations({ ...one, alias: undefined }),
    ),
  ],
  nodes: one => [
    serviceOf(
      { ...one, internal: undefined },
      { type: 'NodePort' },
      {
        ...annotations({ ...one, alias: undefined, routing: undefined }),
        ...(one.access && { access: one.access }),
      },
    ),
  ],
  headless(one) {
    const labels = { app: name(one) };
    const port = { name: 'http', port: 80, protocol: 'TCP' };
    const pods = Array.from({ length: 1 + (one.at % 3) }, (_, n) => `${name(one)}-p${n}`);
    const endpoints = pods.map((each, n) => [each, `10.${one.at % 200}.0.${n + 1}`, n < 2] as const);
    const made = slice(`${name(one)}-a`, endpoints);
    return [
      serviceOf(
        { ...one, internal: undefined },
        { clusterIP: 'None', selector: labels },
        annotations({ ...one, alias: undefined, routing: undefined }),
      ),
      ...pods.map((each, n) =>
        real(
          'v1',
          'Pod',
          pod(
            each,
            {
              containers: [{ name: 'main', image: 'x' }],
              ...(n === 0 && one.tls && { hostname: 'first', subdomain: name(one) }),
            },
            { metadata: { labels } },
          ),
        ),
      ),
      real('discovery.k8s.io/v1', 'EndpointSlice', {
        ...made,
        metadata: { ...made.metadata, labels: { 'kubernetes.io/service-name': name(one) } },
        ports: [port],
      }),
    ];
  },
  ingress(one) {
    const hosts = hostsOf(one);
    const made = ingress(name(one), hosts, one.targets, {
      ...annotations(one),
      ...(one.annotated && { hostname: host(one, 'x') }),
      ...(one.source && { 'ingress-hostname-source': one.source }),
    });
    const backend = { service: { name: 'x', port: { number: 80 } } };
    const rules = hosts.map(each => ({ host: each, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }));
    return [{ ...made, spec: { rules, ...(one.tls && { tls: [{ hosts: [host(one, 'tls'), hosts[0]] }] }) } }];
  },
  route(one) {
    const parentRef = {
      group: 'gateway.networking.k8s.io',
      kind: 'Gateway',
      name: one.parent,
      ...(one.section && { sectionName: one.section }),
    };
    const condition = { type: 'Accepted', status: one.accepted, reason: 'Accepted', message: '', lastTransitionTime };
    const hostnames = one.tls ? hostsOf(one) : [`o${one.at}-0.sub.example.com`];
    const { target: _, ...said } = annotations({ ...one, alias: undefined });
    const more = {
      ...said,
      ...(one.annotated && { hostname: host(one, 'x') }),
      ...(one.source && { 'gateway-hostname-source': one.source }),
    };
    return [
      real('gateway.networking.k8s.io/v1', 'HTTPRoute', {
        metadata: { name: name(one), namespace: 'default', annotations: prefixed(more) },
        spec: { hostnames, parentRefs: [parentRef] },
        status: { parents: [{ controllerName: 'example.com/gateway', parentRef, conditions: [condition] }] },
      }),
    ];
  },
  dns(all) {
    // Of these types ExternalDNS writes no bias where none is given, and takes one of 0 for a difference, once.
    const isNear = all.routing !== undefined && Object.keys(all.routing).some(key => key.includes('proximity'));
    const one = isNear && !['A', 'AAAA', 'CNAME'].includes(all.type) ? { ...all, routing: undefined } : all;
    const policy = Object.entries(one.routing ?? {}).map(([key, value]) => ({
      name: key.replace('aws-', 'aws/'),
      value,
    }));
    const endpoints = hostsOf(one).map(dnsName => ({
      dnsName,
      recordType: one.type,
      targets: DNS_TARGETS[one.type],
      ...(one.ttl && { recordTTL: 60 }),
      ...(one.routing && { setIdentifier: 'one', providerSpecific: policy }),
    }));
    return [
      real('externaldns.k8s.io/v1alpha1', 'DNSEndpoint', {
        metadata: { name: name(one), namespace: 'default' },
        spec: { endpoints },
      }),
    ];
  },
};

const lastTransitionTime = '2026-01-01T00:00:00Z';

const DNS_TARGETS: Readonly<Record<Drawn['type'], readonly string[]>> = {
  A: ['192.0.2.5', '192.0.2.6'],
  AAAA: ['2001:db8::5'],
  CNAME: ['there.example.net'],
  TXT: ['"hello world"', '"v=spf1 -all"'],
  MX: ['10 mail.example.net', '20 mail2.example.net'],
  SRV: ['0 50 443 there.example.net.'],
};

/** As the API server takes it: without fields that are undefined. */
function real(apiVersion: string, kind: string, object: object): KubernetesObject {
  return JSON.parse(JSON.stringify({ apiVersion, kind, ...object }));
}

function gateway(named: string, listeners: readonly object[], addresses: readonly string[], said: Values = {}) {
  return real('gateway.networking.k8s.io/v1', 'Gateway', {
    metadata: { name: named, namespace: 'default', annotations: prefixed(said) },
    spec: { gatewayClassName: 'x', listeners: listeners.map(one => ({ protocol: 'HTTP', port: 80, ...one })) },
    status: {
      addresses: addresses.map(value => ({ type: /^[\d.]+$|:/.test(value) ? 'IPAddress' : 'Hostname', value })),
    },
  });
}
