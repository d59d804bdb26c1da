import type { HostedZone } from '../../model/index.ts';
import { within, type ZoneFilter } from './zone-filter.ts';

/** A part of the filter that leads to no zone: most likely mistyped, and with other parts that lead to some it would be silence. */
export interface WithoutZone {
  readonly field: 'zones.domains' | 'zones.ids';
  readonly found: string;
  readonly advice: string;
}

/**
 * @param all hosted zones of the account
 * @param selected those that are selected, by whatever view: a domain that all of them inherit has its zone in one
 */
export function filtersWithoutZone(
  all: readonly HostedZone[],
  { domains, ids, domainRegex, excludeDomainRegex }: ZoneFilter,
  selected: readonly HostedZone[],
): WithoutZone[] {
  const reached = (name: string) => selected.some(zone => within(zone.name, name) || within(name, zone.name));
  // With expressions the domains do not count.
  const counting = domainRegex === undefined && excludeDomainRegex === undefined ? domains : [];
  const names = counting.map(domain => domain.replace(/^\./, '')).filter(name => !reached(name));
  const unknown = ids.filter(id => !all.some(zone => zone.id === id));
  return [
    ...names.map(name => ({
      field: 'zones.domains' as const,
      found: `no hosted zone is selected for ${name}`,
      advice: 'create it, or mend or remove the domain',
    })),
    ...unknown.map(id => ({
      field: 'zones.ids' as const,
      found: `the account has no hosted zone ${id}`,
      advice: 'mend the id, or remove it',
    })),
  ];
}
