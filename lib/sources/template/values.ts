/**
 * The values of a template are those of JSON, and undefined for what is not there. They behave as Go's do: a map and a
 * list that are empty are false, a list prints as `[a b]`, a map as `map[k:v]` in the order of its keys.
 */
export type Value = unknown;

/** What a function cannot do with its arguments; the place is added where it is called. */
export class Misuse extends Error {}

export const isMap = (value: Value): value is Readonly<Record<string, Value>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a key of a map, its own keys only. */
export const entry = (map: Readonly<Record<string, Value>>, key: string): Value =>
  Object.hasOwn(map, key) ? (map[key] ?? undefined) : undefined;

export function isTrue(value: Value): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isMap(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** As Go's `%v` prints it; what is not there prints as nothing. */
export function printed(value: Value): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return `[${value.map(printed).join(' ')}]`;
  if (!isMap(value)) return String(value);
  const keys = Object.keys(value).sort();
  return `map[${keys.map(key => `${key}:${printed(value[key])}`).join(' ')}]`;
}

/** For messages. */
export function typeName(value: Value): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return isMap(value) ? 'a map' : typeof value === 'string' ? 'a text' : `a ${typeof value}`;
}
