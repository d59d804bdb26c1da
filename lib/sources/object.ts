import type { ObjectRef } from '../model/index.ts';
import { type Field, Notes, UNNAMED } from './notes.ts';
import { rulesOf } from './rules.ts';
import type { SourceContext } from './settings.ts';

/** An annotation of fairlead's; the key is without the prefix, no key occurs twice. */
export interface Annotation extends Field {
  readonly key: string;
}

/** What the objects of a source are, for templates: in listings it is left out. */
export interface ObjectForm {
  /** The word of the source. */
  readonly source: string;
  readonly kind: string;
  readonly apiVersion: string;
}

/** A Kubernetes object as the sources read it. Everything below `spec` and `status` is unchecked JSON. */
export interface KubernetesObject {
  readonly form: ObjectForm;
  readonly raw: unknown;
  readonly annotations: readonly Annotation[];
  /** As it came: the annotations of other controllers are in it. */
  readonly metadata: unknown;
  readonly spec: unknown;
  readonly status: unknown;
  readonly notes: Notes;
}

/** Names and namespaces as the API server allows them (RFC 1123 subdomain); a comma or quote would break the TXT record. */
const OBJECT_NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

/** The value at a key of a JSON object; undefined for anything else, `null` included, as Kubernetes treats it. */
export function at(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Record<string, unknown>)[key] ?? undefined;
}

/** A list of an object; empty where there is none. */
export function itemsAt(value: unknown, key: string): readonly unknown[] {
  const list = at(value, key);
  return Array.isArray(list) ? list : [];
}

/** A text of an object; empty where there is none. */
export function textAt(value: unknown, key: string): string {
  const text = at(value, key);
  return typeof text === 'string' ? text : '';
}

/** Whether an object's `conditions` have one of a type that is true. */
export function isTrue(value: unknown, type: string): boolean {
  const found = itemsAt(value, 'conditions').find(condition => at(condition, 'type') === type);
  return at(found, 'status') === 'True';
}

/** A list of an object: empty when absent, noted as malformed when it is something else. */
export function listAt(value: unknown, key: string, field: string, notes: Notes): readonly unknown[] {
  const list = at(value, key);
  if (Array.isArray(list)) return list;
  if (list !== undefined) notes.wrongType(field, 'a list');
  return [];
}

/** A text of an object as a field: undefined when absent or empty, noted as malformed when it is something else. */
export function fieldOf(value: unknown, field: string, notes: Notes): Field | undefined {
  if (typeof value === 'string') return value === '' ? undefined : { text: value, field };
  if (value !== undefined && value !== null) notes.wrongType(field, 'text');
  return undefined;
}

/**
 * Opens an object of a listing (where `kind` and `apiVersion` are absent). Where its metadata is malformed, only the notes
 * on that come back and nothing else is read: without name and namespace no ownership record could name the object, and
 * an unreadable annotation may be the one that changes what all others mean.
 *
 * @param kind the resource's word, as ownership records name it
 */
export function openObject(
  kind: string,
  raw: unknown,
  context: SourceContext,
  form: ObjectForm = { source: kind, kind, apiVersion: '' },
): KubernetesObject | Notes {
  const metadata = at(raw, 'metadata');
  const notes = new Notes(refOf(kind, raw, context), rulesOf(context.settings).limits);
  if (!isObjectName(at(metadata, 'name'))) notes.wrongType('metadata.name', 'the name of a Kubernetes object');
  if (!isObjectName(at(metadata, 'namespace'))) notes.wrongType('metadata.namespace', 'the name of a namespace');
  const annotations = readAnnotations(at(metadata, 'annotations'), context, notes);
  if (notes.wrongTypes > 0) return notes;
  return { form, raw, annotations, metadata, spec: at(raw, 'spec'), status: at(raw, 'status'), notes };
}

/** The object as ownership records name it; what is malformed of it has a stand-in. */
export function refOf(kind: string, raw: unknown, { cluster }: SourceContext): ObjectRef {
  const metadata = at(raw, 'metadata');
  const shown = (key: string) => {
    const text = at(metadata, key);
    return isObjectName(text) ? text : UNNAMED;
  };
  return { cluster, kind, namespace: shown('namespace'), name: shown('name') };
}

const isObjectName = (value: unknown): value is string => typeof value === 'string' && OBJECT_NAME.test(value);

/** The annotations under the prefixes that are obeyed, out of `metadata.annotations`. */
export function readAnnotations(value: unknown, context: SourceContext, notes: Notes): readonly Annotation[] {
  const found: Annotation[] = [];
  // Some objects carry thousands of keys: none is looked for among the others.
  const keysFound = new Set<string>();
  if (value === undefined) return found;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    notes.wrongType('metadata.annotations', 'a map');
    return found;
  }
  const entries = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(entries);
  for (const prefix of context.settings.annotationPrefixes) {
    for (const long of keys) {
      if (!long.startsWith(prefix)) continue;
      const key = long.slice(prefix.length);
      const text = entries[long] ?? undefined;
      if (text === undefined || keysFound.has(key)) continue;
      const field = `metadata.annotations["${long}"]`;
      if (typeof text !== 'string') notes.wrongType(field, 'text');
      else {
        found.push({ key, text, field });
        keysFound.add(key);
      }
    }
  }
  return found;
}

/** The annotation with a key. An object carries a handful, so a search is cheaper than a map of each object. */
export function annotationOf(annotations: readonly Annotation[], key: string): Annotation | undefined {
  return annotations.find(annotation => annotation.key === key);
}
