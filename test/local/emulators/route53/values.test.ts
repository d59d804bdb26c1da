import { describe, expect, test } from 'vitest';
import { create, refusal, twoZones } from './changes.ts';

const x = (count: number) => 'x'.repeat(count);
const single = (code: string, what: string, value: string) =>
  `Invalid Resource Record: 'FATAL problem: ${code} (${what}) encountered with '${value}''`;

describe('values that a type takes', () => {
  test.each([
    ['A', '255.0.0.1'],
    ['AAAA', '2001:db8::1'],
    ['AAAA', '::ffff:192.0.2.1'],
    ['CNAME', '*.example.net'],
    ['MX', '10 mail.example.com'],
    ['SRV', '0 50 8080 x.example.com'],
    ['CAA', '0 issue "ca.example.net"'],
    ['NS', 'ns1.example.net'],
    ['PTR', 'host.example.com'],
    ['NAPTR', '100 50 "s" "http+E2U" "" _http._tcp.example.com'],
    ['DS', '60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118'],
    ['TLSA', '3 1 1 D2ABDE240D7CD3EE6B4B28C54DF034B9'],
    ['SSHFP', '4 2 123456789abcdef67890'],
    ['HTTPS', '1 . alpn="h2"'],
    ['HTTPS', '0 lb.example.net'],
    ['SVCB', '1 svc.example.net alpn=h2,h3 port=8443 ipv4hint=192.0.2.1 key667=x'],
    ['CAA', '128 issuewild ";"'],
    ['NAPTR', '100 50 "u" "E2U+sip" "!^(.*)$!sip:\\\\1@example.com!" .'],
    ['DS', '60485 13 2 2BB183AF5F22588179A53B0A98631FAD 1A2921182BB183AF5F22588179A53B0A'],
    ['SPF', '"v=spf1 -all"'],
    ['TXT', `"${x(255)}"`],
    ['TXT', `"${x(255)}" "y"`],
    ['TXT', `"${x(255)}""y"`],
    ['TXT', '"a\\"b\\\\c"'],
    ['TXT', `"${'\\303'.repeat(255)}"`],
    ['TXT', '""'],
  ])('%s %s', (type, value) => {
    expect(refusal(() => twoZones().change('Z1', [create('n.example.com', type, value)]))).toBe('');
  });
});

describe('values that it refuses', () => {
  test.each<[type: string, value: string | string[], message: string]>([
    ['A', '1.2.3', single('ARRDATAIllegalIPv4Address', 'Value is not a valid IPv4 address', '1.2.3')],
    ['A', '1.2.3.04', single('ARRDATAIllegalIPv4Address', 'Value is not a valid IPv4 address', '1.2.3.04')],
    ['A', 'lb.example.com', single('ARRDATAIllegalIPv4Address', 'Value is not a valid IPv4 address', 'lb.example.com')],
    ['A', '1.1.1.1, 2.2.2.2', single('ARRDATANotSingleField', 'Value contains spaces', '1.1.1.1, 2.2.2.2')],
    ['AAAA', '1.2.3.4', single('AAAARRDATAIllegalIPv6Address', 'Value is not a valid IPv6 address', '1.2.3.4')],
    [
      'AAAA',
      'fe80::1%eth0',
      single('AAAARRDATAIllegalIPv6Address', 'Value is not a valid IPv6 address', 'fe80::1%eth0'),
    ],
    [
      'A',
      ['x', 'y'],
      `${single('ARRDATAIllegalIPv4Address', 'Value is not a valid IPv4 address', 'x')}, ${single('ARRDATAIllegalIPv4Address', 'Value is not a valid IPv4 address', 'y')}`,
    ],
    ['A', ['1.1.1.1', '2.2.2.2', '1.1.1.1'], "Duplicate Resource Record: '1.1.1.1'"],
    ['AAAA', ['2001:db8::1', '2001:DB8:0::1'], "Duplicate Resource Record: '2001:DB8:0::1'"],
    ['CNAME', `${x(64)}.net`, single('DomainLabelTooLong', 'Domain label is too long', x(64))],
    ['MX', 'mail.example.com', single('MXRRDATANotTwoFields', 'Value should contain two fields', 'mail.example.com')],
    [
      'MX',
      '65536 m.net',
      single('MXRRDATAIllegalPreference', 'Preference is not a valid 16 bit unsigned integer', '65536'),
    ],
    ['SRV', '1 2 3', single('SRVRRDATANotFourFields', 'Value should contain four fields', '1 2 3')],
    ['CAA', 'issue "x"', single('CAARRDATANotThreeFields', 'Value should contain three fields', 'issue "x"')],
    ['CAA', '0 issue x', single('CAARRDATANotThreeFields', 'Value should contain three fields', '0 issue x')],
    ['CAA', '256 issue "x"', single('CAARRDATANotThreeFields', 'Value should contain three fields', '256 issue "x"')],
    ['CAA', '0 issue "x" "y"', single('UnparsableRecord', 'Record is not parsable', '0 issue "x" "y"')],
    [
      'NAPTR',
      '1 2 "s" "x" "" ',
      single('NAPTRRRDATANotSixFields', 'Value should contain six fields', '1 2 "s" "x" "" '),
    ],
    ['NAPTR', '65536 2 "s" "" "" .', single('UnparsableRecord', 'Record is not parsable', '65536 2 "s" "" "" .')],
    ['NAPTR', '1 2 "su" "" "" .', single('UnparsableRecord', 'Record is not parsable', '1 2 "su" "" "" .')],
    ['DS', '1 2 2 AB', single('UnparsableRecord', 'Record is not parsable', '1 2 2 AB')],
    ['HTTPS', '1', single('UnparsableRecord', 'Record is not parsable', '1')],
    ['HTTPS', '0 . alpn=h2', single('UnparsableRecord', 'Record is not parsable', '0 . alpn=h2')],
    ['HTTPS', '1 . colour=red', single('UnparsableRecord', 'Record is not parsable', '1 . colour=red')],
    ['SVCB', '1 . port=1 port=2', single('UnparsableRecord', 'Record is not parsable', '1 . port=1 port=2')],
    ['SVCB', '1 . ipv4hint=::1', single('UnparsableRecord', 'Record is not parsable', '1 . ipv4hint=::1')],
    ['SVCB', ['1 . alpn=h2 port=1', '1 . port="1" alpn="h2"'], 'Duplicate Resource Record: \'1 . port="1" alpn="h2"\''],
    ['CAA', ['0 issue "a"', '0  ISSUE "a"'], 'Duplicate Resource Record: \'0  ISSUE "a"\''],
    ['DS', 'x', single('UnparsableRecord', 'Record is not parsable', 'x')],
    ['TXT', 'foo', single('InvalidCharacterString', 'Value should be enclosed in quotation marks', 'foo')],
    ['TXT', '"foo', single('InvalidCharacterString', 'Value should be enclosed in quotation marks', '"foo')],
    ['TXT', '"a"b', single('InvalidCharacterString', 'Value should be enclosed in quotation marks', '"a"b')],
    ['TXT', '', single('InvalidCharacterString', 'Value should be enclosed in quotation marks', '')],
    ['TXT', `"${x(256)}"`, single('CharacterStringTooLong', 'Value is too long', `"${x(256)}"`)],
    ['TXT', '"ö"', single('UnsupportedCharacter', 'Value contains unsupported characters', 'ö')],
  ])('%s %s', (type, value, message) => {
    const attempt = () => twoZones().change('Z1', [create('n.example.com', type, value)]);
    expect(refusal(attempt)).toBe(`InvalidChangeBatch: [${message}]`);
  });
});

test.each([
  ['a..example.com', "DomainLabelEmpty (Domain label is empty) encountered with 'a..example.com'"],
  ['ö.example.com', "UnsupportedCharacter (Value contains unsupported characters) encountered with 'ö'"],
])('a record name that cannot be parsed ends the batch alone and unbracketed: %s', (name, problem) => {
  const batch = [create('x.other.com', 'A', 'not an address'), create(name, 'A', '1.1.1.1')];
  expect(refusal(() => twoZones().change('Z1', batch))).toBe(`InvalidChangeBatch: FATAL problem: ${problem}`);
});
