import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { keyPaths } from '../../lib/config/key-paths.ts';
import { fileSchema } from '../../lib/config/schema.ts';
import { isKnownAnnotation, KNOWN_ANNOTATIONS } from '../../lib/sources/known.ts';
import { settingsPage } from '../../scripts/settings-page.ts';

const page = (name: string) => readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8');

describe('docs/settings.md', () => {
  const text = settingsPage();
  const rows = [...text.matchAll(/^\| `([^`]+)` \|(.*)\|$/gm)].map(([, key = '', rest = '']) => ({
    key,
    cells: rest.split(/(?<!\\)\|/).map(cell => cell.trim()),
  }));

  it('is up to date (if not: npm run schema)', () => expect(page('settings')).toBe(text));

  it('has a row for each key', () => {
    const told = rows.map(({ key }) => key);
    expect(told).toEqual([...new Set(told)]);
    expect(keyPaths(fileSchema).filter(key => !told.includes(key))).toEqual([]);
  });

  it('says of each key its type, what may stand in it, and what it means', () => {
    const free = /^(boolean|map)$/;
    for (const { key, cells } of rows) {
      const [type = '', , allowed = '', meaning = '', ...more] = cells;
      expect(more, key).toEqual([]);
      expect(type, key).toMatch(/^((list of )?(string|number)s?|whole number|boolean|map)( or .+)?$/);
      expect(meaning, key).toMatch(/\.( \[More\]\([\w.#-]+\))?$|\)$/);
      if (!free.test(type)) expect(allowed, key).not.toBe('');
    }
  });

  it.each([
    ['policy', ['string', '`"sync"`', '`sync`, `upsert-only`, `create-only`']],
    ['clusters[].name', ['string', 'needed', '1 to 100 letters, digits, hyphens, underscores and dots']],
    ['guard.maxDeletes', ['map', '', '']],
    ['guard.maxDeletes.percent', ['number', '`20`', '0 to 100']],
    ['budget.requestsPerSecond', ['number', '`5`', 'more than 0 to 1000']],
    ['registry.encryptionKey', ['string or list of strings', '', expect.stringContaining('secretsmanager:NAME')]],
  ])('tells of %s', (key, cells) => {
    expect(rows.find(row => row.key === key)?.cells.slice(0, 3)).toEqual(cells);
  });
});

describe('docs/annotations.md', () => {
  const cells = [...page('annotations').matchAll(/^\|.*$/gm)].flatMap(([row]) => row.split('|').slice(1, 3));
  const told = cells.flatMap(cell => [...cell.matchAll(/`([a-z]+(?:-[a-z]+)*)`/g)].map(([, word = '']) => word));

  it('names every annotation that is known', () => {
    expect(KNOWN_ANNOTATIONS.filter(key => !told.includes(key))).toEqual([]);
  });

  it('names none that is not', () => {
    expect(told.filter(key => key.startsWith('aws-') && !isKnownAnnotation(key))).toEqual([]);
  });
});
