import { describe, expect, test } from 'vitest';
import { passesFilter, selectZones, type ZoneFilter } from '../../lib/plan/zones/zone-filter.ts';

const filter = (parts: Partial<ZoneFilter>): ZoneFilter => ({
  domains: [],
  excludeDomains: [],
  type: 'any',
  ids: [],
  ...parts,
});

describe('names that pass the filter', () => {
  const EITHER = '(^|\\.)example\\.(com|org)$';
  test.each<[Partial<ZoneFilter>, string, boolean]>([
    [{}, 'a.example.com', true],
    [{ domains: ['example.com'] }, 'example.com', true],
    [{ domains: ['.example.com'] }, 'example.com', false],
    [{ domains: ['.example.com'] }, 'a.example.com', true],
    [{ domains: ['example.com'] }, 'aexample.com', false],
    [{ domains: ['example.com'], excludeDomains: ['x.example.com'] }, 'a.x.example.com', false],
    [{ domains: ['example.com', 'a.x.example.com'], excludeDomains: ['x.example.com'] }, 'a.x.example.com', true],
    [{ domainRegex: EITHER }, 'a.example.org', true],
    [{ domainRegex: EITHER }, 'a.example.net', false],
    [{ domainRegex: EITHER, domains: ['example.net'] }, 'a.example.net', false],
    [{ domainRegex: EITHER, excludeDomains: ['example.org'] }, 'a.example.org', true],
    [{ domainRegex: EITHER, excludeDomainRegex: 'internal' }, 'internal-c.example.com', false],
    [{ excludeDomainRegex: 'internal' }, 'a.example.net', true],
    [{ excludeDomainRegex: 'internal' }, 'internal.example.net', false],
    [{ domainRegex: '^münchen\\.' }, 'xn--mnchen-3ya.example.com', true],
    [{ domainRegex: '^\\*\\.' }, '*.example.com', true],
  ])('%j: %s %s', (parts, name, expected) => {
    expect(passesFilter(name, filter(parts))).toBe(expected);
  });

  test('no expression takes more than time in proportion to the name', () => {
    // Where each way to split the letters is tried, this does not end.
    expect(passesFilter(`${'a'.repeat(250)}b`, filter({ domainRegex: '^(a+)+$' }))).toBe(false);
  });
});

describe('zones that are selected', () => {
  const zone = (name: string, more: { private?: boolean; tags?: Record<string, string> } = {}) => ({
    id: name.toUpperCase(),
    name,
    private: false,
    ...more,
  });
  const ZONES = [
    zone('com', {}),
    zone('example.com', { tags: { team: 'dns', managed: 'yes' } }),
    zone('sub.example.com', { tags: { team: 'dns' } }),
    zone('private.example.com', { private: true, tags: {} }),
    zone('example.org'),
  ];
  test.each<[Partial<ZoneFilter>, string]>([
    [{}, 'com example.com sub.example.com private.example.com example.org'],
    [{ domains: ['example.com'] }, 'example.com sub.example.com private.example.com'],
    [{ domains: ['example.com'], type: 'private' }, 'private.example.com'],
    [{ domains: ['example.com'], ids: ['EXAMPLE.COM', 'EXAMPLE.ORG'] }, 'example.com'],
    [{ domains: ['example.com'], tags: { team: 'dns' } }, 'example.com sub.example.com'],
    [{ domains: ['example.com'], tags: { team: 'dns', managed: '' } }, 'example.com'],
    [{ tags: { team: 'web' } }, ''],
    [{ tags: { constructor: '' } }, ''],
    [{ domains: ['a.sub.example.com'] }, ''],
    [{ domains: ['a.sub.example.com'], matchParent: true }, 'com example.com sub.example.com'],
    [{ domains: ['.sub.example.com'], matchParent: true }, ''],
    [{ domains: ['a.example.org'], ids: ['EXAMPLE.ORG'] }, 'example.org'],
    [{ domainRegex: 'example\\.com$', excludeDomainRegex: '^sub' }, 'example.com private.example.com'],
    [{ domainRegex: '^api\\.example\\.org$', matchParent: true }, ''],
    [{ domainRegex: '^api\\.example\\.org$', ids: ['EXAMPLE.ORG'] }, 'example.org'],
  ])('%j: %s', (parts, expected) => {
    expect(
      selectZones(ZONES, filter(parts))
        .map(({ name }) => name)
        .join(' '),
    ).toBe(expected);
  });
});
