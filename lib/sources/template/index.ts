import { parse } from './parse.ts';
import { run, type TemplateInput } from './run.ts';
import type { Block } from './syntax.ts';

export type { TemplateInput } from './run.ts';
export { TemplateError } from './syntax.ts';

/** A template, parsed; see `parse` for what it may be and throws. */
export interface Template {
  readonly text: string;
  readonly block: Block;
}

export const parseTemplate = (text: string): Template => ({ text, block: parse(text) });

/**
 * What templates make of an object, as ExternalDNS reads it: each result cut at its commas, without white space around the
 * items and without a final dot; sorted, each once.
 *
 * @throws TemplateError
 */
export function listFrom(templates: readonly Template[], input: TemplateInput): string[] {
  const items = templates.flatMap(({ text, block }) => run(text, block, input).split(','));
  return [...new Set(items.map(item => item.trim().replace(/\.$/, '')).filter(item => item !== ''))].sort();
}
