import { OWN_PREFIX } from './ignore.ts';
import { at, type KubernetesObject } from './object.ts';
import { rulesOf } from './rules.ts';
import { matches, type Selector, selects } from './selector.ts';
import type { SourceContext } from './settings.ts';

/** Texts by key, of `metadata.labels` or `metadata.annotations`; what is no text is left out. */
export function textsAt(raw: unknown, key: 'labels' | 'annotations'): Readonly<Record<string, string>> {
  const texts = at(at(raw, 'metadata'), key);
  if (typeof texts !== 'object' || texts === null) return {};
  return Object.fromEntries(Object.entries(texts).filter(([, value]) => typeof value === 'string'));
}

/** Whether an object counts: of what is filtered nothing is wanted. */
export function isSelected({ raw, notes }: KubernetesObject, { settings }: SourceContext): boolean {
  const { namespaces, labels, annotations } = rulesOf(settings);
  if (namespaces.length > 0 && !namespaces.includes(notes.object.namespace)) return false;
  if (labels.length > 0 && !selects(labels, textsAt(raw, 'labels'))) return false;
  return annotations.length === 0 || annotated(annotations, raw, settings.annotationPrefixes);
}

/** A key under one of the prefixes means it under all of them; the first under which the object carries it counts. */
function annotated(selector: Selector, raw: unknown, prefixes: readonly string[]): boolean {
  const texts = textsAt(raw, 'annotations');
  const own = (key: string) => (Object.hasOwn(texts, key) ? texts[key] : undefined);
  return matches(selector, key => {
    const prefix = prefixes.find(each => key.startsWith(each));
    if (prefix === undefined) return own(key);
    const carried = prefixes.map(each => each + key.slice(prefix.length)).find(each => own(each) !== undefined);
    return carried === undefined ? undefined : own(carried);
  });
}

/** Of an object's metadata, all that is looked at, templates aside. */
export function slimMetadata(raw: unknown, { settings }: SourceContext): unknown {
  const metadata = at(raw, 'metadata');
  const annotations = at(metadata, 'annotations');
  const isMap = typeof annotations === 'object' && annotations !== null && !Array.isArray(annotations);
  const { labels, annotations: selector } = rulesOf(settings);
  const counts = (key: string) =>
    key.startsWith(OWN_PREFIX) ||
    settings.annotationPrefixes.some(prefix => key.startsWith(prefix)) ||
    selector.some(one => one.key === key);
  return {
    name: at(metadata, 'name'),
    namespace: at(metadata, 'namespace'),
    annotations: isMap ? Object.fromEntries(Object.entries(annotations).filter(([key]) => counts(key))) : annotations,
    ...(labels.length > 0 && { labels: at(metadata, 'labels') }),
  };
}
