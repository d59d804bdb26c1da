import type { DnsName, HistoryLine } from '../model/index.ts';

/** What a run changed, how long it took, and what it cost. */
export interface RunSummary {
  readonly run: string;
  readonly by: HistoryLine['by'];
  readonly shards: readonly string[];
  /** ISO 8601, as in its lines: the first and the last time it had answers to its batches. */
  readonly first: string;
  readonly last: string;
  readonly began?: string;
  readonly noticed?: string;
  /** Requests to Route 53. */
  readonly calls?: number;
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  /** Some of the names, sorted. */
  readonly names: readonly DnsName[];
  /** The runs that it undoes. */
  readonly undoes: readonly string[];
}

/** How many names a summary has. */
const NAMES = 5;

const COUNTS = { create: 'created', update: 'updated', delete: 'deleted' } as const;

const earlier = (a: string | undefined, b: string | undefined) =>
  a === undefined || (b !== undefined && b < a) ? b : a;

/** Adds lines to what is known of the runs that made them: a file after the other, so that not all of them are held at once. */
export function addToTimeline(runs: Map<string, RunSummary>, lines: Iterable<HistoryLine>): void {
  for (const line of lines) {
    const known = runs.get(line.run) ?? emptyOf(line);
    const began = earlier(known.began, line.began);
    const noticed = earlier(known.noticed, line.noticed);
    const calls = Math.max(known.calls ?? 0, line.calls ?? 0);
    const count = COUNTS[line.action];
    const isNew =
      (line.undoes !== undefined && !known.undoes.includes(line.undoes)) || !known.shards.includes(line.shard);
    runs.set(line.run, {
      ...known,
      first: earlier(known.first, line.at) ?? line.at,
      last: earlier(known.last, line.at) === line.at ? known.last : line.at,
      ...(began !== undefined && { began }),
      ...(noticed !== undefined && { noticed }),
      ...(calls > 0 && { calls }),
      [count]: known[count] + 1,
      names: known.names.length < NAMES ? [...new Set([...known.names, line.name])].sort() : known.names,
      ...(isNew && {
        shards: [...new Set([...known.shards, line.shard])].sort(),
        undoes: [...new Set([...known.undoes, ...(line.undoes === undefined ? [] : [line.undoes])])].sort(),
      }),
    });
  }
}

const emptyOf = ({ run, by, at }: HistoryLine): RunSummary => ({
  ...{ run, by, shards: [], first: at, last: at, created: 0, updated: 0, deleted: 0, names: [], undoes: [] },
});

/** The newest first. */
export const timelineOf = (runs: ReadonlyMap<string, RunSummary>): RunSummary[] =>
  [...runs.values()].sort((a, b) => (a.last < b.last ? 1 : a.last > b.last ? -1 : a.run < b.run ? -1 : 1));

/** Of a run that a notice asked for, in milliseconds: until it began, until its batches were accepted, and both. */
export function hopsOf({
  noticed,
  began,
  last,
}: RunSummary): { readonly queued: number; readonly ran: number; readonly all: number } | undefined {
  if (noticed === undefined || began === undefined) return undefined;
  const [from, to, end] = [noticed, began, last].map(Date.parse) as [number, number, number];
  return { queued: Math.max(0, to - from), ran: Math.max(0, end - to), all: Math.max(0, end - from) };
}
