import type { GlobalOptions } from './options.ts';

export const EXIT = { inStep: 0, couldNotRun: 1, unpublished: 2 } as const;

/** Rows of a table in the terminal; everything is in the JSON. */
export const ROWS = 200;

export const useColour = ({ color }: GlobalOptions) => color && process.stdout.isTTY === true && !process.env.NO_COLOR;

/** Runs a command; what it throws is printed for a person (or as `{"error":…}` for a machine) and ends with exit code 1. */
export async function command(options: GlobalOptions, work: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await work();
  } catch (error) {
    const { name, message } = error as Error;
    if (options.json) process.stdout.write(`${JSON.stringify({ error: { name, message } })}\n`);
    process.stderr.write(`fairlead: ${message}\n`);
    process.exitCode = EXIT.couldNotRun;
  }
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
