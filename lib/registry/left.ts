import { isDeepStrictEqual } from 'node:util';
import { groupBy } from '../group.ts';
import type { ClusterName, DnsName, OwnerId, ZoneState } from '../model/index.ts';
import { recordId } from '../model/index.ts';
import type { NamingSettings } from './names.ts';
import { type Claim, claimsOf, covers, indexOwnership, ownershipRecords } from './ownership.ts';

const NONE: ReadonlyMap<string, readonly ClusterName[]> = new Map();

type Known = Pick<ZoneState, 'records' | 'fleet' | 'left'>;

/**
 * What a zone remembers of the clusters of each owner id, brought up to date with the config. An ownership record that names no
 * cluster is of any that its owner id had; one of these may have left since, and its objects are not known to be gone.
 *
 * | the owner id's clusters, when the zone was last looked at | now in the config          | an ownership record without cluster may be of |
 * |-----------------------------------------------------------|----------------------------|-----------------------------------------------|
 * | blue                                                      | blue, green                | blue, green: both decide                      |
 * | blue                                                      | green                      | blue, which left                              |
 * | blue, green                                               | green                      | blue, which left                              |
 * | green, since blue left                                    | blue                       | blue                                          |
 * | green, since blue left                                    | blue, green                | blue, green: both decide                      |
 * | blue                                                      | none                       | another owner's; blue, once the id is back    |
 * | blue                                                      | green; blue has another id | green, as its text says                       |
 *
 * @param now the clusters that each owner id has in the config
 */
export function leftSince(
  { records, fleet: before, left = NONE }: Known,
  now: ReadonlyMap<OwnerId, readonly ClusterName[]>,
  naming: Pick<NamingSettings, 'keys'>,
): Required<Pick<ZoneState, 'fleet' | 'left'>> {
  if (before === undefined) return { fleet: now, left };
  const fleet = new Map([...before, ...now]);
  if (isDeepStrictEqual(fleet, before)) return { fleet, left };
  const present = new Set([...now.values()].flat());
  const found = new Map<string, readonly ClusterName[]>();
  for (const { txt, stated } of ownershipRecords(records, naming)) {
    const id = recordId(txt);
    const gone = stated.flatMap(({ ownership: { owner, cluster } }) => {
      if (cluster !== undefined || !now.has(owner)) return [];
      return (left.get(id) ?? before.get(owner) ?? []).filter(name => !present.has(name));
    });
    if (gone.length > 0) found.set(id, [...new Set(gone)]);
  }
  return { fleet, left: found };
}

/** The owner ids and the clusters of a config, those of all shards and views. */
export interface Configured {
  readonly owners: ReadonlySet<OwnerId>;
  readonly clusters: ReadonlySet<ClusterName>;
}

/**
 * The clusters that an ownership record may be of and that are not in the config; none where one that is may have it, and where
 * it is another owner's.
 *
 * | the owner id                         | its ownership record                  | it is of                          |
 * |--------------------------------------|---------------------------------------|-----------------------------------|
 * | is in the config                     | names a cluster that is not           | that cluster                      |
 * | is in the config                     | names none, and was there before one left | those that left ({@link leftSince}) |
 * | was in the config, and is no longer  | any                                   | those that had the id             |
 */
export function departedOf(
  { txt, ownership: { owner, cluster } }: Pick<Claim, 'txt' | 'ownership'>,
  { fleet, left = NONE }: Pick<ZoneState, 'fleet' | 'left'>,
  { owners, clusters }: Configured,
): readonly ClusterName[] {
  if (owners.has(owner)) {
    const possible = cluster === undefined ? (left.get(recordId(txt)) ?? []) : [cluster];
    return possible.filter(name => !clusters.has(name));
  }
  const had = fleet?.get(owner) ?? [];
  return cluster === undefined ? had : had.filter(name => name === cluster);
}

/** What clusters left behind in a zone when they, or their owner ids, were taken out of the config. */
export interface LeftNames {
  /** Of one of which it is. */
  readonly clusters: readonly ClusterName[];
  /** The owner id that the ownership records name. */
  readonly owner: OwnerId;
  readonly names: readonly DnsName[];
  /** Whether some of the ownership records name the cluster themselves. */
  readonly labelled: boolean;
}

/** One of these names, of one ownership record. */
export interface LeftName extends Omit<LeftNames, 'names'> {
  readonly name: DnsName;
}

/** By clusters and owner id. */
export function byClusters(all: readonly LeftName[]): LeftNames[] {
  return [...groupBy(all, ({ owner, clusters }) => JSON.stringify([owner, clusters])).values()].map(some => {
    const [{ clusters, owner }] = some as [LeftName];
    const names = [...new Set(some.map(({ name }) => name))].sort();
    return { clusters, owner, names, labelled: some.some(({ labelled }) => labelled) };
  });
}

/** The owner ids and the clusters of what was read, where that is all of a config. */
export const configuredBy = (
  all: readonly { readonly owner: OwnerId; readonly cluster: ClusterName }[],
): Configured => ({
  owners: new Set(all.map(({ owner }) => owner)),
  clusters: new Set(all.map(({ cluster }) => cluster)),
});

/** The names whose record sets are of clusters that are not in the config. Linear in the zone. */
export function leftNames(
  state: Pick<ZoneState, 'zone' | 'records' | 'fleet' | 'left'>,
  naming: NamingSettings,
  configured: Configured,
): LeftName[] {
  const { zone, records } = state;
  const index = indexOwnership(zone, records, naming);
  const found: LeftName[] = [];
  for (const [name, sets] of records) {
    for (const claim of claimsOf(name, index, records, naming)) {
      if (!sets.some(record => covers(claim, record))) continue;
      const clusters = departedOf(claim, state, configured);
      const { owner, cluster } = claim.ownership;
      if (clusters.length > 0) found.push({ name, clusters, owner, labelled: cluster !== undefined });
    }
  }
  return found;
}
