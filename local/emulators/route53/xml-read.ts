import { SaxesParser } from 'saxes';
import { invalidXml, Route53Error } from './errors.ts';
import { violation } from './facets.ts';

export const NAMESPACE = 'https://route53.amazonaws.com/doc/2013-04-01/';

export interface XmlNode {
  readonly name: string;
  text: string;
  readonly children: XmlNode[];
  readonly line: number;
  readonly column: number;
}

/**
 * Reads a request body, whose root must be the named element of Route 53's namespace.
 * Throws Route53Error: MalformedInput for what is no XML or another root, InvalidInput for foreign namespaces.
 */
export function readXml(body: Buffer, root: string): XmlNode {
  const parser = new SaxesParser({ xmlns: true });
  const open: XmlNode[] = [];
  let top: XmlNode | undefined;
  parser.on('error', error => {
    throw malformed(`Unexpected end of document or malformed XML: ${error.message}`);
  });
  parser.on('doctype', () => {
    throw malformed('A document type declaration is not allowed');
  });
  parser.on('opentag', tag => {
    const node = { name: tag.local, text: '', children: [], line: parser.line, column: parser.column };
    if (open.length === 0 && tag.local !== root) throw malformed(`${tag.local} is not valid, expected ${root}`);
    if (tag.uri !== NAMESPACE) {
      throw invalidXml(`cvc-elt.1: Cannot find the declaration of element '${tag.name}'.`, node.line, node.column);
    }
    if (open.length === 0) top = node;
    else open.at(-1)?.children.push(node);
    open.push(node);
  });
  const append = (text: string) => {
    const node = open.at(-1);
    if (node) node.text += text;
  };
  parser.on('text', append);
  parser.on('cdata', append);
  parser.on('closetag', () => open.pop());
  parser.write(body.toString('utf8')).close();
  if (!top) throw malformed(`Unexpected end of document, expected ${root}`);
  return top;
}

function malformed(message: string): Route53Error {
  return new Route53Error(400, 'MalformedInput', message);
}

/** The children of an element by name: none unknown, none twice, none of the required missing; their texts valid. */
export function fieldsOf(
  node: XmlNode,
  required: readonly string[],
  optional: readonly string[] = [],
): ReadonlyMap<string, XmlNode> {
  const allowed = [...required, ...optional];
  const fields = new Map<string, XmlNode>();
  for (const child of node.children) {
    if (!allowed.includes(child.name) || fields.has(child.name)) throw unexpected(child, allowed);
    checkText(child);
    fields.set(child.name, child);
  }
  if (node.text.trim() !== '') {
    const rule = `cvc-complex-type.2.3: Element '${node.name}' cannot have character [children], because the type's content type is element-only.`;
    throw invalidXml(rule, node.line, node.column);
  }
  const missing = required.find(name => !fields.has(name));
  if (missing) throw incomplete(node, missing);
  return fields;
}

/** The children of an element that is a list of one kind, at least one. */
export function itemsOf(node: XmlNode, item: string): readonly XmlNode[] {
  const foreign = node.children.find(child => child.name !== item);
  if (foreign) throw unexpected(foreign, [item]);
  if (node.children.length === 0) throw incomplete(node, item);
  return node.children;
}

function checkText(node: XmlNode): void {
  const rule = node.children.length === 0 ? violation(node.name, node.text) : undefined;
  if (rule) throw invalidXml(rule, node.line, node.column);
}

function unexpected(node: XmlNode, allowed: readonly string[]): Route53Error {
  const rule = `cvc-complex-type.2.4.a: Invalid content was found starting with element '${node.name}'.`;
  return invalidXml(`${rule} One of '{${qualified(allowed)}}' is expected.`, node.line, node.column);
}

function incomplete(node: XmlNode, missing: string): Route53Error {
  const rule = `cvc-complex-type.2.4.b: The content of element '${node.name}' is not complete.`;
  return invalidXml(`${rule} One of '{${qualified([missing])}}' is expected.`, node.line, node.column);
}

function qualified(names: readonly string[]): string {
  return names.map(name => `"${NAMESPACE}":${name}`).join(', ');
}

export function textOf(fields: ReadonlyMap<string, XmlNode>, name: string): string | undefined {
  return fields.get(name)?.text;
}

export function booleanOf(fields: ReadonlyMap<string, XmlNode>, name: string): boolean | undefined {
  const text = fields.get(name)?.text.trim();
  return text === undefined ? undefined : text === 'true' || text === '1';
}

export function integerOf(fields: ReadonlyMap<string, XmlNode>, name: string): number | undefined {
  const text = fields.get(name)?.text;
  return text === undefined ? undefined : Number(text.trim());
}
