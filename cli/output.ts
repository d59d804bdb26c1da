import { printable, printableJson } from '../lib/report/printable.ts';
import type { GlobalOptions } from './options.ts';

export const EXIT = { inStep: 0, couldNotRun: 1, unpublished: 2 } as const;

/** Rows of a table that a person is shown; what is piped is whole. */
export const ROWS = 200;

export const rowsOf = ({ limit }: GlobalOptions) => limit ?? (process.stdout.isTTY ? ROWS : Number.POSITIVE_INFINITY);

export const useColour = ({ color }: GlobalOptions) => color && process.stdout.isTTY === true && !process.env.NO_COLOR;

/** Runs a command; what it throws is printed for a person (or as `{"error":…}` for a machine) and ends with exit code 1. */
export async function command(options: GlobalOptions, work: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await work();
  } catch (error) {
    const { name, message } = error as Error;
    if (options.json) process.stdout.write(`${printableJson({ error: { name, message } })}\n`);
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
  const live = process.stderr.isTTY === true;
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
