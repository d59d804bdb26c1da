import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PAGES, proseOf, ROOT, textOf } from './pages.ts';

/** What leads nowhere, of all that a page links to within the repository. */
function broken(page: string, text: string): string[] {
  const links = [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links.filter(link => !/^[a-z]+:/.test(link) && !leads(page, link));
}

function leads(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : normalize(join(dirname(page), path));
  if (!existsSync(`${ROOT}${target}`)) return false;
  if (anchor === undefined) return true;
  return statSync(`${ROOT}${target}`).isFile() && anchorsOf(readFileSync(`${ROOT}${target}`, 'utf8')).has(anchor);
}

/** The anchors that GitHub gives the headings of a page. */
function anchorsOf(text: string): Set<string> {
  const unfenced = text.replaceAll(/^( *)```.*?^\1```/gms, '');
  const titles = [...unfenced.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title);
  return new Set(
    titles.map(title =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

describe('every link leads to a page and a section that are there', () => {
  it.each(PAGES)('%s', page => expect(broken(page, textOf(page))).toEqual([]));

  it.each([
    ['a page', '[a](docs/none.md)'],
    ['a section', '[a](docs/limits.md#none)'],
    ['a section of its own', '[a](#none)'],
    ['a folder, and a section of it', '[a](docs#none)'],
  ])('but for %s that is not there', (_what, text) => expect(broken('README.md', text)).toHaveLength(1));

  it('and what stands in code is no link', () => expect(broken('README.md', '`[a](b)`\n```\n[a](b)\n```')).toEqual([]));
});

describe('docs/README.md', () => {
  it.each(PAGES.filter(page => /^docs\/(?!README)/.test(page)))('leads to %s', page => {
    expect(textOf('docs/README.md')).toContain(`](${page.slice('docs/'.length)})`);
  });
});

it('README.md has two screens', () => expect(textOf('README.md').split('\n').length).toBeLessThanOrEqual(110));

/** In code, too, pages are named by their paths. */
it.each(['lib', 'infra', 'cli', 'functions', 'forwarder'])('%s/ names pages that there are', folder => {
  const named = new Set(docsNamedIn(`${ROOT}${folder}`));
  expect([...named].filter(path => !existsSync(`${ROOT}${path}`))).toEqual([]);
});

function docsNamedIn(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
  const texts = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'));
  return texts.flatMap(text => text.match(/\bdocs\/[a-z-]+\.md\b(?!. of its)/g) ?? []);
}
