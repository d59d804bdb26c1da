import fc from 'fast-check';
import { CLAIMS } from './claims.ts';
import { AFFIXES, CLUSTERS, OWNERS, type Settings } from './settings.ts';
import { apply, cluster, nameIndex, type RunStep, type Step, step } from './steps.ts';

const run: RunStep = { do: 'run' };
/** Long enough for a zone to be read anew. */
const later: Step = { do: 'wait', minutes: 20 };
const config = (set: Partial<Settings>): Step => ({ do: 'config', set });
const owners = fc.constantFrom(...(Object.keys(OWNERS) as Settings['owners'][]));
const affix = fc.constantFrom(...(Object.keys(AFFIXES) as Settings['affix'][]));

/** Three objects of a cluster, each with a name of its own. */
const several = (of: string, target: number): Step[] =>
  [0, 1, 3].map(object => ({
    do: 'apply',
    cluster: of,
    object,
    names: [[0, 1, 6, 5][object] as number],
    target,
    ttl: 0,
    alias: '',
    bad: '',
  }));

/** Steps that mean little one by one, and that chance alone would seldom put into a row. */
const story: fc.Arbitrary<Step[]> = fc.oneof(
  // A record of somebody else, known to the state, to which a claim of ours is laid.
  nameIndex.map((name): Step[] => [
    { do: 'stranger', act: 'occupy', name },
    later,
    run,
    { do: 'stranger', act: 'forge', name },
    later,
    run,
  ]),
  // A cluster is lost under a tight guard.
  fc
    .record({ cluster, owners, count: fc.constantFrom(0, 1), percent: fc.constantFrom(0, 50) })
    .map(({ cluster: lost, owners: of, count, percent }): Step[] => [
      ...several(lost, 0),
      config({ owners: of, maxDeletes: { count, percent } }),
      run,
      { do: 'empty', cluster: lost },
      run,
    ]),
  // Every target changes under a tight guard.
  cluster.map((changed): Step[] => [
    ...several(changed, 0),
    config({ maxUpdates: { count: 1, percent: 0 } }),
    run,
    ...several(changed, 7),
    run,
  ]),
  // Another naming of the ownership records, and an object that goes meanwhile.
  fc
    .record({ from: affix, to: affix, wildcard: fc.constantFrom('' as const, 'any' as const), cluster })
    .map(({ from, to, wildcard, cluster: lost }): Step[] => [
      config({ affix: from }),
      run,
      config({ affix: to, wildcardReplacement: wildcard }),
      { do: 'empty', cluster: lost },
      later,
      run,
    ]),
  // A zone below, and its delegation.
  fc.constantFrom<Step[]>([
    run,
    { do: 'zone', act: 'child' },
    later,
    run,
    { do: 'zone', act: 'delegate' },
    later,
    run,
    run,
  ]),
  // A cluster is taken out and put back.
  fc
    .subarray([...CLUSTERS], { minLength: 1, maxLength: 2 })
    .map((left): Step[] => [
      run,
      config({ clusters: left }),
      run,
      { do: 'run', gone: CLUSTERS.find(name => !left.includes(name)) as string },
      config({ clusters: CLUSTERS }),
      run,
    ]),
  // The state is put back as it was before something changed.
  apply.map((changed): Step[] => [
    run,
    { do: 'state', act: 'save', state: 0 },
    changed,
    run,
    { do: 'state', act: 'restore', state: 0 },
    { do: 'run', clusters: [CLUSTERS.find(name => name !== changed.cluster) as string] },
  ]),
  // Claims that refuse what is published, then an object that gives it up, and claims that let all through again.
  fc
    .record({ claims: fc.constantFrom(...(Object.keys(CLAIMS) as Settings['claims'][])), cluster, other: cluster })
    .map(({ claims, cluster: of, other }): Step[] => [
      ...several(of, 0),
      run,
      config({ claims }),
      run,
      ...several(other, 2),
      { do: 'delete', cluster: of, object: 1 },
      run,
      config({ claims: 'none' }),
      run,
    ]),
  // A record is removed by hand, its ownership record is not.
  nameIndex.map((name): Step[] => [run, { do: 'stranger', act: 'drop record', name }, later, run]),
);

const objects: fc.Arbitrary<Step[]> = fc.array<Step>(apply, { maxLength: 6, size: 'max' });

/** A history: objects that are there from the start, then what happens. */
export const history: fc.Arbitrary<Step[]> = fc
  .tuple(
    objects,
    fc.array(fc.oneof({ weight: 12, arbitrary: step.map(one => [one]) }, { weight: 1, arbitrary: story }), {
      minLength: 2,
      maxLength: 40,
      size: 'max',
    }),
  )
  .map(([first, then]) => [...first, ...then.flat()]);
