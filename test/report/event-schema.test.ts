import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { News } from '../../lib/model/index.ts';
import { eventsOf, MOST_BYTES } from '../../lib/report/events.ts';
import { eventSchemaText } from '../../scripts/schema.ts';
import { BLOCKS } from '../docs/blocks.ts';
import { harness } from '../support/harness.ts';
import { ALB, service, services } from '../support/objects.ts';

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly const?: unknown;
}

const text = eventSchemaText();
const schema = JSON.parse(text) as Node;
const validator = z.fromJSONSchema(JSON.parse(text));
const errorOf = (event: unknown) => validator.safeParse(event).error;

/** Keys of a value that the schema does not name. */
function unnamed(value: unknown, node: Node | undefined, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap(item => unnamed(item, node?.items, `${path}[]`));
  if (typeof value !== 'object' || value === null || !node?.properties) return [];
  return Object.entries(value).flatMap(([key, below]) =>
    node.properties?.[key] ? unnamed(below, node.properties[key], `${path}.${key}`) : [`${path}.${key}`],
  );
}

const ofType = (type: string) => schema.anyOf?.find(node => node.properties?.['detail-type']?.const === type);

/** As EventBridge gives an event to a target. */
function delivered(event: ReturnType<typeof eventsOf>[number]) {
  const { type, zone, detail } = event;
  return JSON.parse(
    JSON.stringify({
      ...{ version: '0', id: 'x', source: 'fairlead', 'detail-type': type, time: detail.at, detail },
      resources: zone === undefined ? [] : [`arn:aws:route53:::hostedzone/${zone}`],
    }),
  );
}

/** The news of runs with every sort of change, and findings of many reasons. */
async function events() {
  const world = harness({
    config:
      'owner: arena\nclusters: [{name: prod, region: us-east-1}, {name: lab, region: us-east-1}]\nzones: {domains: [example.com]}',
    clusters: { prod: { objects: services(3, ALB) }, lab: { objects: [], failing: 'no' } },
  });
  const news: News[] = [];
  const run = () => world.run({}, {}, { by: 'notice', noticedAt: 1, onNews: one => void news.push(one) });
  await run();
  world.clusters.prod!.objects = [
    ...services(2, '192.0.2.1'),
    service('bad', { hostname: 'a..b' }, ['192.0.2.1']),
    service('other', { hostname: 'a1.example.com' }, ['192.0.2.9'], 'shop'),
  ];
  world.clusters.lab = { objects: [] };
  await run();
  await run();
  return news.flatMap(one => eventsOf(one, 'fairlead-prod'));
}

describe('fairlead.event.schema.json', () => {
  test('is up to date (if not: npm run schema)', () => {
    expect(readFileSync(new URL('../../fairlead.event.schema.json', import.meta.url), 'utf8')).toBe(text);
  });

  test('describes what runs tell, each key of it', async () => {
    const all = await events();
    const actions = all.flatMap(({ type, detail }) => (type === 'Record changed' ? detail.action : []));
    expect([...new Set(actions)].sort()).toEqual(['create', 'delete', 'update']);
    const reasons = all.flatMap(({ type, detail }) => (type === 'Finding' ? detail.reason : []));
    expect([...new Set(reasons)].sort()).toEqual(['conflict', 'invalid', 'unreadable']);
    for (const event of all.map(delivered)) {
      expect(errorOf(event)).toBeUndefined();
      expect(unnamed(event.detail, ofType(event['detail-type'])?.properties?.detail)).toEqual([]);
    }
  });

  test('describes an event that was cut, and lets keys of a later version pass', async () => {
    const [first] = await events();
    if (first?.type !== 'Record changed') throw new Error('no change');
    const values = [`"${'x'.repeat(MOST_BYTES)}"`];
    const { service: _, text: __, ...line } = first.detail;
    const large = { ...line, after: [{ name: 'x', type: 'TXT', ttl: 1, values }] };
    const news = { ...line, changes: [large], findings: [] } as News;
    const [cut] = eventsOf(news, 's').map(delivered);
    expect(cut.detail.cut).toBe(true);
    expect(errorOf(cut)).toBeUndefined();
    expect(unnamed(cut.detail, ofType('Record changed')?.properties?.detail)).toEqual([]);
    expect(errorOf({ ...cut, detail: { ...cut.detail, later: 1 } })).toBeUndefined();
  });

  test('refuses what is none', async () => {
    const [event] = (await events()).map(delivered);
    for (const other of [{ source: 'aws.ec2' }, { 'detail-type': 'Finding' }, { detail: {} }])
      expect(errorOf({ ...event, ...other })).toBeDefined();
    expect(errorOf({ ...event, detail: { ...event.detail, action: 'upsert' } })).toBeDefined();
  });

  test('describes the example of the docs', () => {
    const blocks = BLOCKS.filter(({ page, language }) => page === 'docs/events.md' && language === 'json');
    const examples = blocks.map(block => JSON.parse(block.text)).filter(block => 'detail' in block && 'id' in block);
    expect(examples).toHaveLength(1);
    for (const event of examples) {
      expect(errorOf(event)).toBeUndefined();
      expect(unnamed(event.detail, ofType(event['detail-type'])?.properties?.detail)).toEqual([]);
    }
  });
});
