import { describe, expect, test } from 'vitest';
import { desiredFrom, EVERY_GATEWAY, type SourceContext, sourceOf } from '../../lib/sources/index.ts';
import { type KubernetesObject, service } from '../support/objects.ts';

const CONTEXT: SourceContext = {
  cluster: 'prod',
  settings: {
    annotationPrefixes: ['external-dns.kubernetes.io/'],
    hostnames: { fromServiceName: false },
    domains: [],
    gateway: EVERY_GATEWAY,
  },
};

function ignoring(value: unknown, annotations: Record<string, string> = {}): KubernetesObject {
  const made = service('a', { hostname: 'x.example.com', ...annotations }, ['192.0.2.1']) as unknown as {
    metadata: { annotations: Record<string, unknown> };
  };
  made.metadata.annotations['fairlead.dev/ignore'] = value;
  return made as unknown as KubernetesObject;
}

const wanted = (object: unknown) => desiredFrom('service', [object], CONTEXT);

describe('fairlead.dev/ignore', () => {
  test('keep: the object asks for nothing and keeps all that it has', () => {
    const { endpoints, holds, findings } = wanted(ignoring('keep'));
    expect(endpoints).toEqual([]);
    expect(holds[0]).toMatchObject({ object: { name: 'a' }, message: expect.stringContaining('keep') });
    expect(holds[0]).not.toHaveProperty('name');
    expect(findings).toEqual([expect.objectContaining({ reason: 'warning' })]);
  });

  test.each<[string, Record<string, string>]>([
    ['a malformed hostname', { hostname: 'a..b' }],
    ['another controller', { controller: 'other' }],
    ['a malformed target', { target: '192.0.2.300' }],
  ])('keep: whatever else it says, such as %s', (_, annotations) => {
    const { endpoints, holds, findings } = wanted(ignoring('keep', annotations));
    expect(endpoints).toEqual([]);
    expect(holds[0]).not.toHaveProperty('name');
    expect(findings.map(({ reason }) => reason)).toEqual(['warning']);
  });

  test.each([['Keep'], ['delete'], ['true'], [''], [7]])('%s: invalid, and the records stay', value => {
    const { endpoints, holds, findings } = wanted(ignoring(value));
    expect(endpoints).toEqual([]);
    expect(holds).toHaveLength(1);
    expect(findings).toEqual([
      expect.objectContaining({ reason: 'invalid', message: expect.stringContaining('write "keep"') }),
    ]);
  });

  test('is among what a watcher keeps of an object that waits for others', () => {
    const slim = sourceOf('gateway-httproute').slim?.(ignoring('keep'), CONTEXT);
    expect(JSON.stringify(slim)).toContain('"fairlead.dev/ignore":"keep"');
  });

  test('is obeyed under its own prefix only', () => {
    const made = service('a', { hostname: 'x.example.com', ignore: 'keep' }, ['192.0.2.1']);
    expect(wanted(made).endpoints).toHaveLength(1);
  });
});
