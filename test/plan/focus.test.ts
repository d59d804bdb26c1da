import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Endpoint, HostedZone, RecordSet, Snapshot, ZoneState } from '../../lib/model/index.ts';
import { focus, type PlanInput, plan, zonesMissing } from '../../lib/plan/index.ts';
import { endpoint, record, SETTINGS, snapshot, zone } from '../support/plan.ts';

const ZONES: readonly HostedZone[] = [
  { id: 'Z1', name: 'example.com', private: false },
  { id: 'Z2', name: 'sub.example.com', private: false },
  { id: 'Z3', name: 'deep.sub.example.com', private: false },
  { id: 'Z4', name: 'example.com', private: true },
  { id: 'Z5', name: 'sub.example.com', private: true },
  { id: 'Z6', name: 'other.example.com', private: false },
  { id: 'Z7', name: 'other.example.com', private: false },
];

const LABELS = ['a', 'b', 'c', '*', 'd.deep', 'deep'];
const NAMES = ['example.com', 'sub.example.com', 'other.example.com', 'example.org'].flatMap(base => [
  base,
  ...LABELS.map(label => `${label}.${base}`),
]);
const OBJECTS = ['service/a', 'service/b', 'ingress/a', 'two:service/a', 'two:ingress/c'];
const TARGETS = ['203.0.113.1', '203.0.113.2', 'lb.elb.aws', 'www.example.net', 'a.example.com'];

const name = fc.constantFrom(...NAMES);
const asked = fc
  .tuple(fc.constantFrom(...OBJECTS), name, fc.constantFrom(...TARGETS), fc.boolean())
  .map(([object, host, target, aliased]) =>
    endpoint(`${object} ${host} ${target}`, target === 'a.example.com' && aliased ? { alias: 'always' } : {}),
  );
/** A record set, with an ownership record of ours, of another owner, or none; or an ownership record alone. */
const standing = fc
  .tuple(
    name,
    fc.constantFrom('A 203.0.113.1', 'A 192.0.2.9', 'A -> lb.elb.aws', 'CNAME www.example.net', 'TXT stranger', ''),
    fc.constantFrom('arena', 'arena-2', 'stranger', ''),
    fc.constantFrom('a-', 'cname-', ''),
    fc.constantFrom('service/default/a', 'service/default/b', 'ingress/default/c', 'service/default/gone'),
  )
  .map(([host, what, owner, prefix, resource]): RecordSet[] => [
    ...(what === '' ? [] : [record(`${host} ${what}`)]),
    ...(owner === '' || what.startsWith('TXT') ? [] : [record(`${prefix}${host} TXT ${owner} ${resource}`)]),
  ]);
const delegation = fc
  .constantFrom('sub.example.com', 'deep.sub.example.com', 'other.example.com')
  .map(at => [{ name: at, type: 'NS', ttl: 300, values: [`ns.${at}`] }] satisfies RecordSet[]);

const zoneState = (hosted: HostedZone) =>
  fc
    .array(fc.oneof({ weight: 4, arbitrary: standing }, { weight: 1, arbitrary: delegation }), { maxLength: 8 })
    .map(sets => {
      const inside = sets.flat().filter(set => set.name === hosted.name || set.name.endsWith(`.${hosted.name}`));
      const unique = [...new Map(inside.map(set => [`${set.name} ${set.type}`, set])).values()];
      return zone(unique, { zone: hosted });
    });

const kinds = fc.constantFrom<Snapshot['kinds']>(
  { service: { complete: true, objects: 1 }, ingress: { complete: true, objects: 1 } },
  { service: { complete: true, objects: 1 }, ingress: { complete: false, error: 'forbidden' } },
);

const world = fc
  .record({
    zones: fc.subarray([...ZONES], { minLength: 1 }).chain(some => fc.tuple(...some.map(zoneState))),
    asked: fc.array(asked, { maxLength: 10 }),
    kinds,
    held: fc.array(name, { maxLength: 2 }),
    count: fc.constantFrom(0, 1, 10),
    policy: fc.constantFrom<PlanInput['settings']['policy']>('sync', 'sync', 'upsert-only', 'create-only'),
  })
  .map(({ zones, asked: endpoints, kinds: read, held, count, policy }): PlanInput => {
    const of = (cluster: string) => endpoints.filter(({ object }) => object.cluster === cluster);
    const holds = held.map(host => ({
      object: { cluster: 'prod', kind: 'service', namespace: 'default', name: 'a' },
      name: host,
      message: 'it has no load balancer',
    }));
    return {
      zones,
      snapshots: [
        snapshot(of('prod'), { kinds: read, holds }),
        snapshot(of('two') as Endpoint[], { cluster: 'two', owner: 'arena-2' }),
      ],
      settings: {
        ...SETTINGS,
        policy,
        guard: { ...SETTINGS.guard, maxDeletes: { count, percent: 0 }, maxUpdates: { count, percent: 0 } },
      },
      now: 0,
    };
  });

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
    fc.property(world, all => {
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
});

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
  expect(finding!.message).toMatch(/^y\.example\.com is kept though no object asks for it: prod: service objects/);
});
