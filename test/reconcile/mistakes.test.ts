import { describe, expect, test } from 'vitest';
import { configOf, EXAMPLE_ZONE, harness } from '../support/harness.ts';
import { type KubernetesObject, service } from '../support/objects.ts';

const BASE = 'owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\n';
const ID = EXAMPLE_ZONE.id as string;

const world = (config: string, objects: KubernetesObject[]) =>
  harness({ config: BASE + config, clusters: { prod: { objects } } });

const endpoint = (recordType: string, target: string): KubernetesObject => ({
  apiVersion: 'externaldns.k8s.io/v1alpha1',
  kind: 'DNSEndpoint',
  metadata: { name: 'd', namespace: 'one' },
  spec: { endpoints: [{ dnsName: 'a.example.com', recordType, targets: [target] }] },
});

const ours = (hostedZone?: string) =>
  service(
    's',
    { hostname: 'a.example.com', ...(hostedZone !== undefined && { 'aws-hosted-zone-id': hostedZone }) },
    ['192.0.2.1'],
    'one',
  );
const rival = service('t', { hostname: 'a.example.com' }, ['192.0.2.66'], 'two');

describe('a mistake in an object or the config takes no name away, and gives it to nobody else', () => {
  test.each<[string, string, KubernetesObject, KubernetesObject]>([
    ['a hosted zone that is not selected', '', ours(), ours('ZTYPO')],
    [
      'a record type that there is not',
      'sources: [service, crd]',
      endpoint('A', '192.0.2.1'),
      endpoint('a', '192.0.2.1'),
    ],
    [
      'a record type that is not managed',
      'sources: [service, crd]\nrecords: {types: [A, AAAA]}',
      endpoint('A', '192.0.2.1'),
      endpoint('CNAME', 'x.example.net'),
    ],
  ])('%s', async (_, config, before, after) => {
    for (const others of [[], [rival]]) {
      const here = world(config, [before, ...others]);
      await here.run();
      expect(here.records()).toContain('a.example.com A 192.0.2.1');
      here.clusters.prod!.objects = [after, ...others];
      for (let run = 0; run < 3; run++) expect((await here.run()).findings).not.toEqual([]);
      expect(here.records()).toContain('a.example.com A 192.0.2.1');
    }
  });

  test('a template of targets that fails', async () => {
    const templates = (target: string) =>
      `hostnames: {templates: ['{{.Name}}.example.com'], targetTemplates: ['${target}']}`;
    const here = world(templates('203.0.113.5'), [service('s', {}, ['10.0.0.1'])]);
    await here.run();
    here.config = configOf(BASE + templates('{{.Foo}}'));
    expect((await here.run()).reasons).toMatchObject({ invalid: 1 });
    expect(here.records()).toContain('s.example.com A 203.0.113.5');
  });
});

test('a delegation that a DNSEndpoint asks for does not stand in its own way', async () => {
  const delegation = (server: string): KubernetesObject => ({
    ...endpoint('NS', server),
    spec: { endpoints: [{ dnsName: 'sub.example.com', recordType: 'NS', targets: [server] }] },
  });
  const here = world('sources: [crd]\nrecords: {types: [A, AAAA, CNAME, NS]}', [delegation('ns1.example.net')]);
  await here.run();
  expect(await here.run()).toMatchObject({ inStep: true, calls: {} });
  here.clusters.prod!.objects = [delegation('ns2.example.net')];
  expect(await here.run()).toMatchObject({ inStep: true });
  expect(here.json().find(({ type, name }) => type === 'NS' && name === 'sub.example.com.')?.values).toEqual([
    'ns2.example.net',
  ]);
});

test('a record that a person made at the name of a wildcard’s replacement is not taken for the wildcard’s', async () => {
  const here = world('registry: {wildcardReplacement: any}', [
    service('s', { hostname: '*.w.example.com' }, ['192.0.2.1']),
  ]);
  await here.run();
  here.store.edit(ID, {
    put: [{ name: 'any.w.example.com.', type: 'A', ttl: 60, values: ['203.0.113.9'] }],
    remove: [{ name: '*.w.example.com.', type: 'A' }],
  });
  here.clock.advance(24 * 3_600_000);
  for (let run = 0; run < 3; run++) expect((await here.run()).findings).not.toEqual([]);
  expect(here.records()).toContain('any.w.example.com A 203.0.113.9');
});
