import { styleText } from 'node:util';
import Table from 'cli-table3';
import { printable } from '../printable.ts';

export type Style = Parameters<typeof styleText>[0];

export interface TextOptions {
  readonly colour: boolean;
  /** Rows of a table after which it is cut (the JSON has everything). */
  readonly rows: number;
  /** Columns of the terminal: a table that is wider is stacked. Absent: as wide as it likes to be, as in a pipe. */
  readonly width?: number;
}

type Paint = (style: Style, text: string) => string;

const painter = ({ colour }: Pick<TextOptions, 'colour'>): Paint =>
  colour ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;

/** A text with its style, or several, one behind the other. What is to be obeyed by the terminal is in no text. */
export type Cell = string | { readonly style: Style; readonly text: string } | readonly Cell[];

interface Piece {
  readonly text: string;
  readonly style?: Style;
}

function piecesOf(cell: Cell): Piece[] {
  if (typeof cell === 'string') return [{ text: printable(cell) }];
  return 'text' in cell ? [{ ...cell, text: printable(cell.text) }] : cell.flatMap(piecesOf);
}

/** A cell without its styles. */
export const plain = (cell: Cell): string =>
  piecesOf(cell)
    .map(({ text }) => text)
    .join('');

const painted = (cell: Cell, paint: Paint): string =>
  piecesOf(cell)
    .map(({ text, style }) => (style === undefined ? text : paint(style, text)))
    .join('');

/** A line for people, broken where the terminal is narrower. */
export function formatLine(cell: Cell, options: TextOptions): string {
  const paint = painter(options);
  return options.width === undefined ? painted(cell, paint) : wrap(cell, options.width, 0, paint);
}

const EDGES = ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'];
const SIDES = ['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'];
const PLAIN = { ...Object.fromEntries([...EDGES, ...SIDES].map(place => [place, ''])), middle: '  ' };

/**
 * A table without lines, as `kubectl` prints them; cut after `options.rows` rows. Where it is wider than the terminal each row
 * is stacked: its first cells on a line, each of the others on lines of its own. Every cell is made printable.
 *
 * @param lead how many cells stay together on the first line of a stacked row
 */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  options: TextOptions,
  lead = 1,
): string {
  const paint = painter(options);
  const shown = rows.slice(0, options.rows);
  const cut = rows.length > options.rows ? `\n… and ${rows.length - options.rows} more (--json has all of them)` : '';
  if (options.width !== undefined && widthOf(head, shown) > options.width) {
    const stacked = shown.map(row => stack(row, lead, options.width ?? 0, paint));
    return [wrap({ style: 'bold', text: head.join('  ') }, options.width, 0, paint), ...stacked].join('\n') + cut;
  }
  const table = new Table({
    head: head.map(title => paint('bold', title)),
    chars: PLAIN,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of shown) table.push(row.map(cell => painted(cell, paint)));
  return table.toString().replace(/[^\S\n]+$/gm, '') + cut;
}

const GAP = 2;
const INDENT = 4;

function widthOf(head: readonly string[], rows: readonly (readonly Cell[])[]): number {
  const columns = head.map((title, column) =>
    rows.reduce(
      (widest, row) =>
        Math.max(
          widest,
          ...plain(row[column] ?? '')
            .split('\n')
            .map(line => line.length),
        ),
      title.length,
    ),
  );
  return columns.reduce((sum, column) => sum + column + GAP, -GAP);
}

function stack(row: readonly Cell[], lead: number, width: number, paint: Paint): string {
  const first = row.slice(0, lead).flatMap((cell, i): Cell[] => (i === 0 ? [cell] : ['  ', cell]));
  const rest = row.slice(lead).filter(cell => plain(cell) !== '');
  return [wrap(first, width, 0, paint), ...rest.map(cell => wrap(cell, width, INDENT, paint))].join('\n');
}

/** Breaks a cell into lines of at most `width`, at blanks where there are any, each with its styles. */
function wrap(cell: Cell, width: number, indent: number, paint: Paint): string {
  const room = Math.max(10, width - indent);
  const characters = piecesOf(cell).flatMap(({ text, style }) => [...text].map(text => ({ text, style })));
  const lines: string[] = [];
  for (let from = 0; from < characters.length; ) {
    const window = characters.slice(from, from + room + 1).map(({ text }) => text);
    const newline = window.indexOf('\n');
    const blank = window.lastIndexOf(' ');
    const isWhole = window.length <= room;
    const to = newline >= 0 ? newline : isWhole ? window.length : blank > 0 ? blank : room;
    lines.push(runs(characters.slice(from, from + to), paint));
    from += to;
    if (characters[from]?.text === '\n' || (!isWhole && characters[from]?.text === ' ')) from += 1;
  }
  return lines.map(line => ' '.repeat(indent) + line.trimEnd()).join('\n');
}

/** Neighbours of one style are painted together. */
function runs(
  characters: readonly { readonly text: string; readonly style: Style | undefined }[],
  paint: Paint,
): string {
  let out = '';
  for (let from = 0; from < characters.length; ) {
    const { style } = characters[from] as { style: Style | undefined };
    let to = from;
    while (to < characters.length && characters[to]?.style === style) to += 1;
    const text = characters
      .slice(from, to)
      .map(one => one.text)
      .join('');
    out += style === undefined ? text : paint(style, text);
    from = to;
  }
  return out;
}
