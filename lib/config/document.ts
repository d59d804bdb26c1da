import { type Document, isMap, isScalar, isSeq, LineCounter, parseDocument, type YAMLError } from 'yaml';
import { ConfigError, type ConfigProblem } from './error.ts';

/** A config file as plain values, and the lines that its keys stand on. */
export interface ConfigDocument {
  readonly value: unknown;
  /** The line of the value at a path, or of what is nearest to it in the file; undefined for the file as a whole. */
  lineOf(path: readonly PropertyKey[]): number | undefined;
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
    const problems = flaws.map(flaw => yamlProblem(flaw, lines));
    throw new ConfigError(file, problems, { cause: flaws[0] });
  }
  return { value: plain(document, file), lineOf: path => lineOf(document, lines, path) };
}

function yamlProblem({ code, message, pos }: YAMLError, lines: LineCounter): ConfigProblem {
  const several = 'holds several documents: only one is allowed';
  const what = code === 'MULTIPLE_DOCS' ? several : `is not YAML: ${message.split('\n')[0]}`;
  return { path: [], line: lines.linePos(pos[0]).line, message: what };
}

function plain(document: Document, file: string): unknown {
  try {
    return withoutNulls(document.toJS());
  } catch (error) {
    // An alias without its anchor, one that contains itself, or so many that the document would explode.
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

function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number | undefined {
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
  return offset === undefined ? undefined : lines.linePos(offset).line;
}

function hasRange(node: unknown): node is { range: [number, number, number] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range);
}
