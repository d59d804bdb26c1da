import { describe, expect, test } from 'vitest';
import type { Clock } from '../../lib/clock.ts';
import { type BudgetLimits, createBudget } from '../../lib/route53/budget.ts';
import { OutOfTime, type RequestBudget, Route53Error, type Route53Port, withBudget } from '../../lib/route53/index.ts';
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
  const budget = createBudget({ ...LIMITS, changesPerSecond: 10 }, clock);
  clock.advance(-365 * 24 * 3600_000);
  const before = clock.now();
  for (let i = 0; i < 4; i++) await budget.take('write', undefined, 1);
  expect(clock.now() - before).toBeLessThanOrEqual(500);
});

describe('changes', () => {
  const MANY = { requestsPerSecond: 1000, burst: 1000 };
  /** The times, in milliseconds, at which batches of these sizes go. */
  async function timesOf(limits: BudgetLimits, sizes: readonly number[], prepare = (_: RequestBudget) => {}) {
    const clock = fakeClock(0);
    const budget = createBudget(limits, clock);
    prepare(budget);
    const times: number[] = [];
    for (const size of sizes) {
      await budget.take('write', undefined, size);
      times.push(clock.now());
    }
    return times;
  }

  test.each<[string, BudgetLimits, number[], number[]]>([
    ['are no limit unless told', MANY, [1000, 1000, 1000], [0, 0, 0]],
    ['go at the rate of the config', { ...MANY, changesPerSecond: 100 }, [50, 50, 50], [0, 500, 1000]],
    ['of a batch go together, however many', { ...MANY, changesPerSecond: 100 }, [1000, 10, 10], [0, 10_000, 10_100]],
    ['do not make requests faster', { ...LIMITS, changesPerSecond: 100 }, [1, 1, 1, 1], [0, 10, 200, 400]],
  ])('%s', async (_rule, limits, sizes, times) => {
    expect(await timesOf(limits, sizes)).toEqual(times);
  });

  test('that were too many are sent at half of their rate, and then ever faster', async () => {
    const clock = fakeClock(0);
    const budget = createBudget(MANY, clock);
    for (let i = 0; i < 4; i++) await budget.take('write', undefined, 100);
    budget.throttled(100);
    clock.advance(1_000);
    const from = clock.now();
    for (let i = 0; i < 5; i++) await budget.take('write', undefined, 100);
    expect(clock.now() - from).toBe(1_000); // 200 a second, of which the first second's have come in
    for (let i = 0; i < 200; i++) budget.succeeded();
    clock.advance(60_000);
    const again = clock.now();
    for (let i = 0; i < 20; i++) await budget.take('write', undefined, 100);
    expect(clock.now()).toBe(again);
  });

  test('that were not too many are not slowed down when a read was throttled', async () => {
    expect(await timesOf(MANY, [1000, 1000], budget => budget.throttled())).toEqual([2, 4]);
  });

  test('that wait let reads pass', async () => {
    const clock = fakeClock(0);
    const budget = createBudget({ ...MANY, changesPerSecond: 10 }, clock);
    await budget.take('write', undefined, 100);
    const order: string[] = [];
    const write = budget.take('write', undefined, 1).then(() => order.push('write'));
    const read = budget.take('read').then(() => order.push('read'));
    await Promise.all([write, read]);
    expect([order, clock.now()]).toEqual([['read', 'write'], 10_000]);
  });

  test('whose turn would come too late are told at once', async () => {
    const clock = fakeClock(0);
    const budget = createBudget({ ...MANY, changesPerSecond: 10 }, clock);
    await budget.take('write', undefined, 100);
    expect(await budget.take('write', 5_000, 1)).toBe(false);
    expect(clock.now()).toBe(0);
  });

  test('of a batch are counted by what is sent, and slowed down by what is refused', async () => {
    const clock = fakeClock(0);
    const taken: [number, number][] = [];
    const budget = createBudget(MANY, clock);
    const watched = { ...budget, throttled: (changes = 0) => void taken.push([clock.now(), changes]) };
    const route53 = withBudget(failing('throttled'), { clock, budget: watched, deadline: 2_000 });
    const change = { action: 'CREATE', record: { name: 'a', type: 'A' } } as never;
    await expect(route53.changeRecordSets('Z1', [change, change])).rejects.toThrow(OutOfTime);
    expect(new Set(taken.map(([, changes]) => changes))).toEqual(new Set([2]));
  });
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

/** A Route 53 that takes `milliseconds` to refuse, or to give no answer, after as many answers. */
function unreachable(clock: Clock & { advance(ms: number): void }, milliseconds: number, answers = 0) {
  let left = answers;
  const listRecordSets = () => {
    if (left-- > 0) return Promise.resolve({ records: [] });
    clock.advance(milliseconds);
    return Promise.reject(new Route53Error('transient', 'ECONNREFUSED', 'connect ECONNREFUSED'));
  };
  return { ...failing('transient'), listRecordSets } satisfies Route53Port;
}

test.each<[string, number, number, number]>([
  ['refuses all', 0, 0, 3_000],
  ['gives no answer', 20_000, 0, 20_000],
  ['answered before, and refuses', 0, 1, 27_000],
  ['answered before, and answers no more', 20_000, 1, 42_000],
])('without a deadline, a Route 53 that %s is given up in time', async (_, milliseconds, answers, most) => {
  const clock = fakeClock(0);
  const port = unreachable(clock, milliseconds, answers);
  const route53 = withBudget(port, { clock, budget: createBudget(LIMITS, clock) });
  for (let n = 0; n < answers; n++) await route53.listRecordSets('Z1');
  await expect(route53.listRecordSets('Z1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(clock.now()).toBeLessThanOrEqual(most);
});

test('with one, a Route 53 that refuses all is asked until then', async () => {
  const clock = fakeClock(0);
  const route53 = withBudget(unreachable(clock, 0), { clock, budget: createBudget(LIMITS, clock), deadline: 600_000 });
  await expect(route53.listRecordSets('Z1')).rejects.toThrow(OutOfTime);
  expect(clock.now()).toBeGreaterThan(580_000);
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

test.each<[string, (clock: Clock) => Clock, object]>([
  ['a pause that would be too long', clock => clock, {}],
  ['a pause that took longer', clock => ({ ...clock, sleep: ms => clock.sleep(ms + 2_000) }), {}],
  ['a turn that would come too late', clock => clock, { requestsPerSecond: 0.1, burst: 1 }],
])('whose time ends by %s is told what it met', async (_, slowed, limits) => {
  const clock = slowed(fakeClock(0));
  const budget = createBudget({ ...LIMITS, ...limits }, clock);
  const route53 = withBudget(failing('transient'), { clock, budget, deadline: 3_000 });
  await expect(route53.listRecordSets('Z1')).rejects.toMatchObject({
    name: 'OutOfTime',
    message: 'no time was left for another Route 53 request: no',
    cause: { kind: 'transient' },
  });
});

test.each<[string, number]>([
  ['the change before met', 0],
  ['nothing, where an answer came since', 1],
])('whose time ends before it is sent is told %s', async (_, answers) => {
  const clock = fakeClock(0);
  const port = { ...failing('transient'), listRecordSets: () => Promise.resolve({ records: [] }) };
  const route53 = withBudget(port, { clock, budget: createBudget(LIMITS, clock), deadline: 5_000 });
  await expect(route53.changeRecordSets('Z1', [])).rejects.toMatchObject({ kind: 'transient' });
  for (let n = 0; n < answers; n++) await route53.listRecordSets('Z1');
  clock.advance(5_000);
  const told = answers > 0 ? /another Route 53 request$/ : /another Route 53 request: no$/;
  await expect(route53.listTags([])).rejects.toThrow(told);
});

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
