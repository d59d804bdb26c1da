import type { Endpoint, Routing } from '../model/index.ts';
import { nearestKey } from '../nearest.ts';
import { quoted } from './hostname.ts';
import { CONTINENTS, COUNTRIES, DIVIDED, US_STATES } from './locations.ts';
import type { Field } from './notes.ts';
import { REGIONS } from './regions.ts';

/** Where an object says how its records are routed: in annotations, or in an entry of a DNSEndpoint. */
export interface RoutingFields {
  readonly setIdentifier: Field | undefined;
  /** By ExternalDNS's name, without what it puts in front (`aws-`, `aws/`). */
  of(key: string): Field | undefined;
}

/** What an object says of the routing of its records. */
export type Routed = Pick<Endpoint, 'setIdentifier' | 'routing' | 'healthCheckId' | 'weight'>;

/** What is at fault, and what to do. */
export interface Fault {
  readonly field: string;
  readonly problem: string;
}

/** The keys that make a routing policy, and how the value of each is read. */
const POLICIES: readonly {
  readonly keys: readonly string[];
  readonly read: (given: Given) => Routing | Fault;
}[] = [
  { keys: ['weight'], read: ([weight]) => weightOf(weight as Field) },
  { keys: ['region'], read: ([region]) => regionIn(region as Field, known => ({ region: known })) },
  { keys: ['failover'], read: ([failover]) => failoverOf(failover as Field) },
  {
    keys: ['geolocation-continent-code', 'geolocation-country-code', 'geolocation-subdivision-code'],
    read: locationOf,
  },
  {
    keys: ['geoproximity-region', 'geoproximity-local-zone-group', 'geoproximity-coordinates', 'geoproximity-bias'],
    read: proximityOf,
  },
  { keys: ['multi-value-answer'], read: ([multi]) => multiValueOf(multi as Field) },
];

/** The fields of a policy's keys, in their order. */
type Given = readonly (Field | undefined)[];

const HEALTH_CHECK = 'health-check-id';

/** Every key that {@link routingOf} reads. */
export const ROUTING_KEYS: readonly string[] = [...POLICIES.flatMap(({ keys }) => keys), HEALTH_CHECK];

const fault = ({ text, field }: Field, problem: string): Fault => ({ field, problem: `${quoted(text)} ${problem}` });

/**
 * Reads what Route 53 would take; all else is refused here, since another record than the one that is meant could take all
 * the traffic, or none. (ExternalDNS makes a weight of 0 of what is no number, which drains the record.)
 */
export function routingOf(fields: RoutingFields): Routed | Fault {
  const asked = POLICIES.flatMap(({ keys, read }) => {
    const given = keys.map(key => fields.of(key));
    const first = given.find(field => field !== undefined);
    return first ? [{ first, given, read }] : [];
  });
  const healthCheckId = healthCheckOf(fields.of(HEALTH_CHECK));
  if (typeof healthCheckId === 'object') return healthCheckId;
  const health = healthCheckId === undefined ? {} : { healthCheckId };
  const [policy, other] = asked;
  const { setIdentifier: id } = fields;
  if (other && policy) {
    const problem = `a record has one routing policy, and ${policy.first.field} is given, too: remove one of the two`;
    return { field: other.first.field, problem };
  }
  if (!policy) {
    if (id === undefined || id.text === '') return health;
    return fault(id, 'is a set identifier without a routing policy: add one (such as aws-weight), or remove it');
  }
  const routing = policy.read(policy.given);
  // First: a share by weight needs no set identifier, but a weight that is one.
  if ('problem' in routing) return routing;
  const { weight } = routing;
  // Whether the name is shared by weight, the plan knows.
  if (weight !== undefined && (id === undefined || id.text === '')) return { weight, ...health };
  const identifier = identifierOf(id, policy.first);
  if (typeof identifier === 'object') return identifier;
  return { setIdentifier: identifier, routing, ...health };
}

/** What cannot be sent in XML: control characters, halves of a character, and what Unicode has for no character. */
const UNSENDABLE = /[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u;

/** API reference, ResourceRecordSet: SetIdentifier. */
const MAX_IDENTIFIER = 128;

function identifierOf(id: Field | undefined, policy: Field): string | Fault {
  if (id === undefined || id.text === '') {
    const problem =
      'a routing policy needs a set identifier, which tells this record from the others of its name: add one';
    return { field: policy.field, problem };
  }
  if ([...id.text].length <= MAX_IDENTIFIER && !UNSENDABLE.test(id.text)) return id.text;
  return fault(id, `is not a set identifier: write 1 to ${MAX_IDENTIFIER} printable characters`);
}

function healthCheckOf(id: Field | undefined): string | undefined | Fault {
  if (id === undefined || id.text === '') return undefined;
  if (/^[A-Za-z0-9-]{1,64}$/.test(id.text)) return id.text;
  return fault(id, 'is not the id of a health check: write it as in "abcdef11-2222-3333-4444-555555fedcba"');
}

/** As ExternalDNS reads numbers. */
const isWhole = (text: string) => /^[+-]?\d{1,18}$/.test(text);

function weightOf(weight: Field): Routing | Fault {
  const value = Number(weight.text);
  if (isWhole(weight.text) && value >= 0 && value <= 255) return { weight: Math.abs(value) };
  return fault(weight, 'is not a weight: write a whole number from 0 to 255');
}

function regionIn(region: Field, made: (region: string) => Routing): Routing | Fault {
  if (REGIONS.has(region.text)) return made(region.text);
  const nearest = nearestKey(region.text, [...REGIONS]);
  const hint = nearest === undefined ? 'write it as in "eu-west-1"' : `did you mean "${nearest}"?`;
  return fault(region, `is not a region of AWS: ${hint}`);
}

function failoverOf(failover: Field): Routing | Fault {
  const role = failover.text;
  if (role === 'PRIMARY' || role === 'SECONDARY') return { failover: role };
  return fault(failover, 'is not a failover role: write "PRIMARY" or "SECONDARY"');
}

function locationOf([continent, country, subdivision]: Given): Routing | Fault {
  const beside = country ?? subdivision;
  if (continent && beside) {
    return {
      field: continent.field,
      problem: `a location is a continent or a country, and ${beside.field} is given, too: remove one of the two`,
    };
  }
  if (continent) {
    if (CONTINENTS.has(continent.text)) return { geoLocation: { continentCode: continent.text } };
    return fault(continent, `is not a continent: write one of ${[...CONTINENTS].join(', ')}`);
  }
  if (!country) {
    return {
      field: subdivision?.field ?? '',
      problem: 'a subdivision needs a country code beside it: add one',
    };
  }
  if (country.text !== '*' && !COUNTRIES.has(country.text)) return noCountry(country);
  const geoLocation = { countryCode: country.text };
  if (!subdivision) return { geoLocation };
  const problem = whyNoSubdivision(subdivision.text, country.text);
  if (problem !== undefined) return fault(subdivision, problem);
  return { geoLocation: { ...geoLocation, subdivisionCode: subdivision.text } };
}

function noCountry(country: Field): Fault {
  const meant = country.text === 'UK' ? 'GB' : country.text.toUpperCase();
  const how = 'write two capital letters of ISO 3166 as in "DE", or "*" for everywhere else';
  return fault(country, `is not a country: ${COUNTRIES.has(meant) ? `did you mean "${meant}"?` : how}`);
}

function whyNoSubdivision(code: string, country: string): string | undefined {
  if (!DIVIDED.has(country)) return 'is not a subdivision that Route 53 knows: it has those of the US, and of Ukraine';
  // Which codes of Ukraine it has is not written anywhere.
  const isKnown = country === 'US' ? US_STATES.has(code) : /^[A-Z0-9]{1,3}$/.test(code);
  return isKnown
    ? undefined
    : `is not a subdivision of ${country}: write its code as in "${country === 'US' ? 'CA' : '43'}"`;
}

function proximityOf([region, group, coordinates, bias]: Given): Routing | Fault {
  const [place, other] = [region, group, coordinates].filter(field => field !== undefined);
  if (!place) {
    const problem = 'a bias needs a place beside it: add a region, a local zone group or coordinates';
    return { field: bias?.field ?? '', problem };
  }
  if (other)
    return {
      field: other.field,
      problem: `a record has one place, and ${place.field} is given, too: remove one of the two`,
    };
  const value = Number(bias?.text ?? 0);
  if (bias && !(isWhole(bias.text) && Math.abs(value) <= 99)) {
    return fault(bias, 'is not a bias: write a whole number from -99 to 99');
  }
  // A bias of 0 is written, too, as ExternalDNS does: it would see a difference otherwise.
  const near = { bias: value === 0 ? 0 : value };
  if (place === region) return regionIn(region, awsRegion => ({ geoProximity: { awsRegion, ...near } }));
  if (place === group) {
    if (/^[a-z]{2}[a-z0-9-]{2,60}$/.test(group.text)) return { geoProximity: { localZoneGroup: group.text, ...near } };
    return fault(group, 'is not a local zone group: write it as in "us-east-1-bue-1"');
  }
  return coordinatesOf(place, near);
}

/** API reference, Coordinates: Latitude, Longitude. */
const DEGREES = /^ *([+-]?\d{1,2}(?:\.\d{0,2})?) *, *([+-]?\d{1,3}(?:\.\d{0,2})?) *$/;

function coordinatesOf(place: Field, near: { readonly bias: number }): Routing | Fault {
  const [, latitude, longitude] = DEGREES.exec(place.text) ?? [];
  if (latitude && longitude && Math.abs(Number(latitude)) <= 90 && Math.abs(Number(longitude)) <= 180)
    return { geoProximity: { coordinates: { latitude, longitude }, ...near } };
  return fault(
    place,
    'are not coordinates: write latitude and longitude in degrees, two decimals at most, as in "52.52,13.41"',
  );
}

/** ExternalDNS takes any value for yes, "false" too. */
function multiValueOf(multi: Field): Routing | Fault {
  if (multi.text === 'true' || multi.text === '') return { multiValueAnswer: true };
  return fault(multi, 'is not obeyed: write "true", or remove it');
}
