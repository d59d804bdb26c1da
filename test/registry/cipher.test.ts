import { createCipheriv } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { goGzip } from '../../lib/registry/go-gzip.ts';
import {
  createKeyring,
  isOwnershipRecord,
  PLAIN,
  parseKey,
  parseOwnership,
  writeOwnership,
} from '../../lib/registry/index.ts';
import type { ZoneJson } from '../../local/emulators/route53/index.ts';

const KEY = '0123456789abcdef0123456789abcdef';
const key = parseKey(KEY) as Buffer;
const other = parseKey('an entirely different key, 32 by') as Buffer;
const ownership = { owner: 'arena', resource: 'service/default/a' };
const write = (keys = createKeyring([key]), name = 'a-a.example.com') => writeOwnership(ownership, name, { keys });

/** ExternalDNS's EncryptText (endpoint/crypto.go), as it makes the text anew to delete a record. */
function externalDns(text: string, nonce: Buffer): string {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return Buffer.concat([nonce, cipher.update(goGzip(text)), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

describe('keys', () => {
  test.each<[string, string, boolean]>([
    ['32 characters', KEY, true],
    ['base64 of 32 bytes', Buffer.from(KEY).toString('base64'), true],
    ['31 characters', KEY.slice(1), false],
    ['32 characters that are more bytes', `${KEY.slice(1)}é`, false],
    ['base64 of 16 bytes', Buffer.from(KEY.slice(16)).toString('base64'), false],
    ['base64 without its end', Buffer.from(KEY).toString('base64').slice(0, -1), false],
    ['nothing', '', false],
  ])('%s', (_, text, good) => {
    expect(parseKey(text)?.length).toBe(good ? 32 : undefined);
    if (good) expect(parseKey(text)).toEqual(key);
  });

  test('are not to be seen in what holds them', () => {
    const keys = createKeyring([key, other]);
    write(keys);
    const shown = inspect(keys, { depth: 9, showHidden: true }) + JSON.stringify(keys);
    expect(shown).not.toContain(KEY);
    expect(shown).not.toContain(key.toString('hex').match(/../g)!.join(' '));
  });
});

describe('encrypted ownership records', () => {
  test('what ExternalDNS 0.21 and 0.22 wrote is read', () => {
    for (const version of ['0.21.0', '0.22.0']) {
      const file = new URL(`../fixtures/legacy/encrypted--${version}.json`, import.meta.url);
      const { zones } = JSON.parse(readFileSync(file, 'utf8')) as { zones: ZoneJson[] };
      const keys = createKeyring([key]);
      const texts = zones.flatMap(zone =>
        zone.records.flatMap(({ type, values }) => (type === 'TXT' ? (values ?? []) : [])),
      );
      const read = texts.flatMap(value => parseOwnership(value, keys) ?? []);
      expect(read.length).toBeGreaterThan(0);
      for (const { owner } of read) expect(owner).toBe('arena');
    }
  });

  test('what is written is what ExternalDNS names when it deletes it: its nonce, the same text', () => {
    const value = write();
    const nonce = Buffer.from(value.slice(1, -1), 'base64').subarray(0, 12);
    const text = 'heritage=external-dns,external-dns/owner=arena,external-dns/resource=service/default/a';
    expect(value).toBe(`"${externalDns(text, nonce)}"`);
  });

  test('the same text at the same name comes out the same, another text or name with another nonce', () => {
    const nonceOf = (value: string) => value.slice(1, 17);
    expect(write()).toBe(write());
    expect(nonceOf(write(undefined, 'a-b.example.com'))).not.toBe(nonceOf(write()));
    const renewed = writeOwnership({ ...ownership, renewal: 1 }, 'a-a.example.com', { keys: createKeyring([key]) });
    expect(nonceOf(renewed)).not.toBe(nonceOf(write()));
  });

  test('one that is too long for one string is several, and read again', () => {
    const long = {
      owner: 'arena',
      resource: `service/default/${Array.from({ length: 250 }, (_, i) => i % 7).join('')}x`,
    };
    const random = {
      ...long,
      cluster: Buffer.from(Array.from({ length: 150 }, (_, i) => (i * 89) % 251)).toString('hex'),
    };
    const keys = createKeyring([key]);
    const value = writeOwnership(random, 'a-a.example.com', { keys });
    expect(value).toMatch(/^"[^"]{255}" "/);
    expect(parseOwnership(value, keys)).toEqual(random);
  });

  test('the first key writes, each of them reads, and plain text is read always', () => {
    const changing = createKeyring([other, key]);
    expect(parseOwnership(write(), changing)).toEqual(ownership);
    expect(parseOwnership(write(changing), createKeyring([other]))).toEqual(ownership);
    expect(parseOwnership(write(changing), createKeyring([key]))).toBeUndefined();
    const leaving = createKeyring([PLAIN, key]);
    expect(write(leaving)).toBe(
      '"heritage=external-dns,external-dns/owner=arena,external-dns/resource=service/default/a"',
    );
    expect(parseOwnership(write(), leaving)).toEqual(ownership);
    expect(parseOwnership(write(leaving), createKeyring([key]))).toEqual(ownership);
  });

  const sealed = write();
  const bytes = Buffer.from(sealed.slice(1, -1), 'base64');
  const bent = Buffer.from(bytes);
  bent[40] = (bent[40] ?? 0) ^ 1;
  const empty = externalDns('', Buffer.alloc(12));
  const cipher = createCipheriv('aes-256-gcm', key, Buffer.alloc(12));
  const large = Buffer.concat([
    Buffer.alloc(12),
    cipher.update(gzipSync(Buffer.alloc(2 ** 22))),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  test.each<[string, string]>([
    ['of another key', write(createKeyring([other]))],
    ['that somebody bent', `"${bent.toString('base64')}"`],
    ['that was cut', `"${bytes.subarray(0, 90).toString('base64')}"`],
    ['that says nothing', `"${empty}"`],
    ['that unpacks to a flood', `"${large.toString('base64')}"`],
    ['that is something else', `"${Buffer.alloc(120, 7).toString('base64')}"`],
    ['that is a proof of a domain', '"pmBGN/7MjnfhTKUZ06Enqq1PeGUaOkw8lGhcfwefcHU="'],
  ])('one %s is none of ours', (_, value) => {
    const keys = createKeyring([key]);
    expect(parseOwnership(value, keys)).toBeUndefined();
    expect(isOwnershipRecord({ name: 'a-a.example.com', type: 'TXT', ttl: 300, values: [value] }, { keys })).toBe(
      false,
    );
  });
});
