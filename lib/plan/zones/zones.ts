import { groupBy } from '../../group.ts';
import type { DnsName, HostedZone } from '../../model/index.ts';

export {
  type FilterKey,
  leftOutBy,
  passesFilter,
  selectZones,
  within,
  type ZoneFilter,
  zoneLeftOutBy,
} from './zone-filter.ts';

/** The zones that contain a name, the one with the longest name first; zones of one name by id. */
export type ZoneFinder = (name: DnsName) => readonly HostedZone[];

/** Built once a plan, so that a name costs its number of labels. */
export function zoneFinder(zones: readonly HostedZone[]): ZoneFinder {
  const sorted = [...zones].sort((a, b) => (a.id < b.id ? -1 : 1));
  const byName = groupBy(sorted, ({ name }) => name);
  return name => {
    const found: HostedZone[] = [];
    for (let at = 0; at >= 0; at = name.indexOf('.', at) + 1 || -1) found.push(...(byName.get(name.slice(at)) ?? []));
    return found;
  };
}
