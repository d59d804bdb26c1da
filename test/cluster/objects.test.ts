import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createClusterReader } from '../../lib/cluster/index.ts';
import { parseConfig } from '../../lib/config/index.ts';
import { Reading, sourceSettings } from '../../lib/sources/index.ts';
import type { LocalCluster } from '../../local/emulators/kubernetes/cluster.ts';
import type { KubernetesObject } from '../../local/emulators/kubernetes/objects.ts';
import type { World } from '../../local/world.ts';
import { node, pod, slice } from '../sources/joined-objects.ts';
import { records } from '../sources/objects.ts';
import { startProd } from './prod.ts';

let world: World;
let cluster: LocalCluster;

beforeEach(async () => {
  ({ world, cluster } = await startProd());
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await world.close();
});

const apply = (apiVersion: string, kind: string, object: object) =>
  cluster.apply({ apiVersion, kind, ...object } as KubernetesObject);
const ask = (name: string, spec: object, namespace = 'default') =>
  apply('v1', 'Service', {
    metadata: { name, namespace, annotations: { 'external-dns.kubernetes.io/hostname': `${name}.example.com` } },
    spec,
  });

/** Reads the cluster as a run does, with these lines in the config. */
async function read(lines = '') {
  const text = `clusters: [{name: prod, region: us-east-1}]\n${lines}`;
  const settings = sourceSettings(parseConfig(text, { file: 'x.yml', env: {} }));
  const { sources } = parseConfig(text, { file: 'x.yml', env: {} });
  const reading = new Reading(sources, { cluster: 'prod', settings });
  cluster.resetCounts();
  const kinds = await createClusterReader({ pageSize: 2 })({ name: 'prod', owner: 'o', region: 'us-east-1' }, reading);
  return { kinds, calls: Object.keys(cluster.counts.calls).sort(), ...reading.wanted() };
}

describe('what only some Services need is read after them, and only where one needs it', () => {
  const external = { type: 'ExternalName', externalName: 'x.example.net' };

  test('not without one', async () => {
    ask('ext', external);
    expect((await read()).calls).toEqual(['list ingresses', 'list services']);
  });

  test('with one', async () => {
    ask('ext', external);
    ask('web', { clusterIP: 'None' });
    ask('np', { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] });
    apply('v1', 'Node', node('n1', ['198.51.100.1'], []));
    apply('v1', 'Pod', pod('web-0', { hostname: 'web-0', nodeName: 'n1' }));
    apply('discovery.k8s.io/v1', 'EndpointSlice', slice('web-a', [['web-0', '10.1.0.1']]));
    const { kinds, calls, ...wanted } = await read();
    expect(calls).toEqual(['list endpointslices', 'list ingresses', 'list nodes', 'list pods', 'list services']);
    expect(records(wanted).sort()).toEqual([
      'ext.example.com CNAME x.example.net',
      'np.example.com A 198.51.100.1',
      'web-0.web.example.com A 10.1.0.1',
      'web.example.com A 10.1.0.1',
    ]);
    expect(kinds).toMatchObject({ service: { complete: true } });
  });

  test('denied, it holds the one alone', async () => {
    ask('ext', external);
    ask('web', { clusterIP: 'None' });
    cluster.faults.deny('pods', 'list');
    const { kinds, ...wanted } = await read();
    expect(kinds).toMatchObject({ service: { complete: true } });
    expect(records(wanted)).toEqual(['ext.example.com CNAME x.example.net']);
    expect(wanted.holds.map(({ object }) => object.name)).toEqual(['web']);
    expect(wanted.findings).toMatchObject([{ reason: 'unreadable', message: expect.stringContaining('pods') }]);
  });
});

describe('filters.namespaces', () => {
  const external = { type: 'ExternalName', externalName: 'x.example.net' };
  const filtered = 'filters: {namespaces: [shop, web]}';
  beforeEach(() => {
    for (const [i, namespace] of ['shop', 'web', 'other'].entries()) {
      for (let at = 0; at < 3; at++) ask(`s${i}-${at}`, external, namespace);
    }
  });

  test('list these namespaces alone, and need no right to others', async () => {
    const paths = () => cluster.counts.calls['list services'];
    const { kinds, endpoints } = await read(filtered);
    expect(kinds).toEqual({ service: { complete: true, objects: 6 }, ingress: { complete: true, objects: 0 } });
    expect(paths()).toBe(4);
    expect(endpoints.map(({ object }) => object.namespace)).not.toContain('other');
    expect(endpoints).toHaveLength(6);
  });

  test('begin anew where one of them expires, and nothing counts twice', async () => {
    let pages = 0;
    const text = `clusters: [{name: prod, region: us-east-1}]\n${filtered}`;
    const config = parseConfig(text, { file: 'x.yml', env: {} });
    const reading = new Reading(config.sources, { cluster: 'prod', settings: sourceSettings(config) });
    const intake = Object.create(reading, {
      page: {
        value: (...args: Parameters<Reading['page']>) => {
          reading.page(...args);
          if (args[0] === 'service' && ++pages === 3) cluster.compact();
        },
      },
      needs: { value: reading.needs.bind(reading) },
      namespaces: { value: reading.namespaces.bind(reading) },
      restart: { value: reading.restart.bind(reading) },
    }) as Reading;
    await createClusterReader({ pageSize: 2 })({ name: 'prod', owner: 'o', region: 'us-east-1' }, intake);
    expect(
      reading
        .wanted()
        .endpoints.map(({ name }) => name)
        .sort(),
    ).toEqual(['s0-0', 's0-1', 's0-2', 's1-0', 's1-1', 's1-2'].map(name => `${name}.example.com`));
    expect(pages).toBeGreaterThan(4);
  });

  test('an empty list of default is not believed, of another namespace it is', async () => {
    cluster.delete({ kind: 'Service', name: 'kubernetes', namespace: 'default' });
    expect((await read('filters: {namespaces: [default]}')).kinds).toMatchObject({ service: { complete: false } });
    expect((await read('filters: {namespaces: [empty]}')).kinds).toMatchObject({
      service: { complete: true, objects: 0 },
    });
  });
});

test('DNSEndpoints are found at the version that is served; without the CRD there are none', async () => {
  const spec = { endpoints: [{ dnsName: 'a.example.com', recordType: 'A', targets: ['192.0.2.1'] }] };
  apply('externaldns.k8s.io/v1alpha1', 'DNSEndpoint', { metadata: { name: 'a', namespace: 'shop' }, spec });
  const { kinds, endpoints } = await read('sources: [dnsendpoint]');
  expect(kinds).toEqual({ crd: { complete: true, objects: 1 } });
  expect(endpoints).toMatchObject([{ name: 'a.example.com', object: { kind: 'crd', namespace: 'shop' } }]);
  cluster.faults.absent.add('externaldns.k8s.io');
  expect((await read('sources: [crd]')).kinds).toEqual({ crd: { complete: true, objects: 0 } });
});
