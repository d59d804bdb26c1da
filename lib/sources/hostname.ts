import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import type { DnsName } from '../model/index.ts';

/** A name in canonical form, or what is wrong with it: the end of the sentence "… is not a hostname: it …". */
export type HostnameResult = { readonly name: DnsName } | { readonly problem: string };

/** What a name may be. Both are refused unless allowed. */
export interface HostnameRules {
  /** `*` as the whole first label (RFC 4592). */
  readonly wildcard?: boolean;
  /** Names that begin with `_fairlead-`: ownership records of apex names stand there. */
  readonly reserved?: boolean;
}

/** RFC 1035, 2.3.4: 255 octets on the wire are 253 characters without the final dot. */
const MAX_NAME = 253;
const MAX_LABEL = 63;

/** No longer text can shrink to 253 characters; it is refused before any costly look at it. */
const MAX_TEXT = 1000;

const RESERVED = '_fairlead-';

/** What nearly every name looks like: nothing to convert, nothing to complain about except its length. */
const PLAIN = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

const NON_ASCII = /[^\0-\x7f]/;
const FORBIDDEN = /[^a-z0-9_.*-]/i;

/**
 * Brings a hostname into the form in which fairlead holds names (DnsName): lower case, no final dot, internationalised
 * labels as A-labels (UTS 46, non-transitional, as browsers do). Labels have 1 to 63 letters, digits, hyphens and
 * underscores and neither begin nor end with a hyphen (RFC 1123, 2.1; underscores are common in DNS). An IP address is
 * not a hostname, nor is a name that ends in a number, as no top-level domain does and every IPv4 spelling does.
 */
export function canonicalHostname(text: string, rules: HostnameRules = {}): HostnameResult {
  if (text.length <= MAX_NAME && PLAIN.test(text) && !text.startsWith(RESERVED)) return { name: text };
  if (text.length > MAX_TEXT) return { problem: tooLong(text.length) };
  const bare = text.endsWith('.') ? text.slice(0, -1) : text;
  const problem = writtenProblem(bare);
  if (problem !== undefined) return { problem };
  const ascii = NON_ASCII.test(bare) ? domainToASCII(bare).replace(/\.$/, '') : bare.toLowerCase();
  if (ascii === '') return { problem: 'it is not a valid internationalised name (UTS 46)' };
  const asciiProblem = nameProblem(ascii, rules);
  return asciiProblem === undefined ? { name: ascii } : { problem: asciiProblem };
}

const tooLong = (length: number) => `it has ${length} characters, at most ${MAX_NAME} are allowed`;

/** What is wrong with the text as written, before any conversion (which would stop at a slash or decode a `%41`). */
function writtenProblem(text: string): string | undefined {
  if (text === '') return 'it is empty';
  if (isIP(text.replace(/^\[|\]$/g, '')) !== 0) {
    return 'it is an IP address, not a name: an address is given as a target, without brackets';
  }
  if (text.includes('/')) return 'it is a URL or a path: give the name alone, without scheme and path';
  if (text.includes(':')) return 'it contains a colon: give the name alone, without scheme and port';
  if (/[ \t\r\n]/.test(text)) return 'it contains a blank: a name has none, and between two names belongs a comma';
  const character = [...text].find(each => each <= '\x7f' && FORBIDDEN.test(each));
  if (character !== undefined) {
    return `the character ${quoted(character)} is not allowed: names are made of letters, digits, hyphens, underscores and dots`;
  }
  return hyphenProblem(text.split('.'));
}

/** Checked before the conversion too: an A-label hides the hyphens of the label that it stands for. */
function hyphenProblem(labels: readonly string[]): string | undefined {
  const label = labels.find(each => each.startsWith('-') || each.endsWith('-'));
  return label === undefined ? undefined : `its label ${quoted(label)} begins or ends with a hyphen (RFC 1123)`;
}

function nameProblem(name: string, rules: HostnameRules): string | undefined {
  const labels = name.split('.');
  if (name.length > MAX_NAME) return tooLong(name.length);
  if (labels.includes('')) return 'it has an empty label: a dot in front, or two dots in a row';
  const long = labels.find(label => label.length > MAX_LABEL);
  if (long !== undefined) {
    return `its label ${quoted(long)} has ${long.length} characters, at most ${MAX_LABEL} are allowed`;
  }
  return hyphenProblem(labels) ?? wildcardProblem(labels, rules) ?? endProblem(name, labels, rules);
}

function wildcardProblem(labels: readonly string[], rules: HostnameRules): string | undefined {
  const [first, ...rest] = labels;
  const inRest = rest.some(label => label.includes('*'));
  if (!inRest && !first?.includes('*')) return undefined;
  if (!rules.wildcard) return 'a wildcard is not allowed here';
  if (inRest || first !== '*') return 'a "*" can only be the whole first label, as in "*.example.com" (RFC 4592)';
  return rest.length === 0 ? 'a "*" alone covers every name there is: put a domain behind it' : undefined;
}

function endProblem(name: string, labels: readonly string[], rules: HostnameRules): string | undefined {
  if (FORBIDDEN.test(name)) return 'it is not a valid internationalised name (UTS 46)';
  if (/^\d+$/.test(labels.at(-1) ?? '')) return 'it ends in a number, as only IP addresses do';
  if (!rules.reserved && name.startsWith(RESERVED)) {
    return `names that begin with "${RESERVED}" are reserved for ownership records`;
  }
  return undefined;
}

const SHOWN = 80;

/** A text as shown to people: at most 80 characters of it, in quotes, invisible ones (not the space) written as `\u{…}`. */
export function quoted(text: string): string {
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  return `"${shown.replace(/(?! )[\p{C}\p{Z}]/gu, character => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)}"`;
}
