import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../lib/config/index.ts';
import { type Run, reconcile } from '../../lib/reconcile/index.ts';
import { formatTable } from '../../lib/report/text.ts';
import { createFolderStore } from '../../lib/state/index.ts';
import { historySource, lookAtWorld, startUi } from '../../lib/ui/index.ts';
import { fleetConfig, hostOf, madeUpFleet } from './made-up.ts';
import { type Ended, measureNode, median } from './measure.ts';

const CLI = fileURLToPath(new URL('../../dist/cli/fairlead.js', import.meta.url));
const CLUSTERS = 100;

/** What a person asks, as a whole process over what runs have kept of 100,000 names in a folder. */
const QUESTIONS: readonly { readonly what: string; readonly args: readonly string[]; readonly says: RegExp }[] = [
  { what: 'explain a name', args: ['explain', hostOf(70, 123)], says: /is published as asked/ },
  { what: 'explain a mistyped name', args: ['explain', hostOf(70, 123).replace('svc', 'scv')], says: /did you mean/ },
  { what: 'why-not an object', args: ['why-not', 'service/default/svc-7', '--cluster', 'c42'], says: /asks for 1/ },
];

/** What a person looks at in the pages. */
const PAGES: readonly { readonly what: string; readonly path: string; readonly says: RegExp }[] = [
  { what: 'overview', path: '', says: /200000<\/b>/ },
  { what: 'search that finds one name', path: `records?q=${hostOf(70, 123)}`, says: /2 of \d+ record sets/ },
  { what: 'search that finds many', path: 'records?q=svc-9+is%3Aours', says: /\d{4,} of \d+ record sets/ },
  { what: 'search that finds nothing', path: 'records?q=nobody', says: /0 of \d+ record sets/ },
  { what: 'page of a name', path: `name?n=${hostOf(70, 123)}`, says: /It is as it is asked for/ },
  { what: 'runs', path: 'runs', says: /1 run changed something/ },
];

/** Answers of a server that has looked already, as a browser on the machine gets them. */
async function benchPages({ config, ports }: Run, runs: number): Promise<void> {
  const picture = await lookAtWorld(config, ports);
  const history = historySource(config, ports);
  const ui = await startUi({ look: async () => picture, history, token: 'bench', maxAgeMs: Number.POSITIVE_INFINITY });
  try {
    await fetch(ui.url).then(answer => answer.text());
    const rows: string[][] = [];
    for (const { what, path, says } of PAGES) {
      const times: number[] = [];
      const cpu: number[] = [];
      let text = '';
      for (let i = 0; i < runs; i++) {
        const from = performance.now();
        const before = process.cpuUsage();
        text = await fetch(ui.url + path).then(answer => answer.text());
        times.push(performance.now() - from);
        const { user, system } = process.cpuUsage(before);
        cpu.push((user + system) / 1000);
      }
      if (!says.test(text)) throw new Error(`${what}: ${text.slice(-2000)}`);
      rows.push([what, median(times).toFixed(0), median(cpu).toFixed(0), (Buffer.byteLength(text) / 1000).toFixed(0)]);
    }
    console.log(
      `\n${formatTable([`${picture.records.length} RECORD SETS`, 'WALL ms', 'CPU ms', 'kB'], rows, { colour: false, rows: 100 })}`,
    );
  } finally {
    await ui.close();
  }
}

export async function benchOperate(runs: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'));
  try {
    const fleet = madeUpFleet(CLUSTERS, createFolderStore(join(folder, 'state')));
    const { counts, inStep } = await reconcile({ mode: 'sync', force: false }, fleet);
    if (!inStep) throw new Error('the fleet is not in step');
    process.stderr.write(`a fleet of ${CLUSTERS} clusters with ${counts.created} record sets is there\n`);
    writeFileSync(join(folder, 'fairlead.yml'), fleetConfig(CLUSTERS, 'state: {store: ./state}\n'));
    const rows: string[][] = [];
    for (const { what, args, says } of QUESTIONS) {
      const ended: Ended[] = [];
      for (let i = 0; i < runs; i++) ended.push(await measureNode([CLI, ...args], { cwd: folder }));
      const wrong = ended.find(({ out }) => !says.test(out));
      if (wrong) throw new Error(`${what}: ${wrong.out}`);
      const figure = (pick: (one: Ended) => number, places: number) => median(ended.map(pick)).toFixed(places);
      rows.push([
        what,
        figure(one => one.wallSeconds, 2),
        figure(one => one.cpuSeconds, 2),
        figure(one => one.peakMiB, 0),
      ]);
    }
    const head = [`${CLUSTERS * 1000} NAMES`, 'WALL s', 'CPU s', 'PEAK MiB'];
    console.log(`\n${formatTable(head, rows, { colour: false, rows: 100 })}`);
    const file = join(folder, 'fairlead.yml');
    await benchPages({ ...fleet, config: loadConfig(file, {}) }, runs);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
