import { readFileSync } from 'node:fs';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { createHandler } from '../../functions/reconcile/create.ts';
import { shardAlarms } from '../../infra/alarms.ts';
import { readSchedule } from '../../infra/schedule.ts';
import type { RunRequest, RunResult } from '../../lib/model/index.ts';
import { captureLog, context } from '../functions/lambda.ts';
import { type AlarmProperties, rings } from './cloudwatch.ts';

const SERVICE = 'fairlead-prod';
const START = Date.parse('2026-01-01T00:00:00Z');
const MINUTE = 60_000;

const lines = captureLog();
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: START }));
afterEach(() => void vi.useRealTimers());

/** What the world of a test looks like to the run of a request. */
type World = (request: RunRequest, minute: number) => Partial<Pick<RunResult, 'counts' | 'clusters' | 'reasons'>>;

const COUNTS = { created: 0, updated: 0, deleted: 0, unpublished: 0 };
const unpublished = (count: number) => ({ counts: { ...COUNTS, unpublished: count } });
const cluster = (state: 'read' | 'unreachable') => [{ name: 'a', owner: 'o', state, kinds: {}, endpoints: 1 } as const];

const resultOf = (request: RunRequest, part: ReturnType<World>): RunResult => ({
  ...{ mode: request.mode, force: false, startedAt: '', durationMs: 1, inStep: true, counts: COUNTS },
  ...{ calls: {}, clusters: cluster('read'), zones: [], findings: [], reasons: {} },
  ...part,
});

const record = (MessageGroupId: string, body: unknown) => ({
  eventSource: 'aws:sqs',
  messageId: `${Math.random()}`,
  body: JSON.stringify(body),
  attributes: { MessageGroupId },
});
const EVENT = { source: 'aws.events', 'detail-type': 'Scheduled Event' };
const NOTICE = { cluster: 'a', source: 'pod', sequence: 1, since: START };

interface Trace {
  readonly shards?: readonly string[];
  /** Minutes. */
  readonly lasts: number;
  /** Minutes between two schedules; a shard of which `off` is true has none. */
  readonly every: number;
  readonly off?: (shard: string, minute: number) => boolean;
  /** Whether notices come every minute. */
  readonly notices?: boolean;
  readonly world: World;
}

/** Lets the function run through a story, and leaves what it logged in `lines`. */
async function live({ shards = ['default'], lasts, every, off = () => false, notices = false, world }: Trace) {
  const known = { clusters: ['a'], shards };
  const minute = () => (Date.now() - START) / MINUTE;
  const reconcile = async (request: RunRequest) => resultOf(request, world(request, minute()));
  const telemetry = {
    logger: new Logger({ logLevel: 'SILENT' }),
    metrics: new Metrics({ namespace: 'fairlead', serviceName: SERVICE }),
    tracer: new Tracer(),
  };
  const handler = createHandler({ known, reconcile }, telemetry);
  for (let now = 0; now < lasts; now += 1) {
    vi.setSystemTime(START + now * MINUTE + 1_000);
    const due = now % every === 0 ? shards.filter(shard => !off(shard, now)).map(shard => record(shard, EVENT)) : [];
    const told = notices ? [record(shards[0] ?? '', { ...NOTICE, sequence: now })] : [];
    for (const one of [...due, ...told]) await handler({ Records: [one] }, context());
  }
}

function alarms(schedule: string, shards: readonly string[] = ['default']) {
  const resources = shardAlarms({ service: SERVICE, shards, schedule: readSchedule(schedule) ?? null, actions: [] });
  return Object.fromEntries(
    Object.entries(resources).map(([id, { Properties }]) => [id, Properties as unknown as AlarmProperties]),
  );
}

/** The alarms that ring at the end of a story. */
function ringing(schedule: string, { shards, lasts }: Trace): string[] {
  const now = START + lasts * MINUTE;
  return Object.entries(alarms(schedule, shards))
    .filter(([, alarm]) => rings(alarm, lines, START, now))
    .map(([id]) => id);
}

const healthy: World = () => ({});

describe('the alarms of a shard, on what its runs say', () => {
  it.each<[string, string, Trace, string[]]>([
    ['nothing, where all is well', 'rate(5 minutes)', { lasts: 120, every: 5, notices: true, world: healthy }, []],
    [
      'what is unpublished, though notices are published every minute',
      'rate(5 minutes)',
      {
        ...{ lasts: 120, every: 5, notices: true },
        world: ({ clusters }) => unpublished(clusters === undefined ? 3 : 0),
      },
      ['AlarmUnpublished'],
    ],
    [
      'nothing, where each run leaves something to the next, which publishes it',
      'rate(5 minutes)',
      { lasts: 120, every: 5, world: (_, minute) => unpublished(minute % 10 < 5 ? 1 : 0) },
      [],
    ],
    [
      'a cluster that is out of reach, though its notices come and other clusters are read',
      'rate(5 minutes)',
      {
        ...{ lasts: 60, every: 5, notices: true },
        world: ({ clusters }) => ({ clusters: cluster(clusters === undefined ? 'unreachable' : 'read') }),
      },
      ['AlarmClustersUnreachable'],
    ],
    [
      'the shard that is unwell, and not the one that is well',
      'rate(5 minutes)',
      {
        ...{ shards: ['east', 'west'], lasts: 120, every: 5 },
        world: ({ shard }) => unpublished(shard === 'west' ? 1 : 0),
      },
      ['AlarmUnpublished2'],
    ],
    [
      'that the schedule of a shard is off, though notices keep the function busy',
      'rate(5 minutes)',
      { lasts: 60, every: 5, off: (_, minute) => minute >= 30, notices: true, world: healthy },
      ['AlarmNoRuns'],
    ],
    [
      'that one shard of two is not run',
      'rate(5 minutes)',
      { shards: ['east', 'west'], lasts: 60, every: 5, off: shard => shard === 'east', world: healthy },
      ['AlarmNoRuns'],
    ],
    [
      'nothing, where one run in two schedules fell out',
      'rate(10 minutes)',
      { lasts: 120, every: 10, off: (_, minute) => minute === 50, world: healthy },
      [],
    ],
    [
      'what is unpublished where runs are hours apart',
      'rate(6 hours)',
      { lasts: 2_880, every: 360, world: () => unpublished(1) },
      ['AlarmUnpublished'],
    ],
    [
      'a cluster out of reach where runs are a day apart',
      'cron(0 3 * * ? *)',
      { lasts: 4_321, every: 1_440, world: () => ({ clusters: cluster('unreachable') }) },
      ['AlarmClustersUnreachable'],
    ],
    [
      'that runs a day apart stopped',
      'cron(0 3 * * ? *)',
      { lasts: 4 * 1_440, every: 1_440, off: (_, minute) => minute > 0, world: healthy },
      ['AlarmNoRuns'],
    ],
  ])('tell of %s', async (_rule, schedule, story, expected) => {
    await live(story);
    expect(ringing(schedule, story)).toEqual(expected);
  });

  it('do not wait for runs where the deployment is paused', () => {
    expect(Object.keys(alarms('none'))).toEqual(['AlarmUnpublished', 'AlarmClustersUnreachable']);
  });

  it.each(['rate(1 minute)', 'rate(3 hours)', 'rate(1 day)', 'rate(3 days)', 'cron(0 0 1 * ? *)'])(
    'are what CloudWatch takes, with %s',
    schedule => {
      for (const { Period, EvaluationPeriods } of Object.values(alarms(schedule))) {
        expect(Period % 60).toBe(0);
        expect(Period * EvaluationPeriods).toBeLessThanOrEqual(Period < 3_600 ? 86_400 : 604_800);
      }
    },
  );
});

describe('the alarm on runs that cannot be made', () => {
  const text = readFileSync('infra/alarms.yml', 'utf8').replaceAll(/\$\{self:service\}-\$\{sls:stage\}/g, SERVICE);
  const alarm: AlarmProperties = parse(text, { logLevel: 'silent' }).Resources.AlarmRunsFailed.Properties;
  const story = (world: World): Trace => ({ lasts: 45, every: 5, world });
  const fails = () => {
    throw new Error('Route 53 does not answer');
  };

  it.each<[string, World, boolean]>([
    ['rings when they fail on', fails, true],
    ['is still after one that failed', (_, minute) => (minute < 5 ? fails() : {}), false],
  ])('%s', async (_rule, world, expected) => {
    await live(story(world));
    expect(rings(alarm, lines, START, START + 45 * MINUTE)).toBe(expected);
  });
});

describe('the alarm on events of the change stream that were lost', () => {
  const text = readFileSync('infra/stream.yml', 'utf8').replaceAll(/\$\{self:service\}-\$\{sls:stage\}/g, SERVICE);
  const alarm: AlarmProperties = parse(text, { logLevel: 'silent' }).resources.Resources.AlarmStreamLost.Properties;

  it.each([
    ['rings with the first', { sent: 9, lost: 1, fault: 'no' }, true],
    ['is still where all were sent', { sent: 10, lost: 0 }, false],
  ])('%s', async (_rule, streamed, expected) => {
    const handle = createHandler(
      {
        known: { clusters: ['a'], shards: ['default'] },
        stream: async () => streamed,
        reconcile: async (request, { onNews }) => {
          onNews?.({ shard: 'default', run: 'r', by: 'schedule', at: '', changes: [], findings: [] });
          return resultOf(request, {});
        },
      },
      {
        logger: new Logger(),
        metrics: new Metrics({ namespace: 'fairlead', serviceName: SERVICE }),
        tracer: new Tracer(),
      },
    );
    await handle({}, context());
    expect(rings(alarm, lines, START, START + 15 * MINUTE)).toBe(expected);
  });
});
