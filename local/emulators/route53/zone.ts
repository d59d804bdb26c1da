import { inZone, sortKey } from './names.ts';
import { compareSets, type RecordSet } from './records.ts';

/** The record sets of one name; `sets` is sorted by type and set identifier, never empty, replaced and never changed. */
interface Entry {
  readonly key: string;
  sets: readonly RecordSet[];
}

/** Where a page begins: everything from this name, type and set identifier on. Types and identifiers may be ''. */
export interface Position {
  readonly name: string;
  readonly type: string;
  readonly setIdentifier: string;
}

/** What a batch makes of the names it touches. */
export type Edits = ReadonlyMap<string, readonly RecordSet[]>;

/** The record sets of one hosted zone. Names are canonical. Knows order and size, but no rules. */
export class Zone {
  readonly id: string;
  readonly name: string;
  #count = 0;
  readonly #entries = new Map<string, Entry>();
  /** Entries by key. Names that came or went since the last listing are merged in when somebody lists. */
  #sorted: Entry[] = [];
  #added: Entry[] = [];
  #stale = false;

  constructor(id: string, name: string) {
    this.id = id;
    this.name = name;
  }

  /** Number of record sets, those of the zone itself (SOA, NS) included. */
  get size(): number {
    return this.#count;
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  at(name: string): readonly RecordSet[] {
    return this.#entries.get(name)?.sets ?? [];
  }

  contains(name: string): boolean {
    return inZone(name, this.name);
  }

  /** Puts the edited names in place, all of them, whatever they are. */
  apply(edits: Edits): void {
    for (const [name, sets] of edits) this.#put(name, sets);
  }

  #put(name: string, sets: readonly RecordSet[]): void {
    const entry = this.#entries.get(name);
    this.#count += sets.length - (entry?.sets.length ?? 0);
    const ordered = [...sets].sort((a, b) => compareSets(a, b.type, b.setIdentifier ?? ''));
    if (entry && ordered.length > 0) {
      entry.sets = ordered;
    } else if (entry) {
      entry.sets = ordered;
      this.#entries.delete(name);
      this.#stale = true;
    } else if (ordered.length > 0) {
      const added = { key: sortKey(name), sets: ordered };
      this.#entries.set(name, added);
      this.#added.push(added);
      this.#stale = true;
    }
  }

  /** Merges what came and went: linear in the size of the zone, once for any number of batches. */
  #settle(): readonly Entry[] {
    if (!this.#stale) return this.#sorted;
    const kept = this.#sorted.filter(entry => entry.sets.length > 0);
    const added = this.#added.filter(entry => entry.sets.length > 0).sort((a, b) => (a.key < b.key ? -1 : 1));
    this.#sorted = mergeSorted(kept, added);
    this.#added = [];
    this.#stale = false;
    return this.#sorted;
  }

  /** At most `count` record sets from a position on, in Route 53's order. */
  page(start: Position | undefined, count: number): RecordSet[] {
    const entries = this.#settle();
    const page: RecordSet[] = [];
    const key = start ? sortKey(start.name) : '';
    for (let i = lowerBound(entries, key); i < entries.length && page.length < count; i++) {
      const entry = entries[i] as Entry;
      for (const set of entry.sets) {
        if (start && entry.key === key && compareSets(set, start.type, start.setIdentifier) < 0) continue;
        if (page.push(set) === count) return page;
      }
    }
    return page;
  }
}

function lowerBound(entries: readonly Entry[], key: string): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle] as Entry).key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function mergeSorted(a: readonly Entry[], b: readonly Entry[]): Entry[] {
  const merged: Entry[] = [];
  let i = 0;
  for (const next of b) {
    while (i < a.length && (a[i] as Entry).key < next.key) merged.push(a[i++] as Entry);
    merged.push(next);
  }
  while (i < a.length) merged.push(a[i++] as Entry);
  return merged;
}
