import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { ConfigFile } from '../../../local/demo/config-file.ts';
import { reconfigure } from '../../../local/demo/reconfigure.ts';
import { type Trace, Traces } from '../../../local/demo/traces.ts';
import type { LocalCluster } from '../../../local/emulators/kubernetes/cluster.ts';
import { type ReplaceableForwarder, startReplaceable } from '../../../local/forwarder/replaceable.ts';
import { type Stack, type StackOptions, startStack } from '../../../local/stack/stack.ts';
import { startWorld, type World } from '../../../local/world.ts';
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
  /** Starts the cluster's forwarder, and waits until its first notice has been dealt with. */
  startForwarder(): Promise<readonly string[]>;
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
      await until(() => {
        if (traces.length === 0) throw new Error(`no run yet; the forwarder says ${log.join('\n')}`);
      });
      return log;
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
