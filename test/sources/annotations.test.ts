import { describe, expect, it } from 'vitest';
import { ALPHA, context, held, ingress, onlyFinding, PREFIX, read, reasons, records, service } from './objects.ts';

const asking = (annotations: Readonly<Record<string, unknown>>) =>
  read('service', service({ annotations: { hostname: 'a.example.com', ...annotations } }));

it('an object with very many annotations costs in proportion to them', () => {
  const spent = (count: number) => {
    const annotations = Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, '']));
    const raw = service({ annotations: { hostname: 'a.example.com', ...annotations } });
    const times = Array.from({ length: 5 }, () => {
      // Of the processor, not of the clock: on a busy machine a long turn is interrupted, and a short one is not.
      const began = process.cpuUsage();
      expect(read('service', raw).endpoints).toHaveLength(1);
      const { user, system } = process.cpuUsage(began);
      return user + system;
    });
    return Math.min(...times);
  };
  spent(1_000);
  // 64 times as much where each key is looked for among all others.
  expect(spent(16_000) / spent(2_000)).toBeLessThan(24);
});

describe('ttl', () => {
  it.each([
    ['60', 60],
    ['5m', 300],
    ['1m1.9s', 61],
    ['1h', 3600],
    ['1', 1],
    ['2147483647', 2_147_483_647],
  ])('%s is %i seconds', (ttl, seconds) => {
    expect(asking({ ttl })).toMatchObject({ endpoints: [{ ttl: seconds }], findings: [] });
  });

  it.each(['', 'abc', '0', '-5', '500ms', '2147483648', '99999999999', '1.5', '60 '])(
    '%j means the default, with a warning',
    ttl => {
      const wanted = asking({ ttl });
      expect(wanted.endpoints).toHaveLength(1);
      expect(wanted.endpoints[0]).not.toHaveProperty('ttl');
      expect(onlyFinding(wanted)).toMatchObject({ reason: 'warning', field: `metadata.annotations["${ALPHA}ttl"]` });
    },
  );
});

describe('alias', () => {
  it.each([
    ['true', 'always'],
    ['false', 'never'],
  ])('%s is %s', (alias, wish) => {
    expect(asking({ alias })).toMatchObject({ endpoints: [{ alias: wish }], findings: [] });
  });

  it.each(['', 'TRUE', 'yes'])('%j is ignored, with a warning', alias => {
    expect(asking({ alias })).toMatchObject({ endpoints: [{ alias: 'auto' }], findings: [{ reason: 'warning' }] });
  });
});

describe('controller', () => {
  it('dns-controller means us', () => {
    expect(asking({ controller: 'dns-controller' })).toMatchObject({ endpoints: [{}], findings: [] });
  });

  it.each(['other', ''])('%j means another: the object is left alone, and nothing is held', controller => {
    const wanted = asking({ controller, hostname: 'bad..name', weight: '1' });
    expect(wanted).toMatchObject({ endpoints: [], holds: [], findings: [{ reason: 'filtered' }] });
  });

  it('of the first prefix wins', () => {
    expect(reasons(asking({ controller: 'dns-controller', [`${PREFIX}controller`]: 'other' }))).toEqual(['filtered']);
  });
});

describe('what is not supported yet is refused, because a simple record would be wrong', () => {
  it.each(['aws-target-hosted-zone'])('%s', key => {
    const wanted = asking({ [key]: 'x' });
    expect(wanted.endpoints).toEqual([]);
    expect(held(wanted)).toEqual(['*']);
    expect(onlyFinding(wanted)).toMatchObject({
      reason: 'unsupported',
      name: 'a.example.com',
      field: `metadata.annotations["${ALPHA}${key}"]`,
    });
  });

  it.each([
    ['aws-wieght', /did you mean "aws-weight"\?/],
    ['aws-something-new', /is not a known annotation: remove it/],
  ])('%s, which nobody knows, too: it may be a slip in one that makes another record', (key, message) => {
    const wanted = asking({ [key]: '10' });
    expect(wanted.endpoints).toEqual([]);
    expect(held(wanted)).toEqual(['*']);
    expect(onlyFinding(wanted)).toMatchObject({ reason: 'unsupported', message: expect.stringMatching(message) });
  });

  it('but routing annotations on an object that asks for no name are none of our business', () => {
    const wanted = read('service', service({ annotations: { 'aws-weight': '10' } }));
    expect(wanted).toEqual({ endpoints: [], holds: [], findings: [] });
  });

  it.each(['record-type'])('while %s is a detail that costs a warning', key => {
    const wanted = asking({ [key]: 'x' });
    expect(records(wanted)).toEqual(['a.example.com A 192.0.2.1']);
    expect(onlyFinding(wanted)).toMatchObject({
      reason: 'warning',
      message: expect.stringContaining('not supported yet'),
    });
  });

  it.each(['access', 'endpoints-type', 'cloudflare-proxied'])('while %s changes nothing here', key => {
    expect(asking({ [key]: 'x' })).toMatchObject({ endpoints: [{}], findings: [] });
  });
});

describe('an annotation that nobody knows', () => {
  const bare = (annotations: Readonly<Record<string, unknown>>) => read('service', service({ annotations }));

  it.each([
    ['hostnam', /"hostnam" is not a known annotation, and does nothing: did you mean "hostname"\?/],
    ['tll', /did you mean "ttl"\?/],
    ['Hostname', /did you mean "hostname"\?/],
    ['weight', /does nothing: known are hostname, internal-hostname, target/],
  ])('%s is a warning, and what is asked for is published', (key, message) => {
    expect(onlyFinding(bare({ [key]: 'a.example.com' }))).toMatchObject({
      reason: 'warning',
      field: `metadata.annotations["${ALPHA}${key}"]`,
      message: expect.stringMatching(message),
    });
    expect(records(asking({ [key]: 'x' }))).toEqual(['a.example.com A 192.0.2.1']);
  });

  it.each([
    ['of another controller', { controller: 'other', hostnam: 'x' }, ['filtered']],
    ['of another provider', { 'webhook-x': 'y', 'coredns-group': 'z' }, []],
  ])('%s is none of our business', (_whose, annotations, expected) => {
    expect(reasons(bare(annotations))).toEqual(expected);
  });

  it('under a prefix of one’s own is told only where it is near a known one', () => {
    const own = { ...context, settings: { ...context.settings, annotationPrefixes: ['acme.io/'] } };
    const raw = service({ annotations: { 'acme.io/team': 'shop', 'acme.io/hostnme': 'a.example.com' } });
    expect(onlyFinding(read('service', raw, own)).message).toMatch(/did you mean "hostname"/);
  });

  it('is told of five times an object, the rest is counted', () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`unknown${i}`, '']));
    const { findings } = bare(many);
    expect(findings).toHaveLength(6);
    expect(findings.at(-1)?.message).toMatch(/and 4995 more annotations that are not known/);
  });
});

describe('aws-evaluate-target-health, as ExternalDNS reads it', () => {
  it.each([
    ['true', true, []],
    ['false', false, []],
    ['maybe', false, ['warning']],
  ])('%s', (text, evaluateTargetHealth, findings) => {
    const wanted = asking({ 'aws-evaluate-target-health': text });
    expect(wanted.endpoints).toMatchObject([{ evaluateTargetHealth }]);
    expect(reasons(wanted)).toEqual(findings);
  });
});

describe('aws-hosted-zone-id pins the hosted zone', () => {
  it.each(['Z0EXAMPLE1', '/hostedzone/Z0EXAMPLE1', ' hostedzone/Z0EXAMPLE1 '])('%j', text => {
    expect(asking({ 'aws-hosted-zone-id': text })).toMatchObject({
      endpoints: [{ zoneId: 'Z0EXAMPLE1' }],
      findings: [],
    });
  });

  it('and publishes nowhere where it is malformed', () => {
    const wanted = asking({ 'aws-hosted-zone-id': 'example.com' });
    expect(wanted.endpoints).toEqual([]);
    expect(held(wanted)).toEqual(['*']);
    expect(onlyFinding(wanted).message).toContain('is not a hosted zone id');
  });
});

it('an annotation that an earlier prefix overrules is not looked at', () => {
  const both = (key: string, first: unknown, second: unknown) => asking({ [PREFIX + key]: first, [key]: second });
  expect(reasons(both('record-type', 'x', 'y'))).toEqual(['warning']);
  expect(both('ttl', '60', 5)).toMatchObject({ endpoints: [{ ttl: 60 }], findings: [] });
});

describe('an annotation that is not text', () => {
  it('makes the object unreadable, for it may change what the others mean', () => {
    const wanted = asking({ controller: 5 });
    expect(wanted.endpoints).toEqual([]);
    expect(held(wanted)).toEqual(['*']);
    expect(onlyFinding(wanted)).toMatchObject({
      reason: 'invalid',
      field: `metadata.annotations["${ALPHA}controller"]`,
    });
  });

  it('is absent when it is null', () => {
    expect(asking({ ttl: null })).toMatchObject({ endpoints: [{}], findings: [] });
  });

  it('is nobody’s concern under other prefixes', () => {
    expect(asking({ 'other.io/x': 5 })).toMatchObject({ endpoints: [{}], findings: [] });
  });

  it('nor is a list of annotations read', () => {
    const raw = { metadata: { name: 'web', namespace: 'default', annotations: ['x'] }, spec: {} };
    expect(onlyFinding(read('ingress', raw)).field).toBe('metadata.annotations');
  });
});

it('every annotation holds for Ingresses too', () => {
  const annotations = { ttl: '5m', alias: 'true', hostname: 'a.example.com', target: '192.0.2.1' };
  expect(read('ingress', ingress({ annotations })).endpoints).toMatchObject([{ ttl: 300, alias: 'always', type: 'A' }]);
});
