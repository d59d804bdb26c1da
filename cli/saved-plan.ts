import { readFile, writeFile } from 'node:fs/promises';
import { printable } from '../lib/printable.ts';
import { decodePlan, encodePlan, type SavedPlan } from '../lib/reconcile/index.ts';

/** @throws Error for a file that cannot be read, or is no plan */
export async function readPlan(file: string): Promise<SavedPlan> {
  const text = await readFile(file, 'utf8').catch(cause => {
    throw new Error(`the plan ${file} cannot be read: ${cause.message}`, { cause });
  });
  return decodePlan(text, file);
}

/** @throws Error for a file that cannot be written */
export async function writePlan(file: string, plan: SavedPlan): Promise<void> {
  await writeFile(file, encodePlan(plan)).catch(cause => {
    throw new Error(`the plan could not be written to ${file}: ${cause.message}`, { cause });
  });
  process.stderr.write(printable(`the plan is in ${file}; it is applied by: fairlead sync --plan ${file}\n`));
}
