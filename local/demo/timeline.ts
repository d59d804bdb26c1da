import type { SQSRecord } from 'aws-lambda';
import type { Notice } from '../../lib/model/index.ts';
import type { Batch } from '../emulators/lambda/event-source.ts';
import type { UrlRequest } from '../emulators/lambda/url.ts';
import type { Answered } from './publications.ts';

/** The way of a change into DNS, each time as its part measured it, in epoch milliseconds. */
export interface Timeline {
  readonly notice: Notice;
  /** The forwarder saw the change. */
  readonly seenAt: number;
  /** The Function URL got the notice. */
  readonly postedAt: number;
  /** SQS took it. */
  readonly queuedAt: number;
  /** The function was invoked with it. */
  readonly runAt: number;
  /** Route 53 accepted the first change batch of the run. */
  readonly acceptedAt?: number;
  /** DNS gave the new answer. */
  readonly answered?: Answered;
}

/** The first notice of a batch, if it has one. */
export function noticeIn(records: readonly SQSRecord[]): { notice: Notice; record: SQSRecord } | undefined {
  for (const record of records) {
    const value = JSON.parse(record.body) as Partial<Notice>;
    if (value.since !== undefined && value.sequence !== undefined) return { notice: value as Notice, record };
  }
  return undefined;
}

/** The way of a batch's first notice as far as the run. `requests`: what the Function URL was asked. */
export function timelineOf(batch: Batch, requests: readonly UrlRequest[]): Timeline | undefined {
  const found = noticeIn(batch.records);
  if (!found) return undefined;
  const { notice, record } = found;
  const request = requests.find(({ status, body }) => status === 202 && body === record.body);
  const queuedAt = Number(record.attributes.SentTimestamp);
  return { notice, seenAt: notice.since, postedAt: request?.at ?? queuedAt, queuedAt, runAt: batch.beganAt };
}

/** One line: how long each part took, and all together. `changedAt`: when the object changed, if that is known. */
export function formatJourney(timeline: Timeline, changedAt?: number): string {
  const { seenAt, postedAt, queuedAt, runAt, acceptedAt, answered } = timeline;
  const stops: [string, number | undefined][] = [
    ['seen by the forwarder', seenAt],
    ['notice posted', postedAt],
    ['queued', queuedAt],
    ['run began', runAt],
    ['change batch accepted', acceptedAt],
    ['DNS answers', answered?.at],
  ];
  const begun = changedAt ?? seenAt;
  let before = begun;
  const parts: string[] = [];
  for (const [what, at] of changedAt === undefined ? stops.slice(1) : stops) {
    if (at === undefined) continue;
    parts.push(`${what} +${Math.max(0, at - before)} ms`);
    before = at;
  }
  const subject = answered ? `${answered.name} ${answered.type}: ` : '';
  return `${subject}${changedAt === undefined ? 'seen' : 'changed'} → ${parts.join(' → ')} = ${before - begun} ms`;
}
