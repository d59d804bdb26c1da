import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sameRecord } from '../../lib/model/index.ts';
import { canonicalValue, readValue } from '../../lib/model/values.ts';
import { checkValue, parseStrings } from '../../local/emulators/route53/values.ts';

const x = (count: number) => 'x'.repeat(count);
const SHA1 = '2BB183AF5F22588179A53B0A98631FAD1A292118';
const SHA256 = 'ab'.repeat(32);

describe('values in the form that is sent', () => {
  test.each([
    ['A', '192.0.2.1', '192.0.2.1'],
    ['AAAA', '2001:DB8::1', '2001:DB8::1'],
    ['CNAME', 'Lb.Example.net.', 'lb.example.net'],
    ['NS', 'ns1.example.net.', 'ns1.example.net'],
    ['PTR', 'Host.example.com', 'host.example.com'],
    ['MX', '010  Mail.example.net.', '10 mail.example.net'],
    ['MX', '0 .', '0 .'],
    ['SRV', '10 5 5060 sip.example.net', '10 5 5060 sip.example.net.'],
    ['SRV', '0 0 0 .', '0 0 0 .'],
    ['TXT', 'hello world', '"hello world"'],
    ['TXT', '"already quoted"', '"already quoted"'],
    ['TXT', '"one""two"', '"one" "two"'],
    ['TXT', 'say "hi" \\ bye', '"say \\"hi\\" \\\\ bye"'],
    ['TXT', 'ö', '"\\303\\266"'],
    ['TXT', '"ö"', '"\\303\\266"'],
    ['TXT', '"\\303\\266\\101"', '"\\303\\266A"'],
    ['TXT', x(300), `"${x(255)}" "${x(45)}"`],
    ['TXT', '', '""'],
    ['CAA', '0 Issue "letsencrypt.org"', '0 issue "letsencrypt.org"'],
    ['CAA', '128 issuewild ;', '128 issuewild ";"'],
    ['NAPTR', '100 50 "s" "SIP+D2U" "" _sip._udp.example.com', '100 50 "s" "SIP+D2U" "" _sip._udp.example.com.'],
    ['NAPTR', '100 50 "u" "E2U+sip" "!^(.*)$!sip:\\\\1@x.com!" .', '100 50 "u" "E2U+sip" "!^(.*)$!sip:\\\\1@x.com!" .'],
    ['DS', `60485 5 1 ${SHA1.toLowerCase()}`, `60485 5 1 ${SHA1}`],
    ['DS', `60485 13 2 ${SHA256.slice(0, 32)} ${SHA256.slice(32)}`, `60485 13 2 ${SHA256.toUpperCase()}`],
    ['HTTPS', '1 . alpn=h2,h3', '1 . alpn="h2,h3"'],
    ['HTTPS', '1 Svc.example.com. port="0443" alpn="h2"', '1 svc.example.com alpn="h2" port="443"'],
    ['HTTPS', '0 svc.example.com', '0 svc.example.com'],
    [
      'SVCB',
      '2 . ipv6hint=2001:DB8:0::1 ipv4hint=192.0.2.1,192.0.2.2',
      '2 . ipv4hint="192.0.2.1,192.0.2.2" ipv6hint="2001:db8::1"',
    ],
    [
      'SVCB',
      '1 . mandatory=port,alpn alpn=h2 port=1 no-default-alpn key667=x',
      '1 . mandatory="alpn,port" alpn="h2" no-default-alpn port="1" key667="x"',
    ],
  ])('%s %s → %s', (type, text, value) => {
    expect(readValue(type, text)).toEqual({ value });
    expect(canonicalValue(type, value)).toBe(canonicalValue(type, text));
  });
});

describe('values that are refused', () => {
  test.each([
    ['A', 'lb.example.com', 'it is not an IPv4 address'],
    ['AAAA', '192.0.2.1', 'it is not an IPv6 address'],
    ['AAAA', 'fe80::1%eth0', 'it is not an IPv6 address'],
    ['NS', '192.0.2.1', '192.0.2.1 is an address, and a name is needed'],
    ['NS', '.', 'the name is empty'],
    ['PTR', 'a b', 'a b is not a hostname'],
    ['MX', 'mail.example.net', 'it is written as "10 mail.example.com"'],
    ['MX', '65536 m.net', 'the preference is a whole number from 0 to 65535, not 65536'],
    ['MX', '-1 m.net', 'the preference is a whole number from 0 to 65535, not -1'],
    ['MX', '10 m..net', 'm..net is not a hostname'],
    ['SRV', '1 2 x.example.com', 'it is written as "10 5 5060 host.example.com"'],
    ['SRV', '1 2 x y.example.com', 'the port is a whole number from 0 to 65535, not x'],
    ['TXT', '"one" two', 'its quotation marks do not match: write "one" "two", and \\" within'],
    ['TXT', `"${x(256)}"`, 'one of its strings has 256 octets, at most 255 are allowed'],
    ['TXT', x(4000), 'it has 4047 characters, at most 4000 are allowed'],
    ['TXT', x(9000), 'it has 9000 characters, at most 4000 are allowed'],
    ['CAA', 'issue "x"', 'it is written as \'0 issue "ca.example.net"\''],
    ['CAA', '256 issue "x"', 'the flags is a whole number from 0 to 255, not 256'],
    ['CAA', '0 is-sue "x"', 'is-sue is not a tag: write issue, issuewild, iodef or the like'],
    ['CAA', '0 issue "a" "b"', 'its value is one string of at most 255 octets'],
    ['NAPTR', '100 50 s x y z', 'it is written as \'100 50 "s" "SIP+D2U" "" _sip._udp.example.com.\''],
    ['NAPTR', '100 50 "su" "" "" .', 'its flags are a letter or a digit, or nothing'],
    ['DS', '1 2 3', 'it is written as "12345 13 2 DIGEST"'],
    ['DS', `1 2 3 ${SHA1}`, 'its digest type is 1, 2 or 4'],
    ['DS', `1 2 2 ${SHA1}`, 'a digest of type 2 is 64 hexadecimal digits'],
    ['HTTPS', '1', 'it is written as \'1 host.example.com alpn="h2"\''],
    ['HTTPS', '0 . alpn=h2', 'with priority 0 it is an alias, which has no parameters'],
    ['HTTPS', '1 . colour=red', 'colour is not a parameter that is known'],
    ['HTTPS', '1 . alpn', 'alpn needs a value'],
    ['HTTPS', '1 . port=1 port=2', 'the parameter port occurs twice'],
    ['HTTPS', '1 . alpn="h2', 'alpn="h2 is not a parameter: write key="value"'],
    ['SVCB', '1 . ipv4hint=x', 'it is not an IPv4 address'],
    ['LOC', 'x', 'values of type LOC are not known'],
  ])('%s %s', (type, text, problem) => {
    expect(readValue(type, text)).toEqual({ problem });
  });
});

test.each([
  ['AAAA', '2001:db8::1', '2001:DB8:0::1', true],
  ['CNAME', 'lb.example.net.', 'LB.example.net', true],
  ['MX', '10 mx.example.net.', '10 mx.example.net', true],
  ['SRV', '1 2 3 x.net', '1 2 3 x.net.', true],
  ['TXT', '"a\\303\\266"', '"aö"', true],
  ['TXT', '"a" "b"', '"ab"', false],
  ['TXT', '"A"', '"a"', false],
  ['DS', `1 2 1 ${SHA1}`, `1 2 1 ${SHA1.toLowerCase()}`, true],
  ['HTTPS', '1 . port=80 alpn=h2', '1 . alpn="h2" port="80"', true],
  ['CAA', '0 issue "a"', '0 issue "b"', false],
  ['SPF', '"a"', '"a"', true],
])('%s: whether %s and %s are the same', (type, a, b, expected) => {
  const record = (value: string) => ({ name: 'x.example.com', type, ttl: 300, values: [value] });
  expect(sameRecord(record(a), record(b))).toBe(expected);
});

describe('whatever is written', () => {
  const typed = fc.constantFrom('TXT', 'MX', 'SRV', 'CAA', 'NAPTR', 'DS', 'HTTPS', 'SVCB', 'NS', 'PTR', 'CNAME');
  const words = fc.constantFrom(
    '0',
    '10',
    '65535',
    '"',
    '\\',
    ' ',
    'a',
    'b.example.net',
    '.',
    'issue',
    '"x"',
    'alpn=h2',
    'port=1',
    'é',
    '\\303',
    ';',
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(words, { maxLength: 8 }).map(parts => parts.join(' ')),
    fc.array(words).map(parts => parts.join('')),
  );

  test('what is taken is taken by Route 53, and stays as it is when read again', () => {
    fc.assert(
      fc.property(typed, text, (type, written) => {
        const read = readValue(type, written);
        if ('problem' in read) return;
        expect(() => checkValue(type, read.value)).not.toThrow();
        expect(readValue(type, read.value)).toEqual(read);
      }),
      { numRuns: 3000 },
    );
  });

  test('a TXT says every text, octet by octet', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), written => {
        fc.pre(!written.trimStart().startsWith('"'));
        const read = readValue('TXT', written);
        const said = 'value' in read ? parseStrings(read.value).join('') : undefined;
        expect(Buffer.from(said ?? '', 'latin1').toString()).toBe(written);
      }),
    );
  });
});
