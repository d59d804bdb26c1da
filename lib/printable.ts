/**
 * What a terminal would obey instead of showing it: control characters of both sets (ECMA-48), and those that turn the
 * direction of what follows (Unicode TR9), with which a name can be made to look like another.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A text of objects, DNS or servers as a terminal may be given it, on as many lines as it has. */
export function printable(text: string): string {
  return text.replace(OBEYED, escaped);
}

/** A value as JSON that a terminal may be given: the same value, since JSON reads `\u009b` as the character. */
export function printableJson(value: unknown): string {
  return printable(JSON.stringify(value));
}
