import { beforeEach, describe, expect, test } from 'vitest';
import type { NameChange } from '../../lib/model/index.ts';
import { applyChanges, createBudget, OutOfTime, Route53Error, withBudget } from '../../lib/route53/index.ts';
import { Route53Store } from '../../local/route53/index.ts';
import { create, remove, update } from '../support/changes.ts';
import { fakeClock } from '../support/clock.ts';
import { type Hooks, storedSet, storeRoute53 } from '../support/store-route53.ts';

const ZONE = 'Z1';
let store: Route53Store;

beforeEach(() => {
  store = new Route53Store();
  store.addZone({ id: ZONE, name: 'example.com.' });
});

function counted(hooks: Hooks = {}, deadline?: number) {
  const clock = fakeClock();
  const budget = createBudget({ requestsPerSecond: 5, burst: 25 }, clock);
  return withBudget(storeRoute53(store, hooks), {
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

  test('without the right to change, nothing is tried over and over', async () => {
    const { outcome, calls } = await apply(
      many(1000),
      counted(failing(99, () => new Route53Error('denied', 'AccessDenied', 'no'), 'before')),
    );
    expect(outcome.left).toHaveLength(1000);
    expect(calls).toEqual({ ChangeResourceRecordSets: 1 });
  });
});
