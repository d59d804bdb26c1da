import { describe, expect, it } from 'vitest';
import { desiredFrom, Reading, type SourceKind } from '../../lib/sources/index.ts';
import { differing, writtenBy } from '../../lib/sources/written.ts';
import { endpoint } from '../support/plan.ts';
import { context } from './objects.ts';

const meta = (annotations: Record<string, unknown> = {}) => ({ name: 'web', namespace: 'shop', annotations });
const names = (resource: string, raw: unknown) => writtenBy(resource, raw, context)?.names;

describe('the hostnames that an object has in its own text', () => {
  it.each<[string, string, unknown, readonly string[] | undefined]>([
    [
      'of its annotation',
      'service',
      { metadata: meta({ 'external-dns.kubernetes.io/hostname': 'a.example.com, b.example.com' }) },
      ['a.example.com', 'b.example.com'],
    ],
    [
      'under a prefix that is not obeyed',
      'service',
      { metadata: meta({ 'old.example.net/hostname': 'a.example.com' }) },
      ['a.example.com'],
    ],
    [
      'of the annotation for the inside',
      'service',
      { metadata: meta({ 'external-dns.kubernetes.io/internal-hostname': 'a.example.com' }) },
      ['a.example.com'],
    ],
    [
      'of an annotation that says where hostnames come from: none',
      'ingress',
      { metadata: meta({ 'external-dns.kubernetes.io/ingress-hostname-source': 'annotation-only' }) },
      undefined,
    ],
    [
      'of rules and TLS hosts, each once and in canonical form',
      'ingress',
      {
        metadata: meta(),
        spec: { rules: [{ host: 'A.example.com.' }, {}], tls: [{ hosts: ['a.example.com', '*.b.example.com'] }, {}] },
      },
      ['a.example.com', '*.b.example.com'],
    ],
    [
      'of a route',
      'httproute',
      { metadata: meta(), spec: { hostnames: ['a.example.com'], rules: [{ matches: [] }] } },
      ['a.example.com'],
    ],
    [
      'of the entries of a DNSEndpoint',
      'crd',
      { metadata: meta(), spec: { endpoints: [{ dnsName: 'a.example.com', recordType: 'A' }, null] } },
      ['a.example.com'],
    ],
    [
      'what is no hostname is none',
      'ingress',
      { metadata: meta({ hostname: 5 }), spec: { rules: [{ host: 5 }, { host: 'a..b' }], tls: 'all', hostnames: {} } },
      undefined,
    ],
    ['of nothing at all', 'service', null, undefined],
  ])('%s', (_, resource, raw, expected) => {
    expect(names(resource, raw)).toEqual(expected);
  });

  it('are not kept where they are very many: then it may be any', () => {
    const hosts = Array.from({ length: 501 }, (_, i) => ({ host: `h${i}.example.com` }));
    expect(writtenBy('ingress', { metadata: meta(), spec: { rules: hosts } }, context)).toEqual({
      resource: 'ingress/shop/web',
    });
  });

  it('are told of objects that are filtered out, too, and are void when a listing begins anew', () => {
    const settings = { ...context.settings, annotationPrefixes: [] };
    const sources: SourceKind[] = ['service', 'ingress'];
    const reading = new Reading(sources, { ...context, settings });
    const object = { metadata: meta({ 'external-dns.kubernetes.io/hostname': 'a.example.com' }) };
    expect(desiredFrom('service', [object], { ...context, settings }).endpoints).toEqual([]);
    reading.page('service', [object]);
    reading.restart('service');
    reading.page('service', [object]);
    expect(reading.wanted().written).toEqual([{ resource: 'service/shop/web', names: ['a.example.com'] }]);
  });
});

it('does not depend on which of the sources was read first', () => {
  const one = { metadata: meta(), spec: { rules: [{ host: 'a.example.com' }] } };
  const wanted = (...order: SourceKind[]) => {
    const reading = new Reading(['service', 'ingress'], context);
    for (const kind of order) reading.page(kind as 'service' | 'ingress', [one]);
    return reading.wanted();
  };
  expect(wanted('ingress', 'service')).toEqual(wanted('service', 'ingress'));
  expect(wanted('service', 'ingress').written).toHaveLength(2);
});

describe('it is kept only of objects that ask for other names', () => {
  const asked = [
    endpoint('service/a x.example.com 203.0.113.1'),
    endpoint('service/a x.example.com 2001:db8::1'),
    endpoint('service/a y.example.com 203.0.113.1'),
  ];
  const A = 'service/default/a';

  it.each<[string, readonly string[] | undefined, boolean]>([
    ['the same, in whatever order', ['y.example.com', 'x.example.com'], false],
    ['more', ['x.example.com', 'y.example.com', 'z.example.com'], true],
    ['less', ['x.example.com'], true],
    ['others', ['x.example.com', 'z.example.com'], true],
    ['very many', undefined, true],
  ])('its text has %s', (_, names, kept) => {
    const written = [{ resource: A, ...(names && { names }) }];
    expect(differing(written, asked)).toEqual(kept ? written : []);
  });

  it('its text has none at all, or it asks for none', () => {
    expect(differing([], asked)).toEqual([{ resource: A, names: [] }]);
    expect(differing([{ resource: A, names: ['x.example.com'] }], [])).toHaveLength(1);
  });
});
