import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../lib/config/config.ts';
import { loadConfig } from '../lib/config/index.ts';
import type { RunRequest, RunResult } from '../lib/model/index.ts';
import { printable } from '../lib/printable.ts';
import {
  composePorts,
  ensureSame,
  type PlannedRun,
  type Progress,
  type Run,
  reconcile,
  type SavedPlan,
} from '../lib/reconcile/index.ts';
import { fitResult, TEXT_BYTES } from '../lib/report/fit.ts';
import { escaped, markdownResult } from '../lib/report/markdown.ts';
import { formatResult } from '../lib/report/text.ts';
import { isAgreed } from './ask.ts';
import { terminalAws } from './aws.ts';
import { stoppable } from './interrupt.ts';
import { formatOf, type GlobalOptions } from './options.ts';
import { command, EXIT, progressLine, show } from './output.ts';
import { describeWith, type PreviewFlags, previewWith, type With } from './preview.ts';
import { readPlan, writePlan } from './saved-plan.ts';
import { changeStream } from './stream.ts';

const STAGES: Readonly<Record<Progress['stage'], string>> = {
  zones: 'hosted zones read',
  clusters: 'clusters read',
  changes: 'changes made',
};

export interface ReconcileOptions extends GlobalOptions, PreviewFlags {
  readonly force?: boolean;
  /** Don't ask. */
  readonly yes?: boolean;
  /** Of `plan`: keep the plan in this file. */
  readonly out?: string;
  /** Of `sync`: do what the plan in this file says, or nothing. */
  readonly plan?: string;
  readonly detailedExitcode?: boolean;
  /** Seconds from one look to the next. */
  readonly watch?: number;
  /** Only what is not in step. */
  readonly quiet?: boolean;
  /** A line for each finding, and how the run went. */
  readonly verbose?: boolean;
}

/** `fairlead sync` and `fairlead plan`. */
export function runReconcile(mode: 'sync' | 'plan', options: ReconcileOptions): Promise<void> {
  return command(options, async () => {
    const aws = await terminalAws(process.env);
    const { env, credentials } = aws;
    const config = loadConfig(options.config, env);
    const progress = progressLine();
    const onProgress = ({ stage, done, of }: Progress) => progress.show(`${STAGES[stage]}: ${done} of ${of}`);
    const tell = (text: string) => {
      progress.clear();
      process.stderr.write(`${text}\n`);
    };
    const { ports, done } = stoppable(composePorts(config, env, credentials), tell);
    const told = changeStream(aws, tell);
    const carryOut = (what: RunRequest, more: Partial<Run> = {}) =>
      told(run => reconcile(what, { config, ports, onProgress, ...run, ...more }).finally(progress.clear));
    const request = { mode, force: options.force === true, ...(options.cluster && { clusters: options.cluster }) };
    if (mode === 'sync' && request.force && !options.yes && process.stdin.isTTY) {
      if (!(await agreed(await carryOut({ ...request, mode: 'plan' })))) return EXIT.unpublished;
    }
    if (options.watch !== undefined) return watch(options.watch, () => carryOut(request), options);
    if (options.with !== undefined) {
      const run = { config, ports, onProgress };
      const { result, about } = await previewWith({ ...options, with: options.with }, run)
        .finally(done)
        .finally(progress.clear);
      await showResult(result, options, about);
      return exitCodeOf(result, options);
    }
    const result = await planned(request, options, config, carryOut).finally(done);
    await showResult(result, options);
    return exitCodeOf(result, options);
  });
}

type CarryOut = (request: RunRequest, more?: Partial<Run>) => Promise<RunResult>;

/** Carries out a request, with the file that its plan is kept in, or comes from. */
async function planned(
  request: RunRequest,
  { plan, out }: ReconcileOptions,
  config: Config,
  carryOut: CarryOut,
): Promise<RunResult> {
  if (plan !== undefined) return applyPlan(await readPlan(plan), config, carryOut);
  if (out === undefined) return carryOut(request);
  const runs: PlannedRun[] = [];
  const result = await carryOut(request, { exact: true, onPlanned: run => void runs.push(run) });
  await writePlan(out, { request, runs });
  return result;
}

/**
 * Does what a plan says, or nothing. Each shard is looked at once more before its changes are sent; where there are several, all
 * are before the first is changed.
 *
 * @throws WorldChanged
 */
async function applyPlan(plan: SavedPlan, { shards }: Config, carryOut: CarryOut): Promise<RunResult> {
  const exactly = { exact: true, onPlanned: (run: PlannedRun) => ensureSame(plan, run) };
  if (shards.length > 1) {
    const runs: PlannedRun[] = [];
    await carryOut({ ...plan.request, mode: 'plan' }, { exact: true, onPlanned: run => void runs.push(run) });
    for (const run of runs) ensureSame(plan, run);
  }
  return carryOut({ ...plan.request, mode: 'sync' }, exactly);
}

/** Looks again and again, and prints what is news; the interrupt that a run listens to ends it. */
async function watch(seconds: number, look: () => Promise<RunResult>, options: ReconcileOptions): Promise<number> {
  let before = '';
  const ended = new AbortController();
  process.once('SIGINT', () => ended.abort());
  for (;;) {
    const result = await look();
    const { zones, findings } = fitResult(result, TEXT_BYTES);
    const now = JSON.stringify([zones, findings]);
    if (now !== before) await showResult(result, options);
    before = now;
    await sleep(seconds * 1000, undefined, { signal: ended.signal }).catch(() => {});
    if (ended.signal.aborted) return exitCodeOf(result, options);
  }
}

async function showResult(result: RunResult, options: ReconcileOptions, about?: With): Promise<void> {
  if (options.quiet && result.inStep && formatOf(options) === 'table') return;
  const besides = about ? [printable(describeWith(about))] : [];
  const detail = options.quiet ? 'quiet' : options.verbose ? 'verbose' : 'usual';
  await show(options, {
    value: { ...fitResult(result, TEXT_BYTES), ...(about && { with: about }) },
    text: text => [formatResult(result, { ...text, detail }), ...besides].join('\n'),
    markdown: () => [markdownResult(result), ...besides.map(escaped)].join('\n\n'),
    names: () => result.zones.flatMap(({ changes }) => changes.map(({ name }) => name)),
  });
}

/** With `--detailed-exitcode` 2 says that changes are to be made and nothing else, as terraform has it. */
function exitCodeOf({ inStep, zones, counts }: RunResult, { detailedExitcode }: ReconcileOptions): number {
  if (!detailedExitcode) return inStep ? EXIT.inStep : EXIT.unpublished;
  if (zones.some(({ changes }) => changes.length > 0)) return EXIT.unpublished;
  return counts.unpublished > 0 ? EXIT.onlyUnpublished : EXIT.inStep;
}

const SHOWN = 10;

/** Force lets removals through that the guard would hold: a person who is there is shown them first. */
async function agreed({ zones, counts }: RunResult): Promise<boolean> {
  if (counts.deleted === 0) return true;
  const gone = zones.flatMap(({ changes }) => changes).filter(({ action }) => action === 'delete');
  const named = gone.slice(0, SHOWN).map(({ name, type }) => `  - ${printable(name)} ${type}\n`);
  const more = gone.length > SHOWN ? `  … and ${gone.length - SHOWN} more\n` : '';
  process.stderr.write(`${gone.length} record sets would be removed:\n${named.join('')}${more}`);
  return isAgreed('Remove them?');
}
