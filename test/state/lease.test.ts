import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import {
  createFolderStore,
  createMemoryStore,
  LeaseHeld,
  StateConflict,
  type StateStore,
  takeLease,
} from '../../lib/state/index.ts';
import { fakeClock } from '../support/clock.ts';

const SECOND = 1000;
const clock = fakeClock();
const take = (store: StateStore, holder: string, waitMs = 0, at = clock) =>
  takeLease(store, 's', { holder, durationMs: 10 * SECOND, waitMs }, at);
const failure = () => Promise.reject(new Error('503 SlowDown'));
const conflict = () => Promise.reject(new StateConflict('409'));

interface Fragile {
  readonly inner: StateStore;
  readonly store: StateStore;
  /** Writes so far, and what happens to the next ones. */
  puts: number;
  fault?: 'before' | 'after' | undefined;
}

/** A store that can be told to fail, and that counts what is written. */
function fragile(): Fragile {
  const inner = createMemoryStore();
  const self: Fragile = {
    inner,
    puts: 0,
    store: {
      ...inner,
      async put(key, bytes, expected) {
        self.puts += 1;
        if (self.fault === 'before') return failure();
        const version = await inner.put(key, bytes, expected);
        return self.fault === 'after' ? failure() : version;
      },
    },
  };
  return self;
}
const written = async (store: StateStore) => {
  const stored = await store.get('lease/s');
  return stored && stored !== 'unchanged' ? JSON.parse(Buffer.from(stored.bytes).toString()) : undefined;
};

describe('taking a lease ends,', () => {
  test.each<[string, Partial<StateStore>, string]>([
    ['when every write is a conflict', { put: conflict }, 'refused 8 writes in a row'],
    ['when no write is taken', { put: failure }, '503'],
    ['when nothing can be read', { get: failure }, '503'],
  ])('%s: nobody is said to have it', async (_, faults, message) => {
    const taking = take({ ...createMemoryStore(), ...faults }, 'me', 20 * SECOND);
    await expect(taking).rejects.toThrow(message);
    await expect(taking).rejects.not.toThrow(LeaseHeld);
  });

  test('also where the clock stands still', async () => {
    const store = createMemoryStore();
    await take(store, 'one');
    const still = { ...clock, now: () => clock.now(), sleep: async () => {} };
    await expect(takeLease(store, 's', { holder: 'two', durationMs: 1, waitMs: 20 * SECOND }, still)).rejects.toThrow(
      LeaseHeld,
    );
  });

  test.each([
    ['a minute', 60 * SECOND, true],
    ['a year', 365 * 24 * 3600 * SECOND, false],
  ])('a lease that ends in %s is believed: %s', async (_, ahead, believed) => {
    const store = createMemoryStore();
    await store.put(
      'lease/s',
      Buffer.from(JSON.stringify({ holder: 'one', expiresAt: clock.now() + ahead })),
      undefined,
    );
    const taken = take(store, 'two');
    if (believed) await expect(taken).rejects.toThrow('(one)');
    else expect((await taken).held()).toBe(true);
  });
});

describe('a lost answer', () => {
  test('to taking the lease: it is one’s own all the same', async () => {
    const world = fragile();
    const once: StateStore = {
      ...world.store,
      // As an SDK that sends again by itself what was carried out: the second answer is a conflict.
      put: async (...args) => {
        await world.inner.put(...args);
        return conflict();
      },
    };
    const lease = await take(once, 'me', 0);
    expect(lease.held()).toBe(true);
    await lease.release();
    await take(world.inner, 'two');
  });

  test.each(['before', 'after'] as const)(
    'to a renewal (lost %s it was written) ends neither renewals nor lease',
    async fault => {
      const world = fragile();
      const lease = await take(world.store, 'one');
      world.fault = fault;
      await lease.renew().catch(() => {});
      world.fault = undefined;
      for (let i = 0; i < 5; i++) {
        clock.advance(3 * SECOND);
        await lease.renew();
      }
      await expect(take(world.inner, 'two')).rejects.toThrow('(one)');
      expect(lease.held()).toBe(true);
      await lease.release();
      await take(world.inner, 'two');
    },
  );

  test('another taking by the same name is not one’s own', async () => {
    const store = createMemoryStore();
    const first = await take(store, 'request-1');
    clock.advance(10 * SECOND);
    const second = await take(store, 'request-1');
    await first.renew();
    expect(first.held()).toBe(false);
    expect(second.held()).toBe(true);
  });
});

describe('a lease is held', () => {
  test('until its expiry since the last renewal that went through', async () => {
    const world = fragile();
    const lease = await take(world.store, 'one');
    clock.advance(9 * SECOND);
    expect(lease.held()).toBe(true);
    await lease.renew();
    clock.advance(9 * SECOND);
    world.fault = 'before';
    await lease.renew().catch(() => {});
    expect(lease.held()).toBe(true);
    clock.advance(SECOND);
    expect(lease.held()).toBe(false);
    world.fault = undefined;
    await lease.renew();
    expect(lease.held()).toBe(true);
  });

  test('no more once another has taken it over, though that one has given it back', async () => {
    const store = createMemoryStore();
    const lease = await take(store, 'one');
    clock.advance(10 * SECOND);
    await (await take(store, 'two')).release();
    await lease.renew();
    expect(lease.held()).toBe(false);
    expect(await lease.announce(['x'])).toBe(false);
  });
});

test('renewals do not queue up behind one that a slow store keeps waiting', async () => {
  const world = fragile();
  let answer = () => {};
  const slow: StateStore = {
    ...world.store,
    async put(...args) {
      if (world.puts > 0)
        await new Promise<void>(resolve => {
          answer = resolve;
        });
      return world.store.put(...args);
    },
  };
  const lease = await take(slow, 'one');
  const renewals = Array.from({ length: 5 }, () => lease.renew());
  await new Promise(setImmediate);
  answer();
  await Promise.all(renewals);
  expect(world.puts).toBe(2);
});

describe('what is announced', () => {
  test('is found by who takes over a lease that was not given back, and by nobody else', async () => {
    const store = createMemoryStore();
    const first = await take(store, 'one');
    expect(first.overtaken).toEqual([]);
    expect(await first.announce(['x', 'y'])).toBe(true);
    expect(await first.announce(['z'])).toBe(true);
    await first.renew();
    clock.advance(10 * SECOND);
    const second = await take(store, 'two');
    expect(second.overtaken).toEqual(['x', 'y', 'z']);
    // The second one dies as well, before it has done anything about it.
    clock.advance(10 * SECOND);
    const third = await take(store, 'three');
    expect(third.overtaken).toEqual(['x', 'y', 'z']);
    await third.announce(['own']);
    await third.release();
    expect((await take(store, 'four')).overtaken).toEqual([]);
  });

  test('and is left unsettled stays announced when the lease is given back', async () => {
    const store = createMemoryStore();
    const first = await take(store, 'one');
    await first.announce(['x', 'y']);
    await first.release(['y']);
    const second = await take(store, 'two');
    expect(second.overtaken).toEqual(['y']);
  });

  test('costs one write, and none where nothing is new', async () => {
    const world = fragile();
    const lease = await take(world.store, 'one');
    await lease.announce([]);
    expect(world.puts).toBe(1);
    await lease.announce(['x']);
    await lease.announce(['x']);
    await lease.announce([]);
    expect(world.puts).toBe(2);
    await Promise.all([lease.announce(['y']), lease.announce(['z']), lease.announce(['x'])]);
    expect(world.puts).toBe(3);
    expect(await written(world.inner)).toMatchObject({ holder: 'one', announced: ['x', 'y', 'z'] });
  });

  test('renews the lease, and is not taken for announced when the write failed', async () => {
    const world = fragile();
    const lease = await take(world.store, 'one');
    clock.advance(11 * SECOND);
    expect(await lease.announce([])).toBe(true);
    world.fault = 'before';
    await expect(lease.announce(['x'])).rejects.toThrow('503');
    world.fault = undefined;
    expect(await lease.announce(['x'])).toBe(true);
    expect(await written(world.inner)).toMatchObject({ announced: ['x'] });
  });
});

describe('a lock file of the folder store', () => {
  const withLock = async (use: (place: string, lock: string) => Promise<void>) => {
    const place = await mkdtemp(join(tmpdir(), 'fairlead-lock-'));
    await writeFile(join(place, 'a.lock'), '');
    await use(place, join(place, 'a.lock')).finally(() => rm(place, { recursive: true }));
  };

  test.each([
    ['an hour ago', -3600],
    ['from the future', 3600],
  ])('that is %s is broken', async (_, seconds) => {
    await withLock(async (place, lock) => {
      await utimes(lock, Date.now() / 1000 + seconds, Date.now() / 1000 + seconds);
      await createFolderStore(place).put('a', Buffer.from('one'), undefined);
      expect(await readdir(place)).toEqual(['a']);
    });
  });

  test('that never goes away is waited for no longer than a write may take', async () => {
    await withLock(async place => {
      vi.useFakeTimers({ toFake: ['setTimeout'] });
      try {
        let ended: unknown;
        void createFolderStore(place)
          .put('a', Buffer.from('one'), undefined)
          .catch(error => {
            ended = error;
          });
        const until = performance.now() + 30_000;
        while (ended === undefined && performance.now() < until) {
          vi.advanceTimersByTime(100);
          await new Promise(setImmediate);
        }
        expect(ended).toMatchObject({ message: expect.stringContaining('a.lock does not go away') });
      } finally {
        vi.useRealTimers();
      }
    });
  });
});
