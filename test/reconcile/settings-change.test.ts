import { describe, expect, test } from 'vitest';
import { configOf, harness } from '../support/harness.ts';
import { ALB, ingress, type KubernetesObject, NLB, service, services } from '../support/objects.ts';

const BASE = 'owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\n';
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
