import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reconcile } from '../../lib/reconcile/index.ts';
import { formatTable } from '../../lib/report/text.ts';
import { createFolderStore } from '../../lib/state/index.ts';
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
  } finally {
    rmSync(folder, { recursive: true });
  }
}
