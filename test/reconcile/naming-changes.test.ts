import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ownershipName } from '../../lib/registry/index.ts';
import { configOf, EXAMPLE_ZONE, type Harness, harness } from '../support/harness.ts';
import { service } from '../support/objects.ts';

/** Namings that read each other's ownership records as those of other names. */
const NAMINGS = [
  { prefix: '', suffix: '', wildcardReplacement: '' },
  { prefix: '', suffix: '-t', wildcardReplacement: '' },
  { prefix: 'a-', suffix: '', wildcardReplacement: '' },
  { prefix: 'x-', suffix: '', wildcardReplacement: '' },
  { prefix: '%{record_type}.', suffix: '', wildcardReplacement: '' },
  { prefix: 'x-%{record_type}-', suffix: '', wildcardReplacement: 'any' },
  { prefix: '', suffix: '', wildcardReplacement: 'any' },
];
/** Names that such ownership records have, or mean. */
const NAMES = ['h', 'h-t', 'a-h', 'h-t-t', 'x-h', 'a-h-t', 'a', 'a.h', 'a.a.h', '*.w', 'any.w', 'a-any.w', ''].map(
  label => (label === '' ? 'example.com' : `${label}.example.com`),
);
const ID = EXAMPLE_ZONE.id as string;
const wire = (name: string) => `${name.replace('*', '\\052')}.`;

type Step =
  | { readonly do: 'naming'; readonly to: number }
  | { readonly do: 'object'; readonly object: number; readonly names: readonly string[]; readonly address: number }
  | { readonly do: 'hand'; readonly name: string }
  /** Somebody removes a record set of ours, and not its ownership record. */
  | { readonly do: 'drop'; readonly name: string }
  | { readonly do: 'run' };

const name = fc.constantFrom(...NAMES);
const object = fc.record({
  do: fc.constant('object' as const),
  object: fc.nat({ max: 2 }),
  names: fc.uniqueArray(name, { maxLength: 2 }),
  address: fc.nat({ max: 1 }),
});
const gone = object.map((one): Step => ({ ...one, names: [] }));
const naming = fc.record({ do: fc.constant('naming' as const), to: fc.nat({ max: NAMINGS.length - 1 }) });
const hand = fc.record({ do: fc.constant('hand' as const), name });
const drop = fc.record({ do: fc.constant('drop' as const), name });
const steps: fc.Arbitrary<Step[]> = fc
  .tuple(
    naming,
    fc.array(object, { minLength: 1, maxLength: 3 }),
    fc.array(hand, { maxLength: 3 }),
    fc.array(fc.oneof(naming, object, gone, hand, drop), { maxLength: 8 }),
  )
  .map(([first, objects, hands, then]) => [
    first,
    ...objects,
    { do: 'run' },
    ...hands,
    { do: 'run' },
    ...then.flatMap((one): Step[] => [one, { do: 'run' }]),
  ]);

class World {
  readonly harness: Harness = harness({ config: configText(0), clusters: { prod: { objects: [] } } });
  readonly hands = new Set<string>();
  /** The ownership record that was written with each record set of ours. */
  readonly pairs = new Map<string, string>();
  #objects: Record<number, ReturnType<typeof service>> = {};
  #naming = NAMINGS[0]!;

  async play(step: Step): Promise<void> {
    const { harness: world } = this;
    if (step.do === 'naming') {
      this.#naming = NAMINGS[step.to]!;
      world.config = configOf(configText(step.to));
    } else if (step.do === 'object') {
      const hostname = step.names.join(',');
      this.#objects = {
        ...this.#objects,
        [step.object]: service(`o${step.object}`, { hostname }, [`203.0.113.${step.object}${step.address}`]),
      };
      if (step.names.length === 0) delete this.#objects[step.object];
      world.clusters.prod!.objects = Object.values(this.#objects);
    } else if (step.do === 'hand') {
      if (world.records().some(line => line.startsWith(`${step.name} `))) return;
      world.store.edit(ID, { put: [{ name: wire(step.name), type: 'A', ttl: 60, values: ['192.0.2.80'] }] as never });
      this.hands.add(`${step.name} A 192.0.2.80`);
    } else if (step.do === 'drop') {
      const of = world.json().filter(({ name: at, type }) => at === wire(step.name) && type !== 'TXT');
      const ours = of.filter(({ values = [] }) => !values.includes('192.0.2.80'));
      world.store.edit(ID, { remove: ours as never });
    } else await this.#run();
  }

  async #run(): Promise<void> {
    const { harness: world } = this;
    world.clock.advance(20 * 60_000);
    const before = new Set(world.records());
    await world.run();
    const after = world.records();
    for (const line of this.hands) expect(after, `${line} was made by hand`).toContain(line);
    for (const line of after.filter(text => text.includes(' A ') && !before.has(text)))
      this.pairs.set(line, ownershipName(line.split(' ')[0]!, 'A', 'example.com', this.#naming));
    for (const [line, txt] of this.pairs) {
      if (!after.includes(line)) this.pairs.delete(line);
      else
        expect(
          after.filter(text => text.startsWith(`${txt} TXT `)),
          `${line} has its ownership record ${txt}`,
        ).toHaveLength(1);
    }
  }
}

const configText = (naming: number) => {
  const { prefix, suffix, wildcardReplacement } = NAMINGS[naming]!;
  return `owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\nregistry: {prefix: '${prefix}', suffix: '${suffix}', wildcardReplacement: '${wildcardReplacement}'}\nguard: {maxDeletes: {percent: 100, count: 100}}\n`;
};

test('however the naming changes: what was made by hand stays, and no record set of ours loses its ownership record', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async played => {
      const world = new World();
      for (const one of played) await world.play(one);
    }),
    { numRuns: Number(process.env.RUNS ?? 100) },
  );
});
