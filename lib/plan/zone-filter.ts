import { domainToUnicode } from 'node:url';
import { RE2JS } from 're2js';
import type { DnsName, HostedZone } from '../model/index.ts';

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

/**
 * Whether a name passes the domain filter.
 *
 * | filter                | passes                                                                |
 * |-----------------------|-----------------------------------------------------------------------|
 * | lists of domains      | the longest match of the two wins; without `domains`, what is not excluded |
 * | regular expressions   | what the exclusion does not match, and the other one, if given, does   |
 */
export function passesFilter(name: DnsName, filter: ZoneFilter): boolean {
  const expressions = expressionsOf(filter);
  if (expressions) return expressions(name);
  const excluded = longestMatch(name, filter.excludeDomains);
  if (filter.domains.length === 0) return excluded < 0;
  return longestMatch(name, filter.domains) > excluded;
}

type Test = (name: DnsName) => boolean;

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
    return excluded?.test(shown) !== true && included?.test(shown) !== false;
  };
}

/**
 * The hosted zones that are ours to manage: of the wanted type and tags, among `ids` if any are given, and at or under one
 * of the domains, or fitting the regular expression. A zone above a domain (`example.com` for `domains:
 * [team.example.com]`) is taken only when its id is listed, or with `matchParent`: otherwise a narrow filter would reach
 * into a wide zone.
 */
export function selectZones<Zone extends HostedZone>(zones: readonly Zone[], filter: ZoneFilter): Zone[] {
  return zones.filter(zone => {
    if (filter.type !== 'any' && (filter.type === 'private') !== zone.private) return false;
    const listed = filter.ids.includes(zone.id);
    if (filter.ids.length > 0 && !listed) return false;
    if (!hasTags(zone, filter.tags)) return false;
    return passesFilter(zone.name, filter) || isAbove(zone.name, filter, listed);
  });
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
