import { quoted } from './hostname.ts';

/** What a selector asks of one key. */
export interface Requirement {
  readonly key: string;
  readonly operator: 'in' | 'notin' | 'exists' | 'absent' | 'greater' | 'less';
  readonly values: readonly string[];
}

/** All must be met; an empty one lets everything through. */
export type Selector = readonly Requirement[];

const NAME = '[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?';
const KEY = new RegExp(`^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?/)?${NAME}$`);
const LONGEST_NAME = 63;

const TOKEN = /\s*(==|!=|=|!|,|\(|\)|>|<|[^\s=!,()<>]+)\s*/y;
const SIGNS = /^(?:==|!=|=|!|,|\(|\)|>|<)$/;

/**
 * Reads a selector as `kubectl -l` does (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/):
 *
 * | written                  | met by                                     |
 * |--------------------------|--------------------------------------------|
 * | `k=v`, `k==v`            | the value v                                |
 * | `k!=v`                   | another value, or none                     |
 * | `k in (a,b)`             | one of the values                          |
 * | `k notin (a,b)`          | another value, or none                     |
 * | `k`                      | any value                                  |
 * | `!k`                     | no value                                   |
 * | `k>1`, `k<1`             | a whole number above, below                |
 *
 * Values are not held to the form of labels: those of annotations have none.
 */
export function parseSelector(text: string): { readonly selector: Selector } | { readonly problem: string } {
  const tokens = tokensOf(text);
  const selector: Requirement[] = [];
  let at = 0;
  while (at < tokens.length) {
    const read = requirementAt(tokens, at);
    if ('problem' in read) return read;
    selector.push(read.requirement);
    at = read.next;
    if (at === tokens.length) break;
    if (tokens[at] !== ',') return { problem: `a comma is expected before ${quoted(tokens[at] ?? '')}` };
    if (++at === tokens.length) return { problem: 'it ends with a comma' };
  }
  return { selector };
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let found = TOKEN.exec(text); found; found = TOKEN.exec(text)) tokens.push(found[1] ?? '');
  return tokens;
}

type Read = { readonly requirement: Requirement; readonly next: number } | { readonly problem: string };

function requirementAt(tokens: readonly string[], from: number): Read {
  const absent = tokens[from] === '!';
  const key = tokens[from + Number(absent)] ?? '';
  const problem = keyProblem(key);
  if (problem !== undefined) return { problem };
  const next = from + Number(absent) + 1;
  const operator = tokens[next];
  if (absent) return { requirement: { key, operator: 'absent', values: [] }, next };
  switch (operator) {
    case undefined:
    case ',':
      return { requirement: { key, operator: 'exists', values: [] }, next };
    case 'in':
    case 'notin':
      return listAt(tokens, next + 1, key, operator);
    case '=':
    case '==':
    case '!=': {
      const value = wordAt(tokens, next + 1);
      const end = next + (value === undefined ? 1 : 2);
      return { requirement: { key, operator: operator === '!=' ? 'notin' : 'in', values: [value ?? ''] }, next: end };
    }
    case '>':
    case '<': {
      const value = wordAt(tokens, next + 1) ?? '';
      if (!/^-?\d+$/.test(value)) return { problem: `behind ${quoted(operator)} a whole number is expected` };
      return { requirement: { key, operator: operator === '>' ? 'greater' : 'less', values: [value] }, next: next + 2 };
    }
  }
  return { problem: `${quoted(operator)} is no operator: write =, !=, in, notin, > or <` };
}

const wordAt = (tokens: readonly string[], at: number) => {
  const token = tokens[at];
  return token === undefined || SIGNS.test(token) ? undefined : token;
};

function listAt(tokens: readonly string[], from: number, key: string, operator: 'in' | 'notin'): Read {
  if (tokens[from] !== '(') return { problem: `behind ${operator} a list is expected: ${key} ${operator} (a,b)` };
  const values: string[] = [];
  for (let at = from + 1; at < tokens.length; at++) {
    const value = wordAt(tokens, at);
    values.push(value ?? '');
    if (value !== undefined) at++;
    if (tokens[at] === ')') return { requirement: { key, operator, values }, next: at + 1 };
    if (tokens[at] !== ',') break;
  }
  return { problem: `the list of ${quoted(key)} is not closed, or a comma is missing in it` };
}

function keyProblem(key: string): string | undefined {
  if (key === '' || SIGNS.test(key)) return 'a key is missing';
  const name = key.slice(key.lastIndexOf('/') + 1);
  if (!KEY.test(key) || name.length > LONGEST_NAME) return `${quoted(key)} is not the key of a label or an annotation`;
  return undefined;
}

/** @param lookUp what an object has under a key; undefined: nothing */
export function matches(selector: Selector, lookUp: (key: string) => string | undefined): boolean {
  return selector.every(({ key, operator, values }) => {
    const value = lookUp(key);
    switch (operator) {
      case 'exists':
        return value !== undefined;
      case 'absent':
        return value === undefined;
      case 'in':
        return value !== undefined && values.includes(value);
      case 'notin':
        return value === undefined || !values.includes(value);
    }
    if (value === undefined || !/^-?\d+$/.test(value)) return false;
    const [order, limit] = [BigInt(value), BigInt(values[0] ?? 0)];
    return operator === 'greater' ? order > limit : order < limit;
  });
}
