import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import type { RecordSet, Routing } from '../model/index.ts';
import { fromWire, toWire, zoneIdFromWire } from './names.ts';

/** A record set as the SDK gives it; nothing is lost. */
export function fromSdkRecord(record: ResourceRecordSet): RecordSet {
  const routing = routingOf(record);
  return {
    name: fromWire(record.Name ?? ''),
    type: record.Type ?? '',
    ...(record.SetIdentifier !== undefined && { setIdentifier: record.SetIdentifier }),
    ...(record.TTL !== undefined && { ttl: record.TTL }),
    ...(record.ResourceRecords?.length && { values: record.ResourceRecords.map(({ Value }) => Value ?? '') }),
    ...(record.AliasTarget && {
      alias: {
        zoneId: zoneIdFromWire(record.AliasTarget.HostedZoneId ?? ''),
        dnsName: fromWire(record.AliasTarget.DNSName ?? ''),
        evaluateTargetHealth: record.AliasTarget.EvaluateTargetHealth === true,
      },
    }),
    ...(routing && { routing }),
    ...(record.HealthCheckId !== undefined && { healthCheckId: record.HealthCheckId }),
    ...(record.TrafficPolicyInstanceId !== undefined && { trafficPolicyInstanceId: record.TrafficPolicyInstanceId }),
  };
}

function routingOf(record: ResourceRecordSet): Routing | undefined {
  const {
    Weight,
    Region,
    Failover,
    GeoLocation: geo,
    MultiValueAnswer,
    CidrRoutingConfig: cidr,
    GeoProximityLocation: near,
  } = record;
  if (Weight !== undefined) return { weight: Weight };
  if (Region !== undefined) return { region: Region };
  if (Failover !== undefined) return { failover: Failover };
  if (MultiValueAnswer !== undefined) return { multiValueAnswer: MultiValueAnswer };
  if (geo)
    return {
      geoLocation: defined({
        continentCode: geo.ContinentCode,
        countryCode: geo.CountryCode,
        subdivisionCode: geo.SubdivisionCode,
      }),
    };
  if (cidr) return { cidr: { collectionId: cidr.CollectionId ?? '', locationName: cidr.LocationName ?? '' } };
  if (!near) return undefined;
  const coordinates = near.Coordinates && {
    latitude: near.Coordinates.Latitude ?? '',
    longitude: near.Coordinates.Longitude ?? '',
  };
  return {
    geoProximity: defined({
      awsRegion: near.AWSRegion,
      localZoneGroup: near.LocalZoneGroup,
      coordinates,
      bias: near.Bias,
    }),
  };
}

/** A record set as the SDK sends it. */
export function toSdkRecord(record: RecordSet): ResourceRecordSet {
  return defined({
    Name: toWire(record.name),
    Type: record.type as NonNullable<ResourceRecordSet['Type']>,
    SetIdentifier: record.setIdentifier,
    TTL: record.ttl,
    ResourceRecords: record.values?.map(Value => ({ Value })),
    AliasTarget: record.alias && {
      HostedZoneId: record.alias.zoneId,
      DNSName: toWire(record.alias.dnsName),
      EvaluateTargetHealth: record.alias.evaluateTargetHealth,
    },
    HealthCheckId: record.healthCheckId,
    TrafficPolicyInstanceId: record.trafficPolicyInstanceId,
    ...toSdkRouting(record.routing ?? {}),
  });
}

function toSdkRouting({
  weight,
  region,
  failover,
  multiValueAnswer,
  geoLocation,
  cidr,
  geoProximity,
}: Routing): Partial<ResourceRecordSet> {
  return defined({
    Weight: weight,
    Region: region as ResourceRecordSet['Region'],
    Failover: failover,
    MultiValueAnswer: multiValueAnswer,
    GeoLocation:
      geoLocation &&
      defined({
        ContinentCode: geoLocation.continentCode,
        CountryCode: geoLocation.countryCode,
        SubdivisionCode: geoLocation.subdivisionCode,
      }),
    CidrRoutingConfig: cidr && { CollectionId: cidr.collectionId, LocationName: cidr.locationName },
    GeoProximityLocation:
      geoProximity &&
      defined({
        AWSRegion: geoProximity.awsRegion,
        LocalZoneGroup: geoProximity.localZoneGroup,
        Coordinates: geoProximity.coordinates && {
          Latitude: geoProximity.coordinates.latitude,
          Longitude: geoProximity.coordinates.longitude,
        },
        Bias: geoProximity.bias,
      }),
  });
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** The object without its undefined fields. */
function defined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>;
}
