import type { Action, AliasTarget, Change, GeoProximityLocation, RecordSet } from './records.ts';
import { booleanOf, fieldsOf, integerOf, itemsOf, readXml, textOf, type XmlNode } from './xml-read.ts';

export interface ChangeBatch {
  readonly changes: readonly Change[];
  readonly comment: string | undefined;
}

/** Reads a ChangeResourceRecordSetsRequest. Throws Route53Error: MalformedInput, InvalidInput. */
export function readChangeBatch(body: Buffer): ChangeBatch {
  const request = fieldsOf(readXml(body, 'ChangeResourceRecordSetsRequest'), ['ChangeBatch']);
  const batch = fieldsOf(request.get('ChangeBatch') as XmlNode, ['Changes'], ['Comment']);
  return {
    changes: itemsOf(batch.get('Changes') as XmlNode, 'Change').map(readChange),
    comment: textOf(batch, 'Comment'),
  };
}

function readChange(node: XmlNode): Change {
  const fields = fieldsOf(node, ['Action', 'ResourceRecordSet']);
  return {
    action: textOf(fields, 'Action') as Action,
    recordSet: readRecordSet(fields.get('ResourceRecordSet') as XmlNode),
  };
}

const OPTIONAL = [
  'SetIdentifier',
  'Weight',
  'Region',
  'GeoLocation',
  'Failover',
  'MultiValueAnswer',
  'TTL',
  'ResourceRecords',
  'AliasTarget',
  'HealthCheckId',
  'TrafficPolicyInstanceId',
  'CidrRoutingConfig',
  'GeoProximityLocation',
];

function readRecordSet(node: XmlNode): RecordSet {
  const fields = fieldsOf(node, ['Name', 'Type'], OPTIONAL);
  return {
    name: textOf(fields, 'Name') ?? '',
    type: textOf(fields, 'Type') ?? '',
    ...present({
      setIdentifier: textOf(fields, 'SetIdentifier'),
      weight: integerOf(fields, 'Weight'),
      region: textOf(fields, 'Region'),
      failover: textOf(fields, 'Failover'),
      multiValueAnswer: booleanOf(fields, 'MultiValueAnswer'),
      ttl: integerOf(fields, 'TTL'),
      healthCheckId: textOf(fields, 'HealthCheckId'),
      trafficPolicyInstanceId: textOf(fields, 'TrafficPolicyInstanceId'),
      values: optional(fields, 'ResourceRecords', readValues),
      alias: optional(fields, 'AliasTarget', readAlias),
      geoLocation: optional(fields, 'GeoLocation', readGeoLocation),
      cidrRoutingConfig: optional(fields, 'CidrRoutingConfig', readCidr),
      geoProximityLocation: optional(fields, 'GeoProximityLocation', readGeoProximity),
    }),
  };
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Only the fields that are there: the store tells absent from undefined. */
function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}

function optional<T>(fields: ReadonlyMap<string, XmlNode>, name: string, read: (node: XmlNode) => T): T | undefined {
  const node = fields.get(name);
  return node && read(node);
}

function readValues(node: XmlNode): string[] {
  return itemsOf(node, 'ResourceRecord').map(record => textOf(fieldsOf(record, ['Value']), 'Value') ?? '');
}

function readAlias(node: XmlNode): AliasTarget {
  const fields = fieldsOf(node, ['HostedZoneId', 'DNSName', 'EvaluateTargetHealth']);
  return {
    hostedZoneId: textOf(fields, 'HostedZoneId') ?? '',
    dnsName: textOf(fields, 'DNSName') ?? '',
    evaluateTargetHealth: booleanOf(fields, 'EvaluateTargetHealth') ?? false,
  };
}

function readGeoLocation(node: XmlNode) {
  const fields = fieldsOf(node, [], ['ContinentCode', 'CountryCode', 'SubdivisionCode']);
  return present({
    continentCode: textOf(fields, 'ContinentCode'),
    countryCode: textOf(fields, 'CountryCode'),
    subdivisionCode: textOf(fields, 'SubdivisionCode'),
  });
}

function readCidr(node: XmlNode) {
  const fields = fieldsOf(node, ['CollectionId', 'LocationName']);
  return { collectionId: textOf(fields, 'CollectionId') ?? '', locationName: textOf(fields, 'LocationName') ?? '' };
}

function readGeoProximity(node: XmlNode): GeoProximityLocation {
  const fields = fieldsOf(node, [], ['AWSRegion', 'LocalZoneGroup', 'Coordinates', 'Bias']);
  return present({
    awsRegion: textOf(fields, 'AWSRegion'),
    localZoneGroup: textOf(fields, 'LocalZoneGroup'),
    coordinates: optional(fields, 'Coordinates', readCoordinates),
    bias: integerOf(fields, 'Bias'),
  });
}

function readCoordinates(node: XmlNode) {
  const fields = fieldsOf(node, ['Latitude', 'Longitude']);
  return { latitude: textOf(fields, 'Latitude') ?? '', longitude: textOf(fields, 'Longitude') ?? '' };
}
