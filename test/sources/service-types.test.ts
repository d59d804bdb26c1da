import { describe, expect, it } from 'vitest';
import { dnsFingerprint, NeededStore } from '../../lib/sources/index.ts';
import { NO_RULES } from '../../lib/sources/rules.ts';
import { type Joined, node, pod, readJoined, ruled, slice } from './joined-objects.ts';
import { held, onlyFinding, reasons, records, service } from './objects.ts';

const asks = { hostname: 'a.example.com' };
const internal = { 'internal-hostname': 'i.example.com' };
const { service: plain } = NO_RULES;

describe('a Service publishes by its type', () => {
  it.each([
    [
      'LoadBalancer, its cluster address inside',
      { ...asks, ...internal },
      { type: 'LoadBalancer', clusterIP: '10.0.0.9' },
      {},
      ['a.example.com A 192.0.2.1', 'i.example.com A 10.0.0.9'],
    ],
    ['ClusterIP inside', internal, { type: 'ClusterIP', clusterIP: '10.0.0.9' }, {}, ['i.example.com A 10.0.0.9']],
    [
      'ClusterIP, where the config publishes it',
      asks,
      { clusterIP: '10.0.0.9', clusterIPs: ['10.0.0.9', 'fd00::9'] },
      {
        publishInternal: true,
      },
      ['a.example.com A 10.0.0.9'],
    ],
    [
      'ExternalName',
      asks,
      { type: 'ExternalName', externalName: 'x.example.net.' },
      {},
      ['a.example.com CNAME x.example.net'],
    ],
    [
      'ExternalName, its external addresses first',
      asks,
      { type: 'ExternalName', externalName: 'x.net', externalIPs: ['192.0.2.7'] },
      {},
      ['a.example.com A 192.0.2.7'],
    ],
    [
      'ExternalName that is an address',
      asks,
      { type: 'ExternalName', externalName: '192.0.2.8' },
      {},
      ['a.example.com A 192.0.2.8'],
    ],
    [
      'any, under its target annotation',
      { ...asks, ...internal, target: '192.0.2.5' },
      { type: 'NodePort' },
      {},
      ['a.example.com A 192.0.2.5', 'i.example.com A 192.0.2.5'],
    ],
    [
      'none that the config leaves out',
      { ...asks, target: '192.0.2.5' },
      { type: 'ClusterIP' },
      { types: ['LoadBalancer'] },
      [],
    ],
  ] as const)('%s', (_rule, annotations, spec, rules, expected) => {
    const where = ruled({ service: { ...plain, ...(rules as object) } });
    const wanted = readJoined('service', [service({ annotations, spec })], {}, where);
    expect(records(wanted)).toEqual(expected);
    expect(wanted).toMatchObject({ holds: [], findings: [], asked: [] });
  });

  it('without a cluster address yet it waits', () => {
    const wanted = readJoined('service', [service({ annotations: internal, spec: { type: 'ClusterIP' } })], {});
    expect(reasons(wanted)).toEqual(['no-target']);
    expect(held(wanted)).toEqual(['i.example.com']);
  });

  it('an external name that is missing waits', () => {
    const wanted = readJoined('service', [service({ annotations: asks, spec: { type: 'ExternalName' } })], {});
    expect(onlyFinding(wanted)).toMatchObject({ reason: 'no-target', field: 'spec.externalName' });
    expect(held(wanted)).toEqual(['a.example.com']);
  });
});

describe('a NodePort Service publishes nodes', () => {
  const nodes = [
    node('n1', ['198.51.100.1'], ['10.0.0.1']),
    node('n2', ['198.51.100.2'], ['10.0.0.2', '2001:db8::2']),
    node('n3', [], ['10.0.0.3']),
    node('cordoned', ['198.51.100.9'], ['10.0.0.9'], { unschedulable: true }),
  ];
  const port = { type: 'NodePort', selector: { app: 'web' }, ports: [{ port: 80, nodePort: 30080, protocol: 'TCP' }] };
  const run = (annotations: object, spec: object, joined: Joined, types = NO_RULES.types) =>
    readJoined('service', [service({ annotations: { ...asks, ...annotations }, spec })], joined, ruled({ types }));

  it.each([
    ['the external addresses of those that have any', {}, ['a.example.com A 198.51.100.1 198.51.100.2']],
    ['the external ones where it is public', { access: 'public' }, ['a.example.com A 198.51.100.1 198.51.100.2']],
    [
      'the internal ones where it is private',
      { access: 'private' },
      ['a.example.com A 10.0.0.1 10.0.0.2 10.0.0.3', 'a.example.com AAAA 2001:db8::2'],
    ],
  ])('%s', (_rule, annotations, expected) => {
    const wanted = run(annotations, port, { node: nodes });
    expect(records(wanted)).toEqual(expected);
    expect(wanted.asked).toEqual(['node']);
    expect(wanted.findings).toEqual([]);
  });

  it('the internal addresses where no node has another', () => {
    expect(records(run({}, port, { node: [nodes[2] as object] as never }))).toEqual(['a.example.com A 10.0.0.3']);
  });

  it('an access that is none is told', () => {
    const wanted = run({ access: 'open' }, port, { node: nodes });
    expect(onlyFinding(wanted)).toMatchObject({
      reason: 'warning',
      message: expect.stringContaining('"open" is ignored'),
    });
  });

  it('none there is: what is published stays', () => {
    const wanted = run({}, port, {});
    expect(reasons(wanted)).toEqual(['no-target']);
    expect(held(wanted)).toEqual(['a.example.com']);
  });

  it.each([
    [
      'where ready pods are',
      [pod('p1', { nodeName: 'n1' }), pod('p2', { nodeName: 'n2' }, { ready: false })],
      '198.51.100.1',
    ],
    [
      'else where pods end that are ready',
      [
        pod('p1', { nodeName: 'n1' }, { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }),
        pod('p2', { nodeName: 'n2' }, { ready: false }),
      ],
      '198.51.100.1',
    ],
    [
      'else where pods run',
      [pod('p2', { nodeName: 'n2' }, { ready: false }), pod('p1', { nodeName: 'n1' }, { phase: 'Pending' })],
      '198.51.100.2',
    ],
    [
      'of the pods that it selects',
      [pod('p1', { nodeName: 'n1' }, { metadata: { labels: { app: 'db' } } }), pod('p2', { nodeName: 'n2' })],
      '198.51.100.2',
    ],
  ])('with the traffic policy Local %s', (_rule, pods, address) => {
    const wanted = run({}, { ...port, externalTrafficPolicy: 'Local' }, { node: nodes, pod: pods });
    expect(wanted.asked).toEqual(['node', 'pod']);
    expect(records(wanted)).toEqual([`a.example.com A ${address}`]);
  });

  it('no SRV record of a wildcard, in whose name the * would be none: that is told, and the address is published', () => {
    const ports = [{ port: 443, nodePort: 30443, protocol: 'TCP' }];
    const wanted = run({ hostname: '*.example.com' }, { ...port, ports }, { node: nodes.slice(0, 1) }, ['A', 'SRV']);
    expect(wanted.endpoints.map(({ name, type }) => `${name} ${type}`)).toEqual(['*.example.com A']);
    expect(wanted.findings).toEqual([
      expect.objectContaining({
        reason: 'warning',
        field: 'spec.ports',
        message: expect.stringContaining(
          '*.example.com has no SRV record: in _web._tcp.*.example.com the * would be no',
        ),
      }),
    ]);
  });

  it('an SRV record a protocol, where SRV is managed', () => {
    const ports = [
      ...port.ports,
      { port: 443, nodePort: 30443 },
      { port: 53, nodePort: 30053, protocol: 'UDP' },
      { port: 1 },
    ];
    const wanted = run({ ttl: '60' }, { ...port, ports }, { node: nodes.slice(0, 1) }, ['A', 'SRV']);
    expect(records(wanted)).toEqual([
      'a.example.com A 198.51.100.1',
      '_web._tcp.a.example.com SRV 0 50 30080 a.example.com. 0 50 30443 a.example.com.',
      '_web._udp.a.example.com SRV 0 50 30053 a.example.com.',
    ]);
    expect(wanted.endpoints.map(({ ttl }) => ttl)).toEqual([60, 60, 60]);
  });
});

describe('a headless Service publishes its pods', () => {
  const headless = { type: 'ClusterIP', clusterIP: 'None', selector: { app: 'web' } };
  const pods = [
    pod('web-0', { nodeName: 'n1', hostname: 'web-0' }),
    pod('web-1', { nodeName: 'n2', hostname: 'web-1' }, { hostIP: '10.0.0.2' }),
    pod('web-2', { nodeName: 'n2' }),
  ];
  const slices = [
    slice('s1', [
      ['web-0', '10.1.0.1'],
      ['web-1', '10.1.0.2', false],
    ]),
    slice('s2', [['web-2', '10.1.0.3']]),
    slice('s6', [['web-0', '2001:db8::1']]),
  ];
  const nodes = [node('n1', ['198.51.100.1'], []), node('n2', ['198.51.100.2'], [], { unschedulable: true })];
  const run = (parts: { annotations?: object; spec?: object; joined?: Joined; rules?: object }) =>
    readJoined(
      'service',
      [service({ annotations: { ...asks, ...parts.annotations }, spec: { ...headless, ...parts.spec } })],
      { endpointslice: slices, pod: pods, node: nodes, ...parts.joined } as Joined,
      ruled({ service: { ...plain, ...parts.rules } }),
    );
  const main = 'a.example.com A 10.1.0.1 10.1.0.3';

  it.each<[string, Parameters<typeof run>[0], string[]]>([
    [
      'that are ready, each under its own name too',
      {},
      [
        main,
        'a.example.com AAAA 2001:db8::1',
        'web-0.a.example.com A 10.1.0.1',
        'web-0.a.example.com AAAA 2001:db8::1',
      ],
    ],
    [
      'that are not, where the Service says so',
      { spec: { publishNotReadyAddresses: true }, joined: { endpointslice: slices.slice(0, 1) } },
      ['a.example.com A 10.1.0.1 10.1.0.2', 'web-0.a.example.com A 10.1.0.1', 'web-1.a.example.com A 10.1.0.2'],
    ],
    [
      'that are not, where the config says so',
      { rules: { publishNotReady: true }, joined: { endpointslice: slices.slice(0, 1) } },
      ['a.example.com A 10.1.0.1 10.1.0.2', 'web-0.a.example.com A 10.1.0.1', 'web-1.a.example.com A 10.1.0.2'],
    ],
    [
      'as their hosts, by annotation',
      { annotations: { 'endpoints-type': 'HostIP' }, joined: { endpointslice: slices.slice(0, 1) } },
      ['a.example.com A 10.0.0.1', 'web-0.a.example.com A 10.0.0.1'],
    ],
    [
      'as their hosts, by config',
      { rules: { publishHostIp: true }, joined: { endpointslice: slices.slice(1, 2) } },
      ['a.example.com A 10.0.0.1'],
    ],
    [
      'as their nodes’ external addresses',
      { annotations: { 'endpoints-type': 'NodeExternalIP' }, joined: { endpointslice: slices.slice(0, 2) } },
      ['a.example.com A 198.51.100.1 198.51.100.2', 'web-0.a.example.com A 198.51.100.1'],
    ],
    [
      'under a wildcard without names of their own',
      { annotations: { hostname: '*.a.example.com' }, joined: { endpointslice: slices.slice(0, 1) } },
      ['*.a.example.com A 10.1.0.1'],
    ],
    [
      'under an internal hostname likewise',
      { annotations: { hostname: '', ...internal }, joined: { endpointslice: slices.slice(1, 2) } },
      ['i.example.com A 10.1.0.3'],
    ],
    [
      'but those that it does not select',
      {
        joined: {
          pod: [...pods.slice(0, 2), pod('web-2', {}, { metadata: { labels: { app: 'other' } } })],
          endpointslice: slices.slice(0, 2),
        },
      },
      ['a.example.com A 10.1.0.1', 'web-0.a.example.com A 10.1.0.1'],
    ],
    [
      'of any labels, where it selects none',
      { spec: { selector: undefined }, joined: { endpointslice: slices.slice(1, 2) } },
      ['a.example.com A 10.1.0.3'],
    ],
    [
      'but those that are not there',
      { joined: { pod: pods.slice(0, 1), endpointslice: slices.slice(0, 2) } },
      ['a.example.com A 10.1.0.1', 'web-0.a.example.com A 10.1.0.1'],
    ],
  ])('%s', (_rule, parts, expected) => {
    const wanted = run(parts);
    expect(records(wanted)).toEqual(expected);
    expect(wanted).toMatchObject({ findings: [], holds: [] });
  });

  it('a pod’s own target counts', () => {
    const annotations = { 'external-dns.kubernetes.io/target': '203.0.113.44' };
    const own = pod('web-0', { hostname: 'web-0' }, { metadata: { annotations } });
    expect(records(run({ joined: { pod: [own], endpointslice: slices.slice(0, 1) } }))).toEqual([
      'a.example.com A 203.0.113.44',
      'web-0.a.example.com A 203.0.113.44',
    ]);
  });

  it('none is ready: what is published stays', () => {
    const wanted = run({ joined: { endpointslice: [slice('s', [['web-0', '10.1.0.1', false]])] } });
    expect(reasons(wanted)).toEqual(['no-target']);
    expect(held(wanted)).toEqual(['*']);
  });

  it('slices of other Services, and of names, are not its', () => {
    const other = { metadata: { name: 's', namespace: 'default', labels: { 'kubernetes.io/service-name': 'other' } } };
    const wanted = run({
      joined: {
        endpointslice: [
          slice('s', [['web-0', '10.1.0.1']], other),
          slice('f', [['web-0', 'x.com']], { addressType: 'FQDN' }),
        ],
      },
    });
    expect(reasons(wanted)).toEqual(['no-target']);
  });
});

describe('what only some Services need', () => {
  const headless = service({ annotations: asks, spec: { clusterIP: 'None' } });
  const balanced = service({ name: 'lb', annotations: { hostname: 'b.example.com' } });

  it.each([
    ['not by a LoadBalancer', balanced],
    ['not without a name', service({ spec: { clusterIP: 'None' } })],
    [
      'not under a target annotation',
      service({ annotations: { ...asks, target: '192.0.2.1' }, spec: { type: 'NodePort' } }),
    ],
  ])('is not asked for %s', (_rule, object) => {
    expect(readJoined('service', [object], {}).asked).toEqual([]);
  });

  it('holds these Services alone where it cannot be read', () => {
    const wanted = readJoined('service', [headless, balanced], resource => `${resource}: forbidden`);
    expect(records(wanted)).toEqual(['b.example.com A 192.0.2.1']);
    expect(held(wanted)).toEqual(['*']);
    expect(wanted.holds[0]?.object.name).toBe('web');
    expect(onlyFinding(wanted)).toMatchObject({ reason: 'unreadable', message: expect.stringContaining('forbidden') });
  });

  it('changes a watcher’s fingerprint', () => {
    const where = ruled({});
    const needed = new NeededStore(where);
    const print = () => dnsFingerprint('service', headless, where, needed);
    const prints = [print()];
    needed.put('endpointslice', slice('s', [['web-0', '10.1.0.1']]));
    prints.push(print());
    needed.put('pod', pod('web-0', { hostname: 'web-0' }));
    prints.push(print());
    needed.put('pod', pod('web-0', { hostname: 'web-0' }, { metadata: { resourceVersion: '7' } }));
    expect(print()).toBe(prints.at(-1));
    needed.put('endpointslice', slice('s', [['web-0', '10.1.0.2']]));
    prints.push(print());
    expect(new Set(prints).size).toBe(3);
  });
});
