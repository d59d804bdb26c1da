import type { Config } from '../lib/config/config.ts';
import { within } from '../lib/plan/zones/zone-filter.ts';
import { type NamingSettings, ownershipName, readOwnershipName } from '../lib/registry/names.ts';

type Names = Pick<Config, 'zones' | 'registry' | 'records'>;

/** Names of record sets, as IAM compares them: lower case, no final dot, `*` for anything at all. */
export interface RecordNames {
  /** Undefined: any name. */
  readonly allowed: readonly string[] | undefined;
  readonly denied: readonly string[];
}

/**
 * The names that fairlead may write with a config: those of its domains, and of the ownership records beside them. In the
 * form of `route53:ChangeResourceRecordSetsNormalizedRecordNames`, where a wildcard's `*` is `\052`, so that the pattern
 * `*.example.com` stands for it too.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-rrset-conditions.html
 *
 * | domain             | patterns                                                                                 |
 * |--------------------|------------------------------------------------------------------------------------------|
 * | `example.com`      | `example.com`, `*.example.com`: ownership records of all names below lie below, too, and |
 * |                    | that of the name itself, where it is the zone's, is `_fairlead-apex-a.example.com`       |
 * | `team.example.com` | with zones.ids or zones.matchParent, by which the zone above may be used:                |
 * |                    | `a-team.example.com` and so on besides                                                   |
 * | `.example.com`     | `*.example.com`                                                                          |
 */
export function recordNames(config: Names): RecordNames {
  const { domains, domainRegex, excludeDomainRegex } = config.zones;
  // With expressions the lists do not count, and IAM knows none.
  if (domainRegex !== undefined || excludeDomainRegex !== undefined) return { allowed: undefined, denied: [] };
  return {
    allowed: domains.length === 0 ? undefined : withoutCovered(domains.flatMap(domain => namesOf(domain, config))),
    denied: withoutCovered(deniedDomains(config).flatMap(below)),
  };
}

const below = (domain: string) => (domain.startsWith('.') ? [`*${domain}`] : [domain, `*.${domain}`]);

function namesOf(domain: string, { zones, registry, records }: Names): string[] {
  const above = zones.ids.length > 0 || zones.matchParent;
  if (domain.startsWith('.') || !above || registry.type === 'noop') return below(domain);
  return [...below(domain), ...ownershipNames(domain, records.types, registry)];
}

/** The ownership records of a name in a zone above it, in every format: without a type in the oldest. */
function ownershipNames(name: string, types: readonly string[], registry: NamingSettings): string[] {
  const typeless = { ...registry, prefix: withoutType(registry.prefix), suffix: withoutType(registry.suffix) };
  const dot = `${name}.`.indexOf('.');
  const oldest = `${typeless.prefix}${name.slice(0, dot)}${typeless.suffix}${name.slice(dot)}`;
  return [...types.map(type => ownershipName(name, type, '', registry)), oldest];
}

const withoutType = (affix: string) => affix.replaceAll('%{record_type}', '');

/**
 * Excluded domains without a domain below them, which would win as the longer one. None where an affix has a dot or the
 * excluded name could be that of an ownership record: what stands there may belong to a name outside.
 */
function deniedDomains({ zones, registry }: Names): string[] {
  if (`${registry.prefix}${registry.suffix}`.includes('.')) return [];
  return zones.excludeDomains.filter(excluded => {
    const inside = zones.domains.some(domain => within(domain.replace(/^\./, ''), excluded.replace(/^\./, '')));
    return !inside && !looksOwned(excluded.replace(/^\./, ''), registry);
  });
}

/** Whether a name could be an ownership record's: it names a type, or carries the affix. */
function looksOwned(name: string, registry: NamingSettings): boolean {
  const read = readOwnershipName(name, '', registry);
  return read !== undefined && (read.type !== '' || registry.prefix + registry.suffix !== '');
}

/** Sorted, without what another pattern (of the form `*.x`) stands for already. */
function withoutCovered(patterns: readonly string[]): string[] {
  const all = [...new Set(patterns)].sort();
  return all.filter(one => !all.some(other => other !== one && other.startsWith('*') && one.endsWith(other.slice(1))));
}
