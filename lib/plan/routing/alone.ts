import { isAddressType, type ObjectRef, type RecordSet } from '../../model/index.ts';
import type { NameContext } from '../context.ts';
import type { OwnedRecord } from '../current/current.ts';
import { decidingClaims, objectOf, standingShares } from '../current/shares.ts';
import { type MergeScope, scopeOf } from '../settings.ts';
import type { Obstacle } from './beside.ts';
import type { Wish } from './wish.ts';

/**
 * Whoever gives a record set a set identifier lets others put theirs beside it. Whoever does not (a simple record set, or a share
 * that `sharing` makes) has the name alone, with those of its namespace: another one's set identifier gets no part of the
 * answers, of the other address type neither.
 */
export class Alone {
  readonly #merge: MergeScope;
  /** The namespaces that have something at the name. */
  readonly #present = new Set<string>();
  #other: RecordSet | undefined;

  constructor(merge: MergeScope) {
    // Of one namespace, whatever their names: blue and green are two objects.
    this.#merge = merge === 'cluster' ? 'cluster' : 'namespace';
  }

  #add(objects: readonly ObjectRef[], [record]: readonly RecordSet[]): void {
    for (const object of objects) this.#present.add(scopeOf(object, this.#merge));
    this.#other ??= record;
  }

  /** What an object asks for, and gets. */
  wanted({ candidate, records }: Wish): void {
    const addresses = records.filter(({ type }) => isAddressType(type));
    if (addresses.length > 0) this.#add(candidate.objects, isOwnSet(candidate) ? [] : addresses);
  }

  /** What stands and stays. */
  staying(all: readonly OwnedRecord[], { owners }: NameContext): void {
    const addresses = all.filter(({ record }) => isAddressType(record.type));
    const shares = new Set(standingShares({ ours: addresses }, owners).map(({ owned }) => owned));
    for (const owned of addresses) {
      const objects = decidingClaims(owned).map(({ ownership }) => objectOf(ownership));
      const isAlone = owned.record.setIdentifier === undefined || shares.has(owned);
      this.#add(objects, isAlone ? [owned.record] : []);
    }
  }

  /** What keeps an object from having something at the name that has nothing there. */
  obstacleTo({ candidate, records }: Wish): Obstacle | undefined {
    const isNear = candidate.objects.some(object => this.#present.has(scopeOf(object, this.#merge)));
    const asks = isOwnSet(candidate) && records.some(({ type }) => isAddressType(type));
    return asks && !isNear && this.#other ? { conflict: 'stranger', other: this.#other } : undefined;
  }
}

const isOwnSet = ({ endpoints, isShare }: Wish['candidate']): boolean =>
  !isShare && endpoints.some(({ setIdentifier }) => setIdentifier !== undefined);
