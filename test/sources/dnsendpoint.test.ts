import { describe, expect, it } from 'vitest';
import { MANAGED_TYPES } from '../../lib/model/index.ts';
import { desiredFrom } from '../../lib/sources/index.ts';
import { ruled } from './joined-objects.ts';
import { held, NLB, onlyFinding, reasons, records } from './objects.ts';

const everything = ruled({ types: MANAGED_TYPES });
const read = (endpoints: unknown, where = everything, annotations: object = {}) =>
  desiredFrom('crd', [{ metadata: { name: 'web', namespace: 'default', annotations }, spec: { endpoints } }], where);
const one = (entry: object, where = everything) =>
  read([{ dnsName: 'a.example.com', recordType: 'A', targets: ['192.0.2.1'], ...entry }], where);

describe('a DNSEndpoint publishes its entries', () => {
  it.each([
    ['A', { targets: ['192.0.2.2', '192.0.2.1', '192.0.2.2'] }, 'a.example.com A 192.0.2.1 192.0.2.2'],
    ['AAAA', { recordType: 'AAAA', targets: ['2001:db8::1'] }, 'a.example.com AAAA 2001:db8::1'],
    ['CNAME', { recordType: 'CNAME', targets: ['X.example.net.'] }, 'a.example.com CNAME x.example.net'],
    ['a wildcard', { dnsName: '*.A.example.com.' }, '*.a.example.com A 192.0.2.1'],
    ['TXT', { recordType: 'TXT', targets: ['b', '"a"'] }, 'a.example.com TXT "a" "b"'],
    ['MX', { recordType: 'MX', targets: ['20 b.net', '10 a.net.'] }, 'a.example.com MX 10 a.net 20 b.net'],
    [
      'SRV',
      { dnsName: '_s._tcp.example.com', recordType: 'SRV', targets: ['0 1 80 s.net.'] },
      '_s._tcp.example.com SRV 0 1 80 s.net.',
    ],
    ['NS', { recordType: 'NS', targets: ['ns1.net'] }, 'a.example.com NS ns1.net'],
    [
      'PTR',
      { dnsName: '1.2.0.192.in-addr.arpa', recordType: 'PTR', targets: ['x.net'] },
      '1.2.0.192.in-addr.arpa PTR x.net',
    ],
    ['CAA', { recordType: 'CAA', targets: ['0 issue "ca.net"'] }, 'a.example.com CAA 0 issue "ca.net"'],
    ['NAPTR', { recordType: 'NAPTR', targets: ['1 2 "s" "x" "" y.net.'] }, 'a.example.com NAPTR 1 2 "s" "x" "" y.net.'],
    ['HTTPS', { recordType: 'HTTPS', targets: ['1 . alpn=h2'] }, 'a.example.com HTTPS 1 . alpn="h2"'],
  ])('%s', (_type, entry, expected) => {
    const wanted = one(entry);
    expect(records(wanted)).toEqual([expected]);
    expect(wanted).toMatchObject({ findings: [], holds: [], endpoints: [{ object: { kind: 'crd', name: 'web' } }] });
  });

  it.each([
    ['its TTL', { recordTTL: 60 }, { ttl: 60 }],
    ['no TTL of 0', { recordTTL: 0 }, { ttl: undefined }],
    [
      'a forbidden alias',
      { recordType: 'CNAME', targets: [NLB], providerSpecific: [{ name: 'alias', value: 'false' }] },
      { alias: 'never' },
    ],
    [
      'target health',
      {
        recordType: 'CNAME',
        targets: [NLB],
        providerSpecific: [{ name: 'aws/evaluate-target-health', value: 'false' }],
      },
      { evaluateTargetHealth: false },
    ],
    [
      'an alias of one type',
      { targets: [NLB], providerSpecific: [{ name: 'alias', value: 'true' }] },
      { type: 'CNAME', alias: 'always', aliasTypes: ['A'] },
    ],
    [
      'an alias of a CNAME that is narrowed to A',
      { recordType: 'CNAME', targets: [NLB], providerSpecific: [{ name: 'alias', value: 'A' }] },
      { type: 'CNAME', alias: 'always', aliasTypes: ['A'] },
    ],
    [
      'an alias of a CNAME that is narrowed to AAAA',
      { recordType: 'CNAME', targets: [NLB], providerSpecific: [{ name: 'alias', value: 'AAAA' }] },
      { type: 'CNAME', alias: 'always', aliasTypes: ['AAAA'] },
    ],
    [
      'the hosted zone',
      { providerSpecific: [{ name: 'aws/hosted-zone-id', value: '/hostedzone/Z1' }] },
      { zoneId: 'Z1' },
    ],
    [
      'nothing of other providers',
      { providerSpecific: [{ name: 'webhook/x', value: 'y' }, { name: 'cloudflare/z' }] },
      { alias: 'auto' },
    ],
  ])('with %s', (_what, entry, expected) => {
    const wanted = one(entry);
    const [endpoint] = wanted.endpoints;
    for (const [key, value] of Object.entries(expected)) expect(endpoint?.[key as 'ttl'], key).toEqual(value);
    expect(wanted).toMatchObject({ findings: [], holds: [] });
  });

  it('with default targets where an entry has none', () => {
    const where = ruled({ defaultTargets: [{ text: '192.0.2.9', field: 'x' }] });
    expect(records(one({ targets: [] }, where))).toEqual(['a.example.com A 192.0.2.9']);
    const named = ruled({ defaultTargets: [{ text: 'lb.example.net', field: 'x' }] });
    expect(records(one({ targets: undefined }, named))).toEqual(['a.example.com CNAME lb.example.net']);
    const narrowed = one(
      { recordType: 'CNAME', targets: [], providerSpecific: [{ name: 'alias', value: 'A' }] },
      named,
    );
    expect(narrowed.endpoints).toMatchObject([{ type: 'CNAME', alias: 'always', aliasTypes: ['A'] }]);
  });

  it('with default targets where an entry has neither type nor targets', () => {
    const where = ruled({ defaultTargets: [{ text: '192.0.2.9', field: 'x' }] });
    expect(records(one({ recordType: undefined, targets: [] }, where))).toEqual(['a.example.com A 192.0.2.9']);
    const typeless = [one({ recordType: undefined, targets: [] }), one({ recordType: undefined }, where)];
    for (const { endpoints, findings } of typeless) {
      expect(endpoints).toEqual([]);
      expect(findings).toMatchObject([{ reason: 'invalid', name: 'a.example.com' }]);
    }
  });

  it('but none of another controller, whatever its other annotations', () => {
    const entries = [{ dnsName: 'a.example.com', recordType: 'A', targets: ['192.0.2.1'] }];
    const [ours, theirs] = ['dns-controller', 'other'].map(controller =>
      read(entries, everything, {
        'external-dns.kubernetes.io/controller': controller,
        'external-dns.kubernetes.io/ttl': '5',
      }),
    );
    expect(ours?.endpoints).toMatchObject([{ name: 'a.example.com' }]);
    expect(ours?.endpoints[0]?.ttl).toBeUndefined();
    expect(theirs?.endpoints).toEqual([]);
  });
});

describe('an entry that cannot be published is refused alone, and what is published of it stays', () => {
  const property = (name: string, value = 'x') => ({ providerSpecific: [{ name, value }] });
  it.each([
    ['no target', { targets: [] }, 'no-target', 'it has no targets'],
    ['no type', { recordType: undefined }, 'invalid', 'it has no record type'],
    [
      'an address of the other family',
      { recordType: 'AAAA' },
      'invalid',
      '"192.0.2.1" is not a target of a record of type AAAA',
    ],
    ['a name for A', { targets: ['x.net'] }, 'invalid', '"x.net" is not a target of a record of type A'],
    ['an address for CNAME', { recordType: 'CNAME' }, 'invalid', 'is not a target of a record of type CNAME'],
    [
      'one value of two that is none',
      { recordType: 'MX', targets: ['10 a.net', 'b.net'] },
      'invalid',
      '"b.net" is not a value of MX: it is written as',
    ],
    [
      'an alias of another type',
      { recordType: 'MX', targets: ['1 a.net'], ...property('alias', 'true') },
      'invalid',
      'a record of type MX cannot be an alias',
    ],
    [
      'an ownership record',
      { recordType: 'TXT', targets: ['heritage=external-dns,external-dns/owner=x'] },
      'invalid',
      'is an ownership record',
    ],
    [
      'an ownership record in quotes',
      { recordType: 'TXT', targets: ['"x,heritage=external-dns,external-dns/owner=x"'] },
      'invalid',
      'is an ownership record',
    ],
    ['SRV without final dot', { recordType: 'SRV', targets: ['0 1 80 s.net'] }, 'invalid', 'with a final dot'],
    ['NS with final dot', { recordType: 'NS', targets: ['ns.net.'] }, 'invalid', 'without a final dot'],
    [
      'PTR of a host’s name',
      { recordType: 'PTR', targets: ['x.net'] },
      'invalid',
      'ends in .in-addr.arpa or .ip6.arpa',
    ],
    ['a set identifier alone', { setIdentifier: 'x' }, 'invalid', 'set identifier without a routing policy'],
    ['a region alone', property('aws/region', 'eu-west-1'), 'invalid', 'a routing policy needs a set identifier'],
    ['a bad weight', { setIdentifier: 'x', ...property('aws/weight', 'ten') }, 'invalid', '"ten" is not a weight'],
    ['a bad health check', property('aws/health-check-id', 'a b'), 'invalid', 'not the id of a health check'],
    [
      'a routed delegation',
      { recordType: 'NS', targets: ['ns.net'], setIdentifier: 'x', ...property('aws/weight', '1') },
      'invalid',
      'no routing policies for records of type NS',
    ],
    [
      'what AWS property there may be',
      property('aws/new'),
      'unsupported',
      '"aws/new" is not a known property: remove it',
    ],
    ['a mistyped property', property('aws/wieght'), 'unsupported', 'did you mean "aws/weight"?'],
    ['the annotation’s name', property('aws-weight', '10'), 'unsupported', 'did you mean "aws/weight"?'],
    ['another zone for an alias', property('aws/target-hosted-zone'), 'unsupported', 'not supported yet'],
  ])('%s', (_what, entry, reason, message) => {
    const wanted = read([
      { dnsName: 'a.example.com', recordType: 'A', targets: ['192.0.2.1'], ...entry },
      { dnsName: 'b.example.com', recordType: 'A', targets: ['192.0.2.2'] },
    ]);
    expect(records(wanted)).toEqual(['b.example.com A 192.0.2.2']);
    expect(held(wanted)).toEqual(['a.example.com']);
    expect(onlyFinding(wanted)).toMatchObject({
      reason,
      name: 'a.example.com',
      message: expect.stringContaining(message),
    });
  });

  it('takes the first of properties of one name, as ExternalDNS does, and tells of another that differs', () => {
    const weights = ['10', '10', '20'].map(value => ({ name: 'aws/weight', value }));
    const wanted = one({ setIdentifier: 's', providerSpecific: weights });
    expect(wanted.endpoints).toMatchObject([{ routing: { weight: 10 } }]);
    expect(onlyFinding(wanted)).toMatchObject({
      reason: 'warning',
      message: expect.stringMatching(/providerSpecific\[2\] .*is ignored: .*providerSpecific\[0\] .* says "10"/),
    });
  });

  it('tells of target health that is neither true nor false', () => {
    const property = { name: 'aws/evaluate-target-health', value: 'yes' };
    const wanted = one({ recordType: 'CNAME', targets: [NLB], providerSpecific: [property] });
    expect(wanted.endpoints).toMatchObject([{ evaluateTargetHealth: false }]);
    expect(onlyFinding(wanted).message).toContain('"yes" means false: write "true" or "false"');
  });

  it.each([
    [
      'a hosted zone that is none',
      { providerSpecific: [{ name: 'aws/hosted-zone-id', value: 'x' }] },
      ['a.example.com'],
    ],
    ['a malformed name', { dnsName: 'a..b' }, ['*']],
    ['no name', { dnsName: undefined }, ['*']],
    ['targets that are none', { targets: 'x' }, ['*']],
    ['a target that is no text', { targets: [5] }, ['*']],
    ['a property that is no text', { providerSpecific: [{ name: 'alias', value: 5 }] }, ['*']],
  ])('%s is malformed', (_what, entry, holds) => {
    const wanted = one(entry);
    expect(wanted.endpoints).toEqual([]);
    expect(reasons(wanted)).toEqual(['invalid']);
    expect(held(wanted)).toEqual(holds);
  });

  it.each([[undefined], [null], [[null]], [[]]])('entries that are not there are none: %j', endpoints => {
    expect(read(endpoints)).toEqual({ endpoints: [], holds: [], findings: [] });
  });

  it('a type that there is not is refused, and what is published of its name stays', () => {
    const wanted = one({ recordType: 'a', targets: ['192.0.2.1'] });
    expect(wanted).toMatchObject({ endpoints: [], holds: [{ message: expect.stringContaining('"a"') }] });
    expect(onlyFinding(wanted)).toMatchObject({ reason: 'invalid', message: expect.stringContaining('A, AAAA') });
  });

  it('a type that is not managed is left alone', () => {
    const wanted = one({ recordType: 'TXT', targets: ['x'] }, ruled({}));
    expect(wanted).toMatchObject({ endpoints: [], holds: [{ message: expect.stringContaining('not managed') }] });
    expect(onlyFinding(wanted)).toMatchObject({
      reason: 'filtered',
      message: expect.stringContaining('records.types'),
    });
  });
});
