import { describe, expect, test } from 'vitest';
import type { Endpoint, RecordSet } from '../../lib/model/index.ts';
import type { PlanSettings } from '../../lib/plan/index.ts';
import { endpoint, planOf, record } from '../support/plan.ts';

const N = 'x.example.com';
const owned = (type: string) => `${type}-${N} TXT arena service/default/a`;
const A = [`${N} A 203.0.113.1`, owned('a')];
const AAAA = [`${N} AAAA 2001:db8::1`, owned('aaaa')];
const CNAME = [`${N} CNAME www.example.net`, owned('cname')];

/** A record set by weight, with its ownership record. */
function weighted(setIdentifier: string, weight: number): RecordSet[] {
  const routed = { setIdentifier, routing: { weight } };
  return [`${N} A 203.0.113.1`, owned('a')].map(text => ({ ...record(text), ...routed }));
}

const wants = (target: string, more: Partial<Endpoint> = {}) => endpoint(`service/a ${N} ${target}`, more);
const wantsWeighted = (setIdentifier: string, weight: number) =>
  wants('203.0.113.1', { setIdentifier, routing: { weight } });

const titleOf = ({ type, setIdentifier = '' }: RecordSet) => `${type}${setIdentifier && ` ${setIdentifier}`}`;

/** `+A -CNAME ~AAAA` of what is made, removed and changed, and `!A` of what is told not to be done. */
function done(policy: PlanSettings['policy'], records: readonly (string | RecordSet)[], asked: readonly Endpoint[]) {
  const output = planOf({ records, wants: asked, settings: { policy } });
  const changes = output.zones.flatMap(zone => zone.changes);
  const of = (sets: readonly RecordSet[]) => sets.filter(({ type }) => type !== 'TXT').map(titleOf);
  // The ownership record goes the way of its record set, under whatever policy.
  for (const sets of changes.flatMap(({ deletes, creates }) => [deletes, creates]))
    if (of(sets).length > 0) expect(sets).toHaveLength(2 * of(sets).length);
  const gone = changes.flatMap(({ deletes }) => of(deletes));
  const made = changes.flatMap(({ creates }) => of(creates));
  const told = output.findings.filter(({ reason }) => reason === 'policy');
  return [
    ...made.filter(one => !gone.includes(one)).map(one => `+${one}`),
    ...gone.filter(one => !made.includes(one)).map(one => `-${one}`),
    ...made.filter(one => gone.includes(one)).map(one => `~${one}`),
    ...told.map(({ type = '', setIdentifier = '' }) => `!${type}${setIdentifier && ` ${setIdentifier}`}`),
    ...(output.findings.some(({ reason }) => reason === 'conflict') ? ['conflict'] : []),
  ]
    .sort()
    .join(' ');
}

/**
 * ExternalDNS takes each change by itself: `upsert-only` leaves out the removals, `create-only` the changes, too. Where that comes to
 * something else than here, it stands beside the case, and in docs/differences.md.
 */
describe('what each policy leaves of each kind of change, and that the rest is told', () => {
  test.each<[string, readonly (string | RecordSet)[], readonly Endpoint[], string, string, string]>([
    ['a name is new', [], [wants('203.0.113.1')], '+A', '+A', '+A'],
    ['a type is new', A, [wants('203.0.113.1'), wants('2001:db8::1')], '+AAAA', '+AAAA', '+AAAA'],
    ['another target', A, [wants('203.0.113.2')], '~A', '~A', '!A'],
    ['another TTL', A, [wants('203.0.113.1', { ttl: 60 })], '~A', '~A', '!A'],
    ['the name goes', A, [], '-A', '!', '!'],
    ['a type goes', [...A, ...AAAA], [wants('203.0.113.1')], '-AAAA', '!AAAA', '!AAAA'],
    // ExternalDNS: upsert-only sends the new type beside the old one, which Route 53 refuses.
    ['a CNAME becomes an A', CNAME, [wants('203.0.113.1')], '+A -CNAME', '+A -CNAME', '!A !CNAME'],
    ['an A becomes a CNAME', A, [wants('www.example.net')], '+CNAME -A', '+CNAME -A', '!A !CNAME'],
    // ExternalDNS: create-only makes the AAAA, beside the old A.
    ['an A becomes an AAAA', A, [wants('2001:db8::1')], '+AAAA -A', '!A +AAAA', '!A !AAAA'],
    [
      'another target, and a type is new',
      A,
      [wants('203.0.113.2'), wants('2001:db8::1')],
      '+AAAA ~A',
      '+AAAA ~A',
      '!A !AAAA',
    ],
    [
      'a set identifier is new',
      weighted('s', 1),
      [wantsWeighted('s', 1), wantsWeighted('t', 1)],
      '+A t',
      '+A t',
      '+A t',
    ],
    [
      'a set identifier goes',
      [...weighted('s', 1), ...weighted('t', 1)],
      [wantsWeighted('s', 1)],
      '-A t',
      '!A t',
      '!A t',
    ],
    ['another set identifier', weighted('s', 1), [wantsWeighted('t', 1)], '+A t -A s', '!A s +A t', '!A s +A t'],
    ['another weight', weighted('s', 1), [wantsWeighted('s', 2)], '~A s', '~A s', '!A s'],
    // ExternalDNS: upsert-only sends the one beside the other, which Route 53 refuses.
    ['simple becomes weighted', A, [wantsWeighted('s', 1)], '+A s -A', '+A s -A', 'conflict'],
    ['weighted becomes simple', weighted('s', 1), [wants('203.0.113.1')], '+A -A s', '+A -A s', 'conflict'],
    ['an ownership record is left over', [owned('a')], [], '', '!', '!'],
    ['another object asks for the same', A, [endpoint(`service/b ${N} 203.0.113.1`)], '', '', ''],
    ['another object asks for another target', A, [endpoint(`service/b ${N} 203.0.113.2`)], '~A', '~A', '!A'],
  ])('%s', (_, records, asked, sync, upsert, create) => {
    const sorted = (text: string) =>
      text
        .split(' !')
        .join('\n!')
        .split(/\n| (?=[+~-])/)
        .sort()
        .join(' ');
    expect(done('sync', records, asked)).toBe(sorted(sync));
    expect(done('upsert-only', records, asked)).toBe(sorted(upsert));
    expect(done('create-only', records, asked)).toBe(sorted(create));
  });
});
