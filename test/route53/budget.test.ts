import { expect, test } from 'vitest';
import { createBudget, OutOfTime, Route53Error, type Route53Port, withBudget } from '../../lib/route53/index.ts';
import { fakeClock } from '../support/clock.ts';

const LIMITS = { requestsPerSecond: 5, burst: 2 };

test('the burst is given at once, then the rate', async () => {
  const clock = fakeClock(0);
  const budget = createBudget(LIMITS, clock);
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    await budget.take('read');
    times.push(clock.now());
  }
  expect(times).toEqual([0, 0, 200, 400, 600]);
});

test('writes go before reads that wait', async () => {
  const budget = createBudget({ requestsPerSecond: 5, burst: 1 }, fakeClock(0));
  const order: string[] = [];
  const take = async (priority: 'read' | 'write') => {
    await budget.take(priority);
    order.push(priority);
  };
  await Promise.all([take('read'), take('read'), take('read'), take('write')]);
  expect(order).toEqual(['read', 'write', 'read', 'read']);
});

test('whose turn would come too late is told at once, and costs the others nothing', async () => {
  const clock = fakeClock(0);
  const budget = createBudget(LIMITS, clock);
  const turns = await Promise.all([
    budget.take('read', 300),
    budget.take('read', 300),
    budget.take('read', 300),
    budget.take('read', 300),
    budget.take('read'),
  ]);
  expect(turns).toEqual([true, true, true, false, true]);
  expect(clock.now()).toBe(400);
});

test('throttling halves the rate, successes bring it back', async () => {
  const clock = fakeClock(0);
  const budget = createBudget(LIMITS, clock);
  budget.throttled();
  await budget.take('read');
  expect(clock.now()).toBe(400);
  for (let i = 0; i < 100; i++) budget.succeeded();
  await budget.take('read');
  expect(clock.now()).toBe(600);
});

test('a clock that is put back a year keeps nobody waiting for a year', async () => {
  const clock = fakeClock(0);
  const budget = createBudget(LIMITS, clock);
  clock.advance(-365 * 24 * 3600_000);
  const before = clock.now();
  for (let i = 0; i < 4; i++) await budget.take('read');
  expect(clock.now() - before).toBe(400);
});

const failing = (kind: Route53Error['kind']) => {
  const fail = () => Promise.reject(new Route53Error(kind, kind, 'no'));
  return {
    listHostedZones: fail,
    listRecordSets: fail,
    changeRecordSets: fail,
    listTags: fail,
    recordSetLimit: fail,
  } satisfies Route53Port;
};

test.each<[Route53Error['kind'], number]>([
  ['transient', 8],
  ['throttled', 30],
  ['busy', 30],
  ['denied', 1],
])('without a deadline, a read that is %s is tried %i times', async (kind, attempts) => {
  const clock = fakeClock(0);
  const route53 = withBudget(failing(kind), { clock, budget: createBudget(LIMITS, clock) });
  await expect(route53.listRecordSets('Z1')).rejects.toMatchObject({ kind });
  expect(route53.counts).toEqual({ ListResourceRecordSets: attempts });
});

test.each(['transient', 'throttled', 'busy'] as const)(
  'with one, a read that is %s is tried until then',
  async kind => {
    const clock = fakeClock(0);
    const route53 = withBudget(failing(kind), { clock, budget: createBudget(LIMITS, clock), deadline: 600_000 });
    await expect(route53.listRecordSets('Z1')).rejects.toThrow(OutOfTime);
    expect(clock.now()).toBeGreaterThan(580_000);
    expect(clock.now()).toBeLessThanOrEqual(600_000);
  },
);

test('many zones on a slow budget do not run over the deadline', async () => {
  const clock = fakeClock(0);
  const page = { records: [] };
  const port = { ...failing('fatal'), listRecordSets: () => Promise.resolve(page) };
  const route53 = withBudget(port, { clock, budget: createBudget(LIMITS, clock), deadline: 2000 });
  const asked = await Promise.allSettled(Array.from({ length: 60 }, (_, i) => route53.listRecordSets(`Z${i}`)));
  expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(11);
  expect(clock.now()).toBeLessThanOrEqual(2000);
});

test('a change asks whether it may be sent when its turn has come, at every attempt, and is not sent otherwise', async () => {
  const clock = fakeClock(0);
  const route53 = withBudget(failing('busy'), { clock, budget: createBudget(LIMITS, clock) });
  const asked: number[] = [];
  const ready = async () => {
    asked.push(clock.now());
    if (asked.length === 4) throw new Error('not any more');
  };
  await expect(route53.changeRecordSets('Z1', [], ready)).rejects.toThrow('not any more');
  expect(new Set(asked).size).toBe(4);
  expect(route53.counts).toEqual({ ChangeResourceRecordSets: 3 });
});
