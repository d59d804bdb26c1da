import { FUNCTIONS } from './functions.ts';
import { type Piece, scan, unquoted } from './scan.ts';
import { type Block, type Command, type Node, type Operand, type Pipe, TemplateError } from './syntax.ts';
import { Words } from './words.ts';

/** Blocks and brackets within one another; more is no template that a person wrote. */
const MAX_DEPTH = 30;

/** What ends or divides a block. */
type Stop = 'end' | 'else' | 'eof';

const BLOCKS = ['if', 'with', 'range'] as const;
type BlockWord = (typeof BLOCKS)[number];
const isBlockWord = (word: string): word is BlockWord => (BLOCKS as readonly string[]).includes(word);

/**
 * Parses the subset of Go's text/template (https://pkg.go.dev/text/template) that hostnames need: texts, values, pipelines,
 * variables, `if`, `with`, `range`, `break`, `continue`. `define`, `template` and `block` are refused.
 *
 * @throws TemplateError with the place
 */
export function parse(template: string): Block {
  return new Parser(template, scan(template)).whole();
}

class Parser {
  readonly #template: string;
  readonly #pieces: readonly Piece[];
  #at = 0;
  #depth = 0;
  #loops = 0;

  constructor(template: string, pieces: readonly Piece[]) {
    this.#template = template;
    this.#pieces = pieces;
  }

  whole(): Block {
    const { nodes, stop, at } = this.#block(new Set(['$']));
    if (stop !== 'eof') throw this.#error(at, `{{${stop}}} without an if, with or range before it`);
    return nodes;
  }

  #error(at: number, problem: string): TemplateError {
    return new TemplateError(this.#template, at, problem);
  }

  /** Nodes up to the next `end` or `else`; of an `else`, the words behind it are left in `rest`. */
  #block(outer: ReadonlySet<string>): { nodes: Node[]; stop: Stop; at: number; rest: Words | undefined } {
    const known = new Set(outer);
    const nodes: Node[] = [];
    while (this.#at < this.#pieces.length) {
      const piece = this.#pieces[this.#at++] as Piece;
      if (piece.kind === 'text') {
        nodes.push(piece);
        continue;
      }
      const words = new Words(this.#template, piece);
      const word = words.peek()?.kind === 'word' ? (words.peek()?.text ?? '') : '';
      if (word === 'end' || word === 'else') {
        words.next();
        if (word === 'end') words.finish();
        return { nodes, stop: word, at: piece.at, rest: words };
      }
      nodes.push(this.#node(word, words, piece.at, known));
    }
    return { nodes, stop: 'eof', at: this.#template.length, rest: undefined };
  }

  #node(word: string, words: Words, at: number, known: Set<string>): Node {
    if (isBlockWord(word)) {
      words.next();
      return this.#control(word, words, at, known);
    }
    if (word === 'break' || word === 'continue') {
      if (this.#loops === 0) throw this.#error(at, `{{${word}}} stands in no range`);
      words.next();
      words.finish();
      return { kind: word, at };
    }
    if (['define', 'template', 'block'].includes(word)) {
      throw this.#error(at, `{{${word}}} is not supported: write the text where it is used`);
    }
    const pipe = this.#pipe(words, known);
    words.finish();
    return { kind: 'print', pipe, at };
  }

  #control(kind: BlockWord, words: Words, at: number, outer: ReadonlySet<string>): Node {
    if (++this.#depth > MAX_DEPTH) throw this.#error(at, `more than ${MAX_DEPTH} blocks within one another`);
    const known = new Set(outer);
    const pipe = this.#pipe(words, known, kind === 'range');
    words.finish();
    if (kind === 'range') this.#loops++;
    const body = this.#block(known);
    if (kind === 'range') this.#loops--;
    const otherwise = body.stop === 'else' ? this.#otherwise(kind, body, at, known) : [];
    if (body.stop === 'eof') throw this.#error(at, `{{${kind}}} is not ended: write {{end}}`);
    this.#depth--;
    return { kind, pipe, body: body.nodes, otherwise, at };
  }

  #otherwise(
    kind: BlockWord,
    { rest, at }: { rest: Words | undefined; at: number },
    opened: number,
    known: Set<string>,
  ) {
    const word = rest?.peek();
    if (rest && word?.kind === 'word' && word.text === kind && kind !== 'range') {
      rest.next();
      return [this.#control(kind, rest, at, known)];
    }
    rest?.finish();
    const { nodes, stop } = this.#block(known);
    if (stop !== 'end') throw this.#error(opened, `{{${kind}}} is not ended: write {{end}}`);
    return nodes;
  }

  #pipe(words: Words, known: Set<string>, range = false): Pipe {
    const at = words.at;
    const variables = words.declared();
    const assigns = variables?.sign === '=';
    const names = variables?.names ?? [];
    if (names.length > (range ? 2 : 1)) throw this.#error(at, 'only range takes two variables');
    const unknown = assigns ? names.find(name => !known.has(name)) : undefined;
    if (unknown !== undefined) throw this.#error(at, `the variable ${unknown} is not declared: write :=`);
    const commands = [this.#command(words, known)];
    while (words.take('|')) commands.push(this.#command(words, known));
    for (const name of names) known.add(name);
    for (const {
      words: [first],
      at: place,
    } of commands.slice(1)) {
      if (first?.kind !== 'function') throw this.#error(place, 'behind | a function is expected');
    }
    return { variables: names, assigns, commands, at };
  }

  #command(words: Words, known: ReadonlySet<string>): Command {
    const at = words.at;
    const operands: Operand[] = [];
    for (let operand = this.#operand(words, known); operand; operand = this.#operand(words, known))
      operands.push(operand);
    const [first, ...others] = operands;
    if (!first) throw this.#error(at, 'a value is missing');
    if (others.length > 0 && first.kind !== 'function') throw this.#error(at, 'only a function takes arguments');
    const late = others.find(({ kind }) => kind === 'function');
    if (late) throw this.#error(late.at, 'a function among arguments stands in brackets: (len .Spec.Ports)');
    return { words: operands, at };
  }

  #operand(words: Words, known: ReadonlySet<string>): Operand | undefined {
    const token = words.peek();
    if (!token || (token.kind === 'sign' && token.text !== '(')) return undefined;
    words.next();
    const { at, text } = token;
    switch (token.kind) {
      case 'string': {
        const value = unquoted(text);
        if (value === undefined) throw this.#error(at, `${text} has an escape that is not known`);
        return { kind: 'literal', value, at };
      }
      case 'number':
        return { kind: 'literal', value: Number(text), at };
      case 'field':
        return { kind: 'dot', path: [text.slice(1), ...words.path()], at };
      case 'dot':
        return { kind: 'dot', path: [], at };
      case 'variable':
        if (!known.has(text)) throw this.#error(at, `the variable ${text} is not declared`);
        return { kind: 'variable', name: text, path: words.path(), at };
      case 'word':
        return this.#word(text, at);
      default: {
        if (++this.#depth > MAX_DEPTH) throw this.#error(at, `more than ${MAX_DEPTH} brackets within one another`);
        const pipe = this.#pipe(words, new Set(known));
        if (!words.take(')')) throw this.#error(at, 'the bracket is not closed');
        this.#depth--;
        return { kind: 'group', pipe, path: words.path(), at };
      }
    }
  }

  #word(name: string, at: number): Operand {
    if (name === 'true' || name === 'false') return { kind: 'literal', value: name === 'true', at };
    if (name === 'nil') return { kind: 'nil', at };
    if (FUNCTIONS.has(name)) return { kind: 'function', name, at };
    throw this.#error(at, `there is no function ${name}: there are ${[...FUNCTIONS.keys()].sort().join(', ')}`);
  }
}
