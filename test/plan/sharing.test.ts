import { describe, expect, test } from 'vitest';
import type { Endpoint, RecordSet } from '../../lib/model/index.ts';
import type { PlanSettings } from '../../lib/plan/index.ts';
import { endpoint, planOf, reasonsOf, snapshot, zone } from '../support/plan.ts';

const NAME = 'x.example.com';
const STRANGER = { cluster: 'c2', kind: 'ingress', namespace: 'other', name: 'b' };

/** A cluster that asks for x.example.com, from `c1 203.0.113.1`. */
function asks(text: string, more: Partial<Endpoint> = {}) {
  const [cluster = '', ...targets] = text.split(' ');
  const endpoints = targets.length > 0 ? [endpoint(`${cluster}:service/a ${NAME} ${targets.join(' ')}`, more)] : [];
  return snapshot(endpoints, { cluster });
}

/** The share of a cluster, with its ownership record. */
function share(cluster: string, weight: number, address: string, owner = 'arena'): RecordSet[] {
  const routed = { setIdentifier: cluster, routing: { weight }, ttl: 300 };
  const labels = `external-dns/cluster=${cluster},external-dns/owner=${owner},external-dns/resource=service/default/a`;
  return [
    { name: NAME, type: 'A', values: [address], ...routed },
    { name: `a-${NAME}`, type: 'TXT', values: [`"heritage=external-dns,${labels}"`], ...routed },
  ];
}

const sharing = (
  mode: 'first' | 'merge' | 'weighted',
  weights: Record<string, number> = {},
): Partial<PlanSettings> => ({
  sharing: [{ domains: [], mode }],
  weights: new Map(Object.entries(weights)),
});

const changesOf = (output: ReturnType<typeof planOf>) => output.zones.flatMap(({ changes }) => changes);

/** `c1 0`, of the record sets that a change makes. */
const made = (output: ReturnType<typeof planOf>) =>
  changesOf(output).map(({ creates }) =>
    creates
      .filter(({ type }) => type !== 'TXT')
      .map(({ setIdentifier, routing }) => `${setIdentifier} ${routing?.weight}`),
  );

describe('what a change of weights is bound to', () => {
  const both = [asks('c1 203.0.113.1'), asks('c2 203.0.113.2')];
  const stands = (a: number, b: number) => [...share('c1', a, '203.0.113.1'), ...share('c2', b, '203.0.113.2')];

  test.each<[string, [number, number], Record<string, number>, string[][]]>([
    ['a share that is drained and one that gets the answers: one change', [9, 0], { c1: 0, c2: 9 }, [['c1 0', 'c2 9']]],
    ['two that both get answers: a change each', [9, 1], { c1: 1, c2: 9 }, [['c1 1'], ['c2 9']]],
    ['one that is drained beside one that gets answers: itself', [9, 9], { c1: 0, c2: 9 }, [['c1 0']]],
    ['the last one that gets answers: nothing', [9, 0], { c1: 0, c2: 0 }, []],
    ['both that get answers at once: nothing', [9, 9], { c1: 0, c2: 0 }, []],
  ])('%s', (_rule, [a, b], weights, expected) => {
    const output = planOf({ records: stands(a, b), snapshots: both, settings: sharing('weighted', weights) });
    expect(made(output)).toEqual(expected);
  });

  test('a last share that is not drained still gets its new address', () => {
    const snapshots = [asks('c1 203.0.113.9'), asks('c2 203.0.113.2')];
    const output = planOf({ records: stands(9, 0), snapshots, settings: sharing('weighted', { c1: 0, c2: 0 }) });
    expect(made(output)).toEqual([['c1 9']]);
    expect(changesOf(output)[0]?.creates[1]?.values).toEqual(['203.0.113.9']);
    expect(reasonsOf(output)).toContain(`warning ${NAME}`);
  });
});

/** An owner id of its own that left the config with its cluster, or one that was never in it. */
describe('beside what another owner has by weight', () => {
  const theirs = share('c1', 5, '203.0.113.1', 'other');
  const [unowned] = theirs as [RecordSet];

  test.each<[string, RecordSet[], Partial<Endpoint>, string[][], string[]]>([
    ['whoever has nothing there gets no share', theirs, {}, [], [`not-owned ${NAME}`]],
    [
      'whoever has a share keeps it, with a new address, too',
      [...theirs, ...share('c2', 1, '203.0.113.9')],
      {},
      [['c2 1']],
      [],
    ],
    [
      'a set identifier and a weight of one’s own are said by the object, and stand',
      theirs,
      { setIdentifier: 'own', routing: { weight: 3 } },
      [['own 3']],
      [],
    ],
    ['what is nobody’s bars nobody', [unowned], {}, [['c2 1']], []],
    [
      'beside what one of ours has, too, another one may have a share',
      [...theirs, ...share('c3', 1, '203.0.113.3')],
      {},
      [['c2 1']],
      [`merged ${NAME}`, `merged ${NAME}`],
    ],
  ])('%s', (_rule, records, more, expected, reasons) => {
    const third = records.some(({ setIdentifier }) => setIdentifier === 'c3') ? [asks('c3 203.0.113.3')] : [];
    const snapshots = [asks('c2 203.0.113.2', more), ...third];
    const output = planOf({ records, snapshots, settings: sharing('weighted') });
    expect(made(output)).toEqual(expected);
    expect(reasonsOf(output)).toEqual(reasons);
    if (expected.length === 0) expect(output.findings[0]).toMatchObject({ owner: 'other' });
  });
});

describe('which rule counts', () => {
  test.each<[PlanSettings['sharing'], string[]]>([
    [[{ domains: ['example.com'], mode: 'weighted' }], ['c1 1']],
    [[{ domains: ['.x.example.com'], mode: 'weighted' }], ['undefined undefined']],
    [
      [
        { domains: ['x.example.com'], mode: 'first' },
        { domains: ['example.com'], mode: 'weighted' },
      ],
      ['undefined undefined'],
    ],
    [[], ['undefined undefined']],
  ])('%j', (rules, expected) => {
    const output = planOf({ snapshots: [asks('c1 203.0.113.1')], settings: { sharing: rules ?? [] } });
    expect(made(output)).toEqual([expected]);
  });
});

test.each<[string, PlanSettings['merge'], string, boolean]>([
  ['of the same namespace', 'namespace', 'default', true],
  ['of another namespace', 'namespace', 'other', false],
  ['of another namespace, where records.merge is cluster', 'cluster', 'other', true],
  ['of the same namespace and another name, where records.merge is object', 'object', 'default', false],
])('an object of another cluster, %s', (_what, merge, namespace, shares) => {
  const object = { cluster: 'c2', kind: 'ingress', namespace, name: 'b' };
  const settings = { ...sharing('merge'), merge };
  const snapshots = [asks('c1 203.0.113.1'), asks('c2 203.0.113.2', { object })];
  const [change] = changesOf(planOf({ snapshots, settings }));
  const addresses = change?.creates.find(({ type }) => type === 'A')?.values;
  expect(addresses).toEqual(shares ? ['203.0.113.1', '203.0.113.2'] : ['203.0.113.1']);
});

test('no more addresses than one record set takes are put together: who comes then is told', () => {
  const many = (cluster: number) => Array.from({ length: 90 }, (_, i) => `10.${cluster}.0.${i + 1}`).join(' ');
  const snapshots = [1, 2, 3, 4, 5].map(cluster => asks(`c${cluster} ${many(cluster)}`));
  const output = planOf({ snapshots, settings: sharing('merge') });
  const [change] = changesOf(output);
  expect(change?.creates.find(({ type }) => type === 'A')?.values).toHaveLength(360);
  expect(output.findings.find(({ object }) => object?.cluster === 'c5')).toMatchObject({
    reason: 'conflict',
    message: expect.stringContaining('as many addresses as one record set takes'),
  });
});

test('the ownership record has each part, and the shortest TTL counts', () => {
  const snapshots = [asks('c1 203.0.113.1', { ttl: 60 }), asks('c2 203.0.113.2')];
  const [change] = changesOf(planOf({ snapshots, settings: sharing('merge') }));
  const said = (cluster: string, address: string) =>
    `"heritage=external-dns,external-dns/cluster=${cluster},external-dns/owner=arena,external-dns/resource=service/default/a,external-dns/share=${address}"`;
  expect(change?.creates).toEqual([
    { name: `a-${NAME}`, type: 'TXT', ttl: 300, values: [said('c1', '203.0.113.1'), said('c2', '203.0.113.2')] },
    { name: NAME, type: 'A', ttl: 60, values: ['203.0.113.1', '203.0.113.2'] },
  ]);
});

describe('who is refused a name because of a part that stays is told which cluster has that part, and why it stays', () => {
  const forbidden = { complete: false, error: 'forbidden' } as const;
  const unread = snapshot([], { cluster: 'c1', kinds: { service: forbidden, ingress: forbidden } });
  const stranger = snapshot([endpoint(`c2:ingress/b ${NAME} 203.0.113.2`, { object: STRANGER })], { cluster: 'c2' });
  const messageOf = (output: ReturnType<typeof planOf>) => output.findings.find(({ object }) => object === STRANGER);

  test('a name that is shared by weight', () => {
    const records = share('c1', 1, '203.0.113.1');
    const output = planOf({ records, snapshots: [unread, stranger], settings: sharing('weighted') });
    expect(messageOf(output)?.message).toBe(
      `${NAME} is shared by weight, among c1: service/default/a (c1: service objects could not be read (forbidden)): those share it that are of one namespace (see records.merge), one of each cluster, and ask for it alike`,
    );
  });

  test('a name that is shared in the zone above', () => {
    const below = zone([], { zone: { id: 'Z2', name: NAME, private: false } });
    const parted = [asks('c2 203.0.113.2'), unread];
    const above = zone([...share('c1', 1, '203.0.113.1'), { name: NAME, type: 'NS', ttl: 300, values: ['ns.x'] }]);
    const output = planOf({ zones: [above, below], snapshots: parted, settings: sharing('weighted') });
    expect(output.findings.find(({ zone: at, object }) => at === 'Z2' && object)).toMatchObject({
      reason: 'frozen',
      cluster: 'c1',
      message: expect.stringMatching(/were read: c1: service objects could not be read \(forbidden\)$/),
    });
  });

  test('a part of a cluster that left the config', () => {
    const records = share('gone', 1, '203.0.113.1');
    const output = planOf({ records, snapshots: [stranger], settings: sharing('weighted') });
    expect(messageOf(output)?.message).toMatch(
      /among gone: service\/default\/a \(its cluster "gone" is not in the config/,
    );
  });
});
