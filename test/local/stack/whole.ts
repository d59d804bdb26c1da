import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChangeMessageVisibilityCommand, GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { expect, vi } from 'vitest';
import { ConfigFile } from '../../../local/demo/config-file.ts';
import { reconfigure } from '../../../local/demo/reconfigure.ts';
import { type Trace, Traces } from '../../../local/demo/traces.ts';
import type { LocalCluster } from '../../../local/emulators/kubernetes/cluster.ts';
import { type ReplaceableForwarder, startReplaceable } from '../../../local/forwarder/replaceable.ts';
import { type Stack, type StackOptions, startStack } from '../../../local/stack/stack.ts';
import { startWorld, type World } from '../../../local/world.ts';
import { atRest, pageOf } from '../../forwarder/pod.ts';
import { service } from '../../support/objects.ts';

// As sources: what a bundle makes of them is held elsewhere (npm run package, npm start).
const source = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

const CONFIG = 'owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\n';

/** The whole of fairlead on loopback, with one cluster and one zone. */
export interface Whole {
  readonly world: World;
  readonly cluster: LocalCluster;
  readonly stack: Stack;
  readonly traces: readonly Trace[];
  /** Starts the cluster's forwarder, and waits until all is at rest. */
  startForwarder(): Promise<readonly string[]>;
  /** Waits until the forwarder is at rest, and every notice has been dealt with: from then on a change is a batch of its own. */
  rest(): Promise<void>;
  /** Makes the messages of a batch that failed visible again, as time does. */
  release(trace: Trace): Promise<void>;
  /** Edits the end of fairlead.yml, as somebody does while `npm start` runs. @returns what is told */
  configure(more: string, domains?: string): Promise<string>;
  /** Gives a Service that address, or another one. */
  address(name: string, ip: string): void;
  /** Addresses of the A record of a name of example.com. */
  published(name: string): readonly string[];
  close(): Promise<void>;
}

export async function startWhole(options: Partial<StackOptions> = {}): Promise<Whole> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-whole-'));
  const configFile = join(folder, 'fairlead.yml');
  await writeFile(configFile, CONFIG);
  const inUse = await mkdtemp(join(tmpdir(), 'fairlead-whole-'));
  const file = new ConfigFile(configFile, inUse, 'us-east-1');
  const { config } = file;
  const world = await startWorld({ throttle: false, zones: [{ id: 'Z1', name: 'example.com.', records: [] }] });
  const cluster = await world.addCluster({ name: 'prod' });
  const told = new Traces(world);
  const traces: Trace[] = [];
  told.listen(trace => traces.push(trace));
  const functions = {
    reconcile: source('functions/reconcile/handler.ts'),
    webhook: source('functions/webhook/handler.ts'),
  };
  const stack = await startStack({ world, config, configFile: file.copy, functions, ...told.hooks, ...options });
  const log: string[] = [];
  let forwarder: ReplaceableForwarder | undefined;
  const { sqs, queueUrl: QueueUrl } = stack;
  const rest = async () => {
    const port = () => log.flatMap(line => /"message":"started".*"port":(\d+)/.exec(line)?.[1] ?? []).at(-1);
    await atRest(path => pageOf(Number(port()), path)).catch(error => {
      throw new Error(`the forwarder says ${log.join('\n')}`, { cause: error });
    });
    const counts = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    await until(async () => {
      const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...counts] });
      const { Attributes } = await sqs.send(asked);
      expect(counts.map(name => Attributes?.[name])).toEqual(['0', '0']);
    });
  };
  return {
    world,
    cluster,
    stack,
    traces,
    startForwarder: async () => {
      const program = source('forwarder/program/main.ts');
      const { webhookUrl } = stack;
      const onLog = (text: string) => log.push(...text.trim().split('\n'));
      forwarder = startReplaceable({ program, cluster, config, webhookUrl, env: world.env(), onLog });
      await rest();
      return log;
    },
    rest,
    release: async ({ batch }) => {
      for (const { receiptHandle: ReceiptHandle } of batch.records)
        await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
    },
    configure: async (more, domains = 'example.com') => {
      await writeFile(configFile, CONFIG.replace('example.com', domains) + more);
      return reconfigure({ file, world, stack, replaceForwarder: async next => forwarder?.replace(next) });
    },
    address: (name, ip) => {
      cluster.apply(service(name, { hostname: `${name}.example.com` }, [ip]));
    },
    published: name =>
      world.route53.dump()[0]?.records.find(one => one.name === `${name}.example.com.` && one.type === 'A')?.values ??
      [],
    close: async () => {
      await forwarder?.close();
      await stack.close();
      await world.close();
      for (const one of [folder, inUse]) await rm(one, { recursive: true });
    },
  };
}

/** Waits for something that other processes bring about. */
export const until = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 60_000, interval: 20 });
