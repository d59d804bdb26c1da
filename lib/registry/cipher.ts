import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { DnsName } from '../model/index.ts';
import { goGzip } from './go-gzip.ts';

/** A key of ownership records, or that they are written in the clear. */
export const PLAIN = 'plain';
type Key = Buffer | typeof PLAIN;

/**
 * The keys of encrypted ownership records: the first is what is written with, each of them what is read with. Nothing that
 * prints or keeps it can get at the keys.
 */
export interface Keyring {
  /**
   * Encrypts the text of the ownership record that stands at `name`. The same text at the same name always comes out the
   * same, so that a plan does.
   */
  seal(text: string, name: DnsName): string;
  /** The text, and whether it was written with the first key; undefined for what none of the keys wrote. */
  open(sealed: string): { readonly text: string; readonly first: boolean } | undefined;
  /** Whether plain text is what is written. */
  readonly plain: boolean;
}

const CIPHER = 'aes-256-gcm';
const NONCE = 12;
const TAG = 16;

/** So many texts are remembered as they were opened; one run reads each of them a few times. */
const REMEMBERED = 50_000;

/**
 * ExternalDNS's form (endpoint/crypto.go): the nonce, then AES-256-GCM over the gzipped text, all in base64. It takes a
 * random nonce, and uses it again when the text changes, which GCM does not bear; here it is made from key, name and text, so
 * that two texts have two, and no plan depends on chance.
 */
export function createKeyring(keys: readonly [Key, ...Key[]]): Keyring {
  const [first] = keys;
  const readable = keys.filter(key => key !== PLAIN);
  const opened = new Map<string, ReturnType<Keyring['open']>>();
  const tryAll = (sealed: string) => {
    const bytes = looksEncrypted(sealed) ? Buffer.from(sealed, 'base64') : undefined;
    for (const key of bytes ? readable : []) {
      const text = decrypted(bytes as Buffer, key);
      if (text !== undefined) return { text, first: key === first };
    }
    return undefined;
  };
  return {
    plain: first === PLAIN,
    seal: (text, name) => (first === PLAIN ? text : encrypted(text, name, first)),
    open(sealed) {
      if (opened.has(sealed)) return opened.get(sealed);
      const found = tryAll(sealed);
      if (opened.size >= REMEMBERED) opened.clear();
      opened.set(sealed, found);
      return found;
    },
  };
}

function encrypted(text: string, name: DnsName, key: Buffer): string {
  const nonce = createHmac('sha256', key).update(`${name}\0${text}`).digest().subarray(0, NONCE);
  const cipher = createCipheriv(CIPHER, key, nonce);
  return Buffer.concat([nonce, cipher.update(goGzip(text)), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

function decrypted(bytes: Buffer, key: Buffer): string | undefined {
  try {
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE));
    decipher.setAuthTag(bytes.subarray(-TAG));
    const zipped = Buffer.concat([decipher.update(bytes.subarray(NONCE, -TAG)), decipher.final()]);
    return gunzipSync(zipped, { maxOutputLength: 64 * 1024 }).toString();
  } catch {
    return undefined;
  }
}

/** Gzip alone adds 28 bytes, nonce and tag as many; what is shorter is something else, such as a key that proves a domain. */
const SHORTEST = 80;

/** Whether a text may be an encrypted ownership record, going by its form. */
export const looksEncrypted = (text: string): boolean =>
  text.length % 4 === 0 && (text.length * 3) / 4 >= SHORTEST && /^[A-Za-z0-9+/]+={0,2}$/.test(text);

/** As ExternalDNS takes it: 32 characters (bytes) as they are, or base64 of 32 bytes. Undefined for anything else. */
export function parseKey(text: string): Buffer | undefined {
  const plain = Buffer.from(text);
  if (plain.length === 32) return plain;
  const decoded = /^[A-Za-z0-9+/]{43}=$/.test(text) ? Buffer.from(text, 'base64') : undefined;
  return decoded?.length === 32 ? decoded : undefined;
}
