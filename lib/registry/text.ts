import type { DnsName, Ownership } from '../model/index.ts';
import { type Keyring, looksEncrypted } from './cipher.ts';

const HERITAGE = 'heritage=external-dns';
const PREFIX = 'external-dns/';
const OWNER = `${PREFIX}owner=`;
const RESOURCE = `${PREFIX}resource=`;
const CLUSTER = `${PREFIX}cluster=`;
const RENEWAL = `${PREFIX}renewal=`;
const SHARE = `${PREFIX}share=`;

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
 * among them, in any order). As ExternalDNS reads it (endpoint/labels.go): of a label that occurs twice the last counts, what
 * has not exactly one `=` is no label, and another heritage beside makes it no ownership record. With keys, an encrypted one
 * is read, too. Undefined for any other text.
 */
export function parseOwnership(value: string, keys?: Keyring): Ownership | undefined {
  if (value.includes(HERITAGE)) return parsePlain(unquote(value));
  const sealed = keys && unquote(value);
  return sealed === undefined ? undefined : parsePlain(keys?.open(sealed)?.text);
}

/** Whether a TXT value is written as one would be today: with the first of the keys, or in the clear where that comes first. */
export function isWrittenSo(value: string, keys: Keyring): boolean {
  if (value.includes(HERITAGE)) return keys.plain;
  return keys.open(unquote(value) ?? '')?.first === true;
}

/** Whether a TXT value looks like an encrypted ownership record that none of the keys opens. */
export function isUnreadable(value: string, { keys }: { readonly keys?: Keyring }): boolean {
  const text = value.includes(HERITAGE) ? undefined : unquote(value);
  return text !== undefined && looksEncrypted(text) && keys?.open(text) === undefined;
}

function parsePlain(text: string | undefined): Ownership | undefined {
  const tokens = text?.split(',');
  if (!tokens?.includes(HERITAGE)) return undefined;
  const labels = new Map<string, string>();
  for (const token of tokens) {
    const end = token.indexOf('=') + 1;
    if (end === 0 || token.includes('=', end)) continue;
    if (token === HERITAGE) continue;
    const key = token.slice(0, end);
    if (key === 'heritage=') return undefined;
    labels.set(key, token.slice(end));
  }
  const owner = labels.get(OWNER);
  if (owner === undefined) return undefined;
  const resource = labels.get(RESOURCE);
  const cluster = labels.get(CLUSTER);
  const renewal = Number(labels.get(RENEWAL));
  const share = labels
    .get(SHARE)
    ?.split(';')
    .filter(address => address !== '');
  return {
    owner,
    ...(resource !== undefined && { resource }),
    ...(cluster !== undefined && { cluster }),
    ...(share && share.length > 0 && { share }),
    ...(renewal > 0 && { renewal }),
  };
}

/** Characters of one string of a TXT value (RFC 1035, 3.3). */
const MAX_STRING = 255;

/**
 * Writes an ownership record's value, quotes included, exactly as ExternalDNS 0.22 writes it: the labels sorted. Labels
 * that it does not know (`cluster`, `renewal`, `share`) stand under its own prefix, so that it keeps them when it reads the record and
 * names them when it updates or deletes it. A text that is too long for one string (an object's name may have 253
 * characters) is written as several, where ExternalDNS has its record refused.
 */
export const formatOwnership = (ownership: Ownership): string => quoted(plainText(ownership));

/** The same, encrypted if there are keys. `name` is that of the TXT record it is for. */
export function writeOwnership(ownership: Ownership, name: DnsName, { keys }: { readonly keys?: Keyring }): string {
  const text = plainText(ownership);
  return quoted(keys ? keys.seal(text, name) : text);
}

function plainText({ owner, resource, cluster, renewal, share }: Ownership): string {
  const labels = [
    ...(cluster === undefined ? [] : [`${CLUSTER}${cluster}`]),
    `${OWNER}${owner}`,
    ...(renewal === undefined ? [] : [`${RENEWAL}${renewal}`]),
    ...(resource === undefined ? [] : [`${RESOURCE}${resource}`]),
    ...(share === undefined ? [] : [`${SHARE}${share.join(';')}`]),
  ];
  return [HERITAGE, ...labels].join(',');
}

function quoted(text: string): string {
  if (text.length <= MAX_STRING) return `"${text}"`;
  const strings = text.match(new RegExp(`.{1,${MAX_STRING}}`, 'gs')) ?? [];
  return strings.map(string => `"${string}"`).join(' ');
}
