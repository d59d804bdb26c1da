import type { DnsName, HistoryLine } from '../model/index.ts';

const HOUR = 3_600_000;

// A line a change (https://github.com/ndjson/ndjson-spec), not compressed: `aws s3 cp s3://… - | jq` reads it.

/** What is read of a file, and whether it is full, so that another may follow. */
export interface HistoryFile {
  readonly lines: readonly HistoryLine[];
  /** Of the lines, as they are written. */
  readonly bytes: number;
  readonly full: boolean;
}

/** The lines that are wanted; one that cannot be read is left out. */
export function decodeHistory(bytes: Uint8Array, isWanted: (line: HistoryLine) => boolean = () => true): HistoryFile {
  const lines: HistoryLine[] = [];
  let size = 0;
  for (const text of textsOf(bytes)) {
    const line = lineOf(text);
    if (line === undefined || !isWanted(line)) continue;
    lines.push(line);
    size += text.length;
  }
  return { lines, bytes: size, full: isFull(bytes) };
}

/** The last lines of one name in a file, `most` of them, without a look at the others: only what is of the name becomes text. */
export function historyOf(name: DnsName, bytes: Uint8Array, most: number): HistoryFile {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const needle = `"name":${JSON.stringify(name)}`;
  const lines: HistoryLine[] = [];
  let size = 0;
  // A negative place would be one from the end.
  for (let end = file.length; end >= needle.length && lines.length < most; ) {
    const at = file.lastIndexOf(needle, end - needle.length);
    if (at < 0) break;
    const start = file.lastIndexOf(NEWLINE, at) + 1;
    const text = file.toString('utf8', start, indexOr(file.indexOf(NEWLINE, at), end));
    const line = lineOf(text);
    if (line?.name === name) {
      lines.unshift(line);
      size += text.length;
    }
    end = start;
  }
  return { lines, bytes: size, full: isFull(bytes) };
}

const indexOr = (index: number, end: number) => (index < 0 ? end : index);

const textsOf = (bytes: Uint8Array) => Buffer.from(bytes).toString().split('\n');

function lineOf(text: string): HistoryLine | undefined {
  try {
    const line = JSON.parse(text) as Partial<HistoryLine>;
    const texts = [line.at, line.run, line.by, line.shard, line.zone, line.name, line.action, line.why];
    const lists = [line.objects, line.before, line.after];
    if (!texts.every(each => typeof each === 'string') || !lists.every(Array.isArray)) return undefined;
    return line as HistoryLine;
  } catch {
    return undefined;
  }
}

/**
 * What one file has: so many changes, or so many bytes and what is left of a change. A first sync of very many fills several;
 * each run that changes something reads and writes the last of them.
 */
const LINES_A_FILE = 2_000;
const BYTES_A_FILE = 4 * 1024 * 1024;

const NEWLINE = 10;

/** Whether a file takes no more. */
export function isFull(file: Uint8Array): boolean {
  return file.length >= BYTES_A_FILE || linesIn(file) >= LINES_A_FILE;
}

function linesIn(file: Uint8Array): number {
  let lines = 0;
  for (let at = file.indexOf(NEWLINE); at >= 0; at = file.indexOf(NEWLINE, at + 1)) lines += 1;
  return lines;
}

/** A file with as many lines behind its own as it takes, and the lines that it does not take. What it has is not looked at. */
export function withLines(
  file: Uint8Array,
  lines: readonly HistoryLine[],
): { readonly file: Uint8Array; readonly left: readonly HistoryLine[] } {
  const texts: Buffer[] = [];
  // One that was torn ends its own line only.
  const isWhole = file.length === 0 || file.at(-1) === NEWLINE;
  let bytes = file.length;
  const room = LINES_A_FILE - linesIn(file);
  while (texts.length < Math.min(room, lines.length) && bytes < BYTES_A_FILE) {
    const text = Buffer.from(`${JSON.stringify(lines[texts.length])}\n`);
    texts.push(text);
    bytes += text.length;
  }
  const own = isWhole ? [file] : [file, Buffer.from('\n')];
  return { file: Buffer.concat([...own, ...texts]), left: lines.slice(texts.length) };
}

/** The file of an hour and a shard: `history/default/2026-11-26T22-0`. */
export function historyKey(shard: string, at: number, part: number): string {
  return `history/${shard}/${new Date(at).toISOString().slice(0, 13)}-${part}`;
}

/** A time in each of the hours from one to another. */
export function hoursBetween(from: number, to: number): number[] {
  const first = Math.floor(from / HOUR);
  return Array.from({ length: Math.floor(to / HOUR) - first + 1 }, (_, i) => (first + i) * HOUR);
}

/** How long history is kept. In S3 a lifecycle rule sees to it, in a folder whoever writes. */
export const HISTORY_MS = 30 * 24 * HOUR;
