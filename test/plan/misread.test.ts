import { describe, expect, test } from 'vitest';
import type { RecordSet } from '../../lib/model/index.ts';
import { changesOf, object, planOf, reasonsOf, record, snapshot, zone } from '../support/plan.ts';

const S = 'service/default/a';
const MX: RecordSet = { name: 'example.com', type: 'MX', ttl: 300, values: ['10 mail.example.net.'] };

describe('an ownership record that may be that of another record set decides over none', () => {
  test.each<[string, (string | RecordSet)[], string[], string[]]>([
    [
      'its object asks for the other name, where a record set stands without ownership',
      ['h.example.com A 203.0.113.1', 'h-t.example.com A 192.0.2.80', `a-h-t.example.com TXT arena ${S}`],
      ['service/a h.example.com 203.0.113.1'],
      ['not-owned h-t.example.com', 'not-owned h.example.com'],
    ],
    [
      'so it does, and another object asks for this one',
      ['h.example.com A 203.0.113.1', 'h-t.example.com A 192.0.2.80', `a-h-t.example.com TXT arena ${S}`],
      ['service/a h.example.com 203.0.113.1', 'service/b h-t.example.com 203.0.113.2'],
      ['conflict h-t.example.com', 'not-owned h-t.example.com', 'not-owned h.example.com'],
    ],
    [
      'it is in the oldest format at a name that the prefix %{record_type}. makes',
      ['h.example.com A 203.0.113.1', 'a.h.example.com A 192.0.2.80', `a.h.example.com TXT arena ${S}`],
      [],
      ['not-owned a.h.example.com'],
    ],
    [
      'so it is, one below the other',
      [
        'h.example.com A 203.0.113.1',
        'a.h.example.com A 203.0.113.1',
        'a.a.h.example.com A 192.0.2.80',
        `a.h.example.com TXT arena ${S}`,
        `a.a.h.example.com TXT arena ${S}`,
      ],
      [],
      ['not-owned a.a.h.example.com', 'not-owned a.h.example.com'],
    ],
  ])('%s', (_, records, wants, reasons) => {
    const output = planOf({ records, wants });
    expect(changesOf(output)).toEqual([]);
    expect(reasonsOf(output).sort()).toEqual(reasons);
  });

  test('but it gets another text where a run that was overtaken, and saw no doubt, may be removing it', () => {
    const records = ['h.example.com A 203.0.113.1', 'h-t.example.com A 192.0.2.80', `a-h-t.example.com TXT arena ${S}`];
    const wants = ['service/a h.example.com 203.0.113.1'];
    const renewed = planOf({ records, wants, renew: new Set(['Z1 h-t.example.com']) });
    const [change] = renewed.zones.flatMap(({ changes }) => changes);
    expect(change?.deletes).toEqual([record(`a-h-t.example.com TXT arena ${S}`)]);
    expect(change?.creates).toEqual([
      {
        ...change?.deletes[0],
        values: [expect.stringMatching(/external-dns\/renewal=1,external-dns\/resource=service\/default\/a/)],
      },
    ]);
    const unproven = new Set(['h-t.example.com A ']);
    const doubted = planOf({ zones: [zone(records, { unproven })], renew: new Set(['Z1 h-t.example.com']), wants });
    expect(changesOf(doubted)).toEqual([]);
  });

  test('nor is it overwritten for a new record set', () => {
    const records = ['h.example.com AAAA 2001:db8::1', `aaaa-h-t.example.com TXT arena ${S}`];
    const wants = ['service/a h.example.com 2001:db8::1', 'service/b h-t.example.com 2001:db8::2'];
    const output = planOf({ records, wants });
    expect(changesOf(output)).toEqual([]);
    expect(reasonsOf(output)).toContain('conflict h-t.example.com');
  });

  test('what only the object tells, a forced run overrules', () => {
    const records = ['h.example.com A 203.0.113.1', 'h-t.example.com A 192.0.2.80', `a-h-t.example.com TXT arena ${S}`];
    const output = planOf({ records, wants: ['service/a h.example.com 203.0.113.1'], forced: ['prod'] });
    expect(changesOf(output)).toEqual([
      '- a-h-t.example.com TXT arena service/default/a',
      '- h-t.example.com A 192.0.2.80',
    ]);
  });

  test('what a naming of before tells counts, and by force as long as the other record set has no ownership else', () => {
    const meant = new Map([['a-h-t.example.com TXT ', 'h.example.com']]);
    const hand = ['h-t.example.com A 192.0.2.80', `a-h-t.example.com TXT arena ${S}`];
    const standing = ['h.example.com A 203.0.113.1', ...hand];
    const changes = (records: string[], forced: string[]) =>
      changesOf(planOf({ zones: [zone(records, { meant })], forced }));
    expect(changes(standing, [])).toEqual([]);
    expect(changes(standing, ['prod'])).toEqual([]);
    expect(changes(hand, [])).toEqual([]);
    expect(changes(hand, ['prod'])).toHaveLength(2);
    const renewed = [...standing, `a-h.example.com TXT arena ${S}`];
    expect(changes(renewed, [])).toEqual([`- a-h.example.com TXT arena ${S}`, '- h.example.com A 203.0.113.1']);
    expect(changes(renewed, ['prod'])).toHaveLength(4);
  });
});

test('what decided under a naming of before, and is another owner’s now, makes the record set nobody’s to change', () => {
  const meant = new Map([['a.h.example.com TXT ', 'h.example.com']]);
  const old = ['h.example.com A 203.0.113.1', `a-h.example.com TXT arena ${S}`];
  const after = (txt: string) => {
    const output = planOf({
      zones: [zone([...old, txt], { meant })],
      wants: ['service/b h.example.com 203.0.113.2'],
    });
    return [changesOf(output), reasonsOf(output)];
  };
  expect(after('a.h.example.com TXT other')).toEqual([[], ['not-owned h.example.com']]);
  // As far as is known it is ours: that it still is, the change makes sure of.
  const ours = 'a.h.example.com TXT arena service/default/b';
  expect(after(ours)[0]).toEqual(expect.arrayContaining([`- ${ours}`, `+ ${ours}`]));
});

describe('an ownership record decides as the config reads it', () => {
  const gone = (name: string, txt: string) => [`- ${txt} TXT arena ${S}`, `- ${name} A 203.0.113.1`].sort();
  test.each<[string, (string | RecordSet)[], string[], string[]]>([
    [
      'where its object has moved to a name of its own',
      ['a-b.example.com A 203.0.113.1', `a-a-b.example.com TXT arena ${S}`],
      ['service/a c.example.com 203.0.113.1'],
      [
        ...gone('a-b.example.com', 'a-a-b.example.com'),
        `+ a-c.example.com TXT arena ${S}`,
        '+ c.example.com A 203.0.113.1',
      ],
    ],
    [
      'of the apex, though its object asks for a short name that is taken',
      ['example.com A 203.0.113.1', `_fairlead-apex-a.example.com TXT arena ${S}`, 'a.example.com A 192.0.2.1'],
      ['service/a a.example.com 203.0.113.1'],
      gone('example.com', '_fairlead-apex-a.example.com'),
    ],
    [
      'where its object asks for a name that another owner has',
      [
        'a-b.example.com A 203.0.113.1',
        `a-a-b.example.com TXT arena ${S}`,
        'b.example.com A 192.0.2.1',
        'a-b.example.com TXT other',
      ],
      ['service/a b.example.com 203.0.113.1'],
      gone('a-b.example.com', 'a-a-b.example.com'),
    ],
    [
      'where its object asks for a name that has a TXT of somebody',
      [
        'any.w.example.com A 203.0.113.1',
        `a-any.w.example.com TXT arena ${S}`,
        { name: 'a.example.com', type: 'TXT', ttl: 300, values: ['"hello"'] },
        'a.example.com A 203.0.113.1',
        `a-a.example.com TXT arena ${S}`,
      ],
      ['service/a a.example.com 203.0.113.1'],
      gone('any.w.example.com', 'a-any.w.example.com'),
    ],
    [
      'of mx in the oldest format, though the apex has an MX of somebody else',
      ['mx.example.com A 203.0.113.1', `mx.example.com TXT arena ${S}`, MX],
      [],
      gone('mx.example.com', 'mx.example.com'),
    ],
  ])('%s', (_, records, wants, changes) => {
    expect(changesOf(planOf({ records, wants }))).toEqual(changes);
  });

  test('where two objects exchange their names', () => {
    const other = 'service/default/b';
    const records = [
      'a-b.example.com A 203.0.113.1',
      `a-a-b.example.com TXT arena ${S}`,
      'b.example.com A 203.0.113.2',
      `a-b.example.com TXT arena ${other}`,
    ];
    const output = planOf({
      records: records.map(record),
      wants: ['service/a b.example.com 203.0.113.1', 'service/b a-b.example.com 203.0.113.2'],
    });
    expect(changesOf(output)).toContain('+ b.example.com A 203.0.113.1');
    expect(changesOf(output)).toContain('+ a-b.example.com A 203.0.113.2');
  });

  test('where its object waits or was not read, as ever', () => {
    const records = ['h.example.com A 203.0.113.1', 'h-t.example.com A 192.0.2.80', `a-h-t.example.com TXT arena ${S}`];
    const hold = { object: object('service/a'), name: 'h.example.com', message: 'no load balancer yet' };
    const output = planOf({ records, snapshots: [snapshot([], { holds: [hold] })] });
    expect(changesOf(output)).toEqual([]);
  });
});
