import { FLAGS, OTHER_PROVIDERS } from '../config/index.ts';

/** The arguments of one ExternalDNS: the values of each flag, in the order given. A switch has `true` or `false`. */
export interface Arguments {
  readonly flags: ReadonlyMap<string, readonly string[]>;
  /** What was not understood, as a line each. */
  readonly problems: readonly string[];
}

const SWITCHES = new Set(FLAGS.filter(({ form }) => form === 'switch').map(({ flag }) => flag));
const KNOWN = new Set(FLAGS.map(({ flag }) => flag));

/**
 * Reads arguments as ExternalDNS does (kingpin): `--flag=value`, `--flag value`, `--switch`, `--no-switch`. An empty
 * value counts as not given, which is what an empty value means to ExternalDNS.
 */
export function readArguments(words: readonly string[]): Arguments {
  const flags = new Map<string, string[]>();
  const problems: string[] = [];
  const add = (flag: string, value: string) => {
    const values = flags.get(flag) ?? [];
    if (value !== '') flags.set(flag, [...values, value]);
  };
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (!word.startsWith('--')) {
      // The program itself, or what a shell has before it.
      if (i > 0 || word.startsWith('-')) problems.push(`"${word}" is no flag: flags begin with --`);
      continue;
    }
    const [name = '', ...rest] = word.slice(2).split('=');
    const positive = name.replace(/^no-/, '');
    if (name !== positive && SWITCHES.has(positive)) add(positive, 'false');
    else if (SWITCHES.has(name)) add(name, rest.length === 0 ? 'true' : rest.join('='));
    else if (rest.length > 0) add(name, rest.join('='));
    else if (takesNext(name, words[i + 1])) add(name, words[++i] ?? '');
    else add(name, 'true');
  }
  return { flags, problems };
}

/** Whether the next word is the flag's value. Of an unknown flag nobody knows: a word without dashes is. */
function takesNext(name: string, next: string | undefined): boolean {
  if (next === undefined) return false;
  return KNOWN.has(name) || OTHER_PROVIDERS.test(name) ? true : !next.startsWith('-');
}

/** ExternalDNS reads each flag from the environment, too: EXTERNAL_DNS_TXT_OWNER_ID, several values a line each. */
export function fromEnvironment(env: ReadonlyMap<string, string>): string[] {
  return [...env].flatMap(([name, value]) => {
    if (!name.startsWith('EXTERNAL_DNS_')) return [];
    const flag = name.slice('EXTERNAL_DNS_'.length).toLowerCase().replaceAll('_', '-');
    if (SWITCHES.has(flag)) return [`--${flag}=${/^(?:1|true)$/i.test(value)}`];
    return value
      .split('\n')
      .filter(line => line !== '')
      .map(line => `--${flag}=${line}`);
  });
}

/**
 * The words of a command line, as a shell would split it (quotes and backslashes, no variables); or, where each line is
 * one argument, as it stands in a Deployment, the lines.
 */
export function wordsOf(text: string): string[] {
  const lines = text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'));
  const oneEach = lines.length > 1 && lines.every(line => /^--(?!.*\s--\w)(?!.*\\$)/.test(line));
  return oneEach ? lines.flatMap(argumentOf) : shellWords(lines.join('\n'));
}

/** `--flag=value` or `--flag value`, where blanks may stand in the value and quotes around it. */
function argumentOf(line: string): string[] {
  const [, flag = line, between = '', value = ''] = /^(--[\w-]+)([= ])(.*)$/.exec(line) ?? [];
  const [, , bare = value] = /^(["'])(.*)\1$/.exec(value) ?? [];
  return between === '=' ? [`${flag}=${bare}`] : [flag, ...(between === '' ? [] : [bare])];
}

function shellWords(text: string): string[] {
  const words: string[] = [];
  const pattern = /\s*((?:[^\s"'\\]|\\[\s\S]|"(?:[^"\\]|\\[\s\S])*"|'[^']*')+)/gy;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) words.push(unquoted(match[1] ?? ''));
  return words.filter(word => word !== '');
}

const unquoted = (word: string) =>
  word.replace(/\\\n|\\([\s\S])|"((?:[^"\\]|\\[\s\S])*)"|'([^']*)'/g, (_, escaped, double, single) => {
    return escaped ?? (double !== undefined ? double.replace(/\\([\s\S])/g, '$1') : (single ?? ''));
  });
