import { expect, test } from 'vitest';
import type { RunRequest } from '../../lib/model/index.ts';
import type { Ask } from '../../lib/reconcile/index.ts';
import { resolve } from '../../local/emulators/dns/resolve.ts';
import type { RecordJson } from '../../local/emulators/route53/index.ts';
import { brief, configOf, EXAMPLE_ZONE, type Harness, harness } from '../support/harness.ts';
import { ALB, type KubernetesObject, NLB, service } from '../support/objects.ts';
import { expectOwned } from '../support/owned.ts';

// Lives of routed and shared names, a step after the other: what stands after each, in how many batches, and who was told. After
// every batch the world asks for the name, and gets an answer as long as the step says nothing else.

const HOST = 'shop.example.com';

interface Step {
  readonly does: string;
  /** Objects of a cluster, from now on; `away`: it cannot be read until it is given objects. */
  readonly a?: readonly KubernetesObject[] | 'away';
  readonly b?: readonly KubernetesObject[] | 'away';
  /** Keys of the config, from now on. */
  readonly config?: Settings;
  readonly run?: Partial<RunRequest>;
  readonly move?: Ask;
  /** The record sets afterwards, without ownership records. */
  readonly stands: readonly string[];
  readonly batches: number;
  /** Reasons of findings, with their clusters, each once. */
  readonly told?: readonly string[];
  /** Nobody asks for the name any more, or before. */
  readonly unanswered?: true;
}

interface Settings {
  readonly clusters?: readonly ('a' | 'b')[];
  readonly sharing?: string;
  readonly weights?: readonly [number, number];
  readonly owners?: readonly [string, string];
}

function configured({ clusters = ['a', 'b'], sharing = 'first', weights = [1, 1], owners }: Settings) {
  const line = (name: 'a' | 'b') => {
    const i = name === 'a' ? 0 : 1;
    return `- {name: ${name}, region: us-east-1, weight: ${weights[i]}${owners ? `, owner: ${owners[i]}` : ''}}`;
  };
  return configOf(
    `owner: arena\nclusters:\n${clusters.map(line).join('\n')}\nzones: {domains: [example.com]}\nsharing: ${sharing}\n`,
  );
}

const shop = (target: string | readonly string[], annotations: Record<string, string> = {}, name = 'shop') =>
  service(name, { hostname: HOST, ...annotations }, [target].flat());
const A = shop('203.0.113.1');
const B = shop('203.0.113.2');
const weighted = (id: string, weight: number) => ({ 'set-identifier': id, 'aws-weight': `${weight}` });
const latency = (id: string, region: string) => ({ 'set-identifier': id, 'aws-region': region });

const SIMPLE_A = `${HOST} A 203.0.113.1`;
const SIMPLE_B = `${HOST} A 203.0.113.2`;
const BOTH = `${HOST} A 203.0.113.1 203.0.113.2`;
const share = (cluster: string, address: number, weight: number) =>
  `${HOST} A#${cluster} 203.0.113.${address} weight ${weight}`;

/** Who shares a name is told with whom. */
const TOGETHER = ['merged a', 'merged b'];
const MERGED: Step = {
  does: 'both',
  config: { sharing: 'merge' },
  a: [A],
  b: [B],
  stands: [BOTH],
  batches: 1,
  told: TOGETHER,
  unanswered: true,
};

/** Both ask for a share of their own, of the same weight. */
const shared = (a: string, b: string): Step => ({
  does: `${a} and ${b}, by weight`,
  a: [shop('203.0.113.1', weighted(a, 1))],
  b: [shop('203.0.113.2', weighted(b, 1))],
  stands: [share(a, 1, 1), share(b, 2, 1)],
  batches: 1,
  told: TOGETHER,
  unanswered: true,
});

const LIVES: Readonly<Record<string, readonly Step[]>> = {
  'a service moves from cluster a to b by weights': [
    { does: 'a alone', a: [A], stands: [SIMPLE_A], batches: 1, unanswered: true },
    { does: 'deployed in b, too', b: [B], stands: [SIMPLE_A], batches: 0, told: ['conflict b'] },
    {
      does: 'shared by weight, all for a',
      config: { sharing: 'weighted', weights: [100, 0] },
      stands: [share('a', 1, 100), share('b', 2, 0)],
      batches: 1,
      told: TOGETHER,
    },
    {
      does: 'b cannot be read: a is not drained',
      config: { sharing: 'weighted', weights: [0, 100] },
      b: 'away',
      stands: [share('a', 1, 100), share('b', 2, 0)],
      batches: 0,
      told: ['unreadable', 'warning a'],
    },
    {
      does: 'all for b',
      b: [B],
      stands: [share('a', 1, 0), share('b', 2, 100)],
      batches: 1,
      told: TOGETHER,
    },
    { does: 'gone from a', a: [], stands: [share('b', 2, 100)], batches: 1 },
    { does: 'shared no more', config: { sharing: 'first' }, stands: [SIMPLE_B], batches: 1 },
    { does: 'gone from b', b: [], stands: [], batches: 1, unanswered: true },
  ],
  'a simple name becomes weighted by its objects, and simple again': [
    { does: 'simple', a: [A], stands: [SIMPLE_A], batches: 1, unanswered: true },
    {
      does: 'a weight, and a second one beside it',
      a: [shop('203.0.113.1', weighted('blue', 90))],
      b: [shop('203.0.113.2', weighted('green', 10))],
      stands: [share('blue', 1, 90), share('green', 2, 10)],
      batches: 1,
      told: TOGETHER,
    },
    {
      does: 'one of the two wants to be simple: what stands stays',
      a: [A],
      stands: [share('blue', 1, 90), share('green', 2, 10)],
      batches: 0,
      told: ['conflict a'],
    },
    { does: 'the other gives the name up', b: [], stands: [SIMPLE_A], batches: 1 },
    {
      does: 'an alias in its place',
      a: [shop(NLB)],
      stands: [`${HOST} A → ${NLB}`, `${HOST} AAAA → ${NLB}`],
      batches: 1,
    },
    {
      does: 'weighted aliases',
      a: [shop(NLB, weighted('blue', 1))],
      b: [shop(ALB, weighted('green', 1))],
      stands: [
        `${HOST} A#blue → ${NLB} weight 1`,
        `${HOST} A#green → ${ALB} weight 1`,
        `${HOST} AAAA#blue → ${NLB} weight 1`,
        `${HOST} AAAA#green → ${ALB} weight 1`,
      ],
      batches: 1,
      told: TOGETHER,
    },
  ],
  'set identifiers are renamed, and change places': [
    shared('blue', 'green'),
    {
      does: 'blue becomes azure',
      a: [shop('203.0.113.1', weighted('azure', 1))],
      stands: [share('azure', 1, 1), share('green', 2, 1)],
      batches: 1,
      told: TOGETHER,
    },
    {
      does: 'b wants azure, which a has',
      b: [shop('203.0.113.2', weighted('azure', 1))],
      stands: [share('azure', 1, 1), share('green', 2, 1)],
      batches: 0,
      told: ['conflict b'],
    },
    {
      does: 'a takes green: they change places',
      a: [shop('203.0.113.1', weighted('green', 1))],
      stands: [share('azure', 2, 1), share('green', 1, 1)],
      batches: 1,
      told: TOGETHER,
    },
  ],
  'the policy of a name changes when all want it': [
    shared('eu', 'us'),
    {
      does: 'a wants latency, b does not',
      a: [shop('203.0.113.1', latency('eu', 'eu-west-1'))],
      stands: [share('eu', 1, 1), share('us', 2, 1)],
      batches: 0,
      told: ['conflict a'],
    },
    {
      does: 'b cannot be read, and would want it',
      b: 'away',
      stands: [share('eu', 1, 1), share('us', 2, 1)],
      batches: 0,
      told: ['conflict a', 'unreadable'],
    },
    {
      does: 'b wants it, too',
      b: [shop('203.0.113.2', latency('us', 'us-east-1'))],
      stands: [`${HOST} A#eu 203.0.113.1 eu-west-1`, `${HOST} A#us 203.0.113.2 us-east-1`],
      batches: 1,
      told: TOGETHER,
    },
    { does: 'b goes', b: [], stands: [`${HOST} A#eu 203.0.113.1 eu-west-1`], batches: 1 },
    { does: 'a is simple', a: [A], stands: [SIMPLE_A], batches: 1 },
  ],
  'the first one of a name goes': [
    { does: 'a, then b', a: [A], b: [B], stands: [SIMPLE_A], batches: 1, told: ['conflict b'], unanswered: true },
    {
      does: 'a waits for its load balancer',
      a: [shop([])],
      stands: [SIMPLE_A],
      batches: 0,
      told: ['conflict b', 'no-target a'],
    },
    { does: 'a cannot be read', a: 'away', stands: [SIMPLE_A], batches: 0, told: ['frozen b', 'unreadable'] },
    { does: 'a is gone', a: [], stands: [SIMPLE_B], batches: 1 },
    { does: 'a comes back', a: [A], stands: [SIMPLE_B], batches: 0, told: ['conflict a'] },
    {
      does: 'b becomes an alias',
      b: [shop(NLB)],
      stands: [`${HOST} A → ${NLB}`, `${HOST} AAAA → ${NLB}`],
      batches: 1,
      told: ['conflict a'],
    },
    { does: 'b is gone', b: [], stands: [SIMPLE_A], batches: 1 },
  ],
  'addresses are put together while one cluster cannot be reached': [
    MERGED,
    {
      does: 'b cannot be reached, and a changes',
      a: [shop('203.0.113.9')],
      b: 'away',
      stands: [`${HOST} A 203.0.113.2 203.0.113.9`],
      batches: 1,
      told: ['merged a', 'unreadable'],
    },
    {
      does: 'the config wants it first: not before b was read',
      config: { sharing: 'first' },
      stands: [`${HOST} A 203.0.113.2 203.0.113.9`],
      batches: 0,
      told: ['merged a', 'unreadable', 'warning a'],
    },
    { does: 'a goes', a: [], stands: [SIMPLE_B], batches: 1, told: ['unreadable'] },
    {
      does: 'a comes back',
      config: { sharing: 'merge' },
      a: [A],
      stands: [BOTH],
      batches: 1,
      told: ['merged a', 'unreadable'],
    },
    { does: 'b is there again, and gone', b: [], stands: [SIMPLE_A], batches: 1 },
  ],
  'a cluster leaves the config, and what it had is removed by force': [
    MERGED,
    {
      does: 'b leaves',
      config: { sharing: 'merge', clusters: ['a'] },
      stands: [BOTH],
      batches: 0,
      told: ['frozen', 'merged a'],
    },
    {
      does: 'a changes',
      a: [shop('203.0.113.9')],
      stands: [`${HOST} A 203.0.113.2 203.0.113.9`],
      batches: 1,
      told: ['frozen', 'merged a'],
    },
    {
      does: 'a forced run that does not name it',
      run: { force: true },
      stands: [`${HOST} A 203.0.113.2 203.0.113.9`],
      batches: 0,
      told: ['frozen', 'merged a'],
    },
    {
      does: 'sync --force --cluster b',
      run: { force: true, clusters: ['b'] },
      stands: [`${HOST} A 203.0.113.9`],
      batches: 1,
    },
    {
      does: 'it comes back',
      config: { sharing: 'merge' },
      stands: [`${HOST} A 203.0.113.2 203.0.113.9`],
      batches: 1,
      told: TOGETHER,
    },
  ],
  'a cluster leaves the config, and its part of a merged name is released': [
    MERGED,
    {
      does: 'release --cluster b',
      config: { sharing: 'merge', clusters: ['a'] },
      move: { kind: 'release-cluster', cluster: 'b' },
      stands: [SIMPLE_A],
      batches: 1,
    },
  ],
  'a cluster leaves the config, and its share by weight is released: it stays, and is nobody’s': [
    {
      does: 'both',
      config: { sharing: 'weighted' },
      a: [A],
      b: [B],
      stands: [share('a', 1, 1), share('b', 2, 1)],
      batches: 1,
      told: TOGETHER,
      unanswered: true,
    },
    {
      does: 'b leaves',
      config: { sharing: 'weighted', clusters: ['a'] },
      stands: [share('a', 1, 1), share('b', 2, 1)],
      batches: 0,
      told: ['frozen'],
    },
    {
      does: 'release --cluster b',
      move: { kind: 'release-cluster', cluster: 'b' },
      stands: [share('a', 1, 1), share('b', 2, 1)],
      batches: 0,
    },
    { does: 'a goes', a: [], stands: [share('b', 2, 1)], batches: 1 },
  ],
};

const line = (record: RecordJson) =>
  [brief(record), record.weight !== undefined && `weight ${record.weight}`, record.region].filter(Boolean).join(' ');

const isAnswered = ({ store }: Harness) =>
  ['A', 'AAAA'].some(type =>
    [0, 0.3, 0.6, 0.99].every(at => resolve(store, `${HOST}.`, type, () => at).answers.length > 0),
  );

test.each(Object.entries(LIVES))('%s', async (_, steps) => {
  const world = harness({ zones: [EXAMPLE_ZONE], clusters: { a: { objects: [] }, b: { objects: [] } } });
  world.config = configured({});
  const released = new Set<string>();
  for (const { does, config, run = {}, move, stands, batches, told = [], unanswered, ...clusters } of steps) {
    if (config) world.config = configured(config);
    for (const [name, objects] of Object.entries(clusters)) {
      const before = world.clusters[name]?.objects ?? [];
      world.clusters[name] = objects === 'away' ? { objects: before, failing: 'away' } : { objects: [...objects] };
    }
    if (move) await world.move(move);
    world.hooks = {
      change: (_zone, apply) => {
        apply();
        expect(isAnswered(world) || unanswered, `${does}: answered after each batch`).toBe(true);
      },
    };
    const { findings } = await world.run(run);
    const said = new Set(findings.map(({ reason, object }) => `${reason} ${object?.cluster ?? ''}`.trim()));
    const sent = world.calls.changeRecordSets ?? 0;
    const all = world.json();
    const records = all.filter(({ type }) => type !== 'TXT');
    expect(records.map(line).sort(), does).toEqual([...stands].sort());
    expect(sent, `${does}: batches`).toBe(batches);
    expect([...said].sort(), `${does}: told`).toEqual(told);
    if (move?.kind === 'release-cluster')
      for (const { type, setIdentifier } of records)
        if (setIdentifier === move.cluster) released.add(`${type} ${setIdentifier}`);
    expectOwned(
      all,
      records.filter(({ type, setIdentifier }) => released.has(`${type} ${setIdentifier}`)),
    );
    await world.run();
    expect(world.calls.changeRecordSets ?? 0, `${does}: a second run sends nothing`).toBe(0);
    expect(world.json()).toEqual(all);
  }
});
