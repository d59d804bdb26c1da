import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { keyPaths } from '../../lib/config/key-paths.ts';
import { fileSchema } from '../../lib/config/schema.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** Keys of the settings table: `.b` behind `x.a` is `x.b`; the keys of a list's items are in the last column. */
function tableKeys(): string[] {
  const rows = [...readme.matchAll(/^\| (`[^|]*) \|[^|]*\|(.*)\|$/gm)];
  return rows.flatMap(([, first = '', last = '']) => {
    let parent = '';
    return codes(first).flatMap(word => {
      const path = word.startsWith('.') ? parent + word : word;
      parent = path.slice(0, Math.max(0, path.lastIndexOf('.')));
      return path.endsWith('[]') ? codes(last).map(key => `${path}.${key.replace(/:.*/, '')}`) : [path];
    });
  });
}

const codes = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, word]) => word as string);

/** Keys that are refused yet, whatever stands in them. */
function later(): Set<string> {
  const text = readFileSync(new URL('../../fairlead.schema.json', import.meta.url), 'utf8');
  const found = new Set<string>();
  const walk = (schema: { properties?: object; description?: string }, path: string) => {
    if (/not supported yet\)$/.test(schema.description ?? '')) found.add(path);
    for (const [key, value] of Object.entries(schema.properties ?? {}))
      walk(value, path === '' ? key : `${path}.${key}`);
  };
  walk(JSON.parse(text), '');
  return found;
}

test('the settings table of the README names every key, and none that there is not', () => {
  const refused = later();
  const keys = keyPaths(fileSchema).filter(path => !refused.has(path));
  const told = tableKeys();
  expect(keys.filter(path => !told.includes(path))).toEqual([]);
  const isKnown = (path: string) => keys.includes(path) || path.includes('[]');
  expect(told.filter(path => !isKnown(path) && !refused.has(path))).toEqual([]);
});
