/** How a result is printed. */
export const FORMATS = ['table', 'json', 'yaml', 'markdown', 'name'] as const;

export type Format = (typeof FORMATS)[number];

/** An option that may be given several times. */
export const collect = (value: string, previous: string[] = []) => [...previous, value];

/** What every command takes. */
export interface GlobalOptions {
  readonly config: string;
  readonly output?: Format;
  /** The same, for `plan` and `sync`. */
  readonly format?: Format;
  /** Short for `output: json`. */
  readonly json?: boolean;
  readonly color: boolean;
  /** Rows of a table at most. */
  readonly limit?: number;
}

export const formatOf = ({ output, format, json }: Pick<GlobalOptions, 'output' | 'format' | 'json'>): Format =>
  json ? 'json' : (format ?? output ?? 'table');
