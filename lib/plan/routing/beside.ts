import { addTo, groupBy } from '../../group.ts';
import { conflictOf, placeOf, policyOf, type RecordConflict, type RecordSet, recordId } from '../../model/index.ts';

/** Record sets of one name and type with a routing policy (Route 53 Developer Guide, "Quotas"). */
const MOST = 100;
const MOST_NEAR = 30;

/** Why a record set cannot stand beside others of its name, and one that is in its way. */
export interface Obstacle {
  readonly conflict: RecordConflict | 'taken' | 'full' | 'stranger';
  readonly other: RecordSet;
}

/**
 * Record sets that are to stand at one name, under the questions that are asked of them: thousands of objects may ask for
 * one name, so each answer costs the same however many there are.
 */
export class Beside {
  /** By type, and within it by policy. */
  readonly #types = new Map<string, Map<string, RecordSet[]>>();
  readonly #places = new Map<string, RecordSet[]>();
  readonly #ids = new Map<string, RecordSet>();

  constructor(records: Iterable<RecordSet> = []) {
    for (const [type, sets] of groupBy(records, one => one.type)) this.#types.set(type, groupBy(sets, policyOf));
    for (const sets of this.#types.values()) for (const record of [...sets.values()].flat()) this.#index(record);
  }

  add(record: RecordSet): void {
    const policies = this.#types.get(record.type) ?? new Map<string, RecordSet[]>();
    this.#types.set(record.type, policies);
    addTo(policies, policyOf(record), record);
    this.#index(record);
  }

  #index(record: RecordSet): void {
    this.#ids.set(recordId(record), record);
    const place = placeOf(record);
    if (place !== undefined) addTo(this.#places, `${record.type} ${place}`, record);
  }

  /** What is in the way of a record set; one of the same identity never is. */
  obstacleTo(record: RecordSet): Obstacle | undefined {
    for (const other of this.#concerning(record)) {
      const conflict = recordId(other) === recordId(record) ? undefined : conflictOf(record, other);
      if (conflict) return { conflict, other };
    }
    return undefined;
  }

  /** The record set of the same identity. */
  same(record: RecordSet): RecordSet | undefined {
    return this.#ids.get(recordId(record));
  }

  /** At most two of each policy and type, and of the place: of two with different identities one tells for all. */
  *#concerning(record: RecordSet): Generator<RecordSet> {
    for (const [type, policies] of this.#types) {
      if (type !== record.type && type !== 'CNAME' && record.type !== 'CNAME') continue;
      for (const sets of policies.values()) yield* sets.slice(0, 2);
    }
    yield* (this.#places.get(`${record.type} ${placeOf(record)}`) ?? []).slice(0, 2);
  }

  /** The same, and whether Route 53 takes one more of its name and type. */
  obstacleToNew(record: RecordSet): Obstacle | undefined {
    const policy = policyOf(record);
    const peers = this.#types.get(record.type)?.get(policy) ?? [];
    const [other] = peers;
    const isFull = peers.length >= (policy === 'geoproximity' ? MOST_NEAR : MOST);
    return this.obstacleTo(record) ?? (other && isFull ? { conflict: 'full', other } : undefined);
  }
}
