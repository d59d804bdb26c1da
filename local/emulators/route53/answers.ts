import { element, wrap } from '../aws/xml.ts';
import type { HostedZone, Vpc } from './hosted-zone.ts';
import type { RecordSet } from './records.ts';
import type { ListPage } from './store.ts';

/** A change batch or zone that was submitted, as GetChange tells of it. */
export interface ChangeInfo {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly submittedAt: number;
  readonly comment: string | undefined;
}

export function changeInfoXml(change: ChangeInfo, status: 'PENDING' | 'INSYNC'): string {
  return wrap(
    'ChangeInfo',
    element('Id', `/change/${change.id}`) +
      element('Status', status) +
      element('SubmittedAt', new Date(change.submittedAt).toISOString()) +
      element('Comment', change.comment),
  );
}

export function hostedZoneXml(zone: HostedZone): string {
  return wrap(
    'HostedZone',
    element('Id', `/hostedzone/${zone.id}`) +
      element('Name', zone.name) +
      element('CallerReference', zone.callerReference) +
      wrap('Config', element('Comment', zone.comment) + element('PrivateZone', zone.private)) +
      element('ResourceRecordSetCount', zone.records.size),
  );
}

export function delegationXml(zone: HostedZone): string {
  const names = zone.nameServers.map(name => element('NameServer', name.replace(/\.$/, '')));
  return wrap('DelegationSet', wrap('NameServers', names.join('')));
}

export function vpcXml(vpc: Vpc): string {
  return wrap('VPC', element('VPCRegion', vpc.region) + element('VPCId', vpc.id));
}

export function tagSetXml(zone: HostedZone): string {
  const tags = [...zone.tags].map(([key, value]) => wrap('Tag', element('Key', key) + element('Value', value)));
  return wrap(
    'ResourceTagSet',
    element('ResourceType', 'hostedzone') + element('ResourceId', zone.id) + wrap('Tags', tags.join('')),
  );
}

export function recordPageXml(page: ListPage): string {
  return (
    wrap('ResourceRecordSets', page.recordSets.map(recordSetXml).join('')) +
    element('IsTruncated', page.isTruncated) +
    element('NextRecordName', page.next?.startRecordName) +
    element('NextRecordType', page.next?.startRecordType) +
    element('NextRecordIdentifier', page.next?.startRecordIdentifier) +
    element('MaxItems', page.maxItems)
  );
}

/** In the order of the API's model. */
function recordSetXml(set: RecordSet): string {
  const values = set.values?.map(value => wrap('ResourceRecord', element('Value', value)));
  return wrap(
    'ResourceRecordSet',
    element('Name', set.name) +
      element('Type', set.type) +
      element('SetIdentifier', set.setIdentifier) +
      element('Weight', set.weight) +
      element('Region', set.region) +
      geoLocationXml(set) +
      element('Failover', set.failover) +
      element('MultiValueAnswer', set.multiValueAnswer) +
      element('TTL', set.ttl) +
      (values ? wrap('ResourceRecords', values.join('')) : '') +
      aliasXml(set) +
      element('HealthCheckId', set.healthCheckId) +
      element('TrafficPolicyInstanceId', set.trafficPolicyInstanceId) +
      cidrXml(set) +
      geoProximityXml(set),
  );
}

function aliasXml({ alias }: RecordSet): string {
  if (!alias) return '';
  return wrap(
    'AliasTarget',
    element('HostedZoneId', alias.hostedZoneId) +
      element('DNSName', alias.dnsName) +
      element('EvaluateTargetHealth', alias.evaluateTargetHealth),
  );
}

function geoLocationXml({ geoLocation: geo }: RecordSet): string {
  if (!geo) return '';
  return wrap(
    'GeoLocation',
    element('ContinentCode', geo.continentCode) +
      element('CountryCode', geo.countryCode) +
      element('SubdivisionCode', geo.subdivisionCode),
  );
}

function cidrXml({ cidrRoutingConfig: cidr }: RecordSet): string {
  if (!cidr) return '';
  return wrap(
    'CidrRoutingConfig',
    element('CollectionId', cidr.collectionId) + element('LocationName', cidr.locationName),
  );
}

function geoProximityXml({ geoProximityLocation: geo }: RecordSet): string {
  if (!geo) return '';
  const { coordinates } = geo;
  return wrap(
    'GeoProximityLocation',
    element('AWSRegion', geo.awsRegion) +
      element('LocalZoneGroup', geo.localZoneGroup) +
      (coordinates
        ? wrap('Coordinates', element('Latitude', coordinates.latitude) + element('Longitude', coordinates.longitude))
        : '') +
      element('Bias', geo.bias),
  );
}
