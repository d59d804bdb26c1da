// Writes the tables of flags and annotations into docs/moving.md, from those that `fairlead import-args`
// works by. Run it after a change of lib/moving: node scripts/moving-tables.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { annotationTable, flagTable } from '../lib/moving/index.ts';

const PAGE = new URL('../docs/moving.md', import.meta.url);

/** The page with what stands between `<!-- name -->` and `<!-- end of name -->` replaced. */
function withTable(page: string, name: string, table: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [before, rest] = page.split(start);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`docs/moving.md has no ${start} with its end`);
  return `${before}${start}\n\n${table}\n\n${end}${after}`;
}

const page = readFileSync(PAGE, 'utf8');
writeFileSync(PAGE, withTable(withTable(page, 'flags', flagTable()), 'annotations', annotationTable()));
