import { FUNCTIONS } from './functions.ts';
import {
  type Block,
  type BlockNode,
  type Command,
  type Node,
  type Operand,
  type Pipe,
  TemplateError,
} from './syntax.ts';
import { entry, isMap, isTrue, Misuse, printed, typeName, type Value } from './values.ts';

/** What a template is run on. */
export interface TemplateInput {
  /** `.Name`, `.Spec` and so on. Every name that a template may use at the top is a key. */
  readonly fields: Readonly<Record<string, Value>>;
  /** The word of the source, for `isSource`. */
  readonly source: string;
}

/** Characters of the result; 500 names of 253 characters are less. */
const MAX_OUTPUT = 128 * 1024;

/** Values looked at, and characters made: an object's lists and texts cost in proportion to their size, and no more. */
const MAX_COST = 2_000_000;

/**
 * Runs a template on an object. What an object does not have is empty, as in Go's structs; a name at the top that no object
 * can have, a function's misuse and too costly a run are errors.
 *
 * @throws TemplateError
 */
export function run(template: string, block: Block, input: TemplateInput): string {
  return new Run(template, input).whole(block);
}

type Flow = 'on' | 'break' | 'continue';
type Scope = Map<string, { value: Value }>;

class Run {
  readonly #template: string;
  readonly #input: TemplateInput;
  #output = '';
  #cost = 0;
  /** Keys of a map by their lower case: `.Spec.ClusterIP` is `clusterIP`. */
  readonly #keys = new WeakMap<object, Map<string, string>>();

  constructor(template: string, input: TemplateInput) {
    this.#template = template;
    this.#input = input;
  }

  whole(block: Block): string {
    const dot = this.#input.fields;
    this.#block(block, dot, new Map([['$', { value: dot }]]));
    return this.#output;
  }

  #error(at: number, problem: string): TemplateError {
    return new TemplateError(this.#template, at, problem);
  }

  #spend(cost: number, at: number): void {
    this.#cost += cost;
    if (this.#cost > MAX_COST) throw this.#error(at, 'it costs too much on this object');
  }

  #write(text: string, at: number): void {
    if (this.#output.length + text.length > MAX_OUTPUT) {
      throw this.#error(at, `it makes more than ${MAX_OUTPUT} characters of this object`);
    }
    this.#output += text;
  }

  #block(block: Block, dot: Value, outer: Scope): Flow {
    const scope: Scope = new Map(outer);
    for (const node of block) {
      const flow = this.#node(node, dot, scope);
      if (flow !== 'on') return flow;
    }
    return 'on';
  }

  #node(node: Node, dot: Value, scope: Scope): Flow {
    if (node.kind === 'text') {
      this.#write(node.text, 0);
      return 'on';
    }
    if (node.kind === 'break' || node.kind === 'continue') return node.kind;
    if (node.kind === 'range') return this.#range(node, dot, scope);
    if (node.kind !== 'print') return this.#branch(node, dot, scope);
    const value = this.#pipe(node.pipe, dot, scope);
    if (node.pipe.variables.length === 0) this.#write(printed(value), node.at);
    return 'on';
  }

  #branch({ kind, pipe, body, otherwise }: BlockNode, dot: Value, outer: Scope): Flow {
    const scope: Scope = new Map(outer);
    const value = this.#pipe(pipe, dot, scope);
    if (!isTrue(value)) return this.#block(otherwise, dot, scope);
    return this.#block(body, kind === 'with' ? value : dot, scope);
  }

  #range({ pipe, body, otherwise, at }: BlockNode, dot: Value, outer: Scope): Flow {
    const value = this.#evaluate(pipe, dot, new Map(outer));
    const entries = this.#entries(value, at);
    if (entries.length === 0) return this.#block(otherwise, dot, outer);
    for (const [key, item] of entries) {
      this.#spend(1, at);
      const scope: Scope = new Map(outer);
      const [first, second] = pipe.variables;
      if (first !== undefined) scope.set(first, { value: second === undefined ? item : key });
      if (second !== undefined) scope.set(second, { value: item });
      if (this.#block(body, item, scope) === 'break') break;
    }
    return 'on';
  }

  #entries(value: Value, at: number): [Value, Value][] {
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value.map((item, i) => [i, item]);
    if (isMap(value))
      return Object.keys(value)
        .sort()
        .map(key => [key, value[key]]);
    throw this.#error(at, `range goes over a list or a map, not over ${typeName(value)}`);
  }

  #pipe(pipe: Pipe, dot: Value, scope: Scope): Value {
    const value = this.#evaluate(pipe, dot, scope);
    for (const name of pipe.variables) {
      const variable = scope.get(name);
      if (pipe.assigns && variable) variable.value = value;
      else scope.set(name, { value });
    }
    return value;
  }

  #evaluate(pipe: Pipe, dot: Value, scope: Scope): Value {
    let value: Value;
    pipe.commands.forEach((command, i) => {
      value = this.#command(command, dot, scope, i === 0 ? [] : [value]);
    });
    return value;
  }

  #command({ words: [first, ...others], at }: Command, dot: Value, scope: Scope, piped: readonly Value[]): Value {
    if (first?.kind !== 'function') return this.#operand(first as Operand, dot, scope);
    const { name } = first;
    if (name === 'and' || name === 'or') return this.#untilDecided(name, others, piped, dot, scope, at);
    return this.#call(name, [...others.map(other => this.#operand(other, dot, scope)), ...piped], at);
  }

  #untilDecided(
    name: 'and' | 'or',
    operands: readonly Operand[],
    piped: readonly Value[],
    dot: Value,
    scope: Scope,
    at: number,
  ): Value {
    if (operands.length + piped.length === 0) throw this.#error(at, `${name} needs an argument`);
    let value: Value;
    for (const operand of operands) {
      value = this.#operand(operand, dot, scope);
      if (isTrue(value) === (name === 'or')) return value;
    }
    return piped.length > 0 ? piped[0] : value;
  }

  #call(name: string, args: readonly Value[], at: number): Value {
    for (const arg of args) this.#spend(typeof arg === 'string' ? arg.length : 1, at);
    try {
      const value = FUNCTIONS.get(name)?.(args, this.#input.source);
      if (typeof value === 'string' && value.length > MAX_OUTPUT) throw new Misuse('makes too long a text');
      return value;
    } catch (error) {
      if (error instanceof Misuse) throw this.#error(at, `${name}: ${error.message}`);
      throw error;
    }
  }

  #operand(operand: Operand, dot: Value, scope: Scope): Value {
    this.#spend(1, operand.at);
    switch (operand.kind) {
      case 'literal':
        return operand.value;
      case 'nil':
        return undefined;
      case 'function':
        return this.#call(operand.name, [], operand.at);
      case 'dot':
        return this.#fields(dot, operand.path, operand.at);
      case 'variable':
        return this.#fields(scope.get(operand.name)?.value, operand.path, operand.at);
      case 'group':
        return this.#fields(this.#pipe(operand.pipe, dot, new Map(scope)), operand.path, operand.at);
    }
  }

  #fields(from: Value, path: readonly string[], at: number): Value {
    let value = from;
    for (const name of path) {
      if (value === this.#input.fields && !Object.hasOwn(this.#input.fields, name)) {
        throw this.#error(at, `an object has no field ${name}: it has ${Object.keys(this.#input.fields).join(', ')}`);
      }
      if (value === undefined || value === null) return undefined;
      if (!isMap(value)) throw this.#error(at, `${typeName(value)} has no field ${name}`);
      value = entry(value, this.#keyOf(value, name));
    }
    return value;
  }

  /** The key itself where the map has it, else the one that differs in case: templates write Go's names of fields. */
  #keyOf(map: Readonly<Record<string, Value>>, name: string): string {
    if (Object.hasOwn(map, name)) return name;
    let keys = this.#keys.get(map);
    if (!keys) {
      keys = new Map(Object.keys(map).map(key => [key.toLowerCase(), key]));
      this.#keys.set(map, keys);
    }
    return keys.get(name.toLowerCase()) ?? name;
  }
}
