import { describe, expect, test } from 'vitest';
import { inZone, Problem, parseName } from '../../../../local/emulators/route53/index.ts';

const label63 = 'a'.repeat(63);

describe('names come back in canonical form', () => {
  test.each([
    ['example.com', 'example.com.'],
    ['WWW.Example.COM.', 'www.example.com.'],
    ['*.example.com', '\\052.example.com.'],
    ['\\052.example.com', '\\052.example.com.'],
    ['\\141.example.com', 'a.example.com.'],
    ['\\101.example.com', 'a.example.com.'],
    ['a@b.example.com', 'a\\100b.example.com.'],
    ['a\\056b.example.com', 'a\\056b.example.com.'],
    ['a\\303\\266.example.com', 'a\\303\\266.example.com.'],
    ['_acme-1.example.com', '_acme-1.example.com.'],
    [`${label63}.com`, `${label63}.com.`],
    [`${label63}.${label63}.${label63}.${'a'.repeat(61)}`, `${label63}.${label63}.${label63}.${'a'.repeat(61)}.`],
    ['.', '.'],
  ])('%s', (text, canonical) => {
    expect(parseName(text)).toBe(canonical);
    expect(parseName(canonical)).toBe(canonical);
  });
});

describe('names that cannot be parsed', () => {
  test.each([
    ['', "DomainNameEmpty (Domain name is empty) encountered with ''"],
    ['a..example.com', "DomainLabelEmpty (Domain label is empty) encountered with 'a..example.com'"],
    ['.example.com', "DomainLabelEmpty (Domain label is empty) encountered with '.example.com'"],
    ['example.org..', "DomainLabelEmpty (Domain label is empty) encountered with 'example.org..'"],
    [`${label63}bcd.com`, `DomainLabelTooLong (Domain label is too long) encountered with '${label63}b'`],
    ['a b.example.com', "UnsupportedCharacter (Value contains unsupported characters) encountered with ' '"],
    ['ö.example.com', "UnsupportedCharacter (Value contains unsupported characters) encountered with 'ö'"],
    [
      'a\\9.example.com',
      "InvalidEscapeSequence (Value contains an invalid escape sequence) encountered with 'a\\9.example.com'",
    ],
    [`${`${label63}.`.repeat(4)}com`, 'DomainNameTooLong (Domain name is too long)'],
    [`${label63}.${label63}.${label63}.${'a'.repeat(62)}`, 'DomainNameTooLong (Domain name is too long)'],
  ])('%s', (text, problem) => {
    expect(() => parseName(text)).toThrow(Problem);
    expect(() => parseName(text)).toThrow(`FATAL problem: ${problem}`);
  });
});

test.each([
  ['example.com.', 'example.com.', true],
  ['a.example.com.', 'example.com.', true],
  ['notexample.com.', 'example.com.', false],
  ['com.', 'example.com.', false],
  ['a.example.com.', '.', true],
])('%s lies in %s: %s', (name, zone, inside) => {
  expect(inZone(name, zone)).toBe(inside);
});
