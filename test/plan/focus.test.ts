import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ZoneState } from '../../lib/model/index.ts';
import { focus, type PlanInput, plan, zonesMissing } from '../../lib/plan/index.ts';
import { SETTINGS, snapshot, zone } from '../support/plan.ts';
import { NAMES, worlds } from '../support/worlds.ts';

/** What the plan says of one name, the findings that are told for many names at once left out. */
function verdict(input: PlanInput, host: string) {
  const { zones, findings } = plan(input);
  return {
    changes: zones.flatMap(({ zone: { id }, changes }) =>
      changes.filter(change => change.name === host).map(change => ({ id, change })),
    ),
    findings: findings.filter(each => each.name === host && each.object !== undefined),
    held: findings.filter(each => each.name === host && ['held', 'grace', 'policy', 'refused'].includes(each.reason)),
  };
}

/** Loads what a look at a name asks for, step by step, as the one who explains does. */
function loadFor(host: string, all: PlanInput): { input: PlanInput; loads: number } {
  const selected = all.zones.map(({ zone: hosted }) => hosted);
  let loaded: ZoneState[] = [];
  for (;;) {
    const missing = zonesMissing(new Set([host]), selected, loaded, all.settings);
    if (missing.length === 0) break;
    loaded = all.zones.filter(state => loaded.includes(state) || missing.some(({ id }) => id === state.zone.id));
  }
  const elsewhere = selected.filter(({ id }) => !loaded.some(({ zone: { id: other } }) => other === id));
  return { input: { ...all, zones: loaded, elsewhere }, loads: loaded.length };
}

test('a look at one name says what the plan of everything says of it, from the zones that matter alone', () => {
  let spared = 0;
  fc.assert(
    fc.property(worlds, all => {
      for (const host of NAMES) {
        const { input, loads } = loadFor(host, all);
        if (loads < all.zones.length) spared++;
        const found = focus(input, new Set([host])).get(host)!;
        const expected = verdict(all, host);
        expect(found.changes.map(({ zone: { id }, change }) => ({ id, change }))).toEqual(expected.changes);
        expect(found.findings.filter(({ object }) => object !== undefined)).toEqual(expected.findings);
        expect(found.findings).toEqual(expect.arrayContaining(expected.held));
      }
    }),
    { numRuns: 250 },
  );
  expect(spared).toBeGreaterThan(500);
}, 300_000);

test('what is kept for many names is told of the one that is asked for', () => {
  const records = ['x', 'y', 'z'].flatMap(host => [
    `${host}.example.com A 192.0.2.1`,
    `a-${host}.example.com TXT arena service/default/${host}`,
  ]);
  const input: PlanInput = {
    zones: [zone(records)],
    snapshots: [snapshot([], { kinds: { service: { complete: false, error: 'forbidden' } } })],
    settings: SETTINGS,
    now: 0,
  };
  const [finding] = focus(input, new Set(['y.example.com'])).get('y.example.com')!.findings;
  expect(finding).toMatchObject({ reason: 'frozen', name: 'y.example.com' });
  expect(finding!.message).toMatch(
    /^y\.example\.com is kept: whether an object asks for it is not known: prod: service objects/,
  );
});
