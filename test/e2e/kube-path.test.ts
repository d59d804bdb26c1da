import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../lib/config/index.ts';
import { type Stack, startStack } from '../../local/stack/stack.ts';
import { root } from '../../scripts/sls.ts';
import { Pod } from '../forwarder/pod.ts';
import { ingress, NLB, service } from '../support/objects.ts';
import { kubeconfig } from './support/kube.ts';
import { until } from './support/process.ts';
import { CLUSTER, openStage, ROLE, type Stage, withoutKube } from './support/stage.ts';
import { serviceAccountToken } from './support/watch.ts';

const CHANGES = Number(process.env.PATH_CHANGES ?? 30);
const dist = (path: string) => `${root}dist/${path}`;

describe.skipIf(withoutKube)('from a real API server to Route 53, through all that ships', () => {
  let stage: Stage;
  let stack: Stack;
  let pod: Pod;
  let token: string;
  beforeAll(async () => {
    stage = await openStage();
    token = await serviceAccountToken(stage);
    const configFile = join(stage.folder, 'path.yml');
    // As deployed: the state is in the stack's bucket.
    const clusters = [{ name: CLUSTER, region: 'us-east-1', roleArn: ROLE }];
    await writeFile(configFile, JSON.stringify({ clusters, zones: { domains: ['example.com'] } }));
    const env = { AWS_REGION: 'us-east-1', AWS_LAMBDA_FUNCTION_NAME: 'fairlead', FAIRLEAD_STATE_BUCKET: 'own' };
    const functions = {
      reconcile: dist('functions/reconcile/index.js'),
      webhook: dist('functions/webhook/index.js'),
    };
    stack = await startStack({ world: stage.world, config: loadConfig(configFile, env), configFile, functions });
    pod = await startPod();
  });
  afterAll(async () => {
    await pod?.close();
    await stack?.close();
    await stage?.close();
  });
  afterEach(async () => {
    await stage.kube.admin.clean();
    await until('all records are gone', () => stage.records().length === 0);
  });

  /** The forwarder, in the name of a service account with the rights of the role. */
  async function startPod(): Promise<Pod> {
    const { url: server, caData } = stage.kube;
    const settings = {
      cluster: CLUSTER,
      webhook: { url: stack.webhookUrl, auth: 'iam', region: 'us-east-1' },
      port: 0,
    };
    const started = new Pod(
      dist('forwarder/forwarder.js'),
      settings,
      { kubeconfig: () => kubeconfig(server, caData, token) },
      stage.world.env(),
    );
    await started.atRest();
    return started;
  }

  const published = (name: string, type = 'A') => {
    const record = stage.records().find(one => one.name === `${name}.` && one.type === type);
    return record?.alias?.dnsName ?? record?.values?.[0];
  };
  const metric = (name: string) => pod.metric(`${name}{kind="service"}`);

  test('what is made, changed and deleted is published, each change with one change call and no listing', async () => {
    const { admin } = stage.kube;
    await admin.apply(service('a', { hostname: 'a.example.com' }, ['203.0.113.1']));
    await until('a is published', () => published('a.example.com') === '203.0.113.1');
    const { journal } = stage.world.route53;
    journal.reset();
    await admin.apply(ingress('shop', ['shop.example.com'], [NLB]));
    await until('shop is published', () => published('shop.example.com') !== undefined);
    await admin.delete(service('a', {}, []));
    await until('a is gone', () => published('a.example.com') === undefined);
    expect(journal.counts.calls).toEqual({ ChangeResourceRecordSets: 2 });
  });

  test('what does not matter to DNS is seen, and tells nobody', async () => {
    const { admin } = stage.kube;
    await admin.apply(service('a', { hostname: 'a.example.com' }, ['203.0.113.1']));
    await until('a is published', () => published('a.example.com') === '203.0.113.1');
    const before = { seen: await metric('changes_total'), relevant: await metric('relevant_changes_total') };
    const path = '/api/v1/namespaces/default/services/a';
    for (let beat = 1; beat <= 5; beat++) {
      const labels = { metadata: { labels: { beat: String(beat) } } };
      expect((await admin.send('PATCH', path, labels, 'application/merge-patch+json')).status).toBe(200);
    }
    await until('all five are seen', async () => (await metric('changes_total')) === before.seen + 5);
    expect(await metric('relevant_changes_total')).toBe(before.relevant);
  });

  test('a load balancer that changes is in Route 53 in a moment, time and again', async () => {
    const { admin } = stage.kube;
    await admin.apply(service('lb', { hostname: 'lb.example.com' }, ['203.0.113.1']));
    await until('lb is published', () => published('lb.example.com') === '203.0.113.1');
    const { journal } = stage.world.route53;
    const times: number[] = [];
    for (let change = 0; change < CHANGES; change++) {
      const address = `198.51.100.${change + 1}`;
      const status = { status: { loadBalancer: { ingress: [{ ip: address }] } } };
      const path = '/api/v1/namespaces/default/services/lb/status';
      const begun = Date.now();
      expect((await admin.send('PATCH', path, status, 'application/merge-patch+json')).status).toBe(200);
      await until(`lb is ${address}`, () => published('lb.example.com') === address);
      times.push((journal.log.at(-1)?.at ?? Number.NaN) - begun);
    }
    const sorted = times.sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    console.log(`${CHANGES} status changes to accepted batches: median ${at(0.5)} ms, 99th ${at(0.99)} ms`);
    expect(stage.records().filter(({ type }) => type === 'TXT')).toHaveLength(1);
  });
});
