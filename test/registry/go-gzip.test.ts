import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { goGzip } from '../../lib/registry/go-gzip.ts';

/** Made by Go 1.26: gzip.NewWriterLevel(w, gzip.BestCompression), Write, Flush, Close. */
const WRITTEN_BY_GO = JSON.parse(readFileSync(new URL('../fixtures/go-gzip.json', import.meta.url), 'utf8')) as {
  text: string;
  gzip: string;
}[];

describe('gzip as Go writes it', () => {
  test.each(WRITTEN_BY_GO)('the very bytes: $text', ({ text, gzip }) => {
    expect(goGzip(text).toString('base64')).toBe(gzip);
  });

  test('whatever the text, gunzip gives it back', () => {
    const texts = fc.oneof(
      fc.string({ maxLength: 400 }),
      fc.array(fc.constantFrom('external-dns/', 'owner=', 'a', ',', 'resource=service/'), { maxLength: 120 }),
    );
    fc.assert(
      fc.property(texts, parts => {
        const text = typeof parts === 'string' ? parts : parts.join('');
        expect(gunzipSync(goGzip(text)).toString()).toBe(text);
      }),
    );
  });
});
