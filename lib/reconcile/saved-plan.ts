import { isMap } from '../is-map.ts';
import type { RunRequest } from '../model/index.ts';
import { differences, type PlannedRun } from './planned.ts';

/**
 * A plan as it is kept in a file. It is only ever compared with what is planned anew, and never carried out as it is written:
 * a file that somebody changed makes fairlead refuse, and do nothing else.
 */
export interface SavedPlan {
  readonly request: Pick<RunRequest, 'force' | 'clusters'>;
  /** One a shard and view. */
  readonly runs: readonly PlannedRun[];
}

const FORMAT = 'fairlead plan 1';

export function encodePlan({ request: { force, clusters }, runs }: SavedPlan): string {
  return `${JSON.stringify({ format: FORMAT, request: { force, ...(clusters && { clusters }) }, runs }, null, 1)}\n`;
}

/** @throws Error for a text that is no plan of this version */
export function decodePlan(text: string, file: string): SavedPlan {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${file} is not a plan: write one with fairlead plan --out FILE`, { cause });
  }
  const { format, request, runs } = (isMap(value) ? value : {}) as Record<string, unknown>;
  if (format !== FORMAT || !isMap(request) || !Array.isArray(runs) || !runs.every(isRun))
    throw new Error(`${file} is not a plan of this version of fairlead: write one with fairlead plan --out FILE`);
  const { force, clusters } = request as Record<string, unknown>;
  return { request: { force: force === true, ...(isTexts(clusters) && { clusters }) }, runs };
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every(each => typeof each === 'string');

function isRun(value: unknown): value is PlannedRun {
  const { shard, config, clusters, zones } = (isMap(value) ? value : {}) as Partial<PlannedRun>;
  return (
    typeof shard === 'string' &&
    typeof config === 'string' &&
    [clusters, zones].every(list => Array.isArray(list) && list.every(isMap)) &&
    zones?.every(({ changes }) => Array.isArray(changes)) === true
  );
}

/** What was planned is not what is due by now. */
export class WorldChanged extends Error {
  override readonly name = 'WorldChanged';
}

/** @throws WorldChanged unless what is planned now, of one shard and view, is what was planned then */
export function ensureSame({ runs }: SavedPlan, now: PlannedRun): void {
  const then = runs.find(({ shard, view }) => shard === now.shard && view === now.view);
  const what = now.view === undefined ? `shard "${now.shard}"` : `view "${now.view}"`;
  const found = then ? differences(then, now) : [`the plan has nothing of the ${what}`];
  if (found.length === 0) return;
  const list = found.map(what => `\n  - ${what}`).join('');
  throw new WorldChanged(
    `the plan is not applied, since the world has changed:${list}\nlook at a new one: fairlead plan --out FILE`,
  );
}
