import { fingerprint, policiesOf, type RecordSet, type RoutingPolicy } from './records.ts';
import { canonicalValue } from './values.ts';

/** Values a record set may hold (Route 53 Developer Guide, "Quotas": records in a record set). */
const MAX_VALUES = 400;
/** Record sets of one name and type with a routing policy (same page). */
const MAX_ROUTED = 100;

/** `[name='x.', type='A', set-identifier='id']`, as the messages print it. */
export function describe(set: RecordSet): string {
  const identifier = set.setIdentifier === undefined ? '' : `, set-identifier='${set.setIdentifier}'`;
  return `[name='${set.name}', type='${set.type}'${identifier}]`;
}

/** Does a DELETE name exactly what is there? Values compare as a set in canonical form, all else exactly. */
export function sameSet(a: RecordSet, b: RecordSet): boolean {
  return exactFields(a) === exactFields(b) && sameValues(a, b);
}

function exactFields(set: RecordSet): string {
  const { name: _name, type: _type, setIdentifier: _identifier, values: _values, ...rest } = set;
  return fingerprint(rest);
}

function sameValues(a: RecordSet, b: RecordSet): boolean {
  const [left, right] = [a.values ?? [], b.values ?? []];
  if (left.length !== right.length) return false;
  if (left.every((value, i) => value === right[i])) return true;
  const canonical = (set: RecordSet): string[] => (set.values ?? []).map(v => canonicalValue(set.type, v)).sort();
  const other = canonical(b);
  return canonical(a).every((value, i) => value === other[i]);
}

/** What is wrong with the values of a record set as a whole. */
export function valueRules(set: RecordSet): string[] {
  const values = set.values ?? [];
  if (values.length <= 1) return [];
  if (values.length > MAX_VALUES) return [`Cannot have more than ${MAX_VALUES} records in a RRSet.`];
  if (set.type === 'CNAME') {
    return [`RRSet of type CNAME with DNS name ${set.name} is not permitted to have more than one resource record`];
  }
  if (set.type === 'SOA') return ['A HostedZone must contain exactly one SOA record.'];
  const seen = new Set<string>();
  return values
    .filter(value => seen.size === seen.add(canonicalValue(set.type, value)).size)
    .map(value => `Duplicate Resource Record: '${value}'`);
}

/**
 * What keeps a record set from standing beside the others of its name (`beside` may still hold the one it replaces).
 *
 * | new     | beside it                        | allowed |
 * |---------|----------------------------------|---------|
 * | CNAME   | the zone's own name              | no      |
 * | CNAME   | any other type                   | no      |
 * | any     | CNAME                            | no      |
 * | simple  | same type, other set identifier  | no      |
 * | routed  | same type, simple                | no      |
 * | routed  | same type, other policy          | no      |
 * | routed  | same region, failover, location  | no      |
 */
export function placeRules(set: RecordSet, beside: readonly RecordSet[], zone: string): string[] {
  const what = `RRSet of type ${set.type} with DNS name ${set.name} is not permitted`;
  if (set.type === 'CNAME' && set.name === zone) return [`${what} at apex in zone ${zone}`];
  if (set.type === 'SOA' && set.name !== zone) return [`${what} in zone ${zone}`];
  // API reference, ResourceRecordSet, Name: no wildcard for NS. The wording is a guess.
  if (set.type === 'NS' && set.name.startsWith('\\052.')) return [`${what} as NS records cannot be wildcards`];
  const messages = locationRule(set);
  if (set.type === 'CNAME' && beside.some(other => other.type !== 'CNAME')) {
    messages.push(`${what} as it conflicts with other records with the same DNS name in zone ${zone}`);
  }
  if (set.type !== 'CNAME' && beside.some(other => other.type === 'CNAME')) {
    const conflict = 'because a conflicting RRSet of type CNAME with the same DNS name already exists';
    messages.push(`${what} ${conflict} in zone ${zone}`);
  }
  const peers = beside.filter(other => other.type === set.type && other.setIdentifier !== set.setIdentifier);
  const routing = peers.length > 0 ? routingRule(set, peers) : undefined;
  return routing ? [...messages, routing] : messages;
}

const COUNTRY_NAMES = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
const CONTINENTS = new Set(['AF', 'AN', 'AS', 'EU', 'NA', 'OC', 'SA']);

/** The words are Route 53's, as a user had them for a province of Canada (octodns, pull request 755). */
function locationRule({ geoLocation: geo }: RecordSet): string[] {
  const { continentCode: continent, countryCode: country, subdivisionCode: subdivision } = geo ?? { countryCode: '*' };
  const isContinent = continent === undefined || CONTINENTS.has(continent);
  const isCountry = country === undefined || country === '*' || isIsoCountry(country);
  const isDivided = subdivision === undefined || country === 'US' || country === 'UA';
  if (isContinent && isCountry && isDivided) return [];
  const parts = Object.entries({ continent, country, subdivision }).filter(([, code]) => code !== undefined);
  const location = parts.map(([part, code]) => `${part} = ${code}`).join(' ');
  return [`Cannot find location: '${location}'.  No changes made.`];
}

/** `EU` and `UN` have names, too, and `UK` is another word for `GB`. */
function isIsoCountry(code: string): boolean {
  if (!/^[A-Z]{2}$/.test(code) || /^(?:EU|EZ|UN|ZZ|XA|XB|QO)$/.test(code)) return false;
  return COUNTRY_NAMES.of(code) !== undefined && new Intl.Locale(`und-${code}`).region === code;
}

function routingRule(set: RecordSet, peers: readonly RecordSet[]): string | undefined {
  const [policy] = policiesOf(set);
  const what = `RRSet with DNS name ${set.name}, type ${set.type}`;
  if (!policy) return `${what} cannot be created as other RRSets exist with the same name and type.`;
  const region = policy === 'latency' ? `, and Region Name=${set.region}` : '';
  const which = `${what}, SetIdentifier ${set.setIdentifier}${region} cannot be created`;
  if (peers.some(peer => policiesOf(peer)[0] !== policy)) {
    return policy === 'multivalue'
      ? `${which} because a non multivalue answer rrset exists with the same name and type.`
      : `${which} as a non-${policy} set exists with the same name and type.`;
  }
  const place = UNIQUE[policy];
  if (!place || !peers.some(peer => place.key(peer) === place.key(set))) return undefined;
  return `${which} because ${place.article} RRSet with the same name, type ${place.words(set)} already exists.`;
}

/** Policies that allow one record set for each region, role or location. */
const UNIQUE: Partial<
  Record<RoutingPolicy, { article: string; key: (set: RecordSet) => string; words: (set: RecordSet) => string }>
> = {
  latency: { article: 'a latency', key: set => set.region ?? '', words: () => 'and region' },
  failover: { article: 'a failover', key: set => set.failover ?? '', words: set => `and failover ${set.failover}` },
  geolocation: { article: 'a geolocation', key: set => fingerprint(set.geoLocation), words: () => 'and location' },
  cidr: { article: 'a CIDR', key: set => fingerprint(set.cidrRoutingConfig), words: () => 'and location' },
};

/** Rules that hold for a name as the whole batch leaves it: order within the batch does not matter to them. */
export function finalRules(name: string, sets: readonly RecordSet[], zone: string): string[] {
  const messages: string[] = [];
  if (name === zone && !sets.some(set => set.type === 'NS')) {
    messages.push('A HostedZone must contain at least one NS record for the zone itself.');
  }
  if (name === zone && !sets.some(set => set.type === 'SOA')) {
    messages.push('A HostedZone must contain exactly one SOA record.');
  }
  const routed = Map.groupBy(
    sets.filter(set => set.setIdentifier !== undefined),
    set => set.type,
  );
  for (const [type, peers] of routed) {
    if (peers.length > MAX_ROUTED) {
      const policy = policiesOf(peers[0] as RecordSet)[0];
      messages.push(`Exceeded limit on number of ${policy} RRSets for ${name}, type ${type} in this zone.`);
    }
    messages.push(...weightedTtl(name, type, peers));
  }
  return messages;
}

function weightedTtl(name: string, type: string, peers: readonly RecordSet[]): string[] {
  const weighted = peers.filter(set => set.weight !== undefined && set.ttl !== undefined);
  const odd = weighted.find(set => set.ttl !== weighted[0]?.ttl);
  if (!odd) return [];
  const which = `RRSet with DNS name ${name} and type ${type}, SetIdentifier ${odd.setIdentifier}`;
  return [`${which} cannot be created as weighted sets must contain the same TTL.`];
}
