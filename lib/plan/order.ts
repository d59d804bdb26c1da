import type { DnsName, NameChange, ZoneId } from '../model/index.ts';

/**
 * Sorts the changes of one zone by name, but a change that creates an alias into the zone comes after the change that
 * creates the record it points to: Route 53 checks a batch in order and refuses an alias whose target is not there yet.
 * Aliases that point at each other in a ring keep the order of their names (Route 53 will say what it thinks of them).
 */
export function orderChanges(changes: readonly NameChange[], zone: ZoneId): NameChange[] {
  const sorted = [...changes].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const creating = new Map(sorted.filter(change => change.creates.length > 0).map(change => [change.name, change]));
  const ordered: NameChange[] = [];
  const seen = new Set<NameChange>();
  const visit = (change: NameChange): void => {
    if (seen.has(change)) return;
    seen.add(change);
    for (const target of zoneAliases(change, zone)) {
      const dependency = creating.get(target);
      if (dependency) visit(dependency);
    }
    ordered.push(change);
  };
  sorted.forEach(visit);
  return ordered;
}

/** The names of the zone itself to which a change creates aliases. */
export function zoneAliases(change: NameChange, zone: ZoneId): DnsName[] {
  return change.creates.flatMap(record => (record.alias?.zoneId === zone ? [record.alias.dnsName] : []));
}
