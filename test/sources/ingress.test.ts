import { describe, expect, it } from 'vitest';
import { held, ingress, NLB, onlyFinding, read, reasons, records } from './objects.ts';

const rules = (...hosts: unknown[]) => hosts.map(host => ({ host, http: {} }));
const names = (raw: unknown) => read('ingress', raw).endpoints.map(({ name }) => name);

describe('the hostnames of an Ingress', () => {
  it('are those of its rules, its TLS hosts and its annotation, each once', () => {
    const spec = {
      rules: rules('a.example.com', 'B.example.com'),
      tls: [{ hosts: ['a.example.com', 'c.example.com'] }, { hosts: ['*.example.com'] }],
    };
    const annotations = { hostname: 'd.example.com,a.example.com' };
    const expected = ['a', 'b', 'c', '*', 'd'].map(label => `${label}.example.com CNAME ${NLB}`);
    expect(records(read('ingress', ingress({ spec, annotations })))).toEqual(expected);
  });

  it.each([
    ['no spec', undefined],
    ['rules of null', { rules: null, tls: null }],
    ['a rule without host', { rules: [{ http: {} }] }],
    ['an empty host', { rules: rules(''), tls: [{ hosts: [''] }] }],
    ['a TLS entry without hosts', { tls: [{ secretName: 'x' }] }],
    ['a default backend alone', { defaultBackend: {} }],
  ])('are none with %s, and nothing is reported', (_rule, spec) => {
    expect(read('ingress', ingress({ spec }))).toEqual({ endpoints: [], holds: [], findings: [] });
  });

  it.each([
    ['spec.rules[1].host', { rules: rules('good.example.com', 'under score!.example.com') }],
    ['spec.tls[0].hosts[2]', { tls: [{ hosts: ['good.example.com', '', 'a..b'] }] }],
    ['spec.rules[1].host', { rules: rules('good.example.com', 17) }],
    ['spec.tls', { rules: rules('good.example.com'), tls: 'x' }],
    ['spec.tls[0].hosts', { rules: rules('good.example.com'), tls: [{ hosts: {} }] }],
  ])('that are malformed are reported as %s, and the others go on', (field, spec) => {
    const wanted = read('ingress', ingress({ spec }));
    expect(records(wanted)).toEqual([`good.example.com CNAME ${NLB}`]);
    expect(onlyFinding(wanted)).toMatchObject({ reason: 'invalid', field });
    expect(held(wanted)).toEqual(['*']);
  });

  it('with spaces are malformed in the spec, where none are removed', () => {
    expect(reasons(read('ingress', ingress({ spec: { rules: rules(' a.example.com') } })))).toEqual(['invalid']);
  });
});

describe('ingress-hostname-source', () => {
  const spec = { rules: rules('rule.example.com'), tls: [{ hosts: ['tls.example.com'] }] };
  const from = (source: string) =>
    ingress({ spec, annotations: { hostname: 'ann.example.com', 'ingress-hostname-source': source } });

  it.each([
    ['defined-hosts-only', ['rule.example.com', 'tls.example.com']],
    ['Defined-Hosts-Only', ['rule.example.com', 'tls.example.com']],
    ['annotation-only', ['ann.example.com']],
  ])('%s', (source, expected) => {
    expect(names(from(source))).toEqual(expected);
  });

  it('with another value publishes nothing, is reported, and removes nothing', () => {
    const wanted = read('ingress', from('everything'));
    expect(wanted.endpoints).toEqual([]);
    expect(onlyFinding(wanted)).toMatchObject({ reason: 'invalid', message: expect.stringContaining('"everything"') });
    expect(held(wanted)).toEqual(['*']);
  });

  it('means nothing on a Service', () => {
    const annotations = {
      hostname: 'ann.example.com',
      'ingress-hostname-source': 'defined-hosts-only',
      target: '192.0.2.1',
    };
    expect(records(read('service', ingress({ annotations })))).toEqual(['ann.example.com A 192.0.2.1']);
  });
});

describe('the targets of an Ingress', () => {
  const spec = { rules: rules('a.example.com', 'b.example.com') };

  it('are those of its annotation first', () => {
    const wanted = read('ingress', ingress({ spec, annotations: { target: '192.0.2.7' } }));
    expect(records(wanted)).toEqual(['a.example.com A 192.0.2.7', 'b.example.com A 192.0.2.7']);
  });

  it('do not exist yet: each name is held and reported', () => {
    const wanted = read('ingress', ingress({ spec, lb: [] }));
    expect(wanted.endpoints).toEqual([]);
    expect(held(wanted)).toEqual(['a.example.com', 'b.example.com']);
    expect(reasons(wanted)).toEqual(['no-target', 'no-target']);
  });

  it('are not looked for in spec.externalIPs', () => {
    const wanted = read('ingress', ingress({ spec: { ...spec, type: 'LoadBalancer', externalIPs: ['192.0.2.1'] } }));
    expect(records(wanted)[0]).toBe(`a.example.com CNAME ${NLB}`);
  });
});

it('an Ingress that only its annotation gives a name is published', () => {
  const wanted = read('ingress', ingress({ annotations: { hostname: 'a.example.com' } }));
  expect(records(wanted)).toEqual([`a.example.com CNAME ${NLB}`]);
});
