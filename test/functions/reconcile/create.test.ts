import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { describe, expect, it } from 'vitest';
import { type Core, createHandler, type Invocation } from '../../../functions/reconcile/create.ts';
import type { News, RunRequest, RunResult } from '../../../lib/model/index.ts';
import type { Streamed } from '../../../lib/stream.ts';
import { captureLog, context } from '../lambda.ts';

const RESULT: RunResult = {
  mode: 'sync',
  force: false,
  startedAt: '2026-01-01T00:00:00.000Z',
  durationMs: 1234,
  inStep: false,
  counts: { created: 2, updated: 1, deleted: 0, unpublished: 3 },
  calls: { ListHostedZones: 1, ChangeResourceRecordSets: 2 },
  clusters: [
    { name: 'a', owner: 'o', state: 'read', kinds: {}, endpoints: 2 },
    { name: 'b', owner: 'o', state: 'unreachable', kinds: {}, endpoints: 0 },
  ],
  zones: [
    {
      id: 'Z1',
      name: 'example.com',
      private: false,
      owned: 2,
      changes: [{ action: 'create', name: 'www.example.com', type: 'A', owner: 'o', objects: [] }],
      batches: 1,
      source: 'read',
      readAt: '2025-12-31T23:59:00.000Z',
    },
    // The one that is longest not read says how old what is known may be; one that is not read says nothing.
    { id: 'Z2', name: 'example.org', private: false, owned: 0, changes: [], batches: 0, source: 'unreadable' },
  ],
  findings: [
    { reason: 'no-zone', message: 'no hosted zone for www.other.org' },
    { reason: 'filtered', message: 'outside the domain filter' },
  ],
  reasons: { 'no-zone': 2, invalid: 1, filtered: 1, held: 4 },
};

const message = (messageId: string, body: string, MessageGroupId = 'gone') => ({
  eventSource: 'aws:sqs',
  messageId,
  body,
  attributes: { MessageGroupId },
});

/** A core that answers `answer` and notes what it was asked. */
function coreThat(answer: (request: RunRequest) => RunResult) {
  const asked: (Invocation & { request: RunRequest })[] = [];
  const core = {
    known: { clusters: ['a', 'b'], shards: ['east', 'west'] },
    reconcile: async (request, invocation) => {
      asked.push({ request, ...invocation });
      return answer(request);
    },
  } satisfies Core;
  return { core, asked };
}

const fails = () => {
  throw new Error('the state bucket does not answer');
};

/** Every JSON line that Lambda would put into the log. */
const lines = captureLog();
const metric = (name: string) => lines.filter(line => name in line).map(line => line[name]);
const metricsOf = (reason: string) => lines.filter(line => line.reason === reason).map(line => line.Unpublished);
const invoke = (core: Core, event: unknown) =>
  createHandler(core, { logger: new Logger(), metrics: new Metrics({ namespace: 'fairlead' }), tracer: new Tracer() })(
    event,
    context(),
  );

describe('the exported handler', () => {
  it('answers a run with its result', async () => {
    const { core, asked } = coreThat(() => RESULT);
    expect(await invoke(core, { force: true })).toEqual(RESULT);
    expect(asked.map(({ request }) => request)).toEqual([{ mode: 'sync', force: true }]);
  });

  it('gives the run until shortly before Lambda would end it', async () => {
    const { core, asked } = coreThat(() => RESULT);
    const before = Date.now();
    await invoke(core, {});
    expect(asked[0]?.deadlineMs).toBeGreaterThanOrEqual(before + 57_000);
    expect(asked[0]?.deadlineMs).toBeLessThan(Date.now() + 60_000);
    expect(asked[0]?.holder).toBe(context().awsRequestId);
  });

  it('fails when the run could not be made, so that alarms ring and the caller retries', async () => {
    await expect(invoke(coreThat(fails).core, {})).rejects.toThrow('the state bucket does not answer');
    expect(metric('RunsFailed')).toEqual([1]);
  });

  it('refuses a payload without asking for a run', async () => {
    const { core, asked } = coreThat(() => RESULT);
    await expect(invoke(core, { forced: true })).rejects.toMatchObject({ name: 'InvalidEvent' });
    expect(asked).toEqual([]);
    expect(metric('EventsRefused')).toEqual([1]);
  });

  it('answers with less than 6 MB, and logs what it left out', async () => {
    const text = 'x'.repeat(1000);
    const findings = Array.from({ length: 7000 }, (_, n) => ({ reason: 'invalid' as const, message: `${n} ${text}` }));
    const answer = await invoke(coreThat(() => ({ ...RESULT, findings })).core, {});
    expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(6_000_000);
    expect(lines.filter(line => 'finding' in line)).toHaveLength(7000);
  });
});

describe('who asked for a run', () => {
  it.each([
    ['a person', { force: true }, ['manual']],
    ['the schedule', { Records: [message('1', '{}', 'east')] }, ['schedule']],
    ['a forwarder', { Records: [message('1', '{"clusters":["a"]}')] }, ['notice']],
    [
      'a forwarder and the schedule',
      { Records: [message('1', '{"clusters":["a"]}'), message('2', '{}')] },
      ['schedule'],
    ],
  ])('%s', async (_who, event, by) => {
    const { core, asked } = coreThat(() => RESULT);
    await invoke(core, event);
    expect(asked.map(one => one.by)).toEqual(by);
  });

  it('is told when the earliest of the changes was seen that its notices tell of', async () => {
    const notice = (sequence: number, since: number) =>
      JSON.stringify({ cluster: 'a', source: 'forwarder-1', sequence, since });
    const { core, asked } = coreThat(() => RESULT);
    await invoke(core, { Records: [message('1', notice(1, 2_000)), message('2', notice(2, 1_000))] });
    await invoke(core, { Records: [message('3', '{"clusters":["b"]}')] });
    expect(asked.map(({ noticedAt }) => noticedAt)).toEqual([1_000, undefined]);
  });
});

describe('a batch of messages', () => {
  it('is one run, and nothing is delivered again', async () => {
    const { core, asked } = coreThat(() => RESULT);
    const event = { Records: [message('1', '{"clusters":["b"]}'), message('2', '{"clusters":["a"]}')] };
    expect(await invoke(core, event)).toEqual({ batchItemFailures: [] });
    expect(asked.map(({ request }) => request.clusters)).toEqual([['a', 'b']]);
  });

  it('is let be delivered again soon when the run failed, and later when that fails, too', async () => {
    const event = { Records: [message('1', '{}'), message('2', '{}')] };
    const asked: string[][] = [];
    const retrySoon = async (messages: readonly { messageId: string }[]) => {
      asked.push(messages.map(({ messageId }) => messageId));
      throw new Error('SQS does not answer');
    };
    const failures = [{ itemIdentifier: '1' }, { itemIdentifier: '2' }];
    expect(await invoke({ ...coreThat(fails).core, retrySoon }, event)).toEqual({ batchItemFailures: failures });
    expect(asked).toEqual([['1', '2']]);
    expect(await invoke({ ...coreThat(() => RESULT).core, retrySoon }, event)).toEqual({ batchItemFailures: [] });
    expect(asked).toHaveLength(1);
  });

  it('is delivered again when the run failed, all but the malformed messages', async () => {
    const event = { Records: [message('1', '{}'), message('2', 'nonsense'), message('3', '{"clusters":["a"]}')] };
    const failures = [{ itemIdentifier: '1' }, { itemIdentifier: '3' }];
    expect(await invoke(coreThat(fails).core, event)).toEqual({ batchItemFailures: failures });
    expect(metric('RunsFailed')).toEqual([1]);
    expect(metric('MessagesMalformed')).toEqual([1]);
    expect(lines).toContainEqual(expect.objectContaining({ level: 'ERROR', messageId: '2' }));
  });

  it('of several shards is a run for each: one that fails does not hold up the others', async () => {
    const { core, asked } = coreThat(({ shard }) => (shard === 'east' ? fails() : RESULT));
    const Records = [message('1', '{}', 'east'), message('2', '{}', 'west')];
    expect(await invoke(core, { Records })).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
    expect(asked.map(({ request }) => request.shard)).toEqual(['east', 'west']);
    const [first, second] = asked.map(({ deadlineMs }) => deadlineMs - Date.now());
    expect(first).toBeLessThan(30_000);
    expect(second).toBeGreaterThan(50_000);
  });

  it('of malformed messages only costs no run', async () => {
    const { core, asked } = coreThat(() => RESULT);
    expect(await invoke(core, { Records: [message('1', 'nonsense')] })).toEqual({ batchItemFailures: [] });
    expect(asked).toEqual([]);
  });
});

describe('what a run leaves in the log and in the metrics', () => {
  it('counts what was done, what was not, the calls and the clusters that could not be read', async () => {
    await invoke(coreThat(() => RESULT).core, {});
    const counted = lines.find(line => 'Created' in line);
    expect(counted).toMatchObject({ Created: 2, Updated: 1, Deleted: 0, Route53Calls: 3, Duration: 1234, Runs: 1 });
    expect(counted).toHaveProperty('_aws.CloudWatchMetrics.0.Namespace', 'fairlead');
  });

  it.each([
    ['a shard, as the schedule asks', ['east', 'west'], { Records: [message('1', '{}', 'east')] }, 'east'],
    ['the only shard there is, by hand', ['east'], {}, 'east'],
    ['several shards, by hand', ['east', 'west'], {}, undefined],
    ['a cluster, as a notice asks', ['east'], { Records: [message('1', '{"clusters":["a"]}', 'east')] }, undefined],
  ])('says how a shard is, of a run over %s', async (_rule, shards, event, shard) => {
    const { core } = coreThat(() => RESULT);
    await invoke({ ...core, known: { ...core.known, shards } }, event);
    const said = lines.filter(line => 'shard' in line).map(line => ({ ...line, _aws: undefined, service: undefined }));
    expect(said).toEqual(
      shard === undefined
        ? []
        : [
            ...[{ Runs: 1 }, { Unpublished: 3 }, { ClustersUnreachable: 1 }, { Desired: 2 }, { Owned: 2 }],
            ...[
              { Held: 4 },
              { Frozen: 0 },
              { Refused: 0 },
              { Filtered: 1 },
              { ZoneAge: 61 },
              { Owned: 2, zone: 'example.com' },
            ],
          ].map(one => ({ ...one, shard })),
    );
    expect(metric('Unpublished')).toHaveLength(shard === undefined ? 0 : 4);
  });

  it('counts the unpublished by reason, and not what is merely noted', async () => {
    const { core } = coreThat(() => RESULT);
    await invoke({ ...core, known: { ...core.known, shards: ['east'] } }, {});
    expect(metricsOf('no-zone')).toEqual([2]);
    expect(metricsOf('invalid')).toEqual([1]);
    expect(metricsOf('filtered')).toEqual([]);
  });

  it('says of what is filtered how much it is and the first names, in a line for each key', async () => {
    const named = (name: string, field: string) => ({ reason: 'filtered' as const, message: `${name} …`, name, field });
    const many = Array.from({ length: 15 }, (_, n) => named(`h${n}.example.org`, 'zones.domains'));
    const findings = [
      ...many,
      named('a.example.com', 'spec.rules[0].host'),
      named('b.example.com', 'spec.rules[7].host'),
    ];
    await invoke(coreThat(() => ({ ...RESULT, findings })).core, {});
    const told = lines.filter(line => 'filtered' in line);
    expect(told.map(({ level, message }) => `${level} ${message}`)).toEqual([
      expect.stringMatching(
        /^INFO filtered by zones\.domains: 15 \(h0\.example\.org, .*h9\.example\.org and 5 more\)$/,
      ),
      'INFO filtered by spec.rules[].host: 2 (a.example.com, b.example.com)',
    ]);
  });

  it('counts of a plan only that it was made', async () => {
    await invoke(coreThat(() => ({ ...RESULT, mode: 'plan' })).core, { mode: 'plan' });
    expect(metric('Plans')).toEqual([1]);
    expect(metric('Unpublished')).toEqual([]);
  });

  it('tells every change and every reason, with the request that asked', async () => {
    await invoke(coreThat(() => RESULT).core, {});
    const told = lines.map(({ message, level, function_request_id }) => ({ message, level, function_request_id }));
    expect(told).toContainEqual({ message: 'create www.example.com A', level: 'INFO', function_request_id: 'r-1' });
    expect(told).toContainEqual({
      message: 'no hosted zone for www.other.org',
      level: 'WARN',
      function_request_id: 'r-1',
    });
  });
});

describe('the change stream', () => {
  const NEWS: News = {
    ...{ shard: 'east', run: 'r-1', by: 'schedule', at: '2026-01-01T00:00:00.000Z', changes: [] },
    findings: [{ finding: RESULT.findings[0]!, since: '2026-01-01T00:00:00.000Z', again: false }],
  };
  /** A core with news of each run, and what was streamed of it. */
  function telling(stream: (untilMs: number) => Promise<Streamed>, answer = () => RESULT) {
    const told: (readonly News[])[] = [];
    const { core } = coreThat(answer);
    const reconcile: Core['reconcile'] = async (request, invocation) => {
      invocation.onNews?.(NEWS);
      return core.reconcile(request, invocation);
    };
    const streamed: Core = {
      ...core,
      reconcile,
      stream: (news, untilMs) => {
        told.push(news);
        return stream(untilMs);
      },
    };
    return { core: streamed, told };
  }
  const taken = async () => ({ sent: 1, lost: 1, fault: 'Throttled' });

  it('has the news of every run of the batch, in one go, and is counted', async () => {
    const { core, told } = telling(taken);
    await invoke(core, { Records: [message('1', '{}', 'east'), message('2', '{}', 'west')] });
    expect(told).toEqual([[NEWS, NEWS]]);
    expect([metric('StreamSent'), metric('StreamLost')]).toEqual([[1], [1]]);
    expect(lines.map(line => line.message)).toContain('1 events of the change stream were not sent: Throttled');
  });

  it('has those of a run that failed, which fails all the same', async () => {
    const { core, told } = telling(taken, fails);
    await expect(invoke(core, {})).rejects.toThrow('the state bucket does not answer');
    expect(told).toEqual([[NEWS]]);
  });

  it('takes nothing from a run: neither its answer when it fails, nor more than three seconds', async () => {
    let left = 0;
    const { core } = telling(async untilMs => {
      left = untilMs - Date.now();
      throw new Error('no such module');
    });
    expect(await invoke(core, {})).toEqual(RESULT);
    expect(left).toBeLessThanOrEqual(3_000);
    expect(metric('StreamLost')).toEqual([1]);
  });

  it('is nothing where none is asked for, and says nothing where nothing is new', async () => {
    const { core, asked } = coreThat(() => RESULT);
    await invoke(core, {});
    expect(asked[0]).not.toHaveProperty('onNews');
    await invoke({ ...core, stream: () => Promise.reject(new Error('called')) }, {});
    expect(metric('StreamLost')).toEqual([]);
  });
});
