import type { NamedObject } from '../lib/model/index.ts';
import { nearestKey } from '../lib/nearest.ts';
import { placesOf, SOURCE_KINDS, sourceOf } from '../lib/sources/index.ts';

const ASKING = [...new Set(SOURCE_KINDS.map(kind => sourceOf(kind).resource))];

/** How kubectl calls a kind: `Service`, `services`, `svc`. */
const SHORT: Readonly<Record<string, string>> = { svc: 'service', ing: 'ingress' };

const WORDS: ReadonlyMap<string, string> = new Map([
  ...Object.entries(SHORT),
  ...ASKING.flatMap(word =>
    placesOf(word).flatMap(({ kind, plural }) => [word, kind.toLowerCase(), plural].map(each => [each, word] as const)),
  ),
]);

const FORM = 'write KIND/NAMESPACE/NAME, such as service/shop/web';

/** Reads `KIND/NAMESPACE/NAME`. @throws Error that says what is wrong with it */
export function parseObject(text: string): NamedObject {
  const parts = text.split('/');
  const [first = '', namespace = '', name = ''] = parts;
  if (parts.length === 2) throw new Error(`${text} names no namespace: ${FORM} (here ${first}/NAMESPACE/${namespace})`);
  if (parts.length !== 3 || parts.includes('')) throw new Error(`${text} does not name an object: ${FORM}`);
  const kind = WORDS.get(first.toLowerCase());
  if (kind !== undefined) return { kind, namespace, name };
  const near = nearestKey(first, [...WORDS.keys()]);
  const meant = near === undefined ? '' : `; did you mean ${near}?`;
  throw new Error(`"${first}" is no kind of object that asks for names: those are ${ASKING.join(', ')}${meant}`);
}
