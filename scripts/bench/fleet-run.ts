// One fleet in one process: node fleet-run.ts CLUSTERS. Prints a line of JSON for each step.
import { reconcile } from '../../lib/reconcile/index.ts';
import { createMemoryStore } from '../../lib/state/index.ts';
import { madeUpFleet } from './made-up.ts';

let version = 0;
const { config, ports } = madeUpFleet(Number(process.argv[2]), createMemoryStore(), () => version);

async function measured(step: string): Promise<void> {
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const { calls, zones, inStep, findings } = await reconcile({ mode: 'sync', force: false }, { config, ports });
  if (!inStep) throw new Error(`not in step: ${JSON.stringify(findings.slice(0, 3))}`);
  const { user, system } = process.cpuUsage(cpu);
  const total = Object.values(calls).reduce((sum, count) => sum + count, 0);
  const recordSets = zones.reduce((sum, { owned }) => sum + 2 * owned, 0);
  console.log(
    JSON.stringify({
      step,
      wallSeconds: (performance.now() - begun) / 1000,
      cpuSeconds: (user + system) / 1e6,
      calls: total,
      changeCalls: calls.ChangeResourceRecordSets ?? 0,
      recordSets,
    }),
  );
}

await measured('first sync');
await measured('no change');
version = 1;
await measured('one change');
