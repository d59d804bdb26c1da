import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Problem, parseName, unsupportedCharacter } from './names.ts';

/** Checks one value of a record type; throws Problem. Wordings as Route 53's, where they are known. */
export function checkValue(type: string, value: string): void {
  (CHECKS[type] ?? (() => {}))(value, type);
}

type Check = (value: string, type: string) => void;

const hostName: Check = (value, type) => {
  singleField(value, type);
  parseName(value);
};

const textStrings: Check = value => {
  parseStrings(value);
};

const CHECKS: Readonly<Record<string, Check>> = {
  A: (value, type) => {
    singleField(value, type);
    if (!isIPv4(value)) {
      throw new Problem('ARRDATAIllegalIPv4Address', 'Value is not a valid IPv4 address', value);
    }
  },
  AAAA: (value, type) => {
    singleField(value, type);
    if (!isIPv6(value) || value.includes('%')) {
      throw new Problem('AAAARRDATAIllegalIPv6Address', 'Value is not a valid IPv6 address', value);
    }
  },
  CNAME: hostName,
  NS: hostName,
  PTR: hostName,
  TXT: textStrings,
  SPF: textStrings,
  MX: (value, type) => {
    const [preference = '', exchange = ''] = fields(value, type, 2, 'Two');
    unsigned16(type, 'Preference', preference);
    parseName(exchange);
  },
  SRV: (value, type) => {
    const [priority = '', weight = '', port = '', target = ''] = fields(value, type, 4, 'Four');
    unsigned16(type, 'Priority', priority);
    unsigned16(type, 'Weight', weight);
    unsigned16(type, 'Port', port);
    parseName(target);
  },
  CAA: value => {
    const match = /^(\d{1,3})\s+([A-Za-z0-9]{1,15})\s+(".*")$/s.exec(value);
    if (!match || !isUnsigned(match[1] ?? '', 255)) {
      throw new Problem('CAARRDATANotThreeFields', 'Value should contain three fields', value);
    }
    if (parseStrings(match[3] ?? '').length !== 1) throw unparsable(value);
  },
  SOA: (value, type) => {
    const [mname = '', rname = '', ...numbers] = fields(value, type, 7, 'Seven');
    parseName(mname);
    parseName(rname);
    if (!numbers.every(number => isUnsigned(number, 2 ** 32 - 1))) throw unparsable(value);
  },
  NAPTR: value => {
    const match = NAPTR.exec(value);
    if (!match) throw new Problem('NAPTRRRDATANotSixFields', 'Value should contain six fields', value);
    const [, order = '', preference = '', flags = '', service = '', regexp = '', replacement = ''] = match;
    if (![order, preference].every(number => isUnsigned(number, 65535))) throw unparsable(value);
    if (!/^"[A-Za-z0-9]?"$/.test(flags)) throw unparsable(value);
    for (const text of [service, regexp]) parseStrings(text);
    parseName(replacement);
  },
  DS: value => {
    hexRecord(value, [65535, 255, 255]);
    const [, , type = '', ...digest] = value.split(/\s+/).filter(Boolean);
    if (digest.join('').length !== DIGEST_DIGITS[type]) throw unparsable(value);
  },
  TLSA: value => hexRecord(value, [255, 255, 255]),
  SSHFP: value => hexRecord(value, [255, 255]),
  SVCB: value => service(value),
  HTTPS: value => service(value),
};

function unparsable(value: string): Problem {
  return new Problem('UnparsableRecord', 'Record is not parsable', value);
}

function singleField(value: string, type: string): void {
  if (/\s/.test(value)) throw new Problem(`${type}RRDATANotSingleField`, 'Value contains spaces', value);
}

function fields(value: string, type: string, count: number, word: string): string[] {
  const found = value.split(/\s+/).filter(Boolean);
  if (found.length === count) return found;
  throw new Problem(`${type}RRDATANot${word}Fields`, `Value should contain ${word.toLowerCase()} fields`, value);
}

function isUnsigned(text: string, max: number): boolean {
  return /^\d+$/.test(text) && Number(text) <= max;
}

function unsigned16(type: string, what: string, text: string): void {
  if (isUnsigned(text, 65535)) return;
  throw new Problem(`${type}RRDATAIllegal${what}`, `${what} is not a valid 16 bit unsigned integer`, text);
}

/** Numbers below the limits given, then hexadecimal digits. */
function hexRecord(value: string, limits: readonly number[]): void {
  const found = value.split(/\s+/).filter(Boolean);
  const numbers = limits.every((limit, i) => isUnsigned(found[i] ?? '', limit));
  if (!numbers || !/^[0-9a-f]+$/i.test(found.slice(limits.length).join(''))) throw unparsable(value);
}

const TEXT = '"(?:[^"\\\\]|\\\\.)*"';
const NAPTR = new RegExp(`^(\\d+)\\s+(\\d+)\\s+(${TEXT})\\s+(${TEXT})\\s+(${TEXT})\\s+(\\S+)$`, 's');

/** Hexadecimal digits of a digest by its type (https://www.iana.org/assignments/ds-rr-types). */
const DIGEST_DIGITS: Readonly<Record<string, number>> = { 1: 40, 2: 64, 4: 96 };

/** The keys of service parameters that have names, by number (RFC 9460, 14.3.2). */
const SERVICE_KEYS = [
  'mandatory',
  'alpn',
  'no-default-alpn',
  'port',
  'ipv4hint',
  'ech',
  'ipv6hint',
  'dohpath',
  'ohttp',
];
const SERVICE_PARAMETER = new RegExp(`([a-z0-9-]+)(?:=(${TEXT}|[^\\s"]+))?(?:\\s+|$)`, 'gy');

function service(value: string): void {
  serviceFields(value);
}

/** Priority, target and parameters by number (RFC 9460, 2.1). Throws Problem. */
function serviceFields(value: string): { priority: number; target: string; parameters: Map<number, string> } {
  const [, priority = '', target = '', rest = ''] = /^(\S+)\s+(\S+)(?:\s+(.*))?$/s.exec(value.trim()) ?? [];
  if (!isUnsigned(priority, 65535)) throw unparsable(value);
  const parameters = new Map<number, string>();
  let read = 0;
  for (const [whole, key = '', text = ''] of rest.matchAll(SERVICE_PARAMETER)) {
    const number = key.startsWith('key') ? Number(key.slice(3)) : SERVICE_KEYS.indexOf(key);
    const unquoted = text.replace(/^"(.*)"$/s, '$1');
    const known = Number.isInteger(number) && number >= 0 && number <= 65535 && !parameters.has(number);
    if (!known || !fitsServiceKey(key, unquoted)) throw unparsable(value);
    parameters.set(number, unquoted);
    read += whole.length;
  }
  if (read < rest.length || (Number(priority) === 0 && parameters.size > 0)) throw unparsable(value);
  return { priority: Number(priority), target: parseName(target), parameters };
}

function fitsServiceKey(key: string, value: string): boolean {
  const items = value.split(',');
  if (key === 'no-default-alpn') return value === '';
  if (key === 'port') return isUnsigned(value, 65535);
  if (key === 'ipv4hint') return items.every(isIPv4);
  if (key === 'ipv6hint') return items.every(isIPv6);
  return key.startsWith('key') || value !== '';
}

const MAX_STRING = 255;
/** A string up to its closing quotation mark: printable ASCII, a quotation mark or backslash only after a backslash. */
const STRING = /"((?:[ !#-[\]-~]|\\[ -~])*)/y;
const ESCAPE = /\\([0-3][0-7]{2}|.)/g;

/** The decoded strings of a TXT value: one or more, each in quotation marks. Throws Problem. */
export function parseStrings(value: string): string[] {
  const strings: string[] = [];
  for (let at = blanksEnd(value, 0); at < value.length; at = blanksEnd(value, at)) {
    STRING.lastIndex = at;
    const match = STRING.exec(value);
    if (!match) throw notQuoted(value);
    const end = at + match[0].length;
    if (value[end] !== '"') throw unclosed(value, end);
    at = end + 1;
    if (at < value.length && value[at] !== ' ' && value[at] !== '"') throw notQuoted(value);
    const text = (match[1] ?? '').replace(ESCAPE, (_all, code: string) => unescaped(code));
    if (text.length > MAX_STRING) throw new Problem('CharacterStringTooLong', 'Value is too long', `${match[0]}"`);
    strings.push(text);
  }
  if (strings.length === 0) throw notQuoted(value);
  return strings;
}

function blanksEnd(value: string, at: number): number {
  let end = at;
  while (value[end] === ' ') end++;
  return end;
}

/** An escape is three octal digits, or any one character. */
function unescaped(code: string): string {
  return code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : code;
}

/** A string that ends before its quotation mark: at a character that is not allowed, or with the value. */
function unclosed(value: string, at: number): Problem {
  const character = String.fromCodePoint(value.codePointAt(at) ?? 0x22);
  return /[^ -~]/u.test(character) ? unsupportedCharacter(character) : notQuoted(value);
}

function notQuoted(value: string): Problem {
  return new Problem('InvalidCharacterString', 'Value should be enclosed in quotation marks', value);
}

/** A value in the form in which two spellings of the same data agree; what cannot be parsed stays as it is. */
export function canonicalValue(type: string, value: string): string {
  try {
    return CANONICAL[type]?.(value) ?? value;
  } catch {
    return value;
  }
}

const lastFieldAsName = (value: string): string => {
  const parts = value.split(/\s+/).filter(Boolean);
  return [...parts.slice(0, -1), parseName(parts.at(-1) ?? '')].join(' ');
};

function canonicalService(value: string): string {
  const { priority, target, parameters } = serviceFields(value);
  return JSON.stringify([priority, target, [...parameters].sort(([a], [b]) => a - b)]);
}

const CANONICAL: Readonly<Record<string, (value: string) => string>> = {
  AAAA: value => ipaddr.parse(value).toString(),
  CNAME: parseName,
  NS: parseName,
  PTR: parseName,
  MX: lastFieldAsName,
  SRV: lastFieldAsName,
  CAA: value => {
    const [, flags = '', tag = '', text = ''] = /^(\d+)\s+(\S+)\s+(.*)$/s.exec(value) ?? [];
    return JSON.stringify([Number(flags), tag.toLowerCase(), parseStrings(text)]);
  },
  NAPTR: value => {
    const [, order, preference, flags = '', service = '', regexp = '', name = ''] = NAPTR.exec(value) ?? [];
    const texts = [flags, service, regexp].map(parseStrings);
    return JSON.stringify([Number(order), Number(preference), texts, parseName(name)]);
  },
  DS: value => {
    const [tag, algorithm, type, ...digest] = value.split(/\s+/).filter(Boolean);
    return [Number(tag), Number(algorithm), Number(type), digest.join('').toUpperCase()].join(' ');
  },
  SVCB: canonicalService,
  HTTPS: canonicalService,
  TXT: value => JSON.stringify(parseStrings(value)),
  SPF: value => JSON.stringify(parseStrings(value)),
};
