import type { Hold, HostedZone, Snapshot } from '../../model/index.ts';
import { within } from './zone-filter.ts';

/**
 * Snapshots in which an object that pins a name to a hosted zone which it cannot be published in (not selected, or the name
 * is not below it) holds what it has: a mistyped id takes nothing away, and gives nothing to others.
 */
export function holdUnplaced(snapshots: readonly Snapshot[], zones: readonly HostedZone[]): readonly Snapshot[] {
  const byId = new Map(zones.map(zone => [zone.id, zone]));
  return snapshots.map(snapshot => {
    const pinned = snapshot.endpoints.filter(({ zoneId }) => zoneId !== undefined);
    const holds = pinned.flatMap(({ object, name, zoneId }): Hold[] => {
      const zone = zoneId === undefined ? undefined : byId.get(zoneId);
      if (zone && within(name, zone.name)) return [];
      return [
        {
          object,
          name,
          message: `it pins the name to the hosted zone ${zoneId}, which is not selected or not above it`,
        },
      ];
    });
    return holds.length === 0 ? snapshot : { ...snapshot, holds: [...snapshot.holds, ...holds] };
  });
}
