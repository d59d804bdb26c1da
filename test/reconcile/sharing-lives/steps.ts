import fc from 'fast-check';
import type { RecordJson } from '../../../local/emulators/route53/index.ts';
import { foreignStep } from '../../support/foreign.ts';

export const HOSTS = ['w', 'v'].map(host => `${host}.example.com`);
export const MODES = ['first', 'merge', 'weighted'] as const;
export const SHARINGS = [
  ...MODES,
  ...MODES,
  `[{domains: [${HOSTS[0]}], mode: merge}, {domains: [${HOSTS[1]}], mode: weighted}]`,
];
/** Objects of a cluster: two that share a namespace over the clusters, and one in another. */
export const OBJECTS = [
  ['o0', 'shop'],
  ['o1', 'shop'],
  ['o2', 'evil'],
] as const;
/** Routed by themselves, sound and not: each object by an identifier of its own, or by that of a cluster's share. */
const ROUTED: readonly Record<string, string>[] = [
  { 'set-identifier': 'own', 'aws-weight': '4' },
  { 'set-identifier': 'own', 'aws-weight': '0' },
  { 'set-identifier': 'c2', 'aws-weight': '2', ttl: '60' },
  { 'set-identifier': 'own', 'aws-region': 'eu-west-1' },
  { 'set-identifier': 'own', 'aws-failover': 'PRIMARY' },
  { 'set-identifier': 'own', 'aws-multi-value-answer': 'true' },
  { 'set-identifier': 'own', 'aws-weight': 'ten' },
  // One identifier that several objects ask for.
  { 'set-identifier': 'green', 'aws-multi-value-answer': 'true' },
  { 'set-identifier': 'green', 'aws-weight': '3' },
  { 'aws-health-check-id': '11111111-2222-3333-4444-555555555555' },
  { 'aws-health-check-id': '11111111-2222-3333-4444-555555555555', 'fairlead.dev/sharing': 'weighted' },
];
export const ANNOTATIONS: readonly Record<string, string>[] = [
  ...Array.from({ length: 9 }, () => ({})),
  ...MODES.map(mode => ({ 'fairlead.dev/sharing': mode })),
  { 'fairlead.dev/sharing': 'weighted', 'aws-weight': '3' },
  { 'aws-weight': '0' },
  { ttl: '60' },
  ...ROUTED,
];
export const TARGETS = ['ip', 'ip', 'ip', 'two', 'v6', 'both', 'alias', 'cname', 'none', 'nowhere'] as const;

/** What a stranger may put there, where Route 53 takes it. */
export const FOREIGN: readonly Partial<RecordJson>[] = [
  {},
  { setIdentifier: 'x', weight: 5 },
  { setIdentifier: 'c1', weight: 5 },
  { type: 'AAAA', values: ['2001:db8::9'] },
  // Where an ownership record is to stand.
  { name: 'a-', type: 'TXT', values: ['"mine"'] },
  { name: 'aaaa-', type: 'TXT', values: ['"mine"'], setIdentifier: 'c2', weight: 5 },
];

export type Step =
  | { do: 'apply'; cluster: number; object: number; hosts: number; annotation: number; target: number; version: number }
  | { do: 'delete'; cluster: number; object: number }
  | { do: 'fail'; cluster: number }
  | { do: 'leave'; cluster: number }
  | { do: 'sharing'; sharing: number }
  | { do: 'weight'; cluster: number; weight: number }
  /** All answers come from one cluster by weight, then from another one; `raced` is of the run between. */
  | { do: 'move'; cluster: number; to: number; raced: number }
  | { do: 'foreign'; host: number; what: number; put: boolean }
  | { do: 'forget' }
  /** With `raced`, somebody touches one of our ownership records between reading and writing. */
  | { do: 'run'; only: number; raced: number };

const cluster = fc.integer({ min: 1, max: 4 });
const object = fc.constantFrom(0, 0, 0, 0, 1, 2);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('apply' as const),
      cluster,
      object,
      hosts: fc.constantFrom(1, 1, 2, 3),
      annotation: fc.nat(ANNOTATIONS.length - 1),
      target: fc.nat(TARGETS.length - 1),
      version: fc.nat(1),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), cluster, object }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fail' as const), cluster }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), cluster }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('sharing' as const), sharing: fc.nat(SHARINGS.length - 1) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('weight' as const), cluster, weight: fc.constantFrom(0, 1, 9) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('move' as const),
      cluster,
      to: cluster,
      raced: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: foreignStep(FOREIGN.length),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'forget' as const }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('run' as const),
      only: fc.constantFrom(0, 0, 0, 1, 2, 3, 4),
      raced: fc.constantFrom(0, 0, 0, 1, 2, 3, 4),
    }),
  },
);

/** A life: how many clusters with which owner ids, what happens, and how names are shared at first. */
export const LIFE = [
  fc.record({ clusters: fc.integer({ min: 2, max: 4 }), owners: fc.boolean() }),
  fc.array(step, { minLength: 3, maxLength: 30 }),
  fc.nat(SHARINGS.length - 1),
] as const;
