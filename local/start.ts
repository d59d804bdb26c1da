// `npm start`: the whole of fairlead on this machine, no account and no cluster needed. Route 53, STS, EKS, S3, SQS and a
// Kubernetes API on loopback; the manifests of examples/ in the cluster; and what ships, each as its bundle: the forwarder
// beside the cluster, the webhook behind its URL, the queue, the reconcile function. Then examples/ is watched: what is
// edited there is in the cluster, and a moment later in DNS.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../lib/config/config.ts';
import type { RunResult } from '../lib/model/index.ts';
import { printable } from '../lib/printable.ts';
import { buildAll } from '../scripts/build.ts';
import { exportsOf, writeAccess } from './demo/access.ts';
import { ConfigFile } from './demo/config-file.ts';
import { ManifestFolder } from './demo/manifests.ts';
import { readOptions } from './demo/options.ts';
import { printRecords, printResult, printStory, say } from './demo/print.ts';
import { proveThePath, within } from './demo/proof.ts';
import { addZones, domainsOf, type Reconfigured, reconfigure } from './demo/reconfigure.ts';
import { Traces } from './demo/traces.ts';
import { startPages } from './demo/ui.ts';
import { watchFolder } from './demo/watching.ts';
import type { LocalCluster } from './emulators/kubernetes/cluster.ts';
import { type ReplaceableForwarder, startReplaceable } from './forwarder/replaceable.ts';
import { type Stack, startStack } from './stack/stack.ts';
import { temporaryFolder } from './temporary.ts';
import { startWorld, type World } from './world.ts';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const REGION = 'eu-west-1';

const options = readOptions();
const folder = resolve(options.examples);
const configFile = resolve(folder, 'fairlead.yml');
/** What is open, to be closed in the opposite order. */
const open: (() => Promise<void>)[] = [];

async function closeAll(): Promise<void> {
  for (const close of open.splice(0).reverse()) await close();
}

async function openWorld(config: Config): Promise<World> {
  const { port, dnsPort } = options;
  const world = await startWorld({
    region: REGION,
    ...(port !== undefined && { port }),
    ...(dnsPort !== undefined && { dnsPort }),
  });
  open.push(() => world.close());
  // Nothing in this world makes one, so a record set that names one is refused, as Route 53 would.
  world.route53.store.healthChecks = new Set();
  addZones(world, config);
  for (const { name, region } of config.clusters)
    await world.addCluster({ name, ...(region !== undefined && { region }) });
  return world;
}

async function openStack(world: World, { config, copy }: ConfigFile, { hooks }: Traces): Promise<Stack> {
  const stack = await startStack({
    world,
    config,
    configFile: copy,
    functions: { reconcile: `${dist}/functions/reconcile/index.js`, webhook: `${dist}/functions/webhook/index.js` },
    ...hooks,
    onLog: (name, text) => {
      hooks.onLog(name, text);
      printLog(text);
    },
  });
  open.push(() => stack.close());
  return stack;
}

function openForwarder(world: World, stack: Stack, config: Config, cluster: LocalCluster): ReplaceableForwarder {
  const forwarder = startReplaceable({
    program: `${dist}/forwarder/forwarder.js`,
    cluster,
    config,
    webhookUrl: stack.webhookUrl,
    env: world.env(),
    onLog: printLog,
  });
  open.push(() => forwarder.close());
  return forwarder;
}

function printLog(text: string): void {
  if (options.logs) process.stderr.write(text);
}

async function main(): Promise<void> {
  await buildAll();
  const folderOfCopy = temporaryFolder('config');
  open.push(async () => folderOfCopy.remove());
  const file = new ConfigFile(configFile, folderOfCopy.path, REGION);
  const { config } = file;
  const world = await openWorld(config);
  const [cluster] = world.clusters.values();
  if (!cluster) throw new Error(`${configFile} names no cluster`);
  const manifests = new ManifestFolder(folder, cluster);
  for (const { file, errors } of manifests.applyAll()) for (const error of errors) say(`${file}: ${error}`);
  const traces = new Traces(world);
  const stack = await openStack(world, file, traces);
  say(
    `Route 53, STS, EKS, S3 and SQS: ${world.url}\nWebhook: ${stack.webhookUrl}\nKubernetes (cluster ${cluster.name}): ${cluster.url}\nDNS: ${world.dns.address} port ${world.dns.port}`,
  );
  printResult('The plan, asked for by hand:', (await stack.reconcile.invoke({ mode: 'plan' })) as RunResult);
  const first = traces.next(({ result }) => result !== undefined);
  const forwarder = openForwarder(world, stack, config, cluster);
  say('\nThe forwarder starts, and sends its first notice.');
  printStory(await within(first, forwarder.current));
  printRecords(world);
  if (options.once) return proveOnce(cluster, config, { traces, forwarder: forwarder.current });
  keepOn(manifests, traces, { file, world, stack, replaceForwarder: forwarder.replace });
  forwarder.onLost(last => say(`\nThe forwarder ended: ${last.trim()}`));
  say(`\nTry: dig @${world.dns.address} -p ${world.dns.port} my-webapp.example.com`);
  const pages = await startPages(world, stack, configFile);
  open.push(pages.close);
  say(`\nThe pages, for a browser on this machine: ${pages.url}`);
  tellAccess(world, stack);
  say(`Watching ${folder}: edit a manifest, or fairlead.yml, and save it. Ctrl-C ends.`);
}

/** The world as others see it: what the command, aws and kubectl need to be used on it, while this runs. */
function tellAccess(world: World, { bucket }: Stack): void {
  const access = writeAccess(world, { FAIRLEAD_STATE_BUCKET: bucket });
  open.push(async () => access.remove());
  say(
    `\nIn another terminal (or: source ${access.file}):\n${exportsOf(access.variables)
      .map(line => `  ${line}`)
      .join('\n')}`,
  );
  say(
    `and then: npx fairlead records --config ${configFile} · kubectl get services -A · aws route53 list-hosted-zones\n`,
  );
}

async function proveOnce(
  cluster: LocalCluster,
  config: Config,
  parts: { readonly traces: Traces; readonly forwarder: ReplaceableForwarder['current'] },
): Promise<void> {
  const [domain = ''] = domainsOf(config);
  say(`\nNow a Service comes into the cluster, hello.${domain}.`);
  const { trace, changedAt } = await proveThePath(cluster, domain, parts);
  printStory(trace, changedAt);
  if (!trace.timeline?.answered) throw new Error(`DNS does not answer for hello.${domain}`);
  await closeAll();
}

/** Shows what happens from now on, until Ctrl-C. */
function keepOn(manifests: ManifestFolder, traces: Traces, parts: Reconfigured): void {
  const edits: number[] = [];
  traces.listen(trace => {
    // The forwarder saw the first change of its notice then: it is the last edit before. An edit that nobody tells of leaves no trace.
    const since = trace.timeline?.seenAt ?? 0;
    printStory(trace, edits.filter(time => time <= since + 1).at(-1));
  });
  let last = Promise.resolve();
  const config = () => {
    last = last
      .then(() => reconfigure(parts))
      .then(told => void say(`\n${told}`))
      .catch(reportError);
  };
  watchFolder(manifests, traces, { changedAt: time => edits.push(time), config });
  const { schedule } = options;
  if (schedule > 0) setInterval(() => void parts.stack.sendSchedule().catch(reportError), schedule * 1000);
}

let ending = false;

function reportError(error: NodeJS.ErrnoException): void {
  if (ending) return; // what was under way while everything is closed
  const busy =
    error.code === 'EADDRINUSE' ? ': give another one with --port or --dns-port, or none for a free one' : '';
  process.stderr.write(`npm start: ${printable(error.message)}${busy}\n`);
}

/** Closes what is open and ends the process. */
function end(code: number): void {
  if (ending) return;
  ending = true;
  closeAll()
    .catch(() => {})
    .finally(() => process.exit(code));
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => (ending ? process.exit(1) : end(0))); // a second one does not wait
// Whoever reads (`| head`) has had enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => end(error.code === 'EPIPE' ? 0 : 1));
process.on('unhandledRejection', reason => {
  reportError(reason as Error);
  end(1);
});
try {
  await main();
} catch (error) {
  reportError(error as Error);
  end(1);
}
