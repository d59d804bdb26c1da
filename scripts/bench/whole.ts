import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../lib/config/config.ts';
import { loadConfig } from '../../lib/config/index.ts';
import { Traces } from '../../local/demo/traces.ts';
import { type Forwarder, startForwarder } from '../../local/forwarder/forwarder.ts';
import { type FunctionName, type Stack, startStack } from '../../local/stack/stack.ts';
import { startWorld, type World } from '../../local/world.ts';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));

/** Everything that ships, as its bundles, on loopback: clusters with their forwarders, and the stack. */
export interface Whole {
  readonly world: World;
  readonly stack: Stack;
  readonly traces: Traces;
  /** The most memory that a function ever had, in MB, as its last report tells. */
  memory(name: FunctionName): number;
  /** Starts the forwarder of every cluster. */
  watch(): void;
  close(): Promise<void>;
}

export async function openWhole(clusters: readonly string[]): Promise<Whole> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'));
  const config = configOf(clusters, join(folder, 'fairlead.yml'));
  const world = await startWorld({ maxRecordSets: 1_000_000, zones: [{ name: 'example.com.', records: [] }] });
  for (const name of clusters) await world.addCluster({ name });
  const traces = new Traces(world);
  const memory: Record<FunctionName, number> = { reconcile: 0, webhook: 0 };
  const { hooks } = traces;
  const stack = await startStack({
    world,
    config,
    configFile: join(folder, 'fairlead.yml'),
    functions: { reconcile: `${dist}/functions/reconcile/index.js`, webhook: `${dist}/functions/webhook/index.js` },
    ...hooks,
    onLog: (name, text) => {
      hooks.onLog(name, text);
      for (const [, peak] of text.matchAll(/Max Memory Used: (\d+) MB/g)) memory[name] = Number(peak);
    },
  });
  const forwarders: Forwarder[] = [];
  return {
    world,
    stack,
    traces,
    memory: name => memory[name],
    watch: () => {
      const program = `${dist}/forwarder/forwarder.js`;
      for (const cluster of world.clusters.values())
        forwarders.push(startForwarder({ program, cluster, config, webhookUrl: stack.webhookUrl, env: world.env() }));
    },
    close: async () => {
      await Promise.all(forwarders.map(forwarder => forwarder.close()));
      await stack.close();
      await world.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configOf(clusters: readonly string[], file: string): Config {
  const list = clusters.map(name => `{name: ${name}, region: us-east-1, owner: ${name}}`).join(', ');
  writeFileSync(file, `clusters: [${list}]\nzones: {domains: [example.com]}\n`);
  return loadConfig(file, {});
}
