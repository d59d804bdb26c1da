import { describe, expect, it } from 'vitest';
import { InvalidEvent, readTrigger } from '../../../functions/reconcile/event.ts';

const KNOWN = { clusters: ['a', 'b', 'c'], shards: ['default', 'east'] };
const read = (event: unknown) => readTrigger(event, KNOWN);
const SCHEDULE = {
  version: '0',
  id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: '111122223333',
  time: '2026-01-01T00:00:00Z',
  region: 'eu-west-1',
  resources: ['arn:aws:events:eu-west-1:111122223333:rule/fairlead'],
  detail: {},
};
const message = (body: unknown, index: number, MessageGroupId = 'default') => ({
  eventSource: 'aws:sqs',
  messageId: `m${index}`,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  attributes: { MessageGroupId },
});
const batch = (...bodies: readonly unknown[]) => ({ Records: bodies.map((body, index) => message(body, index)) });

describe('what starts the function', () => {
  it.each([
    ['a schedule syncs the whole fleet', SCHEDULE, { mode: 'sync', force: false }],
    ['an empty payload syncs the whole fleet', {}, { mode: 'sync', force: false }],
    ['a payload may force', { force: true }, { mode: 'sync', force: true }],
    ['a payload may plan only', { mode: 'plan' }, { mode: 'plan', force: false }],
    ['a payload may name clusters', { clusters: ['b', 'a'] }, { mode: 'sync', force: false, clusters: ['b', 'a'] }],
  ])('%s', (_rule, event, request) => {
    expect(read(event)).toEqual({ kind: 'run', request, by: event === SCHEDULE ? 'schedule' : 'manual' });
  });

  it.each([
    ['an unknown field', { forced: true }, /"forced".*"force": true or false/],
    ['a string for a boolean', { force: 'yes' }, /force: .*expected boolean, received string/],
    ['an unknown mode', { mode: 'delete' }, /mode: .*"sync"\|"plan"/],
    ['a string for a list', { clusters: 'a' }, /clusters: .*expected array, received string/],
    ['a list that names nothing', { clusters: [] }, /clusters: /],
    ['a number for a name', { clusters: ['a', 1] }, /clusters: 1: .*expected string, received number/],
    [
      'a cluster that is not configured',
      { clusters: ['a', 'z'] },
      /clusters: "z" is not in the config, which has a, b, c/,
    ],
    ['no object', null, /expected object, received null/],
    ['a list', [], /expected object, received array/],
    ['an event of another service', { Records: [{ eventSource: 'aws:s3' }] }, /"Records"/],
    ['another event of EventBridge', { ...SCHEDULE, source: 'aws.ec2' }, /"source"/],
  ])('refuses %s, naming it', (_rule, event, message) => {
    expect(() => read(event)).toThrow(InvalidEvent);
    expect(() => read(event)).toThrow(message);
  });
});

describe('a batch of messages becomes one run', () => {
  const ids = (count: number) => Array.from({ length: count }, (_, index) => ({ messageId: `m${index}` }));

  it.each([
    ['the union of the clusters, sorted', [{ clusters: ['c'] }, { clusters: ['a', 'c'] }], { clusters: ['a', 'c'] }],
    ['the whole shard when one message names no cluster', [{ clusters: ['c'] }, {}], { shard: 'default' }],
    ['the whole shard when the schedule is among them', [{ clusters: ['c'] }, SCHEDULE], { shard: 'default' }],
  ])('over %s', (_rule, bodies, scope) => {
    const request = { mode: 'sync', force: false, ...scope };
    const run = { request, messages: ids(bodies.length) };
    expect(read(batch(...bodies))).toEqual({ kind: 'batch', runs: [run], malformed: [] });
  });

  it.each([
    ['not JSON', '{', /not JSON/],
    ['an unknown field', { cluster: 'a' }, /"cluster".*"clusters"/],
    ['a force, which only a person may ask for', { force: true }, /"force"/],
    ['an unknown cluster', { clusters: ['z'] }, /"z" is not in the config/],
    ['no object', '"a"', /expected object, received string/],
  ])('a malformed message (%s) is reported and does not hold up the others', (_rule, body, message) => {
    const trigger = read(batch({ clusters: ['a'] }, body));
    expect(trigger).toMatchObject({ runs: [{ request: { clusters: ['a'] }, messages: [{ messageId: 'm0' }] }] });
    expect(trigger.kind === 'batch' && trigger.malformed).toEqual([
      { messageId: 'm1', message: expect.stringMatching(message) },
    ]);
  });

  const NOTICE = { cluster: 'b', source: 'forwarder-1', sequence: 7, since: 1_750_000_000_000 };
  const zoneChange = (hostedZoneId: string, ...names: readonly string[]) => ({
    source: 'aws.route53',
    'detail-type': 'AWS API Call via CloudTrail',
    detail: {
      eventName: 'ChangeResourceRecordSets',
      requestParameters: {
        hostedZoneId,
        changeBatch: { changes: names.map(name => ({ action: 'UPSERT', resourceRecordSet: { name, type: 'A' } })) },
      },
    },
  });

  it('a notice asks for a run over its cluster, whatever objects it names', () => {
    const objects = [{ kind: 'service', namespace: 'shop', name: 'web' }];
    const trigger = read({
      Records: [{ ...message({ ...NOTICE, objects }, 0), attributes: { SentTimestamp: '1750' } }],
    });
    expect(trigger).toEqual({
      kind: 'batch',
      runs: [
        {
          request: { mode: 'sync', force: false, clusters: ['b'] },
          messages: [{ messageId: 'm0', sentAt: 1750, since: NOTICE.since }],
        },
      ],
      malformed: [],
    });
  });

  it('names that somebody changed in Route 53 are read again, and no cluster', () => {
    const changes = [
      zoneChange('/hostedzone/Z1', 'B.example.com', '\\052.example.com.'),
      zoneChange('Z1', 'a.example.com.'),
    ];
    expect(read(batch(...changes))).toMatchObject({
      runs: [
        {
          request: {
            clusters: [],
            shard: 'default',
            reread: [{ zone: 'Z1', names: ['*.example.com', 'a.example.com', 'b.example.com'] }],
          },
        },
      ],
    });
  });

  it('names that somebody changed do not keep a notice of the same batch from its cluster', () => {
    expect(read(batch(zoneChange('Z1', 'a.example.com.'), NOTICE))).toMatchObject({
      runs: [{ request: { clusters: ['b'], reread: [{ zone: 'Z1', names: ['a.example.com'] }] } }],
    });
  });

  it('asks for no run when no message can be understood', () => {
    expect(read(batch('{', '}'))).toMatchObject({ kind: 'batch', runs: [] });
  });

  it('for each shard, since a batch may bring messages of several groups', () => {
    const Records = [message({}, 0, 'east'), message({ clusters: ['a'] }, 1), message({ clusters: ['b'] }, 2, 'east')];
    expect(read({ Records })).toMatchObject({
      runs: [
        { request: { shard: 'east' }, messages: [{ messageId: 'm0' }, { messageId: 'm2' }] },
        { request: { clusters: ['a'] }, messages: [{ messageId: 'm1' }] },
      ],
    });
  });

  it.each([
    [
      'names clusters, which may have moved to another shard',
      message({ clusters: ['a'] }, 0, 'east'),
      { clusters: ['a'] },
    ],
    ['comes in a group that is no shard any more', message({}, 0, 'gone'), {}],
    ['comes from a queue without groups', { eventSource: 'aws:sqs', messageId: 'm0', body: '{}' }, {}],
  ])('without a shard when it %s', (_rule, record, scope) => {
    const run = { request: { mode: 'sync', force: false, ...scope }, messages: [{ messageId: 'm0' }] };
    expect(read({ Records: [record] })).toEqual({ kind: 'batch', runs: [run], malformed: [] });
  });
});
