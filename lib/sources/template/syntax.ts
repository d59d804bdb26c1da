/** A template as parsed: texts and actions in order. */
export type Block = readonly Node[];

/** Where something stands in the template: characters from its beginning. */
interface Place {
  readonly at: number;
}

export type Node = TextNode | PrintNode | BlockNode | FlowNode;

interface TextNode {
  readonly kind: 'text';
  readonly text: string;
}

interface PrintNode extends Place {
  readonly kind: 'print';
  readonly pipe: Pipe;
}

export interface BlockNode extends Place {
  readonly kind: 'if' | 'with' | 'range';
  readonly pipe: Pipe;
  readonly body: Block;
  readonly otherwise: Block;
}

type FlowNode = Place & ({ readonly kind: 'break' } | { readonly kind: 'continue' });

/** `$x, $y := a | b c`: commands, each given the result of the one before it as its last argument. */
export interface Pipe extends Place {
  readonly variables: readonly string[];
  readonly assigns: boolean;
  readonly commands: readonly Command[];
}

/** A function or a value, and its arguments. */
export interface Command extends Place {
  readonly words: readonly Operand[];
}

export type Operand = Place &
  (
    | { readonly kind: 'literal'; readonly value: string | number | boolean }
    | { readonly kind: 'nil' }
    | { readonly kind: 'function'; readonly name: string }
    | { readonly kind: 'dot'; readonly path: readonly string[] }
    | { readonly kind: 'variable'; readonly name: string; readonly path: readonly string[] }
    | { readonly kind: 'group'; readonly pipe: Pipe; readonly path: readonly string[] }
  );

/** What is wrong with a template, or with what it made of an object. The place is line and column, counted from 1. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';

  constructor(template: string, at: number, problem: string) {
    const before = template.slice(0, at).split('\n');
    super(`line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}: ${problem}`);
  }
}
