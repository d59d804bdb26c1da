import { describe, expect, test } from 'vitest';
import type { Endpoint, Snapshot, Written, ZoneState } from '../../lib/model/index.ts';
import { endpoint, type PlanCase, planOf, SETTINGS, snapshot, zone } from '../support/plan.ts';

const FIFTY = Array.from({ length: 50 }, (_, i) => i);
const RECORDS = FIFTY.flatMap(i => [
  `n${i}.example.com A 203.0.113.1`,
  `a-n${i}.example.com TXT arena service/default/s${i}`,
]);

/** What each of the fifty objects asks for, of which each has `n…` in the zone. */
const asking = (label: string) => FIFTY.map(i => endpoint(`service/s${i} ${label}${i}.example.com 203.0.113.1`));
/** What each of them has in its own text. */
const writing = (...labels: string[]): Written[] =>
  FIFTY.map(i => ({ resource: `service/default/s${i}`, names: labels.map(label => `${label}${i}.example.com`) }));
const read = (endpoints: readonly Endpoint[], written?: readonly Written[]): Snapshot =>
  snapshot(endpoints, { ...(written && { written }) });

const held = (output: ReturnType<typeof planOf>) => output.findings.filter(({ reason }) => reason === 'held').length;
const removed = (output: ReturnType<typeof planOf>) =>
  (output.zones[0]?.changes ?? []).filter(({ action }) => action === 'delete').length;

describe('whether a name that leaves counts', () => {
  const moved = asking('new');
  const before = read(asking('n'), writing('n'));

  test.each<[string, PlanCase, boolean]>([
    ['its object is gone', { snapshots: [read([], [])], earlier: [before] }, true],
    [
      'its object is there, and asks for nothing any more',
      { snapshots: [read([], writing('other'))], earlier: [before] },
      true,
    ],
    [
      'its object asks for another one, and took this one out of its text',
      { snapshots: [read(moved, writing('new'))], earlier: [before] },
      false,
    ],
    [
      'the same, of which nothing more is kept than what it asks for',
      { snapshots: [read(moved, [])], earlier: [read(asking('n'), [])] },
      false,
    ],
    [
      'its object asks for another one, and has this one in its text still',
      { snapshots: [read(moved, writing('n', 'new'))], earlier: [before] },
      true,
    ],
    [
      'the same, with more names in its text than are kept',
      {
        snapshots: [
          read(
            moved,
            FIFTY.map(i => ({ resource: `service/default/s${i}` })),
          ),
        ],
        earlier: [before],
      },
      true,
    ],
    [
      'its object asks for another one, and this one never stood in its text',
      { snapshots: [read(moved, writing('new'))], earlier: [read(asking('n'), writing('other'))] },
      true,
    ],
    ['it is not known what stands in its text now', { snapshots: [read(moved)], earlier: [before] }, true],
    ['what stood in its text before is not known', { snapshots: [read(moved, writing('new'))] }, true],
    [
      'what is kept is in the form of an older version',
      { snapshots: [read(moved, writing('new'))], earlier: [read(asking('n'))] },
      true,
    ],
    [
      'an object of the same name in another cluster took it out of its text',
      {
        snapshots: [read(moved, writing('new'))],
        earlier: [snapshot([], { cluster: 'other', owner: 'other', written: writing('n') })],
      },
      true,
    ],
    [
      'a run that could not remove it saw its object take it out of its text',
      {
        zones: [memory({ givenUp: new Set(FIFTY.map(i => `n${i}.example.com`)) })],
        snapshots: [read(moved, writing('new'))],
      },
      false,
    ],
    [
      'the same, and it is back in the text',
      {
        zones: [memory({ givenUp: new Set(FIFTY.map(i => `n${i}.example.com`)) })],
        snapshots: [read(moved, writing('n', 'new'))],
      },
      true,
    ],
    ['a person forces the run', { snapshots: [read([], [])], forced: ['prod'] }, false],
    ['a person forces a run for another cluster', { snapshots: [read([], [])], forced: ['other'] }, true],
  ])('%s', (_, input, counts) => {
    const output = planOf({ zones: [zone(RECORDS)], ...input });
    expect([removed(output), held(output)]).toEqual(counts ? [0, 50] : [50, 0]);
  });

  function memory(more: Partial<ZoneState>): ZoneState {
    return zone(RECORDS, { unwantedSince: new Map(FIFTY.map(i => [`n${i}.example.com`, 0])), ...more });
  }

  test('its ownership record is all that stands: as its record set would', () => {
    const others = RECORDS.map(text => text.replace(/^(a-)?n/, '$1new'));
    const zones = [zone([...RECORDS.filter(text => text.includes(' TXT ')), ...others])];
    expect(held(planOf({ zones, snapshots: [read(moved, writing('n', 'new'))], earlier: [before] }))).toBe(50);
    expect(removed(planOf({ zones, snapshots: [read(moved, writing('new'))], earlier: [before] }))).toBe(50);
  });

  test('what an object gave up is remembered until it is removed', () => {
    const guard = { ...SETTINGS.guard, deleteAfterMs: 60_000 };
    const snapshots = [read(moved, writing('new'))];
    const first = planOf({ zones: [zone(RECORDS)], snapshots, earlier: [before], settings: { guard } });
    expect(removed(first)).toBe(0);
    const kept = {
      unwantedSince: first.unwantedSince.get('Z1') as Map<string, number>,
      givenUp: first.givenUp.get('Z1') as Set<string>,
    };
    const zones = [zone(RECORDS, kept)];
    expect(removed(planOf({ zones, snapshots, earlier: snapshots, settings: { guard }, now: 60_000 }))).toBe(50);
  });
});

describe('what was held together stays held', () => {
  const gone = (count: number) => asking('n').slice(count);
  const settings = { guard: { ...SETTINGS.guard, maxDeletes: { count: 10, percent: 0 } } };
  /** A run in which eleven objects are gone, one too many; the zone as it is then remembered. */
  const first = planOf({ zones: [zone(RECORDS)], snapshots: [read(gone(11))], settings });
  const remembered = (records: readonly string[] = RECORDS) =>
    zone(records, {
      unwantedSince: first.unwantedSince.get('Z1') as Map<string, number>,
      heldWith: first.heldWith.get('Z1') as Map<string, number>,
    });
  const WITHOUT_ONE = RECORDS.map(text =>
    text.startsWith('a-n0.') ? 'a-n0.example.com TXT arena service/default/other' : text,
  );
  const one = endpoint('service/s0 n0.example.com 203.0.113.1');
  const other = endpoint('service/other n0.example.com 203.0.113.1');
  const unread = { service: { complete: false, error: 'timed out' } } as const;

  test.each<[string, PlanCase, number]>([
    ['nothing else happens', { zones: [remembered()], snapshots: [read(gone(11))] }, 11],
    ['one of the objects is back', { zones: [remembered()], snapshots: [read([one, ...gone(11)])] }, 10],
    ['another object takes one of the names', { zones: [remembered()], snapshots: [read([other, ...gone(11)])] }, 10],
    ['and has it in a later run', { zones: [remembered(WITHOUT_ONE)], snapshots: [read([other, ...gone(11)])] }, 10],
    ['all but one object are back', { zones: [remembered()], snapshots: [read(gone(1))] }, 1],
    [
      'more is allowed now',
      {
        zones: [remembered()],
        snapshots: [read(gone(11))],
        settings: { guard: { ...SETTINGS.guard, maxDeletes: { count: 11, percent: 0 } } },
      },
      0,
    ],
    ['a person forces the run', { zones: [remembered()], snapshots: [read([one, ...gone(11)])], forced: ['prod'] }, 0],
  ])('when %s', (_, input, expected) => {
    const output = planOf({ settings, ...input });
    expect(held(output)).toBe(expected);
    if (expected > 0) expect(removed(output)).toBe(0);
  });

  test('also of a part of which another run could not be read', () => {
    const parts = (ingresses: number) => [
      ...RECORDS.map(text => text.replace(/service\/default\/s([0-4])$/, 'ingress/default/s$1')).slice(
        0,
        ingresses * 2,
      ),
      ...RECORDS.slice(ingresses * 2),
    ];
    let now = 0;
    const plan = (state: ZoneState, more: Partial<Snapshot> = {}) =>
      planOf({ zones: [state], snapshots: [snapshot(gone(11), more)], settings, now: now++ });
    const all = plan(zone(parts(5)));
    expect(held(all)).toBe(11);
    const memoryOf = (output: typeof all) =>
      zone(parts(5), {
        unwantedSince: output.unwantedSince.get('Z1') as Map<string, number>,
        heldWith: output.heldWith.get('Z1') as Map<string, number>,
      });
    const ingress = { complete: true, objects: 0 } as const;
    const half = plan(memoryOf(all), { kinds: { ...unread, ingress } });
    expect([held(half), removed(half)]).toEqual([5, 0]);
    const whole = plan(memoryOf(half));
    expect([held(whole), removed(whole)]).toEqual([11, 0]);
  });
});

describe('the removals of an hour', () => {
  const HOUR = 3_600_000;
  const settings = { guard: { ...SETTINGS.guard, maxDeletes: { count: 10, percent: 0 } } };
  const now = 10 * HOUR;

  test.each([
    ['just now', now, true],
    ['an hour ago', now - HOUR, false],
    ['less than an hour ago', now - HOUR + 1, true],
    ['by a clock that is a little ahead', now + HOUR, true],
    ['by a clock that is far ahead', now + 365 * 24 * HOUR, true],
  ])('thirty went %s', (_, at, counts) => {
    const state = zone(RECORDS, { removed: [{ owner: 'arena', cluster: 'prod', at, names: 30 }] });
    const output = planOf({ zones: [state], snapshots: [read(asking('n').slice(1))], settings, now });
    expect(held(output)).toBe(counts ? 1 : 0);
  });
});

describe('names that get other targets', () => {
  const GUARD = { ...SETTINGS.guard, maxUpdates: { count: 10, percent: 20 } };
  const cluster = (name: string, endpoints: readonly Endpoint[], more: Partial<Snapshot> = {}) =>
    snapshot(endpoints, { cluster: name, owner: name, ...more });
  const records = (owner: string) => RECORDS.map(text => text.replace(' arena ', ` ${owner} `));
  /** Objects of another cluster that ask for the same names. */
  const others = (count: number) =>
    FIFTY.slice(0, count).map(i => endpoint(`us:service/s${i} n${i}.example.com 203.0.113.9`));
  const updated = (output: ReturnType<typeof planOf>) =>
    (output.zones[0]?.changes ?? []).filter(({ action }) => action === 'update').length;
  const eu = (label: string) => asking(label).map(one => ({ ...one, object: { ...one.object, cluster: 'eu' } }));

  test.each<[string, readonly Snapshot[], Partial<PlanCase>, number]>([
    [
      'ten of a cluster’s fifty go to objects of another one',
      [cluster('eu', eu('n').slice(10)), cluster('us', others(10))],
      {},
      10,
    ],
    ['eleven of them do', [cluster('eu', eu('n').slice(11)), cluster('us', others(11))], {}, 0],
    [
      'eleven do that their objects gave up by themselves',
      [
        cluster('eu', [...eu('n').slice(11), ...eu('new').slice(0, 11)], { written: writing('new') }),
        cluster('us', others(11)),
      ],
      { earlier: [cluster('eu', [], { written: writing('n') })] },
      11,
    ],
    [
      'eleven do that the config took from their objects',
      [
        cluster('eu', [...eu('n').slice(11), ...eu('new').slice(0, 11)], { written: writing('n', 'new') }),
        cluster('us', others(11)),
      ],
      { earlier: [cluster('eu', [], { written: writing('n') })] },
      0,
    ],
    [
      'eleven do in a run that is forced for both',
      [cluster('eu', eu('n').slice(11)), cluster('us', others(11))],
      { forced: ['eu', 'us'] },
      11,
    ],
    [
      'eleven do in a run that is forced for the one that loses them',
      [cluster('eu', eu('n').slice(11)), cluster('us', others(11))],
      { forced: ['eu'] },
      11,
    ],
    [
      'eleven do in a run that is forced for the one that gets them',
      [cluster('eu', eu('n').slice(11)), cluster('us', others(11))],
      { forced: ['us'] },
      0,
    ],
  ])('%s', (_, snapshots, more, expected) => {
    const output = planOf({ zones: [zone(records('eu'))], snapshots, settings: { guard: GUARD }, ...more });
    expect(updated(output)).toBe(expected);
    if (expected > 0) return expect(held(output)).toBe(0);
    expect(held(output)).toBe(11);
    expect(output.findings[0]?.message).toContain('11 of the 50 names of the cluster "eu"');
    expect(output.findings[0]?.message).toMatch(/force a run for eu and us$/);
  });

  test('a cluster that has many names does not take as many from one that has few', () => {
    const few = records('eu').slice(0, 22);
    const many = Array.from({ length: 200 }, (_, i) => [
      `m${i}.example.com A 203.0.113.1`,
      `a-m${i}.example.com TXT us service/default/m${i}`,
    ]).flat();
    const own = Array.from({ length: 200 }, (_, i) => endpoint(`us:service/m${i} m${i}.example.com 203.0.113.1`));
    const output = planOf({
      zones: [zone([...few, ...many])],
      snapshots: [cluster('eu', []), cluster('us', [...own, ...others(11)])],
      settings: { guard: GUARD },
    });
    expect([updated(output), held(output)]).toEqual([0, 11]);
  });
});

test('what stands above a zone that the world is led to does not count when it goes', () => {
  const names = FIFTY.map(i => `n${i}.team.example.com`);
  const sets = (list: readonly string[]) =>
    list.flatMap((name, i) => [`${name} A 203.0.113.1`, `a-${name} TXT arena service/default/s${i}`]);
  const child = { ...zone(sets(names)), zone: { id: 'Z2', name: 'team.example.com', private: false } };
  const parent = zone([...sets(names), 'team.example.com NS ns1.example.net']);
  const wants = names.map((name, i) => `service/s${i} ${name} 203.0.113.1`);
  const output = planOf({ zones: [parent, child], wants });
  expect([removed(output), held(output)]).toEqual([50, 0]);
  expect(
    planOf({ zones: [parent, { ...child, records: new Map() }], wants }).zones.map(({ changes }) => changes.length),
  ).toEqual([0, 50]);
});

test('names of which an ownership record is left alone are counted among those that would leave', () => {
  const records = RECORDS.filter(line => line.includes(' TXT '));
  const output = planOf({ records, snapshots: [read([], [])] });
  expect(removed(output)).toBe(0);
  expect(output.findings.find(({ reason }) => reason === 'held')?.message).toContain('50 of the 50 names of');
});
