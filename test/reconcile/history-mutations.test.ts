import { describe, expect, test } from 'vitest';
import { KNOWS_MAX_UPDATES, type Settings, ZONES } from './history/settings.ts';
import { settle } from './history/settled.ts';
import type { RunStep, Step } from './history/steps.ts';
import { type Tamper, World } from './history/world.ts';

const apply = (object: string, names: number | number[], target = 0): Step => {
  const [cluster, number] = object.split('/') as [string, string];
  return {
    do: 'apply',
    cluster,
    object: Number(number),
    names: [names].flat(),
    target,
    ttl: 0,
    alias: '',
    bad: '',
  };
};
const gone = (object: string): Step => {
  const [cluster, number] = object.split('/') as [string, string];
  return { do: 'delete', cluster, object: Number(number) };
};
const config = (set: Partial<Settings>): Step => ({ do: 'config', set });
const run = (more: Partial<RunStep> = {}): Step => ({ do: 'run', ...more });
const stranger = (act: Extract<Step, { do: 'stranger' }>['act'], name: number): Step => ({ do: 'stranger', act, name });

const A = 'a.example.com.';
const B = 'b.example.com.';
const X = 'x.team.example.com.';
const address = (name: string, ...values: string[]) => ({ name, type: 'A', ttl: 300, values });
const text = (name: string, owner: string, resource = 'service/default/o0') => ({
  name,
  type: 'TXT',
  ttl: 300,
  values: [`"heritage=external-dns,external-dns/owner=${owner},external-dns/resource=${resource}"`],
});

/** Does to the zone what the code under test must not do. */
const edit =
  (put: readonly object[], remove: readonly object[] = []): ((world: World) => void) =>
  world =>
    world.harness.store.edit(ZONES.root.id, { put: put as never, remove: remove as never });
const at = (name: string, type = 'A') => ({ name, type });
/** A record and its ownership record, as they stand. */
const both = (name: string) => [at(name), at(`a-${name}`, 'TXT')];
const take = (name: string) => edit([], both(name));

interface Mutation {
  readonly what: string;
  readonly steps: readonly Step[];
  /** Played before the mutation begins; by default all but the last. */
  readonly tamper: Tamper;
  readonly found: string;
  readonly when?: boolean;
}

const two = [apply('c1/0', 0), apply('c2/1', 1), run()];
const MUTATIONS: readonly Mutation[] = [
  {
    what: 'a stranger’s record is removed',
    steps: [stranger('occupy', 1), apply('c1/0', 0), run()],
    tamper: { batch: edit([], [at(B)]) },
    found: 'foreignUnchanged: b.example.com A, which is not ours, was',
  },
  {
    what: 'a stranger’s record is made ours',
    steps: [stranger('occupy', 1), apply('c1/0', 0), run()],
    tamper: { batch: edit([text(`a-${B}`, 'o1')]) },
    found: 'foreignUnchanged: b.example.com A, which is not ours, was made ours',
  },
  {
    what: 'a stranger’s TXT is removed',
    steps: [stranger('text', 1), apply('c1/0', 0), run()],
    tamper: { batch: edit([], [at(B, 'TXT')]) },
    found: 'foreignUnchanged: b.example.com TXT, which is not ours, was',
  },
  {
    what: 'a record is taken for the sake of a claim that somebody forged',
    steps: [stranger('occupy', 1), run(), stranger('forge', 1), apply('c1/0', 0), run()],
    tamper: { batch: take(B) },
    found: 'forgedUnchanged: b.example.com A of somebody else was changed',
  },
  {
    what: 'a record of an owner that is not configured (any more) is removed',
    steps: [...two, config({ clusters: ['c2'] }), apply('c2/1', 1, 1), run()],
    tamper: { batch: take(A) },
    found: "unownedUnchanged: a-a.example.com TXT lost somebody's value",
  },
  {
    what: 'a name outside the domain filter is written',
    steps: [config({ excludeDomains: ['team.example.com'] }), apply('c1/0', 0), run()],
    tamper: { batch: edit([address(X, '10.1.0.1'), text(`a-${X}`, 'o1')]) },
    found: 'withinScope: x.team.example.com A lies outside the domain filter',
  },
  {
    what: 'a type that is not managed is written',
    steps: [config({ types: ['A'] }), apply('c1/0', 0), run()],
    tamper: { batch: edit([{ name: A, type: 'AAAA', ttl: 300, values: ['2001:db8::1'] }, text(`aaaa-${A}`, 'o1')]) },
    found: 'withinScope: a.example.com AAAA is of a type that is not managed',
  },
  {
    what: 'a drift run touches another name',
    steps: [...two, stranger('edit', 0), run({ reread: [0] })],
    tamper: { batch: take(B) },
    found: 'withinScope: b.example.com A is none of the names that were to be read again',
  },
  {
    what: 'a record is written without its ownership record',
    steps: [apply('c1/0', 0), run()],
    tamper: { batch: edit([], [at(`a-${A}`, 'TXT')]) },
    found: 'noRecordOrphan: a.example.com A was written without an ownership record',
  },
  {
    what: 'a record loses its ownership record',
    steps: [...two, apply('c2/1', 1, 1), run()],
    tamper: { batch: edit([], [at(`a-${A}`, 'TXT')]) },
    found: 'noRecordOrphan: a.example.com A lost its ownership record a-a.example.com',
  },
  {
    what: 'a record is removed, its ownership record is not',
    steps: [...two, gone('c1/0'), apply('c2/1', 1, 1), run()],
    tamper: {
      batch: world => {
        take(A)(world);
        edit([text(`a-${A}`, 'o1')])(world);
      },
    },
    found: 'noOwnershipOrphan: a.example.com A is gone, but a-a.example.com is not',
  },
  {
    what: 'an ownership record is written for nothing',
    steps: [apply('c1/0', 0), run()],
    tamper: { batch: edit([text(`a-${B}`, 'o1')]) },
    found: 'noOwnershipOrphan: a-b.example.com TXT was written for no record set',
  },
  {
    what: 'two records share an ownership record',
    steps: [config({ wildcardReplacement: 'any' }), apply('c1/0', 5), run(), apply('c1/0', 5, 1), run()],
    tamper: { batch: edit([address('\\052.w.example.com.', '10.1.0.1')]) },
    found: 'noOwnershipOrphan: *.w.example.com A and any.w.example.com A share a-any.w.example.com',
  },
  {
    what: 'a record is changed under create-only',
    steps: [...two, config({ policy: 'create-only' }), apply('c2/2', 6), run()],
    tamper: { batch: edit([address(A, '10.1.0.9')]) },
    found: 'policy: a.example.com A was changed',
  },
  {
    what: 'a name is removed under upsert-only',
    steps: [...two, config({ policy: 'upsert-only' }), gone('c1/0'), apply('c2/2', 6), run()],
    tamper: { batch: take(A) },
    found: 'policy: a.example.com was removed',
  },
  {
    what: 'a record of a cluster that could not be read is changed',
    steps: [...two, apply('c2/1', 1, 1), run({ unread: { cluster: 'c1', kind: 'all' } })],
    tamper: { batch: edit([address(A, '10.1.0.9')]) },
    found: 'freeze: a.example.com A of {"owner":"o1","resource":"service/default/o0"} was changed',
  },
  {
    what: 'a record of a kind that could not be read is removed, by force',
    steps: [
      ...two,
      gone('c1/0'),
      apply('c2/1', 1, 1),
      run({ unread: { cluster: 'c1', kind: 'service' }, force: true }),
    ],
    tamper: { batch: take(A) },
    found: 'freeze: a-a.example.com TXT of {"owner":"o1","resource":"service/default/o0"} was removed',
  },
  {
    what: 'a record of a cluster that the run is not for is removed',
    steps: [...two, gone('c1/0'), apply('c2/1', 1, 1), run({ clusters: ['c2', 'c3'] })],
    tamper: { batch: take(A) },
    found: 'freeze: a-a.example.com TXT of {"owner":"o1","resource":"service/default/o0"} was removed',
  },
  {
    what: 'a record of a source that was switched off is removed',
    steps: [...two, config({ sources: ['ingress'] }), apply('c2/3', 6), run()],
    tamper: { batch: take(A) },
    found:
      'freeze: a-a.example.com TXT of {"owner":"o1","resource":"service/default/o0"} was removed, but service is no source',
  },
  {
    what: 'a record of a cluster that was taken out of the config is removed, though another has its owner id',
    steps: [config({ owners: 'shared' }), ...two, config({ clusters: ['c2'] }), apply('c2/1', 1, 1), run()],
    tamper: { batch: take(A) },
    found: 'freeze: a-a.example.com TXT of {"owner":"o1","resource":"service/default/o0","cluster":"c1"} was removed',
  },
  {
    what: 'a name is given to another while its object waits for its load balancer',
    steps: [...two, apply('c1/0', 0, 4), apply('c2/0', 0), apply('c2/1', 1, 1), run()],
    tamper: { batch: edit([address(A, '10.2.0.1'), text(`a-${A}`, 'o2')]) },
    found: 'notGiven: a.example.com was given from {"owner":"o1"',
  },
  {
    what: 'an address is published that nobody asks for',
    steps: [apply('c1/0', 0), run()],
    tamper: { batch: edit([address(A, '10.1.0.9')]) },
    found: 'onlyWanted: ["a.example.com","A",300,["10.1.0.9"],null] was written for',
  },
  {
    what: 'one of several addresses is left out',
    steps: [apply('c1/0', 0, 10), run()],
    tamper: { batch: edit([address(A, '10.1.0.3')]) },
    found: 'onlyWanted: ["a.example.com","A",300,["10.1.0.3"],null] was written for',
  },
  {
    what: 'an alias goes to another target',
    steps: [apply('c1/0', 0, 3), run()],
    tamper: { batch: edit([{ name: A, type: 'CNAME', ttl: 300, values: ['lb2.example.net'] }]) },
    found: 'onlyWanted: ["a.example.com","CNAME",300,["lb2.example.net"],null] was written for',
  },
  {
    what: 'a TTL is another than the one asked for',
    steps: [apply('c1/0', 0), run()],
    tamper: { batch: edit([{ ...address(A, '10.1.0.1'), ttl: 60 }]) },
    found: 'onlyWanted: ["a.example.com","A",60,["10.1.0.1"],null] was written for',
  },
  {
    what: 'a name is given to another object in a zone that is new below',
    steps: [
      ...[apply('c1/0', 6), apply('c2/1', 6), run(), { do: 'zone', act: 'child' } as const],
      ...[{ do: 'wait', minutes: 20 } as const, run()],
    ],
    tamper: {
      batch: (world, zone) => {
        if (zone !== ZONES.child.id) return;
        const put = [address(X, '10.2.1.1'), text(`a-${X}`, 'o2', 'service/shop/o1')];
        world.harness.store.edit(ZONES.child.id, { put });
      },
    },
    found: 'notGivenBelow: x.team.example.com is {"owner":"o1"',
  },
  {
    what: 'a name that is asked for is removed',
    steps: [...two, apply('c2/1', 1, 1), run()],
    tamper: { batch: take(A) },
    found: 'neverOut: a.example.com was removed, but {"owner":"o1"',
  },
  {
    what: 'a name is removed that another object waits for',
    steps: [...two, apply('c2/0', 0), run(), gone('c1/0'), apply('c2/1', 1, 1), run()],
    tamper: { batch: world => !world.wishes('c1').length && take(A)(world) },
    found: 'neverOut: a.example.com was removed, but c2: service/default/o0 asks for it',
  },
  {
    what: 'an IPv6 address stands without the IPv4 address beside it',
    steps: [apply('c1/0', 0, 1), run()],
    tamper: { batch: take(A) },
    found: 'neverOut: a.example.com AAAA stands without the A',
  },
  {
    what: 'more is removed at once than the guard allows',
    steps: [
      config({ maxDeletes: { count: 1, percent: 0 } }),
      ...[apply('c1/0', 0), apply('c1/1', 1), apply('c1/2', 6), apply('c2/0', 5), run()],
      ...[gone('c1/0'), gone('c1/1'), gone('c1/2'), apply('c2/0', 5, 1), run()],
    ],
    tamper: { batch: world => !world.wishes('c1').length && edit([], [A, B, X].flatMap(both))(world) },
    found: 'guardRemovals: 3 of 3 names of o1, * were removed in ZROOT, and 1 are allowed',
  },
  {
    what: 'more is changed at once than the guard allows',
    when: KNOWS_MAX_UPDATES,
    steps: [
      config({ maxUpdates: { count: 1, percent: 0 } }),
      ...[apply('c1/0', 0), apply('c1/1', 1), apply('c1/2', 6), apply('c2/0', 5), run()],
      ...[apply('c1/0', 0, 7), apply('c1/1', 1, 7), apply('c1/2', 6, 7), apply('c2/0', 5, 1), run()],
    ],
    tamper: {
      batch: world =>
        world.wishes('c1').every(({ targets }) => targets?.A[0] === '203.0.113.7') &&
        edit([A, B, X].map(name => address(name, '203.0.113.7')))(world),
    },
    found: 'guardUpdates: 3 of 3 names of o1, * were changed in ZROOT, and 1 are allowed',
  },
  {
    what: 'more is handed to another cluster at once than the guard allows',
    when: KNOWS_MAX_UPDATES,
    steps: [
      config({ maxUpdates: { count: 1, percent: 0 } }),
      ...[apply('c1/0', 0), apply('c1/1', 1), apply('c1/2', 6), run()],
      ...[apply('c2/0', 0), apply('c2/1', 1), apply('c2/2', 6), apply('c3/0', 5)],
      ...[gone('c1/0'), gone('c1/1'), gone('c1/2'), run()],
    ],
    tamper: {
      batch: edit([
        ...[address(A, '10.2.0.1'), text(`a-${A}`, 'o2', 'service/default/o0')],
        ...[address(B, '10.2.1.1'), text(`a-${B}`, 'o2', 'service/shop/o1')],
        ...[address(X, '10.2.2.1'), text(`a-${X}`, 'o2', 'service/default/o2')],
      ]),
    },
    found: 'guardUpdates: 3 of 3 names of o1, * were changed in ZROOT, and 1 are allowed',
  },
  {
    what: 'something is changed in a zone that the config freezes',
    steps: [...two, apply('c1/0', 0, 7), run()],
    // As if the config had said so before the run.
    tamper: { batch: world => void Object.assign(world.settings, { freeze: ZONES.root.id }) },
    found: 'withinScope: zone ZROOT is frozen by the config',
  },
  {
    what: 'what claims refuse now is removed',
    steps: [...two, config({ claims: 'first' }), apply('c1/0', 0, 7), run()],
    tamper: { batch: take(B) },
    found: 'neverOut: b.example.com was removed, but',
  },
  {
    what: 'what claims refuse is written',
    steps: [...two, config({ claims: 'first' }), apply('c1/0', 0, 7), apply('c2/1', 1, 7), run()],
    tamper: { batch: edit([address(B, '203.0.113.7')]) },
    found: 'onlyWanted: ["b.example.com","A",300,["203.0.113.7"],null] was written for',
  },
  {
    what: 'a record is changed beside which somebody laid a claim',
    steps: [...two, stranger('claim', 0), apply('c1/0', 0, 7), apply('c2/1', 1, 1), run({ force: true })],
    tamper: { batch: world => world.memory.claimed.size > 0 && edit([address(A, '203.0.113.7')])(world) },
    found: 'contestedLeft: a.example.com was changed',
  },
  {
    what: 'a run leaves out a name of a cluster that it read',
    steps: [...two, run({ force: true })],
    tamper: { run: take(A) },
    found: 'notServed: a.example.com in ZROOT is [], but is asked for as',
  },
  {
    what: 'a run leaves out a change because another cluster could not be read',
    steps: [...two, apply('c1/0', 0, 7), run({ force: true, unread: { cluster: 'c2', kind: 'all' } })],
    tamper: { run: edit([address(A, '10.1.0.1')]) },
    found: 'notServed: a.example.com in ZROOT is ["[\\"a.example.com\\",\\"A\\",300,[\\"10.1.0.1\\"],null]"], but',
  },
  {
    what: 'a forced run for a cluster that was taken out leaves its records',
    steps: [config({ owners: 'shared' }), ...two, config({ clusters: ['c2'] }), run({ gone: 'c1' })],
    tamper: {
      run: world => {
        const txt = text(`a-${A}`, 'o1');
        const values = txt.values.map(value => value.replace('owner', 'cluster=c1,external-dns/owner'));
        edit([address(A, '10.1.0.1'), { ...txt, values }])(world);
      },
    },
    found: 'notTaken: a.example.com in ZROOT is',
  },
  {
    what: 'at rest, a name is missing',
    steps: two,
    tamper: { settled: take(A) },
    found: 'settled: a.example.com in ZROOT is [], but is asked for as',
  },
  {
    what: 'at rest, a name has another address',
    steps: two,
    tamper: { settled: edit([address(A, '10.1.0.9')]) },
    found: 'settled: a.example.com in ZROOT is ["[\\"a.example.com\\",\\"A\\",300,[\\"10.1.0.9\\"],null]"], but',
  },
  {
    what: 'at rest, one of two types is missing',
    steps: [apply('c1/0', 0, 1), run()],
    tamper: { settled: edit([], [at(A, 'AAAA'), at(`aaaa-${A}`, 'TXT')]) },
    found: 'settled: a.example.com in ZROOT is',
  },
  {
    what: 'at rest, a name stays that nobody asks for',
    steps: two,
    tamper: { settled: edit([address(X, '10.1.0.1'), text(`a-${X}`, 'o1')]) },
    found: 'settled: x.team.example.com in ZROOT is',
  },
  {
    what: 'at rest, a name that a zone below answers for stays above',
    steps: [...two, { do: 'zone', act: 'child' }, { do: 'zone', act: 'delegate' }, apply('c1/1', 6), run()],
    tamper: { settled: edit([address(X, '10.1.1.1'), text(`a-${X}`, 'o1', 'service/shop/o1')]) },
    found: 'settled: x.team.example.com in ZROOT is',
  },
  {
    what: 'at rest, an ownership record fits nothing',
    steps: two,
    tamper: { settled: edit([text(`a-${X}`, 'o1')]) },
    found: 'settled: the ownership record a-x.team.example.com in ZROOT fits nothing',
  },
  {
    what: 'an idle run asks Route 53',
    steps: two,
    tamper: { run: world => void world.harness.route53({}).listHostedZones() },
    found: 'idle: the run does not come to rest: {"listHostedZones":1}',
  },
  {
    what: 'an idle run writes state',
    steps: two,
    tamper: { run: world => void world.states.forEach(state => void state.writes.push('zone/ZROOT')) },
    found: 'idle: the run does not come to rest: {}, state written: [zone/ZROOT]',
  },
];

async function faultOf(steps: readonly Step[], tamper: Tamper): Promise<string> {
  const world = new World({ ...tamper, batch: () => {} });
  // Only the last run is tampered with: what came before is the history that it takes.
  const last = steps.findLastIndex(step => step.do === 'run');
  try {
    for (const [i, step] of steps.entries()) {
      if (i === last) world.tamper = { ...tamper };
      await world.play(step);
    }
    world.tamper = { ...tamper, batch: () => {} };
    await settle(world);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

describe('each check of the histories can fail', () => {
  test.each(MUTATIONS.filter(({ when = true }) => when))('$what', async ({ steps, tamper, found }) => {
    expect(await faultOf(steps, tamper)).toContain(found);
  });

  test.each(MUTATIONS.filter(({ when = true }) => when))('and does not, unless: $what', async ({ steps }) => {
    expect(await faultOf(steps, {})).toBe('');
  });
});
