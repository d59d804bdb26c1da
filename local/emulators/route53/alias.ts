import { SERVICE_ZONES } from './alias-zones.ts';
import { inZone } from './names.ts';
import type { RecordSet } from './records.ts';

/** What an alias rule needs to know of the world around the zone that is being changed. */
export interface AliasSurroundings {
  /** Another hosted zone of the account: its name, and whether it holds a record set of that name and type. */
  hosted(zoneId: string, name: string, type: string): { readonly zone: string; readonly found: boolean } | undefined;
  /** A load balancer or the like that a test has declared not to exist; by default every one exists. */
  missing(name: string, type: string): boolean;
  /** Whether CloudFront's own rules hold. */
  readonly cloudFrontRules: boolean;
}

/** The zone that is being changed, as the changes so far have left it. */
export interface ZoneView {
  readonly id: string;
  readonly name: string;
  readonly private: boolean;
  at(name: string): readonly RecordSet[];
  /** Will a later change of the batch UPSERT this name and type? Such a target does not count yet. */
  upsertedLater(name: string, type: string): boolean;
}

const OUTSIDE = 'the alias target name does not lie within the target zone';
const ABSENT = 'that target was not found';
const CLOUDFRONT = 'cloudfront.net.';
/** API reference, AliasTarget: both are excluded, in which words is not documented. */
const PRIVATE = 'an alias in a private hosted zone cannot target a CloudFront distribution';
const HEALTH = 'EvaluateTargetHealth cannot be true for a CloudFront distribution';

/**
 * What is wrong with a record set's alias target, in Route 53's words; undefined when nothing is.
 *
 * | target zone                 | asked of the target                                                   |
 * |-----------------------------|-----------------------------------------------------------------------|
 * | the zone itself             | in it, not the record itself, there already, of the same type         |
 * | an AWS service's            | the suffix of that zone, A or AAAA (CloudFront: HTTPS too), not missing |
 * | another zone of the account | in it, there, of the same type                                        |
 * | unknown                     | refused                                                               |
 */
export function aliasRule(set: RecordSet, zone: ZoneView, around: AliasSurroundings): string | undefined {
  const why = reason(set, zone, around);
  if (!why || !set.alias) return undefined;
  const { dnsName, hostedZoneId } = set.alias;
  return `Tried to create an alias that targets ${dnsName}, type ${set.type} in zone ${hostedZoneId}, but ${why}`;
}

function reason(set: RecordSet, zone: ZoneView, around: AliasSurroundings): string | undefined {
  if (!set.alias) return undefined;
  const { dnsName, hostedZoneId } = set.alias;
  // Developer Guide, "Choosing between alias and non-alias records": every type but NS and SOA. The wording is a guess.
  if (set.type === 'NS' || set.type === 'SOA') return ABSENT;
  if (hostedZoneId === zone.id) return withinZone(set, dnsName, zone);
  const suffix = SERVICE_ZONES.get(hostedZoneId);
  if (suffix !== undefined) {
    if (!dnsName.endsWith(`.${suffix}`)) return OUTSIDE;
    if (around.cloudFrontRules && suffix === CLOUDFRONT) {
      if (zone.private) return PRIVATE;
      if (set.alias.evaluateTargetHealth) return HEALTH;
    }
    return servedTypes(suffix).includes(set.type) && !around.missing(dnsName, set.type) ? undefined : ABSENT;
  }
  const other = around.hosted(hostedZoneId, dnsName, set.type);
  if (!other || !inZone(dnsName, other.zone)) return OUTSIDE;
  return other.found ? undefined : ABSENT;
}

function withinZone(set: RecordSet, target: string, zone: ZoneView): string | undefined {
  if (!inZone(target, zone.name)) return OUTSIDE;
  if (target === set.name || zone.upsertedLater(target, set.type)) return ABSENT;
  return zone.at(target).some(other => other.type === set.type) ? undefined : ABSENT;
}

function servedTypes(suffix: string): readonly string[] {
  return suffix === CLOUDFRONT ? ['A', 'AAAA', 'HTTPS'] : ['A', 'AAAA'];
}
