import { describe, expect, test } from 'vitest';
import type { Endpoint, RecordSet, Snapshot, ZoneState } from '../../lib/model/index.ts';
import { changesOf, endpoint, object, planOf, reasonsOf, snapshot, ZONE, zone } from '../support/plan.ts';

const NAME = 'x.team.example.com';
const RECORDS = [`${NAME} A 203.0.113.1`, `a-${NAME} TXT arena service/default/has`];
const child = (isPrivate = false): ZoneState => ({
  ...zone([]),
  zone: { id: 'Z2', name: 'team.example.com', private: isPrivate },
});
const has = endpoint(`service/has ${NAME} 203.0.113.1`);
/** Would be preferred for a free name. */
const other = endpoint(`service/a-other ${NAME} 203.0.113.0`);
const held = { object: object('service/has'), name: NAME, message: 'its load balancer is not there yet' };
const MADE = { has: '+ x.team.example.com A 203.0.113.1', other: '+ x.team.example.com A 203.0.113.0' };

describe('in a zone that is new below the one in which a name stands', () => {
  const plan = (endpoints: readonly Endpoint[], more: Partial<Snapshot> = {}, isPrivate = false) =>
    planOf({
      zones: [{ ...zone(RECORDS), zone: { ...ZONE, private: isPrivate } }, child(isPrivate)],
      snapshots: [snapshot(endpoints, more)],
      settings: { merge: 'object' },
    });
  const unread = { service: { complete: false, error: 'timed out' }, ingress: { complete: true, objects: 1 } } as const;
  const byIngress = { ...other, object: object('ingress/other') };

  test.each<[string, readonly Endpoint[], Partial<Snapshot>, string | undefined, string | undefined]>([
    ['the object that has it gets it, whoever else asks', [has, other], {}, MADE.has, 'which also asks for it'],
    [
      'nobody gets it while that object waits',
      [other],
      { holds: [held] },
      undefined,
      'service/default/has has it in example.com (Z1), and',
    ],
    [
      'nobody gets it while that object could not be read',
      [byIngress],
      { kinds: unread },
      undefined,
      'service/default/has has it in example.com (Z1), and',
    ],
    ['another one gets it when that object is gone', [other], {}, MADE.other, undefined],
  ])('%s', (_, endpoints, more, made, told) => {
    for (const isPrivate of [false, true]) {
      const output = plan(endpoints, more, isPrivate);
      const below = output.zones.find(({ zone: { id } }) => id === 'Z2')?.changes.flatMap(({ creates }) => creates);
      expect(changesOf({ ...output, zones: output.zones.filter(({ zone: { id } }) => id === 'Z2') })[1]).toBe(made);
      expect(below).toHaveLength(made ? 2 : 0);
      const message = output.findings.find(({ zone: at, object: of }) => at === 'Z2' && of)?.message;
      if (told === undefined) expect(message).toBeUndefined();
      else expect(message).toContain(told);
    }
  });

  test('nobody gets it while it is doubted whose it is above, and the object that may have it waits', () => {
    const records = [...RECORDS, 'a.example.com A 203.0.113.1'];
    const wants = [endpoint('service/has a.example.com 203.0.113.1'), byIngress];
    const hold = { object: object('service/has'), message: 'one of its hostnames is malformed' };
    const output = planOf({ zones: [zone(records), child()], snapshots: [snapshot(wants, { holds: [hold] })] });
    expect(changesOf(output)).toEqual([]);
    expect(reasonsOf(output)).toContain(`conflict ${NAME}`);
  });

  test('where another object asks for the very same, the ownership record names the one that has it above', () => {
    const same = ['service/a-other', 'service/has'].map(of => endpoint(`${of} ${NAME} lb.example.net`));
    const records = [`${NAME} CNAME lb.example.net`, `cname-${NAME} TXT arena service/default/has`];
    const output = planOf({ zones: [zone(records), child()], snapshots: [snapshot(same)] });
    const made = output.zones.find(({ zone: { id } }) => id === 'Z2')?.changes.flatMap(({ creates }) => creates);
    expect(made?.find(({ type }) => type === 'TXT')?.values?.[0]).toContain('resource=service/default/has');
  });

  test('of two clusters it may be of, that one has it which can have it there', () => {
    const alias = { alias: 'always' } as const;
    const blue = endpoint(`blue:service/has ${NAME} up.example.com`, alias);
    const green = endpoint(`green:service/has ${NAME} 203.0.113.7`);
    const up = {
      name: NAME,
      type: 'A',
      alias: { zoneId: 'Z1', dnsName: 'up.example.com', evaluateTargetHealth: true },
    };
    const own = ['up.example.com A 203.0.113.1', 'a-up.example.com TXT arena service/default/up'];
    const output = planOf({
      zones: [zone([up, ...RECORDS.slice(1), ...own]), child()],
      snapshots: [
        snapshot([blue, endpoint('blue:service/up up.example.com 203.0.113.1')], { cluster: 'blue' }),
        snapshot([green], { cluster: 'green' }),
      ],
    });
    expect(changesOf(output)).toContain(`+ ${NAME} A 203.0.113.7`);
  });

  test('the object that has it keeps it above until then', () => {
    const output = plan([other], { holds: [held] });
    expect(changesOf(output)).toEqual([]);
  });

  test('a name that stands there already is judged by what stands there', () => {
    const below = {
      ...child(),
      records: zone([`${NAME} A 203.0.113.0`, `a-${NAME} TXT arena service/default/a-other`]).records,
    };
    const output = planOf({
      zones: [zone(RECORDS), below],
      snapshots: [snapshot([other], { holds: [held] })],
    });
    expect(changesOf(output)).toEqual([]);
    expect(output.findings.filter(({ zone: at, object: of }) => at === 'Z2' && of)).toEqual([]);
  });

  test('a private zone says nothing of a public one', () => {
    const output = planOf({ zones: [zone(RECORDS), child(true)], snapshots: [snapshot([other], { holds: [held] })] });
    expect(changesOf(output)).toContain(MADE.other);
  });
});

describe('what a zone below answers for goes from the zone above', () => {
  const owned = (type: string, value: string, of: string) => [
    `${NAME} ${type} ${value}`,
    `${type.toLowerCase()}-${NAME} TXT arena service/default/${of}`,
  ];
  const records = [...owned('A', '203.0.113.1', 'has'), ...owned('AAAA', '2001:db8::1', 'half')];
  const servers: RecordSet = { name: 'team.example.com', type: 'NS', ttl: 60, values: ['ns.team.example.net.'] };
  const below = { ...child(), zone: { ...child().zone, nameServers: ['ns.team.example.net'] } };
  const v6 = endpoint(`service/half ${NAME} 2001:db8::1`);
  const hold = { object: object('service/half'), message: 'one of its hostnames is malformed' };
  const above = (endpoints: readonly Endpoint[], more: Partial<Snapshot>) => {
    const zones = [zone([...records, servers]), { ...below, records: zone(records).records }];
    const output = planOf({ zones, snapshots: [snapshot(endpoints, more)] });
    return changesOf({ ...output, zones: output.zones.filter(({ zone: { id } }) => id === 'Z1') });
  };
  const gone = (types: readonly string[]) => records.filter(line => types.some(type => line.includes(` ${type} `)));

  test.each<[string, readonly Endpoint[], Partial<Snapshot>, readonly string[]]>([
    ['whole', [has, v6], {}, ['A', 'AAAA']],
    ['not the A alone, while the object that has the AAAA waits', [has], { holds: [hold] }, []],
    ['but what nobody asks for goes', [], { holds: [hold] }, ['A']],
  ])('%s', (_, endpoints, more, types) => {
    const removed = above(endpoints, more).filter(line => line.startsWith('- ') && !line.includes(' TXT '));
    expect(removed).toEqual(gone(types).map(line => `- ${line}`));
  });
});
