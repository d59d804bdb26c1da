import { at } from './object.ts';

export type Labels = Readonly<Record<string, string>>;

/** One condition of a selector, as `matchExpressions` has them. */
interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values: readonly string[];
}

/** A Kubernetes label selector: all of its requirements hold. Plain JSON. */
export type Selector = readonly Requirement[];

export function selects(selector: Selector, labels: Labels): boolean {
  return selector.every(({ key, operator, values }) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    if (operator === 'Exists') return value !== undefined;
    if (operator === 'DoesNotExist') return value === undefined;
    const among = value !== undefined && values.includes(value);
    return operator === 'In' ? among : !among;
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

const KEY = String.raw`(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?`;
const VALUE = String.raw`(?:[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)?`;
const EQUALS = new RegExp(`^(${KEY})\\s*(=|==|!=)\\s*(${VALUE})$`);
const AMONG = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(\\s*(${VALUE}(?:\\s*,\\s*${VALUE})*)\\s*\\)$`);
const THERE = new RegExp(`^(!?)\\s*(${KEY})$`);

/**
 * A selector as text: `a=b,c!=d,e in (f, g),h notin (i),j,!k`. Empty: everything is selected.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 *
 * @returns the selector, or the part that is none
 */
export function parseSelector(text: string): Selector | { readonly part: string } {
  const all: Requirement[] = [];
  if (text.trim() === '') return all;
  for (const raw of text.split(/,(?![^()]*\))/)) {
    const part = raw.trim();
    const equals = EQUALS.exec(part);
    const among = AMONG.exec(part);
    const there = THERE.exec(part);
    if (equals) {
      const [, key = '', sign, value = ''] = equals;
      all.push({ key, operator: sign === '!=' ? 'NotIn' : 'In', values: [value] });
    } else if (among) {
      const [, key = '', word, list = ''] = among;
      all.push({ key, operator: word === 'in' ? 'In' : 'NotIn', values: list.split(',').map(one => one.trim()) });
    } else if (there) {
      const [, not, key = ''] = there;
      all.push({ key, operator: not === '!' ? 'DoesNotExist' : 'Exists', values: [] });
    } else return { part };
  }
  return all;
}
