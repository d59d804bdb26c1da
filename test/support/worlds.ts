import fc from 'fast-check';
import type { Endpoint, HostedZone, RecordSet, Snapshot } from '../../lib/model/index.ts';
import type { PlanInput } from '../../lib/plan/index.ts';
import { endpoint, record, SETTINGS, snapshot, zone } from './plan.ts';

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
export const NAMES = ['example.com', 'sub.example.com', 'other.example.com', 'example.org'].flatMap(base => [
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

/** Several zones within each other, public and private, with records of several owners, and objects of two clusters. */
export const worlds = fc
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
