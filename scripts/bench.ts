// `npm run bench`: the figures of fairlead, and of ExternalDNS beside it when EXTERNAL_DNS_BIN names its binary. Whole
// processes against the embedded world; calls as its Route 53 counted them. `-- --fleet` measures very many clusters,
// `-- --latency` the way of a change through all that ships, `-- --burst` how many runs become of very many notices,
// `-- --forwarder` the pod in a cluster, `-- --operate` what a person asks of a large fleet.
import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { formatTable } from '../lib/report/text.ts';
import { type Contender, externalDns, fairlead } from './bench/arena.ts';
import { besideServices, type Cost } from './bench/beside-services.ts';
import { measureBundles } from './bench/bundles.ts';
import { benchBurst } from './bench/burst.ts';
import { benchFleet } from './bench/fleet.ts';
import { benchForwarder } from './bench/forwarder.ts';
import { benchLatency } from './bench/latency.ts';
import { median } from './bench/measure.ts';
import { benchOperate } from './bench/operate.ts';
import { type Row, SCENARIOS } from './bench/scenarios.ts';
import { buildAll } from './build.ts';

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('give a whole number above 0');
}

const options = new Command('npm run bench --')
  .option('--runs <count>', 'runs of each scenario; the median is printed', count, 3)
  .option('--only <ids>', `scenarios, separated by commas: bundles, ${SCENARIOS.map(({ id }) => id).join(', ')}`)
  .option('--fleet', 'up to 100 clusters with 1,000 Services each, in one process')
  .option('--latency', 'from the status change of a Service to DNS, over the whole path')
  .option('--changes <count>', 'status changes that --latency measures', count, 100)
  .option('--operate', 'explain and why-not over what is kept of 100,000 names')
  .option('--burst', 'notices as fast as the webhook takes them, through the queue to the runs')
  .option('--notices <count>', 'notices of --burst', count, 10_000)
  .option('--forwarder', 'memory, idle CPU and throughput of the forwarder; ten minutes with 3 runs (--runs)')
  .parse()
  .opts<{
    runs: number;
    only?: string;
    fleet?: boolean;
    latency?: boolean;
    changes: number;
    burst?: boolean;
    notices: number;
    forwarder?: boolean;
    operate?: boolean;
  }>();

const TABLE = { colour: false, rows: 1000 };
const digits = (value: number, places: number) => (Number.isNaN(value) ? '–' : value.toFixed(places));
const wanted = (id: string) => options.only === undefined || options.only.split(',').includes(id);

function printable(contender: string, rows: readonly Row[]): string[] {
  const [first] = rows as [Row];
  const total = Object.values(first.calls).reduce((sum, calls) => sum + calls, 0);
  const changes = first.calls.ChangeResourceRecordSets ?? 0;
  const figure = (pick: (row: Row) => number, places: number) => digits(median(rows.map(pick)), places);
  return [
    first.what,
    contender,
    figure(row => row.wallSeconds, 2),
    figure(row => row.cpuSeconds, 2),
    figure(row => row.peakMiB, 0),
    String(total),
    String(changes),
    first.outcome,
  ];
}

async function benchScenarios(contenders: readonly Contender[]): Promise<void> {
  const lines: string[][] = [];
  const costs = new Map<string, Cost[]>();
  for (const scenario of SCENARIOS.filter(({ id }) => wanted(id))) {
    for (const contender of contenders.filter(({ name }) => scenario.both || name === 'fairlead')) {
      const runs: Row[][] = [];
      for (let i = 0; i < options.runs; i++) runs.push(await scenario.run(contender));
      const [first = []] = runs;
      const rows = first.map((_, i) => runs.map(run => run[i] as Row));
      lines.push(...rows.map(each => printable(contender.name, each)));
      if (contender.name === 'fairlead') costs.set(scenario.id, rows.map(costOf));
      process.stderr.write(`${scenario.id} (${contender.name})\n`);
    }
  }
  if (lines.length > 0)
    console.log(
      `\n${formatTable(['WORK', 'BY', 'WALL s', 'CPU s', 'PEAK MiB', 'CALLS', 'CHANGE CALLS', 'OUTCOME'], lines, TABLE)}`,
    );
  const beside = besideServices(costs);
  if (beside.length > 0) console.log(`\n${beside.join('\n')}`);
}

const costOf = (rows: readonly Row[]): Cost => ({
  cpuSeconds: median(rows.map(row => row.cpuSeconds)),
  peakMiB: median(rows.map(row => row.peakMiB)),
});

async function main(): Promise<void> {
  console.log(
    `Node ${process.versions.node}, ${availableParallelism()} processors; medians of ${options.runs} runs, whole processes`,
  );
  if (options.fleet) return benchFleet();
  await buildAll();
  if (options.forwarder) return benchForwarder(options.runs);
  if (options.operate) return benchOperate(options.runs);
  if (options.latency) return benchLatency(options.changes);
  if (options.burst) return benchBurst(options.notices);
  if (wanted('bundles')) {
    const rows = (await measureBundles()).map(({ bundle, kB, importMs }) => [
      bundle,
      digits(kB, 0),
      importMs === undefined ? '' : digits(importMs, 0),
    ]);
    console.log(`\n${formatTable(['BUNDLE', 'kB', 'COLD IMPORT ms'], rows, TABLE)}`);
  }
  const binary = process.env.EXTERNAL_DNS_BIN;
  await benchScenarios(binary ? [fairlead, externalDns(binary)] : [fairlead]);
}

await main();
