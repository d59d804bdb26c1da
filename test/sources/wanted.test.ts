import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { desiredFrom, dnsFingerprint, type SourceKind } from '../../lib/sources/index.ts';
import { NO_RULES } from '../../lib/sources/rules.ts';
import { ALPHA, context, held, ingress, NLB, named, read, reasons, records, service } from './objects.ts';

const kinds: readonly SourceKind[] = ['service', 'ingress'];
const good = service({ annotations: { hostname: 'good.example.com' } });

describe('a malformed object is reported, and the others of the page go on', () => {
  it.each([
    ['null', null],
    ['a number', 5],
    ['a text', 'service'],
    ['a list', []],
    ['an empty object', {}],
    ['metadata of null', { metadata: null }],
    ['no name', { metadata: { namespace: 'default' } }],
    [
      'a name with a quote, which would break the ownership record',
      { metadata: { name: 'a"b', namespace: 'default' } },
    ],
    ['a name with a comma', { metadata: { name: 'a,b', namespace: 'default' } }],
    ['no namespace', { metadata: { name: 'web' } }],
  ])('%s', (_rule, raw) => {
    for (const kind of kinds) {
      const wanted = desiredFrom(kind, [raw, good, raw], context);
      expect(records(wanted)).toContain('good.example.com A 192.0.2.1');
      expect(new Set(reasons(wanted))).toEqual(new Set(['invalid']));
      expect(wanted.findings[0]?.message).toContain('<unnamed>');
    }
  });
});

describe('the objects of a page', () => {
  const objects = [good, service({ name: 'b', annotations: { hostname: 'x..y' } }), service({ name: 'c' }), null];

  it('are read independently: pages can be put one after the other', () => {
    const parts = objects.map(each => desiredFrom('service', [each], context));
    expect(desiredFrom('service', objects, context)).toEqual({
      endpoints: parts.flatMap(each => each.endpoints),
      holds: parts.flatMap(each => each.holds),
      findings: parts.flatMap(each => each.findings),
    });
  });

  it('may be none', () => {
    expect(desiredFrom('service', [], context)).toEqual({ endpoints: [], holds: [], findings: [] });
  });

  it('may name so many hosts that they fit no argument list', () => {
    const rules = Array.from({ length: 200_000 }, (_, i) => ({ host: `h${i}.example.com` }));
    const limits = { hostnamesPerObject: 200_000, targetsPerObject: 400 };
    const wide = { ...context, settings: { ...context.settings, rules: { ...NO_RULES, limits } } };
    expect(read('ingress', ingress({ spec: { rules } }), wide).endpoints).toHaveLength(200_000);
  });
});

/** Any JSON, with the texts and keys that the sources look at among it. */
const text = fc.oneof(
  fc.constantFrom(
    '',
    ',',
    '0',
    '5m',
    'true',
    'a.example.com',
    'a..b',
    '192.0.2.1',
    '::1',
    '::ffff:1.2.3.4',
    'LoadBalancer',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const key = fc.oneof(
  fc.constantFrom('metadata', 'name', 'namespace', 'annotations', 'spec', 'status', 'rules', 'host', 'tls', 'hosts'),
  fc.constantFrom(
    'type',
    'externalIPs',
    'loadBalancer',
    'ingress',
    'ip',
    'hostname',
    'clusterIP',
    '__proto__',
    'length',
  ),
  fc
    .constantFrom('hostname', 'target', 'ttl', 'alias', 'controller', 'aws-weight', 'internal-hostname')
    .map(k => ALPHA + k),
);
const json = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    fc.constantFrom(null, true, 0, -1, 1e99),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 6 }),
  ),
})).value;

/** A sound object in which one place, however deep, holds something else. */
function mutated(object: unknown, path: readonly number[], value: unknown): unknown {
  const [step, ...rest] = path;
  if (typeof object !== 'object' || object === null || step === undefined) return value;
  const keys = Object.keys(object);
  const at = keys[step % keys.length];
  if (at === undefined) return value;
  const copy = (Array.isArray(object) ? [...object] : { ...object }) as Record<string, unknown>;
  copy[at] = mutated(copy[at], rest, value);
  return copy;
}

const sound: readonly unknown[] = [
  service({
    annotations: { hostname: 'a.example.com,b.example.com', ttl: '60', alias: 'true' },
    lb: [{ ip: '192.0.2.1' }, { hostname: NLB }],
  }),
  service({
    annotations: { hostname: 'a.example.com', target: '192.0.2.1,2001:db8::1' },
    spec: { type: 'LoadBalancer', externalIPs: ['192.0.2.9'] },
  }),
  ingress({
    annotations: { hostname: 'a.example.com' },
    spec: { rules: [{ host: 'b.example.com' }], tls: [{ hosts: ['c.example.com'] }] },
  }),
];
const objects = fc.oneof(
  json,
  fc
    .tuple(fc.constantFrom(...sound), fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 6 }), json)
    .map(([object, path, value]) => mutated(object, path, value)),
);

describe('whatever the objects are', () => {
  it('nothing is thrown, and what comes out keeps the promises of its types', () => {
    fc.assert(
      fc.property(fc.array(objects, { maxLength: 3 }), fc.constantFrom(...kinds), (page, kind) => {
        const wanted = desiredFrom(kind, page, named('example.com'));
        for (const endpoint of wanted.endpoints) {
          expect(endpoint.name).toMatch(/^[a-z0-9*_][a-z0-9*_.-]*$/);
          expect(endpoint.targets).toEqual([...new Set(endpoint.targets)].sort());
          expect(endpoint.targets.length).toBeGreaterThan(0);
          if (endpoint.type === 'CNAME') expect(endpoint.targets).toHaveLength(1);
          if (endpoint.ttl !== undefined) expect(endpoint.ttl).toBeGreaterThanOrEqual(1);
        }
        for (const { message, object } of wanted.findings) expect(message).toContain(`${kind}/${object?.namespace}/`);
        expect(wanted.findings.length).toBeLessThanOrEqual(page.length * 21);
      }),
      { numRuns: 3000 },
    );
  });

  it('an object that is refused as a whole holds its records', () => {
    fc.assert(
      fc.property(objects, fc.constantFrom(...kinds), (raw, kind) => {
        const wanted = read(kind, raw);
        const refused = reasons(wanted).some(reason => ['invalid', 'unsupported', 'no-target'].includes(reason));
        expect(wanted.holds.length > 0).toBe(refused);
      }),
      { numRuns: 2000 },
    );
  });

  it('the fingerprints of two objects agree just when the objects ask for the same', () => {
    fc.assert(
      fc.property(objects, objects, fc.constantFrom(...kinds), (one, other, kind) => {
        const same = JSON.stringify(read(kind, one)) === JSON.stringify(read(kind, other));
        expect(dnsFingerprint(kind, one, context) === dnsFingerprint(kind, other, context)).toBe(same);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('dnsFingerprint', () => {
  const before = service({ annotations: { hostname: 'a.example.com', 'other.io/beat': '1' } });
  const print = (raw: unknown) => dnsFingerprint('service', raw, context);

  it.each([
    [
      'a heartbeat in another annotation',
      service({ annotations: { hostname: 'a.example.com', 'other.io/beat': '2' } }),
    ],
    ['a new resource version', { ...before, metadata: { ...(before.metadata as object), resourceVersion: '77' } }],
    ['conditions in the status', { ...before, status: { ...(before.status as object), conditions: [{}] } }],
    ['another spelling of the same', service({ annotations: { hostname: 'A.example.com.,' } })],
  ])('does not change with %s', (_rule, after) => {
    expect(print(after)).toBe(print(before));
  });

  it.each([
    ['the name', service({ annotations: { hostname: 'b.example.com' } })],
    ['the target', service({ annotations: { hostname: 'a.example.com' }, lb: [{ ip: '192.0.2.2' }] })],
    ['the TTL', service({ annotations: { hostname: 'a.example.com', ttl: '60' } })],
    ['the loss of the target', service({ annotations: { hostname: 'a.example.com' }, lb: [] })],
    ['what is wrong with it', service({ annotations: { hostname: 'a.example.com,x..y' } })],
  ])('changes with %s', (_rule, after) => {
    expect(print(after)).not.toBe(print(before));
  });

  it('is empty for an object that asks for nothing', () => {
    expect(print(service())).toBe('');
  });
});

it('a held name is told once, however often the object names it', () => {
  const wanted = read('service', service({ annotations: { hostname: 'a.example.com,A.example.com' }, lb: [] }));
  expect(held(wanted)).toEqual(['a.example.com']);
});
