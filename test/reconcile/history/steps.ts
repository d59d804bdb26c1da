import fc from 'fast-check';
import { NAMES, OBJECTS, TARGETS } from './objects.ts';
import { CLUSTERS, type Kind, type Settings, someSettings } from './settings.ts';

/** One thing that happens: in the config, in a cluster, in the account by another hand, in the state, or a run. */
export type Step =
  | { readonly do: 'config'; readonly set: Partial<Settings> }
  | {
      readonly do: 'apply';
      readonly cluster: string;
      readonly object: number;
      readonly names: readonly number[];
      readonly target: number;
      readonly ttl: number;
      readonly alias: '' | 'true' | 'false';
      readonly bad: '' | 'host' | 'target' | 'ttl' | 'controller';
    }
  | { readonly do: 'delete'; readonly cluster: string; readonly object: number }
  /** The cluster is made anew, or restored empty. */
  | { readonly do: 'empty'; readonly cluster: string }
  | { readonly do: 'zone'; readonly act: ZoneAct }
  | { readonly do: 'stranger'; readonly act: StrangerAct; readonly name: number; readonly zone?: number }
  | { readonly do: 'state'; readonly act: 'lose' | 'save' | 'restore'; readonly state: number }
  | { readonly do: 'wait'; readonly minutes: number }
  | RunStep;

export interface RunStep {
  readonly do: 'run';
  readonly force?: boolean;
  readonly plan?: boolean;
  /** Only these of the clusters. */
  readonly clusters?: readonly string[];
  /** A run that names a cluster that the config does not have (any more). */
  readonly gone?: string;
  readonly shard?: 'apart' | 'default';
  /** A drift run: these names were changed in Route 53. */
  readonly reread?: readonly number[];
  readonly state?: number;
  /** The clock of this run is so many milliseconds wrong. */
  readonly skew?: number;
  readonly faults?: readonly ChangeFault[];
  /** Kinds of a cluster that cannot be listed. */
  readonly unread?: { readonly cluster: string; readonly kind: Kind | 'all' };
  /** A hosted zone whose record sets cannot be listed; which of those there are. */
  readonly deadzone?: number;
  readonly badstate?: 'unwritable' | 'snapshots unwritable' | 'zones unwritable' | 'one read fails' | 'one write fails';
  readonly poison?: number;
  /** A name that the role may not change. */
  readonly denied?: number;
  readonly room?: number;
  /** Another run overtakes this one at its first change; before that, this happens. */
  readonly overtaken?: { readonly state: number; readonly first?: Extract<Step, { do: 'apply' | 'delete' }> };
  /** Another run begins with it, over the other state. */
  readonly twice?: boolean;
  /** All shards at once, over one state. */
  readonly together?: boolean;
}

export type ZoneAct =
  | 'child'
  | 'private'
  | 'inner'
  | 'double'
  | 'recreate'
  | 'remove child'
  | 'remove private'
  | 'remove double'
  | 'delegate'
  | 'delegate elsewhere'
  | 'undelegate';

/** What another hand does to a name: `second owner` adds its claim to our ownership record, `predecessor` is ExternalDNS under an owner id of ours, `forge` lays a claim of ours to a record of somebody else, `claim` lays an ownership record of the oldest format at it. */
export type StrangerAct =
  | 'occupy'
  | 'predecessor'
  | 'mail'
  | 'text'
  | 'text at ownership'
  | 'edit'
  | 'take over'
  | 'second owner'
  | 'forge'
  | 'claim'
  | 'drop record'
  | 'drop ownership'
  | 'drop half of ownership';

export type ChangeFault =
  | 'ok'
  | 'throttled'
  | 'busy'
  | '500 before'
  | '500 after'
  | 'killed before'
  | 'killed after'
  | { readonly act: StrangerAct; readonly name: number };

export const nameIndex = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0, 1, 6) },
  fc.nat({ max: NAMES.length - 1 }),
);
export const cluster = fc.constantFrom<string>(...CLUSTERS);
const object = fc.nat({ max: OBJECTS - 1 });
const state = fc.constantFrom(0, 0, 0, 1);

export const apply = fc.record({
  do: fc.constant('apply' as const),
  cluster,
  object,
  names: fc.oneof(
    { weight: 4, arbitrary: fc.array(nameIndex, { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.array(nameIndex, { minLength: 1, maxLength: 4 }) },
  ),
  target: fc.nat({ max: TARGETS - 1 }),
  ttl: fc.constantFrom(0, 0, 0, 60),
  alias: fc.constantFrom('' as const, '' as const, '' as const, 'true' as const, 'false' as const),
  bad: fc.oneof(
    { weight: 8, arbitrary: fc.constant('' as const) },
    fc.constantFrom('host' as const, 'target' as const, 'ttl' as const, 'controller' as const),
  ),
});
const remove = fc.record({ do: fc.constant('delete' as const), cluster, object });

const ACTS: readonly StrangerAct[] = [
  'occupy',
  'predecessor',
  'mail',
  'text',
  'text at ownership',
  'edit',
  'take over',
  'second owner',
  'forge',
  'claim',
  'drop record',
  'drop ownership',
  'drop half of ownership',
];
/** Route 53 has no condition on what is absent: a claim that is added between read and write cannot be seen (docs/limits.md). */
const SUDDEN: readonly StrangerAct[] = ['edit', 'take over', 'drop record', 'drop ownership'];

const changeFault: fc.Arbitrary<ChangeFault> = fc.oneof(
  {
    weight: 7,
    arbitrary: fc.constantFrom<ChangeFault[]>(
      'ok',
      'throttled',
      'busy',
      '500 before',
      '500 after',
      'killed before',
      'killed after',
    ),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constantFrom(...SUDDEN), name: nameIndex }) },
);

const plainRun: fc.Arbitrary<RunStep> = fc.record(
  { do: fc.constant('run' as const), force: fc.constant(true) },
  { requiredKeys: ['do'] },
);
const narrowRun: fc.Arbitrary<RunStep> = fc.oneof(
  fc.record(
    {
      do: fc.constant('run' as const),
      clusters: fc.subarray([...CLUSTERS], { minLength: 1 }),
      force: fc.constant(true),
    },
    { requiredKeys: ['do', 'clusters'] },
  ),
  fc.record({ do: fc.constant('run' as const), shard: fc.constantFrom('apart' as const, 'default' as const) }),
  fc.record({ do: fc.constant('run' as const), gone: cluster }),
  fc.record({ do: fc.constant('run' as const), reread: fc.array(nameIndex, { minLength: 1, maxLength: 2 }) }),
);
const hard = {
  do: fc.constant('run' as const),
  force: fc.constant(true),
  plan: fc.constant(true),
  clusters: fc.subarray([...CLUSTERS], { minLength: 1 }),
  reread: fc.array(nameIndex, { minLength: 1, maxLength: 2 }),
  state,
  skew: fc.constantFrom(-3_600_000, 90_000, 3_600_000, 365 * 86_400_000),
  faults: fc.array(changeFault, { minLength: 1, maxLength: 3 }),
  unread: fc.record({ cluster, kind: fc.constantFrom('service' as const, 'ingress' as const, 'all' as const) }),
  deadzone: fc.nat({ max: 3 }),
  badstate: fc.constantFrom(
    'unwritable' as const,
    'snapshots unwritable' as const,
    'zones unwritable' as const,
    'one read fails' as const,
    'one write fails' as const,
  ),
  poison: nameIndex,
  denied: nameIndex,
  room: fc.nat({ max: 6 }),
  overtaken: fc.record({ state, first: fc.oneof(apply, remove) }, { requiredKeys: ['state'] }),
  twice: fc.constant(true),
  together: fc.constant(true),
} satisfies { [K in keyof RunStep]: fc.Arbitrary<NonNullable<RunStep[K]>> };
/** One or two things go wrong at a time: with all of them at once, little else would happen. */
const hardRun: fc.Arbitrary<RunStep> = fc
  .subarray(Object.keys(hard).filter(key => key !== 'do') as (keyof typeof hard)[], { minLength: 1, maxLength: 3 })
  .chain(keys =>
    fc.record(Object.fromEntries(['do' as const, ...keys].map(key => [key, hard[key]])) as never),
  ) as fc.Arbitrary<RunStep>;

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: apply },
  { weight: 3, arbitrary: remove },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('empty' as const), cluster }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('config' as const), set: someSettings }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('zone' as const),
      act: fc.constantFrom<ZoneAct[]>(
        'child',
        'child',
        'delegate',
        'private',
        'inner',
        'double',
        'recreate',
        'remove child',
        'remove private',
        'remove double',
        'delegate elsewhere',
        'undelegate',
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record(
      {
        do: fc.constant('stranger' as const),
        act: fc.constantFrom(...ACTS),
        name: nameIndex,
        zone: fc.nat({ max: 3 }),
      },
      { requiredKeys: ['do', 'act', 'name'] },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('state' as const),
      act: fc.constantFrom('lose' as const, 'save' as const, 'restore' as const),
      state,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.constantFrom(1, 14, 20, 120) }) },
  { weight: 11, arbitrary: plainRun },
  { weight: 3, arbitrary: narrowRun },
  { weight: 5, arbitrary: hardRun },
);

/** A history for a person: a step a line, as it can be played again with REPLAY. */
export const written = (steps: readonly Step[]) => steps.map(one => JSON.stringify(one)).join('\n');
