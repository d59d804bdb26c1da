import { createInterface } from 'node:readline/promises';

/**
 * What a person types, beside what the command prints; undefined where that ends without an answer (Ctrl-D). Ctrl-C, which a
 * terminal gives to whoever reads it as a letter, is what it is elsewhere.
 */
export async function ask(question: string): Promise<string | undefined> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  terminal.once('SIGINT', () => {
    terminal.close();
    process.stderr.write('\n');
    process.kill(process.pid, 'SIGINT');
  });
  terminal.once('close', () => resolve(undefined));
  terminal.question(question).then(resolve, () => resolve(undefined));
  try {
    return (await promise)?.trim();
  } finally {
    terminal.close();
  }
}

/** Asks a person, and waits for yes or no; anything but a yes is a no. */
export async function isAgreed(question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await ask(`${question} [y/N] (--yes does not ask) `)) ?? '');
}
