import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { loadConfig } from '../../lib/config/index.ts';
import { SOURCE_GROUPS, type SourceKind } from '../../lib/sources/index.ts';
import { type Stack, startStack } from '../../local/stack/stack.ts';
import { gatewayCrds } from '../../scripts/real/crds.ts';
import { root } from '../../scripts/sls.ts';
import { Pod } from '../forwarder/pod.ts';
import { accepted, gateway, route } from '../sources/gateway-objects.ts';
import { brief } from '../support/harness.ts';
import type { KubernetesObject } from '../support/objects.ts';
import { kubeconfig } from './support/kube.ts';
import { until } from './support/process.ts';
import { CLUSTER, openStage, ROLE, type Stage, withoutKube } from './support/stage.ts';
import { serviceAccountToken } from './support/watch.ts';

const crds = await gatewayCrds();
const SOURCES: readonly SourceKind[] = ['service', ...SOURCE_GROUPS.gateway];
const GROUP = 'gateway.networking.k8s.io';

/** An object as the API server takes it: its CRD knows fields that the factories of other tests leave out. */
const real = (kind: string, object: { spec: object; status: object }): KubernetesObject =>
  JSON.parse(JSON.stringify({ apiVersion: `${GROUP}/v1`, kind, ...object }));

const web = (...addresses: string[]) => {
  const { spec, status: _, ...rest } = gateway();
  const status = { addresses: addresses.map(value => ({ type: 'IPAddress', value })) };
  return real('Gateway', { ...rest, spec: { gatewayClassName: 'x', ...spec }, status });
};

const shop = (status = 'True') => {
  const parentRef = { group: GROUP, kind: 'Gateway', name: 'web' };
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  const conditions = [{ ...accepted(status), reason: 'Accepted', message: '', lastTransitionTime }];
  const parents = [{ controllerName: 'example.com/gateway', parentRef, conditions }];
  return real('HTTPRoute', route({ hostnames: ['moves.example.com'], parentRefs: [parentRef], parents }));
};

describe.skipIf(withoutKube || crds === undefined)('the Gateway API’s own CRDs on a real API server', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
    await stage.allow(SOURCES);
    await stage.configure({ more: 'sources: [service, gateway]\n' });
  });
  afterAll(() => stage?.close());

  const published = () =>
    stage
      .records()
      .filter(({ type }) => type !== 'TXT')
      .map(brief)
      .sort();
  const owned = () =>
    stage
      .records()
      .filter(({ type }) => type === 'TXT')
      .map(record => brief(record).split(' ').at(-1));

  test('before they are installed there are no routes, which is no fault', async () => {
    const { code, result } = await stage.cli('sync');
    expect([code, result.inStep]).toEqual([0, true]);
    expect(result.clusters[0]?.kinds).toMatchObject({ 'gateway-httproute': { complete: true, objects: 0 } });
  });

  describe('installed', () => {
    beforeAll(async () => {
      await stage.kube.admin.apply(...((crds ?? []) as unknown as KubernetesObject[]));
      const served = async (version: string) =>
        (await stage.kube.admin.send('GET', `/apis/${GROUP}/${version}`)).body.resources?.length ?? 0;
      await until('they are served', async () => (await served('v1')) >= 9);
    });

    test('manifests as two controllers write them come out as in the tests beside the sources', async () => {
      for (const name of ['infra', 'shop', 'lab', 'envoy', 'tenant'])
        await stage.kube.admin.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, namespace: '' } });
      const manifests: KubernetesObject[] = [];
      for (const file of ['aws-load-balancer-controller', 'envoy-gateway']) {
        const text = await readFile(`${root}test/fixtures/gateway/${file}.yaml`, 'utf8');
        manifests.push(...parseAllDocuments(text).map(document => document.toJS() as KubernetesObject));
      }
      await stage.kube.admin.apply(...manifests);
      const { result } = await stage.cli('sync');
      expect(result.findings.map(({ reason }) => reason)).toEqual(['filtered']);
      const [alb, nlb] = [
        'k8s-infra-public-0f1e2d3c4b-1234567890.eu-west-1.elb.amazonaws.com',
        'k8s-infra-streams-5a6b7c8d9e-0123456789abcdef.elb.eu-west-1.amazonaws.com',
      ];
      const aliases = [
        ['shop', alb],
        ['mqtt', nlb],
        ['plain.mqtt', nlb],
        ['syslog', nlb],
      ].flatMap(([name, to]) => [`${name}.example.com A → ${to}`, `${name}.example.com AAAA → ${to}`]);
      const addresses = ['both', 'web.tenant'].flatMap(name => [
        `${name}.example.com A 203.0.113.20`,
        `${name}.example.com AAAA 2001:db8::20`,
      ]);
      expect(published()).toEqual([...aliases, ...addresses, 'moved.example.com A 10.0.0.20'].sort());
      expect(new Set(owned())).toEqual(
        new Set([
          'httproute/shop/shop',
          'tlsroute/shop/mqtts',
          'tcproute/shop/mqtt',
          'udproute/shop/syslog',
          'httproute/tenant/web',
          'httproute/envoy/both',
          'httproute/envoy/moved',
        ]),
      );
      expect((await stage.cli('plan')).result.zones.flatMap(zone => zone.changes)).toEqual([]);
    });

    test('without the right to Gateways the routes are unread, and frozen', async () => {
      const before = published();
      await stage.allow(['service']);
      await until(
        'the right is gone',
        async () => (await stage.cli('plan')).result.clusters[0]?.kinds['gateway-httproute']?.complete === false,
      );
      const { result } = await stage.cli('sync', '--force');
      expect(published()).toEqual(before);
      expect(JSON.stringify(result.findings)).toContain('forbidden');
      await stage.allow(SOURCES);
      await until('the right is back', async () => (await stage.cli('plan')).result.clusters[0]?.state === 'read');
    });

    test('through all that ships: a changed Gateway is in Route 53 in a moment', async () => {
      await stage.reset();
      const token = await serviceAccountToken(stage);
      const configFile = join(stage.folder, 'path.yml');
      const clusters = [{ name: CLUSTER, region: 'us-east-1', roleArn: ROLE }];
      await writeFile(
        configFile,
        JSON.stringify({ clusters, sources: ['gateway'], zones: { domains: ['example.com'] } }),
      );
      const env = { AWS_REGION: 'us-east-1', AWS_LAMBDA_FUNCTION_NAME: 'fairlead', FAIRLEAD_STATE_BUCKET: 'own' };
      const bundle = (path: string) => `${root}dist/${path}`;
      const functions = {
        reconcile: bundle('functions/reconcile/index.js'),
        webhook: bundle('functions/webhook/index.js'),
      };
      const stack: Stack = await startStack({
        world: stage.world,
        config: loadConfig(configFile, env),
        configFile,
        functions,
      });
      const settings = {
        cluster: CLUSTER,
        webhook: { url: stack.webhookUrl, auth: 'iam', region: 'us-east-1' },
        sources: ['gateway'],
        port: 0,
      };
      const { url, caData } = stage.kube;
      const pod = new Pod(
        bundle('forwarder/forwarder.js'),
        settings,
        { kubeconfig: () => kubeconfig(url, caData, token) },
        stage.world.env(),
      );
      try {
        await pod.atRest();
        const there = (line: string) => until(line, () => published().includes(line));
        const told = (kind: string) => pod.metric(`relevant_changes_total{kind="${kind}"}`);
        const sent = () => pod.said('notice sent').length;
        /** Until the forwarder has seen the next change that matters of a kind, and the webhook has taken it. */
        const noticed = async (kind: string, change: () => Promise<void>) => {
          const before = await told(kind);
          await change();
          await until(`the change of a ${kind} is seen`, async () => (await told(kind)) > before);
          await pod.atRest();
        };
        await stage.kube.admin.apply(web('203.0.113.1'), shop());
        await there('moves.example.com A 203.0.113.1');
        // Each came, and got its status: a run may have read what the forwarder has yet to see.
        for (const kind of ['gateway', 'httproute']) await pod.sees(2, kind);
        const before = sent();
        await noticed('gateway', () => stage.kube.admin.apply(web('203.0.113.2')));
        await there('moves.example.com A 203.0.113.2');
        await until('its notice is told of', () => sent() > before);
        expect(sent()).toBe(before + 1);
        expect(pod.said('notice sent').at(-1)).toMatchObject({ objects: 1 });
        // Losing its acceptance keeps the record; the route's end removes it.
        await noticed('httproute', () => stage.kube.admin.apply(shop('False')));
        await noticed('gateway', () => stage.kube.admin.delete(real('Gateway', web() as never)));
        await until('both are told of', () => sent() > before + 2);
        expect(sent()).toBe(before + 3);
        expect(published()).toContain('moves.example.com A 203.0.113.2');
        await stage.kube.admin.delete(shop());
        await until('the record is gone', () => !published().some(line => line.startsWith('moves.example.com A 203')));
      } finally {
        await pod.close();
        await stack.close();
      }
    });
  });
});
