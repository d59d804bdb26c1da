/** One parse problem of a name or value, printed as Route 53 prints it. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(code: string, description: string, found: string) {
    super(`FATAL problem: ${code} (${description}) encountered with '${found}'`);
  }
}

export function unsupportedCharacter(character: string): Problem {
  return new Problem('UnsupportedCharacter', 'Value contains unsupported characters', character);
}

/** Nearly every name is plain already: lower case, no escapes. */
const PLAIN = /^(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?$/;
const OCTAL = /^\\([0-3][0-7]{2})/;
const MAX_LABEL = 63;
/** RFC 1035 section 3.1: length octets and the root included. */
const MAX_WIRE = 255;

/**
 * A DNS name in the form in which Route 53 returns it: lower case, final dot, every byte outside `a-z 0-9 - _` as a
 * three-digit octal escape (`*` is `\052`). Throws Problem.
 * Source: Route 53 Developer Guide, "DNS domain name format".
 */
export function parseName(text: string): string {
  if (text.length <= MAX_WIRE - 2 && PLAIN.test(text)) return text.endsWith('.') ? text : `${text}.`;
  if (text === '') throw new Problem('DomainNameEmpty', 'Domain name is empty', '');
  if (text === '.') return text;
  const labels = splitLabels(text);
  if (labels.some(label => label.bytes.length === 0)) {
    throw new Problem('DomainLabelEmpty', 'Domain label is empty', text);
  }
  for (const label of labels) {
    if (label.bytes.length > MAX_LABEL) {
      throw new Problem('DomainLabelTooLong', 'Domain label is too long', label.start64);
    }
  }
  if (labels.reduce((sum, label) => sum + label.bytes.length + 1, 1) > MAX_WIRE) {
    throw new Problem('DomainNameTooLong', 'Domain name is too long', text);
  }
  return labels.map(label => `${label.bytes.map(escapeByte).join('')}.`).join('');
}

interface Label {
  readonly bytes: number[];
  /** The source text up to the 64th byte, which is what Route 53 quotes of a label that is too long. */
  start64: string;
}

function splitLabels(text: string): Label[] {
  let label: Label = { bytes: [], start64: '' };
  const labels = [label];
  for (let i = 0; i < text.length; ) {
    const { byte, length } = readByte(text, i);
    const source = text.slice(i, i + length);
    i += length;
    if (source !== '.') {
      label.bytes.push(byte);
      if (label.bytes.length <= MAX_LABEL + 1) label.start64 += source;
    } else if (i < text.length) {
      label = { bytes: [], start64: '' };
      labels.push(label);
    }
  }
  return labels;
}

function readByte(text: string, at: number): { byte: number; length: number } {
  const code = text.codePointAt(at) ?? 0;
  if (code === 0x5c) {
    const octal = OCTAL.exec(text.slice(at, at + 4));
    if (!octal) {
      throw new Problem('InvalidEscapeSequence', 'Value contains an invalid escape sequence', text);
    }
    return { byte: lower(Number.parseInt(octal[1] ?? '', 8)), length: 4 };
  }
  if (code <= 0x20 || code >= 0x7f) throw unsupportedCharacter(String.fromCodePoint(code));
  return { byte: lower(code), length: 1 };
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

function escapeByte(byte: number): string {
  const char = String.fromCharCode(byte);
  return /[a-z0-9_-]/.test(char) ? char : `\\${byte.toString(8).padStart(3, '0')}`;
}

/** Is the name (in canonical form) the zone's own or below it? */
export function inZone(name: string, zone: string): boolean {
  return name === zone || zone === '.' || name.endsWith(`.${zone}`);
}

/**
 * The key by which ListResourceRecordSets sorts: the labels reversed, each with its dot, in escaped form. Compared
 * byte by byte, which for this alphabet is JavaScript's own string comparison.
 */
export function sortKey(name: string): string {
  return `${name.slice(0, -1).split('.').reverse().join('.')}.`;
}
