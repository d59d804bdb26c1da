import type { StateStore } from './store.ts';
import { StateConflict } from './store.ts';

/** Who works on a shard, and until when (epoch milliseconds). */
export interface Lease {
  readonly holder: string;
  readonly expiresAt: number;
}

/** Another run works on the shard. */
export class LeaseHeld extends Error {
  override readonly name = 'LeaseHeld';
  readonly lease: Lease;

  constructor(shard: string, lease: Lease) {
    super(
      `another run (${lease.holder}) is working on shard "${shard}", at the latest until ${new Date(lease.expiresAt).toISOString()}`,
    );
    this.lease = lease;
  }
}

interface Timing {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

const PAUSE = 250;

/** A lease that is held. */
export interface HeldLease {
  /** Puts the expiry off by the lease's duration from now. Nothing happens when another run has taken the lease over. */
  renew(): Promise<void>;
  /** Gives the lease back, unless another run has taken it over. */
  release(): Promise<void>;
}

interface Wish {
  readonly holder: string;
  readonly durationMs: number;
  readonly waitMs: number;
}

/**
 * Takes the lease of a shard, waiting up to `waitMs` for another holder. A lease that a dead run left ends by itself at
 * its expiry.
 * @throws LeaseHeld naming who has it
 */
export async function takeLease(store: StateStore, shard: string, wish: Wish, clock: Timing): Promise<HeldLease> {
  const key = `lease/${shard}`;
  const giveUpAt = clock.now() + wish.waitMs;
  for (;;) {
    const found = await store.get(key);
    const held = found && found !== 'unchanged' ? parseLease(found.bytes) : undefined;
    if (!held || held.expiresAt <= clock.now()) {
      const version = await tryPut(store, key, wish, found === 'unchanged' ? undefined : found?.version, clock);
      if (version !== undefined) return holdLease(store, key, wish, version, clock);
    } else if (clock.now() >= giveUpAt) {
      throw new LeaseHeld(shard, held);
    }
    await clock.sleep(PAUSE);
  }
}

async function tryPut(
  store: StateStore,
  key: string,
  wish: Wish,
  expected: string | undefined,
  clock: Timing,
): Promise<string | undefined> {
  const lease: Lease = { holder: wish.holder, expiresAt: clock.now() + wish.durationMs };
  try {
    return await store.put(key, Buffer.from(JSON.stringify(lease)), expected);
  } catch (error) {
    if (error instanceof StateConflict) return undefined;
    throw error;
  }
}

function holdLease(store: StateStore, key: string, wish: Wish, taken: string, clock: Timing): HeldLease {
  let version: string | undefined = taken;
  let renewing: Promise<void> = Promise.resolve();
  return {
    renew() {
      renewing = renewing.then(async () => {
        if (version !== undefined) version = await tryPut(store, key, wish, version, clock);
      });
      return renewing;
    },
    async release() {
      // A renewal under way knows the version that is to be removed; one that failed leaves the lease to its expiry.
      await renewing.catch(() => {});
      if (version !== undefined) await giveBack(store, key, version);
    },
  };
}

/** A lease that has been taken over meanwhile is not ours to give back. */
async function giveBack(store: StateStore, key: string, version: string): Promise<void> {
  try {
    await store.remove(key, version);
  } catch (error) {
    if (!(error instanceof StateConflict)) throw error;
  }
}

function parseLease(bytes: Uint8Array): Lease | undefined {
  try {
    const value = JSON.parse(Buffer.from(bytes).toString()) as Partial<Lease>;
    return typeof value.holder === 'string' && typeof value.expiresAt === 'number'
      ? { holder: value.holder, expiresAt: value.expiresAt }
      : undefined;
  } catch {
    return undefined;
  }
}
