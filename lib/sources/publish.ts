import type { DnsName, Endpoint } from '../model/index.ts';
import { aliasOf, aliasTypesOf, listOf, ttlOf, warnOfDetails } from './annotations.ts';
import { canonicalHostname } from './hostname.ts';
import { isIPv4Only } from './load-balancer.ts';
import type { Field, Notes } from './notes.ts';
import { annotationOf, type KubernetesObject } from './object.ts';
import { targetSets } from './targets.ts';

/** Names with the targets, as written, that they are to point to. */
export interface Asked {
  readonly names: readonly DnsName[];
  readonly targets: readonly Field[];
}

/** Hostnames in canonical form, each once; malformed ones are noted and hold the object. */
export function namesOf(hostnames: readonly Field[], notes: Notes): DnsName[] {
  const names = new Set<DnsName>();
  for (const hostname of hostnames) {
    const result = canonicalHostname(hostname.text, { wildcard: true });
    if ('name' in result) names.add(result.name);
    else notes.malformed(hostname, 'a hostname', result.problem);
  }
  return [...names];
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

/** The endpoints of an object, with what its annotations say of TTL and alias. */
export function published(object: KubernetesObject, asked: readonly Asked[]): Endpoint[] {
  const { notes } = object;
  if (asked.length === 0) return [];
  warnOfDetails(object);
  const ttl = ttlOf(object);
  const alias = aliasOf(object);
  const endpoints: Endpoint[] = [];
  for (const { names, targets } of asked) {
    const sets = targetSets(targets, notes);
    const ofStatus = targets[0]?.field.startsWith(STATUS) === true;
    const aliasTypes = aliasTypesOf(object, ofStatus && isIPv4Only(object.metadata));
    if (sets.length === 0) for (const name of names) notes.hold(name, 'its targets are malformed');
    for (const name of names) {
      for (const set of sets) {
        if (set.type === 'CNAME' && set.targets[0] === name) pointsToItself(name, targets[0]?.field ?? '', notes);
        else {
          const types = set.type === 'CNAME' && aliasTypes && { aliasTypes };
          endpoints.push({ name, ...set, ...(ttl !== undefined && { ttl }), alias, ...types, object: notes.object });
        }
      }
    }
  }
  return endpoints;
}

function pointsToItself(name: DnsName, field: string, notes: Notes): void {
  notes.add('invalid', field, `${name} would point to itself: give another target or hostname`, name);
  notes.hold(name, 'it would point to itself');
}

const STATUS = 'status.loadBalancer.ingress';

/**
 * The endpoints of an object with a load balancer of its own.
 *
 * @param targets undefined: refused, and noted; empty: not there yet
 */
export function behindLoadBalancer(
  object: KubernetesObject,
  names: readonly DnsName[],
  targets: readonly Field[] | undefined,
): Endpoint[] {
  if (targets === undefined) return [];
  if (targets.length > 0) return published(object, [{ names, targets }]);
  withoutTarget(names, STATUS, 'the load balancer is not there yet, what is published stays', object.notes);
  return [];
}
