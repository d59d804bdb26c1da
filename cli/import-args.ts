import { readFileSync } from 'node:fs';
import { text as whole } from 'node:stream/consumers';
import { argumentsIn, importArguments } from '../lib/moving/index.ts';
import { printable } from '../lib/printable.ts';
import { command, EXIT, print } from './output.ts';

export interface ImportFlags {
  readonly cluster: string;
  readonly region?: string;
}

/**
 * `fairlead import-args [FILE] [-- ARGUMENTS]`: prints a fairlead.yml on standard output, and on standard error what has
 * no equivalent.
 */
export function runImportArguments(words: readonly string[], flags: ImportFlags): Promise<void> {
  return command({ color: false, config: '' }, async () => {
    const [first] = words;
    const found = first?.startsWith('--')
      ? { words, problems: [] }
      : argumentsIn(await contentOf(first), first ?? 'the text');
    const { text, missing } = importArguments(found, flags);
    await print(printable(text).trimEnd());
    for (const line of missing) process.stderr.write(`fairlead: no equivalent: ${printable(line)}\n`);
    return missing.length === 0 ? EXIT.inStep : EXIT.unpublished;
  });
}

async function contentOf(file: string | undefined): Promise<string> {
  if (file === undefined || file === '-') return whole(process.stdin);
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error(`${file} cannot be read: give a file, "-" for standard input, or arguments after "--"`, { cause });
  }
}
