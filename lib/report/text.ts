import { styleText } from 'node:util';
import Table from 'cli-table3';
import type { ClusterResult, Finding, RecordChange, RecordSet, RunResult } from '../model/index.ts';
import { describeObject, describeRouting, resourceOf } from '../model/index.ts';
import { printable } from './printable.ts';

type Style = Parameters<typeof styleText>[0];

export interface TextOptions {
  readonly colour: boolean;
  /** Rows of a table after which it is cut (the JSON has everything). */
  readonly rows: number;
}

type Paint = (style: Style, text: string) => string;

const painter = ({ colour }: TextOptions): Paint =>
  colour ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;

const BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
};
const PLAIN = {
  ...BORDERS,
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** A text with its style, or several, one behind the other. What is to be obeyed by the terminal is in no text. */
export type Cell = string | { readonly style: Style; readonly text: string } | readonly Cell[];

function painted(cell: Cell, paint: Paint): string {
  if (typeof cell === 'string') return printable(cell);
  return 'text' in cell ? paint(cell.style, printable(cell.text)) : cell.map(part => painted(part, paint)).join('');
}

/** A table without lines, as `kubectl` prints them; cut after `options.rows` rows. Every cell is made printable. */
export function formatTable(head: readonly string[], rows: readonly (readonly Cell[])[], options: TextOptions): string {
  const paint = painter(options);
  const table = new Table({
    head: head.map(title => paint('bold', title)),
    chars: PLAIN,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows.slice(0, options.rows)) table.push(row.map(cell => painted(cell, paint)));
  const cut = rows.length > options.rows ? `\n… and ${rows.length - options.rows} more (--json has all of them)` : '';
  return table.toString().replace(/[^\S\n]+$/gm, '') + cut;
}

/** What a record set says, in a few words. */
export function describeValue(record: RecordSet): string {
  const said = [
    record.setIdentifier,
    describeRouting(record),
    record.healthCheckId && `health check ${record.healthCheckId}`,
  ];
  const routing = said.some(Boolean) ? ` [${said.filter(Boolean).join(', ')}]` : '';
  if (record.alias) return `→ ${record.alias.dnsName}${routing}`;
  return `${(record.values ?? []).join(', ')}${record.ttl === undefined ? '' : ` (${record.ttl} s)`}${routing}`;
}

const SIGNS = { create: ['green', '+ create'], update: ['yellow', '~ update'], delete: ['red', '- delete'] } as const;

function changeRow(change: RecordChange): Cell[] {
  const [style, sign] = SIGNS[change.action];
  const before = change.before && describeValue(change.before);
  const after = change.after && describeValue(change.after);
  const value = before !== undefined && after !== undefined ? `${before}\n${after}` : (after ?? before ?? '');
  const former = change.formerly === undefined ? [] : [`was ${change.formerly}`];
  const objects = [...change.objects.map(object => describeObject(object)), ...former].join('\n');
  return [
    [{ style, text: sign }, ...(change.drift ? [{ style: 'magenta', text: '\n  drift' } as const] : [])],
    change.name,
    change.type,
    value,
    objects,
  ];
}

const MILD: ReadonlySet<Finding['reason']> = new Set(['filtered', 'warning', 'grace', 'merged']);

function findingRow(finding: Finding): Cell[] {
  const mild = MILD.has(finding.reason);
  const subject = finding.object
    ? `${finding.object.cluster}: ${resourceOf(finding.object)}`
    : (finding.cluster ?? finding.name ?? finding.zone ?? '');
  return [
    { style: mild ? 'cyan' : 'yellow', text: finding.reason },
    subject,
    finding.field === undefined || finding.message.includes(finding.field)
      ? finding.message
      : `${finding.message} (${finding.field})`,
  ];
}

const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;

function clusterLine(cluster: ClusterResult, paint: Paint): string {
  const state =
    cluster.state === 'read' ? paint('green', 'read') : paint(cluster.state === 'kept' ? 'cyan' : 'red', cluster.state);
  return `cluster ${printable(cluster.name)} (owner ${printable(cluster.owner)}): ${state}, ${plural(cluster.endpoints, 'endpoint')}`;
}

/** The result of a run for people: what changed or would change, what is not published and why, and a last line. */
export function formatResult(result: RunResult, options: TextOptions): string {
  const paint = painter(options);
  const changes = result.zones.flatMap(zone => zone.changes.map(changeRow));
  const parts = [
    ...result.clusters.map(cluster => clusterLine(cluster, paint)),
    ...result.zones.map(
      zone =>
        `zone ${printable(zone.name)} (${zone.private ? 'private' : 'public'}, ${zone.id}): ${plural(zone.owned, 'owned record set')}, ${zone.source}`,
    ),
    ...(changes.length > 0 ? ['', formatTable(['CHANGE', 'NAME', 'TYPE', 'VALUE', 'OBJECT'], changes, options)] : []),
    ...(result.findings.length > 0
      ? ['', formatTable(['NOT DONE', 'OBJECT', 'WHY'], result.findings.map(findingRow), options)]
      : []),
    '',
    summary(result, paint),
  ];
  return parts.join('\n');
}

function summary(result: RunResult, paint: Paint): string {
  const { created, updated, deleted, unpublished } = result.counts;
  const calls = Object.values(result.calls).reduce((sum, count) => sum + count, 0);
  const verb = result.mode === 'plan' ? 'to do' : 'done';
  const work = `${created} created, ${updated} updated, ${deleted} deleted`;
  const rest = unpublished > 0 ? paint('yellow', `, ${unpublished} not published`) : '';
  const state = result.inStep ? paint('green', 'in step') : paint('yellow', 'not in step');
  return `${state}: ${verb}: ${work}${rest}; ${plural(calls, 'Route 53 call')} in ${(result.durationMs / 1000).toFixed(1)} s`;
}
