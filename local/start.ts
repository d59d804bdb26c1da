// `npm start`: the whole of fairlead on this machine, no account and no cluster needed. Route 53, STS, EKS and a Kubernetes
// API on loopback; the manifests of examples/ in the cluster; the bundled Lambda invoked as Lambda would. Then examples/ is
// watched: what is edited there is in DNS within a second.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { watch } from 'chokidar';
import { Command, InvalidArgumentError } from 'commander';
import { loadConfig } from '../lib/config/index.ts';
import type { RunResult } from '../lib/model/index.ts';
import { buildAll } from '../scripts/build.ts';
import { isManifest, ManifestFolder } from './demo/manifests.ts';
import { printRecords, printResult, say } from './demo/print.ts';
import { type Lambda, startLambda } from './lambda/lambda.ts';
import { startWorld, type World } from './world.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Options {
  readonly once?: boolean;
  readonly examples: string;
  readonly port?: number;
  readonly dnsPort?: number;
  readonly logs?: boolean;
}

function port(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  throw new InvalidArgumentError('a port is a whole number from 0 (any free one) to 65535');
}

const options = new Command('npm start --')
  .description('Runs fairlead against Route 53, EKS and Kubernetes on loopback.')
  .option('--once', 'one round, then exit')
  .option('--examples <folder>', 'manifests and fairlead.yml', `${root}examples`)
  .option('--port <port>', 'port of Route 53, STS and EKS (default: a free one)', port)
  .option('--dns-port <port>', 'UDP and TCP port of the DNS server (default: a free one)', port)
  .option('--logs', 'print the log of the Lambda, too')
  .parse()
  .opts<Options>();

const folder = resolve(options.examples);
const configFile = resolve(folder, 'fairlead.yml');

async function openWorld(): Promise<World> {
  const config = loadConfig(configFile, { AWS_REGION: 'eu-west-1' });
  const world = await startWorld({
    region: 'eu-west-1',
    ...(options.port !== undefined && { port: options.port }),
    ...(options.dnsPort !== undefined && { dnsPort: options.dnsPort }),
    zones: (config.zones.domains.length > 0 ? config.zones.domains : ['example.com']).map(name => ({
      name: `${name.replace(/^\./, '')}.`,
      records: [],
    })),
  });
  for (const { name, region } of config.clusters)
    await world.addCluster({ name, ...(region !== undefined && { region }) });
  return world;
}

function openLambda(world: World): Lambda {
  return startLambda({
    name: 'fairlead-local-reconcile',
    bundle: `${root}dist/functions/reconcile/index.js`,
    env: {
      ...world.env(),
      FAIRLEAD_CONFIG: configFile,
      POWERTOOLS_SERVICE_NAME: 'fairlead',
      POWERTOOLS_TRACE_ENABLED: 'false',
    },
    onLog: text => {
      if (options.logs) process.stderr.write(text);
    },
  });
}

async function main(): Promise<void> {
  await buildAll();
  const world = await openWorld();
  const lambda = openLambda(world);
  const stop = async () => {
    lambda.close();
    await world.close();
  };
  try {
    const [cluster] = world.clusters.values();
    if (!cluster) throw new Error(`${configFile} names no cluster`);
    say(
      `Route 53, STS and EKS: ${world.url}\nKubernetes (cluster ${cluster.name}): ${cluster.url}\nDNS: ${world.dns.address} port ${world.dns.port}`,
    );
    const manifests = new ManifestFolder(folder, cluster);
    for (const { file, errors } of manifests.applyAll()) for (const error of errors) say(`${file}: ${error}`);
    const invoke = (event: object) => lambda.invoke(event) as Promise<RunResult>;
    printResult('The plan:', await invoke({ mode: 'plan' }));
    printResult('The first run:', await invoke({ mode: 'sync' }));
    printAll(world);
    if (options.once) return await stop();
    say(`\nTry: dig @${world.dns.address} -p ${world.dns.port} my-webapp.example.com`);
    say(`Watching ${folder}: edit a manifest and save it. Ctrl-C ends.`);
    watchManifests(manifests, invoke);
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => void stop().then(() => process.exit(0)));
  } catch (error) {
    await stop();
    throw error;
  }
}

function printAll(world: World): void {
  for (const { name, records } of world.route53.dump()) printRecords(`The records of ${name}`, records);
}

function watchManifests(manifests: ManifestFolder, invoke: (event: object) => Promise<RunResult>): void {
  let queue = Promise.resolve();
  const changed = (path: string) => {
    const savedAt = performance.now();
    queue = queue.then(async () => {
      const { file, lines, errors } = manifests.apply(path);
      for (const error of errors) say(`\n${file}: ${error}; nothing was applied`);
      if (errors.length > 0) return;
      try {
        const result = await invoke({ mode: 'sync' });
        printResult(
          `${file}: ${lines.join(', ') || 'nothing to apply'} (in DNS ${Math.round(performance.now() - savedAt)} ms after it was saved)`,
          result,
        );
      } catch (error) {
        say(`\n${file}: the run failed: ${(error as Error).message}`);
      }
    });
  };
  const watcher = watch('.', {
    cwd: folder,
    ignoreInitial: true,
    depth: 0,
    awaitWriteFinish: { stabilityThreshold: 60, pollInterval: 20 },
  });
  watcher.on('all', (_, path) => {
    if (isManifest(path)) changed(path);
  });
}

try {
  await main();
} catch (error) {
  process.stderr.write(`npm start: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
