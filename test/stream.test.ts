import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Finding, HistoryLine, News, RecordSet } from '../lib/model/index.ts';
import { probeBus, streamTo } from '../lib/stream.ts';
import { type EventBus, startEventBus } from './support/event-bus.ts';

const BUS = 'arn:aws-us-gov:events:us-gov-west-1:111122223333:event-bus/dns';
let bus: EventBus;

beforeEach(async () => {
  bus = await startEventBus();
  for (const [name, value] of Object.entries({
    AWS_ENDPOINT_URL: bus.url,
    AWS_REGION: 'us-gov-west-1',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'x',
  }))
    vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await bus.close();
});

const recordSet = (name: string, ...values: string[]): RecordSet => ({ name, type: 'A', ttl: 300, values });
const line = (name: string, more: Partial<HistoryLine> = {}): HistoryLine => ({
  at: '2026-01-01T00:00:00.000Z',
  ...{ run: 'r-1', by: 'notice', shard: 'default', zone: 'Z1', zoneName: 'example.com', name },
  ...{ action: 'create', why: 'an object asks for it', owner: 'o', objects: ['prod: service/shop/web'] },
  ...{ before: [], after: [recordSet(name, '192.0.2.1')], ...more },
});
const newsOf = (changes: readonly HistoryLine[], findings: readonly Finding[] = []): News => ({
  ...{ shard: 'default', run: 'r-1', by: 'notice', at: '2026-01-01T00:00:01.000Z', changes },
  findings: findings.map(finding => ({ finding, since: '2026-01-01T00:00:01.000Z', again: false })),
});
const lines = (count: number) => Array.from({ length: count }, (_, i) => line(`h${i}.example.com`));
const send = (news: News, forMs = 50_000) => streamTo(BUS, 'fairlead-prod')([news], Date.now() + forMs);

describe('an event', () => {
  it('of a change is its line of the history, with the deployment and a text for people', async () => {
    expect(await send(newsOf([line('www.example.com', { cluster: 'prod' })]))).toEqual({ sent: 1, lost: 0 });
    const [{ Detail, ...entry } = { Detail: '{}' }] = bus.taken;
    expect(entry).toEqual({
      Source: 'fairlead',
      DetailType: 'Record changed',
      EventBusName: BUS,
      Time: Date.parse('2026-01-01T00:00:00Z') / 1000,
      Resources: ['arn:aws-us-gov:route53:::hostedzone/Z1'],
    });
    expect(JSON.parse(Detail)).toEqual({
      ...line('www.example.com', { cluster: 'prod' }),
      service: 'fairlead-prod',
      text: 'www.example.com was created: an object asks for it, for prod: service/shop/web',
    });
  });

  it('of a finding has what the result has of it', async () => {
    const object = { cluster: 'prod', kind: 'service', namespace: 'shop', name: 'web' };
    const finding: Finding = { reason: 'invalid', message: 'a..b is no name', object, field: 'metadata' };
    await send(newsOf([], [finding]));
    const [{ Detail = '{}', Resources, DetailType } = {}] = bus.taken as Partial<(typeof bus.taken)[number]>[];
    expect({ DetailType, Resources }).toEqual({ DetailType: 'Finding', Resources: undefined });
    expect(JSON.parse(Detail)).toEqual({
      ...finding,
      ...{ service: 'fairlead-prod', run: 'r-1', by: 'notice', shard: 'default', text: 'a..b is no name' },
      ...{ at: '2026-01-01T00:00:01.000Z', since: '2026-01-01T00:00:01.000Z', again: false },
    });
  });

  it('has no text that a chat or a terminal would obey; the message is as it is', async () => {
    const message = '"<!channel>\u001b[2J" is no hostname';
    await send(newsOf([], [{ reason: 'invalid', message }]));
    expect(JSON.parse(bus.taken[0]?.Detail ?? '')).toMatchObject({
      message,
      text: '"‹!channel›\\u001b[2J" is no hostname',
    });
  });

  it('of a change that very many objects asked for names the first, and how many there are besides', async () => {
    await send(
      newsOf([line('a.example.com', { objects: ['prod: service/shop/a', 'prod: service/shop/b'], moreObjects: 40 })]),
    );
    expect(JSON.parse(bus.taken[0]!.Detail)).toMatchObject({
      text: 'a.example.com was created: an object asks for it, for prod: service/shop/a and 41 more',
      moreObjects: 40,
    });
  });

  it('that would be larger than EventBridge takes is sent without what was before and after', async () => {
    const values = Array.from({ length: 400 }, (_, i) => `"${'x'.repeat(1_000)}${i}"`);
    const large = line('www.example.com', { after: [recordSet('www.example.com', ...values)] });
    const finding: Finding = { reason: 'refused', message: '"\u{1F600}'.repeat(100_000) };
    expect(await send(newsOf([large, line('b.example.com')], [finding]))).toEqual({ sent: 3, lost: 0 });
    const [first, second, third] = bus.taken.map(({ Detail }) => JSON.parse(Detail));
    expect(first).toMatchObject({ name: 'www.example.com', cut: true, before: [], after: [] });
    expect(first.objects).toHaveLength(1);
    expect(second).not.toHaveProperty('cut');
    expect(third.message).toHaveLength(10_000);
    expect(third.text.length).toBeLessThanOrEqual(1_000);
  });
});

describe('calls', () => {
  it('are as full as EventBridge takes them', async () => {
    expect(await send(newsOf(lines(25)))).toEqual({ sent: 25, lost: 0 });
    expect(bus.calls.sort()).toEqual([10, 10, 5]);
  });

  it('are no larger than it takes them', async () => {
    const values = Array.from({ length: 100 }, (_, i) => `"${'x'.repeat(1_000)}${i}"`);
    const large = Array.from({ length: 5 }, (_, i) =>
      line(`h${i}.example.com`, { after: [recordSet('h.example.com', ...values)] }),
    );
    expect(await send(newsOf(large))).toEqual({ sent: 5, lost: 0 });
    expect(bus.calls.sort()).toEqual([1, 2, 2]);
  });

  it('that are refused in part are tried again with that part alone', async () => {
    bus.refuse = ({ Detail }, call) => (/h[37]\./.test(Detail) && call === 1 ? 'ThrottlingException' : undefined);
    expect(await send(newsOf(lines(10)))).toEqual({ sent: 10, lost: 0 });
    expect(bus.calls).toEqual([10, 2]);
    expect(bus.taken.map(({ Detail }) => JSON.parse(Detail).name).sort()).toEqual(lines(10).map(({ name }) => name));
  });

  it('are given up after three attempts, and what is lost is counted', async () => {
    bus.refuse = ({ Detail }) => (/h[37]\./.test(Detail) ? 'InternalFailure' : undefined);
    const fault = 'InternalFailure: InternalFailure, says the bus';
    expect(await send(newsOf(lines(10)))).toEqual({ sent: 8, lost: 2, fault });
    expect(bus.calls).toEqual([10, 2, 2]);
  });

  it('are not repeated for what another attempt does not mend', async () => {
    bus.refuse = () => 'NotAuthorizedForSourceException';
    expect(await send(newsOf(lines(2)))).toMatchObject({ sent: 0, lost: 2 });
    expect(bus.calls).toEqual([2]);
  });

  it('end with one that fails as a whole: the next would fail, too', async () => {
    bus.fail = () => [400, 'AccessDeniedException'];
    expect(await send(newsOf(lines(1_000)))).toEqual({ sent: 0, lost: 1_000, fault: 'AccessDeniedException' });
    expect(bus.calls.length).toBeLessThanOrEqual(4);
  });

  it('hide nothing of one namespace behind the many of another, of whichever sort', async () => {
    const good = ['prod: ingress/good/web'];
    const some = [1, 2, 3].map(i => line(`good${i}.example.com`, { objects: good }));
    const gone = line('good4.example.com', { action: 'delete', objects: [], formerly: 'prod: service/good/db' });
    const told = (namespace: string, count: number) =>
      Array.from({ length: count }, (_, i): Finding => {
        const object = { cluster: 'prod', kind: 'service', namespace, name: `x${i}` };
        return { reason: 'refused', message: `${namespace} ${i}`, object };
      });
    const news = newsOf([...lines(2_000), ...some, gone], [...told('shop', 2_000), ...told('good', 3)]);
    expect(await send(news, 30_000)).toMatchObject({ sent: 1_000 });
    const texts = bus.taken.map(({ Detail }) => JSON.parse(Detail).text as string);
    expect(texts.filter(text => text.includes('good'))).toHaveLength(7);
  });

  it('are a hundred an invocation; the changes go first', async () => {
    const findings = Array.from({ length: 600 }, (_, i): Finding => ({ reason: 'refused', message: `${i}` }));
    expect(await send(newsOf(lines(600), findings), 30_000)).toEqual({
      sent: 1_000,
      lost: 200,
      fault: 'more than 1000 events',
    });
    expect(bus.calls).toHaveLength(100);
    expect(bus.taken.filter(({ DetailType }) => DetailType === 'Record changed')).toHaveLength(600);
  });

  it('are none where no time is left', async () => {
    expect(await send(newsOf(lines(2)), -1)).toEqual({ sent: 0, lost: 2, fault: 'there was no time left' });
    expect(bus.calls).toEqual([]);
  });
});

describe('whether a bus takes events is found out without one', () => {
  const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'x' };

  it('that takes them', async () => {
    expect(await probeBus(BUS, credentials)).toBe('takes');
    expect(bus.taken).toEqual([]);
    expect(bus.calls).toEqual([1]);
  });

  it('that is not there', async () => {
    bus.describe = () => [400, 'ResourceNotFoundException'];
    expect(await probeBus(BUS, credentials)).toBe('absent');
  });

  describe('though it may not be described either', () => {
    beforeEach(() => {
      bus.describe = () => [400, 'AccessDeniedException'];
    });

    it('without the right to send', async () => {
      bus.fail = () => [400, 'AccessDeniedException'];
      expect(await probeBus(BUS, credentials)).toEqual({ denied: 'AccessDeniedException' });
    });

    it('with another answer, which is thrown', async () => {
      bus.fail = () => [400, 'ValidationException'];
      await expect(probeBus(BUS, credentials)).rejects.toMatchObject({ name: 'ValidationException' });
    });
  });
});
