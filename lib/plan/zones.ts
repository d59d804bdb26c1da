import type { DnsName, HostedZone } from '../model/index.ts';

/** Which names and zones are ours to look after (config `zones`). Domains are in canonical form; `.x` means only below x. */
export interface ZoneFilter {
  readonly domains: readonly DnsName[];
  readonly excludeDomains: readonly DnsName[];
  readonly type: 'public' | 'private' | 'any';
  readonly ids: readonly string[];
}

/** Whether `name` is `domain` or lies under it; a leading dot excludes the domain itself. */
export function within(name: DnsName, domain: DnsName): boolean {
  if (domain.startsWith('.')) return name.endsWith(domain);
  return name === domain || name.endsWith(`.${domain}`);
}

/** The length of the longest of `domains` that `name` lies in; -1 when it lies in none. */
function longestMatch(name: DnsName, domains: readonly DnsName[]): number {
  return domains.reduce((longest, domain) => (within(name, domain) ? Math.max(longest, domain.length) : longest), -1);
}

/** Whether a name passes the domain filter: the longest match wins between `domains` and `excludeDomains`. */
export function passesFilter(name: DnsName, filter: ZoneFilter): boolean {
  const excluded = longestMatch(name, filter.excludeDomains);
  if (filter.domains.length === 0) return excluded < 0;
  return longestMatch(name, filter.domains) > excluded;
}

/**
 * The hosted zones that are ours to manage: of the wanted type, among `ids` if any are given, and at or under one of the
 * domains. A zone above a domain (`example.com` for `domains: [team.example.com]`) is taken only when its id is listed:
 * otherwise a narrow filter would reach into a wide zone.
 */
export function selectZones(zones: readonly HostedZone[], filter: ZoneFilter): HostedZone[] {
  return zones.filter(zone => {
    if (filter.type !== 'any' && (filter.type === 'private') !== zone.private) return false;
    const listed = filter.ids.includes(zone.id);
    if (filter.ids.length > 0 && !listed) return false;
    return (
      passesFilter(zone.name, filter) ||
      (listed && filter.domains.some(domain => within(domain.replace(/^\./, ''), zone.name)))
    );
  });
}

/** The zones that contain a name, the one with the longest name first; zones of one name by id. */
export type ZoneFinder = (name: DnsName) => readonly HostedZone[];

/** Built once a plan, so that a name costs its number of labels. */
export function zoneFinder(zones: readonly HostedZone[]): ZoneFinder {
  const byName = new Map<DnsName, HostedZone[]>();
  for (const zone of [...zones].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const same = byName.get(zone.name);
    if (same) same.push(zone);
    else byName.set(zone.name, [zone]);
  }
  return name => {
    const found: HostedZone[] = [];
    for (let at = 0; at >= 0; at = name.indexOf('.', at) + 1 || -1) found.push(...(byName.get(name.slice(at)) ?? []));
    return found;
  };
}
