import { describe, expect, test } from 'vitest';
import { createMemoryStore } from '../../lib/state/index.ts';
import type { RecordJson } from '../../local/emulators/route53/index.ts';
import { configOf, EXAMPLE_ZONE, type Harness, harness } from '../support/harness.ts';
import { ALB, ingress, type KubernetesObject, NLB, service, services } from '../support/objects.ts';

const BASE = 'owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\n';
const ID = EXAMPLE_ZONE.id as string;
const wire = (name: string) => name.replace('*', '\\052');
const isOwnership = (line: string) => line.includes(' TXT ');

/** A world that has published these objects under a config, and has another config from now on. */
async function reconfigured(objects: KubernetesObject[], before: string, after: string) {
  const world = harness({ config: BASE + before, clusters: { prod: { objects } } });
  await world.run();
  const published = world.records();
  world.config = configOf(BASE + after);
  return { world, published };
}

describe('records.types: a type that is left out stays what it is', () => {
  test.each([
    [ALB, `→ ${ALB}`],
    ['192.0.2.1', '192.0.2.1'],
  ])('it keeps its ownership while another type of its name is updated to %s', async (target, value) => {
    const { world, published } = await reconfigured(services(1, NLB), '', 'records: {types: [A]}');
    world.clusters.prod!.objects = services(1, target);
    await world.run();
    const after = published.map(line => (line.startsWith('a0.example.com A ') ? `a0.example.com A ${value}` : line));
    expect(world.records()).toEqual(after);
  });

  test.each<[string, string, KubernetesObject[], string]>([
    ['CNAME', 'lb.example.net', [], 'records: {types: [A]}'],
    ['A and AAAA', NLB, services(8, NLB), 'records: {types: [CNAME], preferCname: true}'],
  ])('%s stays with its ownership, asked for or not, and is in step on the way back', async (_, target, now, types) => {
    const { world, published } = await reconfigured(services(8, target), '', types);
    world.clusters.prod!.objects = now;
    await world.run();
    expect(world.records()).toEqual(published);
    world.config = configOf(BASE);
    world.clusters.prod!.objects = services(8, target);
    expect((await world.run({ force: true })).inStep).toBe(true);
    expect(world.records()).toEqual(published);
  });

  test('a target that turns into one that is left out leaves the record, and is told', async () => {
    const types = 'records: {types: [A, AAAA]}';
    const { world, published } = await reconfigured(services(1, '192.0.2.1'), types, types);
    world.clusters.prod!.objects = services(1, 'lb.example.net');
    const result = await world.run();
    expect(world.records()).toEqual(published);
    expect(result.inStep).toBe(false);
    expect(result.findings).toEqual([
      expect.objectContaining({ name: 'a0.example.com', message: expect.stringContaining('records.types') }),
    ]);
  });
});

describe('registry: ownership records under another naming', () => {
  const renamed = (from: string, to: string) => {
    const objects = Array.from({ length: 30 }, (_, i) =>
      service(`a${i}`, { hostname: `x${i}.example.com,*.w${i}.example.com` }, ['203.0.113.1']),
    );
    return reconfigured(objects, `registry: {${from}}`, `registry: {${to}}`);
  };

  test.each([
    ["prefix: 'edns-'", "prefix: ''"],
    ["prefix: '%{record_type}.'", "prefix: ''"],
    ["prefix: ''", "prefix: 'edns-'"],
    ["suffix: '-txt'", "suffix: ''"],
    ['wildcardReplacement: any', "wildcardReplacement: ''"],
    ["wildcardReplacement: ''", 'wildcardReplacement: any'],
    ["prefix: 'a-'", "prefix: 'b-'"],
    ["prefix: 'x-'", "suffix: '-x'"],
  ])('are left alone, by force, too, and serve again on the way back: %s becomes %s', async (from, to) => {
    const { world, published } = await renamed(from, to);
    expect((await world.run()).inStep).toBe(false);
    await world.run({ force: true });
    expect(world.records()).toEqual(published);
    world.config = configOf(`${BASE}registry: {${from}}`);
    expect((await world.run()).inStep).toBe(true);
    expect(world.records()).toEqual(published);
  });

  test.each([
    ["prefix: 'edns-'", "prefix: ''"],
    ["suffix: '-txt'", "suffix: ''"],
    ['wildcardReplacement: any', "wildcardReplacement: ''"],
    ["prefix: ''", "prefix: 'edns-'"],
    ["prefix: 'a-'", "prefix: 'b-'"],
    ["prefix: 'x-'", "suffix: '-x'"],
  ])('make one finding that names the keys: %s becomes %s', async (from, to) => {
    const { world } = await renamed(from, to);
    world.clusters.prod!.objects = [];
    const warnings = (await world.run()).findings.filter(({ reason }) => reason === 'warning');
    expect(warnings).toEqual([expect.objectContaining({ message: expect.stringContaining('registry.prefix') })]);
  });
});

describe('registry: an ownership record that reads as that of a record made by hand, since the naming was changed', () => {
  const HAND = ['192.0.2.80'];
  /** The naming before and after, what the object has, and the name at which somebody made a record by hand. */
  const NAMINGS: readonly [string, string, string, string][] = [
    ["suffix: '-t'", "suffix: ''", 'h.example.com', 'h-t.example.com'],
    ["prefix: ''", "prefix: 'a-'", 'a-b.example.com', 'b.example.com'],
    ["prefix: 'x-'", "prefix: 'x-a-'", 'a-b.example.com', 'b.example.com'],
    ["prefix: '%{record_type}.'", "prefix: ''", 'h.example.com', 'a.h.example.com'],
    ["prefix: '%{record_type}.'", "prefix: ''", 'example.com', 'a.example.com'],
    ['wildcardReplacement: any', "wildcardReplacement: ''", '*.w.example.com', 'any.w.example.com'],
  ];
  const later = 20 * 60_000;

  async function renamed(from: string, to: string, host: string, hand: string, when: 'before' | 'after' = 'before') {
    const object = service('o', { hostname: host }, ['203.0.113.1']);
    const world = harness({ config: `${BASE}registry: {${from}}`, clusters: { prod: { objects: [object] } } });
    const make = () => {
      world.store.edit(ID, { put: [{ name: `${wire(hand)}.`, type: 'A', ttl: 60, values: HAND }] as never });
      world.clock.advance(later);
    };
    await world.run();
    if (when === 'before') make();
    await world.run();
    world.config = configOf(`${BASE}registry: {${to}}`);
    if (when === 'after') {
      await world.run();
      make();
    }
    return { world, published: world.records() };
  }

  const asking = (host: string, address = '203.0.113.1') => [service('o', { hostname: host }, [address])];

  /** What happens at the same time. */
  const MEANWHILE: Readonly<Record<string, (world: Harness, host: string, hand: string) => void>> = {
    'the object stands': () => {},
    'the state is lost': world => {
      world.state = createMemoryStore();
    },
    'the object gets another address, and the state is lost': (world, host) => {
      world.clusters.prod!.objects = asking(host, '203.0.113.9');
      world.state = createMemoryStore();
    },
    'the object goes': world => {
      world.clusters.prod!.objects = [];
    },
    'the object asks for another name': world => {
      world.clusters.prod!.objects = asking('z.example.com');
    },
    'the object asks for the name made by hand, too': (world, host, hand) => {
      world.clusters.prod!.objects = asking(`${host},${hand}`);
    },
    'another object asks for the name made by hand': (world, _, hand) => {
      world.clusters.prod!.objects.push(service('p', { hostname: hand }, ['203.0.113.2', '2001:db8::2']));
    },
  };

  describe.each(Object.entries(MEANWHILE))('%s', (_, happen) => {
    test.each(NAMINGS)(
      'nothing of either is touched, and all serves on the way back: %s becomes %s, %s',
      async (from, to, host, hand) => {
        const { world, published } = await renamed(from, to, host, hand);
        happen(world, host, hand);
        for (let run = 0; run < 3; run++) {
          await world.run();
          expect(world.records()).toEqual(expect.arrayContaining(published));
          world.clock.advance(later);
        }
        world.config = configOf(`${BASE}registry: {${from}}`);
        world.clusters.prod!.objects = asking(host);
        const { findings } = await world.run();
        expect(world.records()).toEqual(expect.arrayContaining(published));
        // A wildcard and the name of its replacement share their ownership records.
        if (!host.startsWith('*')) expect(findings.filter(({ name }) => name === host)).toEqual([]);
      },
    );
  });

  test.each(NAMINGS)('a record made after the change, too: %s becomes %s, %s', async (from, to, host, hand) => {
    const { world, published } = await renamed(from, to, host, hand, 'after');
    world.clusters.prod!.objects = [];
    await world.run();
    expect(world.records()).toEqual(published);
  });

  test.each(NAMINGS)('by force neither, as long as both stand: %s becomes %s, %s', async (from, to, host, hand) => {
    const { world, published } = await renamed(from, to, host, hand);
    world.clusters.prod!.objects = [];
    await world.run({ force: true });
    await world.run({ force: true });
    expect(world.records()).toEqual(published);
  });

  test.each(NAMINGS)('it is told, with both names and the keys: %s becomes %s, %s', async (from, to, host, hand) => {
    const { world } = await renamed(from, to, host, hand);
    world.clusters.prod!.objects = [];
    const { findings } = await world.run();
    const message = expect.stringMatching(new RegExp(`that of ${host.replaceAll('*', '\\*')} .*registry.prefix`));
    expect(findings).toContainEqual(expect.objectContaining({ reason: 'not-owned', name: hand, message }));
  });

  test('a naming that was wrong at first takes no name from what ExternalDNS has', async () => {
    const object = service('o', { hostname: 'h.example.com' }, ['203.0.113.1']);
    const other = service('p', { hostname: 'h-t.example.com' }, ['203.0.113.1']);
    const objects = [object, other];
    const world = harness({ config: `${BASE}registry: {suffix: ''}`, clusters: { prod: { objects } } });
    await world.run();
    const published = world.records();
    world.state = createMemoryStore();
    world.config = configOf(`${BASE}registry: {suffix: '-t'}`);
    await world.run();
    world.config = configOf(`${BASE}registry: {suffix: ''}`);
    expect((await world.run()).inStep).toBe(true);
    expect(world.records()).toEqual(published);
    world.clusters.prod!.objects = [];
    await world.run();
    expect(world.records()).toEqual([]);
  });
});

describe('registry: a record set that went, and an ownership record that a naming of before has of it', () => {
  const ADDRESS = '203.0.113.1';
  const objects = (address: string) => [service('o', { hostname: 'h.example.com' }, [address])];

  /** One that another owner had, or we; `h` went after it was read last, and the naming was changed. */
  async function gone(whose: string, from: string, to: string, hand: RecordJson[] = []) {
    const heritage = `"heritage=external-dns,external-dns/owner=${whose},external-dns/resource=service/default/o"`;
    const txt = from.includes('-t') ? 'a-h-t.example.com.' : 'a-h.example.com.';
    const records: RecordJson[] = [
      { name: 'h.example.com.', type: 'A', ttl: 300, values: [ADDRESS] },
      { name: txt, type: 'TXT', ttl: 300, values: [heritage] },
      ...hand,
    ];
    const world = harness({
      config: `${BASE}registry: {${from}}`,
      zones: [{ ...EXAMPLE_ZONE, records }],
      clusters: { prod: { objects: whose === 'arena' ? objects(ADDRESS) : [] } },
    });
    await world.run();
    world.store.edit(ID, { remove: [records[0]] as never[] });
    world.config = configOf(`${BASE}registry: {${to}}`);
    world.clock.advance(20 * 60_000);
    world.clusters.prod!.objects = objects(ADDRESS);
    await world.run();
    expect(world.records()).toContain(`h.example.com A ${ADDRESS}`);
    return world;
  }

  test('what an object of ours has there since is its own, and goes on being changed', async () => {
    const world = await gone('other', "prefix: ''", "prefix: '%{record_type}.'");
    world.clusters.prod!.objects = objects('203.0.113.9');
    const { findings } = await world.run();
    expect(findings).toEqual([]);
    expect(world.records()).toContain('h.example.com A 203.0.113.9');
  });

  test('what our object has at the name that it reads as now is its own, too, and goes with it', async () => {
    const world = await gone('arena', "suffix: '-t'", "suffix: ''");
    for (const [hosts, address] of [
      ['h.example.com,h-t.example.com', ADDRESS],
      ['h.example.com,h-t.example.com', '203.0.113.9'],
      ['h.example.com', ADDRESS],
    ] as const) {
      world.clusters.prod!.objects = [service('o', { hostname: hosts }, [address])];
      expect((await world.run()).findings).toEqual([]);
      const names = hosts.split(',').map(host => `${host} A ${address}`);
      expect(world.records().filter(line => !isOwnership(line))).toEqual(names.sort());
    }
  });

  test('what somebody made by hand at the name that it reads as now stays', async () => {
    const hand: RecordJson = { name: 'h-t.example.com.', type: 'A', ttl: 60, values: ['192.0.2.80'] };
    const world = await gone('arena', "suffix: '-t'", "suffix: ''", [hand]);
    for (const next of [objects('203.0.113.9'), []]) {
      world.clusters.prod!.objects = next;
      await world.run();
      await world.run();
      expect(world.records()).toContain('h-t.example.com A 192.0.2.80');
    }
  });
});

describe('sources: a source that is switched off leaves its records', () => {
  const hosts = Array.from({ length: 8 }, (_, i) => ingress(`i${i}`, [`i${i}.example.com`], ['203.0.113.1']));

  test('as those of a kind that is not read, though their objects go, and finds them in step when it is back', async () => {
    const { world, published } = await reconfigured(hosts, '', 'sources: [service]');
    const result = await world.run();
    expect(world.records()).toEqual(published);
    expect(result.findings).toContainEqual(
      expect.objectContaining({ reason: 'frozen', message: expect.stringContaining('not among the sources') }),
    );
    world.config = configOf(BASE);
    expect((await world.run()).inStep).toBe(true);
    expect(world.calls).toEqual({});
  });

  test('until a person forces it', async () => {
    const { world } = await reconfigured(hosts, '', 'sources: [service]');
    await world.run({ force: true });
    expect(world.records()).toEqual([]);
  });
});

describe('policy: what one kept', () => {
  test.each(['upsert-only', 'create-only'])('while it was %s goes when it is sync again', async policy => {
    const { world, published } = await reconfigured(services(3, '192.0.2.1'), '', `policy: ${policy}`);
    world.clusters.prod!.objects = [];
    expect((await world.run()).reasons).toEqual({ policy: 3 });
    expect(world.records()).toEqual(published);
    world.config = configOf(BASE);
    expect(await world.run()).toMatchObject({ inStep: true, counts: { deleted: 3 } });
    expect(world.records().filter(isOwnership)).toEqual([]);
  });
});

describe('wildcardReplacement: a name and the wildcard that it stands for', () => {
  test('share ownership records, so that who came second is not published, and both go without an orphan', async () => {
    const world = harness({
      config: `${BASE}registry: {wildcardReplacement: any}`,
      clusters: { prod: { objects: [service('a', { hostname: 'any.example.com' }, ['192.0.2.1'])] } },
    });
    await world.run();
    const published = world.records();
    world.clusters.prod!.objects.push(service('b', { hostname: '*.example.com' }, ['192.0.2.2']));
    expect((await world.run()).reasons).toEqual({ conflict: 1 });
    expect(world.records()).toEqual(published);
    world.clusters.prod!.objects = [];
    await world.run();
    expect(world.records()).toEqual([]);
  });
});
