import { andMore, type HistoryLine, type RecordSet } from '../model/index.ts';
import type { Cell } from './table.ts';
import { describeValue } from './text.ts';

export const HISTORY_HEAD = ['WHEN', 'CHANGE', 'NAME', 'WHAT', 'OBJECT', 'WHY', 'RUN'];

const STYLES = { create: 'green', update: 'yellow', delete: 'red' } as const;

/** Ownership records go with what they are of, and are shown where nothing else changed. */
function shown({ name }: HistoryLine, records: readonly RecordSet[]): string[] {
  const own = records.filter(record => record.name === name && record.type !== 'TXT');
  return (own.length > 0 ? own : records).map(record => `${record.type} ${describeValue(record)}`).sort();
}

/** One applied change as a row of {@link HISTORY_HEAD}. */
export function historyRow(line: HistoryLine): Cell[] {
  const before = shown(line, line.before);
  const after = shown(line, line.after);
  const gone = before.filter(text => !after.includes(text)).map(text => `- ${text}`);
  const made = after.filter(text => !before.includes(text)).map(text => `+ ${text}`);
  const what = [...gone, ...made].join('\n') || after.join('\n');
  const { at, action, name, objects, formerly, why, by, run, zoneName } = line;
  const of =
    objects.length > 0 ? [...objects, ...andMore(line)].join('\n') : (formerly ?? `${zoneName}, owner ${line.owner}`);
  return [
    at.slice(0, 19).replace('T', ' '),
    { style: STYLES[action], text: action },
    name,
    what,
    of,
    `${why} (${by})`,
    run,
  ];
}
