import { stringify } from 'yaml';
import { printable, printableJson } from '../lib/printable.ts';
import { terminalOptions } from '../lib/report/terminal.ts';
import type { TextOptions } from '../lib/report/text.ts';
import { clipped } from '../lib/shown.ts';
import { formatOf, type GlobalOptions } from './options.ts';

/** `onlyUnpublished` comes with `--detailed-exitcode` alone, where 2 means that changes are to be made. */
export const EXIT = { inStep: 0, couldNotRun: 1, unpublished: 2, onlyUnpublished: 3 } as const;

/** Rows of a table that a person is shown; what is piped is whole. */
const ROWS = 200;

/** Characters of a line of an error. */
const LINE = 4_000;

const isTerminal = () => process.stdout.isTTY === true;

/** Whether the terminal obeys what moves the cursor. */
const isLive = () => process.stderr.isTTY === true && process.env.TERM !== 'dumb';

/** How a text is laid out where this process prints it. */
export function textOptions({ color, limit }: GlobalOptions): TextOptions {
  const rows = limit ?? (isTerminal() ? ROWS : Number.POSITIVE_INFINITY);
  return { rows, ...terminalOptions(process.stdout, process.env, color) };
}

/** One result in each of the forms in which it can be asked for. */
export interface Printed {
  readonly value: unknown;
  text(options: TextOptions): string;
  markdown(): string;
  /** DNS names. */
  names(): readonly string[];
}

/** Prints a result in the form that was asked for (`--output`). */
export function show(options: GlobalOptions, { value, text, markdown, names }: Printed): Promise<void> {
  const format = formatOf(options);
  if (format === 'json') return print(printableJson(value));
  if (format === 'yaml') return print(yamlOf(value));
  if (format === 'markdown') return print(markdown());
  if (format === 'name') return printLines([...new Set(names())].map(printable));
  return print(text(textOptions(options)));
}

const yamlOf = (value: unknown) => printable(stringify(JSON.parse(JSON.stringify(value)), { lineWidth: 0 }).trimEnd());

/** No line at all where there are none. */
const printLines = (lines: readonly string[]) => (lines.length > 0 ? print(lines.join('\n')) : Promise.resolve());

/** Runs a command; what it throws is printed for a person (or as `{"error":…}` for a machine) and ends with exit code 1. */
export async function command(options: GlobalOptions, work: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await work();
  } catch (error) {
    const { name, message: whole } = error as Error;
    const message = whole
      .split('\n')
      .map(line => clipped(line, LINE))
      .join('\n');
    const value = { error: { name, message } };
    const format = formatOf(options);
    if (format === 'json') process.stdout.write(`${printableJson(value)}\n`);
    if (format === 'yaml') process.stdout.write(`${yamlOf(value)}\n`);
    process.stderr.write(`fairlead: ${printable(message)}\n`);
    process.exitCode = EXIT.couldNotRun;
  }
}

/** Writes the whole of it, also to a pipe that is slow to read; whoever stops reading (`| head`) has had enough. */
export async function print(text: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  process.stdout.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' ? resolve() : reject(error)));
  process.stdout.write(`${text}\n`, error => {
    if (!error) resolve();
  });
  await promise;
}

/** One line on the terminal that is written over, shown only while a person watches and after a second. */
export function progressLine(): { show(text: string): void; clear(): void } {
  const live = isLive();
  const from = Date.now() + 1000;
  let shown = false;
  return {
    show(text) {
      if (!live || Date.now() < from) return;
      process.stderr.write(`\r\u001b[2K${text}`);
      shown = true;
    },
    clear() {
      if (shown) process.stderr.write('\r\u001b[2K');
      shown = false;
    },
  };
}
