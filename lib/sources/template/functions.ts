import { isIPv4, isIPv6 } from 'node:net';
import { entry, isMap, isTrue, Misuse, printed, typeName, type Value } from './values.ts';

/** A function of templates. `source` is the word of the source whose object it is. */
export type TemplateFunction = (args: readonly Value[], source: string) => Value;

/** A text as an argument; what is not there is the empty text, as Go's zero value. */
function text(value: Value): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  throw new Misuse(`a text is needed, not ${typeName(value)}: ${printed(value).slice(0, 40)}`);
}

const takes =
  (count: number, act: (...args: Value[]) => Value): TemplateFunction =>
  args => {
    if (args.length !== count) throw new Misuse(`needs ${count} argument${count === 1 ? '' : 's'}, not ${args.length}`);
    return act(...args);
  };
const ofTexts = (count: number, act: (...args: string[]) => Value) => takes(count, (...args) => act(...args.map(text)));

function length(value: Value): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.length;
  if (isMap(value)) return Object.keys(value).length;
  throw new Misuse(`${typeName(value)} has no length`);
}

function index([from, ...keys]: readonly Value[]): Value {
  let value = from;
  for (const key of keys) {
    if (Array.isArray(value)) {
      if (typeof key !== 'number' || !Number.isInteger(key))
        throw new Misuse(`a list is indexed by a number, not ${typeName(key)}`);
      if (key < 0 || key >= value.length) throw new Misuse(`there is no item ${key} in a list of ${value.length}`);
      value = value[key];
    } else if (isMap(value)) value = entry(value, text(key));
    else throw new Misuse(`${typeName(value)} cannot be indexed by ${JSON.stringify(key)}`);
  }
  return value;
}

function slice([from, start = 0, end]: readonly Value[]): Value {
  if (typeof from !== 'string' && !Array.isArray(from)) throw new Misuse(`${typeName(from)} cannot be sliced`);
  const until = end ?? from.length;
  const inside = [start, until].every(
    at => Number.isInteger(at) && (at as number) >= 0 && (at as number) <= from.length,
  );
  if (!inside || (start as number) > (until as number))
    throw new Misuse(`there is no part ${start}:${until} of ${from.length}`);
  return from.slice(start as number, until as number);
}

function comparable(a: Value, b: Value): void {
  const kinds = [a, b].map(value => (value === undefined || value === null ? 'string' : typeof value));
  if (kinds[0] === kinds[1] && kinds[0] !== 'object') return;
  throw new Misuse(`${typeName(a)} and ${typeName(b)} cannot be compared`);
}

const same = (a: Value, b: Value) => {
  comparable(a, b);
  return (a ?? '') === (b ?? '');
};

const ordered = (passes: (order: number) => boolean) =>
  takes(2, (a, b) => {
    comparable(a, b);
    if (typeof a === 'boolean') throw new Misuse('true and false have no order');
    const [left, right] = [a ?? '', b ?? ''] as [string, string];
    return passes(left < right ? -1 : left > right ? 1 : 0);
  });

const VERB = /%(?:%|([-+ 0#]*)(\d{0,3})(?:\.(\d{1,3}))?(\w))/g;

/** Go's Printf, as far as names need it: the verbs v, s, d, q, t and x with a width and a precision. */
function formatted([format, ...values]: readonly Value[]): string {
  let used = 0;
  const result = text(format).replace(
    VERB,
    (all, flags: string, width: string, precision: string | undefined, verb: string) => {
      if (all === '%%') return '%';
      if (used >= values.length) throw new Misuse(`${all} has no argument`);
      const value = verbatim(verb, values[used++]);
      const cut = precision === undefined ? value : value.slice(0, Number(precision));
      if (flags.includes('-')) return cut.padEnd(Number(width));
      return cut.padStart(Number(width), flags.includes('0') ? '0' : ' ');
    },
  );
  if (used < values.length) throw new Misuse(`has ${values.length - used} more arguments than verbs`);
  return result;
}

function verbatim(verb: string, value: Value): string {
  const number = typeof value === 'number' && Number.isInteger(value);
  if (verb === 'v' || (verb === 's' && !number) || (verb === 't' && typeof value === 'boolean')) return printed(value);
  if (verb === 'd' && number) return String(value);
  if (verb === 'q') return JSON.stringify(printed(value));
  if (verb === 'x') return number ? value.toString(16) : Buffer.from(text(value)).toString('hex');
  throw new Misuse(`%${verb} does not fit ${typeName(value)}`);
}

/** Go puts a blank between two operands where neither is a text. */
function print(args: readonly Value[]): string {
  let result = '';
  args.forEach((arg, i) => {
    const blank = i > 0 && typeof arg !== 'string' && typeof args[i - 1] !== 'string';
    result += (blank ? ' ' : '') + printed(arg);
  });
  return result;
}

/** Longer texts would only be refused as a result. */
const MAX_TEXT = 128 * 1024;

function replaced(old: string, instead: string, whole: string): string {
  const most = Math.floor(whole.length / Math.max(1, old.length)) + 1;
  if (whole.length + most * instead.length > MAX_TEXT) throw new Misuse('may make too long a text');
  return whole.replaceAll(old, () => instead);
}

function parsedJson(value: string): Value {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** `and` and `or` are here for their names only: they look at no more arguments than they need. */
const lazily: TemplateFunction = () => undefined;

/** Go's own functions (https://pkg.go.dev/text/template#hdr-Functions), and ExternalDNS's of 0.22 (source/template). */
export const FUNCTIONS: ReadonlyMap<string, TemplateFunction> = new Map<string, TemplateFunction>([
  ['and', lazily],
  ['or', lazily],
  ['not', takes(1, value => !isTrue(value))],
  [
    'eq',
    ([first, ...others]) => {
      if (others.length === 0) throw new Misuse('needs 2 arguments or more');
      return others.some(other => same(first, other));
    },
  ],
  ['ne', takes(2, (a, b) => !same(a, b))],
  ['lt', ordered(order => order < 0)],
  ['le', ordered(order => order <= 0)],
  ['gt', ordered(order => order > 0)],
  ['ge', ordered(order => order >= 0)],
  ['len', takes(1, length)],
  ['index', index],
  ['slice', slice],
  ['print', print],
  ['printf', formatted],
  ['println', args => `${args.map(printed).join(' ')}\n`],
  ['contains', ofTexts(2, (whole, part) => whole.includes(part))],
  ['trimPrefix', ofTexts(2, (whole, start) => (whole.startsWith(start) ? whole.slice(start.length) : whole))],
  ['trimSuffix', ofTexts(2, (whole, end) => (end !== '' && whole.endsWith(end) ? whole.slice(0, -end.length) : whole))],
  ['trim', ofTexts(1, whole => whole.trim())],
  ['toLower', ofTexts(1, whole => whole.toLowerCase())],
  ['replace', ofTexts(3, replaced)],
  ['isIPv4', ofTexts(1, isIPv4)],
  ['isIPv6', ofTexts(1, isIPv6)],
  ['isSource', (args, source) => ofTexts(1, word => word.toLowerCase() === source)(args, source)],
  ['hasKey', takes(2, (map, key) => isMap(map) && Object.hasOwn(map, text(key)))],
  ['fromJson', ofTexts(1, parsedJson)],
]);
