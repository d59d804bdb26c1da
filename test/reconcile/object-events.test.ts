import { describe, expect, it } from 'vitest';
import type { EventWriter } from '../../lib/cluster/index.ts';
import type {
  Finding,
  FreshFinding,
  NameChange,
  ObjectEvent,
  ObjectRef,
  OwnerId,
  RecordSet,
} from '../../lib/model/index.ts';
import { type Ask, type Ports, releaseUndone, undo } from '../../lib/reconcile/index.ts';
import { objectEvents, writeObjectEvents } from '../../lib/reconcile/object-events.ts';
import { EXAMPLE_ZONE, type Harness, harness } from '../support/harness.ts';
import { runOf } from '../support/look.ts';
import { ALB, service } from '../support/objects.ts';

const object = (name: string, namespace = 'shop', cluster = 'prod'): ObjectRef => ({
  ...{ cluster, kind: 'service', namespace, name },
});
const fresh = (reason: Finding['reason'], message: string, of?: ObjectRef): FreshFinding => ({
  finding: { reason, message, ...(of && { object: of }) },
  ...{ since: '2026-01-01T00:00:00.000Z', again: false },
});
const record = (name: string, value: string, type = 'A'): RecordSet => ({
  name,
  type: type as 'A',
  ttl: 300,
  values: [value],
});
const applied = (name: string, more: Partial<NameChange>) => ({
  change: {
    name,
    action: 'create',
    deletes: [],
    creates: [],
    owner: 'o',
    objects: [object('web')],
    ...more,
  } as NameChange,
  line: {} as never,
});
const brief = (events: readonly ObjectEvent[]) =>
  events.map(({ object: { namespace, name }, reason, note }) => `${namespace}/${name} ${reason}: ${note}`);

describe('what is told on an object', () => {
  it('is what was published of it, together', () => {
    const www = applied('www.example.com', {
      creates: [
        record('www.example.com', '192.0.2.1'),
        record('www.example.com', '::1', 'AAAA'),
        record('a-www.example.com', '"x"', 'TXT'),
      ],
    });
    const api = applied('api.example.com', {
      creates: [record('api.example.com', '192.0.2.1')],
      objects: [object('web'), object('b')],
    });
    expect(brief(objectEvents([www, api], []))).toEqual([
      'shop/web Published: in Route 53: www.example.com (A, AAAA), api.example.com (A)',
      'shop/b Published: in Route 53: api.example.com (A)',
    ]);
  });

  it('is nothing where its ownership record alone was written anew, or a record went', () => {
    const same = record('www.example.com', '192.0.2.1');
    const owned = applied('www.example.com', {
      action: 'update',
      deletes: [same, record('a-www.example.com', '"old"', 'TXT')],
      creates: [same, record('a-www.example.com', '"new"', 'TXT')],
    });
    const gone = applied('x.example.com', { action: 'delete', deletes: [same], objects: [] });
    expect(objectEvents([owned, gone], [])).toEqual([]);
  });

  it('is what it had, where that is gone or another object’s, each with why', () => {
    const gone = (name: string) =>
      applied(name, {
        action: 'delete',
        deletes: [record(name, '192.0.2.1'), record(name, '::1', 'AAAA'), record(`a-${name}`, '"x"', 'TXT')],
        objects: [],
        former: object('web'),
      });
    const lost = applied('c.example.com', {
      action: 'update',
      deletes: [record('c.example.com', '192.0.2.1')],
      creates: [record('c.example.com', '192.0.2.9')],
      objects: [object('b')],
      former: object('web'),
    });
    const nobodys = { ...gone('d.example.com'), change: { ...gone('d.example.com').change, former: undefined } };
    expect(brief(objectEvents([gone('a.example.com'), gone('b.example.com'), lost, nobodys as never], []))).toEqual([
      'shop/b Published: in Route 53: c.example.com (A)',
      'shop/web Removed: record removed: a.example.com (A, AAAA), b.example.com (A, AAAA), because it asks for it no longer, or is left out now; c.example.com (A), because prod: service/shop/b has it now',
    ]);
  });

  it.each<[string, Partial<NameChange>, string[]]>([
    [
      'that stays its own with another value',
      { deletes: [record('x.example.com', '192.0.2.1')], creates: [record('x.example.com', '192.0.2.2')] },
      ['shop/web Published: in Route 53: x.example.com (A)'],
    ],
    [
      'of which one type goes',
      {
        deletes: [record('x.example.com', '::1', 'AAAA'), record('aaaa-x.example.com', '"x"', 'TXT')],
        objects: [object('web'), object('b')],
      },
      ['web', 'b'].map(
        one =>
          `shop/${one} Removed: record removed: x.example.com (AAAA), because no object asks for that type of it any longer`,
      ),
    ],
    [
      'of which one type takes the place of another',
      {
        deletes: [record('x.example.com', '192.0.2.1')],
        creates: [record('x.example.com', 'lb.example.net', 'CNAME')],
      },
      [
        'shop/web Published: in Route 53: x.example.com (CNAME)',
        'shop/web Removed: record removed: x.example.com (A), because no object asks for that type of it any longer',
      ],
    ],
    [
      'that has another set identifier',
      {
        deletes: [{ ...record('x.example.com', '192.0.2.1'), setIdentifier: 'a' }],
        creates: [{ ...record('x.example.com', '192.0.2.1'), setIdentifier: 'b' }],
      },
      ['shop/web Published: in Route 53: x.example.com (A)'],
    ],
    [
      'of which another object has one type, and nobody the other',
      {
        deletes: [record('x.example.com', '192.0.2.1'), record('x.example.com', '::1', 'AAAA')],
        creates: [record('x.example.com', '192.0.2.2')],
        objects: [object('b')],
        former: object('web'),
      },
      [
        'shop/b Published: in Route 53: x.example.com (A)',
        'shop/web Removed: record removed: x.example.com (A, AAAA), because prod: service/shop/b has it now',
      ],
    ],
  ])('is, of a name %s', (_, more, expected) => {
    expect(brief(objectEvents([applied('x.example.com', { action: 'update', ...more })], []))).toEqual(expected);
  });

  it('is what is refused and why, and what it waits for, apart', () => {
    const findings = [
      fresh('no-target', 'its load balancer is not there yet', object('web')),
      fresh('refused', 'no', object('web')),
      fresh('invalid', 'a..b is no name', object('web')),
      fresh('conflict', 'of nobody in particular'),
    ];
    expect(brief(objectEvents([], findings))).toEqual([
      'shop/web NotPublished: no; a..b is no name',
      'shop/web Held: its load balancer is not there yet',
    ]);
  });

  it('names three findings, and how many there are', () => {
    const findings = Array.from({ length: 9 }, (_, i) => fresh('invalid', `fault ${i}`, object('web')));
    expect(brief(objectEvents([], findings))).toEqual([
      'shop/web NotPublished: fault 0; fault 1; fault 2 (and 6 more)',
    ]);
  });

  it('does not name the role and the account', () => {
    const message =
      'User: arn:aws:sts::111122223333:assumed-role/fairlead/x is not authorized on arn:aws:route53:::hostedzone/Z1';
    expect(brief(objectEvents([], [fresh('refused', message, object('web'))]))).toEqual([
      'shop/web NotPublished: User: arn:… is not authorized on arn:…',
    ]);
  });

  it('is told on so many objects; none is hidden by the many of another namespace', () => {
    const noisy = Array.from({ length: 80 }, (_, i) => fresh('invalid', 'no', object(`n${i}`, 'noisy')));
    const quiet = [fresh('invalid', 'no', object('q', 'quiet')), fresh('invalid', 'no', object('q', 'noisy', 'lab'))];
    const events = objectEvents([], [...noisy, ...quiet]);
    expect(new Set(events.map(({ object: one }) => JSON.stringify(one))).size).toBe(50);
    expect(events.filter(({ object: one }) => one.name === 'q')).toHaveLength(2);
  });
});

describe('a run', () => {
  const world = () => harness({ clusters: { prod: { objects: [] } } });
  /** Runs, and what was written on the objects. */
  async function written(
    of: Harness,
    ended = { written: 1, left: 0 } as Awaited<ReturnType<EventWriter>>,
    request = {},
  ) {
    const events: string[] = [];
    const writeEvents: EventWriter = async ({ name }, all) => {
      events.push(...all.map(one => `${name} ${one.object.name} ${one.reason}`));
      return ended;
    };
    const result = await of.run(request, { writeEvents });
    return { events, result };
  }
  const bad = service('bad', { hostname: 'a..example.com' }, ['192.0.2.2']);

  it('writes what is new, and nothing where nothing is', async () => {
    const prod = world();
    prod.clusters.prod!.objects = [service('web', { hostname: 'www.example.com' }, [ALB]), bad];
    expect((await written(prod, undefined, { mode: 'plan' })).events).toEqual([]);
    expect((await written(prod)).events).toEqual(['prod bad NotPublished', 'prod web Published']);
    expect((await written(prod)).events).toEqual([]);
    prod.clusters.prod!.objects = [service('web', { hostname: 'www.example.com' }, ['192.0.2.1']), bad];
    expect((await written(prod)).events).toEqual(['prod web Published', 'prod web Removed']);
  });

  it('writes what an object has no longer, and what is held of it', async () => {
    const prod = world();
    const web = (...names: string[]) => service('web', { hostname: names.join() }, ['192.0.2.1']);
    prod.clusters.prod!.objects = [web('a.example.com', 'b.example.com')];
    expect((await written(prod)).events).toEqual(['prod web Published']);
    prod.clusters.prod!.objects = [web('a.example.com')];
    expect((await written(prod)).events).toEqual(['prod web Removed']);
    const taker = service('taker', { hostname: 'a.example.com' }, ['192.0.2.2'], 'shop');
    prod.clusters.prod!.objects = [web('c.example.com'), taker];
    expect((await written(prod)).events).toEqual(['prod taker Published', 'prod web Published', 'prod web Removed']);
    expect((await written(prod)).events).toEqual([]);
  });

  it('writes that an object has a type of a name no longer', async () => {
    const prod = world();
    const web = (...addresses: string[]) => service('web', { hostname: 'a.example.com' }, addresses);
    prod.clusters.prod!.objects = [web('192.0.2.1', '2001:db8::1')];
    expect((await written(prod)).events).toEqual(['prod web Published']);
    prod.clusters.prod!.objects = [web('192.0.2.1')];
    expect((await written(prod)).events).toEqual(['prod web Removed']);
    expect((await written(prod)).events).toEqual([]);
  });

  it('writes what the guard holds of those that have it', async () => {
    const prod = harness({
      config: 'clusters: [{name: prod, region: us-east-1}]\nguard: {maxDeletes: {count: 1, percent: 0}}',
      clusters: {
        prod: { objects: ['a', 'b'].map(one => service(one, { hostname: `${one}.example.com` }, ['192.0.2.1'])) },
      },
    });
    await prod.run();
    prod.clusters.prod!.objects = [];
    expect((await written(prod)).events).toEqual(['prod a Held', 'prod b Held']);
    expect((await written(prod)).events).toEqual([]);
  });

  it('says where they could not be written, once, and counts it as nothing that is not published', async () => {
    const prod = world();
    prod.clusters.prod!.objects = [service('web', { hostname: 'www.example.com' }, [ALB])];
    const { result } = await written(prod, { written: 0, left: 1, fault: 'cluster prod: 403' });
    expect(result.findings).toEqual([
      {
        reason: 'warning',
        cluster: 'prod',
        message: expect.stringMatching(/^prod: 1 Kubernetes Events were not written .*403; .*npm run cluster-role/),
      },
    ]);
    expect([result.inStep, result.counts.created, result.reasons]).toEqual([true, 2, { warning: 1 }]);
    expect((await written(prod)).result.findings).toEqual([]);
  });

  it('without time left writes none', async () => {
    const { config, clock } = world();
    const writeEvents: EventWriter = () => Promise.reject(new Error('called'));
    const ports = { clock, writeEvents } as unknown as Ports;
    const all = objectEvents([], [fresh('invalid', 'no', object('web'))]);
    expect(await writeObjectEvents(all, { config, ports }, clock.now())).toEqual([]);
    await expect(writeObjectEvents(all, { config, ports }, clock.now() + 1)).rejects.toThrow('called');
  });
});

describe('what a person has done', () => {
  const web = service('web', { hostname: 'www.example.com,api.example.com' }, ['192.0.2.1'], 'shop');
  const record = (owner: string, name = 'www.example.com') => [
    { name: `${name}.`, type: 'A', ttl: 300, values: ['192.0.2.1'] },
    ...(owner === ''
      ? []
      : [
          {
            name: `a-${name}.`,
            type: 'TXT',
            ttl: 300,
            values: [`"heritage=external-dns,external-dns/owner=${owner},external-dns/resource=service/shop/web"`],
          },
        ]),
  ];
  const world = (...records: ReturnType<typeof record>) =>
    harness({
      config: 'owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}',
      zones: [{ ...EXAMPLE_ZONE, records }],
      clusters: { prod: { objects: [web] } },
    });
  const collected = (ended: Awaited<ReturnType<EventWriter>> = { written: 1, left: 0 }) => {
    const told: string[] = [];
    const writeEvents: EventWriter = async (_, all) => {
      told.push(...brief(all));
      return ended;
    };
    return { told, writeEvents };
  };
  const both = () => [...record('', 'api.example.com'), ...record('')];
  const owned = (owner: string) => [...record(owner, 'api.example.com'), ...record(owner)];
  const names = ['api.example.com', 'www.example.com'];

  it.each<[string, ReturnType<typeof record>, Ask, string[]]>([
    [
      'adopted',
      both(),
      { kind: 'adopt', names, overwrite: false },
      [
        'shop/web Published: a person gave it what stands in Route 53, as it is: api.example.com (A), www.example.com (A)',
      ],
    ],
    [
      'transferred',
      record('other'),
      { kind: 'transfer', from: 'other' as OwnerId, names: [], unasked: false, watchMs: 0 },
      ['shop/web Published: a person gave it what stands in Route 53, as it is: www.example.com (A)'],
    ],
    [
      'released',
      owned('arena'),
      { kind: 'release', names },
      [
        'shop/web Released: a person released it, so that it is nobody’s, and stays in Route 53 as it is: api.example.com (A), www.example.com (A)',
      ],
    ],
    [
      'renamed',
      record('arena').map(one => ({ ...one, name: one.name.replace('a-', 'old-a-') })),
      { kind: 'rename', former: { prefix: 'old-' } },
      [],
    ],
  ])('is told on the object, where something was %s', async (_, records, ask, expected) => {
    const self = world(...records);
    const { told, writeEvents } = collected();
    expect((await self.move(ask, async () => false, undefined, { writeEvents })).done).toEqual([]);
    expect(told).toEqual([]);
    const { done, refused } = await self.move(ask, undefined, undefined, { writeEvents });
    expect([done.length > 0, refused]).toEqual([true, []]);
    expect(told).toEqual(expected);
    expect((await self.move(ask, undefined, undefined, { writeEvents })).done).toEqual([]);
    expect(told).toEqual(expected);
  });

  it('is told on those that asked for what is undone, and the one that had it, once a run', async () => {
    const self = world();
    const taker = service('taker', { hostname: 'www.example.com' }, ['192.0.2.9'], 'shop');
    await self.run({}, { holder: 'run-1' });
    self.clock.advance(60_000);
    self.clusters.prod!.objects = [service('web', { hostname: 'api.example.com' }, ['192.0.2.1'], 'shop'), taker];
    await self.run({}, { holder: 'run-2' });
    const { told, writeEvents } = collected();
    const person = runOf(self);
    const run = { ...person, ports: { ...person.ports, writeEvents } };
    await undo({ what: ['run-2'] }, 0, run, async () => true);
    const note =
      'a person undid what the run run-2 did, and it stays as it was before until that is released (fairlead undo --release run-2): www.example.com (A)';
    expect(told).toEqual([`shop/taker Held: ${note}`, `shop/web Held: ${note}`]);

    told.length = 0;
    const result = await releaseUndone({ what: ['www.example.com'] }, run, async () => false);
    expect([result.released, told]).toEqual([[], []]);
    expect(await releaseUndone({ what: ['run-2'] }, run, async () => true)).toMatchObject({ warnings: [] });
    const after =
      'a person let go of what an undoing held, and the next run makes of it what is asked for: www.example.com (A)';
    expect(told).toEqual([`shop/taker Released: ${after}`, `shop/web Released: ${after}`]);
  });

  it('is done all the same where it cannot be told, and that is said', async () => {
    const self = world(...owned('arena'));
    const { writeEvents } = collected({ written: 0, left: 1, fault: 'cluster prod: 403' });
    const { done, refused } = await self.move({ kind: 'release', names }, undefined, undefined, { writeEvents });
    expect(done.map(({ name }) => name)).toEqual(names);
    expect(refused).toEqual([
      {
        reason: 'warning',
        cluster: 'prod',
        message: expect.stringMatching(/1 Kubernetes Events were not written.*403/),
      },
    ]);
  });
});
