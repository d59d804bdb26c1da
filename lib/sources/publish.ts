import type { DnsName, Endpoint } from '../model/index.ts';
import { aliasOf, aliasTypesOf, listOf, targetHealthOf, ttlOf, warnOfDetails } from './annotations.ts';
import { isIPv4Only } from './load-balancer.ts';
import { withinNets } from './nets.ts';
import type { Field, Notes } from './notes.ts';
import { annotationOf, type KubernetesObject } from './object.ts';
import { zoneIdOf } from './provider.ts';
import type { SourceSettings } from './settings.ts';
import { targetSets } from './targets.ts';

/** Names with the targets, as written, that they are to point to. */
export interface Asked {
  readonly names: readonly DnsName[];
  readonly targets: readonly Field[];
}

/** The targets of the object's own annotation. */
export function annotatedTargets({ annotations }: KubernetesObject): Field[] {
  return listOf(annotationOf(annotations, 'target'));
}

/** Names whose targets are not there (yet): told, and what is published of them stays. */
export function withoutTarget(names: readonly DnsName[], field: string, because: string, notes: Notes): void {
  notes.refuse(names, 'no-target', field, because);
  for (const name of names) notes.hold(name, because);
}

/** What an object says of all its records alike. */
export type Common = Omit<Endpoint, 'name' | 'type' | 'targets'>;

/** The endpoints of an object, with what its annotations say of TTL, alias, target health and hosted zone. */
export function published(object: KubernetesObject, asked: readonly Asked[], settings: SourceSettings): Endpoint[] {
  const { notes } = object;
  if (asked.length === 0) return [];
  const common = commonOf(object);
  if (common === undefined) return [];
  warnOfDetails(object);
  return asked.flatMap(each => {
    const ofStatus = each.targets[0]?.field.startsWith(STATUS) === true;
    const aliasTypes = aliasTypesOf(object, ofStatus && isIPv4Only(object.metadata));
    return endpointsOf(each, aliasTypes ? { ...common, aliasTypes } : common, settings, notes);
  });
}

/** Undefined: malformed, and noted. */
export function commonOf(object: KubernetesObject): Common | undefined {
  const { annotations, notes } = object;
  const zoneId = zoneIdOf(annotationOf(annotations, 'aws-hosted-zone-id'), notes);
  if (zoneId === null) {
    notes.holdAll('its hosted zone is malformed');
    return undefined;
  }
  const ttl = ttlOf(object);
  const alias = aliasOf(object);
  const health = targetHealthOf(object);
  const plain = { ...(ttl !== undefined && { ttl }), alias, object: notes.object };
  if (health === undefined && zoneId === undefined) return plain;
  return {
    ...plain,
    ...(health !== undefined && { evaluateTargetHealth: health }),
    ...(zoneId !== undefined && { zoneId }),
  };
}

/** Endpoints of names and their targets. What the config's nets leave nothing of is not wanted. */
export function endpointsOf(
  { names, targets }: Asked,
  common: Common,
  settings: SourceSettings,
  notes: Notes,
): Endpoint[] {
  const endpoints: Endpoint[] = [];
  const { aliasTypes, ...plain } = common;
  const others: Common = aliasTypes === undefined ? common : plain;
  const field = targets[0]?.field ?? '';
  const whole = targetSets(targets, notes);
  if (whole.length === 0) for (const name of names) notes.hold(name, 'its targets are malformed');
  const sets = withinNets(whole, settings, field, notes);
  for (const name of names) {
    for (const set of sets) {
      if (set.type === 'CNAME' && set.targets[0] === name) pointsToItself(name, field, notes);
      else endpoints.push({ name, ...set, ...(set.type === 'CNAME' ? common : others) });
    }
  }
  return endpoints;
}

function pointsToItself(name: DnsName, field: string, notes: Notes): void {
  notes.add('invalid', field, `${name} would point to itself: give another target or hostname`, name);
  notes.hold(name, 'it would point to itself');
}

const STATUS = 'status.loadBalancer.ingress';

/** The targets of an object's load balancer were looked for: names without any wait. */
export function behindLoadBalancer(
  object: KubernetesObject,
  asked: readonly Asked[],
  settings: SourceSettings,
): Endpoint[] {
  return publishedOrWaiting(object, asked, settings, {
    field: STATUS,
    because: 'the load balancer is not there yet, what is published stays',
  });
}

/** Publishes names that have targets; the others wait. */
export function publishedOrWaiting(
  object: KubernetesObject,
  asked: readonly Asked[],
  settings: SourceSettings,
  missing: { readonly field: string; readonly because: string },
): Endpoint[] {
  for (const { names, targets } of asked) {
    if (targets.length === 0) withoutTarget(names, missing.field, missing.because, object.notes);
  }
  const ready = asked.filter(({ targets }) => targets.length > 0);
  return published(object, ready, settings);
}
