import type { Token } from './scan.ts';
import { TemplateError } from './syntax.ts';

/** The tokens of one action, taken one after the other; white space divides operands and counts for nothing else. */
export class Words {
  readonly #template: string;
  readonly #tokens: readonly Token[];
  readonly #end: number;
  #i = 0;

  constructor(template: string, { tokens, at }: { tokens: readonly Token[]; at: number }) {
    this.#template = template;
    this.#tokens = tokens;
    const last = tokens.at(-1);
    this.#end = last ? last.at + last.text.length : at;
    this.#skip();
  }

  get at(): number {
    return this.#tokens[this.#i]?.at ?? this.#end;
  }

  peek(): Token | undefined {
    return this.#tokens[this.#i];
  }

  next(): void {
    this.#i++;
    // A field right behind a value belongs to it: `.Labels.app`, `$x.Name`; see path.
    if (this.peek()?.kind !== 'field') this.#skip();
  }

  #skip(): void {
    while (this.#tokens[this.#i]?.kind === 'space') this.#i++;
  }

  /** The fields that stand right behind, without white space. */
  path(): string[] {
    const fields: string[] = [];
    for (let token = this.peek(); token?.kind === 'field' && this.#adjacent(); token = this.peek()) {
      fields.push(token.text.slice(1));
      this.#i++;
    }
    this.#skip();
    return fields;
  }

  #adjacent(): boolean {
    return this.#tokens[this.#i - 1]?.kind !== 'space';
  }

  take(sign: string): boolean {
    const token = this.peek();
    if (token?.kind !== 'sign' || token.text !== sign) return false;
    this.#i++;
    if (sign !== ')') this.#skip();
    return true;
  }

  /** `$x :=`, `$i, $x :=` or `$x =` at the beginning. */
  declared(): { names: string[]; sign: string } | undefined {
    const before = this.#i;
    const names: string[] = [];
    for (let token = this.peek(); token?.kind === 'variable'; token = this.peek()) {
      names.push(token.text);
      this.next();
      if (this.take(',')) continue;
      const sign = [':=', '='].find(each => this.take(each));
      if (sign !== undefined) return { names, sign };
      break;
    }
    this.#i = before;
    return undefined;
  }

  /** Nothing may be left. */
  finish(): void {
    this.#skip();
    const token = this.peek();
    if (token) throw new TemplateError(this.#template, token.at, `${JSON.stringify(token.text)} is not expected here`);
  }
}
