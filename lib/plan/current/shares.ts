import { isAddressType, type ObjectRef, type Ownership, objectNamedBy } from '../../model/index.ts';
import type { Claim } from '../../registry/index.ts';
import type { Owners } from '../owners/owners.ts';
import type { Current, OwnedRecord } from './current.ts';

// What stands of a name that clusters share. The addresses of several clusters in one record set: its ownership record has a
// value for each cluster, which names its addresses (`share`), so that each can be undone alone, and stays where its cluster
// could not be read. By weight: a record set a cluster, whose set identifier is the cluster's name.

/** One cluster's part of what stands at a name. */
export interface StandingShare {
  readonly claim: Claim;
  readonly owned: OwnedRecord;
}

/** The ownership records that decide over a record set: one, or one for each cluster that has its addresses in it. */
export const decidingClaims = ({ claim, shares }: OwnedRecord): readonly Claim[] => shares ?? [claim];

/** The parts that clusters have: of one record set, or else record sets by weight. */
export function standingShares(current: Pick<Current, 'ours'>, owners: Owners): readonly StandingShare[] {
  const merged = current.ours.flatMap(owned => (owned.shares ?? []).map(claim => ({ claim, owned })));
  if (merged.length > 0) return merged;
  return current.ours.flatMap(owned => (isWeightedShare(owned, owners) ? [{ claim: owned.claim, owned }] : []));
}

const isWeightedShare = ({ record, claim }: OwnedRecord, owners: Owners): boolean =>
  record.routing?.weight !== undefined &&
  record.setIdentifier === owners.partyOf(claim.ownership).cluster &&
  isAddressType(record.type);

/** What another owner has of a name by weight, as its ownership record says: a cluster that left the config with its owner id, too. */
export function shareOfOthers({ foreign }: Pick<Current, 'foreign'>, owners: Owners): Claim | undefined {
  return foreign.find(
    ({ record, claim }) =>
      claim &&
      !owners.ours(claim.ownership.owner) &&
      record.routing?.weight !== undefined &&
      isAddressType(record.type),
  )?.claim;
}

/**
 * Whether a name stands shared, and a part of it stays though its object does not ask: then what the others ask for, or ask
 * for no longer, concerns their parts alone.
 */
export function standsShared(current: Current, owners: Owners): boolean {
  const shares = standingShares(current, owners);
  const kept = shares.filter(({ claim, owned }) => owners.keeping(claim.ownership, current.name, owned.record));
  return kept.length > 0 && shares.length > kept.length;
}

/** The object that an ownership record names. */
export function objectOf({ resource = '', cluster = '' }: Ownership): ObjectRef {
  return { cluster, ...objectNamedBy(resource) };
}
