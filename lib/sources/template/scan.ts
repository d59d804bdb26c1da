import { TemplateError } from './syntax.ts';

export interface Token {
  readonly kind: 'space' | 'string' | 'number' | 'field' | 'dot' | 'variable' | 'word' | 'sign';
  readonly text: string;
  readonly at: number;
}

export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly tokens: readonly Token[]; readonly at: number };

const TOKENS: readonly (readonly [Token['kind'], RegExp])[] = [
  ['space', /\s+/y],
  ['string', /"(?:[^"\\\n]|\\[^\n])*"|`[^`]*`/y],
  ['number', /[+-]?\d+(?:\.\d+)?(?![\w.])/y],
  ['field', /\.[A-Za-z_]\w*/y],
  ['dot', /\./y],
  ['variable', /\$\w*/y],
  ['word', /[A-Za-z_]\w*/y],
  ['sign', /:=|[=|(),]/y],
];

/** Longer ones are no template that a person wrote; the bound keeps a config from costing every object dearly. */
export const MAX_TEMPLATE = 10_000;

/**
 * Cuts a template into texts and actions, as Go's text/template does: `{{- ` and ` -}}` take the white space beside them
 * away, a comment vanishes. Linear in its length.
 *
 * @throws TemplateError
 */
export function scan(template: string): Piece[] {
  if (template.length > MAX_TEMPLATE) {
    throw new TemplateError(template, 0, `it has ${template.length} characters, at most ${MAX_TEMPLATE} are allowed`);
  }
  const pieces: Piece[] = [];
  let trimNext = false;
  for (let at = 0; at < template.length; ) {
    const open = template.indexOf('{{', at);
    const end = open < 0 ? template.length : open;
    const trimHere = open >= 0 && /^-\s/.test(template.slice(open + 2, open + 4));
    let text = template.slice(at, end);
    if (trimNext) text = text.trimStart();
    if (trimHere) text = text.trimEnd();
    if (text !== '') pieces.push({ kind: 'text', text });
    if (open < 0) break;
    const action = scanAction(template, open + (trimHere ? 3 : 2));
    if (action.tokens.length > 0) pieces.push({ kind: 'action', tokens: action.tokens, at: open });
    else if (!action.comment)
      throw new TemplateError(template, open, 'the action is empty: write {{.Name}} or the like');
    trimNext = action.trims;
    at = action.end;
  }
  return pieces;
}

const COMMENT = /\s*\/\*[\s\S]*?\*\/\s*(-?)\}\}/y;
const CLOSE = /\s-\}\}|\}\}/y;

function scanAction(template: string, from: number) {
  COMMENT.lastIndex = from;
  const comment = COMMENT.exec(template);
  if (comment) return { tokens: [], comment: true, trims: comment[1] === '-', end: COMMENT.lastIndex };
  const tokens: Token[] = [];
  for (let at = from; ; ) {
    CLOSE.lastIndex = at;
    const close = CLOSE.exec(template);
    if (close) return { tokens, comment: false, trims: close[0].length > 2, end: at + close[0].length };
    const token = tokenAt(template, at);
    if (!token) throw strange(template, from, at);
    if (token.kind !== 'space' || tokens.length > 0) tokens.push(token);
    at += token.text.length;
  }
}

function tokenAt(template: string, at: number): Token | undefined {
  for (const [kind, pattern] of TOKENS) {
    pattern.lastIndex = at;
    const found = pattern.exec(template);
    if (!found) continue;
    // White space before ` -}}` belongs to the end of the action.
    const text =
      kind === 'space' && /^-\}\}/.test(template.slice(at + found[0].length)) ? found[0].slice(0, -1) : found[0];
    return text === '' ? undefined : { kind, text, at };
  }
  return undefined;
}

function strange(template: string, from: number, at: number): TemplateError {
  const rest = template.slice(at);
  if (rest === '') return new TemplateError(template, from - 2, 'the action is not closed: end it with }}');
  if (/^["`]/.test(rest)) return new TemplateError(template, at, 'the quoted text is not closed');
  return new TemplateError(template, at, `the character ${JSON.stringify([...rest][0])} is not expected here`);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', "'": "'", '\\': '\\' };

/** The text between the quotation marks of a string token; undefined for an escape that is not known. */
export function unquoted(token: string): string | undefined {
  if (token.startsWith('`')) return token.slice(1, -1);
  let known = true;
  const text = token.slice(1, -1).replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)/gs, (_, code: string) => {
    if (code.length > 1) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    known &&= code in ESCAPES;
    return ESCAPES[code] ?? '';
  });
  return known ? text : undefined;
}
