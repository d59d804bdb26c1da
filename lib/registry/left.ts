import { isDeepStrictEqual } from 'node:util';
import type { ClusterName, OwnerId, ZoneState } from '../model/index.ts';
import { recordId } from '../model/index.ts';
import type { NamingSettings } from './names.ts';
import { ownershipRecords } from './ownership.ts';

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
