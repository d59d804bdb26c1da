import { describe, expect, it } from 'vitest';
import {
  context,
  HOSTNAME,
  held,
  NLB,
  named,
  onlyFinding,
  PREFIX,
  read,
  reasons,
  records,
  service,
} from './objects.ts';

describe('the hostname annotation of a Service', () => {
  it.each([
    ['is one name', 'a.example.com', ['a.example.com']],
    [
      'is a list',
      'a.example.com, b.example.com,c.sub.example.com.',
      ['a.example.com', 'b.example.com', 'c.sub.example.com'],
    ],
    [
      'may have line breaks around the items',
      'a.example.com,\n\tb.example.com\r\n',
      ['a.example.com', 'b.example.com'],
    ],
    ['may have blanks around the items', ' a.example.com , b.example.com ', ['a.example.com', 'b.example.com']],
    ['names nothing twice, whatever the spelling', 'a.example.com,A.example.com.,', ['a.example.com']],
    ['has empty items ignored', ',,a.example.com,,', ['a.example.com']],
    ['asks for nothing when empty', '', []],
  ])('%s', (_rule, hostname, names) => {
    const wanted = read('service', service({ annotations: { hostname } }));
    expect(records(wanted)).toEqual(names.map(name => `${name} A 192.0.2.1`));
    expect(wanted.findings).toEqual([]);
  });

  it.each([
    ['between two names', 'a b.example.com'],
    ['within a name', 'a. example.com'],
    ['as a line break', 'a.example.com\nb.example.com'],
  ])('with a blank %s is refused as it is written, and what the object has stays', (_where, hostname) => {
    const wanted = read('service', service({ annotations: { hostname } }));
    expect(records(wanted)).toEqual([]);
    expect(held(wanted)).toEqual(['*']);
    const { message } = onlyFinding(wanted);
    expect(message).toContain(hostname.replace('\n', '\\u{a}'));
    expect(message).toMatch(/contains a blank: a name has none, and between two names belongs a comma/);
  });

  it('is found under every configured prefix, and the first prefix wins', () => {
    const annotations = { hostname: 'alpha.example.com', [`${PREFIX}hostname`]: 'plain.example.com', ttl: '60' };
    const wanted = read('service', service({ annotations }));
    expect(wanted.endpoints).toMatchObject([{ name: 'plain.example.com', ttl: 60 }]);
  });

  it('is not found under other prefixes', () => {
    const annotations = { 'other.io/hostname': 'a.example.com', 'external-dns/hostname': 'a.example.com' };
    expect(read('service', service({ annotations }))).toEqual({ endpoints: [], holds: [], findings: [] });
  });

  it('names the object in each endpoint', () => {
    const wanted = read('service', service({ annotations: { hostname: 'a.example.com' } }));
    expect(wanted.endpoints).toEqual([
      {
        name: 'a.example.com',
        type: 'A',
        targets: ['192.0.2.1'],
        alias: 'auto',
        object: { cluster: 'prod', kind: 'service', namespace: 'default', name: 'web' },
      },
    ]);
  });
});

describe('a malformed hostname', () => {
  it('is reported with object, field and item, the other names go on, and the object keeps what it has', () => {
    const wanted = read('service', service({ annotations: { hostname: 'a.example.com,b..example.com' } }));
    expect(records(wanted)).toEqual(['a.example.com A 192.0.2.1']);
    expect(held(wanted)).toEqual(['*']);
    const finding = onlyFinding(wanted);
    expect(finding).toMatchObject({ reason: 'invalid', field: HOSTNAME, object: { name: 'web' } });
    expect(finding.message).toContain('service/default/web');
    expect(finding.message).toContain(HOSTNAME);
    expect(finding.message).toContain('"b..example.com"');
  });

  it('is cut to 80 characters', () => {
    const wanted = read('service', service({ annotations: { hostname: `${'x'.repeat(5000)}.example.com` } }));
    expect(onlyFinding(wanted).message).toContain(`"${'x'.repeat(80)}…"`);
    expect(onlyFinding(wanted).message.length).toBeLessThan(400);
  });

  it('does not fill the report when there are thousands', () => {
    const hostname = `${Array.from({ length: 10_000 }, (_, i) => `a..${i}`).join(',')},good.example.com`;
    const wanted = read('service', service({ annotations: { hostname } }));
    expect(records(wanted)).toEqual(['good.example.com A 192.0.2.1']);
    expect(wanted.findings).toHaveLength(21);
    expect(wanted.findings.at(-1)).toMatchObject({ reason: 'invalid', message: expect.stringContaining('9980 more') });
    expect(held(wanted)).toEqual(['*']);
    expect(JSON.stringify(wanted).length).toBeLessThan(20_000);
  });
});

describe('the targets of a Service', () => {
  const asks = { hostname: 'a.example.com' };
  it.each([
    [
      'are the addresses of its load balancer',
      { lb: [{ ip: '192.0.2.2' }, { ip: '192.0.2.1' }] },
      ['A 192.0.2.1 192.0.2.2'],
    ],
    ['are the name of its load balancer', { lb: [{ hostname: NLB }] }, [`CNAME ${NLB}`]],
    [
      'are its external addresses before those of the load balancer',
      { spec: { type: 'LoadBalancer', externalIPs: ['203.0.113.7'] }, lb: [{ hostname: NLB }] },
      ['A 203.0.113.7'],
    ],
    [
      'are those of the load balancer when the list of external addresses is empty',
      { spec: { type: 'LoadBalancer', externalIPs: [] } },
      ['A 192.0.2.1'],
    ],
    [
      'are those of the annotation first',
      { annotations: { target: '198.51.100.7' }, lb: [{ hostname: NLB }] },
      ['A 198.51.100.7'],
    ],
    [
      'are those of the annotation for any type of Service',
      { annotations: { target: 'edge.example.net.' }, spec: { type: 'ClusterIP' } },
      ['CNAME edge.example.net'],
    ],
    [
      'are those of the annotation without a spec',
      { annotations: { target: '192.0.2.9' }, spec: undefined },
      ['A 192.0.2.9'],
    ],
    [
      'are those of the load balancer when the annotation is empty',
      { annotations: { target: ' , ' } },
      ['A 192.0.2.1'],
    ],
  ])('%s', (_rule, { annotations, ...parts }: { annotations?: object; spec?: unknown; lb?: object[] }, expected) => {
    const wanted = read('service', service({ ...parts, annotations: { ...asks, ...annotations } }));
    expect(records(wanted)).toEqual(expected.map(each => `a.example.com ${each}`));
    expect(wanted.findings).toEqual([]);
    expect(wanted.holds).toEqual([]);
  });

  it.each([
    ['an empty status', []],
    ['an entry without address', [{}]],
    ['empty addresses', [{ ip: '', hostname: '' }]],
    ['no status', undefined],
  ])('do not exist yet: %s holds each name and is reported for each', (_rule, lb) => {
    const annotations = { hostname: 'a.example.com,b.example.com' };
    const wanted = read('service', { ...service({ annotations }), status: lb && { loadBalancer: { ingress: lb } } });
    expect(wanted.endpoints).toEqual([]);
    expect(held(wanted)).toEqual(['a.example.com', 'b.example.com']);
    expect(wanted.findings.map(({ reason, name }) => [reason, name])).toEqual([
      ['no-target', 'a.example.com'],
      ['no-target', 'b.example.com'],
    ]);
  });

  it.each([
    ['ClusterIP', { type: 'ClusterIP', clusterIP: '10.0.0.1', externalIPs: ['192.0.2.1'] }],
    ['no type, which is ClusterIP', {}],
    ['a spec that is no object', 5],
  ])('are none where it publishes nothing, and nothing is held: %s', (_rule, spec) => {
    const wanted = read('service', service({ annotations: asks, spec }));
    expect(wanted.endpoints).toEqual([]);
    expect(held(wanted)).toEqual([]);
    expect(onlyFinding(wanted)).toMatchObject({ reason: 'filtered', name: 'a.example.com', field: 'spec.type' });
    expect(onlyFinding(wanted).message).toContain('service.publishInternal');
  });

  it.each([
    ['a status list that is none', { ...service({ annotations: asks }), status: { loadBalancer: { ingress: 'x' } } }],
    ['an address that is no text', service({ annotations: asks, lb: [{ ip: '192.0.2.1' }, { ip: 5 }] })],
    [
      'an external address that is no text',
      service({ annotations: asks, spec: { type: 'LoadBalancer', externalIPs: [7] } }),
    ],
  ])('are malformed: %s publishes nothing and holds the object', (_rule, raw) => {
    const wanted = read('service', raw);
    expect(wanted.endpoints).toEqual([]);
    expect(reasons(wanted)).toEqual(['invalid']);
    expect(held(wanted)).toEqual(['*']);
  });
});

describe('hostnames.fromServiceName', () => {
  it.each([
    ['makes a name in each domain', ['example.com', 'example.org'], ['web.example.com', 'web.example.org']],
    ['takes a domain with a leading dot likewise', ['.example.com'], ['web.example.com']],
    ['makes no name twice', ['example.com', '.example.com'], ['web.example.com']],
    ['makes none without domains', [], []],
  ])('%s', (_rule, domains, names) => {
    const wanted = read('service', service(), named(...domains));
    expect(wanted.endpoints.map(({ name }) => name)).toEqual(names);
  });

  it.each([
    ['when it is off', service(), context],
    ['for other types of Service', service({ spec: { type: 'ClusterIP' } }), named('example.com')],
    ['for a Service with an empty annotation', service({ annotations: { hostname: '' } }), named('example.com')],
  ])('makes none %s', (_rule, raw, where) => {
    expect(read('service', raw, where)).toEqual({ endpoints: [], holds: [], findings: [] });
  });

  it('makes none for an Ingress', () => {
    expect(read('ingress', service(), named('example.com')).endpoints).toEqual([]);
  });

  it('yields to the annotation', () => {
    const wanted = read('service', service({ annotations: { hostname: 'a.example.com' } }), named('example.com'));
    expect(records(wanted)).toEqual(['a.example.com A 192.0.2.1']);
  });

  it('holds the name until there is a target', () => {
    expect(held(read('service', service({ lb: [] }), named('example.com')))).toEqual(['web.example.com']);
  });
});
