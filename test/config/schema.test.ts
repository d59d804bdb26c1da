import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { schemaText } from '../../scripts/schema.ts';

interface Node {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: unknown;
  readonly items?: Node;
}

describe('fairlead.schema.json', () => {
  const text = schemaText();
  const schema = JSON.parse(text) as Node;

  it('is up to date (if not: node scripts/schema.ts)', () => {
    expect(readFileSync(new URL('../../fairlead.schema.json', import.meta.url), 'utf8')).toBe(text);
  });

  it('describes every key, and allows no other', () => {
    const silent: string[] = [];
    const open: string[] = [];
    let keys = 0;
    const visit = (node: Node, path: string): void => {
      if (node.properties && node.additionalProperties !== false) open.push(path);
      for (const [key, value] of Object.entries(node.properties ?? {})) {
        keys += 1;
        if (!value.description) silent.push(`${path}.${key}`);
        visit(value, `${path}.${key}`);
      }
      if (node.items) visit(node.items, `${path}[]`);
    };
    visit(schema, '');
    expect({ silent, open }).toEqual({ silent: [], open: [] });
    expect(keys).toBeGreaterThan(50);
  });
});
