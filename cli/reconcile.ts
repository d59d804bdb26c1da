import { createInterface } from 'node:readline/promises';
import type { Config } from '../lib/config/config.ts';
import { loadConfig } from '../lib/config/index.ts';
import type { RunRequest, RunResult } from '../lib/model/index.ts';
import {
  composePorts,
  ensureSame,
  type PlannedRun,
  type Progress,
  type Run,
  reconcile,
  type SavedPlan,
} from '../lib/reconcile/index.ts';
import { formatMarkdown } from '../lib/report/markdown.ts';
import { printable, printableJson } from '../lib/report/printable.ts';
import { formatResult } from '../lib/report/text.ts';
import { terminalAws } from './aws.ts';
import { stoppable } from './interrupt.ts';
import type { GlobalOptions } from './options.ts';
import { command, EXIT, print, progressLine, ROWS, rowsOf, useColour } from './output.ts';
import { readPlan, writePlan } from './saved-plan.ts';

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
  readonly format?: 'text' | 'json' | 'markdown';
  /** Of `plan`: keep the plan in this file. */
  readonly out?: string;
  /** Of `sync`: do what the plan in this file says, or nothing. */
  readonly plan?: string;
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
    const carryOut = (what: RunRequest, more: Partial<Run> = {}) =>
      reconcile(what, { config, ports, onProgress, ...more }).finally(progress.clear);
    const asked = { force: options.force === true, ...(options.cluster && { clusters: options.cluster }) };
    const request = { mode, ...asked };
    if (mode === 'sync' && request.force && !options.yes && process.stdin.isTTY) {
      if (!(await agreed(await carryOut({ ...request, mode: 'plan' })))) return EXIT.unpublished;
    }
    const work = async () => {
      if (options.plan !== undefined) return applyPlan(await readPlan(options.plan), config, carryOut);
      if (options.out === undefined) return carryOut(request);
      const runs: PlannedRun[] = [];
      const planned = await carryOut(request, { exact: true, onPlanned: run => void runs.push(run) });
      await writePlan(options.out, { request: asked, runs });
      return planned;
    };
    const result = await work().finally(done);
    await print(shown(result, options));
    return result.inStep ? EXIT.inStep : EXIT.unpublished;
  });
}

function shown(result: RunResult, options: ReconcileOptions): string {
  const format = options.json ? 'json' : (options.format ?? 'text');
  if (format === 'json') return printableJson(result);
  // A comment of a pull request holds so much only, and is in no terminal.
  if (format === 'markdown') return formatMarkdown(result, { rows: options.limit ?? ROWS });
  const rows = rowsOf(options);
  return formatResult(result, { colour: useColour(options), rows });
}

type CarryOut = (request: RunRequest, more: Partial<Run>) => Promise<RunResult>;

/**
 * Does what a plan says, or nothing. Each shard is looked at once more before its changes are sent; where there are several, all
 * are before the first is changed.
 *
 * @throws WorldChanged
 */
async function applyPlan(plan: SavedPlan, config: Config, carryOut: CarryOut): Promise<RunResult> {
  const onPlanned = (run: PlannedRun) => ensureSame(plan, run);
  const again = { exact: true, onPlanned };
  if (config.shards.length > 1) {
    const runs: PlannedRun[] = [];
    await carryOut({ ...plan.request, mode: 'plan' }, { exact: true, onPlanned: run => void runs.push(run) });
    for (const run of runs) ensureSame(plan, run);
  }
  return carryOut({ ...plan.request, mode: 'sync' }, again);
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
