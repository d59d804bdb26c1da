import type { ClusterResult, Finding, RunResult, ZoneResult } from '../model/index.ts';
import { isUnpublished } from '../model/index.ts';
import { changeRow } from './change.ts';
import { findingRows } from './findings.ts';
import { type Cell, formatLine, formatTable, type TextOptions } from './table.ts';

export { describeValue } from './change.ts';
export { formatTable, type TextOptions } from './table.ts';

const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;

const STATES = { read: 'green', kept: 'cyan', incomplete: 'red', unreachable: 'red' } as const;

const clusterLine = ({ name, owner, state, endpoints }: ClusterResult): Cell => [
  `cluster ${name} (owner ${owner}): `,
  { style: STATES[state], text: state },
  `, ${plural(endpoints, 'endpoint')}`,
];

const zoneLine = (zone: ZoneResult): Cell =>
  `zone ${zone.name} (${zone.private ? 'private' : 'public'}, ${zone.id}${zone.view === undefined ? '' : `, view ${zone.view}`}): ${plural(zone.owned, 'owned record set')}, ${zone.source}`;

/** What stays together on the first line of a stacked change: what is done, name and type. */
const CHANGE_LEAD = 3;
/** Likewise of a finding: reason and object. */
const FINDING_LEAD = 2;

/** `quiet`: only what is not done, and the last line. `verbose`: a row for each finding, and how the run went. */
export interface ResultOptions extends TextOptions {
  readonly detail?: 'quiet' | 'usual' | 'verbose';
}

/** The result of a run for people: what changed or would change, what is not published and why, and a last line. */
export function formatResult(result: RunResult, options: ResultOptions): string {
  const { detail = 'usual' } = options;
  const line = (cell: Cell) => formatLine(cell, options);
  const changes = result.zones.flatMap(zone => zone.changes.map(changeRow));
  const findings = (head: string, some: readonly Finding[]) =>
    some.length > 0
      ? [formatTable([head, 'OBJECT', 'WHY'], findingRows(some, detail === 'verbose'), options, FINDING_LEAD)]
      : [];
  const notDone = findings('NOT DONE', result.findings.filter(isUnpublished));
  if (detail === 'quiet') return [...notDone, formatSummary(result, options)].join('\n\n');
  const read = [
    ...result.clusters.flatMap(cluster => [clusterLine(cluster), ...(detail === 'verbose' ? kindLines(cluster) : [])]),
    ...result.zones.map(zoneLine),
    ...(detail === 'verbose' ? callLines(result) : []),
  ];
  return [
    read.map(line).join('\n'),
    ...(changes.length > 0
      ? [formatTable(['CHANGE', 'NAME', 'TYPE', 'VALUE', 'OBJECT'], changes, options, CHANGE_LEAD)]
      : []),
    ...notDone,
    ...findings(
      'NOTED',
      result.findings.filter(finding => !isUnpublished(finding)),
    ),
    formatSummary(result, options),
  ].join('\n\n');
}

const kindLines = ({ kinds }: ClusterResult): Cell[] =>
  Object.entries(kinds).map(
    ([kind, read]) => `    ${kind}: ${read.complete ? plural(read.objects, 'object') : `not read: ${read.error}`}`,
  );

const callLines = ({ calls, startedAt }: RunResult): Cell[] => [
  `began ${startedAt}`,
  ...Object.entries(calls).map(([operation, count]) => `    ${operation}: ${plural(count, 'call')}`),
];

/** What is held or frozen stands, and is counted apart from what is not published. */
function leftOf({ counts: { unpublished }, reasons: { held = 0, frozen = 0 } }: RunResult): string {
  const parts = [
    [held, 'held'],
    [frozen, 'frozen'],
    [unpublished - held - frozen, 'not published'],
  ] as const;
  return parts.flatMap(([count, what]) => (count > 0 ? [`${count} ${what}`] : [])).join(', ');
}

/** The last line alone, for those who want no more. */
export function formatSummary(result: RunResult, options: TextOptions): string {
  const { created, updated, deleted } = result.counts;
  const calls = Object.values(result.calls).reduce((sum, count) => sum + count, 0);
  const verb = result.mode === 'plan' ? 'to do' : 'done';
  const state: Cell = result.inStep ? { style: 'green', text: 'in step' } : { style: 'yellow', text: 'not in step' };
  const left = leftOf(result);
  const rest: Cell = left === '' ? '' : { style: 'yellow', text: `, ${left}` };
  return formatLine(
    [
      state,
      `: ${verb}: ${created} created, ${updated} updated, ${deleted} deleted`,
      rest,
      `; ${plural(calls, 'Route 53 call')} in ${(result.durationMs / 1000).toFixed(1)} s`,
    ],
    options,
  );
}
