import { readFileSync } from 'node:fs';
import { type CheckContext, type ConfigEnv, checkTogether } from './checks.ts';
import type { Config } from './config.ts';
import { readDocument } from './document.ts';
import { ConfigError, type ConfigProblem } from './error.ts';
import { resolveConfig } from './resolve.ts';
import { type FileConfig, fileSchema } from './schema.ts';
import { adviceFor } from './unknown-keys.ts';
import { shown } from './values.ts';
import { problemsOf, wording } from './wording.ts';

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
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    const why = missing ? 'it is not there' : cause instanceof Error ? cause.message : String(cause);
    const advice = 'give the path of a fairlead.yml, or make one with `fairlead init`';
    throw new ConfigError(path, [{ path: [], message: `cannot be read (${why}): ${advice}` }], {
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
  const problems = [
    ...(parsed.error?.issues.flatMap(issue => problemsOf(issue, adviceFor)) ?? []),
    ...checkTogether(document.value, context),
  ];
  if (!parsed.success || problems.length > 0) throw new ConfigError(file, withLines(problems, document));
  return resolveConfig(parsed.data satisfies FileConfig, file, env);
}

function withLines(problems: readonly ConfigProblem[], document: ReturnType<typeof readDocument>): ConfigProblem[] {
  const placed = problems.map(problem => {
    const place = document.placeOf(problem.path);
    return { ...problem, ...place };
  });
  return placed.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}
