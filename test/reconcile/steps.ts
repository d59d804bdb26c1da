import fc from 'fast-check';
import type { SourceKind } from '../../lib/sources/index.ts';
import { NLB } from '../support/objects.ts';

/** One thing that happens: in a cluster, in Route 53 by another hand, or a run with whatever goes wrong in it. */
export type Step =
  | {
      readonly do: 'apply';
      readonly cluster: string;
      readonly object: number;
      readonly name: number;
      readonly target: number;
    }
  | { readonly do: 'delete'; readonly cluster: string; readonly object: number }
  | {
      readonly do: 'stranger';
      readonly act: Act;
      readonly name: number;
    }
  | { readonly do: 'lose state' | 'restore state'; readonly state: number }
  | {
      readonly do: 'run';
      readonly state: number;
      readonly faults: Faults;
      readonly clusters?: readonly string[];
      readonly force: boolean;
    }
  | { readonly do: 'runs'; readonly faults: Faults }
  | { readonly do: 'wait'; readonly minutes: number };

/** What another hand does to a name: `claim` lays an ownership record of the oldest format beside ours. */
type Act = 'occupy' | 'edit' | 'take over' | 'claim' | 'drop record' | 'drop ownership';

export interface Faults {
  /** What the first change requests of the run meet, one after the other. */
  readonly changes: readonly (
    | 'ok'
    | 'throttled'
    | 'busy'
    | '500 before'
    | '500 after'
    | 'killed before'
    | 'killed after'
    | { readonly before: Act; readonly name: number }
  )[];
  readonly poisoned?: number;
  readonly unlisted?: { readonly cluster: string; readonly kind: SourceKind };
  /** The zone has room for so many record sets more. */
  readonly room?: number;
  /** The state can be read, but not written. */
  readonly unwritable?: boolean;
}

/** Settings under which a history is played. */
export interface Rules {
  readonly deleteAfter: '0s' | '1h';
  readonly maxDeletes: number;
}

export const rules: fc.Arbitrary<Rules> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Rules>({ deleteAfter: '0s', maxDeletes: 10 }) },
  {
    weight: 1,
    arbitrary: fc.record({
      deleteAfter: fc.constantFrom<Rules['deleteAfter']>('0s', '1h'),
      maxDeletes: fc.constantFrom(0, 1),
    }),
  },
);

export const NAMES = ['a.example.com', 'b.example.com', '*.w.example.com', 'example.com', 'a-b.example.com'];
export const TARGETS: readonly (readonly string[])[] = [
  ['203.0.113.1'],
  ['203.0.113.2', '2001:db8::2'],
  [NLB],
  ['lb.example.net'],
  [],
];
/** The last two share their owner id, so that ownership records do not tell them apart. */
export const OWNER_OF: Readonly<Record<string, string>> = { one: 'one', two: 'both', three: 'both' };
export const CLUSTERS = Object.keys(OWNER_OF);
/** Objects of a cluster: the first are Services, the others Ingresses. */
const OBJECTS = 5;
export const SERVICES = 3;
const ACTS: readonly Act[] = ['occupy', 'edit', 'take over', 'claim', 'drop record', 'drop ownership'];

const index = (items: readonly unknown[]) => fc.nat({ max: items.length - 1 });
const cluster = fc.constantFrom(...CLUSTERS);
const act = fc.constantFrom(...ACTS);
/** Route 53 has no condition on what is absent: a claim that is added between read and write cannot be seen (docs/limits.md). */
const sudden = fc.constantFrom(...ACTS.filter(one => one !== 'claim'));
const fault: fc.Arbitrary<Faults['changes'][number]> = fc.oneof(
  {
    weight: 7,
    arbitrary: fc.constantFrom(
      'ok' as const,
      'throttled' as const,
      'busy' as const,
      '500 before' as const,
      '500 after' as const,
      'killed before' as const,
      'killed after' as const,
    ),
  },
  { weight: 2, arbitrary: fc.record({ before: sudden, name: index(NAMES) }) },
);
const faults: fc.Arbitrary<Faults> = fc.record(
  {
    changes: fc.array(fault, { maxLength: 3 }),
    poisoned: index(NAMES),
    unlisted: fc.record({ cluster, kind: fc.constantFrom<SourceKind>('service', 'ingress') }),
    room: fc.nat({ max: 6 }),
    unwritable: fc.boolean(),
  },
  { requiredKeys: ['changes'] },
);

export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('apply' as const),
      cluster,
      object: fc.nat({ max: OBJECTS - 1 }),
      name: index(NAMES),
      target: index(TARGETS),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('delete' as const), cluster, object: fc.nat({ max: OBJECTS - 1 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('stranger' as const),
      act,
      name: index(NAMES),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record(
      {
        do: fc.constant('run' as const),
        state: fc.nat({ max: 1 }),
        faults,
        clusters: fc.subarray(CLUSTERS, { minLength: 1 }),
        force: fc.boolean(),
      },
      { requiredKeys: ['do', 'state', 'faults', 'force'] },
    ),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('runs' as const), faults }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('lose state' as const, 'restore state' as const),
      state: fc.nat({ max: 1 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.constantFrom(1, 14, 120) }) },
);
