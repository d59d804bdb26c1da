import type { DnsName, ZoneId } from '../model/index.ts';

/** Route 53's listed form of a name (`\052.example.com.`) to the form used inside ({@link DnsName}). */
export function fromWire(name: string): DnsName {
  const bare = name.endsWith('.') ? name.slice(0, -1) : name;
  return (bare.includes('\\') ? bare.replaceAll('\\052', '*') : bare).toLowerCase();
}

/** The form used inside to the one that is sent: with the final dot. Route 53 takes `*` and octal escapes as they are. */
export function toWire(name: DnsName): string {
  return name.endsWith('.') ? name : `${name}.`;
}

export const zoneIdFromWire = (id: string): ZoneId => id.replace(/^\/hostedzone\//, '');

/**
 * The order of ListResourceRecordSets: by the labels reversed, compared byte by byte in the escaped form with the final
 * dot (API reference, "How Route 53 sorts record sets").
 */
export function listingKey(name: DnsName): string {
  return `${name.replaceAll('*', '\\052').split('.').reverse().join('.')}.`;
}
