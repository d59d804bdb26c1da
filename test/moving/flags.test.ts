import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FLAGS, OTHER_PROVIDERS } from '../../lib/config/flags.ts';
import { annotationTable, flagTable } from '../../lib/moving/index.ts';

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** `name` or `name switch`, from `docs/flags.md` of ExternalDNS 0.22. */
const ALL = text('test/fixtures/external-dns-0.22-flags.txt')
  .trim()
  .split('\n')
  .map(line => line.split(' ') as [string, string?]);

describe('the table of flags', () => {
  const known = new Map(FLAGS.map(flag => [flag.flag, flag]));

  test.each(ALL)('--%s of ExternalDNS 0.22 stands in it, in its form', (name, form) => {
    if (OTHER_PROVIDERS.test(name)) return expect(known.has(name)).toBe(false);
    expect(known.get(name)?.form === 'switch').toBe(form === 'switch');
    expect(known.has(name)).toBe(true);
  });

  test('has each flag once', () => expect(known.size).toBe(FLAGS.length));

  test('leads to keys that the config knows', () => {
    const schema = JSON.parse(text('fairlead.schema.json')) as Schema;
    const keys = FLAGS.flatMap(flag => (flag.kind === 'key' ? flag.keys : []));
    const unknown = keys.filter(key => !hasKey(schema, key.split(/[.[\]]+/)));
    expect(keys.length).toBeGreaterThan(40);
    expect(unknown).toEqual([]);
  });

  test('is the one that the page on moving shows, and so is that of annotations', () => {
    const page = text('docs/moving.md');
    expect(page).toContain(flagTable());
    expect(page).toContain(annotationTable());
  });
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

function hasKey(schema: Schema | undefined, [step, ...rest]: readonly string[]): boolean {
  if (schema === undefined) return false;
  if (step === undefined) return true;
  return hasKey(/^\d+$/.test(step) ? schema.items : schema.properties?.[step], rest);
}
