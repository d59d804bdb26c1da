import type { SQSRecord } from 'aws-lambda';
import { expect, test } from 'vitest';
import { formatJourney, type Timeline, timelineOf } from '../../../local/demo/timeline.ts';
import type { Batch } from '../../../local/emulators/lambda/event-source.ts';

const NOTICE = { cluster: 'prod', source: 's', sequence: 7, since: 1_010 };
const record = (body: object, sent: number) =>
  ({ body: JSON.stringify(body), attributes: { SentTimestamp: String(sent) } }) as SQSRecord;
const batch = (...records: SQSRecord[]): Batch => ({
  requestId: 'r',
  records,
  beganAt: 1_250,
  endedAt: 1_400,
  failed: [],
});
const request = (at: number, status: number, body: object = NOTICE) => ({
  at,
  answeredAt: at + 3,
  status,
  body: JSON.stringify(body),
});

test('each time is the one that its part measured; a post that was not taken does not count', () => {
  const requests = [request(1_100, 502), request(1_205, 202, { ...NOTICE, sequence: 6 }), request(1_210, 202)];
  const schedule = record({ source: 'aws.events' }, 1_000);
  expect(timelineOf(batch(schedule, record(NOTICE, 1_220), record(NOTICE, 1_230)), requests)).toEqual({
    notice: NOTICE,
    seenAt: 1_010,
    postedAt: 1_210,
    queuedAt: 1_220,
    runAt: 1_250,
  });
});

test('the schedule has no timeline', () => {
  expect(timelineOf(batch(record({ source: 'aws.events' }, 1_000)), [])).toBeUndefined();
});

const JOURNEY: Timeline = { notice: NOTICE, seenAt: 1_010, postedAt: 1_210, queuedAt: 1_220, runAt: 1_250 };

test.each<[what: string, timeline: Timeline, changedAt: number | undefined, line: string]>([
  [
    'from the change to the DNS answer',
    { ...JOURNEY, acceptedAt: 1_300, answered: { name: 'a.example.com', type: 'A', at: 1_302 } },
    1_000,
    'a.example.com A: changed → seen by the forwarder +10 ms → notice posted +200 ms → queued +10 ms → run began +30 ms → change batch accepted +50 ms → DNS answers +2 ms = 302 ms',
  ],
  [
    'a change whose time is not known begins where it was seen',
    { ...JOURNEY, acceptedAt: 1_300 },
    undefined,
    'seen → notice posted +200 ms → queued +10 ms → run began +30 ms → change batch accepted +50 ms = 290 ms',
  ],
  [
    'a run that changed nothing ends with its beginning',
    JOURNEY,
    undefined,
    'seen → notice posted +200 ms → queued +10 ms → run began +30 ms = 240 ms',
  ],
])('%s', (_, timeline, changedAt, line) => {
  expect(formatJourney(timeline, changedAt)).toBe(line);
});
