import { describe, expect, test } from 'vitest';
import { NLB, service } from '../support/objects.ts';
import { type Asking, type Outcome, play } from './table.ts';

const HOST = 'shop.example.com';
const [ONE, TWO, THREE, SIX] = ['203.0.113.1', '203.0.113.2', '203.0.113.3', '2001:db8::2'];

const shop = (target: string | readonly string[], annotations: Record<string, string> = {}, namespace = 'default') => [
  service('shop', { hostname: HOST, ...annotations }, [target].flat(), namespace),
];
const says = (mode: string) => ({ 'fairlead.dev/sharing': mode });
const HEALTH = { 'aws-health-check-id': '11111111-2222-3333-4444-555555555555' };

const a = (values: string, whose: string) => `${HOST} A ${values} (${whose})`;
const weighted = (cluster: string, value: string, weight = 1, type = 'A') =>
  `${HOST} ${type}#${cluster} ${value} weight ${weight} (${cluster} service/default/shop)`;
const part = (cluster: string, ...shares: readonly string[]) => `${cluster} service/default/shop ${shares.join(';')}`;
const of = (cluster: string) => `${cluster} service/default/shop`;

const BOTH: Asking = { c1: shop(ONE), c2: shop(TWO) };
const THEIRS = ['merged c1 shop', 'merged c2 shop'];
/** How the name stands, shared by both. */
const STANDS: Readonly<Record<string, Outcome['leaves']>> = {
  first: [a(ONE, of('c1'))],
  merge: [a(`${ONE} ${TWO}`, `${part('c1', ONE)} | ${part('c2', TWO)}`)],
  weighted: [weighted('c1', ONE), weighted('c2', TWO)],
};
const TOLD: Readonly<Record<string, Outcome['told']>> = {
  first: ['conflict c2 shop'],
  merge: THEIRS,
  weighted: THEIRS,
};
const MODES = Object.keys(STANDS);

interface SharedCase {
  readonly what: string;
  /** Of fairlead.yml. */
  readonly sharing?: string;
  readonly steps: readonly Asking[];
  readonly leaves: Outcome['leaves'];
  readonly told?: Outcome['told'];
  readonly batches?: number;
}

const CASES: readonly SharedCase[] = [
  // Who says how.
  ...MODES.flatMap((mode): SharedCase[] => [
    { what: `config: ${mode}`, sharing: mode, steps: [BOTH], leaves: STANDS[mode] ?? [], told: TOLD[mode] ?? [] },
    {
      what: `annotation: ${mode}`,
      steps: [{ c1: shop(ONE, says(mode)), c2: shop(TWO, says(mode)) }],
      leaves: STANDS[mode] ?? [],
      told: TOLD[mode] ?? [],
    },
    {
      what: `by domain: ${mode}`,
      sharing: `[{domains: [other.example.com], mode: first}, {domains: [example.com], mode: ${mode}}]`,
      steps: [BOTH],
      leaves: STANDS[mode] ?? [],
      told: TOLD[mode] ?? [],
    },
    {
      what: `the second joins later: ${mode}`,
      sharing: mode,
      steps: [{ c1: shop(ONE) }, { c2: shop(TWO) }],
      leaves: STANDS[mode] ?? [],
      told: TOLD[mode] ?? [],
      batches: mode === 'first' ? 0 : 1,
    },
    {
      what: `the first goes: ${mode}`,
      sharing: mode,
      steps: [BOTH, { c1: [] }],
      leaves:
        { first: [a(TWO, of('c2'))], merge: [a(TWO, part('c2', TWO))], weighted: [weighted('c2', TWO)] }[mode] ?? [],
    },
    { what: `both go: ${mode}`, sharing: mode, steps: [BOTH, { c1: [], c2: [] }], leaves: [] },
    {
      what: `the first waits for its load balancer: ${mode}`,
      sharing: mode,
      steps: [BOTH, { c1: shop([]) }],
      leaves: STANDS[mode] ?? [],
      told: [
        ...({ first: ['conflict c2 shop'], merge: ['merged c2 shop'], weighted: [] }[mode] ?? []),
        'no-target c1 shop',
      ],
      batches: 0,
    },
    {
      what: `the first cannot be read, and the other has gone: ${mode}`,
      sharing: mode,
      steps: [BOTH, { c1: 'away', c2: [] }],
      leaves: { first: STANDS.first, merge: [a(ONE, part('c1', ONE))], weighted: [weighted('c1', ONE)] }[mode] ?? [],
      told: [...(mode === 'merge' ? [] : ['frozen']), 'unreadable'],
      batches: mode === 'first' ? 0 : 1,
    },
    {
      what: `a tenant of another namespace has no part: ${mode}`,
      sharing: mode,
      steps: [{ c1: shop(ONE) }, { c2: shop(TWO, {}, 'evil') }],
      leaves: { first: STANDS.first, merge: [a(ONE, part('c1', ONE))], weighted: [weighted('c1', ONE)] }[mode] ?? [],
      told: ['conflict c2 shop'],
      batches: 0,
    },
    {
      what: `one that asks for it otherwise has no part: ${mode}`,
      sharing: mode,
      steps: [{ c1: shop(ONE) }, { c2: shop(TWO, says(mode === 'first' ? 'merge' : 'first')) }],
      leaves: { first: STANDS.first, merge: [a(ONE, part('c1', ONE))], weighted: [weighted('c1', ONE)] }[mode] ?? [],
      told: ['conflict c2 shop'],
      batches: 0,
    },
  ]),
  // Merged.
  {
    what: 'the same address of both is one value, and stays when one of them goes',
    sharing: 'merge',
    steps: [{ c1: shop(ONE), c2: shop(ONE) }, { c1: [] }],
    leaves: [a(ONE, part('c2', ONE))],
  },
  {
    what: 'addresses of both types: each ownership record names who has that type',
    sharing: 'merge',
    steps: [{ c1: shop(ONE), c2: shop([TWO, SIX]) }],
    leaves: [a(`${ONE} ${TWO}`, `${part('c1', ONE)} | ${part('c2', TWO)}`), `${HOST} AAAA ${SIX} (${part('c2', SIX)})`],
    told: THEIRS,
  },
  {
    what: 'a type goes with the only one who has it',
    sharing: 'merge',
    steps: [{ c1: shop(ONE), c2: shop([TWO, SIX]) }, { c2: [] }],
    leaves: [a(ONE, part('c1', ONE))],
  },
  {
    what: 'one changes its address',
    sharing: 'merge',
    steps: [BOTH, { c2: shop(THREE) }],
    leaves: [a(`${ONE} ${THREE}`, `${part('c1', ONE)} | ${part('c2', THREE)}`)],
    told: THEIRS,
  },
  {
    what: 'the shortest TTL counts for all',
    sharing: 'merge',
    steps: [{ c1: shop(ONE, { ttl: '60' }), c2: shop(TWO, { ttl: '600' }) }],
    leaves: STANDS.merge ?? [],
    told: THEIRS,
  },
  ...[
    ['an alias', NLB],
    ['a CNAME', 'lb.example.net'],
  ].flatMap(([what, target = '']): SharedCase[] => [
    {
      what: `${what} cannot be put together`,
      sharing: 'merge',
      steps: [{ c1: shop(ONE) }, { c2: shop(target) }],
      leaves: [a(ONE, part('c1', ONE))],
      told: ['conflict c2 shop'],
      batches: 0,
    },
    {
      what: `${what} of one who had a part takes it away`,
      sharing: 'merge',
      steps: [BOTH, { c2: shop(target) }],
      leaves: [a(ONE, part('c1', ONE))],
      told: ['conflict c2 shop'],
    },
  ]),
  {
    what: 'a health check is one object’s, and nothing is put together with it',
    sharing: 'merge',
    steps: [{ c1: shop(ONE) }, { c2: shop(TWO, HEALTH) }],
    leaves: [a(ONE, part('c1', ONE))],
    told: ['conflict c2 shop'],
    batches: 0,
  },
  {
    what: 'three clusters, of which one cannot be read and one goes',
    sharing: 'merge',
    steps: [
      { ...BOTH, c3: shop(THREE) },
      { c1: 'away', c2: [] },
    ],
    leaves: [a(`${ONE} ${THREE}`, `${part('c1', ONE)} | ${part('c3', THREE)}`)],
    told: ['merged c3 shop', 'unreadable'],
  },
  {
    what: 'all want it to be one’s, who takes the name whole, beside one who asks for a set identifier',
    steps: [
      { c1: shop(SIX, says('merge')), c2: shop(TWO, says('merge')) },
      {
        c1: shop(ONE, says('first')),
        c2: shop(TWO, says('first')),
        c3: shop(THREE, { 'set-identifier': 'own', 'aws-weight': '4' }),
      },
    ],
    leaves: [a(ONE, of('c1'))],
    told: ['conflict c2 shop', 'conflict c3 shop'],
  },
  ...['merge', 'weighted'].map(
    (mode): SharedCase => ({
      what: `all want it to be one’s, of whom one has no IPv4 address: ${mode}`,
      steps: [
        { c1: shop(SIX, says(mode)), c2: shop(TWO, says(mode)) },
        { c1: shop(SIX, says('first')), c2: shop(TWO, says('first')) },
      ],
      leaves: [a(TWO, of('c2'))],
      told: ['conflict c1 shop'],
    }),
  ),
  {
    what: 'whose part is of a type that nobody else asks for keeps it, where it cannot have what it asks for',
    steps: [
      { c1: shop(ONE, says('merge')), c2: shop(TWO, says('merge')) },
      { c1: 'away', c2: shop(SIX, says('first')) },
      { c1: shop('2001:db8::1', says('weighted')) },
    ],
    leaves: [a(ONE, part('c1', ONE)), `${HOST} AAAA ${SIX} (${of('c2')})`],
    told: ['conflict c1 shop'],
  },
  {
    what: 'a part goes with its object, whatever the others ask for instead of theirs',
    sharing: 'merge',
    steps: [
      { ...BOTH, c3: shop(THREE) },
      {
        c1: [
          ...shop(ONE, { 'set-identifier': 'own-1', 'aws-region': 'eu-west-1' }),
          service('six', { hostname: HOST, ...says('weighted') }, [SIX]),
        ],
        c2: [],
        c3: shop(THREE, { 'set-identifier': 'own-3', 'aws-weight': '4' }),
      },
    ],
    leaves: [a(`${ONE} ${THREE}`, `${part('c1', ONE)} | ${part('c3', THREE)}`)],
    told: ['conflict c1 shop', 'conflict c1 six', 'conflict c3 shop'],
  },
  // Of addresses that are put together those of a type that cannot stand cost the other type's objects nothing.
  ...(['merge', 'first'] as const).flatMap((sharing): SharedCase[] => {
    const own = { c3: shop(THREE, { 'set-identifier': 'own', 'aws-weight': '4' }) };
    const stands = `${HOST} A#own ${THREE} weight 4 (${of('c3')})`;
    const six = (...targets: string[]) => service('six', { hostname: HOST }, targets);
    const [four, other, whose, text] =
      sharing === 'merge'
        ? [{ c1: shop(ONE), c2: [six(SIX)] }, { c2: [six('2001:db8::9')] }, 'c2 service/default/six', 'c2 six']
        : [
            { c1: [...shop(ONE), six(SIX)] },
            { c1: [...shop(ONE), six('2001:db8::9')] },
            'c1 service/default/six',
            'c1 six',
          ];
    const aaaa = (value: string) => `${HOST} AAAA ${value} (${whose}${sharing === 'merge' ? ` ${value}` : ''})`;
    const told = ['conflict c1 shop', 'merged c3 shop', `merged ${text}`].sort();
    return [
      {
        what: `an A that is refused, and another object’s AAAA: ${sharing}`,
        ...{ sharing, steps: [own, four], leaves: [stands, aaaa(SIX)], told },
      },
      {
        what: `an A that is refused, and another object’s AAAA that changes: ${sharing}`,
        ...{ sharing, steps: [own, four, other], leaves: [stands, aaaa('2001:db8::9')], told },
      },
      {
        what: `an A that is refused, until what is in its way goes: ${sharing}`,
        ...{ sharing, steps: [own, four, { c3: [] }] },
        leaves: [a(ONE, sharing === 'merge' ? part('c1', ONE) : of('c1')), aaaa(SIX)],
        told: ['merged c1 shop', `merged ${text}`].sort(),
      },
      {
        what: `both of one object, of which the A is refused: ${sharing}`,
        ...{
          sharing,
          steps: [own, { c1: shop([ONE, SIX]) }],
          leaves: [stands],
          told: ['conflict c1 shop'],
          batches: 0,
        },
      },
    ];
  }),
  // By weight.
  {
    what: 'an object’s weight goes before its cluster’s, and 0 drains',
    sharing: 'weighted',
    steps: [{ c1: shop(ONE, { 'aws-weight': '9' }), c2: shop(TWO, { 'aws-weight': '0' }) }],
    leaves: [weighted('c1', ONE, 9), weighted('c2', TWO, 0)],
    told: THEIRS,
  },
  {
    what: 'the last share that gets answers is not drained',
    sharing: 'weighted',
    steps: [
      { c1: shop(ONE, { 'aws-weight': '9' }), c2: shop(TWO, { 'aws-weight': '0' }) },
      { c1: shop(ONE, { 'aws-weight': '0' }) },
    ],
    leaves: [weighted('c1', ONE, 9), weighted('c2', TWO, 0)],
    told: [...THEIRS, 'warning c1 shop', 'warning c2 shop'],
    batches: 0,
  },
  {
    what: 'the answers move from one to the other in one batch',
    sharing: 'weighted',
    steps: [
      { c1: shop(ONE, { 'aws-weight': '9' }), c2: shop(TWO, { 'aws-weight': '0' }) },
      { c1: shop(ONE, { 'aws-weight': '0' }), c2: shop(TWO, { 'aws-weight': '9' }) },
    ],
    leaves: [weighted('c1', ONE, 0), weighted('c2', TWO, 9)],
    told: THEIRS,
  },
  {
    what: 'a weight that is none holds what stands',
    sharing: 'weighted',
    steps: [BOTH, { c1: shop('203.0.113.9', { 'aws-weight': 'ten' }) }],
    leaves: STANDS.weighted ?? [],
    told: ['invalid c1 shop'],
    batches: 0,
  },
  {
    what: 'a weight without a set identifier is nothing where the name is not shared by weight',
    sharing: 'merge',
    steps: [BOTH, { c1: shop('203.0.113.9', { 'aws-weight': '3' }) }],
    leaves: STANDS.merge ?? [],
    told: ['invalid c1 shop', 'merged c2 shop'],
    batches: 0,
  },
  {
    what: 'aliases have a share each of both types',
    sharing: 'weighted',
    steps: [{ c1: shop(NLB), c2: shop(TWO) }],
    leaves: [weighted('c1', `→ ${NLB}`), weighted('c2', TWO), weighted('c1', `→ ${NLB}`, 1, 'AAAA')],
    told: THEIRS,
  },
  {
    what: 'a set identifier of one’s own stands beside the shares',
    sharing: 'weighted',
    steps: [BOTH, { c3: shop(THREE, { 'set-identifier': 'own', 'aws-weight': '2' }) }],
    leaves: [...(STANDS.weighted ?? []), `${HOST} A#own ${THREE} weight 2 (${of('c3')})`],
    told: [...THEIRS, 'merged c3 shop'],
  },
  {
    what: 'another policy does not',
    sharing: 'weighted',
    steps: [BOTH, { c3: shop(THREE, { 'set-identifier': 'own', 'aws-region': 'eu-west-1' }) }],
    leaves: STANDS.weighted ?? [],
    told: ['conflict c3 shop', ...THEIRS],
    batches: 0,
  },
];

/** Each with one owner id for all clusters, and with one for each: an ownership record of each, so that one can go alone. */
describe.each([
  ['one owner id', false],
  ['an owner id each', true],
])('names that clusters share: %s', (_, owners) => {
  test.each(CASES)('$what', async ({ sharing = 'first', steps, leaves, told = [], batches = 1 }) => {
    expect(await play({ config: `sharing: ${sharing}`, owners, steps })).toEqual({ leaves, told, batches });
  });

  // All who have a part want it, and each change is one batch.
  const CHANGES = MODES.flatMap(from => MODES.filter(to => to !== from).map(to => ({ from, to })));
  const both = (mode: string): Asking => ({ c1: shop(ONE, says(mode)), c2: shop(TWO, says(mode)) });

  test.each(CHANGES)('$from → $to', async ({ from, to }) => {
    expect(await play({ owners, steps: [both(from), both(to)] })).toEqual({
      leaves: STANDS[to],
      told: TOLD[to],
      batches: 1,
    });
  });

  test.each(CHANGES.filter(({ from }) => from !== 'first'))(
    '$from → $to, of which one cannot be read: as it is',
    async ({ from, to }) => {
      expect(await play({ owners, steps: [both(from), { ...both(to), c2: 'away' }] })).toMatchObject({
        leaves: STANDS[from],
        batches: 0,
      });
    },
  );

  test.each(CHANGES.filter(({ from }) => from !== 'first'))(
    '$from → $to, which one of two wants: as it is',
    async ({ from, to }) => {
      const { leaves, told, batches } = await play({ owners, steps: [both(from), { c1: shop(ONE, says(to)) }] });
      expect({ leaves, batches }).toEqual({ leaves: STANDS[from], batches: 0 });
      expect(told).toContain('warning c1 shop');
    },
  );
});
