import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { templateFaults } from '../../infra/check-template.ts';
import type { RunResult } from '../../lib/model/index.ts';
import { startWorld } from '../../local/world.ts';
import { cfnLint } from '../python.ts';
import { root } from '../sls.ts';
import { importTime, invokePackaged } from './invoke.ts';
import { FUNCTION, type Package } from './open.ts';

/** What the bundle may weigh; Lambda itself allows 250 MB unpacked. */
const BUNDLE_BYTES = 1_200_000;
/** What its import may take. The aim is 150 ms; a machine that checks may be slow and busy with other things. */
const IMPORT_MS = 2_000;
const IMPORTS = 5;

/** By what each says: throws when it does not hold, and may return a figure to be told. */
export const CHECKS: Readonly<Record<string, (made: Package) => Promise<string | undefined>>> = {
  'the template has no fault that sls lets pass': async ({ template, entries }) => {
    assert.deepEqual(templateFaults(template, { [FUNCTION]: Object.keys(entries) }), []);
    return undefined;
  },
  'the templates satisfy cfn-lint': async ({ templatePath }) => {
    const said = await cfnLint([templatePath, join(root, 'infra/eks-access.yml')]);
    assert.equal(said ?? '', '', said);
    return said === undefined ? 'left out: there is no cfn-lint on this machine' : undefined;
  },
  'the zip has the bundle, its package.json and the config, and nothing else': async ({
    entries,
    handler,
    environment,
  }) => {
    const folder = dirname(handler);
    const expected = [`${folder}/index.js`, `${folder}/package.json`, environment.FAIRLEAD_CONFIG].sort();
    assert.deepEqual(Object.keys(entries).sort(), expected);
    return undefined;
  },
  'the bundle is small and read as ESM': async ({ entries, handler }) => {
    const folder = dirname(handler);
    const text = (path: string) => Buffer.from(entries[`${folder}/${path}`] ?? []).toString();
    assert.equal(JSON.parse(text('package.json')).type, 'module');
    const bytes = Buffer.byteLength(text('index.js'));
    assert.ok(bytes > 0 && bytes < BUNDLE_BYTES, `${bytes} bytes instead of ${BUNDLE_BYTES} at most`);
    return `${bytes} bytes`;
  },
  'the handler is imported, and accepts the packaged config': async made => {
    const times: number[] = [];
    for (let round = 0; round < IMPORTS; round += 1) times.push(await importTime(made));
    const median = times.sort((a, b) => a - b)[Math.floor(IMPORTS / 2)] ?? Number.NaN;
    assert.ok(median < IMPORT_MS, `${median} ms instead of ${IMPORT_MS} at most`);
    return `${Math.round(median)} ms, the median of ${IMPORTS}`;
  },
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
    await assert.rejects(invokePackaged(made, { mode: 'plan' }, env), /ECONNREFUSED|127\.0\.0\.1:9/);
    return undefined;
  },
};

const SERVICE = {
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
async function leadService(made: Package): Promise<undefined> {
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
async function checkConfig({ folder }: Package): Promise<Record<string, string>> {
  const config = 'clusters: [{name: lab}]\nzones: {domains: [example.com]}\nstate: {store: memory}\n';
  await writeFile(join(folder, 'check.yml'), config);
  return { FAIRLEAD_CONFIG: 'check.yml' };
}
