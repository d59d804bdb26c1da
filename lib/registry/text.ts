import type { Ownership } from '../model/index.ts';

const HERITAGE = 'heritage=external-dns';
const OWNER = 'external-dns/owner=';
const RESOURCE = 'external-dns/resource=';

/**
 * The text between the quotes of a TXT value: its character strings joined, escapes (`\"`, `\\`, `\ooo`) resolved.
 * Undefined when the value is not well-formed (RFC 1035 section 5.1, as Route 53 lists TXT values).
 */
export function unquote(value: string): string | undefined {
  if (!value.includes('\\') && value.startsWith('"') && value.indexOf('"', 1) === value.length - 1) {
    return value.slice(1, -1);
  }
  const parts = value.match(/"(?:[^"\\]|\\.)*"/gs);
  if (!parts || value.replace(/"(?:[^"\\]|\\.)*"/gs, '').trim() !== '') return undefined;
  return parts.map(part => part.slice(1, -1).replace(/\\([0-7]{3}|.)/gs, unescaped)).join('');
}

function unescaped(_: string, escaped: string): string {
  return escaped.length === 3 ? String.fromCharCode(Number.parseInt(escaped, 8)) : escaped;
}

/**
 * Reads one TXT value as an ownership record, in ExternalDNS's format:
 * `"heritage=external-dns,external-dns/owner=OWNER,external-dns/resource=KIND/NAMESPACE/NAME"` (more labels may stand
 * among them, in any order). Undefined for any other text.
 */
export function parseOwnership(value: string): Ownership | undefined {
  if (!value.includes(HERITAGE)) return undefined;
  const text = unquote(value);
  if (text === undefined) return undefined;
  let heritage = false;
  let owner: string | undefined;
  let resource: string | undefined;
  for (const token of text.split(',')) {
    if (token === HERITAGE) heritage = true;
    else if (token.startsWith(OWNER)) owner ??= token.slice(OWNER.length);
    else if (token.startsWith(RESOURCE)) resource ??= token.slice(RESOURCE.length);
  }
  if (!heritage || owner === undefined) return undefined;
  return resource === undefined ? { owner } : { owner, resource };
}

/** Characters of one string of a TXT value (RFC 1035, 3.3). */
const MAX_STRING = 255;

/**
 * Writes an ownership record's value, quotes included, exactly as ExternalDNS 0.22 writes it; but a text that is too long
 * for one string (an object's name may have 253 characters) is written as several, where ExternalDNS has its record refused.
 */
export function formatOwnership(ownership: Ownership): string {
  const resource = ownership.resource === undefined ? '' : `,${RESOURCE}${ownership.resource}`;
  const text = `${HERITAGE},${OWNER}${ownership.owner}${resource}`;
  if (text.length <= MAX_STRING) return `"${text}"`;
  const strings = text.match(new RegExp(`.{1,${MAX_STRING}}`, 'gs')) ?? [];
  return strings.map(string => `"${string}"`).join(' ');
}
