import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  createFolderStore,
  createMemoryStore,
  createS3Store,
  LeaseHeld,
  StateConflict,
  type StateStore,
  takeLease,
} from '../../lib/state/index.ts';
import { startWorld, type World } from '../../local/world.ts';
import { fakeClock } from '../support/clock.ts';

const bytes = (text: string) => Buffer.from(text);
let world: World;
let folder: string;
let serial = 0;

beforeAll(async () => {
  world = await startWorld();
  world.s3.createBucket('bucket');
  folder = await mkdtemp(join(tmpdir(), 'fairlead-state-'));
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

const s3At = (endpoint: string) =>
  createS3Store('bucket', `run-${++serial}`, {
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: world.env().AWS_ACCESS_KEY_ID!, secretAccessKey: world.env().AWS_SECRET_ACCESS_KEY! },
    maxAttempts: 1,
  });
/** Another S3 that obeys preconditions (moto), where the environment names one with a bucket called `bucket`. */
const MOTO = process.env.FAIRLEAD_MOTO_URL;

const STORES: Record<string, () => StateStore> = {
  memory: createMemoryStore,
  'a folder': () => createFolderStore(join(folder, `run-${++serial}`)),
  S3: () => s3At(world.url),
  ...(MOTO && { 'the S3 of moto': () => s3At(MOTO) }),
};

describe.each(Object.keys(STORES))('the state kept in %s', kind => {
  let store: StateStore;
  beforeEach(() => {
    store = STORES[kind]!();
  });
  const text = async (key: string) => {
    const stored = await store.get(key);
    return stored && stored !== 'unchanged' ? Buffer.from(stored.bytes).toString() : stored;
  };

  test('is absent until it is written, then what was written', async () => {
    expect(await store.get('zone/Z1')).toBeUndefined();
    const version = await store.put('zone/Z1', bytes('one'), undefined);
    expect(await store.get('zone/Z1')).toMatchObject({ version });
    expect(await text('zone/Z1')).toBe('one');
    expect(await text('zone/Z2')).toBeUndefined();
  });

  test('is not sent again to who has the newest version', async () => {
    const version = await store.put('a', bytes('one'), undefined);
    expect(await store.get('a', version)).toBe('unchanged');
    const next = await store.put('a', bytes('two'), version);
    expect(next).not.toBe(version);
    expect(await store.get('a', version)).toMatchObject({ version: next });
  });

  test.each(['absent', 'older', 'strange'])('is not written over by somebody whose version is %s', async sort => {
    const first = await store.put('a', bytes('one'), undefined);
    await store.put('a', bytes('two'), first);
    const expected = { absent: undefined, older: first, strange: '"0123"' }[sort];
    await expect(store.put('a', bytes('mine'), expected)).rejects.toThrow(StateConflict);
    expect(await text('a')).toBe('two');
  });

  test('is not written by somebody who thinks that it is there when it is not', async () => {
    await expect(store.put('a', bytes('mine'), '"0123"')).rejects.toThrow(StateConflict);
    expect(await store.get('a')).toBeUndefined();
  });

  test('is removed by who has the newest version; removing what is gone is fine', async () => {
    const first = await store.put('a', bytes('one'), undefined);
    const second = await store.put('a', bytes('two'), first);
    await expect(store.remove('a', first)).rejects.toThrow(StateConflict);
    await store.remove('a', second);
    expect(await store.get('a')).toBeUndefined();
    await store.remove('a', second);
    await store.put('a', bytes('three'), undefined);
    expect(await text('a')).toBe('three');
  });

  test('of many who write at once, one wins', async () => {
    const version = await store.put('a', bytes('start'), undefined);
    const writes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) => store.put('a', bytes(`writer ${i}`), version)),
    );
    expect(writes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await text('a')).toBe(`writer ${writes.findIndex(({ status }) => status === 'fulfilled')}`);
  });

  test('increments by many are all counted when each tries again after a conflict', async () => {
    await store.put('n', bytes('0'), undefined);
    const increment = async (): Promise<void> => {
      const stored = await store.get('n');
      if (!stored || stored === 'unchanged') throw new Error('gone');
      try {
        await store.put('n', bytes(String(Number(Buffer.from(stored.bytes)) + 1)), stored.version);
      } catch (error) {
        if (!(error instanceof StateConflict)) throw error;
        await increment();
      }
    };
    await Promise.all(Array.from({ length: 6 }, increment));
    expect(await text('n')).toBe('6');
  });

  test('may be large, and any bytes', async () => {
    const large = Buffer.alloc(5_000_000, 'abc\u0000ÿ', 'latin1');
    await store.put('large', large, undefined);
    const stored = await store.get('large');
    expect(stored !== 'unchanged' && stored && Buffer.compare(Buffer.from(stored.bytes), large)).toBe(0);
  });

  test('a lease is one run’s at a time, ends by itself, and is given back', async () => {
    const clock = fakeClock();
    const take = (holder: string, waitMs = 0) =>
      takeLease(store, 'default', { holder, durationMs: 60_000, waitMs }, clock);
    const first = await take('one');
    await expect(take('two')).rejects.toThrow(LeaseHeld);
    await expect(take('two')).rejects.toThrow(/\(one\).*"default".*2026-01-01T00:01:00/);
    await first.release();
    const second = await take('two');
    clock.advance(60_000);
    const third = await take('three');
    await second.release();
    await expect(take('four')).rejects.toThrow('(three)');
    await third.release();
    await take('four');
  });

  test('a lease that is renewed outlives its duration, and one that was taken over stays with the other', async () => {
    const clock = fakeClock();
    const take = (holder: string) => takeLease(store, 's', { holder, durationMs: 60_000, waitMs: 0 }, clock);
    const first = await take('one');
    clock.advance(40_000);
    await first.renew();
    clock.advance(40_000);
    await expect(take('two')).rejects.toThrow('(one)');
    clock.advance(20_000);
    await take('two');
    await first.renew();
    await first.release();
    await expect(take('three')).rejects.toThrow('(two)');
  });

  test('a lease given back while it is renewed is given back', async () => {
    const clock = fakeClock();
    const take = (holder: string) => takeLease(store, 's', { holder, durationMs: 60_000, waitMs: 0 }, clock);
    const first = await take('one');
    const renewing = first.renew();
    await first.release();
    await renewing;
    await take('two');
  });

  test('of many who want the lease at once, one gets it', async () => {
    const clock = fakeClock();
    const wish = (holder: string) => takeLease(store, 's', { holder, durationMs: 60_000, waitMs: 0 }, clock);
    const taken = await Promise.allSettled(Array.from({ length: 6 }, (_, i) => wish(`run ${i}`)));
    expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('what a lease announces is found by who takes it over, not by who gets it back', async () => {
    const clock = fakeClock();
    const take = (holder: string) => takeLease(store, 's', { holder, durationMs: 60_000, waitMs: 0 }, clock);
    const first = await take('one');
    expect(await first.announce(['Z1 a.example.com'])).toBe(true);
    clock.advance(60_000);
    const second = await take('two');
    expect(second.overtaken).toEqual(['Z1 a.example.com']);
    expect(await first.announce(['Z1 b.example.com'])).toBe(false);
    await second.release();
    expect((await take('three')).overtaken).toEqual([]);
  });

  test('a lease that cannot be read is nobody’s', async () => {
    await store.put('lease/s', bytes('{"holder":3}'), undefined);
    await takeLease(store, 's', { holder: 'me', durationMs: 1000, waitMs: 0 }, fakeClock());
  });
});

test('S3 that fails is not taken for a conflict', async () => {
  const store = s3At(world.url);
  world.s3.faults.failNext('PutObject', 'ServiceUnavailable');
  await expect(store.put('a', bytes('x'), undefined)).rejects.not.toThrow(StateConflict);
  world.s3.faults.failNext('GetObject', 'AccessDenied');
  await expect(store.get('a')).rejects.toThrow('Access');
});

test('an S3 bucket that does not exist is a fault, not a conflict', async () => {
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = world.env();
  for (const endpoint of [world.url, ...(MOTO ? [MOTO] : [])]) {
    const credentials = { accessKeyId, secretAccessKey };
    const store = createS3Store('typo', '', { endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
    const missing = { name: 'NoSuchBucket' };
    await expect(store.put('a', bytes('x'), undefined)).rejects.toMatchObject(missing);
    await expect(store.put('a', bytes('x'), '"0123"')).rejects.toMatchObject(missing);
    await expect(store.get('a')).rejects.toMatchObject(missing);
    await expect(store.remove('a', '"0123"')).rejects.toMatchObject(missing);
  }
});

test('an S3 that never answers is waited for no longer than a minute', async () => {
  let requests = 0;
  const silent = createServer(() => void requests++);
  await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    const config = { endpoint, region: 'us-east-1', forcePathStyle: true, credentials, maxAttempts: 1 };
    let ended: unknown;
    const reading = createS3Store('bucket', '', config)
      .get('a')
      .catch(error => {
        ended = error;
      });
    for (let waited = 0; waited < 60_000 && ended === undefined; waited += requests > 0 ? 1000 : 0) {
      if (requests > 0) vi.advanceTimersByTime(1000);
      await new Promise(setImmediate);
    }
    expect(ended).toMatchObject({ name: 'TimeoutError' });
    await reading;
  } finally {
    vi.useRealTimers();
    silent.closeAllConnections();
    silent.close();
  }
});

test('a folder: processes that write at once lose nothing, and leave no rubbish', async () => {
  const place = join(folder, 'shared');
  const store = createFolderStore(place);
  await store.put('n', bytes('0'), undefined);
  const program = `
    import { createFolderStore, StateConflict } from ${JSON.stringify(new URL('../../lib/state/index.ts', import.meta.url).href)};
    const store = createFolderStore(${JSON.stringify(place)});
    for (let done = 0; done < 15; ) {
      const { bytes, version } = await store.get('n');
      try {
        await store.put('n', Buffer.from(String(Number(Buffer.from(bytes)) + 1)), version);
        done += 1;
      } catch (error) {
        if (!(error instanceof StateConflict)) throw error;
      }
    }`;
  const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
  await Promise.all([run(), run()]);
  const stored = await store.get('n');
  expect(stored && stored !== 'unchanged' && Buffer.from(stored.bytes).toString()).toBe('30');
  expect(await readdir(place)).toEqual(['n']);
});

test('whatever is read back, decoding never throws', async () => {
  const { decodeZone, decodeZoneList, decodeSnapshot, encode, encodeZone } = await import('../../lib/state/index.ts');
  const zone = {
    zone: { id: 'Z1', name: 'example.com', private: false },
    records: new Map([['a', [{ name: 'a', type: 'A', ttl: 1, values: ['1.2.3.4'] }]]]),
    readAt: 5,
    unproven: new Set(['a A ']),
    naming: { prefix: '', suffix: '-t', wildcardReplacement: '' },
    meant: new Map([['a-x TXT ', 'x']]),
    lapsed: new Set(['a-x TXT ']),
    memory: new Map([
      [
        'default',
        {
          refusals: new Map(),
          unwantedSince: new Map([['b', 7]]),
          removed: [{ owner: 'o', cluster: 'c', at: 5, names: 2 }],
          misread: new Set(['a-y TXT ']),
          fleet: new Map([['team', ['blue', 'green']]]),
          left: new Map([['a-z TXT ', ['red']]]),
        },
      ],
    ]),
  };
  const whole = encodeZone(zone);
  expect(decodeZone(whole)).toEqual(zone);
  const decoders = [decodeZone, decodeZoneList, decodeSnapshot];
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.nat({ max: whole.length - 1 }).map(cut => whole.subarray(0, cut)),
        fc.jsonValue().map(value => encode('zone', { value })),
      ),
      damaged => {
        for (const decode of decoders) expect(decode(damaged)).toBeUndefined();
      },
    ),
  );
  expect(decodeZoneList(whole)).toBeUndefined();
});

test('a snapshot is kept whole, each list of targets once', async () => {
  const { decodeSnapshot, encodeSnapshot } = await import('../../lib/state/index.ts');
  const object = { cluster: 'prod', kind: 'service', namespace: 'default', name: 'a' };
  const targets = Array.from({ length: 400 }, (_, i) => `203.0.113.${i}`);
  const endpoints = Array.from({ length: 500 }, (_, i) => ({
    ...{ name: `n${i}.example.com`, type: 'A' as const, targets, alias: 'auto' as const, object, ttl: 60 },
  }));
  const findings = [{ reason: 'invalid' as const, message: 'it is malformed', object }];
  const snapshot = { cluster: 'prod', owner: 'o', kinds: {}, origin: 'read' as const, endpoints, holds: [], findings };
  const bytes = encodeSnapshot({ snapshot, unpublished: 3, readAt: 5 });
  expect(decodeSnapshot(bytes)).toEqual({ snapshot, unpublished: 3, readAt: 5, detailed: true });
  expect(gunzipSync(bytes).length).toBeLessThan(500 * 400 * 3);
});
