import { invalidChangeBatch, invalidInput, invalidXml, Route53Error } from './errors.ts';
import { changeViolation } from './facets.ts';
import { bareZoneId } from './hosted-zone.ts';
import { Problem, parseName } from './names.ts';
import { type Action, type Change, policiesOf, type RecordSet } from './records.ts';
import { checkValue } from './values.ts';

/** Limits of one request (Route 53 Developer Guide, "Quotas": ChangeResourceRecordSets); an UPSERT counts twice. */
const MAX_RECORDS = 1000;
const MAX_CHARACTERS = 32_000;

/** A change in canonical form, with what is wrong with its values and alias target. */
export interface PreparedChange {
  readonly action: Action;
  readonly set: RecordSet;
  readonly problems: readonly string[];
}

/**
 * Everything that Route 53 checks of a request before it looks into the zone, in its order: schema, fields that belong
 * together, size of the whole, record names. Throws Route53Error; values that do not parse are not thrown but noted,
 * because they are reported together with the conflicts found later.
 */
export function prepare(changes: readonly Change[]): PreparedChange[] {
  if (changes.length === 0) {
    throw invalidXml("cvc-complex-type.2.4.b: The content of element 'Changes' is not complete.");
  }
  for (const change of changes) {
    const violation = changeViolation(change);
    if (violation) throw invalidXml(violation);
  }
  for (const change of changes) checkFields(change);
  checkSize(changes);
  return changes.map(canonical);
}

const CONTENT = 'Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId]';
const ROUTING = 'Expected exactly one of [Weight, Region, Failover, GeoLocation, or MultiValueAnswer]';

function checkFields({ action, recordSet: set }: Change): void {
  const complaint = contentComplaint(set) ?? routingComplaint(set);
  if (!complaint) return;
  const where = `[Action=${action}, Name=${set.name}, Type=${set.type}, SetIdentifier=${set.setIdentifier ?? 'null'}]`;
  throw invalidInput(`Invalid request: ${complaint} in Change with ${where}`);
}

function contentComplaint(set: RecordSet): string | undefined {
  const values = set.values ?? [];
  const some = set.ttl !== undefined || values.length > 0;
  const whole = set.ttl !== undefined && values.length > 0;
  const kinds = [set.alias !== undefined, some, set.trafficPolicyInstanceId !== undefined].filter(Boolean).length;
  if (kinds > 1) return `${CONTENT}, but found more than one`;
  if (kinds === 0 || (some && !whole)) return `${CONTENT}, but found none`;
  return undefined;
}

function routingComplaint(set: RecordSet): string | undefined {
  const policies = policiesOf(set);
  if (policies.length > 1) return `${ROUTING}, but found more than one`;
  if (policies.length === 1 && set.setIdentifier === undefined) return "Missing field 'SetIdentifier'";
  if (policies.length === 0 && set.setIdentifier !== undefined) return `${ROUTING}, but found none`;
  const { continentCode, countryCode, subdivisionCode } = set.geoLocation ?? { countryCode: 'none' };
  if (continentCode !== undefined && countryCode !== undefined) {
    return 'Expected exactly one of [ContinentCode, or CountryCode], but found more than one';
  }
  if (continentCode === undefined && countryCode === undefined) {
    return 'Expected exactly one of [ContinentCode, or CountryCode], but found none';
  }
  if (subdivisionCode !== undefined && countryCode === undefined) return "Missing field 'CountryCode'";
  if (policies.length === 1 && UNROUTED.includes(set.type))
    return `routing policies are not supported for resource record sets of type ${set.type}`;
  return proximityComplaint(set) ?? multiValueComplaint(set);
}

/** API reference, ResourceRecordSet, Type: what is valid for routed record sets; the wording is a guess. */
const UNROUTED: readonly string[] = ['SOA', 'NS', 'DS'];

const ONE_PLACE = '[AWSRegion, LocalZoneGroup, or Coordinates]';

/** API reference, GeoProximityLocation: one place, in degrees with two decimals at most; the wording is a guess. */
function proximityComplaint({ geoProximityLocation: near }: RecordSet): string | undefined {
  if (!near) return undefined;
  const { awsRegion, localZoneGroup, coordinates } = near;
  const places = [awsRegion, localZoneGroup, coordinates].filter(place => place !== undefined);
  if (places.length !== 1)
    return `Expected exactly one of ${ONE_PLACE}, but found ${places.length === 0 ? 'none' : 'more than one'}`;
  if (!coordinates) return undefined;
  const isWithin = (text: string, most: number) =>
    /^[-+]?\d{1,3}(\.\d{0,2})?$/.test(text) && Math.abs(Number(text)) <= most;
  const sound = isWithin(coordinates.latitude, 90) && isWithin(coordinates.longitude, 180);
  return sound ? undefined : 'Coordinates are not valid';
}

/** API reference, ResourceRecordSet: no multivalue answer for aliases, NS and CNAME; the wording is a guess. */
function multiValueComplaint(set: RecordSet): string | undefined {
  if (set.multiValueAnswer === undefined) return undefined;
  if (set.alias) return 'MultiValueAnswer is not supported for alias resource record sets';
  if (set.type !== 'NS' && set.type !== 'CNAME') return undefined;
  return `MultiValueAnswer is not supported for resource record sets of type ${set.type}`;
}

function checkSize(changes: readonly Change[]): void {
  let records = 0;
  let characters = 0;
  for (const { action, recordSet } of changes) {
    const times = action === 'UPSERT' ? 2 : 1;
    for (const value of recordSet.values ?? []) {
      records += times;
      characters += times * value.length;
    }
  }
  if (records > MAX_RECORDS) throw invalidChangeBatch([`Number of records limit of ${MAX_RECORDS} exceeded.`]);
  if (characters > MAX_CHARACTERS) throw invalidChangeBatch([`RDATA character limit of ${MAX_CHARACTERS} exceeded.`]);
}

function canonical({ action, recordSet }: Change): PreparedChange {
  const problems: string[] = [];
  const set = { ...recordSet, name: recordName(recordSet.name), ...aliasOf(recordSet, problems) };
  for (const value of recordSet.values ?? []) {
    const problem = problemOf(() => checkValue(recordSet.type, value));
    if (problem) problems.push(`Invalid Resource Record: '${problem}'`);
  }
  return { action, set, problems };
}

/** A record name that does not parse ends the whole request, unbracketed. */
function recordName(name: string): string {
  try {
    return parseName(name);
  } catch (error) {
    if (error instanceof Problem) throw new Route53Error(400, 'InvalidChangeBatch', error.message);
    throw error;
  }
}

function aliasOf({ alias }: RecordSet, problems: string[]): Pick<RecordSet, 'alias'> {
  if (!alias) return {};
  const hostedZoneId = bareZoneId(alias.hostedZoneId);
  let dnsName = alias.dnsName;
  const problem = problemOf(() => {
    dnsName = parseName(alias.dnsName);
  });
  if (problem) problems.push(problem);
  return { alias: { hostedZoneId, dnsName, evaluateTargetHealth: alias.evaluateTargetHealth } };
}

function problemOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error.message;
    throw error;
  }
}
