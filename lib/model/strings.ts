/** Octets of one string (RFC 1035, 3.3). */
const MAX_STRING = 255;

type Strings = { readonly strings: readonly Buffer[] } | { readonly problem: string };

/** A string up to its closing quotation mark, and the blanks behind it. */
const STRING = /"((?:[^"\\]|\\[\s\S])*)"(\s*)/y;

/**
 * Reads `"one" "two"` as Route 53 does: `\ooo` is an octet in octal, a backslash before any other character that character.
 * Other characters than ASCII count as their octets in UTF-8.
 */
export function readStrings(text: string): Strings {
  const strings: Buffer[] = [];
  for (let at = 0; at < text.length; at = STRING.lastIndex) {
    STRING.lastIndex = at;
    const found = STRING.exec(text);
    if (!found) return { problem: 'its quotation marks do not match: write "one" "two", and \\" within' };
    strings.push(octetsOf(found[1] ?? ''));
  }
  const long = strings.find(({ length }) => length > MAX_STRING);
  if (long) return { problem: `one of its strings has ${long.length} octets, at most ${MAX_STRING} are allowed` };
  return strings.length > 0 ? { strings } : { problem: 'it has no string: write "text"' };
}

function octetsOf(escaped: string): Buffer {
  if (!escaped.includes('\\')) return Buffer.from(escaped);
  const parts: Buffer[] = [];
  for (const [, octal, other = ''] of escaped.matchAll(/\\([0-3][0-7]{2})|(\\[\s\S]|[^\\]+)/g)) {
    if (octal !== undefined) parts.push(Buffer.of(Number.parseInt(octal, 8)));
    else parts.push(Buffer.from(other.startsWith('\\') ? other.slice(1) : other));
  }
  return Buffer.concat(parts);
}

/** Writes octets as strings in quotation marks, each at most 255 octets long; what is not printable ASCII as `\ooo`. */
export function writeStrings(strings: readonly Buffer[]): string {
  const short = strings.flatMap(octets => {
    const count = Math.max(1, Math.ceil(octets.length / MAX_STRING));
    return Array.from({ length: count }, (_, i) => octets.subarray(i * MAX_STRING, (i + 1) * MAX_STRING));
  });
  return short.map(octets => `"${octets.toString('latin1').replace(/[^ !#-[\]-~]/g, written)}"`).join(' ');
}

function written(octet: string): string {
  if (octet === '"' || octet === '\\') return `\\${octet}`;
  return `\\${octet.charCodeAt(0).toString(8).padStart(3, '0')}`;
}
