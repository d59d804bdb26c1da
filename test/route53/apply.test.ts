import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { NameChange, RecordSet } from '../../lib/model/index.ts';
import { applyChanges, createBudget, OutOfTime, Overtaken, Route53Error, withBudget } from '../../lib/route53/index.ts';
import { Route53Store } from '../../local/emulators/route53/index.ts';
import { create, owned, remove, update } from '../support/changes.ts';
import { fakeClock } from '../support/clock.ts';
import { type Hooks, storedSet, storeRoute53 } from '../support/store-route53.ts';

const ZONE = 'Z1';
let store: Route53Store;

beforeEach(() => {
  store = new Route53Store();
  store.addZone({ id: ZONE, name: 'example.com.' });
});

function counted(hooks: Hooks = {}, deadline?: number, port = storeRoute53(store, hooks)) {
  const clock = fakeClock();
  const budget = createBudget({ requestsPerSecond: 5, burst: 25 }, clock);
  return withBudget(port, {
    budget,
    clock,
    ...(deadline !== undefined && { deadline: clock.now() + deadline }),
  });
}

const put = (...changes: NameChange[]) =>
  store.edit(ZONE, { put: changes.flatMap(change => change.creates.map(storedSet)) });
const names = () =>
  new Set(
    store
      .records(ZONE)
      .filter(({ type }) => type === 'A')
      .map(({ name }) => name.slice(0, -1)),
  );
const many = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => create(`n${String(from + i).padStart(4, '0')}.example.com`));
const apply = (changes: readonly NameChange[], route53 = counted()) =>
  applyChanges(ZONE, changes, route53).then(outcome => ({ outcome, calls: route53.counts }));

describe('batches', () => {
  test('are filled to Route 53’s 32,000 characters', async () => {
    const { outcome, calls } = await apply(many(1000));
    expect(outcome.applied).toHaveLength(1000);
    const characters = many(1)[0]!
      .creates.flatMap(({ values }) => values ?? [])
      .join('').length;
    expect(calls).toEqual({ ChangeResourceRecordSets: Math.ceil(1000 / Math.floor(32_000 / characters)) });
  });

  test('are sent again without the changes that Route 53 names: one more call for any number of them', async () => {
    store.poisons.push({ name: 'n0007.example.com.' }, { name: 'n0050.example.com.' });
    const { outcome, calls } = await apply(many(100));
    expect(outcome.applied).toHaveLength(98);
    expect(outcome.stale.map(({ change }) => change.name)).toEqual(['n0007.example.com', 'n0050.example.com']);
    expect(calls).toEqual({ ChangeResourceRecordSets: 2 });
  });

  test('are halved where Route 53 names nothing: logarithmic in their size', async () => {
    store.poisons.push({ name: 'n0077.example.com.', message: 'no good, and no word of what' });
    const { outcome, calls } = await apply(many(128));
    expect(outcome.applied).toHaveLength(127);
    expect(outcome.refused).toEqual([
      { change: many(1, 77)[0], verdict: 'invalid', words: expect.stringContaining('no word of what') },
    ]);
    expect(calls.ChangeResourceRecordSets).toBeLessThanOrEqual(2 * Math.log2(128) + 1);
  });

  test('tell the stale from the invalid', async () => {
    put(create('n0001.example.com', '192.0.2.66'));
    const { outcome } = await apply([...many(3), create('bad.example.com', '1.2.3')]);
    expect(outcome.applied.map(({ name }) => name)).toEqual(['n0000.example.com', 'n0002.example.com']);
    expect(outcome.stale.map(({ change }) => change.name)).toEqual(['n0001.example.com']);
    expect(outcome.refused.map(({ change, words }) => [change.name, words])).toEqual([
      ['bad.example.com', expect.stringContaining('not a valid IPv4 address')],
    ]);
  });

  test('a swap fails when somebody else took the ownership, though the record is as it was', async () => {
    put(create('x.example.com'));
    store.edit(ZONE, {
      put: [
        {
          name: 'a-x.example.com.',
          type: 'TXT',
          ttl: 300,
          values: ['"heritage=external-dns,external-dns/owner=other"'],
        },
      ],
    });
    const { outcome } = await apply([update('x.example.com', '203.0.113.1', '203.0.113.2')]);
    expect(outcome.applied).toEqual([]);
    expect(outcome.stale).toHaveLength(1);
  });
});

describe('a full zone', () => {
  beforeEach(() => {
    store.maxRecordSets = 2 + 49 * 2;
  });

  test('takes what fits, and the rest is refused without further calls', async () => {
    const { outcome, calls } = await apply(many(400));
    expect(outcome.applied).toHaveLength(49);
    expect(outcome.refused).toHaveLength(351);
    expect(calls).toEqual({ ChangeResourceRecordSets: 2, GetHostedZoneLimit: 1 });
  });

  test('is filled all the same where the limit may not be asked for, in a logarithmic number of calls', async () => {
    const deny: Hooks = {
      before(operation) {
        if (operation === 'recordSetLimit') throw new Route53Error('denied', 'AccessDenied', 'no');
      },
    };
    const { outcome, calls } = await apply(many(100), counted(deny));
    expect(outcome.applied).toHaveLength(49);
    expect(outcome.refused).toHaveLength(51);
    expect(calls.ChangeResourceRecordSets).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(100)) + 1);
  });

  test('removals go first, whatever their names, and make room', async () => {
    put(...many(49));
    const { outcome, calls } = await apply([create('a.example.com'), remove('n0048.example.com')]);
    expect(outcome.refused).toEqual([]);
    expect(names()).toContain('a.example.com');
    expect(calls).toEqual({ ChangeResourceRecordSets: 1 });
  });

  test('removals and swaps still go through', async () => {
    put(...many(49));
    const { outcome } = await apply([
      remove('n0000.example.com'),
      update('n0001.example.com', '203.0.113.1', '203.0.113.9'),
      ...many(3, 100),
    ]);
    expect(outcome.applied.map(({ name }) => name)).toEqual([
      'n0000.example.com',
      'n0001.example.com',
      'n0100.example.com',
    ]);
    expect(outcome.refused).toHaveLength(2);
  });
});

describe('faults', () => {
  const failing = (times: number, error: () => Error, when: 'before' | 'after'): Hooks => {
    let left = times;
    return {
      [when]: (operation: string) => {
        if (operation === 'changeRecordSets' && left-- > 0) throw error();
      },
    };
  };
  const lost = () => new Route53Error('transient', 'ECONNRESET', 'socket hang up');

  test('an answer lost after the batch was applied is recognised with one look, and the batch is not sent again', async () => {
    const { outcome, calls } = await apply(many(10), counted(failing(1, lost, 'after')));
    expect(outcome.applied).toHaveLength(10);
    expect(calls).toEqual({ ChangeResourceRecordSets: 1, ListResourceRecordSets: 1 });
  });

  test('for removals as well', async () => {
    put(...many(3));
    const { outcome, calls } = await apply(
      many(3).map(({ name }) => remove(name)),
      counted(failing(1, lost, 'after')),
    );
    expect(outcome.applied).toHaveLength(3);
    expect(names()).toEqual(new Set());
    expect(calls).toEqual({ ChangeResourceRecordSets: 1, ListResourceRecordSets: 1 });
  });

  test('a request lost before it was applied is sent again', async () => {
    const { outcome, calls } = await apply(many(10), counted(failing(2, lost, 'before')));
    expect(outcome.applied).toHaveLength(10);
    expect(calls).toEqual({ ChangeResourceRecordSets: 3, ListResourceRecordSets: 2 });
  });

  const foreign = () => new Route53Error('foreign', 'UnreadableAnswer', 'is not Route 53');

  test('what is not Route 53’s answer to a batch that was applied: one look, as for one that was lost', async () => {
    const { outcome, calls } = await apply(many(10), counted(failing(1, foreign, 'after')));
    expect(outcome.applied).toHaveLength(10);
    expect(calls).toEqual({ ChangeResourceRecordSets: 1, ListResourceRecordSets: 1 });
  });

  test('of one that was not, the rest is left: whoever answered would answer again', async () => {
    const { outcome, calls } = await apply(many(1000), counted(failing(99, foreign, 'before')));
    expect(outcome.left).toHaveLength(1000);
    expect(calls).toEqual({ ChangeResourceRecordSets: 1, ListResourceRecordSets: 1 });
  });

  test.each(['throttled', 'busy'] as const)('%s: tried again without a look', async kind => {
    const { outcome, calls } = await apply(
      many(10),
      counted(failing(2, () => new Route53Error(kind, kind, 'wait'), 'before')),
    );
    expect(outcome.applied).toHaveLength(10);
    expect(calls).toEqual({ ChangeResourceRecordSets: 3 });
  });

  test('what does not fit into the time is left and said so', async () => {
    const { outcome } = await apply(
      many(1000),
      counted(
        failing(99, () => new Route53Error('throttled', 'Throttling', 'Rate exceeded'), 'before'),
        2000,
      ),
    );
    expect(outcome.applied).toEqual([]);
    expect(outcome.left).toHaveLength(1000);
    expect(outcome.left[0]!.why).toBeInstanceOf(OutOfTime);
  });

  test('a lost answer of a large batch: every name is looked at, in no more pages than the zone has', async () => {
    const { outcome, calls } = await apply(many(200), counted(failing(1, lost, 'after')));
    expect(outcome.applied).toHaveLength(200);
    expect(calls).toEqual({ ChangeResourceRecordSets: 1, ListResourceRecordSets: 2 });
  });

  test('of a lost batch that was not applied, what stands by another’s doing is to be planned again, the rest is sent', async () => {
    put(...many(3));
    const { outcome } = await apply(many(10), counted(failing(1, lost, 'before')));
    expect(outcome.applied.map(({ name }) => name)).toEqual(many(7, 3).map(({ name }) => name));
    expect(outcome.stale.map(({ change }) => change.name)).toEqual(many(3).map(({ name }) => name));
  });

  test('a lost batch of which everything stands, but with another value, was not applied', async () => {
    put(create('n0000.example.com', '192.0.2.66'));
    const { outcome } = await apply(many(1), counted(failing(1, lost, 'before')));
    expect(outcome.applied).toEqual([]);
    expect(outcome.stale).toHaveLength(1);
  });

  test('whatever was lost, and whatever stood before: nothing is told as applied that does not stand', async () => {
    const fault = fc.constantFrom<'before' | 'after' | undefined>('before', 'after', undefined);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(7)), fc.array(fault, { maxLength: 4 }), async (before, faults) => {
        store = new Route53Store();
        store.addZone({ id: ZONE, name: 'example.com.' });
        put(...many(8).filter((_, i) => before.includes(i)));
        const queue = [...faults];
        let moment: 'before' | 'after' | undefined;
        const { outcome } = await apply(
          many(8),
          counted({
            before(operation) {
              moment = operation === 'changeRecordSets' ? queue.shift() : undefined;
              if (moment === 'before') throw lost();
            },
            after() {
              if (moment === 'after') throw lost();
            },
          }),
        );
        const told = [...outcome.applied, ...outcome.stale.map(({ change }) => change)].map(({ name }) => name);
        expect(told.sort()).toEqual(many(8).map(({ name }) => name));
        for (const { name } of outcome.applied) expect(names()).toContain(name);
        expect(outcome.left).toEqual([]);
        expect(names()).toEqual(new Set(told));
      }),
    );
  });

  test.each(['credentials', 'missing'] as const)('%s: nothing is tried over and over', async kind => {
    const { outcome, calls } = await apply(
      many(1000),
      counted(failing(99, () => new Route53Error(kind, kind, 'no'), 'before')),
    );
    expect(outcome.left).toHaveLength(1000);
    expect(calls).toEqual({ ChangeResourceRecordSets: 1 });
  });
});

describe.each(['denied', 'fatal'] as const)('%s for some names only', kind => {
  /** A role with a condition on names, or a change at which Route 53 stumbles: the whole batch gets the answer. */
  const failingFor = (isBad: (name: string) => boolean) => {
    const port = storeRoute53(store);
    return counted({}, undefined, {
      ...port,
      changeRecordSets: async (zone, changes) => {
        if (changes.some(({ record }) => isBad(record.name))) throw new Route53Error(kind, 'AccessDenied', 'no right');
        return port.changeRecordSets(zone, changes);
      },
    });
  };
  const number = (name: string) => Number(/n(\d+)/.exec(name)?.[1]);

  test.each([0, 7, 63, 126, 127])('one (number %i of 128) is refused, with few calls', async bad => {
    const { outcome, calls } = await apply(
      many(128),
      failingFor(name => number(name) === bad),
    );
    expect(outcome.applied).toHaveLength(127);
    expect(outcome.refused).toEqual([{ change: many(1, bad)[0], verdict: 'invalid', words: 'no right' }]);
    expect(calls.ChangeResourceRecordSets).toBeLessThanOrEqual(2 * Math.log2(128) + 1);
  });

  test.each<[string, (i: number) => boolean]>([
    ['the first 60', i => i < 60],
    ['the last 60', i => i >= 68],
    ['60 in the middle', i => i >= 30 && i < 90],
    ['every fourth', i => i % 4 === 0],
    ['every second', i => i % 2 === 0],
  ])('%s of 128: all others are published', async (_, isBad) => {
    const { outcome } = await apply(
      many(128),
      failingFor(name => isBad(number(name))),
    );
    const good = many(128).filter((_, i) => !isBad(i));
    expect(outcome.applied.map(({ name }) => name).sort()).toEqual(good.map(({ name }) => name));
    expect(outcome.refused).toHaveLength(128 - good.length);
  });

  test('all: a bounded number of calls, and most is left as it is, to be tried again', async () => {
    const { outcome, calls } = await apply(
      many(1000),
      failingFor(() => true),
    );
    expect(outcome.applied).toEqual([]);
    expect(outcome.refused.length).toBeLessThanOrEqual(4);
    expect(outcome.refused.length + outcome.left.length).toBe(1000);
    expect(outcome.left[0]!.why).toMatchObject({ kind });
    expect(calls.ChangeResourceRecordSets).toBeLessThanOrEqual(2 * (Math.ceil(Math.log2(1000)) + 2));
  });
});

describe('before a batch is sent, it is asked whether it may be', () => {
  const asked = async (changes: readonly NameChange[], may: (batch: readonly NameChange[]) => boolean) => {
    const batches: string[][] = [];
    const route53 = counted();
    const outcome = await applyChanges(ZONE, changes, route53, {
      async beforeBatch(batch) {
        batches.push(batch.map(({ name }) => name));
        if (!may(batch)) throw new Overtaken('another has it');
      },
    });
    return { outcome, batches, calls: route53.counts };
  };
  const isRemoval = ({ action }: NameChange) => action === 'delete';

  test('each one, and each time: also when it is sent again', async () => {
    store.poisons.push({ name: 'n0001.example.com.' });
    const { batches } = await asked(many(3), () => true);
    expect(batches).toEqual([
      ['n0000.example.com', 'n0001.example.com', 'n0002.example.com'],
      ['n0000.example.com', 'n0002.example.com'],
    ]);
  });

  test('if not, nothing is sent and all is left', async () => {
    const { outcome, calls } = await asked(many(1000), () => false);
    expect(outcome.left).toHaveLength(1000);
    expect(outcome.left[999]!.why).toBeInstanceOf(Overtaken);
    expect(calls).toEqual({});
  });

  test('if the removals may not be, the rest of the batch is', async () => {
    put(...many(2));
    const { outcome } = await asked(
      [remove('n0000.example.com'), remove('n0001.example.com'), ...many(2, 2)],
      batch => !batch.some(isRemoval),
    );
    expect(outcome.left.map(({ change }) => change.name)).toEqual(['n0000.example.com', 'n0001.example.com']);
    expect(outcome.applied.map(({ name }) => name)).toEqual(['n0002.example.com', 'n0003.example.com']);
  });
});

describe('a change that fits no batch', () => {
  const addresses = (type: 'A' | 'AAAA', run: number, count: number): RecordSet => ({
    name: 'x.example.com',
    type,
    ttl: 300,
    values: Array.from({ length: count }, (_, i) =>
      type === 'A' ? `198.51.${run}.${i}` : `2001:db8:${run}::${(i + 1).toString(16)}`,
    ),
  });
  const txt = (type: string): RecordSet => ({ ...owned('x.example.com'), name: `${type.toLowerCase()}-x.example.com` });
  const both = (run: number) => [addresses('A', run, 250), txt('A'), addresses('AAAA', run, 260), txt('AAAA')];
  const exchange: NameChange = { ...update('x.example.com', '', ''), deletes: both(1), creates: both(2) };
  const spokenType = ({ name, type }: RecordSet) => (type === 'TXT' ? name.split('-')[0]?.toUpperCase() : undefined);
  const send = (change: NameChange) => applyChanges(ZONE, [change], counted(), { spokenType });
  const wrong = (change: NameChange, type: string): NameChange => ({
    ...change,
    deletes: change.deletes.map(record => (record.type === type ? { ...record, ttl: 1 } : record)),
  });

  beforeEach(() => {
    store.edit(ZONE, { put: both(1).map(storedSet) });
  });

  test('is sent in one batch for each type', async () => {
    const outcome = await send(exchange);
    expect(outcome).toMatchObject({ batches: 2, stale: [], refused: [], left: [] });
    expect(outcome.applied.map(({ creates }) => creates.map(({ name, type }) => `${name} ${type}`))).toEqual([
      ['x.example.com A', 'a-x.example.com TXT'],
      ['x.example.com AAAA', 'aaaa-x.example.com TXT'],
    ]);
  });

  test('is told of as a whole where no part of it was applied, as the rest where one was', async () => {
    const whole = wrong(wrong(exchange, 'A'), 'AAAA');
    expect((await send(whole)).stale.map(({ change }) => change)).toEqual([whole]);
    const { applied, stale } = await send(wrong(exchange, 'AAAA'));
    expect(applied.map(({ creates }) => creates.length)).toEqual([2]);
    expect(stale.map(({ change }) => change.creates.length)).toEqual([2]);
  });
});
