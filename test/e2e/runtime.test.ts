import { rm } from 'node:fs/promises';
import { CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../lib/model/index.ts';
import { startWorld } from '../../local/world.ts';
import { auditEvent, NOTICE, request } from '../../scripts/package/notices.ts';
import { type FunctionName, openPackage, type Package } from '../../scripts/package/open.ts';
import { checkConfig, SERVICE } from '../../scripts/package/reconcile.ts';
import { ricProgram } from '../../scripts/real/ric.ts';
import { allParts, deployedConfig, root, sls } from '../../scripts/sls.ts';
import { type Moto, startMoto } from './moto.ts';
import { type Runtime, startRuntime } from './runtime-api.ts';

const REGION = 'us-east-1';
const OUTPUT = '.cache/runtime-package';

let moto: Moto;
let packaged: Package;
const running: Runtime[] = [];
beforeAll(async () => {
  moto = await startMoto(REGION);
  await sls(['package', '--package', OUTPUT, ...allParts(deployedConfig())]);
  packaged = await openPackage(`${root}${OUTPUT}`);
});
afterEach(async () => {
  for (const runtime of running.splice(0)) await runtime.stop();
});
afterAll(async () => {
  await moto.stop();
  await rm(packaged.folder, { recursive: true });
});

async function start(name: FunctionName, env: Readonly<Record<string, string>>): Promise<Runtime> {
  const runtime = await startRuntime(ricProgram(), packaged.functions[name], env);
  running.push(runtime);
  return runtime;
}

const KEYS = { accessKeyId: 'moto', secretAccessKey: 'moto' };
const motoClient = () => ({ endpoint: moto.url, region: REGION, credentials: KEYS });

/** A queue of moto's, and what a function has put on it. */
async function queueOf(name: string) {
  const sqs = new SQSClient(motoClient());
  const Attributes = { FifoQueue: 'true' };
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `${name}.fifo`, Attributes }));
  const received = async () => {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    return Messages.map(({ Body = '' }) => JSON.parse(Body));
  };
  return { env: { ...moto.env, FAIRLEAD_QUEUE_URL: QueueUrl }, received };
}

describe("the packaged zips in Lambda's own runtime interface client", () => {
  const cluster = () =>
    Object.keys(
      JSON.parse(
        Buffer.from(packaged.functions.webhook.entries['dist/functions/webhook/shards.json'] ?? []).toString(),
      ),
    )[0] ?? '';

  it('webhook: notices go on the queue, one invocation after the other', async () => {
    const { env, received } = await queueOf('webhook');
    const { invoke } = await start('webhook', env);
    const notices = [1, 2].map(sequence => ({ cluster: cluster(), ...NOTICE, sequence }));
    for (const notice of notices) expect(await invoke(request(notice, true))).toEqual({ statusCode: 202 });
    expect(await invoke(request(notices[0]!, false))).toEqual({ statusCode: 401 });
    expect(await received()).toEqual(notices);
  });

  it('audit: a write becomes a notice on the queue', async () => {
    const { env, received } = await queueOf('audit');
    const { invoke } = await start('audit', env);
    await invoke(auditEvent(cluster()));
    expect(await received()).toEqual([expect.objectContaining({ cluster: cluster(), sequence: 1 })]);
  });

  it('audit: what is no batch of a log fails, and Lambda is told the kind of error', async () => {
    const { invoke } = await start('audit', moto.env);
    await expect(invoke({})).rejects.toMatchObject({ errorType: 'InvalidEvent' });
  });

  it('reconcile: leads a Service into the embedded Route 53, then finds nothing to do', async () => {
    const world = await startWorld();
    try {
      world.addZone({ name: 'example.com' });
      (await world.addCluster({ name: 'lab' })).apply(SERVICE);
      const config = await checkConfig(packaged.functions.reconcile);
      const { invoke } = await start('reconcile', { ...world.env(), ...config });
      const batch = { Records: [{ eventSource: 'aws:sqs', messageId: '1', body: '{}' }] };
      expect(await invoke(batch)).toEqual({ batchItemFailures: [] });
      const { counts, zones } = (await invoke({})) as RunResult;
      expect(counts).toEqual({ created: 0, updated: 0, deleted: 0, unpublished: 0 });
      expect(zones).toEqual([expect.objectContaining({ name: 'example.com', owned: 1, changes: [] })]);
      await expect(invoke({ forced: true })).rejects.toMatchObject({ errorType: 'InvalidEvent', message: /"forced"/ });
    } finally {
      await world.close();
    }
  });

  it("reconcile: reads moto's Route 53, and says of a cluster that it is out of reach", async () => {
    const zone = { Name: 'example.com', CallerReference: 'runtime' };
    await new Route53Client(motoClient()).send(new CreateHostedZoneCommand(zone));
    const { invoke } = await start('reconcile', { ...moto.env, ...(await checkConfig(packaged.functions.reconcile)) });
    const { zones, clusters } = (await invoke({})) as RunResult;
    expect(zones).toEqual([expect.objectContaining({ name: 'example.com', source: 'read' })]);
    expect(clusters).toEqual([expect.objectContaining({ name: 'lab', state: 'unreachable' })]);
  });
});
