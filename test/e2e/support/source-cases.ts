import { type KubernetesObject, NLB } from '../../support/objects.ts';
import { dns, flagOf, ingress, KINDS, pod, route, type Said, service, slice } from './source-objects.ts';

/** What ExternalDNS with some arguments makes of some objects. */
export interface SourceCase {
  readonly what: string;
  /** Beside those that all have; fairlead's config is what `import-args` makes of them. */
  readonly flags: readonly string[];
  readonly objects: readonly KubernetesObject[];
  /** Record sets that only one of the two makes, on purpose (docs/differences.md). */
  readonly theirs?: readonly string[];
  readonly ours?: readonly string[];
}

const set = (name: string, more: object = {}) => ({ kind: 'ListenerSet', name, ...more });

/** Each name is one object's: which of two ExternalDNS writes into an ownership record is chance. */
export const CASES: readonly SourceCase[] = [
  {
    what: 'routes of every kind, each with its protocol',
    flags: KINDS.map(flagOf),
    objects: KINDS.flatMap(kind => {
      const name = kind.toLowerCase();
      const own = kind === 'TCPRoute' || kind === 'UDPRoute' ? undefined : [`${name}.example.com`];
      return [
        route(kind, name, own, [{ name: 'every' }], { said: { hostname: `${name}-said.example.com`, ttl: '1m' } }),
        ...['http', 'https', 'tls', 'tcp', 'udp'].map(sectionName =>
          route(
            kind,
            `${name}-${sectionName}`,
            own && [`${name}-${sectionName}.example.com`],
            [{ name: 'every', sectionName }],
            {
              said: { hostname: `${name}-${sectionName}-said.example.com` },
            },
          ),
        ),
        route(kind, `${name}-kinds`, own && [`${name}-kinds.example.com`], [{ name: 'grpc' }], {
          said: { hostname: `${name}-kinds-said.example.com` },
        }),
        route(kind, `${name}-port`, own && [`${name}-port.example.com`], [{ name: 'every', port: 443 }], {
          said: { hostname: `${name}-port-said.example.com` },
        }),
      ];
    }),
  },
  {
    what: 'hostnames of routes and listeners',
    flags: [flagOf('HTTPRoute'), flagOf('TLSRoute')],
    objects: [
      route(
        'HTTPRoute',
        'h-a',
        ['a.sub.example.com', 'A.B.sub.example.com'.toLowerCase(), 'sub.example.com', 'other.example.com'],
        [{ name: 'named' }],
      ),
      route('HTTPRoute', 'h-b', ['*.example.com'], [{ name: 'named', sectionName: 'l0' }]),
      route('HTTPRoute', 'h-c', ['*.c.sub.example.com'], [{ name: 'named' }]),
      route('HTTPRoute', 'h-d', undefined, [{ name: 'named', sectionName: 'l1' }]),
      route(
        'HTTPRoute',
        'h-e',
        ['e.example.com'],
        [{ name: 'every' }, { name: 'pointed' }, { name: 'far', namespace: 'lab' }],
      ),
      route('HTTPRoute', 'h-f', ['f.example.com'], [{ name: 'every' }], { accepted: 'False' }),
      route('HTTPRoute', 'h-g', ['g.example.com'], [{ name: 'every' }], { told: [{ name: 'pointed' }] }),
      route('HTTPRoute', 'h-h', ['h.example.com'], [{ name: 'every', sectionName: 'http' }], {
        told: [{ name: 'every', sectionName: 'tcp' }],
      }),
      route('HTTPRoute', 'h-i', ['i.example.com'], [{ name: 'every', group: '', kind: 'Service' }]),
      route('HTTPRoute', 'h-j', ['j.example.com'], [{ name: 'gone' }]),
      route('HTTPRoute', 'h-k', ['k.example.com'], [{ name: 'every' }], {
        said: { hostname: 'k-said.example.com', 'gateway-hostname-source': 'annotation-only' },
      }),
      route('HTTPRoute', 'h-l', ['l.example.com'], [{ name: 'every' }], {
        said: { hostname: 'l-said.example.com', 'gateway-hostname-source': 'Defined-Hosts-Only' },
      }),
      route('HTTPRoute', 'h-m', ['m.example.com'], [{ name: 'every' }], {
        said: { hostname: 'm-said.example.com', 'gateway-hostname-source': 'what' },
      }),
      route('HTTPRoute', 'h-n', ['n.example.com'], [{ name: 'every' }], { said: { controller: 'other' } }),
      route('HTTPRoute', 'h-o', ['o.example.com'], [{ name: 'every' }], {
        said: { 'set-identifier': 'x', 'aws-weight': '7' },
      }),
      route('HTTPRoute', 'h-p', ['p.example.com'], [{ name: 'picky', namespace: 'default' }], { namespace: 'shop' }),
      route('HTTPRoute', 'h-q', ['q.example.com'], [{ name: 'picky', namespace: 'default' }], { namespace: 'lab' }),
      route('HTTPRoute', 'h-r', ['r.example.com'], [{ name: 'every', namespace: 'default' }], { namespace: 'lab' }),
      route('HTTPRoute', 'h-s', ['s.example.com'], [{ name: 'pointed', namespace: 'default' }], { namespace: 'lab' }),
      route('HTTPRoute', 'h-t', ['t.example.com'], [{ name: 'every' }], {
        said: { hostname: 't.example.com, T2.example.com' },
      }),
      route('HTTPRoute', 'h-u', ['u.example.com'], [{ name: 'named' }, { name: 'every' }]),
      route('TLSRoute', 'h-v', ['v.example.com'], [{ name: 'every' }], {
        said: { 'aws-evaluate-target-health': 'false' },
      }),
      route('HTTPRoute', 'h-w', ['x1.sub.example.com'], [{ name: 'named' }], {
        said: { 'aws-evaluate-target-health': 'false' },
      }),
    ],
  },
  {
    what: 'ListenerSets',
    flags: [flagOf('HTTPRoute'), '--gateway-listener-sets'],
    objects: [
      route('HTTPRoute', 'l-a', ['a.set.example.com'], [set('same')]),
      route('HTTPRoute', 'l-b', ['refused.example.com'], [set('same')]),
      route('HTTPRoute', 'l-c', ['c.example.com'], [set('own')]),
      route('HTTPRoute', 'l-d', ['d.example.com'], [set('guest')], { namespace: 'shop' }),
      route('HTTPRoute', 'l-e', ['e.example.com'], [set('guest', { namespace: 'shop' })]),
      route('HTTPRoute', 'l-f', ['f.example.com'], [set('stranger')], { namespace: 'lab' }),
      route('HTTPRoute', 'l-g', ['g.example.com'], [set('none')]),
      route('HTTPRoute', 'l-h', ['h.example.com'], [set('waiting')]),
      route('HTTPRoute', 'l-i', undefined, [set('same')]),
      route('HTTPRoute', 'l-j', ['j.set.example.com'], [set('same', { sectionName: 'l0' }), { name: 'every' }]),
    ],
  },
  {
    what: 'ListenerSets, which are not asked for',
    flags: [flagOf('HTTPRoute')],
    objects: [
      route('HTTPRoute', 'l-a', ['a.set.example.com'], [set('same')]),
      route('HTTPRoute', 'l-z', ['z.example.com'], [{ name: 'every' }]),
    ],
  },
  ...[
    ['--gateway-name=every'],
    ['--gateway-namespace=lab'],
    ['--gateway-label-filter=tier in (inner)'],
    ['--gateway-label-filter=tier notin (inner)', '--gateway-listener-sets'],
  ].map(flags => ({
    what: `Gateways: ${flags.join(' ')}`,
    flags: [flagOf('HTTPRoute'), ...flags],
    objects: [
      route('HTTPRoute', 'g-a', ['a.example.com'], [{ name: 'every' }, { name: 'pointed' }]),
      route('HTTPRoute', 'g-b', ['b.sub.example.com'], [{ name: 'named' }, { name: 'every' }]),
      route('HTTPRoute', 'g-c', ['c.example.com'], [{ name: 'far' }], { namespace: 'lab' }),
      route('HTTPRoute', 'g-d', ['d.example.com'], [set('own')]),
      route('HTTPRoute', 'g-e', ['e.example.com'], [set('guest')], { namespace: 'shop' }),
    ],
  })),
  ...[
    ['--label-filter=app in (shop)'],
    ['--annotation-filter=external-dns.kubernetes.io/tier notin (inner)'],
    ['--namespace=shop'],
  ].map(flags => ({
    what: `objects: ${flags.join(' ')}`,
    // Of DNSEndpoints ExternalDNS reads none as soon as one does not fit.
    ...(flags.some(flag => flag.startsWith('--annotation')) && {
      ours: ['default', 'shop'].map(name => `d-${name}-lab.example.com A 192.0.2.3 ttl=300`),
    }),
    flags: ['--source=service', '--source=ingress', '--source=crd', flagOf('HTTPRoute'), ...flags],
    objects: ['default', 'shop'].flatMap(namespace =>
      ['shop', 'lab'].flatMap((app, at) => {
        const tier = { tier: at === 0 ? 'inner' : 'outer' };
        const name = `${namespace}-${app}`;
        const more = { namespace, labels: { app }, said: tier };
        return [
          service(
            `s-${name}`,
            { type: 'LoadBalancer' },
            { ...more, said: { ...tier, hostname: `s-${name}.example.com` }, targets: ['192.0.2.1'] },
          ),
          ingress(`i-${name}`, [`i-${name}.example.com`], ['192.0.2.2'], more),
          route('HTTPRoute', `r-${name}`, [`r-${name}.example.com`], [{ name: 'every', namespace: 'default' }], more),
          dns(`d-${name}`, [{ dnsName: `d-${name}.example.com`, recordType: 'A', targets: ['192.0.2.3'] }], more),
        ];
      }),
    ),
  })),
  ...[
    [],
    ['--publish-internal-services'],
    ['--service-type-filter=ClusterIP', '--service-type-filter=ExternalName'],
    ['--publish-host-ip'],
    ['--always-publish-not-ready-addresses'],
    [
      '--managed-record-types=A',
      '--managed-record-types=AAAA',
      '--managed-record-types=CNAME',
      '--managed-record-types=SRV',
    ],
    ['--service-type-filter=NodePort'],
  ].map(flags => ({
    what: `Services of every type: ${flags.join(' ')}`,
    // ExternalDNS reads no nodes where NodePort is left out.
    ...(flags.includes('--service-type-filter=ClusterIP') && {
      theirs: ['hl-node.example.com A 203.0.113.77 ttl=300'],
      ours: [
        'first.hl-node.example.com A 198.51.100.1 ttl=300',
        'hl-node.example.com A 198.51.100.1 203.0.113.77 ttl=300',
      ],
    }),
    flags: ['--source=service', ...flags],
    objects: [
      service(
        'lb',
        { type: 'LoadBalancer', clusterIP: '10.96.1.1' },
        { said: { hostname: 'lb.example.com', 'internal-hostname': 'lb-int.example.com' }, targets: [NLB] },
      ),
      service(
        'lb2',
        { type: 'LoadBalancer', externalIPs: ['192.0.2.8'] },
        { said: { hostname: 'lb2.example.com' }, targets: [NLB] },
      ),
      service(
        'ci',
        { clusterIP: '10.96.1.2' },
        { said: { hostname: 'ci.example.com', 'internal-hostname': 'ci-int.example.com, ci-int2.example.com' } },
      ),
      service(
        'ex',
        { type: 'ExternalName', externalName: 'ext.example.org' },
        { said: { hostname: 'ex.example.com', 'internal-hostname': 'ex-int.example.com' } },
      ),
      service(
        'ex2',
        { type: 'ExternalName', externalName: 'ext.example.org', externalIPs: ['192.0.2.9'] },
        { said: { hostname: 'ex2.example.com' } },
      ),
      ...['public', 'private', undefined].map((access, at) =>
        service(
          `np${at}`,
          {
            type: 'NodePort',
            ports: [
              { name: 'a', port: 80, nodePort: 30080 + at },
              { name: 'b', port: 81, nodePort: 30090 + at, protocol: 'UDP' },
              { name: 'c', port: 82, nodePort: 30100 + at },
            ],
          },
          {
            said: { hostname: `np${at}.example.com`, ttl: '120', ...(access && { access }) },
          },
        ),
      ),
      service(
        'npl',
        { type: 'NodePort', externalTrafficPolicy: 'Local', selector: { app: 'local' } },
        { said: { hostname: 'npl.example.com' } },
      ),
      pod('local-1', { nodeName: 'n1' }, { app: 'local', ready: false }),
      pod('local-2', { nodeName: 'n2' }, { app: 'local' }),
      ...[
        ['hl', {}],
        ['hl-node', { 'endpoints-type': 'NodeExternalIP' }],
        ['hl-host', { 'endpoints-type': 'HostIP' }],
        ['hl-target', { target: '203.0.113.1' }],
      ].flatMap(([name, said], at) => [
        service(
          `${name}`,
          { clusterIP: 'None', selector: { app: 'web' } },
          { said: { hostname: `${name}.example.com`, ...(said as Said) } },
        ),
        slice(`${name}-4`, `${name}`, [
          ['web-1', `10.1.${at}.1`],
          ['web-2', `10.1.${at}.2`, false],
          ['web-3', `10.1.${at}.3`],
          ['web-gone', `10.1.${at}.4`],
        ]),
        slice(`${name}-6`, `${name}`, [['web-1', `fd00:${at + 1}::1`]]),
      ]),
      service(
        'hl-nr',
        { clusterIP: 'None', selector: { app: 'web' }, publishNotReadyAddresses: true },
        { said: { hostname: 'hl-nr.example.com' } },
      ),
      slice('hl-nr-4', 'hl-nr', [
        ['web-1', '10.2.0.1'],
        ['web-2', '10.2.0.2', false],
      ]),
      pod('web-1', { nodeName: 'n1', hostname: 'first', subdomain: 'hl' }, { hostIP: '10.0.0.1' }),
      pod('web-2', { nodeName: 'n2', hostname: 'second', subdomain: 'hl' }, { ready: false, hostIP: '10.0.0.2' }),
      pod('web-3', { nodeName: 'n2' }, { hostIP: '10.0.0.2', said: { target: '203.0.113.77' } }),
    ],
  })),
  ...[
    ['--fqdn-template={{.Name}}.t.example.com'],
    ['--fqdn-template={{.Name}}.t.example.com,{{.Name}}.{{.Namespace}}.u.example.com', '--combine-fqdn-annotation'],
    ['--fqdn-template={{.Name}}.t.example.com', '--ignore-hostname-annotation'],
    [
      '--fqdn-template={{if eq .Kind "Service"}}{{.Name}}.svc.example.com{{else}}{{index .Labels "app"}}.{{toLower .Kind}}.example.com{{end}}',
      '--target-template={{.Name}}.target.example.net',
    ],
    ['--fqdn-template={{range $k, $v := .Labels}}{{$k}}-{{trimPrefix $v "x"}}.t.example.com,{{end}}'],
  ].map(flags => ({
    what: `templates: ${flags.join(' ')}`,
    flags: ['--source=service', '--source=ingress', flagOf('HTTPRoute'), ...flags],
    objects: [
      service(
        't-a',
        { type: 'LoadBalancer' },
        { said: { hostname: 't-a-said.example.com' }, labels: { app: 'shop', tier: 'xy' }, targets: ['192.0.2.1'] },
      ),
      service('t-b', { type: 'LoadBalancer' }, { labels: { app: 'shop', tier: 'xy' }, targets: ['192.0.2.1'] }),
      service('t-c', { clusterIP: '10.96.1.9' }, { labels: { app: 'shop' } }),
      ingress('t-d', ['t-d-rule.example.com'], ['192.0.2.2'], { labels: { app: 'shop-d' } }),
      ingress('t-e', [], ['192.0.2.3'], { labels: { app: 'shop-e' } }),
      route('HTTPRoute', 't-f', ['t-f-rule.example.com'], [{ name: 'every' }], { labels: { app: 'shop-f' } }),
      route('HTTPRoute', 't-g', undefined, [{ name: 'every' }], { labels: { app: 'shop-g' } }),
    ],
  })),
  ...[
    [],
    ['--ignore-ingress-tls-spec'],
    ['--ignore-ingress-rules-spec'],
    ['--ingress-class=outer', '--ingress-class=both'],
  ].map(flags => ({
    what: `Ingresses: ${flags.join(' ')}`,
    flags: ['--source=ingress', ...flags],
    objects: [
      ingress('n-a', ['n-a.example.com'], ['192.0.2.1'], {
        tls: ['n-a-tls.example.com', '*.n-a-tls.example.com'],
        className: 'outer',
      }),
      ingress('n-b', ['n-b.example.com'], ['192.0.2.2'], {
        className: 'inner',
      }),
      ingress('n-c', ['n-c.example.com'], [NLB], {
        said: { 'kubernetes.io/ingress.class': 'both', hostname: 'n-c-said.example.com' },
      }),
      ingress('n-d', ['n-d.example.com'], ['192.0.2.4'], {
        tls: ['n-d-tls.example.com'],
        said: { hostname: 'n-d-said.example.com', 'ingress-hostname-source': 'annotation-only' },
      }),
      ingress('n-e', ['n-e.example.com'], ['192.0.2.5'], {
        tls: ['n-e-tls.example.com'],
        said: { hostname: 'n-e-said.example.com', 'ingress-hostname-source': 'defined-hosts-only' },
        className: 'both',
      }),
    ],
  })),
  ...[
    [],
    ['--default-targets=192.0.2.70', '--default-targets=2001:db8::70'],
    ['--default-targets=lb.example.net'],
    ['--exclude-record-types=MX'],
  ].map(flags => ({
    what: `DNSEndpoints: ${flags.join(' ')}`,
    flags: [
      '--source=crd',
      ...['A', 'AAAA', 'CNAME', 'TXT', 'MX', 'SRV', 'NS', 'PTR', 'NAPTR'].map(type => `--managed-record-types=${type}`),
      ...flags,
    ],
    objects: [
      dns('c-a', [
        { dnsName: 'c-a.example.com', recordType: 'A', targets: ['192.0.2.2', '192.0.2.1'], recordTTL: 60 },
        { dnsName: 'c-a.example.com', recordType: 'AAAA', targets: ['2001:db8::1'] },
        { dnsName: 'c-cname.example.com', recordType: 'CNAME', targets: ['c-a.example.com.'] },
        {
          dnsName: 'c-alias.example.com',
          recordType: 'CNAME',
          targets: ['c-a.example.com'],
          providerSpecific: [{ name: 'alias', value: 'true' }],
        },
        {
          dnsName: 'c-nlb.example.com',
          recordType: 'CNAME',
          targets: [NLB],
          providerSpecific: [{ name: 'aws/evaluate-target-health', value: 'false' }],
        },
        { dnsName: 'c-ns.example.com', recordType: 'NS', targets: ['ns1.example.net', 'ns2.example.net'] },
        {
          dnsName: 'c-naptr.example.com',
          recordType: 'NAPTR',
          targets: ['100 10 "u" "E2U+sip" "!^.*$!sip:info@example.com!" .'],
        },
        {
          dnsName: 'c-srv.example.com',
          recordType: 'SRV',
          targets: ['0 50 443 there.example.net.', '10 50 443 other.example.net.'],
        },
        { dnsName: 'c-mx.example.com', recordType: 'MX', targets: ['10 mail.example.net'] },
        { dnsName: 'c-txt.example.com', recordType: 'TXT', targets: ['"v=spf1 -all"'] },
        { dnsName: '*.c-wild.example.com', recordType: 'A', targets: ['192.0.2.5'] },
      ]),
      dns('c-e', [
        ...['A', 'AAAA'].map(type => ({
          dnsName: `c-only-${type.toLowerCase()}.example.com`,
          recordType: 'CNAME',
          targets: [NLB],
          providerSpecific: [{ name: 'alias', value: type }],
        })),
      ]),
      dns('c-b', [
        // Without targets ExternalDNS sends a record set that Route 53 refuses.
        ...(flags.some(flag => flag.includes('default'))
          ? [{ dnsName: 'c-none.example.com', recordType: 'A' }, { dnsName: 'c-typeless.example.com' }]
          : []),
        { dnsName: 'c-some.example.com', recordType: 'A', targets: ['192.0.2.6'] },
      ]),
      dns('c-d', [
        {
          dnsName: 'c-w.example.com',
          recordType: 'A',
          targets: ['192.0.2.8'],
          setIdentifier: 'one',
          providerSpecific: [{ name: 'aws/weight', value: '10' }],
        },
        {
          dnsName: 'c-w.example.com',
          recordType: 'A',
          targets: ['192.0.2.9'],
          setIdentifier: 'two',
          providerSpecific: [{ name: 'aws/weight', value: '20' }],
        },
      ]),
    ],
  })),
  ...[
    ['--target-net-filter=192.0.2.0/28'],
    ['--exclude-target-net=192.0.2.0/28'],
    ['--target-net-filter=192.0.2.0/24', '--exclude-target-net=192.0.2.16/28'],
    ['--aws-prefer-cname'],
    ['--no-aws-evaluate-target-health'],
    ['--exclude-domains=x.example.com'],
    ['--regex-domain-filter=^([a-m].*[.])?example'],
    ['--regex-domain-filter=example', '--regex-domain-exclusion=^w-'],
    ['--txt-prefix=own-%{record_type}-', '--txt-wildcard-replacement=any'],
    ['--txt-suffix=-own'],
    ['--txt-prefix=%{record_type}.'],
  ].map(flags => ({
    what: `records: ${flags.join(' ')}`,
    flags: ['--source=service', ...flags],
    objects: [
      service(
        'w-a',
        { type: 'LoadBalancer' },
        {
          said: { hostname: 'w-a.example.com,a.x.example.com,*.any.example.com' },
          targets: ['192.0.2.1', '192.0.2.17', '203.0.113.1', '2001:db8::9'],
        },
      ),
      service(
        'w-b',
        { type: 'LoadBalancer' },
        { said: { hostname: 'w-b.example.com,b.example.com', ttl: '60' }, targets: ['192.0.2.18'] },
      ),
      service(
        'w-c',
        { type: 'LoadBalancer' },
        { said: { hostname: 'w-c.example.com,c.example.com', ttl: '10m' }, targets: ['192.0.2.2'] },
      ),
      ...(flags.some(flag => flag.includes('target-net'))
        ? []
        : [
            service(
              'w-d',
              { type: 'LoadBalancer' },
              { said: { hostname: 'w-d.example.com,d.example.com' }, targets: [NLB] },
            ),
          ]),
    ],
  })),
  // What the two do differently on purpose.
  {
    what: 'a DNSEndpoint of another controller',
    flags: ['--source=crd'],
    objects: ['dns-controller', 'other'].map(controller =>
      dns(`x-${controller}`, [{ dnsName: `x-${controller}.example.com`, recordType: 'A', targets: ['192.0.2.1'] }], {
        said: { controller },
      }),
    ),
    theirs: ['x-other.example.com A 192.0.2.1 ttl=300'],
  },
  {
    what: 'a floor under the TTLs',
    theirs: ['x-0.example.com A 192.0.2.1 ttl=60'],
    ours: ['x-0.example.com A 192.0.2.1 ttl=120'],
    flags: ['--source=service', '--min-ttl=120s'],
    objects: ['60', undefined].map((ttl, at) =>
      service(
        `x-${at}`,
        { type: 'LoadBalancer' },
        {
          said: { hostname: `x-${at}.example.com`, ...(ttl && { ttl }) },
          targets: ['192.0.2.1'],
        },
      ),
    ),
  },

  {
    what: 'odd Services',
    flags: ['--source=service'],
    objects: [
      service(
        'o-a',
        { clusterIP: 'None', selector: { app: 'web' } },
        { said: { 'internal-hostname': 'o-a.example.com' } },
      ),
      slice('o-a-4', 'o-a', [['web-1', '10.3.0.1']]),
      service('o-b', { clusterIP: 'None' }, { said: { hostname: 'o-b.example.com' } }),
      slice('o-b-4', 'o-b', [['web-1', '10.3.0.2']]),
      service('o-c', { clusterIP: 'None', selector: { app: 'other' } }, { said: { hostname: 'o-c.example.com' } }),
      slice('o-c-4', 'o-c', [['web-1', '10.3.0.3']]),
      pod('web-1', { nodeName: 'n1' }),
      service(
        'o-d',
        { type: 'NodePort' },
        { said: { 'internal-hostname': 'o-d.example.com', hostname: 'o-d2.example.com' } },
      ),
      service(
        'o-e',
        { type: 'NodePort', externalTrafficPolicy: 'Local', selector: { app: 'slow' } },
        { said: { hostname: 'o-e.example.com' } },
      ),
      pod('slow-1', { nodeName: 'n1' }, { app: 'slow', ready: false }),
      pod('slow-2', { nodeName: 'n3' }, { app: 'slow', ready: false }),
      pod('slow-3', { nodeName: 'n2' }, { app: 'slow', phase: 'Pending' }),
      service(
        'o-f',
        { type: 'ExternalName', externalName: 'n1-0123456789abcdef.elb.us-east-1.amazonaws.com' },
        { said: { hostname: 'o-f.example.com' } },
      ),
      service(
        'o-g',
        { type: 'ExternalName', externalName: 'ext.example.org.' },
        { said: { hostname: 'o-g.example.com' } },
      ),
      service('o-h', { clusterIP: '10.96.1.77' }, { said: { hostname: 'o-h.example.com', target: '192.0.2.90' } }),
      service(
        'o-i',
        { type: 'LoadBalancer' },
        { said: { hostname: 'o-i.example.com', target: 'lb.example.net,192.0.2.91' }, targets: [NLB] },
      ),
      service(
        'o-j',
        { type: 'LoadBalancer' },
        { said: { hostname: ' O-J.example.com. ,o-j2.example.com.' }, targets: ['192.0.2.1'] },
      ),
      service('o-k', { type: 'LoadBalancer' }, { said: { hostname: '_o-k.example.com' }, targets: ['192.0.2.1'] }),
      service('o-l', { type: 'LoadBalancer' }, { said: { hostname: '' }, targets: ['192.0.2.1'] }),
    ],
  },
  {
    what: 'odd Ingresses',
    flags: ['--source=ingress'],
    objects: [
      ingress('p-a', [], ['192.0.2.1'], { tls: ['p-a.example.com'] }),
      ingress('p-b', ['', 'p-b.example.com'], ['192.0.2.1'], { tls: ['p-b.example.com'] }),
      ingress('p-c', ['p-c.example.com'], ['192.0.2.1'], {
        said: { target: '192.0.2.7', 'ingress-hostname-source': 'Annotation-Only', hostname: 'p-c2.example.com' },
      }),
      ingress('p-d', ['*.p-d.example.com'], [NLB], {
        said: { 'ingress-hostname-source': 'odd', hostname: 'p-d2.example.com' },
      }),
      ingress('p-e', ['p-e.example.com'], ['lb.example.net'], { said: { ttl: '1h' } }),
    ],
  },
  ...[['A'], ['AAAA'], ['CNAME'], ['A', 'AAAA']].map(types => ({
    what: `managed types: ${types}`,
    flags: ['--source=service', ...types.map(type => `--managed-record-types=${type}`)],
    objects: [
      service('m-a', { type: 'LoadBalancer' }, { said: { hostname: 'm-a.example.com' }, targets: [NLB] }),
      service('m-b', { type: 'LoadBalancer' }, { said: { hostname: 'm-b.example.com' }, targets: ['lb.example.net'] }),
      service(
        'm-c',
        { type: 'LoadBalancer' },
        { said: { hostname: 'm-c.example.com' }, targets: ['192.0.2.1', '2001:db8::1'] },
      ),
    ],
  })),
  ...[
    ['--exclude-record-types=AAAA'],
    ['--annotation-prefix=my.org/'],
    ['--ignore-hostname-annotation', '--fqdn-template={{.Name}}.q.example.com'],
    ['--service-type-filter=LoadBalancer'],
    ['--namespace=shop'],
  ].map(flags => ({
    what: `all kinds: ${flags.join(' ')}`,
    flags: ['--source=service', '--source=ingress', '--source=crd', ...KINDS.map(flagOf), ...flags],
    objects: [
      service(
        'q-a',
        { type: 'LoadBalancer' },
        {
          said: {
            hostname: 'q-a.example.com',
            'my.org/hostname': 'q-a-my.example.com',
            'internal-hostname': 'q-a-int.example.com',
          },
          targets: [NLB],
        },
      ),
      service(
        'q-b',
        { type: 'NodePort' },
        { said: { hostname: 'q-b.example.com', 'my.org/hostname': 'q-b-my.example.com' } },
      ),
      service(
        'q-c',
        { type: 'NodePort' },
        { said: { hostname: 'q-c.example.com', 'my.org/hostname': 'q-c-my.example.com' }, namespace: 'shop' },
      ),
      ingress('q-d', ['q-d.example.com'], ['192.0.2.1', '2001:db8::1'], {
        said: { hostname: 'q-d2.example.com', 'my.org/ttl': '77' },
      }),
      dns('q-e', [
        { dnsName: 'q-e.example.com', recordType: 'AAAA', targets: ['2001:db8::1'] },
        { dnsName: 'q-e.example.com', recordType: 'A', targets: ['192.0.2.1'] },
      ]),
      route('TCPRoute', 'q-f', undefined, [{ name: 'every', sectionName: 'tcp' }], {
        said: { hostname: 'q-f.example.com' },
      }),
      route('HTTPRoute', 'q-g', ['q-g.example.com'], [{ name: 'every' }], { said: { hostname: 'q-g2.example.com' } }),
      route('GRPCRoute', 'q-h', undefined, [{ name: 'named' }], { said: { hostname: 'q-h.sub.example.com' } }),
      route('UDPRoute', 'q-i', undefined, [{ name: 'every', namespace: 'default', sectionName: 'udp' }], {
        said: { hostname: 'q-i.example.com', 'my.org/hostname': 'q-i-my.example.com' },
      }),
    ],
  })),
  ...[
    ['lab', 'lab'],
    ['lab', 'shop'],
  ].map(teams => ({
    what: `an annotation filter over DNSEndpoints: ${teams}`,
    ...(teams.includes('shop') && { ours: ['r-0.example.com A 192.0.2.1 ttl=300'] }),
    flags: ['--source=crd', '--annotation-filter=x.y/team=lab'],
    objects: teams.map((team, at) =>
      dns(`r-${at}`, [{ dnsName: `r-${at}.example.com`, recordType: 'A', targets: ['192.0.2.1'] }], {
        said: { 'x.y/team': team },
      }),
    ),
  })),
  {
    what: 'a load balancer with an address and a name',
    flags: ['--source=service'],
    objects: [
      service('y-a', { type: 'LoadBalancer' }, { said: { hostname: 'y-a.example.com' }, targets: ['192.0.2.2', NLB] }),
    ],
    theirs: [`y-a.example.com AAAA → ${NLB} health=true`],
  },
];
