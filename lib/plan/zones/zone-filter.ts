import { domainToUnicode } from 'node:url';
import { RE2JS } from 're2js';
import type { DnsName, HostedZone } from '../../model/index.ts';

/** Which names and zones are ours to look after (config `zones`). Domains are in canonical form; `.x` means only below x. */
export interface ZoneFilter {
  readonly domains: readonly DnsName[];
  readonly excludeDomains: readonly DnsName[];
  /** RE2 (https://github.com/google/re2/wiki/Syntax). With either of the two the lists of domains do not count. */
  readonly domainRegex?: string;
  readonly excludeDomainRegex?: string;
  readonly type: 'public' | 'private' | 'any';
  readonly ids: readonly string[];
  /** All must fit; the value `''` asks for the key alone. */
  readonly tags?: Readonly<Record<string, string>>;
  /** A zone above one of the domains is taken, too. */
  readonly matchParent?: boolean;
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

/** The key of the config that leaves something out. */
export type FilterKey =
  `zones.${'domains' | 'excludeDomains' | 'domainRegex' | 'excludeDomainRegex' | 'type' | 'ids' | 'tags' | 'matchParent'}`;

/**
 * The key that keeps a name from passing the domain filter; undefined: it passes.
 *
 * | filter                | passes                                                                |
 * |-----------------------|-----------------------------------------------------------------------|
 * | lists of domains      | the longest match of the two wins; without `domains`, what is not excluded |
 * | regular expressions   | what the exclusion does not match, and the other one, if given, does   |
 */
export function leftOutBy(name: DnsName, filter: ZoneFilter): FilterKey | undefined {
  const expressions = expressionsOf(filter);
  if (expressions) return expressions(name);
  const excluded = longestMatch(name, filter.excludeDomains);
  const included = filter.domains.length === 0 ? 0 : longestMatch(name, filter.domains);
  if (included < 0) return 'zones.domains';
  return filter.domains.length === 0 ? excludedBy(excluded >= 0) : excludedBy(included <= excluded);
}

const excludedBy = (is: boolean) => (is ? 'zones.excludeDomains' : undefined);

/** Whether a name passes the domain filter. */
export const passesFilter = (name: DnsName, filter: ZoneFilter): boolean => leftOutBy(name, filter) === undefined;

type Test = (name: DnsName) => FilterKey | undefined;

const compiled = new WeakMap<ZoneFilter, Test | undefined>();

function expressionsOf(filter: ZoneFilter): Test | undefined {
  if (!compiled.has(filter)) compiled.set(filter, compile(filter));
  return compiled.get(filter);
}

/** Expressions see names as people write them: lower case, no final dot, Unicode instead of A-labels. */
function compile({ domainRegex, excludeDomainRegex }: ZoneFilter): Test | undefined {
  if (domainRegex === undefined && excludeDomainRegex === undefined) return undefined;
  const [included, excluded] = [domainRegex, excludeDomainRegex].map(text =>
    text === undefined ? undefined : RE2JS.compile(text),
  );
  return name => {
    const shown = name.includes('xn--') ? domainToUnicode(name) || name : name;
    if (excluded?.test(shown) === true) return 'zones.excludeDomainRegex';
    return included?.test(shown) === false ? 'zones.domainRegex' : undefined;
  };
}

/**
 * The hosted zones that are ours to manage: of the wanted type and tags, among `ids` if any are given, and at or under one
 * of the domains, or fitting the regular expression. A zone above a domain (`example.com` for `domains:
 * [team.example.com]`) is taken only when its id is listed, or with `matchParent`: otherwise a narrow filter would reach
 * into a wide zone.
 */
export function selectZones<Zone extends HostedZone>(zones: readonly Zone[], filter: ZoneFilter): Zone[] {
  return zones.filter(zone => zoneLeftOutBy(zone, filter) === undefined);
}

/** The key that keeps a hosted zone from being selected; undefined: it is. */
export function zoneLeftOutBy(zone: HostedZone, filter: ZoneFilter): FilterKey | undefined {
  if (filter.type !== 'any' && (filter.type === 'private') !== zone.private) return 'zones.type';
  const listed = filter.ids.includes(zone.id);
  if (filter.ids.length > 0 && !listed) return 'zones.ids';
  if (!hasTags(zone, filter.tags)) return 'zones.tags';
  const key = leftOutBy(zone.name, filter);
  if (key === undefined || isAbove(zone.name, filter, listed)) return undefined;
  const mayBeParent = !expressionsOf(filter) && filter.matchParent !== true;
  return mayBeParent && isAbove(zone.name, { ...filter, matchParent: true }, false) ? 'zones.matchParent' : key;
}

function isAbove(zone: DnsName, filter: ZoneFilter, listed: boolean): boolean {
  if (expressionsOf(filter)) return listed;
  if (listed) return filter.domains.some(domain => within(domain.replace(/^\./, ''), zone));
  return filter.matchParent === true && filter.domains.some(domain => !domain.startsWith('.') && within(domain, zone));
}

function hasTags({ tags = {} }: HostedZone, asked: ZoneFilter['tags'] = {}): boolean {
  return Object.entries(asked).every(([key, value]) =>
    value === '' ? Object.hasOwn(tags, key) : Object.hasOwn(tags, key) && tags[key] === value,
  );
}
