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
    const match = /^(\d{1,3}) ([A-Za-z0-9]+) (.*)$/s.exec(value);
    if (!match || !isUnsigned(match[1] ?? '', 255)) {
      throw new Problem('CAARRDATANotThreeFields', 'Value should contain three fields', value);
    }
    parseStrings(match[3] ?? '');
  },
  SOA: (value, type) => {
    const [mname = '', rname = '', ...numbers] = fields(value, type, 7, 'Seven');
    parseName(mname);
    parseName(rname);
    if (!numbers.every(number => isUnsigned(number, 2 ** 32 - 1))) throw unparsable(value);
  },
  NAPTR: value => {
    if (!/^\d+ \d+ "[^"]*" "[^"]*" "[^"]*" \S+$/.test(value)) {
      throw new Problem('NAPTRRRDATANotSixFields', 'Value should contain six fields', value);
    }
  },
  DS: value => hexRecord(value, [65535, 255, 255]),
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

function service(value: string): void {
  const [priority = '', target = ''] = value.split(/\s+/).filter(Boolean);
  if (!isUnsigned(priority, 65535)) throw unparsable(value);
  parseName(target);
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

const CANONICAL: Readonly<Record<string, (value: string) => string>> = {
  AAAA: value => ipaddr.parse(value).toString(),
  CNAME: parseName,
  NS: parseName,
  PTR: parseName,
  MX: lastFieldAsName,
  SRV: lastFieldAsName,
  TXT: value => JSON.stringify(parseStrings(value)),
  SPF: value => JSON.stringify(parseStrings(value)),
};
