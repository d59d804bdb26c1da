import { createInterface } from 'node:readline/promises';

/** Asks a person, beside what the command prints, and waits for yes or no; anything but a yes is a no. */
export async function isAgreed(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] (--yes does not ask) `)).trim());
  } finally {
    terminal.close();
  }
}
