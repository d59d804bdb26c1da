import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { readStrings, writeStrings } from './strings.ts';

/** A value in the form that is sent to Route 53, or what is wrong with it: the end of "… is not a value of MX: it …". */
export type ValueResult = { readonly value: string } | { readonly problem: string };

/** A problem, thrown within this file only. */
class Malformed extends Error {}

const fail = (problem: string): never => {
  throw new Malformed(problem);
};

type Reader = (text: string) => string;

/**
 * Checks a value of a record type and brings it into one form: numbers without leading zeros, names in lower case, one
 * blank between fields, texts in quotation marks. Source: Route 53 Developer Guide, "Supported DNS record types"; the
 * RFC of each type.
 *
 * | type        | written                                   | RFC  |
 * |-------------|-------------------------------------------|------|
 * | A, AAAA     | an address                                | 1035, 3596 |
 * | CNAME, NS, PTR | a name                                 | 1035 |
 * | TXT         | a text, or strings in quotation marks     | 1035 |
 * | MX          | `preference name`                         | 1035, 7505 |
 * | SRV         | `priority weight port name`               | 2782 |
 * | CAA         | `flags tag "value"`                       | 8659 |
 * | NAPTR       | `order preference "flags" "service" "regexp" name` | 3403 |
 * | DS          | `key-tag algorithm digest-type digest`    | 4034 |
 * | HTTPS, SVCB | `priority name key="value" …`             | 9460 |
 *
 * Names end without a dot, as CNAME targets always have here; those of SRV and NAPTR with one, as ExternalDNS writes them.
 */
export function readValue(type: string, text: string): ValueResult {
  const reader = READERS[type];
  if (!reader) return { problem: `values of type ${type} are not known` };
  if (text.length > 2 * MAX_VALUE) return tooLong(text);
  try {
    const value = reader(text);
    return value.length > MAX_VALUE ? tooLong(value) : { value };
  } catch (error) {
    if (error instanceof Malformed) return { problem: error.message };
    throw error;
  }
}

/** Characters of a value (Route 53 Developer Guide, "Quotas"). */
const MAX_VALUE = 4000;

const tooLong = ({ length }: string): ValueResult => ({
  problem: `it has ${length} characters, at most ${MAX_VALUE} are allowed`,
});

/** The form of a value in which two spellings of the same data agree; what cannot be read stays as it is. */
export function canonicalValue(type: string, value: string): string {
  // What nearly every value is: an address, which has one spelling, or a plain name.
  if (type === 'A') return value;
  if (type === 'AAAA') return ipaddr.IPv6.isValid(value) ? ipaddr.IPv6.parse(value).toString() : value.toLowerCase();
  if (type === 'CNAME') return value.toLowerCase().replace(/\.$/, '');
  const read = readValue(type, value);
  return 'value' in read ? read.value : value;
}

function address4(text: string): string {
  return isIPv4(text) ? text : fail('it is not an IPv4 address');
}

function address6(text: string): string {
  return isIPv6(text) && !text.includes('%') ? text : fail('it is not an IPv6 address');
}

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** A host's name, in lower case, without the final dot. `.` alone is the root, where `root` allows it. */
function nameOf(text: string, root = false): string {
  if (text === '.') return root ? text : fail('the name is empty');
  const name = text.toLowerCase().replace(/\.$/, '');
  if (isIPv4(name)) return fail(`${text} is an address, and a name is needed`);
  if (name.length > 253 || !name.split('.').every(label => LABEL.test(label))) return fail(`${text} is not a hostname`);
  return name;
}

const absolute = (name: string) => (name === '.' ? name : `${name}.`);

function numberOf(text: string, most: number, what: string): string {
  if (/^\d{1,10}$/.test(text) && Number(text) <= most) return String(Number(text));
  return fail(`${what} is a whole number from 0 to ${most}, not ${text === '' ? 'nothing' : text}`);
}

const U16 = 65_535;

function fieldsOf(text: string, form: string): string[] {
  const fields = text.trim().split(/\s+/);
  const count = form.split(' ').length;
  return fields.length === count ? fields : fail(`it is written as "${form}"`);
}

function mx(text: string): string {
  const [preference = '', exchange = ''] = fieldsOf(text, '10 mail.example.com');
  return `${numberOf(preference, U16, 'the preference')} ${nameOf(exchange, true)}`;
}

function srv(text: string): string {
  const [priority = '', weight = '', port = '', target = ''] = fieldsOf(text, '10 5 5060 host.example.com');
  const numbers = [
    numberOf(priority, U16, 'the priority'),
    numberOf(weight, U16, 'the weight'),
    numberOf(port, U16, 'the port'),
  ];
  return [...numbers, absolute(nameOf(target, true))].join(' ');
}

function strings(text: string): readonly Buffer[] {
  const read = readStrings(text);
  return 'problem' in read ? fail(read.problem) : read.strings;
}

/** Without quotation marks it is one text, which is cut into strings of 255 octets. */
function txt(text: string): string {
  return writeStrings(text.trimStart().startsWith('"') ? strings(text.trim()) : [Buffer.from(text)]);
}

const CAA = /^(\S+)\s+(\S+)\s+(.*)$/s;

function caa(text: string): string {
  const [, flags = '', tag = '', rest = ''] =
    CAA.exec(text.trim()) ?? fail('it is written as \'0 issue "ca.example.net"\'');
  if (!/^[a-z0-9]{1,15}$/i.test(tag)) return fail(`${tag} is not a tag: write issue, issuewild, iodef or the like`);
  const value = rest.startsWith('"') ? strings(rest) : [Buffer.from(rest)];
  if (value.length !== 1 || (value[0]?.length ?? 0) > 255) return fail('its value is one string of at most 255 octets');
  return `${numberOf(flags, 255, 'the flags')} ${tag.toLowerCase()} ${writeStrings(value)}`;
}

const QUOTED = '"(?:[^"\\\\]|\\\\.)*"';
const NAPTR = new RegExp(`^(\\S+)\\s+(\\S+)\\s+(${QUOTED})\\s+(${QUOTED})\\s+(${QUOTED})\\s+(\\S+)$`, 's');

function naptr(text: string): string {
  const form = 'it is written as \'100 50 "s" "SIP+D2U" "" _sip._udp.example.com.\'';
  const [, order = '', preference = '', flags = '', service = '', regexp = '', name = ''] =
    NAPTR.exec(text.trim()) ?? fail(form);
  if (!/^"[A-Za-z0-9]?"$/.test(flags)) return fail('its flags are a letter or a digit, or nothing');
  const numbers = [numberOf(order, U16, 'the order'), numberOf(preference, U16, 'the preference')];
  const texts = [flags, service, regexp].map(each => writeStrings(strings(each)));
  return [...numbers, ...texts, absolute(nameOf(name, true))].join(' ');
}

/** Octets of a digest by its type (https://www.iana.org/assignments/ds-rr-types). */
const DIGESTS: Readonly<Record<string, number>> = { 1: 20, 2: 32, 4: 48 };

function ds(text: string): string {
  const [tag = '', algorithm = '', type = '', ...digest] = text.trim().split(/\s+/);
  if (digest.length === 0) return fail('it is written as "12345 13 2 DIGEST"');
  const numbers = [
    numberOf(tag, U16, 'the key tag'),
    numberOf(algorithm, 255, 'the algorithm'),
    numberOf(type, 255, 'the digest type'),
  ];
  const hex = digest.join('').toUpperCase();
  const octets = DIGESTS[numbers[2] ?? ''];
  if (octets === undefined) return fail('its digest type is 1, 2 or 4');
  if (!/^[0-9A-F]+$/.test(hex) || hex.length !== 2 * octets) {
    return fail(`a digest of type ${numbers[2]} is ${2 * octets} hexadecimal digits`);
  }
  return [...numbers, hex].join(' ');
}

/** Numbers of the parameters (RFC 9460, 14.3.2): they go over the wire in this order. */
const PARAMETERS = ['mandatory', 'alpn', 'no-default-alpn', 'port', 'ipv4hint', 'ech', 'ipv6hint', 'dohpath', 'ohttp'];
const PARAMETER = new RegExp(`([a-z0-9-]+)(?:=(${QUOTED}|[^\\s"]+))?(?:\\s+|$)`, 'gy');

function service(text: string): string {
  const [, priority = '', target = '', rest = ''] =
    /^(\S+)\s+(\S+)(?:\s+(.*))?$/s.exec(text.trim()) ?? fail('it is written as \'1 host.example.com alpn="h2"\'');
  const parameters = parametersOf(rest);
  const head = `${numberOf(priority, U16, 'the priority')} ${nameOf(target, true)}`;
  if (head.startsWith('0 ') && parameters.length > 0)
    return fail('with priority 0 it is an alias, which has no parameters');
  return [head, ...parameters.map(({ key, value }) => (value === undefined ? key : `${key}="${value}"`))].join(' ');
}

function parametersOf(text: string) {
  const parameters: { key: string; order: number; value: string | undefined }[] = [];
  let end = 0;
  for (const [whole, key = '', value] of text.matchAll(PARAMETER)) {
    const order = orderOf(key);
    if (parameters.some(other => other.order === order)) return fail(`the parameter ${key} occurs twice`);
    parameters.push({ key, order, value: parameterValue(key, value?.replace(/^"(.*)"$/s, '$1')) });
    end += whole.length;
  }
  if (end < text.length) return fail(`${text.slice(end, end + 40)} is not a parameter: write key="value"`);
  return parameters.sort((a, b) => a.order - b.order);
}

function orderOf(key: string): number {
  const known = PARAMETERS.indexOf(key);
  if (known >= 0) return known;
  const number = /^key(0|[1-9]\d{0,4})$/.exec(key)?.[1];
  if (number === undefined || Number(number) > U16) return fail(`${key} is not a parameter that is known`);
  return Number(number);
}

function parameterValue(key: string, value: string | undefined): string | undefined {
  if (key === 'no-default-alpn') return value === undefined ? undefined : fail(`${key} has no value`);
  if (value === undefined) return key.startsWith('key') ? undefined : fail(`${key} needs a value`);
  if (key === 'port') return numberOf(value, U16, 'the port');
  if (key === 'ipv4hint') return value.split(',').map(address4).join(',');
  if (key === 'ipv6hint')
    return value
      .split(',')
      .map(each => ipaddr.IPv6.parse(address6(each)).toString())
      .join(',');
  if (key === 'mandatory') {
    return [...value.split(',')].sort((a, b) => orderOf(a) - orderOf(b)).join(',');
  }
  return /^[!-~]+$/.test(value) ? value : fail(`the value of ${key} has characters that are not allowed`);
}

const name: Reader = text => nameOf(text.trim());

const READERS: Readonly<Record<string, Reader>> = {
  A: address4,
  AAAA: address6,
  CNAME: name,
  NS: name,
  PTR: name,
  TXT: txt,
  MX: mx,
  SRV: srv,
  CAA: caa,
  NAPTR: naptr,
  DS: ds,
  HTTPS: service,
  SVCB: service,
};
