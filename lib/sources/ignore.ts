import type { Endpoint } from '../model/index.ts';
import { quoted } from './hostname.ts';
import { Notes } from './notes.ts';
import { at, type KubernetesObject } from './object.ts';

/** fairlead's own annotations have this prefix, whatever `annotationPrefixes` says. */
export const OWN_PREFIX = 'fairlead.dev/';

const IGNORE = `${OWN_PREFIX}ignore`;
/** Where an object says so. */
export const IGNORE_FIELD = `metadata.annotations["${IGNORE}"]`;

/**
 * An object may ask for its records to stay exactly as they are, whatever else it says.
 *
 * | `fairlead.dev/ignore` | its records                                    | told        |
 * |-----------------------|------------------------------------------------|-------------|
 * | absent                | are what it asks for                           |             |
 * | `keep`                | stay, and its names are given to nobody else   | a `warning` |
 * | anything else         | stay: what was meant is not known              | `invalid`   |
 *
 * Undefined: it does not ask for that.
 *
 * @param asked what it would ask for otherwise; not called unless it says `keep`
 */
export function keptAsIs({ metadata, notes }: KubernetesObject, asked: () => readonly Endpoint[]): Notes | undefined {
  const value = at(at(metadata, 'annotations'), IGNORE);
  if (value === undefined) return undefined;
  const kept = new Notes(notes.object);
  if (value !== 'keep') {
    const shown = typeof value === 'string' ? quoted(value) : 'it';
    kept.add(
      'invalid',
      IGNORE_FIELD,
      `${shown} is not allowed: write "keep", or remove it; until then its records stay as they are`,
    );
    kept.holdAll(`${IGNORE_FIELD} is malformed`);
    return kept;
  }
  const message = `it says ${IGNORE}: keep`;
  kept.add(
    'warning',
    IGNORE_FIELD,
    'its records stay exactly as they are, whatever the object says, until the annotation is removed',
  );
  kept.holdAll(message);
  for (const endpoint of asked()) kept.putOff(endpoint, message);
  return kept;
}
