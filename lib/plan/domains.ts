import type { DnsName, HostedZone } from '../model/index.ts';

export { passesFilter, selectZones, type ZoneFilter } from './zone-filter.ts';

/** Finds the zones in which a name is published; built once a plan, so that a name costs its number of labels. */
export type ZoneFinder = (name: DnsName) => readonly HostedZone[];

/**
 * The zones in which a name is published: the longest matching public zone and every matching private zone, as in
 * ExternalDNS. Of two public zones with the same name the one with the smaller id is taken.
 */
export function zoneFinder(zones: readonly HostedZone[]): ZoneFinder {
  const byName = new Map<DnsName, HostedZone[]>();
  for (const zone of [...zones].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const same = byName.get(zone.name);
    if (same) same.push(zone);
    else byName.set(zone.name, [zone]);
  }
  return name => {
    const found: HostedZone[] = [];
    let publicFound = false;
    for (let at = 0; at >= 0; at = name.indexOf('.', at) + 1 || -1) {
      for (const zone of byName.get(name.slice(at)) ?? []) {
        if (!zone.private && publicFound) continue;
        publicFound ||= !zone.private;
        found.push(zone);
      }
    }
    return found;
  };
}
