import { describe, expect, test } from 'vitest';
import type { ZoneJson } from '../../local/emulators/route53/index.ts';
import { ALB, NLB, service } from '../support/objects.ts';
import { type Outcome, play, type Row } from './table.ts';

const PUBLIC: ZoneJson = { id: 'Z0PUBLIC', name: 'example.com.', records: [] };
const PRIVATE: ZoneJson = { id: 'Z0PRIVATE', name: 'example.com.', private: true, records: [] };
const HOST = 'shop.example.com';

/** The same Service for both views, with what each of them is to have. */
const web = (
  outside: Record<string, string>,
  inside: Record<string, string>,
  targets: readonly string[] = ['192.0.2.9'],
) => {
  const under = (prefix: string, said: Record<string, string>) =>
    Object.fromEntries(Object.entries(said).map(([key, value]) => [`${prefix}/${key}`, value]));
  return service('web', { ...under('outside.example', outside), ...under('inside.example', inside) }, targets, 'shop');
};
const TWINS = `zones: {domains: [example.com]}
views:
  - {name: outside, zones: {type: public}, annotationPrefixes: [outside.example/]}
  - {name: inside, zones: {type: private}, annotationPrefixes: [inside.example/]}
`;
const view = (outside: string, inside: string) =>
  TWINS.replace('[outside.example/]', `[outside.example/]${outside}`).replace(
    '[inside.example/]',
    `[inside.example/]${inside}`,
  );
const at = (target: string, more: Record<string, string> = {}) => ({ hostname: HOST, target, ...more });
const [OUT, IN] = ['203.0.113.1', '10.0.0.1'];
const of = (cluster = 'c1') => `(${cluster} service/shop/web)`;
const weight = (id: string, value: number) => ({ 'set-identifier': id, 'aws-weight': `${value}` });

interface ViewedCase extends Row {
  readonly what: string;
  /** The public zone's, then the private zone's. */
  readonly leaves: Outcome['leaves'];
  readonly told?: Outcome['told'];
  readonly batches?: number;
}

const CASES: readonly ViewedCase[] = [
  {
    what: 'one Service has an address in each of two twin zones',
    steps: [{ c1: [web(at(OUT), at(IN))] }],
    leaves: [`${HOST} A ${OUT} ${of()}`, `${HOST} A ${IN} ${of()}`],
    batches: 2,
  },
  {
    what: 'a change in one view is no change in the other',
    steps: [{ c1: [web(at(OUT), at(IN))] }, { c1: [web(at(OUT), at('10.0.0.9'))] }],
    leaves: [`${HOST} A ${OUT} ${of()}`, `${HOST} A 10.0.0.9 ${of()}`],
    batches: 1,
  },
  {
    what: 'a name that one view alone is asked for',
    steps: [{ c1: [web({}, at(IN))] }],
    leaves: [`${HOST} A ${IN} ${of()}`],
    batches: 1,
  },
  {
    what: 'given up in one view, it stays in the other',
    steps: [{ c1: [web(at(OUT), at(IN))] }, { c1: [web(at(OUT), {})] }],
    leaves: [`${HOST} A ${OUT} ${of()}`],
    batches: 1,
  },
  {
    what: 'routed in one view, simple in the other',
    steps: [{ c1: [web(at(OUT, weight('blue', 4)), at(IN))] }],
    leaves: [`${HOST} A#blue ${OUT} weight 4 ${of()}`, `${HOST} A ${IN} ${of()}`],
    batches: 2,
  },
  {
    what: 'simple becomes routed in one view, in one batch',
    steps: [{ c1: [web(at(OUT), at(IN))] }, { c1: [web(at(OUT, weight('blue', 4)), at(IN))] }],
    leaves: [`${HOST} A#blue ${OUT} weight 4 ${of()}`, `${HOST} A ${IN} ${of()}`],
    batches: 1,
  },
  {
    what: 'a policy that is malformed in one view holds that view alone',
    steps: [
      { c1: [web(at(OUT, weight('blue', 4)), at(IN))] },
      { c1: [web(at('203.0.113.9', { 'set-identifier': 'blue', 'aws-weight': 'ten' }), at('10.0.0.9'))] },
    ],
    leaves: [`${HOST} A#blue ${OUT} weight 4 ${of()}`, `${HOST} A 10.0.0.9 ${of()}`],
    told: ['invalid c1 web'],
    batches: 1,
  },
  {
    what: 'a weight out of range is refused, and what stands stays, in that view',
    steps: [
      { c1: [web(at(OUT, weight('blue', 4)), at(IN))] },
      { c1: [web(at('203.0.113.9', { 'set-identifier': 'blue', 'aws-weight': '256' }), at(IN))] },
    ],
    leaves: [`${HOST} A#blue ${OUT} weight 4 ${of()}`, `${HOST} A ${IN} ${of()}`],
    told: ['invalid c1 web'],
    batches: 0,
  },
  {
    what: 'a cluster that cannot be read keeps what it has in both',
    steps: [{ c1: [web(at(OUT), at(IN))] }, { c1: 'away' }],
    leaves: [`${HOST} A ${OUT} ${of()}`, `${HOST} A ${IN} ${of()}`],
    told: ['frozen', 'frozen', 'unreadable'],
    batches: 0,
  },
  {
    what: 'two clusters: each view has its own present owner',
    steps: [{ c1: [web(at(OUT), {})] }, { c2: [web(at('203.0.113.2'), at('10.0.0.2'))] }],
    leaves: [`${HOST} A ${OUT} ${of()}`, `${HOST} A 10.0.0.2 ${of('c2')}`],
    told: ['conflict c2 web'],
    batches: 1,
  },
  {
    what: 'merged in both views, of which one cluster asks for one alone',
    config: `${TWINS}sharing: merge`,
    steps: [{ c1: [web(at(OUT), at(IN))], c2: [web(at('203.0.113.2'), {})] }],
    leaves: [
      `${HOST} A ${OUT} 203.0.113.2 (c1 service/shop/web ${OUT} | c2 service/shop/web 203.0.113.2)`,
      `${HOST} A ${IN} (c1 service/shop/web ${IN})`,
    ],
    told: ['merged c1 web', 'merged c2 web'],
    batches: 2,
  },
  {
    what: 'by weight in both views',
    config: `${TWINS}sharing: weighted`,
    steps: [{ c1: [web(at(OUT), at(IN))], c2: [web(at('203.0.113.2'), at('10.0.0.2'))] }],
    leaves: [
      `${HOST} A#c1 ${OUT} weight 1 ${of()}`,
      `${HOST} A#c2 203.0.113.2 weight 1 ${of('c2')}`,
      `${HOST} A#c1 ${IN} weight 1 ${of()}`,
      `${HOST} A#c2 10.0.0.2 weight 1 ${of('c2')}`,
    ],
    told: ['merged c1 web', 'merged c1 web', 'merged c2 web', 'merged c2 web'],
    batches: 2,
  },
  {
    what: 'a rule of claims counts in every view',
    config: `${TWINS}claims: [{namespaces: [other]}]`,
    steps: [{ c1: [web(at(OUT), at(IN))] }],
    leaves: [],
    told: ['not-allowed c1 web'],
    batches: 0,
  },
  {
    what: 'addresses of each view by records.targetNets',
    config: `zones: {domains: [example.com]}
views:
  - {name: outside, zones: {type: public}, records: {targetNets: [203.0.113.0/24]}}
  - {name: inside, zones: {type: private}, records: {targetNets: [10.0.0.0/8]}}
`,
    steps: [{ c1: [service('web', { hostname: HOST }, [OUT, IN], 'shop')] }],
    leaves: [`${HOST} A ${OUT} ${of()}`, `${HOST} A ${IN} ${of()}`],
    told: ['filtered c1 web', 'filtered c1 web'],
    batches: 2,
  },
  {
    what: 'namespaces of each view',
    config: view(', filters: {namespaces: [shop]}', ', filters: {namespaces: [other]}'),
    steps: [{ c1: [web(at(OUT), at(IN))] }],
    leaves: [`${HOST} A ${OUT} ${of()}`],
    told: ['warning'],
    batches: 1,
  },
  ...(
    [
      ['sync', []],
      ['upsert-only', [`${HOST} A ${IN} ${of()}`]],
      ['create-only', [`${HOST} A ${IN} ${of()}`]],
    ] as const
  ).map(
    ([policy, left]): ViewedCase => ({
      what: `a policy of its own: ${policy}`,
      config: view('', `, policy: ${policy}`),
      steps: [{ c1: [web(at(OUT), at(IN))] }, { c1: [] }],
      leaves: [...left],
      batches: 2 - left.length,
      ...(left.length > 0 && { told: ['policy'] }),
    }),
  ),
  {
    what: 'an owner of its own: what stands in the other zone under it is not ours',
    config: view('', ', owner: within'),
    steps: [{ c1: [web(at(OUT), at(IN))] }],
    leaves: [`${HOST} A ${OUT} ${of()}`, `${HOST} A ${IN} (within c1 service/shop/web)`],
    batches: 2,
  },
  {
    what: 'a zone of one view is frozen',
    config: TWINS.replace('{type: private}', `{type: private, freeze: [${PRIVATE.id}]}`),
    steps: [{ c1: [web(at(OUT), at(IN))] }],
    leaves: [`${HOST} A ${OUT} ${of()}`],
    told: ['frozen'],
    batches: 1,
  },
  {
    what: 'aliases in the public zone, and another load balancer in the private one',
    steps: [{ c1: [web(at(NLB), at(ALB))] }],
    leaves: [
      `${HOST} A → ${NLB} ${of()}`,
      `${HOST} AAAA → ${NLB} ${of()}`,
      `${HOST} A → ${ALB} ${of()}`,
      `${HOST} AAAA → ${ALB} ${of()}`,
    ],
    batches: 2,
  },
  {
    what: 'a stranger’s record in one zone is in nobody’s way in the other',
    stands: [{ name: `${HOST}.`, type: 'A', ttl: 300, values: ['192.0.2.1'] }],
    steps: [{ c1: [web(at(OUT), at(IN))] }],
    leaves: [`${HOST} A 192.0.2.1 (nobody)`, `${HOST} A ${IN} ${of()}`],
    told: ['not-owned c1 web'],
    batches: 1,
  },
  {
    what: 'without views both zones have the same',
    config: 'zones: {domains: [example.com]}',
    steps: [{ c1: [service('web', { hostname: HOST }, [OUT], 'shop')] }],
    leaves: [`${HOST} A ${OUT} ${of()}`, `${HOST} A ${OUT} ${of()}`],
    batches: 2,
  },
  {
    what: 'a view that comes adds its zone’s records, and the other’s stay',
    config: [
      `zones: {domains: [example.com]}\nviews:\n  - {name: outside, zones: {type: public}, annotationPrefixes: [outside.example/]}\n`,
      TWINS,
    ],
    steps: [{ c1: [web(at(OUT), at(IN))] }, {}],
    leaves: [`${HOST} A ${OUT} ${of()}`, `${HOST} A ${IN} ${of()}`],
    batches: 1,
  },
  {
    what: 'a view that goes leaves its records, told',
    config: [
      TWINS,
      `zones: {domains: [example.com]}\nviews:\n  - {name: outside, zones: {type: public}, annotationPrefixes: [outside.example/]}\n`,
    ],
    steps: [{ c1: [web(at(OUT), at(IN))] }, { c1: [] }],
    leaves: [`${HOST} A ${IN} ${of()}`],
    told: ['warning'],
    batches: 1,
  },
];

describe('views of a public zone and its private twin', () => {
  test.each(CASES)('$what', async ({ what: _what, leaves, told = [], batches, config = TWINS, ...row }) => {
    expect(await play({ zones: [PUBLIC, PRIVATE], ...row, config })).toEqual({ leaves, told, batches });
  });
});
