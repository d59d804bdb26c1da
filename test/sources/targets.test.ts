import { describe, expect, it } from 'vitest';
import { MANAGED_TYPES } from '../../lib/model/index.ts';
import { NO_RULES } from '../../lib/sources/rules.ts';
import { context, held, NLB, onlyFinding, read, reasons, records, service } from './objects.ts';

const to = (target: string, hostname = 'a.example.com') =>
  read('service', service({ annotations: { hostname, target } }));
const targets = (target: string) => to(target).endpoints.map(each => [each.type, ...each.targets]);

describe('targets become record sets', () => {
  it.each([
    ['IPv4 addresses make an A record, sorted', '198.51.100.9, 198.51.100.8', [['A', '198.51.100.8', '198.51.100.9']]],
    ['IPv6 addresses make an AAAA record', '2001:db8::9', [['AAAA', '2001:db8::9']]],
    [
      'both make both',
      '2001:db8::9,192.0.2.1',
      [
        ['A', '192.0.2.1'],
        ['AAAA', '2001:db8::9'],
      ],
    ],
    ['an address keeps its spelling', '2001:DB8:0:0::0011', [['AAAA', '2001:DB8:0:0::0011']]],
    ['an address occurs once', '192.0.2.1,192.0.2.1', [['A', '192.0.2.1']]],
    ['two spellings of an address are one', '2001:db8::11,2001:DB8:0:0::0011', [['AAAA', '2001:DB8:0:0::0011']]],
    ['a name makes a CNAME, lower case and without final dot', 'LB.Example.NET.', [['CNAME', 'lb.example.net']]],
    ['a name occurs once', 'lb.example.net,LB.example.net.', [['CNAME', 'lb.example.net']]],
    ['an internationalised name is written as A-label', 'bücher.example', [['CNAME', 'xn--bcher-kva.example']]],
    ['a name may have underscores', '_x.acm-validations.aws', [['CNAME', '_x.acm-validations.aws']]],
  ])('%s', (_rule, target, expected) => {
    expect(targets(target)).toEqual(expected);
    expect(to(target).findings).toEqual([]);
  });

  it('several names: the first in sorted order is published, with a warning that names the others', () => {
    const wanted = to(`z.example.net,b.example.net,c.example.net`);
    expect(records(wanted)).toEqual(['a.example.com CNAME b.example.net']);
    expect(onlyFinding(wanted).reason).toBe('warning');
    expect(onlyFinding(wanted).message).toContain('c.example.net, z.example.net');
  });

  it('addresses and names: the addresses are published, with a warning that names the names', () => {
    const wanted = read(
      'service',
      service({ annotations: { hostname: 'a.example.com' }, lb: [{ ip: '192.0.2.1', hostname: NLB }] }),
    );
    expect(records(wanted)).toEqual(['a.example.com A 192.0.2.1']);
    expect(onlyFinding(wanted)).toMatchObject({ reason: 'warning', message: expect.stringContaining(NLB) });
  });

  it('a warning does not grow with the number of names', () => {
    const many = Array.from({ length: 400 }, (_, i) => `lb${i}.example.net`).join(',');
    expect(onlyFinding(to(many)).message).toMatch(/and 394 more$/);
  });
});

describe('a malformed target publishes nothing of the object and holds its names', () => {
  it.each([
    ['an address with a number too large', '192.0.2.256', /ends in a number/],
    ['an address with leading zeros', '192.0.02.1', /ends in a number/],
    ['a short spelling of an address', '192.0.513', /ends in a number/],
    ['an IPv4 address in IPv6 form', '::ffff:192.0.2.1', /IPv4 address in IPv6 form/],
    ['an address with a zone index', 'fe80::1%eth0', /zone index/],
    ['an address in brackets', '[2001:db8::1]', /without brackets/],
    ['a CIDR', '192.0.2.0/24', /URL or a path/],
    ['a name with a port', 'lb.example.net:443', /port/],
    ['a wildcard', '*.example.net', /wildcard/],
    ['an impossible name', 'lb..example.net', /empty label/],
  ])('%s', (_rule, target, message) => {
    const wanted = to(target, 'a.example.com,b.example.com');
    expect(wanted.endpoints).toEqual([]);
    expect(held(wanted)).toEqual(['a.example.com', 'b.example.com']);
    expect(onlyFinding(wanted)).toMatchObject({ reason: 'invalid', message: expect.stringMatching(message) });
    expect(onlyFinding(wanted).field).toContain('/target"]');
  });

  const own = /only the machine or the cluster itself/;
  it.each([
    ['the loopback address', '127.0.0.1'],
    ['any of its net', '127.255.0.9'],
    ['the address of the metadata service', '169.254.169.254'],
    ['a link-local address', '169.254.0.1'],
    ['the address of no machine', '0.0.0.0'],
    ['any of its net', '0.1.2.3'],
    ['the IPv6 loopback address', '::1'],
    ['the IPv6 loopback address in full', '0:0:0:0:0:0:0:1'],
    ['the IPv6 address of no machine', '::'],
    ['a link-local IPv6 address', 'fe80::1'],
    ['the last of them', 'febf:ffff::1'],
    ['the name of the machine', 'localhost'],
    ['a name under it', 'x.LOCALHOST.'],
    ['a name of the cluster', 'web.default.svc.cluster.local'],
    ['a short name of the cluster', 'web.default.svc'],
    ['the cluster domain', 'cluster.local'],
    ['svc', 'svc'],
  ])('%s', (_rule, target) => {
    for (const given of [target, `192.0.2.1,${target}`]) {
      const wanted = to(given, 'a.example.com,b.example.com');
      expect(wanted.endpoints).toEqual([]);
      expect(held(wanted)).toEqual(['a.example.com', 'b.example.com']);
      expect(onlyFinding(wanted)).toMatchObject({ reason: 'invalid', message: expect.stringMatching(own) });
    }
  });

  it.each([
    ['the loopback address', '::ffff:127.0.0.1'],
    ['the metadata service, in hexadecimal', '::ffff:a9fe:a9fe'],
  ])('%s in IPv6 form', (_rule, target) => {
    expect([to(target).endpoints, held(to(target))]).toEqual([[], ['a.example.com']]);
  });

  it.each(['128.0.0.1', '1.0.0.1', '169.255.0.1', '10.127.0.1', 'fec0::1', '2001:db8::1', '::2'])(
    '%s is beside these nets',
    target => expect(to(target).findings).toEqual([]),
  );

  it.each(['svc.example.net', 'mysvc', 'notlocalhost', 'cluster.local.example.net', 'x.local'])(
    '%s is not such a name',
    target => expect(targets(target)).toEqual([['CNAME', target]]),
  );

  it.each([
    ['the status', service({ annotations: { hostname: 'a.example.com' }, lb: [{ ip: '127.0.0.1' }] })],
    [
      'an external name',
      service({
        annotations: { hostname: 'a.example.com' },
        spec: { type: 'ExternalName', externalName: 'db.default.svc.cluster.local' },
      }),
    ],
  ])('it is of the machine or the cluster and stands in %s', (_rule, raw) => {
    const wanted = read('service', raw);
    expect([wanted.endpoints, held(wanted)]).toEqual([[], ['a.example.com']]);
    expect(onlyFinding(wanted).message).toMatch(own);
  });

  it.each([
    ['A', '127.0.0.1'],
    ['AAAA', 'fe80::1'],
    ['CNAME', 'web.default.svc.cluster.local'],
    ['MX', '10 localhost'],
    ['SRV', '0 0 80 web.default.svc.'],
    ['NS', 'ns.cluster.local'],
    ['HTTPS', '1 . ipv4hint="192.0.2.1,127.0.0.1"'],
    ['SVCB', '1 web.default.svc'],
    ['NAPTR', '100 50 "s" "SIP+D2U" "" localhost.'],
  ])('it is of the machine or the cluster and stands in a DNSEndpoint (%s)', (recordType, target) => {
    const endpoints = [{ dnsName: 'a.example.com', recordType, targets: [target] }];
    const rules = { ...NO_RULES, types: [...MANAGED_TYPES] };
    const where = { ...context, settings: { ...context.settings, rules } };
    const wanted = read('crd', { metadata: { name: 'web', namespace: 'default' }, spec: { endpoints } }, where);
    expect([wanted.endpoints, held(wanted)]).toEqual([[], ['a.example.com']]);
    expect(onlyFinding(wanted).message).toMatch(own);
  });

  it('even when the others are sound, for a part must not replace all', () => {
    const wanted = to('192.0.2.1,192.0.2.300');
    expect(wanted.endpoints).toEqual([]);
    expect(reasons(wanted)).toEqual(['invalid']);
  });

  it('in the status too, named by its field', () => {
    const wanted = read(
      'service',
      service({ annotations: { hostname: 'a.example.com' }, lb: [{ ip: '1.2.3.4' }, { ip: 'x y' }] }),
    );
    expect(wanted.endpoints).toEqual([]);
    expect(onlyFinding(wanted).field).toBe('status.loadBalancer.ingress[1].ip');
  });
});

it('a name that would point to itself is refused, and the other names go on', () => {
  const wanted = to('lb.example.com', 'LB.example.com,b.example.com');
  expect(records(wanted)).toEqual(['b.example.com CNAME lb.example.com']);
  expect(held(wanted)).toEqual(['lb.example.com']);
  expect(onlyFinding(wanted)).toMatchObject({ reason: 'invalid', name: 'lb.example.com' });
});
