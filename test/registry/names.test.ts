import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type NamingSettings, ownershipName, readOwnershipName } from '../../lib/registry/index.ts';

const PLAIN: NamingSettings = { prefix: '', suffix: '', wildcardReplacement: '' };

describe('the ownership record of a record is named as ExternalDNS 0.22 names it', () => {
  test.each([
    ['www.example.com', 'A', {}, 'a-www.example.com'],
    ['www.example.com', 'AAAA', {}, 'aaaa-www.example.com'],
    ['www.example.com', 'CNAME', {}, 'cname-www.example.com'],
    ['*.x.example.com', 'A', {}, 'a-*.x.example.com'],
    ['*.x.example.com', 'A', { wildcardReplacement: 'any' }, 'a-any.x.example.com'],
    ['www.example.com', 'A', { prefix: 'txt-' }, 'txt-a-www.example.com'],
    ['www.example.com', 'A', { prefix: 'txt.' }, 'txt.a-www.example.com'],
    ['www.example.com', 'A', { prefix: 'edns-%{record_type}.' }, 'edns-a.www.example.com'],
    ['www.example.com', 'A', { suffix: '-txt' }, 'a-www-txt.example.com'],
    ['www.example.com', 'AAAA', { suffix: '-%{record_type}' }, 'www-aaaa.example.com'],
    ['example.com', 'A', { prefix: 'edns-%{record_type}.' }, 'edns-a.example.com'],
  ])('%s %s with %j: %s', (name, type, settings, expected) => {
    expect(ownershipName(name, type, 'example.com', { ...PLAIN, ...settings })).toBe(expected);
  });
});

describe('an apex name has its ownership record inside the zone', () => {
  test.each<[Partial<NamingSettings>, string]>([
    [{}, '_fairlead-apex-aaaa.example.com'],
    [{ prefix: 'txt.' }, 'txt._fairlead-apex-aaaa.example.com'],
    [{ prefix: 'txt-' }, 'txt-_fairlead-apex-aaaa.example.com'],
    [{ prefix: '%{record_type}-x-' }, 'aaaa-x-_fairlead-apex-aaaa.example.com'],
    [{ suffix: '-txt' }, '_fairlead-apex-aaaa-txt.example.com'],
  ])('with %j: %s', (settings, expected) => {
    const naming = { ...PLAIN, ...settings };
    expect(ownershipName('example.com', 'AAAA', 'example.com', naming)).toBe(expected);
    expect(readOwnershipName(expected, 'example.com', naming)).toEqual({ name: 'example.com', type: 'AAAA' });
  });

  test('ExternalDNS reads that name as the typeless record of a reserved name, which stands for nothing', () => {
    expect(readOwnershipName('_fairlead-apex-a.example.com', 'other.com', PLAIN)).toEqual({
      name: '_fairlead-apex-a.example.com',
      type: '',
    });
  });
});

describe('names of ownership records are read in every format', () => {
  test.each<[string, Partial<NamingSettings>, string, string]>([
    ['a-www.example.com', {}, 'www.example.com', 'A'],
    ['cname-www.example.com', {}, 'www.example.com', 'CNAME'],
    ['www.example.com', {}, 'www.example.com', ''],
    ['abc-www.example.com', {}, 'abc-www.example.com', ''],
    ['a-a-www.example.com', {}, 'a-www.example.com', 'A'],
    ['txt-www.example.com', { prefix: 'txt-' }, 'www.example.com', ''],
    ['txt-a-www.example.com', { prefix: 'txt-' }, 'www.example.com', 'A'],
    ['edns-a.www.example.com', { prefix: 'edns-%{record_type}.' }, 'www.example.com', 'A'],
    ['edns-.www.example.com', { prefix: 'edns-%{record_type}.' }, 'www.example.com', ''],
    ['www-txt.example.com', { suffix: '-txt' }, 'www.example.com', ''],
    ['a-www-txt.example.com', { suffix: '-txt' }, 'www.example.com', 'A'],
    ['www-aaaa.example.com', { suffix: '-%{record_type}' }, 'www.example.com', 'AAAA'],
  ])('%s with %j is %s %s', (txt, settings, name, type) => {
    expect(readOwnershipName(txt, 'example.com', { ...PLAIN, ...settings })).toEqual({ name, type });
  });

  test.each<[string, Partial<NamingSettings>]>([
    ['www.example.com', { prefix: 'txt-' }],
    ['www.example.com', { suffix: '-txt' }],
    ['com', { suffix: '.x.y-txt' }],
  ])('%s does not carry %j', (txt, settings) => {
    expect(readOwnershipName(txt, 'example.com', { ...PLAIN, ...settings })).toBeUndefined();
  });
});

const label = fc.stringMatching(/^[a-z0-9_]([a-z0-9-]{0,20}[a-z0-9])?$/);
const settings = fc.constantFrom<NamingSettings>(
  PLAIN,
  { ...PLAIN, prefix: 'txt-' },
  { ...PLAIN, prefix: 'txt.' },
  { ...PLAIN, prefix: '%{record_type}.' },
  { ...PLAIN, prefix: 'e-%{record_type}-' },
  { ...PLAIN, suffix: '-txt' },
  { ...PLAIN, suffix: '-%{record_type}-txt' },
);

test('a name that is written is read back, for every record of the zone and its apex', () => {
  fc.assert(
    fc.property(
      fc.array(label, { maxLength: 3 }),
      fc.constantFrom('A', 'AAAA', 'CNAME'),
      settings,
      (labels, type, naming) => {
        const name = [...labels, 'example.com'].join('.');
        const txt = ownershipName(name, type, 'example.com', naming);
        expect(txt.endsWith('.example.com')).toBe(true);
        expect(readOwnershipName(txt, 'example.com', naming)).toEqual({ name, type });
      },
    ),
    { numRuns: 2000 },
  );
});
