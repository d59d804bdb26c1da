import { describe, expect, test } from 'vitest';
import type { NameChange, RecordSet } from '../../lib/model/index.ts';
import { BATCH_LIMITS, packBatches, SWAP_LIMITS, sizeOf, takesAway } from '../../lib/route53/batches.ts';
import { partsOf } from '../../lib/route53/parts.ts';
import { create, remove, update } from '../support/changes.ts';

const record = (type: string, count = 1): RecordSet => ({
  name: 'x.example.com',
  type,
  ttl: 300,
  values: Array.from({ length: count }, (_, i) => `value ${i}`),
});
/** An ownership record that speaks of a type of x.example.com; of none in the oldest format. */
const txt = (type: string): RecordSet => ({
  name: type === '' ? 'x.example.com' : `${type.toLowerCase()}-x.example.com`,
  type: 'TXT',
  ttl: 300,
  values: ['heritage'],
});
const foreign = (at: RecordSet): RecordSet => ({ ...at, values: ['of somebody else'] });
const spokenType = ({ name, type, values }: RecordSet) =>
  type !== 'TXT' || values?.[0] !== 'heritage'
    ? undefined
    : name.includes('-')
      ? name.split('-')[0]?.toUpperCase()
      : '';
const change = (deletes: RecordSet[], creates: RecordSet[]): NameChange => ({
  ...update('x.example.com', '', ''),
  deletes,
  creates,
});
const brief = ({ deletes, creates }: NameChange) => [
  ...deletes.map(({ name, type }) => `- ${name} ${type}`),
  ...creates.map(({ name, type }) => `+ ${name} ${type}`),
];

test('batches are filled in the order given, and no change is split', () => {
  const changes = Array.from({ length: 7 }, (_, i) => create(`n${i}.example.com`));
  const { records, characters } = sizeOf(changes[0]!.creates);
  expect(packBatches(changes, { records: 3 * records, characters: 1e9 }).map(({ length }) => length)).toEqual([
    3, 3, 1,
  ]);
  expect(packBatches(changes, { records: 1e9, characters: 3 * characters - 1 })).toHaveLength(4);
  expect(packBatches(changes, { records: 1, characters: 1 }).flat()).toEqual(changes);
  expect(packBatches([])).toEqual([]);
});

test('what is within the limits of a swap fits a batch twice', () => {
  expect(2 * SWAP_LIMITS.records).toBeLessThanOrEqual(BATCH_LIMITS.records);
  expect(2 * SWAP_LIMITS.characters).toBeLessThanOrEqual(BATCH_LIMITS.characters);
});

describe('a change that fits no batch is sent in parts:', () => {
  const both = [record('A', 250), txt('A'), record('AAAA', 260), txt('AAAA')];
  const parts = (deletes: RecordSet[], creates: RecordSet[]) =>
    partsOf(change(deletes, creates), spokenType).map(brief);

  test('one for each type, with its ownership records', () => {
    expect(parts(both, both)).toEqual([
      ['- x.example.com A', '- a-x.example.com TXT', '+ x.example.com A', '+ a-x.example.com TXT'],
      ['- x.example.com AAAA', '- aaaa-x.example.com TXT', '+ x.example.com AAAA', '+ aaaa-x.example.com TXT'],
    ]);
  });

  test('an ownership record without type goes with the types that it may cover', () => {
    const old = [record('A', 250), txt(''), record('AAAA', 260), txt('AAAA')];
    expect(parts(old, both).map(part => part.filter(line => line.startsWith('-')))).toEqual([
      ['- x.example.com A', '- x.example.com TXT'],
      ['- x.example.com AAAA', '- aaaa-x.example.com TXT'],
    ]);
    const three = [...both, record('MX', 300), txt('')];
    expect(parts(three, three).map(part => part.filter(line => line.startsWith('+')))).toEqual([
      ['+ x.example.com A', '+ a-x.example.com TXT', '+ x.example.com MX', '+ x.example.com TXT'],
      ['+ x.example.com AAAA', '+ aaaa-x.example.com TXT'],
    ]);
  });

  test('what somebody else has in an ownership record’s TXT stays beside it', () => {
    expect(parts([record('A', 500), ...both.slice(1)], [...both.slice(2), foreign(txt('A'))])[0]).toEqual([
      '- x.example.com A',
      '- a-x.example.com TXT',
      '+ a-x.example.com TXT',
    ]);
  });

  test.each<[string, RecordSet[], RecordSet[]]>([
    ['one that fits', [record('A', 400), txt('A')], [record('A', 400), txt('A')]],
    ['one type', [record('A', 600), txt('A')], [record('A', 600), txt('A')]],
    ['the exchange of a CNAME', both, [...both.slice(0, 2), record('CNAME', 600), txt('CNAME')]],
  ])('never %s', (_, deletes, creates) => {
    expect(partsOf(change(deletes, creates), spokenType)).toEqual([change(deletes, creates)]);
  });
});

test.each<[string, NameChange, boolean]>([
  ['a removal', remove('x.example.com'), true],
  ['a swap', update('x.example.com', '203.0.113.1', '203.0.113.2'), false],
  ['a creation', create('x.example.com'), false],
  ['a type less', change([record('A'), txt('A'), record('AAAA'), txt('AAAA')], [record('A'), txt('A')]), true],
  ['an exchange', change([record('A'), txt('A')], [record('CNAME'), txt('CNAME')]), true],
])('whether %s takes a record set away: %s', (_, one, takes) => {
  expect(takesAway(one)).toBe(takes);
});
