import { printable } from '../printable.ts';

/** One thing that is wrong with a config file. */
export interface ConfigProblem {
  /** Where in the file, as keys and indexes; empty for the file as a whole. */
  readonly path: readonly PropertyKey[];
  /** What is wrong, what is allowed and what to do. */
  readonly message: string;
  /** Line in the file, from 1. */
  readonly line?: number;
  /** Column in the line, from 1. */
  readonly column?: number;
}

/** The config file cannot be used. The message has one line for each problem: `file:line:column: path: what is wrong`. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly file: string;
  readonly problems: readonly ConfigProblem[];

  constructor(file: string, problems: readonly ConfigProblem[], options?: ErrorOptions) {
    super(problems.map(problem => describe(file, problem)).join('\n'), options);
    this.file = file;
    this.problems = problems;
  }
}

function describe(file: string, { path, message, line, column }: ConfigProblem): string {
  const where = [file, line, column].filter(part => part !== undefined).join(':');
  return printable(path.length === 0 ? `${where}: ${message}` : `${where}: ${formatPath(path)}: ${message}`);
}

/** `zones.domains[1]`; keys that are no words are quoted: `zones["a b"]`. */
function formatPath(path: readonly PropertyKey[]): string {
  const parts = path.map((key, i) => {
    if (typeof key === 'number') return `[${key}]`;
    const text = String(key);
    if (!/^[\w-]+$/.test(text)) return `[${JSON.stringify(text)}]`;
    return i === 0 ? text : `.${text}`;
  });
  return parts.join('');
}
