import { describe, expect, test } from 'vitest';
import { Gates } from '../../forwarder/program/gates.ts';
import { parseSettings } from '../../forwarder/program/settings.ts';
import { watchesOf } from '../../forwarder/program/watches.ts';
import { service } from '../support/objects.ts';

const LEAST = {
  cluster: 'prod',
  webhook: { url: 'https://x.lambda-url.eu-west-1.on.aws/', auth: 'iam' },
  sources: ['service'],
};
const settingsOf = (more: object) => parseSettings({ ...LEAST, ...more }, 'forwarder.json', {});

test('what a view leaves out it has from the rest', () => {
  const { views } = settingsOf({
    filters: { labels: 'a=b' },
    records: { excludeTypes: ['AAAA'] },
    views: [{ name: 'x', filters: { namespaces: ['shop'] }, annotationPrefixes: ['x.example/'] }, {}],
  });
  expect(views).toMatchObject([
    {
      filters: { labels: 'a=b', namespaces: ['shop'] },
      annotationPrefixes: ['x.example/'],
      records: { types: ['A', 'CNAME'] },
    },
    { filters: { labels: 'a=b', namespaces: [] } },
  ]);
  expect(() => settingsOf({ views: [{ zones: {} }] })).toThrow('views[0].zones: is not a known key');
});

describe('of one Service in two views', () => {
  const at = (outside: string, inside: string) =>
    service('web', { 'outside/hostname': outside, 'inside/hostname': inside }, ['192.0.2.1']);
  const views = [{ annotationPrefixes: ['outside/'] }, { annotationPrefixes: ['inside/'] }];

  /** The objects that are told of when a watch shows the Service otherwise. */
  function noticed(before: object, after: object): unknown[] {
    const told: unknown[] = [];
    const gates = new Gates(['service'], new AbortController().signal);
    const watches = watchesOf(settingsOf({ views }), { change: object => void told.push(object) }, gates);
    const parts = watches.find(({ resource }) => resource === 'service')?.parts ?? [];
    for (const part of parts) {
      part.begin();
      part.page([before]);
      part.complete(0);
    }
    told.length = 0;
    for (const part of parts) part.changed('MODIFIED', after);
    return told;
  }

  test.each([
    ['the first', at('b.example.com', 'a.example.com')],
    ['the second', at('a.example.com', 'b.example.com')],
  ])('a change that %s sees is told', (_, after) => {
    const web = { kind: 'service', namespace: 'default', name: 'web' };
    expect(noticed(at('a.example.com', 'a.example.com'), after)).toEqual([web]);
  });

  test('a change that neither sees is not', () => {
    const before = at('a.example.com', 'a.example.com');
    const labelled = { ...before, metadata: { ...before.metadata, labels: { version: '2' } } };
    expect(noticed(before, labelled)).toEqual([]);
  });
});
