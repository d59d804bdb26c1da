import { randomUUID } from 'node:crypto';
import { createTurns } from '../turns.ts';
import { leaseKey } from './keys.ts';
import type { StateStore } from './store.ts';
import { StateConflict } from './store.ts';

/** Who works on a shard, and until when (epoch milliseconds). */
export interface Lease {
  readonly holder: string;
  readonly expiresAt: number;
  /** Of this very taking: a holder's name may come again, as a Lambda's request id does when it is retried. */
  readonly token?: string;
  /** What the holder said it is about to remove. */
  readonly announced?: readonly string[];
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

/** Writes refused in a row, though nobody is seen to hold the lease, after which the store is not believed any more. */
const CONFLICTS = 8;

/** Longer than any run may take (a Lambda has 15 minutes): a clock that is wrong wrote such a lease. */
const LONGEST_MS = 15 * 60_000;

/** A lease that is held. */
export interface HeldLease {
  /** What earlier holders announced to remove whose leases ended without being given back: it may be on its way still. */
  readonly overtaken: readonly string[];
  /** False once its expiry has passed since the last successful renewal, or another run is known to have taken it over. */
  held(): boolean;
  /** Puts the expiry off by the lease's duration from now. Nothing happens when another run has taken the lease over. */
  renew(): Promise<void>;
  /**
   * Renews the lease, and says in it what is about to be removed, for whoever takes it over. Announced before and held
   * still, it costs no request. False when another run has taken the lease over.
   */
  announce(names: readonly string[]): Promise<boolean>;
  /** Gives the lease back, unless another run has taken it over; `unsettled` is left announced, for the next holder. */
  release(unsettled?: readonly string[]): Promise<void>;
}

interface Wish {
  readonly holder: string;
  readonly durationMs: number;
  readonly waitMs: number;
}

interface Place {
  readonly store: StateStore;
  readonly key: string;
  readonly token: string;
}

/**
 * Takes the lease of a shard, waiting up to `waitMs` for another holder. A lease that a dead run left ends by itself at
 * its expiry.
 * @throws LeaseHeld naming who has it; Error when the store refuses every write
 */
export async function takeLease(store: StateStore, shard: string, wish: Wish, clock: Timing): Promise<HeldLease> {
  const place: Place = { store, key: leaseKey(shard), token: randomUUID() };
  const giveUpAt = clock.now() + wish.waitMs;
  const tries = CONFLICTS + Math.ceil(wish.waitMs / PAUSE);
  for (let attempt = 1, conflicts = 0; ; attempt++) {
    const { lease, version } = await readLease(place);
    // One's own, where the answer to writing it was lost.
    if (lease?.token === place.token && version !== undefined) return holdLease(place, wish, lease, version, clock);
    if (!lease || isOver(lease, clock.now())) {
      const fresh = leaseOf(place, wish, lease?.announced ?? [], clock);
      const written = await tryPut(place, fresh, version);
      if (written !== undefined) return holdLease(place, wish, fresh, written, clock);
      if (++conflicts >= CONFLICTS)
        throw new Error(
          `the lease of shard "${shard}" could not be taken: the store refused ${conflicts} writes in a row`,
        );
    } else {
      conflicts = 0;
      if (clock.now() >= giveUpAt || attempt >= tries) throw new LeaseHeld(shard, lease);
    }
    await clock.sleep(PAUSE);
  }
}

const isOver = ({ expiresAt }: Lease, now: number) => expiresAt <= now || expiresAt > now + LONGEST_MS;

function leaseOf({ token }: Place, wish: Wish, announced: readonly string[], clock: Timing): Lease {
  const { holder, durationMs } = wish;
  return { holder, expiresAt: clock.now() + durationMs, token, ...(announced.length > 0 && { announced }) };
}

/** The new version; undefined when another has been written since `expected`. */
async function tryPut({ store, key }: Place, lease: Lease, expected: string | undefined): Promise<string | undefined> {
  try {
    return await store.put(key, Buffer.from(JSON.stringify(lease)), expected);
  } catch (error) {
    if (error instanceof StateConflict) return undefined;
    throw error;
  }
}

async function readLease({ store, key }: Pick<Place, 'store' | 'key'>): Promise<{ lease?: Lease; version?: string }> {
  const found = await store.get(key);
  if (!found || found === 'unchanged') return {};
  const lease = parseLease(found.bytes);
  return { version: found.version, ...(lease && { lease }) };
}

/** Who works on a shard at the moment; undefined: nobody. */
export async function currentLease(store: StateStore, shard: string, now: number): Promise<Lease | undefined> {
  const { lease } = await readLease({ store, key: leaseKey(shard) });
  return lease && !isOver(lease, now) ? lease : undefined;
}

/** The version of a lease of ours of which we do not know it, since the answer to a renewal was lost. */
async function versionIfOurs(place: Place): Promise<string | undefined> {
  const { lease, version } = await readLease(place);
  return lease?.token === place.token ? version : undefined;
}

function holdLease(place: Place, wish: Wish, taken: Lease, firstVersion: string, clock: Timing): HeldLease {
  const overtaken = taken.announced ?? [];
  const announced = new Set(overtaken);
  let version: string | undefined = firstVersion;
  let { expiresAt } = taken;
  let written = announced.size;
  let renewing: Promise<void> | undefined;
  /** Writes come one after the other. */
  const inTurn = createTurns();
  const write = async (lease: Lease): Promise<void> => {
    if (version === undefined) return;
    let next = await tryPut(place, lease, version);
    if (next === undefined) {
      version = await versionIfOurs(place);
      next = version === undefined ? undefined : await tryPut(place, lease, version);
    }
    version = next;
    if (next === undefined) return;
    expiresAt = lease.expiresAt;
    written = lease.announced?.length ?? 0;
  };
  const held = () => version !== undefined && clock.now() < expiresAt;
  const renewed = () => write(leaseOf(place, wish, [...announced], clock));
  return {
    overtaken,
    held,
    // While one waits for a slow store, no second is put behind it: they would hold up what is to be announced.
    renew: () => {
      renewing ??= inTurn(renewed).finally(() => {
        renewing = undefined;
      });
      return renewing;
    },
    announce(names) {
      for (const name of names) announced.add(name);
      return inTurn(async () => {
        if (!held() || written < announced.size) await renewed();
        return held();
      });
    },
    release: (unsettled = []) =>
      inTurn(async () => {
        if (version === undefined) return;
        if (unsettled.length > 0) await write({ ...leaseOf(place, wish, unsettled, clock), expiresAt: 0 });
        else await giveBack(place, version);
      }),
  };
}

/** A lease that has been taken over meanwhile is not ours to give back. */
async function giveBack(place: Place, version: string): Promise<void> {
  try {
    await place.store.remove(place.key, version);
  } catch (error) {
    if (!(error instanceof StateConflict)) throw error;
    const ours = await versionIfOurs(place);
    if (ours !== undefined) await place.store.remove(place.key, ours);
  }
}

function parseLease(bytes: Uint8Array): Lease | undefined {
  try {
    const { holder, expiresAt, token, announced } = JSON.parse(Buffer.from(bytes).toString()) as Partial<Lease>;
    if (typeof holder !== 'string' || typeof expiresAt !== 'number') return undefined;
    const names = Array.isArray(announced) ? announced.filter(name => typeof name === 'string') : [];
    return {
      holder,
      expiresAt,
      ...(typeof token === 'string' && { token }),
      ...(names.length > 0 && { announced: names }),
    };
  } catch {
    return undefined;
  }
}
