import { readFileSync } from 'node:fs';
import { type CheckContext, type ConfigEnv, checkTogether } from './checks.ts';
import type { Config } from './config.ts';
import { readDocument } from './document.ts';
import { ConfigError, type ConfigProblem } from './error.ts';
import { resolveConfig } from './resolve.ts';
import { type FileConfig, fileSchema } from './schema.ts';
import { shown } from './values.ts';

/** Where a config text comes from and where it is to be used. */
export interface ParseOptions {
  /** The file's path, for messages and for the paths in it that are relative to it. */
  readonly file: string;
  readonly env: ConfigEnv;
  /** On Lambda there is no kubeconfig. */
  readonly onLambda?: boolean;
}

/**
 * Reads a config file: checked, with every default filled in, paths absolute, names in canonical form, frozen.
 *
 * @param env usually `process.env`; AWS_REGION, FAIRLEAD_STATE_BUCKET and AWS_LAMBDA_FUNCTION_NAME are read
 * @throws ConfigError when the file cannot be read, or for every problem in it at once
 */
export function loadConfig(path: string, env: ConfigEnv & Readonly<Record<string, string | undefined>>): Config {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(path, [{ path: [], message: `cannot be read (${why}): give the path of a fairlead.yml` }], {
      cause,
    });
  }
  return parseConfig(text, { file: path, env, onLambda: Boolean(env.AWS_LAMBDA_FUNCTION_NAME) });
}

/**
 * Reads the text of a config file, as `loadConfig`.
 *
 * @throws ConfigError for every problem in it at once
 */
export function parseConfig(text: string, { file, env, onLambda = false }: ParseOptions): Config {
  const document = readDocument(text, file);
  const context: CheckContext = { env, onLambda };
  if (typeof document.value !== 'object' || document.value === null || Array.isArray(document.value)) {
    const message = `must be a map of keys, of which "clusters" is needed; it is ${shown(document.value)}`;
    throw new ConfigError(file, [{ path: [], message }]);
  }
  const parsed = fileSchema.safeParse(document.value, { error: wording });
  const problems = [...(parsed.error?.issues.flatMap(problemsOf) ?? []), ...checkTogether(document.value, context)];
  if (!parsed.success || problems.length > 0) throw new ConfigError(file, withLines(problems, document));
  return resolveConfig(parsed.data satisfies FileConfig, file, env);
}

function withLines(problems: readonly ConfigProblem[], document: ReturnType<typeof readDocument>): ConfigProblem[] {
  const placed = problems.map(problem => {
    const line = document.lineOf(problem.path);
    return line === undefined ? problem : { ...problem, line };
  });
  return placed.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

type Issue = NonNullable<ReturnType<typeof fileSchema.safeParse>['error']>['issues'][number];

/** An issue is one problem; several unknown keys of one map are one issue, with a line for each. */
function problemsOf(issue: Issue): ConfigProblem[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, message: issue.message }];
  const messages = issue.message.split('\n');
  return issue.keys.map((key, i) => ({ path: [...issue.path, key], message: messages[i] ?? issue.message }));
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
};

/** What is said where the schema itself says nothing. */
function wording(issue: { code?: string; input?: unknown; [key: string]: unknown }): string {
  const { code, input, expected, minimum, maximum, inclusive } = issue;
  if (code === 'invalid_type' && input === undefined)
    return `is missing: it must be ${TYPES[String(expected)] ?? expected}`;
  if (code === 'too_small') return `is ${shown(input)}, it must be ${inclusive ? 'at least' : 'more than'} ${minimum}`;
  if (code === 'too_big') return `is ${shown(input)}, it must be ${inclusive ? 'at most' : 'less than'} ${maximum}`;
  if (code !== 'invalid_type') return `is not allowed: ${shown(input)}`;
  const quotes = expected === 'string' && typeof input !== 'object' ? ' (in quotes)' : '';
  return `must be ${TYPES[String(expected)] ?? expected}${quotes}, not ${shown(input)}`;
}
