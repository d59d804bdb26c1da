import type { ZoneId } from '../model/index.ts';
import { nearestKey } from '../nearest.ts';
import { quoted } from './hostname.ts';
import type { Field, Notes } from './notes.ts';
import { type Fault, ROUTING_KEYS, type Routed, routingOf } from './routing.ts';

/** AWS properties of ExternalDNS that are obeyed, in the words of `providerSpecific`; the annotations have `aws-` in front. */
const OBEYED: ReadonlySet<string> = new Set([
  'aws/evaluate-target-health',
  'aws/hosted-zone-id',
  ...ROUTING_KEYS.map(key => `aws/${key}`),
]);

/** What an entry says of its routing, or why it cannot be published as the record that it would be without that. */
export function routedEntry(
  properties: ReadonlyMap<string, Field>,
  setIdentifier: Field | undefined,
): Routed | (Fault & { readonly reason: 'invalid' | 'unsupported' }) {
  for (const [name, { field }] of properties) {
    const problem = whyRefused(name);
    if (problem !== undefined) return { reason: 'unsupported', field, problem };
  }
  const routed = routingOf({ setIdentifier, of: key => properties.get(`aws/${key}`) });
  return 'problem' in routed ? { reason: 'invalid', ...routed } : routed;
}

/** A property of AWS that nobody knows, or that is written as the annotation is, may be a slip in one that makes another record. */
function whyRefused(name: string): string | undefined {
  if (!/^aws[/-]/.test(name) || OBEYED.has(name)) return undefined;
  if (name === 'aws/target-hosted-zone') return 'it is not supported yet: remove it';
  const nearest = nearestKey(name, [...OBEYED]);
  return `${quoted(name)} is not a known property: ${nearest === undefined ? 'remove it' : `did you mean "${nearest}"?`}`;
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
