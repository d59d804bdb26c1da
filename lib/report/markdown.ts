import type { Finding, RecordChange, RunResult } from '../model/index.ts';
import { describeObject, resourceOf } from '../model/index.ts';
import { printable } from './printable.ts';
import { describeValue } from './text.ts';

export interface MarkdownOptions {
  /** Rows of a table after which it is cut (the JSON has everything). */
  readonly rows: number;
}

/**
 * What Markdown (GitHub's and GitLab's) would obey instead of showing it: marks, HTML, cells of a table, and names of people who
 * would be called. Texts come from objects, so whoever may write one may write them.
 */
const OBEYED = /[\\`*_{}[\]()<>#+!|~@&:$]/g;

const text = (value: string) =>
  printable(value.replace(/\s+/g, ' ')).replace(OBEYED, character => `&#${character.charCodeAt(0)};`);

function table(head: readonly string[], rows: readonly (readonly string[])[], { rows: most }: MarkdownOptions): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const shown = rows.slice(0, most).map(line);
  const cut = rows.length > most ? [`\n… and ${rows.length - most} more.`] : [];
  return [line(head), line(head.map(() => '---')), ...shown, ...cut].join('\n');
}

const SIGNS = { create: '➕ create', update: '✏️ update', delete: '➖ delete' } as const;

function changeRow({ action, name, type, before, after, objects, formerly, drift, allowedBy }: RecordChange): string[] {
  const values = [before && `<del>${text(describeValue(before))}</del>`, after && text(describeValue(after))];
  const former = formerly === undefined ? [] : [`was ${text(formerly)}`];
  const rules = allowedBy === undefined ? [] : [`by ${text(allowedBy.join(', '))}`];
  return [
    drift ? `${SIGNS[action]} (drift)` : SIGNS[action],
    text(name),
    type,
    values.filter(value => value !== undefined).join('<br>'),
    [...objects.map(object => text(describeObject(object))), ...former, ...rules].join('<br>'),
  ];
}

function findingRow({ reason, object, cluster, name, zone, message, field }: Finding): string[] {
  const subject = object ? `${object.cluster}: ${resourceOf(object)}` : (cluster ?? name ?? zone ?? '');
  const where = field === undefined || message.includes(field) ? '' : ` (${field})`;
  return [reason, text(subject), text(message + where)];
}

/** The result of a run as Markdown, for a pull request. */
export function formatMarkdown(result: RunResult, options: MarkdownOptions): string {
  const { created, updated, deleted, unpublished } = result.counts;
  const changes = result.zones.flatMap(zone => zone.changes.map(changeRow));
  const verb = result.mode === 'plan' ? 'to be ' : '';
  const parts = [
    `### fairlead ${result.mode}: ${result.inStep ? 'in step' : 'not in step'}`,
    `${created} ${verb}created, ${updated} ${verb}updated, ${deleted} ${verb}deleted; ${unpublished} not published`,
  ];
  if (changes.length > 0) parts.push(table(['Change', 'Name', 'Type', 'Value', 'Object'], changes, options));
  if (result.findings.length > 0)
    parts.push('#### Not done', table(['Reason', 'Object', 'Why'], result.findings.map(findingRow), options));
  return parts.join('\n\n');
}
