import {
  type Alias,
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { ConfigError, type ConfigProblem } from './error.ts';

/** Both from 1. */
interface Place {
  readonly line: number;
  readonly column: number;
}

/** A config file as plain values, and the lines that its keys stand on. */
export interface ConfigDocument {
  readonly value: unknown;
  /** Where the value at a path stands, or what is nearest to it in the file; undefined for the file as a whole. */
  placeOf(path: readonly PropertyKey[]): Place | undefined;
}

/**
 * Reads YAML. A key without a value counts as left out, wherever in a map it stands: commenting out all of a section's
 * keys leaves such a key behind.
 *
 * @throws ConfigError for anything that is not one well-formed YAML document
 */
export function readDocument(text: string, file: string): ConfigDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const flaws = [...document.errors, ...document.warnings];
  if (flaws.length > 0) {
    const problems = new Map(
      flaws.map(flaw => yamlProblem(flaw, lines)).map(one => [`${one.line} ${one.message}`, one]),
    );
    throw new ConfigError(file, [...problems.values()], { cause: flaws[0] });
  }
  return { value: plain(document, file, lines), placeOf: path => placeOf(document, lines, path) };
}

/** The parser's words are those of YAML's specification; these are what to do. */
const PLAIN_WORDS: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  MULTIPLE_DOCS: 'holds several documents: only one is allowed',
  TAB_AS_INDENT: 'is indented with a tab: YAML takes blanks only',
  DUPLICATE_KEY: 'is a key that stands here a second time: put the two together',
  BAD_INDENT: 'is indented otherwise than what it belongs to: keys of one map stand in one column',
  BAD_COLLECTION_TYPE: 'begins a list in the midst of a map, or a map in the midst of a list: mend the indentation',
  BLOCK_AS_IMPLICIT_KEY: 'has two colons in one line: put a text that contains ": " in quotes',
  MULTILINE_IMPLICIT_KEY: 'is a key over several lines: a colon is missing, or a bracket or quote is not closed',
  BAD_SCALAR_START: 'begins with a character that means something in YAML: put the text in quotes',
  MISSING_CHAR: 'lacks a character, such as a closing bracket or quote, or a dash or colon with its blank',
};

function yamlProblem({ code, message, pos }: YAMLError, lines: LineCounter): ConfigProblem {
  const { line, col } = lines.linePos(pos[0]);
  const open = /^Flow (?:map|sequence) /.test(message) ? 'has a bracket before it that is not closed' : undefined;
  const what = open ?? PLAIN_WORDS[code] ?? `is not YAML: ${message.split('\n')[0]}`;
  return { path: [], line, column: col, message: what };
}

function plain(document: Document, file: string, lines: LineCounter): unknown {
  const loose = looseAlias(document);
  if (loose) {
    const { line, col } = lines.linePos(loose.range?.[0] ?? 0);
    const message = `"*${loose.source}" must stand in quotes: YAML takes what begins with * for a reference`;
    throw new ConfigError(file, [{ path: [], line, column: col, message }]);
  }
  try {
    return withoutNulls(document.toJS());
  } catch (error) {
    // An alias that contains itself, or so many that the document would explode.
    const message = `is not usable YAML: ${error instanceof Error ? error.message : String(error)}`;
    throw new ConfigError(file, [{ path: [], message }], { cause: error });
  }
}

function withoutNulls(value: unknown, within: readonly unknown[] = []): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (within.includes(value)) throw new Error('an alias contains itself');
  const path = [...within, value];
  if (Array.isArray(value)) return value.map(item => withoutNulls(item, path));
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, item]) => [key, item === null ? undefined : withoutNulls(item, path)]));
}

/** An alias without its anchor: a wildcard without quotes. */
function looseAlias(document: Document): Alias | undefined {
  let found: Alias | undefined;
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return undefined;
      found = alias;
      return visit.BREAK;
    },
  });
  return found;
}

function placeOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): Place | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const step of path) {
    const pair = isMap(node)
      ? node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      : undefined;
    const found: unknown = isSeq(node) && typeof step === 'number' ? node.items[step] : pair?.key;
    if (!hasRange(found)) break;
    offset = found.range[0];
    node = pair ? pair.value : found;
  }
  if (offset === undefined) return undefined;
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

function hasRange(node: unknown): node is { range: [number, number, number] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range);
}
