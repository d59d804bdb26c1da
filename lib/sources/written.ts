import type { DnsName, Endpoint, Written } from '../model/index.ts';
import { resourceOf } from '../model/index.ts';
import { listOf } from './annotations.ts';
import { canonicalHostname } from './hostname.ts';
import { at, itemsAt, refOf } from './object.ts';
import type { SourceContext } from './settings.ts';

/** No object that is published writes more; what is kept of one must stay small. */
const MOST = 500;
const NONE: readonly never[] = [];

/**
 * The hostnames that an object has in its own text, whatever the config makes of them: those of annotations under any
 * prefix, of the rules and TLS hosts of an Ingress, of a route, of the entries of a DNSEndpoint. By them the guard tells an
 * object that changed its hostnames from one whose hostnames the config, or something else, no longer lets through.
 * Undefined: none.
 */
export function writtenBy(resource: string, raw: unknown, context: SourceContext): Written | undefined {
  const texts = hostnamesIn(raw);
  if (texts.length === 0) return undefined;
  const of = resourceOf(refOf(resource, raw, context));
  if (texts.length > MOST) return { resource: of };
  const names = new Set(texts.flatMap(canonical));
  return names.size === 0 ? undefined : { resource: of, names: [...names] };
}

/** Those of objects that ask for other names than they have in their text: very few, as a rule. */
export function differing(written: readonly Written[], endpoints: readonly Endpoint[]): Written[] {
  const asked = new Map<string, DnsName[]>();
  for (const { name, object } of endpoints) {
    const resource = resourceOf(object);
    const names = asked.get(resource);
    if (names === undefined) asked.set(resource, [name]);
    else if (!names.includes(name)) names.push(name);
  }
  const texts = new Map(written.map(one => [one.resource, one]));
  // An object that has no hostname in its text may ask for some.
  const silent = [...asked.keys()].filter(resource => !texts.has(resource));
  return [
    ...written.filter(({ resource, names }) => !isSame(names, asked.get(resource))),
    ...silent.map(resource => ({ resource, names: [] })),
  ];
}

function isSame(names: readonly DnsName[] | undefined, asked: readonly DnsName[] = []): boolean {
  if (names?.length !== asked.length) return false;
  const [first] = asked;
  return asked.length === 1 ? names[0] === first : new Set([...names, ...asked]).size === asked.length;
}

function canonical(text: unknown): DnsName[] {
  const result = typeof text === 'string' ? canonicalHostname(text, { wildcard: true }) : undefined;
  return result && 'name' in result ? [result.name] : [];
}

function hostnamesIn(raw: unknown): readonly unknown[] {
  const spec = at(raw, 'spec');
  const listed = [
    ...itemsAt(spec, 'rules').map(rule => at(rule, 'host')),
    ...itemsAt(spec, 'tls').flatMap(entry => itemsAt(entry, 'hosts')),
    ...itemsAt(spec, 'hostnames'),
    ...itemsAt(spec, 'endpoints').map(entry => at(entry, 'dnsName')),
  ];
  const texts = annotated(raw);
  return listed.length === 0 ? texts : [...texts, ...listed];
}

/** Of `hostname` and `internal-hostname`, under whatever prefix. Most objects have none, and are very many. */
function annotated(raw: unknown): readonly string[] {
  const annotations = at(at(raw, 'metadata'), 'annotations');
  if (typeof annotations !== 'object' || annotations === null) return NONE;
  let found: string[] | undefined;
  for (const field of Object.keys(annotations)) {
    const text = field.endsWith('hostname') ? at(annotations, field) : undefined;
    if (typeof text !== 'string') continue;
    const listed = listOf({ text, field }).map(item => item.text);
    found = found ? [...found, ...listed] : listed;
  }
  return found ?? NONE;
}
