import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatOwnership, parseOwnership } from '../../lib/registry/index.ts';
import { parseStrings } from '../../local/emulators/route53/values.ts';

describe('the text of an ownership record', () => {
  test('is written exactly as ExternalDNS writes it', () => {
    expect(formatOwnership({ owner: 'arena', resource: 'service/default/a' })).toBe(
      '"heritage=external-dns,external-dns/owner=arena,external-dns/resource=service/default/a"',
    );
  });

  test('that is too long for one string is written as several, of which Route 53 takes each', () => {
    const resource = `ingress/${'n'.repeat(63)}/${'i'.repeat(253)}`;
    const value = formatOwnership({ owner: 'arena', resource });
    expect(parseStrings(value).map(({ length }) => length)).toEqual([255, 139]);
    expect(parseOwnership(value)).toEqual({ owner: 'arena', resource });
  });

  test.each([
    [
      '"heritage=external-dns,external-dns/owner=o,external-dns/resource=ingress/ns/i"',
      { owner: 'o', resource: 'ingress/ns/i' },
    ],
    ['"heritage=external-dns,external-dns/owner=o"', { owner: 'o' }],
    ['"external-dns/owner=o,heritage=external-dns"', { owner: 'o' }],
    ['"heritage=external-dns,external-dns/extra=1,external-dns/owner=o"', { owner: 'o' }],
    ['"heritage=external-dns," "external-dns/owner=o"', { owner: 'o' }],
    ['"heritage=external-dns,external-dns/owner=a\\"b"', { owner: 'a"b' }],
    ['"heritage=external-dns,external-dns/owner=a\\055b"', { owner: 'a-b' }],
    ['"heritage=external-dns,external-dns/owner=o,external-dns/owner=other"', { owner: 'other' }],
    ['"heritage=external-dns,external-dns/owner=o,external-dns/resource=service/a/b=c"', { owner: 'o' }],
  ])('%s is read', (value, expected) => {
    expect(parseOwnership(value)).toEqual(expected);
  });

  test.each([
    ['"v=spf1 -all"'],
    ['"heritage=external-dns-other,external-dns/owner=o"'],
    ['"heritage=external-dns"'],
    ['"heritage=external-dns,heritage=other,external-dns/owner=o"'],
    ['heritage=external-dns,external-dns/owner=o'],
    ['"heritage=external-dns,external-dns/owner=o'],
    ['""'],
    [''],
  ])('%s is not an ownership record', value => {
    expect(parseOwnership(value)).toBeUndefined();
  });

  test('what is written is read back', () => {
    const word = fc.stringMatching(/^[a-zA-Z0-9._/-]{1,330}$/);
    fc.assert(
      fc.property(word, fc.option(word, { nil: undefined }), (owner, resource) => {
        const ownership = resource === undefined ? { owner } : { owner, resource };
        expect(parseOwnership(formatOwnership(ownership))).toEqual(ownership);
      }),
    );
  });
});
