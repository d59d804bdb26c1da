import { decodeZone, decodeZoneList, StateConflict, type StateStore } from '../../../lib/state/index.ts';
import type { RunStep } from './steps.ts';

type Stored = Exclude<Awaited<ReturnType<StateStore['get']>>, 'unchanged' | undefined>;

/** A state store of which copies are made and put back, as of a bucket. */
export class Copies {
  #entries = new Map<string, Stored>();
  #copy = new Map<string, Stored>();
  /** Each generation is a store of its own: what a process holds in memory belongs to one. */
  #store = this.#make();
  #version = 0;
  /** Another object after the state was lost or put back. */
  generation = {};
  /** Whether an older copy of it was ever put back. */
  restored = false;
  /** Whether a run could not keep what it wrote. */
  missed = false;
  /** Record sets that a run left in its copy of a zone. */
  readonly #known = new Map<string, ReadonlySet<string>>();
  /** The keys written so far, leases aside. */
  readonly writes: string[] = [];

  lose(): void {
    this.#renew(new Map());
  }

  save(): void {
    this.#copy = new Map(this.#entries);
  }

  restore(): void {
    this.restored = true;
    this.#renew(new Map(this.#copy));
  }

  #renew(entries: Map<string, Stored>): void {
    this.#entries = entries;
    this.#store = this.#make();
    this.generation = {};
    this.#known.clear();
  }

  know(zone: string, texts: Iterable<string>): void {
    this.#known.set(zone, new Set(texts));
  }

  knows = (zone: string, text: string) => this.#known.get(zone)?.has(text) ?? false;

  /** Whether the copy of a zone has a record set of that name. */
  holds(zone: string, name: string): boolean {
    const bytes = this.#entries.get(`zone/${zone}`)?.bytes;
    return bytes !== undefined && decodeZone(bytes)?.records.has(name) === true;
  }

  /** The ids of the hosted zones that the kept list has; undefined where none is kept. */
  zones(): ReadonlySet<string> | undefined {
    const bytes = this.#entries.get('zones')?.bytes;
    const list = bytes && decodeZoneList(bytes);
    return list && new Set(list.zones.map(({ id }) => id));
  }

  #make(): StateStore {
    const entries = this.#entries;
    const check = (key: string, expected: string | undefined) => {
      if (entries.get(key)?.version !== expected) throw new StateConflict(`${key} was written by somebody else`);
    };
    return {
      get: async (key, known) => {
        const entry = entries.get(key);
        return entry !== undefined && entry.version === known ? 'unchanged' : entry;
      },
      put: async (key, bytes, expected) => {
        check(key, expected);
        const version = String(++this.#version);
        entries.set(key, { bytes, version });
        if (!key.startsWith('lease')) this.writes.push(key);
        return version;
      },
      remove: async (key, expected) => {
        if (!entries.has(key)) return;
        check(key, expected);
        entries.delete(key);
      },
    };
  }

  /** The store as a run has it: the same one each time, so that what a process remembers of it is in play, unless it is bad. */
  open(bad: RunStep['badstate'], dying: { dead: boolean }, onWrite: (key: string) => void): StateStore {
    const store = this.#store;
    let once = true;
    const alive = () => {
      if (dying.dead) throw new Error('the process was killed');
    };
    const refuses = (key: string) =>
      !key.startsWith('lease') &&
      (bad === 'unwritable' ||
        (bad === 'snapshots unwritable' && key.startsWith('cluster')) ||
        (bad === 'zones unwritable' && key.startsWith('zone')));
    const first = (kind: RunStep['badstate'], key: string) => {
      if (bad !== kind || key.startsWith('lease') || !once) return;
      once = false;
      throw new Error('503 SlowDown');
    };
    return {
      get: async (key, known) => {
        alive();
        first('one read fails', key);
        return store.get(key, known);
      },
      put: async (key, bytes, expected) => {
        alive();
        onWrite(key);
        this.missed ||= refuses(key);
        if (refuses(key)) throw new Error('403 AccessDenied');
        first('one write fails', key);
        return store.put(key, bytes, expected);
      },
      remove: async (key, expected) => {
        alive();
        return store.remove(key, expected);
      },
    };
  }
}
