import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunResult } from '../../lib/model/index.ts';
import { startWorld } from '../../local/world.ts';
import type { Checks } from './checks.ts';
import { invokePackaged } from './invoke.ts';
import type { PackagedFunction } from './open.ts';

/** What the reconcile function does, in the embedded world. */
export const RECONCILE_CHECKS: Checks<PackagedFunction> = {
  'the handler leads a Service of an EKS cluster into Route 53': leadService,
  'the handler refuses an unknown field, naming it': async made => {
    const refused = { errorType: 'InvalidEvent', message: /"forced"/ };
    await assert.rejects(invokePackaged(made, { forced: true }, {}), refused);
    return undefined;
  },
  'the handler fails when Route 53 is out of reach, and says so': async made => {
    const nowhere = {
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      AWS_ACCESS_KEY_ID: 'none',
      AWS_SECRET_ACCESS_KEY: 'none',
    };
    const env = { ...nowhere, ...(await checkConfig(made)) };
    // It tries again for as long as it has time: enough for a busy machine to start it and to ask once.
    await assert.rejects(invokePackaged(made, { mode: 'plan' }, env, 20_000), /ECONNREFUSED|127\.0\.0\.1:9/);
    return undefined;
  },
};

export const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    namespace: 'shop',
    name: 'web',
    annotations: { 'external-dns.kubernetes.io/hostname': 'www.example.com' },
  },
  spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
  status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } },
};

/** A plan, then a message of the queue, then a plan that finds nothing left to do; each a cold start of its own. */
async function leadService(made: PackagedFunction): Promise<undefined> {
  const world = await startWorld();
  try {
    world.addZone({ name: 'example.com' });
    (await world.addCluster({ name: 'lab' })).apply(SERVICE);
    const env = { ...world.env(), ...(await checkConfig(made)) };
    const planned = async () => {
      const { zones, clusters } = (await invokePackaged(made, { mode: 'plan' }, env)) as RunResult;
      assert.deepEqual(
        clusters.map(({ state }) => state),
        ['read'],
      );
      return zones.flatMap(({ changes }) => changes.map(({ action, name, type }) => `${action} ${name} ${type}`));
    };
    assert.deepEqual(await planned(), ['create www.example.com A']);
    const batch = { Records: [{ eventSource: 'aws:sqs', messageId: '1', body: '{}' }] };
    assert.deepEqual(await invokePackaged(made, batch, env), { batchItemFailures: [] });
    assert.deepEqual(await planned(), []);
  } finally {
    await world.close();
  }
  return undefined;
}

/** The cluster and the domain of the local world, and the state in memory. */
export async function checkConfig({ folder }: PackagedFunction): Promise<Record<string, string>> {
  const config = 'clusters: [{name: lab}]\nzones: {domains: [example.com]}\nstate: {store: memory}\n';
  await writeFile(join(folder, 'check.yml'), config);
  return { FAIRLEAD_CONFIG: 'check.yml' };
}
