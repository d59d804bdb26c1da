import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BLOCKS, blocksOf, commandsOf, INLINE, linesOf, SHELL_LINES } from './blocks.ts';
import { checkAws, checkDocker, checkHelm, checkNpm, checkSls, checkTemplate, hasProgram } from './checks.ts';
import { PAGES, proseOf, ROOT, textOf } from './pages.ts';

/** Blocks that cannot be tested, each with its reason in the page. A new one needs a reason, and a number here. */
const NOT_RUN = 0;

/** The other languages that a block may have: pictures, queries of CloudWatch, and what is printed. */
const OTHERS = ['mermaid', 'text'];

/** The programs whose commands are tested here, in fairlead.test.ts, or by running the page. */
const KNOWN = /^(npm|npx (fairlead|sls)|fairlead|aws|kubectl|helm|docker|dig|grep|export)( |$)/;

const commands = SHELL_LINES.flatMap(({ page, line }) =>
  commandsOf(line).map(words => [page, words.join(' '), words] as const),
);
const of = (...start: string[]) => commands.filter(([, , words]) => start.every((word, i) => words[i] === word));
const inline = INLINE.flatMap(({ page, line }) =>
  commandsOf(line).map(words => [page, words.join(' '), words] as const),
);

describe('the blocks of the pages', () => {
  it('have a language by which they are tested', () => {
    const odd = BLOCKS.filter(({ language }) => !['sh', 'yaml', 'json', ...OTHERS].includes(language));
    expect(odd.map(({ page, line, language }) => `${page}:${line} ${language}`)).toEqual([]);
  });

  it('are marked where they cannot be run, each with a reason', () => {
    const marked = BLOCKS.filter(({ notRun }) => notRun !== undefined);
    expect(marked.filter(({ notRun = '' }) => notRun.length < 10)).toEqual([]);
    expect(marked).toHaveLength(NOT_RUN);
  });

  it('hide no command as a text', () => {
    const texts = BLOCKS.filter(({ language }) => language === 'text').flatMap(({ text }) => text.split('\n'));
    const indented = PAGES.flatMap(page => proseOf(textOf(page)).match(/^ {4}\S.*$/gm) ?? []);
    expect([...texts, ...indented].map(line => line.trim()).filter(line => KNOWN.test(line))).toEqual([]);
  });

  it('are all found', () => {
    expect(BLOCKS.length).toBeGreaterThan(25);
    expect(commands.length).toBeGreaterThan(40);
    expect(blocksOf('p', '<!-- not run: for a reason -->\n```sh\na\n```\n')).toMatchObject([
      { notRun: 'for a reason' },
    ]);
  });

  it.each([
    ['a | b -c "d e" > f   # g', [['a'], ['b', '-c', 'd e']]],
    ["ID=$(a --b 'c d')", [['a', '--b', 'c d']]],
    [`x -d '{"a":"b|c"}' && y`, [['x', '-d', '{"a":"b|c"}'], ['y']]],
  ])('%s is read as a shell reads it', (text, words) => {
    expect(linesOf(text).flatMap(commandsOf)).toEqual(words);
  });
});

describe('the commands', () => {
  it('are of programs that are tested here', () => {
    expect(commands.map(([, text]) => text).filter(text => !KNOWN.test(text))).toEqual([]);
  });

  it.each([...of('npm'), ...inline.filter(([, text]) => text.startsWith('npm '))])('%s: %s', (_page, _text, words) =>
    checkNpm(words),
  );

  it.each(of('npx', 'sls'))('%s: %s', (_page, _text, words) => checkSls(words, true));

  it.each(inline.filter(([, text]) => text.startsWith('npx sls')))('%s: %s', (_page, _text, words) =>
    // `npx sls deploy` in a sentence is the name of the command; what asks a function is to be typed as it stands.
    checkSls(words, words.includes('-f')),
  );

  it.each(of('aws', 'cloudformation', 'deploy'))('%s: %s', (_page, _text, words) => checkTemplate(words));

  const others = of('aws').filter(([, , words]) => words[1] !== 'cloudformation');
  it.skipIf(!hasProgram('aws')).each(others)('%s: %s', (_page, _text, words) => checkAws(words));

  it.each(of('helm', 'install'))('%s: %s', (_page, _text, words) => checkHelm(words));

  it.each(of('docker'))('%s: %s', (_page, _text, words) => checkDocker(words));

  it.each(of('export'))('%s: %s', (_page, _text, [, ...words]) => {
    const help = readFileSync(`${ROOT}cli/help.ts`, 'utf8');
    for (const word of words) expect(help).toContain(word.split('=')[0]);
  });

  it.each(of('dig'))('%s: %s', (_page, _text, words) => {
    const examples = readdirSync(`${ROOT}examples`).map(name => readFileSync(`${ROOT}examples/${name}`, 'utf8'));
    expect(examples.join('\n')).toContain(words.at(-1));
  });
});
