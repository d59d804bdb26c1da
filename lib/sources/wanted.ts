import { hash } from 'node:crypto';
import type { DnsName, Endpoint, Finding, Hold, SourceKind, Wanted } from '../model/index.ts';
import { aliasOf, aliasTypesOf, isForeign, isUnsupported, listOf, ttlOf, warnOfDetails } from './annotations.ts';
import { canonicalHostname } from './hostname.ts';
import { ingressHostnames } from './ingress.ts';
import { frontTargets, isIPv4Only } from './load-balancer.ts';
import { type Field, Notes } from './notes.ts';
import { annotationOf, type KubernetesObject, openObject } from './object.ts';
import { serviceHostnames, serviceTargets, unsupportedType } from './service.ts';
import type { SourceContext } from './settings.ts';
import { loadBalancerFields, targetSets } from './targets.ts';

const STATUS = 'status.loadBalancer.ingress';

/**
 * Turns one page of a listing into what its objects ask for. Total: whatever the objects are, nothing is thrown, and what
 * cannot be used is among the findings. Pages are independent: their results can be put one after the other.
 *
 * @param objects plain JSON as the API server sends it
 */
export function wantedFrom(kind: SourceKind, objects: readonly unknown[], context: SourceContext): Wanted {
  const endpoints: Endpoint[] = [];
  const holds: Hold[] = [];
  const findings: Finding[] = [];
  for (const raw of objects) {
    const opened = openObject(kind, raw, context);
    const notes = opened instanceof Notes ? opened : opened.notes;
    if (!(opened instanceof Notes)) append(endpoints, endpointsOf(kind, opened, context));
    append(holds, notes.holds);
    append(findings, notes.findings);
  }
  return { endpoints, holds, findings };
}

/** Not `push(...items)`, which overflows the stack where one object names very many hosts. */
function append<T>(list: T[], items: readonly T[]): void {
  for (const item of items) list.push(item);
}

/**
 * A short text that is the same for two states of one object if and only if they ask for the same, so that a watcher can
 * tell a change that matters from a heartbeat without keeping the object. Empty: the object asks for nothing.
 */
export function dnsFingerprint(kind: SourceKind, object: unknown, context: SourceContext): string {
  const wanted = wantedFrom(kind, [object], context);
  if (Object.values(wanted).every(part => part.length === 0)) return '';
  return hash('sha256', JSON.stringify(wanted), 'base64url');
}

function endpointsOf(kind: SourceKind, object: KubernetesObject, { settings }: SourceContext): Endpoint[] {
  if (isForeign(object)) return [];
  const { notes } = object;
  const names = namesOf(kind === 'service' ? serviceHostnames(object, settings) : ingressHostnames(object), notes);
  if (isUnsupported(object, names) || names.length === 0) return [];
  const fields = targetFields(kind, object, names);
  if (fields === undefined) return [];
  if (fields.length === 0) {
    const because = 'the load balancer is not there yet, what is published stays';
    notes.refuse(names, 'no-target', STATUS, because);
    for (const name of names) notes.hold(name, because);
    return [];
  }
  return published(object, names, fields);
}

function published(object: KubernetesObject, names: readonly DnsName[], fields: readonly Field[]): Endpoint[] {
  const { notes } = object;
  const sets = targetSets(fields, notes);
  if (sets.length === 0) for (const name of names) notes.hold(name, 'its targets are malformed');
  warnOfDetails(object);
  const ttl = ttlOf(object);
  const alias = aliasOf(object);
  const ofStatus = fields[0]?.field.startsWith(STATUS) === true;
  const aliasTypes = aliasTypesOf(object, ofStatus && isIPv4Only(object.metadata));
  const endpoints: Endpoint[] = [];
  for (const name of names) {
    for (const set of sets) {
      if (set.type === 'CNAME' && set.targets[0] === name) pointsToItself(name, fields[0]?.field ?? STATUS, notes);
      else
        endpoints.push({
          name,
          ...set,
          ...(ttl !== undefined && { ttl }),
          alias,
          ...(set.type === 'CNAME' && aliasTypes && { aliasTypes }),
          object: notes.object,
        });
    }
  }
  return endpoints;
}

function pointsToItself(name: DnsName, field: string, notes: Notes): void {
  notes.add('invalid', field, `${name} would point to itself: give another target or hostname`, name);
  notes.hold(name, 'it would point to itself');
}

function namesOf(hostnames: readonly Field[], notes: Notes): DnsName[] {
  const names = new Set<DnsName>();
  for (const hostname of hostnames) {
    const result = canonicalHostname(hostname.text, { wildcard: true });
    if ('name' in result) names.add(result.name);
    else notes.malformed(hostname, 'a hostname', result.problem);
  }
  return [...names];
}

/** The targets as written: of the annotation on any object, else of the load balancer. Undefined: refused, and noted. */
function targetFields(kind: SourceKind, object: KubernetesObject, names: readonly DnsName[]): Field[] | undefined {
  const { notes } = object;
  const annotated = listOf(annotationOf(object.annotations, 'target'));
  if (annotated.length > 0) return annotated;
  const before = notes.wrongTypes;
  const fields = kind === 'service' ? serviceTargets(object) : loadBalancerFields(object.status, notes);
  if (fields === undefined) {
    notes.refuse(names, 'unsupported', 'spec.type', unsupportedType(object));
    notes.holdAll('its type is not supported yet');
  }
  return notes.wrongTypes > before ? undefined : fields && [...frontTargets(object.metadata, fields)];
}
