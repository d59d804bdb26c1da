import type { FindingAppeared, FreshFinding, HistoryLine, News, RecordChanged, StreamEvent } from '../model/index.ts';
import { printable } from '../printable.ts';

/** PutEvents takes 256 KB, in all, of the entries of a call; kept below for what stands around the detail. */
export const MOST_BYTES = 240_000;

/** Letters of a text for people. */
const MOST_TEXT = 1_000;
const MOST_MESSAGE = 10_000;
const MOST_OBJECTS = 100;

/** The changes first: what is left undone is told again, what was done is not. Pure. */
export function eventsOf(news: News, service: string): StreamEvent[] {
  const { run, by, shard, at } = news;
  const mark = { service, at, run, by, shard };
  return [...news.changes.map(line => changed(line, service)), ...news.findings.map(one => appeared(one, mark))];
}

function changed(line: HistoryLine, service: string): StreamEvent {
  const whole: RecordChanged = { service, text: textOf(line), ...line };
  const detail = sizeOf(whole) <= MOST_BYTES ? whole : cutDown(whole);
  return { type: 'Record changed', zone: line.zone, detail };
}

const DONE = { create: 'created', update: 'changed', delete: 'removed' } as const;

function textOf({ name, action, why, objects: [first, ...more] }: HistoryLine): string {
  const others = more.length > 0 ? ` and ${more.length} more` : '';
  const forWhom = first === undefined ? '' : `, for ${first}${others}`;
  return forPeople(`${name} was ${DONE[action]}: ${why}${forWhom}`);
}

function cutDown(whole: RecordChanged): RecordChanged {
  return { ...whole, objects: whole.objects.slice(0, MOST_OBJECTS), before: [], after: [], cut: true };
}

function appeared(
  { finding, since, again }: FreshFinding,
  mark: Pick<FindingAppeared, 'service' | 'at' | 'run' | 'by' | 'shard'>,
): StreamEvent {
  const message = cut(finding.message, MOST_MESSAGE);
  const detail = { ...mark, text: forPeople(message), ...finding, message, since, again };
  return { type: 'Finding', ...(finding.zone !== undefined && { zone: finding.zone }), detail };
}

/** Whoever writes an annotation writes some of it: a chat must not take `<!channel>` for a call to everybody. */
const forPeople = (text: string) => cut(printable(text).replaceAll('<', '‹').replaceAll('>', '›'), MOST_TEXT);

const cut = (text: string, most: number) => (text.length <= most ? text : `${text.slice(0, most - 1).toWellFormed()}…`);

const sizeOf = (detail: object) => Buffer.byteLength(JSON.stringify(detail));
