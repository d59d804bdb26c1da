import type { DnsName, HistoryLine } from '../model/index.ts';

const HOUR = 3_600_000;

/** A line a change (https://github.com/ndjson/ndjson-spec), not compressed: `aws s3 cp s3://… - | jq` reads it. */
export function encodeHistory(lines: readonly HistoryLine[]): Uint8Array {
  return Buffer.from(lines.map(line => `${JSON.stringify(line)}\n`).join(''));
}

/** What can be read of it; a line that cannot is left out. */
export function decodeHistory(bytes: Uint8Array): HistoryLine[] {
  return Buffer.from(bytes)
    .toString()
    .split('\n')
    .flatMap(text => lineOf(text) ?? []);
}

/** The lines of one name, without a look at the others; and whether the file is full, so that another may follow. */
export function historyOf(name: DnsName, bytes: Uint8Array): { readonly lines: HistoryLine[]; readonly full: boolean } {
  const texts = Buffer.from(bytes).toString().split('\n');
  const needle = `"name":${JSON.stringify(name)}`;
  const lines = texts.filter(text => text.includes(needle)).flatMap(text => lineOf(text) ?? []);
  return { lines: lines.filter(line => line.name === name), full: texts.length > LINES_A_FILE };
}

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

/** Changes that one file has at most: a first sync of very many fills several. */
export const LINES_A_FILE = 2_000;

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
