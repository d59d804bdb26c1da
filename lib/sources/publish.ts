import type { DnsName, Endpoint } from '../model/index.ts';
import { aliasOf, aliasTypesOf, listOf, routedBy, targetHealthOf, ttlOf, warnOfDetails } from './annotations.ts';
import { frontTargets, isIPv4Only } from './load-balancer.ts';
import { withinNets } from './nets.ts';
import type { Field, Notes } from './notes.ts';
import { annotationOf, type KubernetesObject } from './object.ts';
import { zoneIdOf } from './provider.ts';
import type { SourceSettings } from './settings.ts';
import { targetSets } from './targets.ts';

/** Where Services and Ingresses are told of their load balancer. */
const STATUS = 'status.loadBalancer.ingress';

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
  const routedBy = annotationOf(object.annotations, 'aws-multi-value-answer');
  return asked.flatMap(each => endpointsOf(each, narrowed(common, each, object), settings, notes, routedBy));
}

/** Where the load balancer is said to have no IPv6 address, an alias to it has none either. */
function narrowed(common: Common, { targets }: Asked, { metadata }: KubernetesObject): Common {
  const isNarrow = common.aliasTypes === undefined && isOfStatus(targets) && isIPv4Only(metadata);
  return isNarrow ? { ...common, aliasTypes: ['A'] } : common;
}

const isOfStatus = (targets: readonly Field[]) => targets[0]?.field.startsWith(STATUS) === true;

/** Undefined: malformed, and noted. */
export function commonOf(object: KubernetesObject): Common | undefined {
  const { annotations, notes } = object;
  const zoneId = zoneIdOf(annotationOf(annotations, 'aws-hosted-zone-id'), notes);
  if (zoneId === null) {
    notes.holdAll('its hosted zone is malformed');
    return undefined;
  }
  const routed = routedBy(object);
  // Told and held before, where the names are known.
  if ('problem' in routed) return undefined;
  const ttl = ttlOf(object);
  const alias = aliasOf(object);
  const health = targetHealthOf(object);
  const aliasTypes = aliasTypesOf(annotationOf(annotations, 'alias'));
  const plain = { ...(ttl !== undefined && { ttl }), alias, ...routed, object: notes.object };
  if (!aliasTypes && health === undefined && zoneId === undefined) return plain;
  return {
    ...plain,
    ...(aliasTypes && { aliasTypes }),
    ...(health !== undefined && { evaluateTargetHealth: health }),
    ...(zoneId !== undefined && { zoneId }),
  };
}

/**
 * Endpoints of names and their targets. What the config's nets leave nothing of is not wanted.
 * @param routedBy what asks for multivalue answers, if anything does
 */
export function endpointsOf(
  { names, targets }: Asked,
  common: Common,
  settings: SourceSettings,
  notes: Notes,
  routedBy?: Field,
): Endpoint[] {
  const { aliasTypes, ...ofAddresses } = common;
  const endpoints: Endpoint[] = [];
  const field = targets[0]?.field ?? '';
  const whole = targetSets(targets, notes);
  if (whole.length === 0) for (const name of names) notes.hold(name, 'its targets are malformed');
  const sets = withinNets(whole, settings, field, notes);
  for (const name of names) {
    for (const set of sets) {
      if (set.type === 'CNAME' && set.targets[0] === name) pointsToItself(name, field, notes);
      else if (set.type === 'CNAME' && common.routing?.multiValueAnswer)
        noMultivalue(name, routedBy?.field ?? field, notes);
      else endpoints.push({ name, ...set, ...(set.type === 'CNAME' && aliasTypes ? common : ofAddresses) });
    }
  }
  return endpoints;
}

function pointsToItself(name: DnsName, field: string, notes: Notes): void {
  notes.add('invalid', field, `${name} would point to itself: give another target or hostname`, name);
  notes.hold(name, 'it would point to itself');
}

/** API reference, ResourceRecordSet: MultiValueAnswer. */
function noMultivalue(name: DnsName, field: string, notes: Notes): void {
  const why = 'aws-multi-value-answer is for addresses: Route 53 has no multivalue answers of aliases and CNAMEs';
  notes.add('invalid', field, `${name} is not published: ${why}`, name);
  notes.hold(name, why);
}

/** The targets of an object's load balancer were looked for: names without any wait. */
export function behindLoadBalancer(
  object: KubernetesObject,
  asked: readonly Asked[],
  settings: SourceSettings,
): Endpoint[] {
  const front = asked.map(({ names, targets }) => ({
    names,
    targets: isOfStatus(targets) ? frontTargets(object.metadata, targets) : targets,
  }));
  return publishedOrWaiting(object, front, settings, {
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
