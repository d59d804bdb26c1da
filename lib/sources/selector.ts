import { quoted } from './hostname.ts';
import { at } from './object.ts';

export type Labels = Readonly<Record<string, string>>;

/** One condition of a selector, as `matchExpressions` has them; `Gt` and `Lt` compare whole numbers. */
interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
  readonly values: readonly string[];
}

/** A Kubernetes label selector: all of its requirements hold. Plain JSON. */
export type Selector = readonly Requirement[];

export function selects(selector: Selector, labels: Labels): boolean {
  return matches(selector, key => (Object.hasOwn(labels, key) ? labels[key] : undefined));
}

/** @param lookUp what an object has under a key; undefined: nothing */
export function matches(selector: Selector, lookUp: (key: string) => string | undefined): boolean {
  return selector.every(({ key, operator, values }) => {
    const value = lookUp(key);
    if (operator === 'Exists') return value !== undefined;
    if (operator === 'DoesNotExist') return value === undefined;
    if (operator === 'In' || operator === 'NotIn') {
      return (value !== undefined && values.includes(value)) === (operator === 'In');
    }
    if (value === undefined || !/^-?\d+$/.test(value)) return false;
    const [number, limit] = [BigInt(value), BigInt(values[0] ?? 0)];
    return operator === 'Gt' ? number > limit : number < limit;
  });
}

/**
 * A `LabelSelector` of an object (`matchLabels`, `matchExpressions`); undefined, which selects nothing, for what is none:
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/label-selector/
 */
export function selectorOf(value: unknown): Selector | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const labels = Object.entries(at(value, 'matchLabels') ?? {}).map(([key, text]) => requirement(key, 'In', [text]));
  const expressions = at(value, 'matchExpressions') ?? [];
  if (!Array.isArray(expressions)) return undefined;
  const all = [
    ...labels,
    ...expressions.map(one => requirement(at(one, 'key'), at(one, 'operator'), at(one, 'values') ?? [])),
  ];
  return all.every(one => one !== undefined) ? all : undefined;
}

function requirement(key: unknown, operator: unknown, values: unknown): Requirement | undefined {
  if (typeof key !== 'string' || !Array.isArray(values) || !values.every(value => typeof value === 'string')) {
    return undefined;
  }
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length > 0 ? { key, operator, values } : undefined;
    case 'Exists':
    case 'DoesNotExist':
      return values.length === 0 ? { key, operator, values } : undefined;
  }
  return undefined;
}

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
  if (absent) return { requirement: { key, operator: 'DoesNotExist', values: [] }, next };
  switch (operator) {
    case undefined:
    case ',':
      return { requirement: { key, operator: 'Exists', values: [] }, next };
    case 'in':
    case 'notin':
      return listAt(tokens, next + 1, key, operator);
    case '=':
    case '==':
    case '!=': {
      const value = wordAt(tokens, next + 1);
      const end = next + (value === undefined ? 1 : 2);
      return { requirement: { key, operator: operator === '!=' ? 'NotIn' : 'In', values: [value ?? ''] }, next: end };
    }
    case '>':
    case '<': {
      const value = wordAt(tokens, next + 1) ?? '';
      if (!/^-?\d+$/.test(value)) return { problem: `behind ${quoted(operator)} a whole number is expected` };
      return { requirement: { key, operator: operator === '>' ? 'Gt' : 'Lt', values: [value] }, next: next + 2 };
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
    if (tokens[at] === ')')
      return { requirement: { key, operator: operator === 'in' ? 'In' : 'NotIn', values }, next: at + 1 };
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
