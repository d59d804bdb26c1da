import { printable } from '../printable.ts';

/** Markup that may be sent. It is made by `html` alone, so that no text of a record or an object is taken for markup. */
export class Html {
  readonly markup: string;
  /** @param markup is sent as it is */
  constructor(markup: string) {
    this.markup = markup;
  }
}

/** What may stand in a template: text is escaped; nothing, `false` and empty lists leave no trace. */
export type Part = Html | string | number | undefined | false | readonly Part[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Also what would turn the direction of a text is shown as its code: it could make one name look like another. */
const escaped = (text: string) => printable(text).replace(/[&<>"']/g, character => ESCAPES[character] ?? '');

function markupOf(part: Part): string {
  if (part instanceof Html) return part.markup;
  if (part === undefined || part === false) return '';
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part));
  return part.map(markupOf).join('');
}

/** A template whose values are escaped, also within attributes in quotes. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((text, i) => text + (i < parts.length ? markupOf(parts[i]) : '')).join(''));
}
