import { SHARING_MODES, type SharingMode } from '../model/index.ts';
import { quoted } from './hostname.ts';
import { OWN_PREFIX } from './ignore.ts';
import { Notes } from './notes.ts';
import { at, type KubernetesObject } from './object.ts';

const FIELD = `metadata.annotations["${OWN_PREFIX}sharing"]`;

const isMode = (value: unknown): value is SharingMode => SHARING_MODES.some(mode => mode === value);

/**
 * How the object wants to have its names with those of other clusters (`fairlead.dev/sharing`); undefined: it does not say.
 * Where what it says is not known, its records stay as they are: a name that was to be shared could take all the traffic.
 */
export function sharingOf({ metadata, notes }: KubernetesObject): SharingMode | undefined | Notes {
  const value = at(at(metadata, 'annotations'), `${OWN_PREFIX}sharing`);
  if (value === undefined || isMode(value)) return value;
  const shown = typeof value === 'string' ? quoted(value) : 'it';
  const kept = new Notes(notes.object);
  const allowed = `write one of ${SHARING_MODES.join(', ')}, or remove it`;
  kept.add('invalid', FIELD, `${shown} is not allowed: ${allowed}; until then its records stay as they are`);
  kept.holdAll(`${FIELD} is malformed`);
  return kept;
}
