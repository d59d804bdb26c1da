import { parseAllDocuments } from 'yaml';
import { isMap } from '../is-map.ts';
import { fromEnvironment, wordsOf } from './arguments.ts';
import { helmArguments } from './helm.ts';

/** The text says nothing of an ExternalDNS; the message says what is understood. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}

type Node = { readonly [key: string]: unknown };

/** What an ExternalDNS is started with, and what could not be told, a line each. */
export interface Found {
  readonly words: readonly string[];
  readonly problems: readonly string[];
}

/**
 * The arguments of ExternalDNS in a text: a command line (one or several lines), a Deployment (or another workload, a
 * Pod, a List of them), or the values of its Helm chart.
 *
 * @throws ImportError when it is none of these, or holds several ExternalDNS
 */
export function argumentsIn(text: string, file: string): Found {
  if (/^\s*(?:#.*\n\s*)*(?:external-dns\b|--\w)/.test(text)) return all(wordsOf(text));
  const documents = parseAllDocuments(text, { prettyErrors: true });
  const values: unknown[] = [];
  for (const document of documents) {
    const [error] = document.errors;
    if (error) throw new ImportError(`${file} is neither a command line nor YAML: ${error.message.split('\n')[0]}`);
    values.push(document.toJS());
  }
  const objects = values.flatMap(itemsOf).filter(isMap);
  const [only] = objects;
  if (Array.isArray(values[0]) && values[0].every(item => typeof item === 'string')) return all(values[0]);
  const containers = objects.flatMap(containersOf).filter(isExternalDns);
  if (containers.length > 1) {
    const names = containers.map(({ name }) => String(name)).join(', ');
    throw new ImportError(`${file} holds several ExternalDNS (${names}): give one at a time`);
  }
  const [container] = containers;
  if (container) return all(argumentsOf(container));
  if (objects.length === 1 && only && only.kind === undefined && only.apiVersion === undefined)
    return helmArguments(only);
  throw new ImportError(
    `${file} holds no ExternalDNS: give its arguments (--source=…), its Deployment, or the values of its Helm chart`,
  );
}

const all = (words: readonly string[]): Found => ({ words, problems: [] });

const nodesIn = (value: unknown): Node[] => (Array.isArray(value) ? value.filter(isMap) : []);
const stringsIn = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
const child = (node: Node, key: string): Node => (isMap(node[key]) ? node[key] : {});

const itemsOf = (value: unknown): unknown[] => (isMap(value) && Array.isArray(value.items) ? value.items : [value]);

/** The arguments of each ExternalDNS in a workload of Kubernetes. */
export function externalDnsIn(workload: unknown): string[][] {
  if (!isMap(workload)) return [];
  return containersOf(workload).filter(isExternalDns).map(argumentsOf);
}

function argumentsOf(container: Node): string[] {
  return [...stringsIn(container.command), ...stringsIn(container.args), ...fromEnvironment(environmentOf(container))];
}

/** The containers of a Pod, or of the template of a workload. */
function containersOf(object: Node): Node[] {
  const spec = child(object, 'spec');
  const pod = object.kind === 'Pod' ? spec : child(child(spec, 'template'), 'spec');
  return nodesIn(pod.containers);
}

/** By its image, or by a flag that it cannot do without. */
function isExternalDns({ image, args, command }: Node): boolean {
  const words = [...stringsIn(command), ...stringsIn(args)];
  return (
    /(?:^|\/)external-dns(?:[:@]|$)/.test(String(image)) || words.some(word => /^--(?:source|provider)\b/.test(word))
  );
}

function environmentOf({ env }: Node): ReadonlyMap<string, string> {
  return new Map(nodesIn(env).map(({ name, value }) => [String(name), value === undefined ? '' : String(value)]));
}
