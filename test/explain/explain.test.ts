import { beforeEach, describe, expect, test } from 'vitest';
import { explainName, explainObject, heldObjects } from '../../lib/explain/index.ts';
import { lookAtKept, recentHistory } from '../../lib/reconcile/index.ts';
import type { RecordJson } from '../../local/emulators/route53/index.ts';
import { configOf, EXAMPLE_ZONE, type Harness, harness } from '../support/harness.ts';
import { explain, runOf, whyNot } from '../support/look.ts';
import { ALB, ingress, NLB, service, services } from '../support/objects.ts';

let world: Harness;
beforeEach(() => {
  world = harness();
});

const objects = (...some: ReturnType<typeof service>[]) => {
  world.clusters.prod!.objects = some;
};

const foreign = (name: string, type = 'A', value = '192.0.2.1'): RecordJson => ({
  name,
  type,
  ttl: 60,
  values: [value],
});
const withRecords = (...records: RecordJson[]) => harness({ zones: [{ ...EXAMPLE_ZONE, records }] });

const words = ({ asking }: Awaited<ReturnType<typeof explain>>) =>
  asking.map(({ object, outcome, rule }) => [`${object.kind}/${object.name}`, outcome, rule]);

describe('explain', () => {
  test('a name that is published as asked', async () => {
    objects(service('a', { hostname: 'a.example.com' }, [NLB]));
    await world.run();
    const found = await explain(world, 'a.example.com');
    expect(found).toMatchObject({ verdict: 'published', published: true, next: [], asked: [] });
    expect(found.zones).toMatchObject([{ name: 'example.com', selected: true }]);
    const [record] = found.zones[0]!.records;
    expect(record).toMatchObject({
      ours: true,
      record: { type: 'A' },
      ownership: { record: 'a-a.example.com', owner: 'arena', resource: 'service/default/a' },
    });
    expect(found.asking).toMatchObject([{ wants: [{ type: 'CNAME', targets: [NLB] }], outcome: 'published' }]);
    expect(found.advice).toBe('to change it, change service/default/a in prod');
  });

  test('what is kept is all that is asked; --fresh reads, and writes nothing', async () => {
    objects(service('a', { hostname: 'a.example.com' }, [NLB]));
    await world.run();
    objects(service('a', { hostname: 'a.example.com' }, [ALB]));
    expect(await explain(world, 'a.example.com')).toMatchObject({ verdict: 'published', asked: [] });
    const before = world.records();
    const fresh = await explain(world, 'a.example.com', { fresh: true });
    expect(fresh).toMatchObject({ verdict: 'pending', asked: ['listHostedZones', 'listRecordSets', 'prod'] });
    expect(fresh.next.map(({ action, type }) => `${action} ${type}`)).toEqual(['update A', 'update AAAA']);
    expect(world.records()).toEqual(before);
    expect(await explain(world, 'a.example.com')).toMatchObject({ verdict: 'published' });
  });

  test('nothing kept is said, with what to do', async () => {
    await expect(explain(world, 'a.example.com')).rejects.toThrow(/nothing is kept yet.*--fresh/);
  });

  test('two objects that want one name: who has it, and the other one by which rule not', async () => {
    objects(service('a', { hostname: 'x.example.com' }, [NLB]));
    await world.run();
    objects(service('a', { hostname: 'x.example.com' }, [NLB]), service('b', { hostname: 'x.example.com' }, [ALB]));
    await world.run();
    const found = await explain(world, 'x.example.com');
    expect(found).toMatchObject({ verdict: 'partly', published: false });
    expect(words(found)).toEqual([
      ['service/a', 'published', undefined],
      ['service/b', 'refused', 'conflict'],
    ]);
    expect(found.advice).toMatch(/let one object alone ask for the name/);
  });

  test('addresses of one namespace are put together', async () => {
    objects(
      service('a', { hostname: 'x.example.com' }, ['203.0.113.1']),
      service('b', { hostname: 'x.example.com' }, ['203.0.113.2']),
    );
    await world.run();
    const found = await explain(world, 'x.example.com');
    expect(found.verdict).toBe('published');
    expect(words(found)).toEqual([
      ['service/a', 'shared', 'merge'],
      ['service/b', 'shared', 'merge'],
    ]);
  });

  test('under another owner id than the runs had, what is theirs is not ours', async () => {
    objects(service('a', { hostname: 'x.example.com' }, ['203.0.113.1']));
    await world.run();
    world.config = configOf(
      'owner: other\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}',
    );
    const found = await explain(world, 'x.example.com');
    expect(found).toMatchObject({ verdict: 'refused', published: false });
    expect(found.zones[0]!.records).toMatchObject([{ ours: false, ownership: { owner: 'arena' } }]);
    expect(found.advice).toBe(
      'it was of prod, whose owner id "arena" is not in the config any more: put it back (owner, or clusters[].owner). Otherwise, if it is to be ours: stop what works as "arena", then fairlead transfer --from arena --names "x.example.com"',
    );
  });

  test('an owner in a record that a shell could take for more stands in no advice', async () => {
    const text = '"heritage=external-dns,external-dns/owner=$(id),external-dns/resource=service/default/a"';
    world = withRecords(foreign('x.example.com.'), foreign('a-x.example.com.', 'TXT', text));
    objects(service('a', { hostname: 'x.example.com' }, ['203.0.113.1']));
    await world.run();
    const { advice } = await explain(world, 'x.example.com');
    expect(advice).toBe('see whose the record is: its owner has to give it up');
  });

  test('a record of nobody’s stands in the way', async () => {
    world = withRecords(foreign('x.example.com.'));
    objects(service('a', { hostname: 'x.example.com' }, ['203.0.113.1']));
    await world.run();
    const found = await explain(world, 'x.example.com');
    expect(found).toMatchObject({ verdict: 'refused', published: false });
    expect(words(found)).toEqual([['service/a', 'refused', 'ownership']]);
    expect(found.zones[0]!.records).toMatchObject([{ ours: false }]);
    expect(found.zones[0]!.records[0]).not.toHaveProperty('ownership');
    expect(found.advice).toMatch(/fairlead adopt "x\.example\.com" --overwrite.*remove it in Route 53/);
  });

  test('a record that nobody asks for and that is nobody’s', async () => {
    world = withRecords(foreign('www.example.com.'));
    objects(service('a', { hostname: 'a.example.com' }, [NLB]));
    await world.run();
    expect(await explain(world, 'www.example.com')).toMatchObject({ verdict: 'foreign', published: false, asking: [] });
  });

  test('an object without a load balancer waits, and keeps what it has', async () => {
    objects(service('a', { hostname: 'a.example.com' }, [NLB]));
    await world.run();
    objects(service('a', { hostname: 'a.example.com' }, []));
    await world.run();
    const found = await explain(world, 'a.example.com');
    expect(found).toMatchObject({ verdict: 'partly', published: false, next: [] });
    expect(words(found)).toEqual([['service/a', 'waiting', 'hold']]);
    expect(found.advice).toMatch(/kubectl describe -n default service\/a \(cluster prod\)/);
  });

  test('an object that became malformed keeps the name, and the field is told', async () => {
    objects(service('a', { hostname: 'a.example.com' }, [NLB]));
    await world.run();
    objects(service('a', { hostname: 'a..example.com' }, [NLB]));
    await world.run();
    const found = await explain(world, 'a.example.com');
    expect(found).toMatchObject({ verdict: 'partly', published: false, next: [] });
    expect(words(found)).toEqual([['service/a', 'refused', 'validity']]);
    expect(found.advice).toMatch(/^correct metadata\.annotations\[/);
  });

  test('an object that is to be ignored keeps the name, and that is told', async () => {
    objects(service('a', { hostname: 'a.example.com' }, [NLB]));
    await world.run();
    objects(service('a', { hostname: 'a.example.com', 'fairlead.dev/ignore': 'keep' }, [ALB]));
    await world.run();
    const found = await explain(world, 'a.example.com');
    expect(found).toMatchObject({ next: [], published: false });
    expect(JSON.stringify(found.asking)).toMatch(/ignore/);
    expect(found.advice).toMatch(
      /^if runs may change it: take metadata\.annotations\["fairlead\.dev\/ignore"\] off service\/default\/a/,
    );
  });

  test('a name outside the domains', async () => {
    objects(service('a', { hostname: 'a.example.org,b.example.com' }, [NLB]));
    await world.run();
    const found = await explain(world, 'a.example.org');
    expect(words(found)).toEqual([['service/a', 'filtered', 'filter']]);
    expect(found.published).toBe(false);
    expect(found.advice).toMatch(/zones\.domains/);
  });

  test('what the guard holds is said to be held, and how to let it go', async () => {
    objects(...services(30, NLB));
    await world.run();
    objects();
    await world.run();
    const found = await explain(world, 'a7.example.com');
    expect(found).toMatchObject({ verdict: 'kept', next: [] });
    expect(found.reasons).toMatchObject([{ reason: 'held' }]);
    expect(found.advice).toBe('if that is meant: fairlead sync --force --cluster prod');
    expect(found.zones[0]!.unwantedSince).toBe(world.clock.now());
  });

  test('a cluster that could not be read leaves everything as it is', async () => {
    objects(service('a', { hostname: 'a.example.com' }, [NLB]));
    await world.run();
    world.clusters.prod!.failing = 'connection refused';
    await world.run();
    const found = await explain(world, 'a.example.com');
    expect(found.next).toEqual([]);
    expect(found.source.gaps).toContainEqual(
      expect.stringMatching(/prod: service, ingress objects could not be read.*connection refused/),
    );
  });

  test('a change that Route 53 refused, in its words, and when it is tried again', async () => {
    world.store.poisons.push({ name: 'bad.example.com.', message: 'RRSet {name} is not permitted' });
    objects(service('a', { hostname: 'bad.example.com' }, ['203.0.113.1']));
    await world.run();
    const found = await explain(world, 'bad.example.com');
    expect(found.verdict).toBe('refused');
    expect(words(found)).toEqual([['service/a', 'refused', 'Route 53']]);
    expect(found.zones[0]!.refusal).toMatchObject({ attempts: 1, message: expect.stringContaining('not permitted') });
    expect(found.advice).toMatch(
      /^change what Route 53 refuses in service\/\S+\/a of prod; .* sync --force --cluster prod$/,
    );
  });

  test.each([
    ['a frozen cluster', 'clusters: [{name: prod, region: us-east-1, freeze: true}]\nzones: {domains: [example.com]}'],
    [
      'a frozen zone',
      'clusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com], freeze: [example.com]}',
    ],
  ])('%s is said to be so', async (_what, config) => {
    objects(service('a', { hostname: 'a.example.com' }, ['203.0.113.1']));
    await world.run();
    objects(service('a', { hostname: 'a.example.com' }, ['203.0.113.2']));
    world.config = configOf(`owner: arena\n${config}`);
    await world.run();
    const found = await explain(world, 'a.example.com');
    expect(found).toMatchObject({ published: false, next: [] });
    expect(words(found)).toEqual([['service/a', 'refused', 'freeze']]);
    expect(found.asking[0]!.reasons[0]!.message).toMatch(/freeze/);
    expect(found.advice).toMatch(/^if runs may change it: take it out of (zones|clusters\[\])\.freeze in the config$/);
  });

  describe('a cluster that vanished', () => {
    const TWO = 'owner: arena\nzones: {domains: [example.com]}\n';
    const PROD = '{name: prod, region: us-east-1}';
    const both = `${TWO}clusters: [${PROD}, {name: old, region: us-east-1}]\n`;
    const names = ['b1.example.com', 'b2.example.com'];
    beforeEach(async () => {
      const old = { objects: names.map((hostname, i) => service(`b${i}`, { hostname }, [`192.0.2.${i + 1}`])) };
      world = harness({ config: both, clusters: { prod: { objects: [] }, old } });
      await world.run();
      world.clusters.old = { failing: { service: 'is gone', ingress: 'is gone' }, objects: [] };
    });

    test.each(names)('%s: which one, why it cannot be read, what to do; each once', async name => {
      await world.run();
      const found = await explain(world, name);
      expect(found.verdict).toBe('partly');
      expect(found.asking.flatMap(({ reasons }) => reasons.map(({ message }) => message))).toEqual([
        'old: service objects are not read, so what it asks for now is not known: is gone',
      ]);
      expect(found.reasons).toEqual([]);
      expect(found.source.gaps).toEqual(['old: service, ingress objects could not be read in the last run (is gone)']);
      expect(found.advice).toBe(
        'make what could not be read readable (fairlead doctor says what mends it); the next run then decides. If old is gone for good: take it out of the config, then fairlead sync --force --cluster old',
      );
    });

    test.each(names)('%s: once it is taken out of the config, what removes it', async name => {
      world.config = configOf(`${TWO}clusters: [${PROD}, {name: new, region: us-east-1}]\n`);
      world.clusters.new = { objects: [] };
      await world.run();
      const found = await explain(world, name);
      expect(found.verdict).toBe('kept');
      expect(found.reasons).toMatchObject([
        { reason: 'frozen', cluster: 'old', message: expect.stringMatching(/"old" is not in the config/) },
      ]);
      expect(found.advice).toBe(
        "it was of old, which is not in the config: put it back; or, to have removed or handed over what it left: fairlead sync --force --cluster old; or, to leave the records as nobody's: fairlead release --cluster old",
      );
    });

    test('an object of it: what it still has, of which cluster, and what to do', async () => {
      world.config = configOf(`${TWO}clusters: [${PROD}, {name: new, region: us-east-1}]\n`);
      world.clusters.new = { objects: [] };
      await world.run();
      const look = await lookAtKept(runOf(world), () => new Set());
      const objects = heldObjects({ kind: 'service', namespace: 'default', name: 'b1' }, look);
      expect(objects).toMatchObject([{ cluster: 'old' }]);
      expect(explainObject(objects[0]!, look)).toMatchObject({
        holds: ['b2.example.com'],
        advice:
          "it was of old, which is not in the config: put it back; or, to have removed or handed over what it left: fairlead sync --force --cluster old; or, to leave the records as nobody's: fairlead release --cluster old",
      });
    });

    test('the name of a cluster that stands in an ownership record is put into no command that it could change', async () => {
      const resource =
        'heritage=external-dns,external-dns/owner=arena,external-dns/cluster=$(id),external-dns/resource=service/default/x';
      world = withRecords(foreign('x.example.com'), foreign('a-x.example.com', 'TXT', `"${resource}"`));
      await world.run();
      const { reasons, advice } = await explain(world, 'x.example.com');
      expect(reasons).toMatchObject([{ reason: 'frozen', cluster: '$(id)' }]);
      expect(advice).not.toContain('$(id)');
    });
  });

  test('a name that an object had, and asks for no longer: which one, and what it asks for', async () => {
    world.config = configOf(
      'owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\n',
    );
    objects(service('a', { hostname: 'lost.example.com' }, ['192.0.2.1']));
    await world.run();
    world.clock.advance(60_000);
    objects(service('a', { hostnam: 'lost.example.com' }, ['192.0.2.1']));
    await world.run();
    const run = runOf(world);
    const look = await lookAtKept(run, () => new Set(['lost.example.com']));
    const last = await recentHistory(run, world.clock.now() - 3_600_000, 'lost.example.com', 5);
    const { verdict, advice } = explainName('lost.example.com', look, { last });
    expect(verdict).toBe('unknown');
    expect(advice).toMatch(
      /^see what service\/default\/a, which had it until 20.*, asks for: fairlead why-not service\/default\/a$/,
    );
  });

  test('a name that left since it was mistyped in its object: what that object asks for now', async () => {
    objects(service('a', { hostname: 'shop.example.com' }, [NLB]));
    await world.run();
    world.clock.advance(60_000);
    objects(service('a', { hostname: 'shop.exmaple.com' }, [NLB]));
    await world.run();
    const run = runOf(world);
    const look = await lookAtKept(run, () => new Set(['shop.example.com']));
    const last = await recentHistory(run, world.clock.now() - 3_600_000, 'shop.example.com', 5);
    expect(explainName('shop.example.com', look, { last }).advice).toMatch(
      /^see whether that is meant: service\/default\/a, which had it until 20.*, asks for shop\.exmaple\.com now \(fairlead why-not service\/default\/a\)$/,
    );
    const mistyped = await explain(world, 'shop.exmaple.com');
    expect(mistyped.summary).toBe(
      'shop.exmaple.com is not published: what asks for it is left out (prod: service/default/a), and no hosted zone that is read has it',
    );
    expect(mistyped.advice).toMatch(/^did you mean shop\.example\.com\?/);
    expect((await whyNot(world, 'service/default/a')).advice).toMatch(/^did you mean shop\.example\.com\?/);
  });

  test('what the guard holds is told of its object, with what lets it go', async () => {
    const some = Array.from({ length: 12 }, (_, i) => service(`a${i}`, { hostname: `a${i}.example.com` }, [NLB]));
    world = harness({
      config: `owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}
guard: {maxDeletes: {count: 1, percent: 1}}`,
    });
    objects(...some);
    await world.run();
    objects();
    await world.run();
    expect(await whyNot(world, 'service/default/a3')).toMatchObject({
      known: false,
      holds: ['a3.example.com'],
      reasons: [{ reason: 'held' }],
      advice: 'if that is meant: fairlead sync --force --cluster prod',
    });
  });

  test('a cluster of which one kind cannot be read is not taken for one that is gone', async () => {
    objects(service('a', { hostname: 'a.example.com' }, [NLB]));
    await world.run();
    world.clusters.prod!.failing = { service: 'forbidden' };
    await world.run();
    expect((await explain(world, 'a.example.com')).advice).toBe(
      'make what could not be read readable (fairlead doctor says what mends it); the next run then decides',
    );
  });

  test('a claim that no rule allows', async () => {
    world = harness({
      config: `owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}
claims: [{namespaces: [shop], domains: [shop.example.com]}]`,
    });
    objects(service('a', { hostname: 'x.example.com' }, [NLB]));
    await world.run();
    const found = await explain(world, 'x.example.com');
    expect(words(found)).toEqual([['service/a', 'refused', 'claim']]);
    expect(found.advice).toMatch(/a rule of claims/);
  });

  test('a namespace that is full: each name that is left out is told, not the first alone', async () => {
    world = harness({
      config: `owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}
limits: {recordsPerNamespace: 6}`,
    });
    objects(...services(6, '203.0.113.1'));
    await world.run();
    const verdicts = [];
    for (let i = 0; i < 6; i++) verdicts.push((await explain(world, `a${i}.example.com`)).verdict);
    expect(verdicts.filter(verdict => verdict === 'published')).toHaveLength(3);
    expect(verdicts.filter(verdict => verdict === 'refused')).toHaveLength(3);
  });

  test('a name that nobody knows: the nearest that is known', async () => {
    objects(
      service('a', { hostname: 'shop.example.com' }, [NLB]),
      service('b', { hostname: 'ship.example.com' }, [NLB]),
    );
    await world.run();
    const found = await explain(world, 'shopp.example.com');
    expect(found).toMatchObject({ verdict: 'unknown', published: false, nearest: 'shop.example.com' });
    expect(found.advice).toBe('did you mean shop.example.com?');
    expect((await explain(world, 'entirely-else.example.com')).advice).toMatch(/let an object ask for it/);
    expect((await explain(world, 'x.example.net')).advice).toMatch(/create a hosted zone/);
  });

  test('a zone that the zone above does not delegate', async () => {
    world = harness({
      zones: [EXAMPLE_ZONE, { id: 'ZSUB', name: 'sub.example.com.', records: [] }],
    });
    objects(service('a', { hostname: 'a.sub.example.com' }, [NLB]));
    await world.run();
    const found = await explain(world, 'a.sub.example.com');
    expect(found.zones.map(({ name, delegation: { state } }) => [name, state])).toEqual([
      ['sub.example.com', 'not-delegated'],
      ['example.com', 'unknown'],
    ]);
    expect(found.advice).toMatch(/delegate sub\.example\.com/);
  });

  test('a zone that the config leaves out is named', async () => {
    world = harness({
      config: 'owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {type: public}',
      zones: [EXAMPLE_ZONE, { id: 'ZPRIV', name: 'example.com.', private: true, records: [] }],
    });
    objects(service('a', { hostname: 'a.example.com' }, [NLB]));
    await world.run();
    const found = await explain(world, 'a.example.com');
    expect(found.zones.map(({ id, selected }) => [id, selected])).toEqual(
      expect.arrayContaining([
        ['ZPRIV', false],
        [EXAMPLE_ZONE.id, true],
      ]),
    );
  });

  test('shards: each explains what is its own, and a record of the other shard is ours', async () => {
    world = harness({
      config: `clusters: [{name: prod, owner: one, region: us-east-1}, {name: two, owner: two, region: us-east-1}]
zones: {domains: [example.com]}
shards: [{name: s1, clusters: [prod]}, {name: s2, clusters: [two]}]`,
      clusters: {
        prod: { objects: [service('a', { hostname: 'x.example.com' }, ['203.0.113.1'])] },
        two: { objects: [service('b', { hostname: 'x.example.com' }, ['203.0.113.2'])] },
      },
    });
    await world.run();
    const found = await explain(world, 'x.example.com');
    expect(found.verdict).toBe('partly');
    expect(found.asking.map(({ object, outcome }) => [object.cluster, outcome])).toEqual([
      ['prod', 'published'],
      ['two', 'refused'],
    ]);
    expect(found.zones[0]!.records).toMatchObject([{ ours: true, ownership: { owner: 'one' } }]);
  });
});

describe('why-not', () => {
  test('each hostname of an object, with what became of it', async () => {
    world = withRecords(foreign('taken.example.com.'));
    objects(
      ingress('web', ['ok.example.com', 'taken.example.com', 'a.example.org'], ['203.0.113.1']),
      service('other', { hostname: 'other.example.com' }, [NLB]),
    );
    await world.run();
    const found = await whyNot(world, 'ingress/default/web');
    expect(found).toMatchObject({ known: true, published: false });
    expect(found.names.map(({ name, outcome, rule }) => [name, outcome, rule])).toEqual([
      ['a.example.org', 'filtered', 'filter'],
      ['ok.example.com', 'published', undefined],
      ['taken.example.com', 'refused', 'ownership'],
    ]);
    expect(found.summary).toBe('prod: ingress/default/web asks for 3 hostnames, and has 1');
  });

  test('an object that is malformed keeps what it has, and is told the field', async () => {
    objects(service('a', { hostname: 'a.example.com' }, [NLB]));
    await world.run();
    objects(service('a', { hostname: 'a..example.com' }, [NLB]));
    await world.run();
    const found = await whyNot(world, 'service/default/a');
    expect(found).toMatchObject({ known: true, published: false, holds: ['a.example.com'] });
    expect(found.reasons).toMatchObject([{ reason: 'invalid' }]);
    expect(found.advice).toMatch(/^correct metadata\.annotations\[.*hostname"\] of service\/default\/a in prod/);
  });

  test('an object with a malformed annotation has the hosts that were read well', async () => {
    const blog = ingress('blog', ['blog.example.com'], ['203.0.113.1']);
    const annotations = { 'external-dns.alpha.kubernetes.io/hostname': 'https://www.example.com/' };
    objects({ ...blog, metadata: { ...blog.metadata, annotations } });
    await world.run();
    const found = await whyNot(world, 'ingress/default/blog');
    expect(found.names.map(({ name, outcome }) => [name, outcome])).toEqual([['blog.example.com', 'published']]);
    expect(found.summary).toBe('prod: ingress/default/blog asks for 1 hostname, and has it');
    expect(found).toMatchObject({ published: false, reasons: [{ reason: 'invalid' }] });
    expect(found.advice).toMatch(/^correct metadata\.annotations/);
    expect((await explain(world, 'blog.example.com')).verdict).toBe('published');
  });

  test('an object whose annotation is misspelt asks for nothing, and is told which', async () => {
    const typo = service('a', {}, [NLB]);
    const annotations = { 'external-dns.alpha.kubernetes.io/hostnam': 'a.example.com' };
    objects({ ...typo, metadata: { ...typo.metadata, annotations } });
    await world.run();
    const found = await whyNot(world, 'service/default/a');
    expect(found.summary).toBe('prod: service/default/a asks for no hostname');
    expect(found.advice).toMatch(
      /^if it is to have a hostname: correct metadata\.annotations\[.*hostnam"\] of service/,
    );
    expect((await explain(world, 'entirely-else.example.com')).advice).toMatch(
      /fairlead why-not KIND\/NAMESPACE\/NAME/,
    );
  });

  test('an object that nobody knows: the nearest that is known', async () => {
    objects(service('storefront', { hostname: 'a.example.com' }, [NLB]));
    await world.run();
    const found = await whyNot(world, 'service/default/storefrnt');
    expect(found).toMatchObject({ known: false, published: false, nearest: 'service/default/storefront' });
    expect((await whyNot(world, 'ingress/default/none')).advice).toMatch(/among sources/);
  });

  test('an object of a cluster that could not be read is not told to be missing', async () => {
    objects(service('a', { hostname: 'a.example.com' }, [NLB]));
    await world.run();
    world.clusters.prod!.failing = 'connection refused';
    const found = await whyNot(world, 'service/default/a', { fresh: true });
    expect(found).toMatchObject({
      known: false,
      summary: 'nothing is known of prod: service/default/a: service objects of prod could not be read',
      advice: 'see why prod could not be read: fairlead doctor says what mends it',
      holds: ['a.example.com'],
    });
    expect(found.source.gaps).toContainEqual(expect.stringContaining('connection refused'));
    expect((await explain(world, 'a.example.com', { fresh: true })).advice).toMatch(
      /fairlead doctor says what mends it/,
    );
  });

  test('all in step', async () => {
    objects(service('a', { hostname: 'a.example.com' }, [NLB]));
    await world.run();
    expect(await whyNot(world, 'service/default/a')).toMatchObject({
      published: true,
      advice: 'nothing is to be done',
    });
  });
});

test('a copy of an earlier release says that it knows too little', async () => {
  objects(service('a', { hostname: 'a.example.com' }, [NLB]));
  await world.run();
  const { encode } = await import('../../lib/state/index.ts');
  const old = {
    cluster: 'prod',
    owner: 'arena',
    kinds: { service: { complete: true, objects: 1 } },
    origin: 'read',
    endpoints: [
      {
        name: 'a.example.com',
        type: 'CNAME',
        targets: [],
        alias: 'auto',
        object: { cluster: 'prod', kind: 'service', namespace: 'default', name: 'a' },
      },
    ],
    holds: [],
    findings: [],
  };
  const stored = await world.state.get('cluster/prod');
  const version = stored && stored !== 'unchanged' ? stored.version : undefined;
  await world.state.put('cluster/prod', encode('snapshot', { snapshot: old, readAt: 0, unpublished: 0 }), version);
  const found = await explain(
    {
      ...world,
      config: configOf('owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}'),
    },
    'a.example.com',
  );
  expect(found.source.gaps).toContainEqual(expect.stringMatching(/earlier release's: run sync once/));
});

test.each([
  ['is routed by CIDR', { cidrRoutingConfig: { collectionId: 'c', locationName: 'office' } }],
  ['is made by a traffic policy', { trafficPolicyInstanceId: 't' }],
])('what stands %s: it is to be removed by hand, and cannot be adopted', async (what, made) => {
  const { ttl: _t, values: _v, ...bare } = foreign('a.example.com');
  const set = 'trafficPolicyInstanceId' in made ? bare : { ...foreign('a.example.com'), setIdentifier: 's' };
  world = withRecords({ ...set, ...made });
  await world.run();
  const unasked = await explain(world, 'a.example.com');
  expect(unasked).toMatchObject({ verdict: 'foreign', advice: expect.stringContaining('remove the record') });
  expect(unasked.summary).toContain(what);
  objects(service('a', { hostname: 'a.example.com' }, [NLB]));
  await world.run();
  const { advice, asking } = await explain(world, 'a.example.com');
  expect(advice).toContain('remove the record');
  expect(asking[0]?.reasons[0]?.message).toContain(what);
});

test('of objects that share a name by set identifiers it is told which each asks for, and how it is routed', async () => {
  const routed = (id: string, weight: string, target: string) =>
    service(id, { hostname: 'a.example.com', 'set-identifier': id, 'aws-weight': weight }, [target]);
  objects(routed('blue', '1', '203.0.113.1'), routed('green', '2', '203.0.113.2'));
  await world.run();
  const { asking } = await explain(world, 'a.example.com');
  expect(asking.flatMap(({ wants }) => wants)).toEqual([
    { type: 'A', targets: ['203.0.113.1'], setIdentifier: 'blue', routing: { weight: 1 } },
    { type: 'A', targets: ['203.0.113.2'], setIdentifier: 'green', routing: { weight: 2 } },
  ]);
});
