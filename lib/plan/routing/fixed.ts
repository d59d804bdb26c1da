import type { DnsName, RecordSet } from '../../model/index.ts';
import { isOwnershipRecord } from '../../registry/index.ts';
import type { NameContext } from '../context.ts';
import type { Current, OwnedRecord } from '../current/current.ts';
import { decidingClaims } from '../current/shares.ts';
import { facetOf, facetOfCandidate } from '../desired/facets.ts';
import { isManaged } from '../settings.ts';
import type { Wish } from './wish.ts';

/** What stays for somebody of whom nothing can be published for the time being; its own object has given it up. */
export function waitingRecords(
  wishes: readonly Wish[],
  current: Current,
  context: NameContext,
): ReadonlySet<RecordSet> {
  const facets = new Set(wishes.filter(({ barred }) => barred).map(({ candidate }) => facetOfCandidate(candidate)));
  const asked = new Set(wishes.flatMap(({ standing }) => standing));
  const isWaiting = (owned: OwnedRecord) =>
    isAwaited(owned, current.name, context) || (!asked.has(owned) && facets.has(facetOf(owned.record)));
  return new Set(current.ours.filter(isWaiting).map(({ record }) => record));
}

/** What stands at the name and stays, whatever is asked for. */
export function fixedRecords(current: Current, wishes: readonly Wish[], context: NameContext): RecordSet[] {
  const { owners, settings } = context;
  const asked = new Set(wishes.flatMap(({ standing }) => standing.map(({ record }) => record)));
  const together = new Set(
    wishes.flatMap(({ candidate, standing }) => (candidate.parts ? standing.map(({ record }) => record) : [])),
  );
  const waiting = waitingRecords(wishes, current, context);
  const stays = (owned: OwnedRecord) => {
    const ownerships = decidingClaims(owned).map(({ ownership }) => ownership);
    if (settings.policy === 'create-only' || !isManaged(owned.record.type, settings)) return true;
    // The parts that are frozen are among what is wanted.
    if (together.has(owned.record)) return false;
    if (ownerships.some(one => owners.frozen(one))) return true;
    // Of what several clusters have together one may ask for something else, and another one's part stays.
    if (asked.has(owned.record) && !owned.shares) return false;
    return waiting.has(owned.record) || ownerships.some(one => owners.keeping(one, current.name, owned.record));
  };
  return [
    ...current.foreign
      .map(({ record }) => record)
      .filter(record => !isOwnershipRecord(record, settings.naming) && !asked.has(record)),
    ...current.ours.filter(stays).map(({ record }) => record),
  ];
}

/** Whether some object waits for the name, while the one that has the record set (of several: all of them) has gone. */
export function isAwaited(owned: OwnedRecord, name: DnsName, { owners }: NameContext): boolean {
  const ownerships = decidingClaims(owned).map(({ ownership }) => ownership);
  return ownerships.some(one => owners.awaited(one, name)) && !ownerships.some(one => owners.asks(one, name));
}
