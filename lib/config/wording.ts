import type * as z from 'zod/mini';
import type { ConfigProblem } from './error.ts';
import { shown } from './values.ts';

type Issue = z.core.$ZodIssue;

/** What is said of an unknown key, and what was said without it. */
type Advice = (key: string, said: string) => string;

/**
 * An issue is one problem; several unknown keys of one map are one issue, with a line for each. A choice between a word and
 * a list that says nothing itself has the problems of the list.
 */
export function problemsOf(issue: Issue, advice: Advice = (_, said) => said): ConfigProblem[] {
  if (issue.code === 'invalid_union' && issue.message === '') {
    const within = issue.errors.at(-1) ?? [];
    return within.flatMap(one => problemsOf({ ...one, path: [...issue.path, ...one.path] }, advice));
  }
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, message: issue.message }];
  const messages = issue.message.split('\n');
  return issue.keys.map((key, i) => ({
    path: [...issue.path, key],
    message: advice(key, messages[i] ?? issue.message),
  }));
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
};

/** What is said where the schema itself says nothing. */
export function wording(issue: { code?: string; input?: unknown; [key: string]: unknown }): string {
  const { code, input, expected, minimum, maximum, inclusive } = issue;
  if (code === 'invalid_type' && input === undefined)
    return `is missing: it must be ${TYPES[String(expected)] ?? expected}`;
  if (code === 'too_small') return `is ${shown(input)}, it must be ${inclusive ? 'at least' : 'more than'} ${minimum}`;
  if (code === 'too_big') return `is ${shown(input)}, it must be ${inclusive ? 'at most' : 'less than'} ${maximum}`;
  if (code !== 'invalid_type') return `is not allowed: ${shown(input)}`;
  if (typeof input === 'string' && /^\s*\d+\s*%\s*$/.test(input) && expected !== 'object')
    return `must be ${TYPES[String(expected)] ?? expected}, not ${shown(input)}: a share is given by the key percent, without the sign`;
  const quotes = expected === 'string' && typeof input !== 'object' ? ' (in quotes)' : '';
  return `must be ${TYPES[String(expected)] ?? expected}${quotes}, not ${shown(input)}`;
}
