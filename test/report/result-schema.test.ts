import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { RunResult } from '../../lib/model/index.ts';
import type { resultSchema } from '../../lib/report/result-schema.ts';
import { resultSchemaText } from '../../scripts/schema.ts';
import { harness } from '../support/harness.ts';
import { ALB, service, services } from '../support/objects.ts';

type Mutable<T> = T extends readonly (infer Item)[]
  ? Mutable<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Mutable<T[Key]> }
    : T;

/** A result that the schema does not describe does not compile. */
const asDescribed = (result: Mutable<RunResult>): z.input<typeof resultSchema> => result;

interface Node {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: unknown;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
}

const text = resultSchemaText();
const schema = JSON.parse(text) as Node;

/** Keys of a value that the schema does not name. */
function unnamed(value: unknown, node: Node | undefined, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap(item => unnamed(item, node?.items, `${path}[]`));
  if (typeof value !== 'object' || value === null || !node?.properties) return [];
  return Object.entries(value).flatMap(([key, below]) =>
    node.properties?.[key] ? unnamed(below, node.properties[key], `${path}.${key}`) : [`${path}.${key}`],
  );
}

const CONFIG =
  'owner: arena\nclusters: [{name: prod, region: us-east-1}, {name: lab, region: us-east-1}]\nzones: {domains: [example.com]}';

/** Results with every sort of change, findings of many reasons, and a cluster that could not be read. */
async function results(): Promise<RunResult[]> {
  const world = harness({
    config: CONFIG,
    clusters: { prod: { objects: services(3, ALB) }, lab: { objects: [], failing: 'no' } },
  });
  const first = await world.run({ mode: 'plan' });
  const second = await world.run();
  world.clusters.prod!.objects = [
    ...services(2, '192.0.2.1'),
    service('bad', { hostname: 'a..b' }, ['192.0.2.1']),
    service('out', { hostname: 'a.example.org' }, ['192.0.2.1']),
    service('other', { hostname: 'a1.example.com' }, ['192.0.2.9']),
    service('many', { hostname: Array.from({ length: 30 }, (_, i) => `h${i}.example.net`).join() }, ['192.0.2.1']),
  ];
  world.clusters.lab = { objects: [] };
  return [first, second, await world.run({ mode: 'plan' }), await world.run({ clusters: ['prod'] })];
}

describe('fairlead.result.schema.json', () => {
  test('is up to date (if not: npm run schema)', () => {
    expect(readFileSync(new URL('../../fairlead.result.schema.json', import.meta.url), 'utf8')).toBe(text);
  });

  test('describes what runs answer, each key of it', async () => {
    const validator = z.fromJSONSchema(JSON.parse(text));
    const all = await results();
    const changes = all.flatMap(({ zones }) => zones.flatMap(zone => zone.changes.map(({ action }) => action)));
    expect([...new Set(changes)].sort()).toEqual(['create', 'delete', 'update']);
    expect(new Set(all.flatMap(({ findings }) => findings.map(({ reason }) => reason))).size).toBeGreaterThan(3);
    for (const result of all) {
      const value = JSON.parse(JSON.stringify(asDescribed(result as Mutable<RunResult>)));
      expect(validator.safeParse(value).error).toBeUndefined();
      expect(unnamed(value, schema)).toEqual([]);
    }
  });

  test('refuses what is none, and lets keys of a later version pass', async () => {
    const validator = z.fromJSONSchema(JSON.parse(text));
    const [result] = (await results()) as [RunResult];
    expect(validator.safeParse({ ...result, mode: 'apply' }).success).toBe(false);
    expect(validator.safeParse({ ...result, zones: [{ id: 1 }] }).success).toBe(false);
    expect(validator.safeParse({ ...JSON.parse(JSON.stringify(result)), later: 1 }).success).toBe(true);
  });
});
