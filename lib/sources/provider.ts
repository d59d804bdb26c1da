import type { ZoneId } from '../model/index.ts';
import { quoted } from './hostname.ts';
import type { Field, Notes } from './notes.ts';

/** AWS properties of ExternalDNS that are obeyed, in the words of `providerSpecific`; the annotations have `aws-` in front. */
const OBEYED: ReadonlySet<string> = new Set(['aws/evaluate-target-health', 'aws/hosted-zone-id']);

/** Why an entry cannot be published as the simple record that it would be without its routing policy; undefined: it can. */
export function unrouted(
  properties: ReadonlyMap<string, Field>,
  setIdentifier: unknown,
  field: string,
): { readonly field: string; readonly message: string } | undefined {
  const message = 'routing policies and health checks are not supported yet: remove it';
  if (typeof setIdentifier === 'string' && setIdentifier !== '') return { field, message };
  for (const [name, property] of properties) {
    if (name.startsWith('aws/') && !OBEYED.has(name)) return { field: property.field, message };
  }
  return undefined;
}

/**
 * The hosted zone that an object pins its records to, bare or as `/hostedzone/ID`; undefined: it pins none; null: malformed,
 * and noted.
 */
export function zoneIdOf(pinned: Field | undefined, notes: Notes): ZoneId | undefined | null {
  if (pinned === undefined || pinned.text.trim() === '') return undefined;
  const id = pinned.text.trim().replace(/^\/?hostedzone\//, '');
  if (/^[A-Z0-9]{1,32}$/.test(id)) return id;
  const message = `${quoted(pinned.text)} is not a hosted zone id: write it as in "Z0123456789ABCDEFGHIJ"`;
  notes.add('invalid', pinned.field, message);
  return null;
}
