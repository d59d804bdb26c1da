import type { DnsName } from '../model/index.ts';
import { listOf } from './annotations.ts';
import { textsAt } from './filters.ts';
import { canonicalHostname } from './hostname.ts';
import type { Field, Notes } from './notes.ts';
import { annotationOf, at, type KubernetesObject } from './object.ts';
import { rulesOf } from './rules.ts';
import type { SourceSettings } from './settings.ts';
import { listFrom, type Template, TemplateError } from './template/index.ts';

/** What most objects have of most things; they are very many. */
const NONE: readonly never[] = [];

/** Hostnames in canonical form, each once; malformed ones are noted and hold the object. */
export function namesOf(hostnames: readonly Field[], notes: Notes): readonly DnsName[] {
  if (hostnames.length === 0) return NONE;
  const names = new Set<DnsName>();
  for (const hostname of hostnames) {
    const result = canonicalHostname(hostname.text, { wildcard: true });
    if ('name' in result) names.add(result.name);
    else notes.malformed(hostname, 'a hostname', result.problem);
  }
  notes.asksFor(names);
  return [...names];
}

/** Names that an object asks for, and their targets where the config's templates give them; none: its own. */
export interface Called {
  readonly names: readonly DnsName[];
  readonly targets: readonly Field[];
}

/**
 * The names of an object: its own, and those that `hostnames.templates` makes of it where it has none or templates are
 * combined with its own. An error in a template holds the object.
 *
 * @param own as written
 * @param others whether it has names besides
 */
export function calledBy(
  object: KubernetesObject,
  own: readonly Field[],
  settings: SourceSettings,
  others = false,
): readonly Called[] {
  const { templates } = rulesOf(settings);
  if (templates.length === 0) {
    return own.length === 0 ? NONE : withNames([{ names: namesOf(own, object.notes), targets: NONE }]);
  }
  const templated = templatedHostnames(object, settings, own.length > 0 || others);
  const targets =
    templated.length > 0 ? made('hostnames.targetTemplates', rulesOf(settings).targetTemplates, object) : [];
  // Without the targets that were meant for them, the names made by templates are held, not given other targets.
  if (targets === undefined) return withNames([{ names: namesOf(own, object.notes), targets: NONE }]);
  if (targets.length === 0) return withNames([{ names: namesOf([...own, ...templated], object.notes), targets }]);
  const names = namesOf(own, object.notes);
  const fresh = namesOf(templated, object.notes).filter(name => !names.includes(name));
  return withNames([
    { names, targets: [] },
    { names: fresh, targets },
  ]);
}

export function namesIn(called: readonly Called[]): readonly DnsName[] {
  return called.length < 2 ? (called[0]?.names ?? NONE) : called.flatMap(({ names }) => names);
}

const withNames = (called: readonly Called[]) => called.filter(({ names }) => names.length > 0);

/** Those of the `hostname` annotation, or of another one with a list of hostnames. */
export function annotatedHostnames(
  object: KubernetesObject,
  settings: SourceSettings,
  key: 'hostname' | 'internal-hostname' = 'hostname',
): readonly Field[] {
  const annotation = annotationOf(object.annotations, key);
  return annotation === undefined || rulesOf(settings).ignoreAnnotation ? NONE : listOf(annotation);
}

function templatedHostnames(object: KubernetesObject, settings: SourceSettings, namesItself: boolean): Field[] {
  const { templates, combine } = rulesOf(settings);
  return namesItself && !combine ? [] : (made('hostnames.templates', templates, object) ?? []);
}

/** What templates make of an object; undefined: one of them fails on it, which holds it. */
function made(key: string, templates: readonly Template[], object: KubernetesObject): Field[] | undefined {
  const fields: Field[] = [];
  let failed = false;
  for (const [i, template] of templates.entries()) {
    const field = `${key}[${i}] of the config`;
    try {
      const input = { fields: fieldsOf(object), source: object.form.source };
      fields.push(...listFrom([template], input).map(text => ({ text, field })));
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      object.notes.add('invalid', field, error.message);
      object.notes.holdAll(`${field} fails on it`);
      failed = true;
    }
  }
  return failed ? undefined : fields;
}

function fieldsOf({ raw, form, spec, status, notes }: KubernetesObject): Readonly<Record<string, unknown>> {
  const metadata = at(raw, 'metadata');
  return {
    Name: notes.object.name,
    Namespace: notes.object.namespace,
    Kind: form.kind,
    APIVersion: form.apiVersion,
    Labels: textsAt(raw, 'labels'),
    Annotations: textsAt(raw, 'annotations'),
    Metadata: metadata,
    ObjectMeta: metadata,
    Spec: spec,
    Status: status,
    Object: raw,
  };
}
