import { matchesAny, matchesGlob } from '../glob.ts';
import { addTo } from '../group.ts';
import type { DnsName } from '../model/index.ts';
import { nearestKey } from '../nearest.ts';
import { type ClaimRule, within } from '../plan/index.ts';
import { REGIONS, type SourceKind } from '../sources/index.ts';
import type { Config, ZonesConfig } from './config.ts';
import { configsOf } from './views.ts';

/** What a config says that it most likely does not mean: nothing comes of it, or it will fail. */
interface Doubt {
  /** The key, as in a ConfigError: `claims[0].clusters[1]`. */
  readonly field: string;
  readonly message: string;
}

const known = new WeakMap<Config, readonly Doubt[]>();

/**
 * What of a config can fit nothing, as far as the file alone tells. It is no error: a fleet may share rules of which some are
 * of no use here, and AWS may have a region that is newer than this list.
 */
export function doubtsOf(config: Config): readonly Doubt[] {
  const before = known.get(config);
  if (before) return before;
  const doubts = DOUBTS.flatMap(doubt => doubt(config));
  known.set(config, doubts);
  return doubts;
}

const DOUBTS: readonly ((config: Config) => readonly Doubt[])[] = [
  unknownRegions,
  claimsOfNoCluster,
  rulesOfNoDomain,
  claimsBehindOthers,
  sharingBehindOthers,
  excludedForNothing,
  filtersOfNoSource,
];

function unknownRegions({ clusters }: Config): Doubt[] {
  return clusters.flatMap(({ region }, i) => {
    if (region === undefined || REGIONS.has(region)) return [];
    const near = nearestKey(region, [...REGIONS]);
    const meant = near === undefined ? '' : `: did you mean ${near}?`;
    return [{ field: `clusters[${i}].region`, message: `"${region}" is no region of AWS that is known${meant}` }];
  });
}

function claimsOfNoCluster({ claims, clusters }: Config): Doubt[] {
  const names = clusters.map(({ name }) => name);
  return claims.flatMap((claim, i) =>
    claim.clusters.flatMap((pattern, j) => {
      if (names.some(name => matchesGlob(name, pattern))) return [];
      const near = isPattern(pattern) ? undefined : nearestKey(pattern, names);
      const meant = near === undefined ? 'mend it, or remove it' : `did you mean ${near}?`;
      return [{ field: `claims[${i}].clusters[${j}]`, message: `"${pattern}" fits none of the clusters: ${meant}` }];
    }),
  );
}

/** Domains of rules that lie apart from all that is published. */
function rulesOfNoDomain(config: Config): Doubt[] {
  const published = publishedDomains(config);
  if (published === undefined) return [];
  const isApart = (domain: DnsName) => !published.some(one => meet(domain, one));
  const rules = { claims: config.claims, sharing: config.sharing };
  return Object.entries(rules).flatMap(([key, list]) =>
    list.flatMap(({ domains }, i) =>
      domains.flatMap((domain, j) => {
        if (!isApart(domain)) return [];
        const message = `no name of ${domain} is published, which is neither under zones.domains nor above: mend it, or remove it`;
        return [{ field: `${key}[${i}].domains[${j}]`, message }];
      }),
    ),
  );
}

/** The domains of all views; undefined where a view has none, or regular expressions: what is published there cannot be told. */
function publishedDomains(config: Config): readonly DnsName[] | undefined {
  const filters = configsOf(config).map(view => view.config.zones);
  return filters.every(hasDomains) ? filters.flatMap(({ domains }) => domains) : undefined;
}

const hasDomains = ({ domains, domainRegex, excludeDomainRegex }: ZonesConfig) =>
  domains.length > 0 && domainRegex === undefined && excludeDomainRegex === undefined;

/** Whether a name can be in both. */
function meet(a: DnsName, b: DnsName): boolean {
  const [one, other] = [a, b].map(domain => domain.replace(/^\./, '')) as [DnsName, DnsName];
  return within(one, other) || within(other, one);
}

/** The first rule that fits decides, so a rule of which another before it has all is never asked. */
function claimsBehindOthers({ claims }: Config): Doubt[] {
  const earlier = new EarlierClaims();
  return claims.flatMap((claim, i) => {
    const before = earlier.allWithNamespaceOf(claim).find(({ rule }) => hasAllOf(rule, claim))?.at;
    earlier.add(claim, i);
    if (before === undefined) return [];
    const message = `never decides, since claims[${before}] fits all that it fits and comes first: move it in front, or remove it`;
    return [{ field: `claims[${i}]`, message }];
  });
}

interface EarlierClaim {
  readonly rule: ClaimRule;
  readonly at: number;
}

/** Of thousands of rules, mostly one a namespace, not each is compared with each. */
class EarlierClaims {
  readonly #broad: EarlierClaim[] = [];
  readonly #named = new Map<string, EarlierClaim[]>();

  add(rule: ClaimRule, at: number): void {
    const { namespaces } = rule;
    if (namespaces.length === 0 || namespaces.some(isPattern)) this.#broad.push({ rule, at });
    else for (const name of namespaces) addTo(this.#named, name, { rule, at });
  }

  /** Those that may have the first of its namespaces; a rule that has all has that one, too. */
  allWithNamespaceOf({ namespaces: [first = ''] }: ClaimRule): readonly EarlierClaim[] {
    return [...this.#broad, ...(this.#named.get(first) ?? [])].sort((a, b) => a.at - b.at);
  }
}

const isPattern = (text: string) => text.includes('*');

function hasAllOf(one: ClaimRule, other: ClaimRule): boolean {
  return (
    hasPatterns(one.namespaces, other.namespaces) &&
    hasPatterns(one.clusters, other.clusters) &&
    hasDomainsOf(one.domains, other.domains) &&
    (one.types.length === 0 || (other.types.length > 0 && other.types.every(type => one.types.includes(type))))
  );
}

/** A pattern that fits the other one's text fits all that the other one fits. */
const hasPatterns = (some: readonly string[], others: readonly string[]) =>
  some.length === 0 || (others.length > 0 && others.every(other => matchesAny(other, some)));

const hasDomainsOf = (some: readonly DnsName[], others: readonly DnsName[]) =>
  some.length === 0 || (others.length > 0 && others.every(other => some.some(one => within(other, one))));

function sharingBehindOthers({ sharing }: Config): Doubt[] {
  return sharing.flatMap(({ domains }, i) => {
    const before = sharing.slice(0, i);
    if (domains.length === 0 || !before.some(one => hasDomainsOf(one.domains, domains))) return [];
    const message = 'never counts, since a rule before it has all of its domains: move it in front, or remove it';
    return [{ field: `sharing[${i}]`, message }];
  });
}

/** What is left out of nothing. */
function excludedForNothing(config: Config): Doubt[] {
  const published = publishedDomains(config);
  if (published === undefined) return [];
  const excluded = new Set(configsOf(config).flatMap(view => view.config.zones.excludeDomains));
  const field = 'zones.excludeDomains';
  return [...excluded]
    .filter(domain => !published.some(one => meet(domain, one)))
    .map(domain => ({
      field,
      message: `${domain} is not under zones.domains, so it leaves nothing out: mend it, or remove it`,
    }));
}

/** Filters of objects, and the sources that read what they filter. */
const FILTERS: readonly {
  readonly field: string;
  readonly isSet: (config: Config) => boolean;
  readonly isOf: (source: SourceKind) => boolean;
}[] = [
  {
    field: 'ingress.classes',
    isSet: ({ ingress }) => ingress.classes.length > 0,
    isOf: source => source === 'ingress',
  },
  { field: 'service.types', isSet: ({ service }) => service.types.length > 0, isOf: source => source === 'service' },
  ...(['name', 'namespace', 'labels'] as const).map(key => ({
    field: `gateway.${key}`,
    isSet: ({ gateway }: Config) => gateway[key] !== '',
    isOf: (source: SourceKind) => source.startsWith('gateway-'),
  })),
];

/** What filters objects that are not read. */
function filtersOfNoSource(config: Config): Doubt[] {
  const views = configsOf(config).map(view => view.config);
  return FILTERS.filter(({ isSet, isOf }) => views.some(isSet) && !config.sources.some(isOf)).map(({ field }) => ({
    field,
    message: 'filters objects that are not read: add their source to sources, or remove it',
  }));
}
