import { createHash } from 'node:crypto';

/**
 * The address that the name of an AWS service stands for here: always the same one for the same name, out of the
 * ranges that are reserved for documentation (RFC 5737: 198.51.100.0/24; RFC 3849: 2001:db8::/32). With or without
 * `dualstack.`, upper or lower case, final dot or none, it is the same name.
 */
export function localAddress(name: string, type: 'A' | 'AAAA'): string {
  const bare = name
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^dualstack\./, '');
  const hash = createHash('sha256').update(bare).digest();
  if (type === 'A') return `198.51.100.${1 + (hash.readUInt16BE(0) % 254)}`;
  return `2001:db8::${(hash.readUInt16BE(2) || 1).toString(16)}:${(hash.readUInt16BE(4) || 1).toString(16)}`;
}
