import { inTurn } from '../group.ts';
import {
  type ClusterName,
  type FindingAppeared,
  type FreshFinding,
  type HistoryLine,
  type News,
  type ObjectRef,
  objectDescribed,
  objectIn,
  type RecordChanged,
  type StreamEvent,
} from '../model/index.ts';
import { printable } from '../printable.ts';

/** PutEvents takes 256 KB, in all, of the entries of a call; kept below for what stands around the detail. */
export const MOST_BYTES = 240_000;

/** Letters of a text for people. */
const MOST_TEXT = 1_000;
const MOST_MESSAGE = 10_000;

/** The changes first: what is left undone is told again, what was done is not. Pure. */
export function eventsOf(news: News, service: string): StreamEvent[] {
  const { run, by, shard, at } = news;
  const mark = { service, at, run, by, shard };
  return [...news.changes.map(line => changed(line, service)), ...news.findings.map(one => appeared(one, mark))];
}

/** Of so many events findings have as many at least: whatever changed, what is refused is told. */
const FOR_FINDINGS = 100;

/**
 * The events that are sent of too many: each namespace has its turn, so that one in which very much changes hides nothing of
 * the others. Changes go before findings. Pure.
 */
export function chosenFrom(events: readonly StreamEvent[], most: number): StreamEvent[] {
  const turns = inTurn(events, namespaceOf);
  const changes = turns.filter(({ type }) => type === 'Record changed');
  const findings = turns.filter(({ type }) => type === 'Finding');
  const some = changes.slice(0, most - Math.min(findings.length, FOR_FINDINGS, most));
  return [...some, ...findings.slice(0, most - some.length)];
}

/** `cluster: namespace`; of an object that has gone the cluster may not be known. */
function namespaceOf({ type, detail }: StreamEvent): string {
  const object: Whose | undefined = type === 'Finding' ? (detail.object ?? detail.former) : whose(detail);
  return object ? `${object.cluster ?? ''}: ${object.namespace}` : '';
}

type Whose = Pick<ObjectRef, 'namespace'> & { readonly cluster?: ClusterName };

function whose({ objects: [first], formerly }: RecordChanged): Whose | undefined {
  const text = first ?? formerly ?? '';
  return objectDescribed(text) ?? objectIn(text);
}

function changed(line: HistoryLine, service: string): StreamEvent {
  const whole: RecordChanged = { service, text: textOf(line), ...line };
  const detail = sizeOf(whole) <= MOST_BYTES ? whole : cutDown(whole);
  return { type: 'Record changed', zone: line.zone, detail };
}

const DONE = { create: 'created', update: 'changed', delete: 'removed' } as const;

function textOf({ name, action, why, objects: [first, ...others], moreObjects = 0 }: HistoryLine): string {
  const more = others.length + moreObjects;
  const rest = more > 0 ? ` and ${more} more` : '';
  const forWhom = first === undefined ? '' : `, for ${first}${rest}`;
  return forPeople(`${name} was ${DONE[action]}: ${why}${forWhom}`);
}

function cutDown(whole: RecordChanged): RecordChanged {
  return { ...whole, before: [], after: [], cut: true };
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
