import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  desiredFrom,
  dnsFingerprint,
  type NeededResource,
  NeededStore,
  Reading,
  type SourceContext,
  type SourceKind,
} from '../../lib/sources/index.ts';
import { NO_RULES } from '../../lib/sources/rules.ts';
import type { KubernetesObject } from '../support/objects.ts';
import { node, pod, readJoined, ruled, slice } from './joined-objects.ts';
import { ALPHA, context, held, ingress, onlyFinding, read, reasons, records, service } from './objects.ts';

const hosts = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `h${from + i}.example.com`);
const addresses = (count: number) => Array.from({ length: count }, (_, i) => `10.0.${i >> 8}.${i & 255}`);

const within = (limits: Partial<typeof NO_RULES.limits>): SourceContext => ({
  ...context,
  settings: { ...context.settings, rules: { ...NO_RULES, limits: { ...NO_RULES.limits, ...limits } } },
});

const dnsEndpoint = (...endpoints: readonly object[]) => ({
  metadata: { name: 'web', namespace: 'default' },
  spec: { endpoints },
});

/** Nothing of the object is published, all that it has is held, and the one finding names the limit. */
function expectRefused(wanted: ReturnType<typeof read>, key: string, message: RegExp) {
  expect(wanted.endpoints).toEqual([]);
  expect(held(wanted)).toEqual(['*']);
  expect(onlyFinding(wanted)).toMatchObject({
    reason: 'invalid',
    field: `${key} of the config`,
    message: expect.stringMatching(message),
  });
}

describe('an object that asks for more hostnames than the limit publishes nothing and holds what it has', () => {
  it.each([
    ['an annotation', 'service', service({ annotations: { hostname: hosts(501).join() } })],
    [
      'two annotations together',
      'service',
      service({ annotations: { hostname: hosts(300).join(), 'internal-hostname': hosts(201, 300).join() } }),
    ],
    [
      'rules, TLS and annotation together',
      'ingress',
      ingress({
        annotations: { hostname: hosts(101, 400).join() },
        spec: { rules: hosts(200).map(host => ({ host })), tls: [{ hosts: hosts(200, 200) }] },
      }),
    ],
    [
      'a load balancer that is not there yet',
      'service',
      service({ annotations: { hostname: hosts(501).join() }, lb: [] }),
    ],
    [
      'entries',
      'crd',
      dnsEndpoint(...hosts(501).map(dnsName => ({ dnsName, recordType: 'A', targets: ['192.0.2.1'] }))),
    ],
  ] as [string, SourceKind, unknown][])('%s', (_rule, kind, raw) => {
    expectRefused(read(kind, raw), 'limits.hostnamesPerObject', /501 hostnames.*500.*raise/);
  });

  it('a name counts once, however often the object names it', () => {
    const hostname = [...hosts(500), ...hosts(500)].join();
    const raw = service({ annotations: { hostname, 'internal-hostname': hosts(500).join() } });
    expect(reasons(read('service', raw))).not.toContain('invalid');
    const entries = ['A', 'AAAA'].flatMap(recordType =>
      hosts(300).map(dnsName => ({ dnsName, recordType, targets: [recordType === 'A' ? '192.0.2.1' : '2001:db8::1'] })),
    );
    expect(read('crd', dnsEndpoint(...entries)).endpoints).toHaveLength(600);
  });

  it('the limit is of the config', () => {
    const raw = service({ annotations: { hostname: hosts(3).join() } });
    expect(read('service', raw, within({ hostnamesPerObject: 3 })).endpoints).toHaveLength(3);
    expect(held(read('service', raw, within({ hostnamesPerObject: 2 })))).toEqual(['*']);
  });
});

describe('what is multiplied inside of the cluster counts before it is', () => {
  const headless = (hostname: string) =>
    service({ annotations: { hostname }, spec: { type: 'ClusterIP', clusterIP: 'None', selector: { app: 'web' } } });
  const members = (count: number, more: (i: number) => object = () => ({})) => ({
    pod: addresses(count).map((_, i) => pod(`p${i}`, { nodeName: 'n1', ...more(i) })),
    endpointslice: [
      slice(
        's1',
        addresses(count).map((address, i) => [`p${i}`, address] as const),
      ),
    ],
  });

  it.each([
    ['the names of the pods of a headless Service', members(60, i => ({ hostname: `p${i}` })), 'hostnamesPerObject'],
    ['the addresses of its pods', members(401), 'targetsPerObject'],
  ])('%s', (_rule, joined, key) => {
    const wanted = readJoined('service', [headless(hosts(10).join())], joined);
    expect([wanted.endpoints, held(wanted)]).toEqual([[], ['*']]);
    expect(onlyFinding(wanted).field).toBe(`limits.${key} of the config`);
  });

  it('the ports of a NodePort Service', () => {
    const ports = Array.from({ length: 401 }, (_, i) => ({ port: i + 1, nodePort: 30_000 + i }));
    const raw = service({ annotations: { hostname: 'a.example.com' }, spec: { type: 'NodePort', ports } });
    const joined = { node: [node('n1', ['198.51.100.1'], [])] };
    const wanted = readJoined('service', [raw], joined, ruled({ types: ['A', 'SRV'] }));
    expect([wanted.endpoints, held(wanted)]).toEqual([[], ['*']]);
  });
});

describe('an object that gives more targets than the limit publishes nothing and holds what it has', () => {
  it.each([
    [
      'an annotation',
      'service',
      service({ annotations: { hostname: 'a.example.com', target: addresses(401).join() } }),
    ],
    [
      'the status',
      'service',
      service({ annotations: { hostname: 'a.example.com' }, lb: addresses(401).map(ip => ({ ip })) }),
    ],
    [
      'names, of which one would be published',
      'service',
      service({ annotations: { hostname: 'a.example.com', target: hosts(401).join() } }),
    ],
    ['an entry', 'crd', dnsEndpoint({ dnsName: 'a.example.com', recordType: 'A', targets: addresses(401) })],
  ] as [string, SourceKind, unknown][])('%s', (_rule, kind, raw) => {
    expectRefused(read(kind, raw), 'limits.targetsPerObject', /401 targets.*400.*raise/);
  });

  it('of another record type, too', () => {
    const values = Array.from({ length: 401 }, (_, i) => `"${i}"`);
    const where = within({});
    const rules = { ...NO_RULES, types: ['TXT'] as const };
    const txt = { ...where, settings: { ...where.settings, rules } };
    const wanted = read('crd', dnsEndpoint({ dnsName: 'a.example.com', recordType: 'TXT', targets: values }), txt);
    expect([wanted.endpoints, held(wanted)]).toEqual([[], ['*']]);
    expect(onlyFinding(wanted).field).toBe('limits.targetsPerObject of the config');
  });

  it('a target counts once', () => {
    const target = [...addresses(400), ...addresses(400)].join();
    expect(read('service', service({ annotations: { hostname: 'a.example.com', target } })).findings).toEqual([]);
  });
});

it('192 kB of annotations cost their object only', () => {
  const hostname = hosts(6_000).join();
  const target = addresses(8_000).join();
  const good = service({ name: 'good', annotations: { hostname: 'good.example.com' } });
  const attack = service({ annotations: { hostname, target } });
  expect(dnsFingerprint('service', attack, context)).toHaveLength(43);
  const wanted = desiredFrom('service', [attack, good], context);
  expect(records(wanted)).toEqual(['good.example.com A 192.0.2.1']);
  expect(JSON.stringify(wanted).length).toBeLessThan(2_000);
});

it('whatever an object throws while it is read costs that object only, and holds it', () => {
  const broken = {
    ...service({ annotations: { hostname: 'a.example.com' } }),
    get spec(): never {
      throw new RangeError('Invalid string length');
    },
  };
  const good = service({ name: 'good', annotations: { hostname: 'good.example.com' } });
  const wanted = desiredFrom('service', [broken, good], context);
  expect(records(wanted)).toEqual(['good.example.com A 192.0.2.1']);
  expect(wanted.holds).toEqual([
    expect.objectContaining({ object: expect.objectContaining({ namespace: 'default', name: 'web' }) }),
  ]);
  expect(onlyFinding(wanted)).toMatchObject({
    reason: 'invalid',
    message: expect.stringMatching(/^service\/default\/web: .*Invalid string length/),
  });
});

describe('what objects need of others', () => {
  const key = fc.constantFrom(
    ...['metadata', 'name', 'namespace', 'labels', 'annotations', `${ALPHA}target`, 'spec', 'status', 'listeners'],
    ...[
      'hostname',
      'addresses',
      'address',
      'type',
      'conditions',
      'targetRef',
      'endpoints',
      'allowedRoutes',
      'parentRef',
    ],
    ...['namespaces', 'kinds', 'from', 'selector', 'matchLabels', 'matchExpressions', 'operator', 'values', 'phase'],
    ...['__proto__', 'length', 'toString'],
  );
  const text = fc.constantFrom('', 'a', 'a.example.com', '192.0.2.1', 'Ready', 'Running', 'Pod', 'In', 'Selector');
  const json = fc.letrec<{ value: unknown }>(tie => ({
    value: fc.oneof(
      { depthSize: 'medium' },
      text,
      fc.constantFrom(null, true, 0, -1, 1e99),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 5 }),
    ),
  })).value;

  const NEEDED: readonly NeededResource[] = ['gateway', 'listenerset', 'namespace', 'node', 'pod', 'endpointslice'];

  it.each(NEEDED)('a %s is reduced whatever it is', resource => {
    fc.assert(
      fc.property(json, raw => {
        new NeededStore(context).put(resource, raw);
      }),
      {
        numRuns: 1_000,
        examples: [
          [{ metadata: { name: { toString: 0, valueOf: 0 } } }],
          [{ metadata: { name: 'a', namespace: [{ toString: 0 }] } }],
        ],
      },
    );
  });
});

describe('a namespace that asks for more than ten of its zones could hold', () => {
  const crowd = (namespace: string, objects: number, each: number) =>
    Array.from({ length: objects }, (_, i) => {
      const hostname = hosts(each, i * each).map(host => `${namespace}-${host}`);
      const { metadata, ...made } = service({
        name: `s${i}`,
        annotations: { hostname: hostname.join() },
      }) as KubernetesObject;
      return { ...made, metadata: { ...metadata, namespace } };
    });
  const readAll = (most: number, ...pages: readonly unknown[][]) => {
    const reading = new Reading(['service'], context, most);
    for (const items of pages) reading.page('service', items);
    return reading;
  };

  it('is read so far; its further objects hold what they have, and say so; others are read as ever', () => {
    const wanted = readAll(10, crowd('noisy', 3, 4), [...crowd('noisy', 1, 1), ...crowd('quiet', 2, 4)]).wanted();
    const asked = wanted.endpoints.map(({ object }) => `${object.namespace}/${object.name}`);
    expect([...new Set(asked)]).toEqual(['noisy/s0', 'noisy/s1', 'quiet/s0', 'quiet/s1']);
    expect(wanted.holds.map(({ object: { namespace, name }, name: of }) => [namespace, name, of])).toEqual([
      ['noisy', 's2', undefined],
    ]);
    expect(wanted.findings).toMatchObject([
      {
        reason: 'invalid',
        field: 'limits.recordsPerNamespace of the config',
        message: expect.stringMatching(/12 .*10/),
      },
    ]);
  });

  it('keeps none of the hostnames that are written beyond it', () => {
    const { written = [] } = readAll(10, crowd('noisy', 5, 4)).wanted();
    expect(written.map(({ resource, names }) => [resource, names])).toEqual(
      ['s2', 's3', 's4'].map(name => [`service/noisy/${name}`, undefined]),
    );
  });

  it('a listing that begins anew counts anew', () => {
    const reading = readAll(10, crowd('noisy', 2, 4));
    reading.restart('service');
    reading.page('service', crowd('noisy', 2, 4));
    expect(reading.wanted().endpoints).toHaveLength(8);
  });
});
