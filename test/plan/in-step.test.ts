import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { editSets, editsOf, recordId, type ZoneState } from '../../lib/model/index.ts';
import { type PlanInput, plan } from '../../lib/plan/index.ts';
import { changesOf, endpoint, planOf, record, zone } from '../support/plan.ts';
import { worlds } from '../support/worlds.ts';

const glance = vi.hoisted(() => ({ isOn: true, seen: 0 }));
vi.mock(import('../../lib/plan/name/in-step.ts'), async importOriginal => {
  const real = await importOriginal();
  const isInStep: typeof real.isInStep = (...args) => glance.isOn && real.isInStep(...args) && ++glance.seen > 0;
  return { isInStep };
});

function planned(input: PlanInput, isOn: boolean) {
  glance.isOn = isOn;
  return plan(input);
}

/** The zones when all changes of a plan are done. */
function done(input: PlanInput): readonly ZoneState[] {
  const changes = new Map(plan(input).zones.map(({ zone: { id }, changes }) => [id, changes]));
  return input.zones.map(state => {
    return { ...state, records: editSets(state.records, editsOf(changes.get(state.zone.id) ?? [])) };
  });
}

test('what is seen to be in step at once is so when all is asked: the whole plan is the same, in any world and after it', () => {
  glance.seen = 0;
  fc.assert(
    fc.property(worlds, world => {
      for (const input of [world, { ...world, zones: done(world) }])
        expect(planned(input, true)).toEqual(planned(input, false));
    }),
    { numRuns: 400 },
  );
  expect(glance.seen).toBeGreaterThan(300);
});

const OWNED = ['x.example.com A 203.0.113.1', 'a-x.example.com TXT arena service/default/a'];
const WANT = 'service/a x.example.com 203.0.113.1';

test.each<[string, Parameters<typeof planOf>[0], boolean]>([
  ['one object has what it asks for', {}, true],
  ['it asks for another address', { wants: ['service/a x.example.com 203.0.113.2'] }, false],
  ['another TTL is set', { settings: { ttl: 60 } }, false],
  ['another object asks for it, too', { wants: [WANT, 'service/b x.example.com 203.0.113.1'] }, false],
  ['another object has it', { wants: ['service/b x.example.com 203.0.113.1'] }, false],
  ['something of others stands beside', { records: [...OWNED, 'x.example.com AAAA 2001:db8::1'] }, false],
  [
    'an ownership record decides over nothing',
    { records: [...OWNED, 'aaaa-x.example.com TXT arena service/default/a'] },
    false,
  ],
  ['another owner lays claim to it', { records: [...OWNED, 'cname-x.example.com TXT other'] }, false],
  ['clusters share it', { settings: { sharing: [{ domains: [], mode: 'merge' }] } }, false],
  ['it has a set identifier', { wants: [endpoint(WANT, { setIdentifier: 'blue', routing: { weight: 1 } })] }, false],
  ['its type is left out of the config', { settings: { types: ['AAAA'] } }, false],
  [
    'it stood there before its ownership record',
    { zones: [zone(OWNED, { unproven: new Set([recordId(record(OWNED[0] as string))]) })] },
    false,
  ],
])('%s', (_, input, isSeen) => {
  glance.isOn = true;
  glance.seen = 0;
  const output = planOf({ records: OWNED, wants: [WANT], ...input });
  expect(glance.seen).toBe(isSeen ? 1 : 0);
  if (isSeen) expect([changesOf(output), output.findings]).toEqual([[], []]);
});
