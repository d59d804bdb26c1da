import { stringify } from 'yaml';
import { ConfigError, FLAGS, type Flag, OTHER_PROVIDERS, parseConfig } from '../config/index.ts';
import { type Arguments, readArguments } from './arguments.ts';
import type { Found } from './input.ts';

/** A config equivalent to the arguments of an ExternalDNS. */
export interface Imported {
  /** The text of a fairlead.yml, with a comment for each flag that has no equivalent. */
  readonly text: string;
  /** Flags without an equivalent that decide which records there are, and flags that nobody knows. */
  readonly missing: readonly string[];
}

export interface ImportOptions {
  /** The cluster that this ExternalDNS runs in. */
  readonly cluster: string;
  readonly region?: string;
}

/** A flag (or something beside the flags), and what is said of it in a comment. */
interface Remark {
  readonly kind: 'done' | 'else' | 'none';
  readonly text: string;
}

type Draft = Record<string, unknown>;

/**
 * Writes the fairlead.yml that does what an ExternalDNS does. A value that fairlead.yml
 * refuses stays in the text, with a remark: without a filter of ExternalDNS's more would be published, so the config
 * must not be usable before a person has looked.
 */
export function importArguments(found: Found, options: ImportOptions): Imported {
  const given = readArguments(found.words);
  const draft = begin(given, options);
  const remarks: Remark[] = [...found.problems, ...given.problems].map(problem => ({ kind: 'none', text: problem }));
  for (const [flag, values] of given.flags) remarks.push(...takeOver(draft, flag, values));
  const body = stringify(draft, { lineWidth: 0 });
  remarks.push(...refusedIn(body));
  const missing = remarks.filter(({ kind }) => kind === 'none').map(({ text }) => text);
  return { text: `${HEAD}${body}${commentsOf(remarks)}`, missing };
}

/** What ExternalDNS has where no flag says otherwise, and fairlead has not. */
function begin({ flags }: Arguments, { cluster, region }: ImportOptions): Draft {
  const routes = flags.get('source')?.some(source => source.startsWith('gateway')) === true;
  return {
    owner: 'default',
    clusters: [{ name: cluster, ...(region !== undefined && { region }) }],
    ...(routes && { gateway: { listenerSets: false } }),
    // Addresses of one name are put together, whoever gives them.
    records: { merge: 'cluster' },
  };
}

const BY_NAME: ReadonlyMap<string, Flag> = new Map(FLAGS.map(flag => [flag.flag, flag]));

function takeOver(draft: Draft, name: string, values: readonly string[]): Remark[] {
  const flag = BY_NAME.get(name);
  if (!flag) {
    if (OTHER_PROVIDERS.test(name)) return [{ kind: 'done', text: `--${name}: of another provider than Route 53` }];
    return [{ kind: 'none', text: `--${name}: ExternalDNS 0.22 has no such flag: look at its spelling` }];
  }
  if (flag.kind !== 'key') {
    const isOff = flag.form === 'switch' && values.at(-1) === 'false';
    if (!isOff) return [{ kind: flag.kind, text: `--${name}: ${flag.why}` }];
    return flag.off === undefined ? [] : [{ kind: 'none', text: `--no-${name}: ${flag.off}` }];
  }
  flag.take(values).forEach((value, i) => {
    set(draft, pathOf(flag.keys[i] ?? ''), value);
  });
  return values.flatMap(value => {
    const why = flag.lacks?.(value);
    return why === undefined ? [] : [{ kind: 'none', text: `--${name}: ${why}` } as const];
  });
}

/** `clusters[0].kubeconfig` → its steps. */
const pathOf = (key: string): readonly string[] => key.split(/[.[\]]+/);

function set(draft: Draft, [step = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    draft[step] = value;
    return;
  }
  draft[step] ??= {};
  set(draft[step] as Draft, rest, value);
}

/** The values that fairlead.yml does not take. */
function refusedIn(body: string): Remark[] {
  try {
    // The region may come from the environment, as it may where the config is used.
    parseConfig(HEAD + body, { file: 'fairlead.yml', env: { AWS_REGION: 'us-east-1' } });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n').map(text => ({ kind: 'none', text }));
  }
}

const HEAD = `# From the arguments of an ExternalDNS. \`fairlead plan\` shows what would differ: nothing is written by it.
`;

const TITLES = {
  none: 'Without an equivalent: look at these before the first run',
  else: 'Set elsewhere',
  done: 'Nothing to set',
} as const;

function commentsOf(remarks: readonly Remark[]): string {
  const blocks = (['none', 'else', 'done'] as const).map(kind => {
    const lines = remarks
      .filter(remark => remark.kind === kind)
      .map(({ text }) => `#   ${text.replaceAll(/\s+/g, ' ')}`);
    return lines.length === 0 ? '' : `\n# ${TITLES[kind]}:\n${lines.join('\n')}\n`;
  });
  return blocks.join('');
}
