import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { measureNode, median } from './measure.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Size and cold import of every bundle, each import in a fresh process: milliseconds from before to after, median. */
export async function measureBundles(
  runs = 9,
): Promise<{ bundle: string; kB: number; importMs: number | undefined }[]> {
  const functions = readdirSync(join(root, 'dist/functions')).map(name => `dist/functions/${name}/index.js`);
  const rows = [];
  for (const bundle of [...functions, 'dist/forwarder/forwarder.js', 'dist/cli/fairlead.js']) {
    const kB = statSync(join(root, bundle)).size / 1000;
    rows.push({ bundle, kB, importMs: bundle.includes('functions') ? await importMs(bundle, runs) : undefined });
  }
  return rows;
}

async function importMs(bundle: string, runs: number): Promise<number> {
  const url = pathToFileURL(join(root, bundle)).href;
  const program = `const t = performance.now(); await import(${JSON.stringify(url)}); console.log(performance.now() - t); process.exit(0);`;
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'));
  writeFileSync(join(folder, 'shards.json'), '{"demo":"default"}');
  const env = {
    AWS_REGION: 'us-east-1',
    FAIRLEAD_CONFIG: join(root, 'examples/fairlead.yml'),
    FAIRLEAD_STATE_BUCKET: 'bench',
    FAIRLEAD_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/111122223333/bench.fifo',
    FAIRLEAD_SHARDS: join(folder, 'shards.json'),
    AWS_LAMBDA_FUNCTION_NAME: 'bench',
  };
  try {
    const times: number[] = [];
    for (let i = 0; i < runs; i++) {
      const { out } = await measureNode(['--input-type=module', '--eval', program], { env });
      if (!/^[\d.]+\s*$/.test(out)) throw new Error(`${bundle} could not be imported: ${out}`);
      times.push(Number(out));
    }
    return median(times);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
