import type { RunResult } from '../model/index.ts';
import { changeRow } from './change.ts';
import { findingRows } from './findings.ts';
import { type Cell, plain } from './table.ts';
import { formatSummary } from './text.ts';

/** What Markdown, or the HTML in it, would obey instead of showing it; nobody is called by his name. */
export const escaped = (text: string) =>
  text
    .replaceAll(/[\\`*_[\]<>|&#~]/g, '\\$&')
    .replaceAll('@', '&#64;')
    .replaceAll('\n', '<br>');

/** A table as GitHub and its like show it. */
export function markdownTable(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const body = rows.map(row => line(head.map((_, column) => escaped(plain(row[column] ?? '')))));
  return [line(head), line(head.map(() => '---')), ...body].join('\n');
}

/** The result of a run for a comment on a change that is to be reviewed. */
export function markdownResult(result: RunResult): string {
  const changes = result.zones.flatMap(zone => zone.changes.map(changeRow));
  const { findings } = result;
  return [
    `**${formatSummary(result, { colour: false, rows: Number.POSITIVE_INFINITY })}**`,
    ...(changes.length > 0 ? [markdownTable(['Change', 'Name', 'Type', 'Value', 'Object'], changes)] : []),
    ...(findings.length > 0 ? [markdownTable(['Not done, or noted', 'Object', 'Why'], findingRows(findings))] : []),
  ].join('\n\n');
}
