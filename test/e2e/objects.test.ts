import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dnsEndpointCrds } from '../../scripts/real/crds.ts';
import { node, pod, slice } from '../sources/joined-objects.ts';
import { brief } from '../support/harness.ts';
import type { KubernetesObject } from '../support/objects.ts';
import { until } from './support/process.ts';
import { openStage, type Stage, withoutKube } from './support/stage.ts';

const crds = await dnsEndpointCrds();
const HOSTNAME = 'external-dns.kubernetes.io/hostname';

const real = (apiVersion: string, kind: string, object: object): KubernetesObject =>
  JSON.parse(JSON.stringify({ apiVersion, kind, ...object }));
const service = (name: string, spec: object) =>
  real('v1', 'Service', {
    metadata: { name, namespace: 'default', annotations: { [HOSTNAME]: `${name}.example.com` } },
    spec,
  });
const ports = [{ name: 'http', port: 80, protocol: 'TCP' }];
const containers = [{ name: 'main', image: 'x' }];

describe.skipIf(withoutKube || crds === undefined)(
  'DNSEndpoints, and Services that need others, on a real API server',
  () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await openStage();
      await stage.allow(['service', 'crd']);
      await stage.configure({ more: 'sources: [service, crd]\nrecords: {types: [A, AAAA, CNAME, TXT, CAA, SRV]}\n' });
    });
    afterAll(() => stage?.close());

    const published = () =>
      stage
        .records()
        .filter(({ name, type }) => type !== 'TXT' || name === 'text.example.com.')
        .map(brief)
        .sort();

    test('before its CRD is installed there are no DNSEndpoints, which is no fault', async () => {
      const { code, result } = await stage.cli('sync');
      expect([code, result.inStep]).toEqual([0, true]);
      expect(result.clusters[0]?.kinds).toMatchObject({ crd: { complete: true, objects: 0 } });
    });

    test('installed, they are published, and nothing is left to do', async () => {
      await stage.kube.admin.apply(...((crds ?? []) as unknown as KubernetesObject[]));
      const path = '/apis/externaldns.k8s.io/v1alpha1';
      await until('it is served', async () => (await stage.kube.admin.send('GET', path)).body.resources?.length > 0);
      const endpoints = [
        { dnsName: 'a.example.com', recordType: 'A', targets: ['203.0.113.1'], recordTTL: 60 },
        { dnsName: 'text.example.com', recordType: 'TXT', targets: ['one "two"'] },
        { dnsName: 'caa.example.com', recordType: 'CAA', targets: ['0 issue "ca.example.net"'] },
        { dnsName: 'n.example.com', recordType: 'A', targets: ['203.0.113.2'], setIdentifier: 'without a policy' },
        {
          ...{ dnsName: 'w.example.com', recordType: 'A', targets: ['203.0.113.3'], setIdentifier: 'x' },
          providerSpecific: [{ name: 'aws/weight', value: '10' }],
        },
      ];
      const metadata = { name: 'static', namespace: 'default' };
      await stage.kube.admin.apply(
        real('externaldns.k8s.io/v1alpha1', 'DNSEndpoint', { metadata, spec: { endpoints } }),
      );
      await until('it is read', async () => (await stage.cli('sync')).result.counts.created > 0);
      expect(published()).toEqual([
        'a.example.com A 203.0.113.1',
        'caa.example.com CAA 0 issue "ca.example.net"',
        'text.example.com TXT "one \\"two\\""',
        'w.example.com A#x 203.0.113.3',
      ]);
      const { result } = await stage.cli('plan');
      expect(result.zones.flatMap(zone => zone.changes)).toEqual([]);
      expect(result.findings.map(({ reason }) => reason)).toEqual(['invalid']);
    });

    test('Services with nodes, pods and EndpointSlices, within the rights that the ClusterRole gives', async () => {
      // There is no controller that would make it.
      const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };
      await stage.kube.admin.send('POST', '/api/v1/namespaces/default/serviceaccounts', account);
      const web0 = real('v1', 'Pod', pod('web-0', { hostname: 'web-0', subdomain: 'web', containers }));
      const admitted = () =>
        stage.kube.admin.apply(web0).then(
          () => true,
          () => false,
        );
      await until('pods are admitted', admitted);
      await stage.kube.admin.apply(
        real('v1', 'Node', { ...node('n1', ['198.51.100.1'], ['10.0.0.1']), metadata: { name: 'n1', namespace: '' } }),
        real('discovery.k8s.io/v1', 'EndpointSlice', { ...slice('web-a', [['web-0', '10.1.0.1']]), ports }),
        service('web', { clusterIP: 'None', selector: { app: 'web' }, ports }),
        service('np', { type: 'NodePort', selector: { app: 'web' }, ports: [{ ...ports[0], nodePort: 30080 }] }),
        service('ext', { type: 'ExternalName', externalName: 'x.example.net' }),
      );
      await stage.cli('sync');
      expect(published()).toEqual(
        expect.arrayContaining([
          '_np._tcp.np.example.com SRV 0 50 30080 np.example.com.',
          'ext.example.com CNAME x.example.net',
          'np.example.com A 198.51.100.1',
          'web-0.web.example.com A 10.1.0.1',
          'web.example.com A 10.1.0.1',
        ]),
      );
      expect((await stage.cli('plan')).result.zones.flatMap(zone => zone.changes)).toEqual([]);
    });
  },
);
