import type { AliasWish, DnsName } from '../model/index.ts';
import { parseSeconds } from './duration.ts';
import { quoted } from './hostname.ts';
import { isKnownAnnotation, nearestAnnotation, warnOfUnknown } from './known.ts';
import type { Field, Notes } from './notes.ts';
import { annotationOf, type KubernetesObject } from './object.ts';
import { type Fault, ROUTING_KEYS, type Routed, routingOf } from './routing.ts';
import type { SourceContext } from './settings.ts';

/** The value of the `controller` annotation that means us, as in ExternalDNS. */
const CONTROLLER = 'dns-controller';

const controllerOf = ({ annotations }: KubernetesObject) => {
  const controller = annotationOf(annotations, 'controller');
  return controller?.text === CONTROLLER ? undefined : controller;
};

/** Tells of annotations that mean nothing, unless the object is another controller's. */
export function warnOfMistakes(object: KubernetesObject, context: SourceContext): void {
  if (controllerOf(object) === undefined) warnOfUnknown(object, context);
}

/** Route 53 takes 0 to 2147483647 seconds; ExternalDNS refuses 0 in the annotation. */
const MAX_TTL = 2 ** 31 - 1;

/** Annotations that change a detail of a record, and what happens in their absence. */
const DETAILS: ReadonlyMap<string, string> = new Map([['record-type', 'no reverse record is published']]);

/**
 * A comma-separated annotation as its items: without the white space around an item, and without the empty items of
 * `a,,b,`. White space within an item stays, so that it is refused: ExternalDNS takes it out, and makes of two names between
 * which the comma is missing a third that nobody asked for.
 */
export function listOf(annotation: Field | undefined): Field[] {
  if (annotation === undefined) return [];
  if (!/[,\s]/.test(annotation.text)) return annotation.text === '' ? [] : [annotation];
  const items = annotation.text.split(',').map(item => item.trim());
  return items.filter(item => item !== '').map(text => ({ text, field: annotation.field }));
}

/** Whether the object is another controller's; such an object asks us for nothing. */
export function isForeign(object: KubernetesObject): boolean {
  const controller = controllerOf(object);
  if (controller === undefined) return false;
  const value = quoted(controller.text);
  object.notes.add(
    'filtered',
    controller.field,
    `${value} is another controller: write "${CONTROLLER}" or leave it out`,
  );
  return true;
}

/**
 * Whether an annotation that decides what record it is (routing, health check) is malformed or not supported. Then nothing
 * of the object is published: a weighted record published as a simple one would take all the traffic.
 */
export function isUnsupported(object: KubernetesObject, names: readonly DnsName[]): boolean {
  if (names.length === 0) return false;
  const { annotations, notes } = object;
  for (const { key, field } of annotations) {
    const why = whyRefused(key);
    if (why === undefined) continue;
    notes.refuse(names, 'unsupported', field, why);
    notes.holdAll(`${field} is not supported`);
    return true;
  }
  const routed = routedBy(object);
  if (!('problem' in routed)) return false;
  notes.refuse(names, 'invalid', routed.field, routed.problem);
  notes.holdAll(`${routed.field} is malformed`);
  return true;
}

/** What the annotations say of the routing of the object's records. */
export function routedBy({ annotations }: KubernetesObject): Routed | Fault {
  if (!annotations.some(({ key }) => IS_ROUTING.has(key))) return {};
  return routingOf({
    setIdentifier: annotationOf(annotations, 'set-identifier'),
    of: key => annotationOf(annotations, `aws-${key}`),
  });
}

const IS_ROUTING: ReadonlySet<string> = new Set(['set-identifier', ...ROUTING_KEYS.map(key => `aws-${key}`)]);

/** A key under `aws-` that nobody knows may be a slip of the pen in one that makes another record. */
function whyRefused(key: string): string | undefined {
  if (key === 'aws-target-hosted-zone') return 'it is not supported yet: remove the annotation';
  if (!key.startsWith('aws-') || isKnownAnnotation(key)) return undefined;
  const nearest = nearestAnnotation(key);
  return `is not a known annotation${nearest === undefined ? ': remove it' : `: did you mean "${nearest}"?`}`;
}

/** Tells of annotations that are not obeyed, where what is published is right but for a detail. */
export function warnOfDetails({ annotations, notes }: KubernetesObject): void {
  for (const { key, field } of annotations) {
    const instead = DETAILS.get(key);
    if (instead) notes.add('warning', field, `is not supported yet: ${instead}`);
  }
}

/** The `ttl` annotation. */
export function ttlOf({ annotations, notes }: KubernetesObject): number | undefined {
  const ttl = annotationOf(annotations, 'ttl');
  return ttl === undefined ? undefined : ttlIn(ttl, notes);
}

/** A time to live in seconds; undefined, with a warning, when it is malformed or out of range. */
export function ttlIn(ttl: Field, notes: Notes): number | undefined {
  const seconds = parseSeconds(ttl.text);
  if (seconds !== undefined && seconds >= 1 && seconds <= MAX_TTL) return seconds;
  const allowed = `write 1 to ${MAX_TTL} seconds as "300" or as a duration like "5m"`;
  notes.add('warning', ttl.field, `${quoted(ttl.text)} is not a TTL, the default is taken: ${allowed}`);
  return undefined;
}

/** The `alias` annotation. */
export function aliasOf({ annotations, notes }: KubernetesObject): AliasWish {
  return aliasWish(annotationOf(annotations, 'alias'), notes);
}

/** `auto`, with a warning, when it is neither `true` nor `false`. */
export function aliasWish(alias: Field | undefined, notes: Notes): AliasWish {
  if (alias === undefined) return 'auto';
  if (alias.text === 'true' || isOneFamily(alias.text)) return 'always';
  if (alias.text === 'false') return 'never';
  notes.add('warning', alias.field, `${quoted(alias.text)} is ignored: write "true", "false", "A" or "AAAA"`);
  return 'auto';
}

const isOneFamily = (text: string): text is 'A' | 'AAAA' => text === 'A' || text === 'AAAA';

/** The types to which an alias is narrowed by `alias` (`A` or `AAAA`). */
export function aliasTypesOf(alias: Field | undefined): readonly ('A' | 'AAAA')[] | undefined {
  const text = alias?.text ?? '';
  return isOneFamily(text) ? [text] : undefined;
}

/** The `aws-evaluate-target-health` annotation, as ExternalDNS reads it: anything but `true` is false. Absent: undefined. */
export function targetHealthOf({ annotations, notes }: KubernetesObject): boolean | undefined {
  const health = annotationOf(annotations, 'aws-evaluate-target-health');
  return health && isTrue(health, notes);
}

/** Anything but `true` is false, told where it is not `false` either. */
export function isTrue({ text, field }: Field, notes: Notes): boolean {
  if (text !== 'true' && text !== 'false')
    notes.add('warning', field, `${quoted(text)} means false: write "true" or "false"`);
  return text === 'true';
}
