import { REGIONS } from '../aws/regions.ts';
import { type Change, RECORD_TYPES, type RecordSet } from './records.ts';

type Facet = (text: string) => string | undefined;

/** What Route 53's schema asks of the text of each element (API reference, data types). */
const FACETS: Readonly<Record<string, Facet>> = {
  Action: oneOf(['CREATE', 'DELETE', 'UPSERT']),
  Name: length(0, 1024, 'DNSName'),
  DNSName: length(0, 1024, 'DNSName'),
  Type: oneOf(RECORD_TYPES),
  SetIdentifier: length(1, 128, 'ResourceRecordSetIdentifier'),
  Weight: integer(0, 255, 'ResourceRecordSetWeight'),
  Region: oneOf(REGIONS),
  ContinentCode: length(2, 2, 'GeoLocationContinentCode'),
  CountryCode: length(1, 2, 'GeoLocationCountryCode'),
  SubdivisionCode: length(1, 3, 'GeoLocationSubdivisionCode'),
  Failover: oneOf(['PRIMARY', 'SECONDARY']),
  MultiValueAnswer: boolean,
  TTL: integer(0, 2147483647, 'TTL'),
  Value: length(0, 4000, 'RData'),
  HostedZoneId: length(0, 32, 'ResourceId'),
  EvaluateTargetHealth: boolean,
  HealthCheckId: length(0, 64, 'HealthCheckId'),
  TrafficPolicyInstanceId: length(1, 36, 'TrafficPolicyInstanceId'),
  LocationName: length(1, 16, 'CidrLocationNameDefaultAllowed'),
  Bias: integer(-99, 99, 'Bias'),
  Comment: length(0, 256, 'ResourceDescription'),
  CallerReference: length(1, 128, 'Nonce'),
  PrivateZone: boolean,
  VPCId: length(0, 1024, 'VPCId'),
};

/** What is wrong with the text of an element, in the words of the schema validator; undefined when it is valid. */
export function violation(element: string, text: string): string | undefined {
  return FACETS[element]?.(text);
}

/** The same for a change that did not come as XML: the first violation of its fields. */
export function changeViolation(change: Change): string | undefined {
  for (const [element, text] of elements(change.action, change.recordSet)) {
    const found = violation(element, text);
    if (found) return found;
  }
  return undefined;
}

function* elements(action: string, set: RecordSet): Generator<[element: string, text: string]> {
  yield ['Action', action];
  yield ['Name', set.name];
  yield ['Type', set.type];
  if (set.setIdentifier !== undefined) yield ['SetIdentifier', set.setIdentifier];
  if (set.weight !== undefined) yield ['Weight', String(set.weight)];
  if (set.region !== undefined) yield ['Region', set.region];
  if (set.failover !== undefined) yield ['Failover', set.failover];
  if (set.geoLocation?.continentCode !== undefined) yield ['ContinentCode', set.geoLocation.continentCode];
  if (set.geoLocation?.countryCode !== undefined) yield ['CountryCode', set.geoLocation.countryCode];
  if (set.geoLocation?.subdivisionCode !== undefined) yield ['SubdivisionCode', set.geoLocation.subdivisionCode];
  if (set.ttl !== undefined) yield ['TTL', String(set.ttl)];
  for (const value of set.values ?? []) yield ['Value', value];
  if (set.alias) {
    yield ['HostedZoneId', set.alias.hostedZoneId];
    yield ['DNSName', set.alias.dnsName];
  }
  if (set.healthCheckId !== undefined) yield ['HealthCheckId', set.healthCheckId];
  if (set.trafficPolicyInstanceId !== undefined) yield ['TrafficPolicyInstanceId', set.trafficPolicyInstanceId];
  if (set.cidrRoutingConfig) yield ['LocationName', set.cidrRoutingConfig.locationName];
  if (set.geoProximityLocation?.bias !== undefined) yield ['Bias', String(set.geoProximityLocation.bias)];
}

function length(min: number, max: number, type: string): Facet {
  return text => {
    // Code units are enough unless the text is near the limit: no character takes fewer code units than one.
    const size = text.length > max ? [...text].length : text.length;
    const facet = size > max ? 'maxLength' : size < min ? 'minLength' : undefined;
    if (!facet) return undefined;
    const limit = facet === 'maxLength' ? max : min;
    return `cvc-${facet}-valid: Value '${text}' with length = '${size}' is not facet-valid with respect to ${facet} '${limit}' for type '${type}'.`;
  };
}

function integer(min: number, max: number, type: string): Facet {
  return text => {
    const trimmed = text.trim();
    if (!/^[+-]?\d+$/.test(trimmed)) return notA('integer', text);
    const facet = Number(trimmed) > max ? 'maxInclusive' : Number(trimmed) < min ? 'minInclusive' : undefined;
    if (!facet) return undefined;
    const limit = facet === 'maxInclusive' ? max : min;
    return `cvc-${facet}-valid: Value '${trimmed}' is not facet-valid with respect to ${facet} '${limit}' for type '${type}'.`;
  };
}

function boolean(text: string): string | undefined {
  return ['true', 'false', '1', '0'].includes(text.trim()) ? undefined : notA('boolean', text);
}

function notA(type: string, text: string): string {
  return `cvc-datatype-valid.1.2.1: '${text}' is not a valid value for '${type}'.`;
}

function oneOf(allowed: readonly string[]): Facet {
  const set = new Set(allowed);
  const list = allowed.join(', ');
  return text =>
    set.has(text)
      ? undefined
      : `cvc-enumeration-valid: Value '${text}' is not facet-valid with respect to enumeration '[${list}]'. It must be a value from the enumeration.`;
}
