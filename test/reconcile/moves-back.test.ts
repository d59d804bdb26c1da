import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Ask } from '../../lib/reconcile/index.ts';
import type { RecordJson } from '../../local/emulators/route53/index.ts';
import { EXAMPLE_ZONE, harness } from '../support/harness.ts';
import { ALB, ingress, type KubernetesObject, NLB, service } from '../support/objects.ts';

const POLICIES: readonly Record<string, string>[] = [
  {},
  { 'aws-weight': '1' },
  { 'aws-weight': '7' },
  { 'aws-region': 'eu-west-1' },
  { 'aws-region': 'us-east-1' },
  { 'aws-failover': 'PRIMARY' },
  { 'aws-failover': 'SECONDARY' },
  { 'aws-geolocation-country-code': 'DE' },
  { 'aws-geolocation-continent-code': 'EU' },
  { 'aws-geoproximity-coordinates': '52.,13.40' },
  { 'aws-multi-value-answer': 'true' },
];

const drawn = fc.record({
  name: fc.constantFrom('a.example.com', 'b.example.com', '*.w.example.com', 'example.com'),
  id: fc.constantFrom('one', 'two', 'Three x'),
  policy: fc.constantFrom(...POLICIES),
  targets: fc.constantFrom<string[]>(
    ['203.0.113.1'],
    ['203.0.113.2', '203.0.113.3'],
    ['2001:db8::1'],
    ['203.0.113.4', '2001:db8::2'],
    [NLB],
    [ALB],
    ['x.example.net'],
  ),
  namespace: fc.constantFrom('default', 'other'),
  ingress: fc.boolean(),
  check: fc.constantFrom(undefined, undefined, '11111111-2222-3333-4444-555555555555'),
});

function objectsOf(some: readonly (typeof drawn extends fc.Arbitrary<infer T> ? T : never)[]): KubernetesObject[] {
  return some.map((one, i) => {
    const said = {
      ...one.policy,
      ...(Object.keys(one.policy).length > 0 && { 'set-identifier': one.id }),
      ...(one.check !== undefined && { 'aws-health-check-id': one.check }),
    };
    return one.ingress
      ? ingress(`o${i}`, [one.name], one.targets, said, one.namespace)
      : service(`o${i}`, { hostname: one.name, ...said }, one.targets, one.namespace);
  });
}

const isTxt = ({ type }: RecordJson) => type === 'TXT';
const plainName = ({ name }: RecordJson) => name.replace(/\.$/, '').replace('\\052', '*');
const ofOld = (set: RecordJson): RecordJson => ({
  ...set,
  ...(isTxt(set) && { values: (set.values ?? []).map(text => text.replace('owner=arena', 'owner=old')) }),
});

/** What stands before, and what brings it back to what a run had written. */
const WAYS: Readonly<
  Record<
    string,
    { before: (all: readonly RecordJson[]) => RecordJson[]; ask: (published: readonly RecordJson[]) => Ask }
  >
> = {
  adopt: {
    before: all => all.filter(set => !isTxt(set)),
    ask: published => ({ kind: 'adopt', names: published.map(plainName), overwrite: false }),
  },
  transfer: {
    before: all => all.map(ofOld),
    ask: () => ({ kind: 'transfer', from: 'old', names: [], unasked: false, watchMs: 0 }),
  },
  'import-registry': {
    before: all => all.filter(set => !isTxt(set)),
    ask: published => ({
      ...{ kind: 'import', from: 'arena', names: [], unasked: false },
      held: published.map(set => ({
        ...{ name: plainName(set), type: set.type },
        ...(set.setIdentifier !== undefined && { setIdentifier: set.setIdentifier }),
      })),
    }),
  },
};

test.each(Object.entries(WAYS))('%s writes the ownership records that a run had written, byte for byte', (_, way) =>
  fc.assert(
    fc.asyncProperty(
      fc.array(drawn, { minLength: 1, maxLength: 6 }),
      fc.constantFrom('', 'registry: {prefix: own-}', 'registry: {suffix: -t, wildcardReplacement: any}'),
      async (some, registry) => {
        const config = `owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\n${registry}`;
        const clusters = () => ({ prod: { objects: objectsOf(some) } });
        const run = harness({ config, clusters: clusters() });
        await run.run();
        await run.run();
        const written = run.json();
        const world = harness({
          config,
          zones: [{ ...EXAMPLE_ZONE, records: way.before(written) }],
          clusters: clusters(),
        });
        await world.move(way.ask(written.filter(set => !isTxt(set))));
        expect(world.json()).toEqual(written);
        expect((await world.run({ force: true })).counts).toMatchObject({ created: 0, updated: 0, deleted: 0 });
      },
    ),
    { numRuns: 60 },
  ),
);
