import { createInterface } from 'node:readline/promises';
import { loadConfig } from '../lib/config/index.ts';
import type { RunRequest, RunResult } from '../lib/model/index.ts';
import { composePorts, type Progress, reconcile } from '../lib/reconcile/index.ts';
import { printable, printableJson } from '../lib/report/printable.ts';
import { formatResult } from '../lib/report/text.ts';
import { terminalAws } from './aws.ts';
import { stoppable } from './interrupt.ts';
import type { GlobalOptions } from './options.ts';
import { command, EXIT, print, progressLine, rowsOf, useColour } from './output.ts';

const STAGES: Readonly<Record<Progress['stage'], string>> = {
  zones: 'hosted zones read',
  clusters: 'clusters read',
  changes: 'changes made',
};

export interface ReconcileOptions extends GlobalOptions {
  readonly force?: boolean;
  readonly cluster?: string[];
  /** Don't ask. */
  readonly yes?: boolean;
}

/** `fairlead sync` and `fairlead plan`. */
export function runReconcile(mode: 'sync' | 'plan', options: ReconcileOptions): Promise<void> {
  return command(options, async () => {
    const { env, credentials } = await terminalAws(process.env);
    const config = loadConfig(options.config, env);
    const progress = progressLine();
    const onProgress = ({ stage, done, of }: Progress) => progress.show(`${STAGES[stage]}: ${done} of ${of}`);
    const tell = (text: string) => {
      progress.clear();
      process.stderr.write(`${text}\n`);
    };
    const { ports, done } = stoppable(composePorts(config, env, credentials), tell);
    const carryOut = (what: RunRequest) => reconcile(what, { config, ports, onProgress }).finally(progress.clear);
    const request = { mode, force: options.force === true, ...(options.cluster && { clusters: options.cluster }) };
    if (mode === 'sync' && request.force && !options.yes && process.stdin.isTTY) {
      if (!(await agreed(await carryOut({ ...request, mode: 'plan' })))) return EXIT.unpublished;
    }
    const result = await carryOut(request).finally(done);
    const text = { colour: useColour(options), rows: rowsOf(options) };
    await print(options.json ? printableJson(result) : formatResult(result, text));
    return result.inStep ? EXIT.inStep : EXIT.unpublished;
  });
}

const SHOWN = 10;

/** Force lets removals through that the guard would hold: a person who is there is shown them first. */
async function agreed({ zones, counts }: RunResult): Promise<boolean> {
  if (counts.deleted === 0) return true;
  const gone = zones.flatMap(({ changes }) => changes).filter(({ action }) => action === 'delete');
  const named = gone.slice(0, SHOWN).map(({ name, type }) => `  - ${printable(name)} ${type}\n`);
  const more = gone.length > SHOWN ? `  … and ${gone.length - SHOWN} more\n` : '';
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  process.stderr.write(`${gone.length} record sets would be removed:\n${named.join('')}${more}`);
  try {
    return /^y(es)?$/i.test((await terminal.question('Remove them? [y/N] (--yes does not ask) ')).trim());
  } finally {
    terminal.close();
  }
}
