import { PAGES, textOf } from './pages.ts';

/** A fenced block of a page. */
export interface Block {
  readonly page: string;
  /** Of its first line within the page, from 1. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
  /** Why it is not run, where `<!-- not run: … -->` stands before it. */
  readonly notRun?: string;
}

const FENCE = /(?:^ *<!-- not run: (.*?) -->\n\n?)?^( *)```([^\n]*)\n(.*?)^\2```$/gms;

export function blocksOf(page: string, text = textOf(page)): Block[] {
  return [...text.matchAll(FENCE)].map(([whole, notRun, indent = '', language = '', body = '']) => ({
    page,
    line: text.slice(0, text.indexOf(whole)).split('\n').length,
    language,
    text: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    ...(notRun !== undefined && { notRun }),
  }));
}

export const BLOCKS: readonly Block[] = PAGES.flatMap(page => blocksOf(page));

/** Blocks of a language that are not marked. */
export const tested = (language: string) => BLOCKS.filter(one => one.language === language && one.notRun === undefined);

/** The commands of a shell block, a line each: continued lines are one, comments are left out. */
export function linesOf(text: string): string[] {
  const whole = text.replaceAll(/\\\n\s*/g, '');
  return whole
    .split('\n')
    .map(line => line.replace(/(^|\s)#\s.*$/, '').trim())
    .filter(line => line !== '');
}

/** The programs that a line runs, each with its arguments, quotes taken off. */
export function commandsOf(line: string): string[][] {
  const inner = [...line.matchAll(/\$\((.*?)\)/g)].flatMap(([, command = '']) => commandsOf(command));
  const outer = line.replaceAll(/^\w+=\$\(.*\)$/g, '').replaceAll(/\s*>{1,2}\s*\S+/g, '');
  const parts = splitOutsideQuotes(outer, /\s*(?:\|\||&&|\||;)\s*/y).filter(part => part !== '');
  return [
    ...inner,
    ...parts.map(part => splitOutsideQuotes(part, /\s+/y).map(word => word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'))),
  ];
}

function splitOutsideQuotes(text: string, separator: RegExp): string[] {
  const parts = [''];
  let quote = '';
  for (let i = 0; i < text.length; ) {
    separator.lastIndex = i;
    const gap = quote === '' ? separator.exec(text) : null;
    if (gap) {
      parts.push('');
      i += gap[0].length;
      continue;
    }
    const letter = text[i] as string;
    if (quote === letter) quote = '';
    else if (quote === '' && /["']/.test(letter)) quote = letter;
    parts.push(`${parts.pop()}${letter}`);
    i += 1;
  }
  return parts;
}

/** Every line of the shell blocks, and those that a workflow in a YAML block runs. */
export const SHELL_LINES: readonly { readonly page: string; readonly line: string }[] = [
  ...tested('sh').flatMap(({ page, text }) => linesOf(text).map(line => ({ page, line }))),
  ...tested('yaml').flatMap(({ page, text }) =>
    [...text.matchAll(/^- run: (.*)$/gm)].map(([, line = '']) => ({ page, line })),
  ),
];

/** Commands that stand in a sentence or a table, as code. */
export const INLINE: readonly { readonly page: string; readonly line: string }[] = PAGES.filter(
  page => page !== 'CHANGELOG.md',
).flatMap(page => {
  const spans = textOf(page)
    .replaceAll(/^( *)```.*?^\1```/gms, '')
    .matchAll(/`([^`]+)`/g);
  const lines = [...spans].map(([, code = '']) => code.replaceAll(/\s+/g, ' '));
  return lines.filter(line => /^(npx |npm |fairlead )/.test(line)).map(line => ({ page, line }));
});
