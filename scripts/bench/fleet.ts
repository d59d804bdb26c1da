import { fileURLToPath } from 'node:url';
import { formatTable } from '../../lib/report/text.ts';
import { measureNode } from './measure.ts';

const ONE = fileURLToPath(new URL('fleet-run.ts', import.meta.url));
/** V8's heap in a Lambda of 1,769 MB, less what Node needs beside it. */
const HEAP_MIB = 1500;

/** What fleet-run.ts prints for one step. */
export interface Step {
  readonly step: string;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly calls: number;
  readonly changeCalls: number;
  readonly recordSets: number;
}

/** Fleets of growing size, each in a process of its own: clusters of 1,000 Services spread over 60 zones. */
export async function benchFleet(): Promise<void> {
  const rows: string[][] = [];
  for (const clusters of [1, 10, 30, 100]) {
    const run = await measureNode([ONE, String(clusters)], {
      flags: [`--max-old-space-size=${HEAP_MIB}`, '--disable-warning=ExperimentalWarning'],
    });
    if (run.exitCode !== 0) throw new Error(`the fleet of ${clusters} failed:\n${run.out}`);
    for (const step of run.out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Step)) {
      const { wallSeconds, cpuSeconds, calls, changeCalls, recordSets } = step;
      rows.push([
        String(clusters),
        step.step,
        wallSeconds.toFixed(2),
        cpuSeconds.toFixed(2),
        run.peakMiB.toFixed(0),
        String(calls),
        String(changeCalls),
        String(recordSets),
      ]);
    }
    process.stderr.write(`${clusters} clusters\n`);
  }
  console.log(
    `\n${formatTable(['CLUSTERS', 'WORK', 'WALL s', 'CPU s', 'PEAK MiB', 'CALLS', 'CHANGE CALLS', 'RECORD SETS'], rows, { colour: false, rows: 1000 })}`,
  );
  console.log(
    'Peak memory is that of the whole process, the record sets of the simulated Route 53 included. Time without waiting for the request budget.',
  );
}
