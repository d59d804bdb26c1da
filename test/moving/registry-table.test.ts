import { describe, expect, it } from 'vitest';
import { heldRecord, UnknownItem } from '../../lib/moving/registry-table.ts';

const item = (k: string, labels: Record<string, string> = { resource: 'service/shop/web' }) => ({
  k: { S: k },
  o: { S: 'default' },
  l: { M: Object.fromEntries(Object.entries(labels).map(([key, S]) => [key, { S }])) },
});

describe('an item of ExternalDNS’s table', () => {
  it.each([
    ['a record', 'www.example.com#A#', { name: 'www.example.com', type: 'A' }],
    ['one of several', 'www.example.com#A#blue', { name: 'www.example.com', type: 'A', setIdentifier: 'blue' }],
    [
      'a set identifier with the separator in it',
      'w.example.com#A#a#b',
      { name: 'w.example.com', type: 'A', setIdentifier: 'a#b' },
    ],
    ['a wildcard, however it is written', '\\052.Example.com.#CNAME#', { name: '*.example.com', type: 'CNAME' }],
  ])('is %s', (_rule, key, expected) => {
    expect(heldRecord(item(key))).toEqual({ ...expected, resource: 'service/shop/web' });
  });

  it('need not name its object', () => {
    expect(heldRecord(item('www.example.com#A#', {}))).toEqual({ name: 'www.example.com', type: 'A' });
    expect(heldRecord({ k: { S: 'www.example.com#A#' } })).toEqual({ name: 'www.example.com', type: 'A' });
  });

  it.each([['www.example.com'], ['www.example.com#A'], ['#A#'], ['w##'], ['']])('is none with the key %j', key => {
    expect(() => heldRecord(item(key))).toThrow(UnknownItem);
    expect(() => heldRecord({})).toThrow(/is this the table of ExternalDNS/);
  });
});
