import { describe, expect, test } from 'vitest';
import type { RecordJson } from '../../local/emulators/route53/index.ts';
import { ingress, type KubernetesObject, NLB, service } from '../support/objects.ts';
import { type Outcome, play, type Row } from './table.ts';

const HOST = 'shop.example.com';
const ONE = '203.0.113.1';
const TWO = '203.0.113.2';

/** Ways to route two record sets of one name, blue and green: what their objects say, and how the record sets read. */
interface Way {
  readonly policy: string;
  readonly says: readonly [Record<string, string>, Record<string, string>];
  readonly reads: readonly [string, string];
}

const way = (policy: string, key: string, blue: string, green: string, read = (value: string) => value): Way => ({
  policy,
  says: [{ [key]: blue }, { [key]: green }],
  reads: [read(blue), read(green)],
});
const GEO = 'aws-geolocation-';
const NEAR = 'aws-geoproximity-';
const near = (value: string) => `near ${value}`;
const country = (value: string) => ({ [`${GEO}country-code`]: 'US', [`${GEO}subdivision-code`]: value });
const ROUTED: Readonly<Record<string, Way>> = {
  weighted: way('weighted', 'aws-weight', '4', '6', value => `weight ${value}`),
  'weighted, drained': way('weighted', 'aws-weight', '0', '9', value => `weight ${value}`),
  latency: way('latency', 'aws-region', 'eu-west-1', 'us-east-1'),
  failover: way('failover', 'aws-failover', 'PRIMARY', 'SECONDARY'),
  continents: way('geolocation', `${GEO}continent-code`, 'EU', 'AS'),
  countries: way('geolocation', `${GEO}country-code`, 'DE', 'US'),
  states: { policy: 'geolocation', says: [country('CA'), country('NY')], reads: ['US-CA', 'US-NY'] },
  'near regions': way('geoproximity', `${NEAR}region`, 'eu-west-1', 'us-east-1', near),
  'near places': way('geoproximity', `${NEAR}coordinates`, '52.52,13.4', '40.71,-74.01', near),
  multivalue: way('multivalue', 'aws-multi-value-answer', 'true', 'true', () => 'multivalue'),
};
const PAIRS = Object.keys(ROUTED).flatMap(from => Object.keys(ROUTED).map(to => [from, to] as const));
const isSame = (from: string, to: string) => ROUTED[from]?.policy === ROUTED[to]?.policy;
const CHANGES = PAIRS.filter(([from, to]) => !isSame(from, to));
const WITHIN = PAIRS.filter(([from, to]) => from !== to && isSame(from, to));
const ALL = Object.keys(ROUTED).map(name => [name] as const);

const IDS = ['blue', 'green'] as const;
/** The object of a cluster: c1's is blue, c2's green. */
const routed = (name: string, which: 0 | 1, target: string = which === 0 ? ONE : TWO, id: string = IDS[which]) =>
  service('shop', { hostname: HOST, 'set-identifier': id, ...ROUTED[name]?.says[which] }, [target]);
const simple = (target = ONE) => service('shop', { hostname: HOST }, [target]);
const set = (name: string, which: 0 | 1, target: string = which === 0 ? ONE : TWO, id: string = IDS[which]) =>
  `${HOST} A#${id} ${target} ${ROUTED[name]?.reads[which]}`;

/** Each is played with one owner id for all clusters, and with one for each. */
const OWNERS = [false, true];
/** An ownership record names the cluster where clusters share the owner id; else the owner id is the cluster's name. */
const by = (cluster: string) => `(${cluster} service/default/shop)`;

async function expectOf(row: Row, outcome: Outcome): Promise<void> {
  for (const owners of OWNERS) expect(await play({ ...row, owners }), `owners: ${owners}`).toEqual(outcome);
}

const blue = (name: string, target = ONE) => `${set(name, 0, target)} ${by('c1')}`;
const green = (name: string, target = TWO) => `${set(name, 1, target)} ${by('c2')}`;
const SHARED = ['merged c1 shop', 'merged c2 shop'];

describe('one object', () => {
  test.each(ALL)('its record is routed, a simple one before: %s', name =>
    expectOf(
      { steps: [{ c1: [simple()] }, { c1: [routed(name, 0)] }] },
      {
        leaves: [blue(name)],
        told: [],
        batches: 1,
      },
    ),
  );

  test.each(ALL)('its record becomes simple: %s', name =>
    expectOf(
      { steps: [{ c1: [routed(name, 0)] }, { c1: [simple()] }] },
      {
        leaves: [`${HOST} A ${ONE} ${by('c1')}`],
        told: [],
        batches: 1,
      },
    ),
  );

  test.each(PAIRS.filter(([from, to]) => from !== to))('another way is one batch: %s → %s', (from, to) =>
    expectOf(
      { steps: [{ c1: [routed(from, 0)] }, { c1: [routed(to, 0)] }] },
      {
        leaves: [blue(to)],
        told: [],
        batches: 1,
      },
    ),
  );

  test.each(ALL)('another set identifier is one batch: %s', name =>
    expectOf(
      { steps: [{ c1: [routed(name, 0)] }, { c1: [routed(name, 0, ONE, 'red')] }] },
      {
        leaves: [`${set(name, 0, ONE, 'red')} ${by('c1')}`],
        told: [],
        batches: 1,
      },
    ),
  );

  test.each(ALL.filter(([name]) => name !== 'multivalue'))('as an alias, and as a CNAME: %s', name =>
    expectOf(
      { steps: [{ c1: [routed(name, 0, NLB)] }, { c1: [routed(name, 0, 'lb.example.net')] }] },
      {
        leaves: [`${HOST} CNAME#blue lb.example.net ${ROUTED[name]?.reads[0]} ${by('c1')}`],
        told: [],
        batches: 1,
      },
    ),
  );

  test.each([NLB, 'lb.example.net'])('multivalue is for addresses: %s', target =>
    expectOf(
      { steps: [{ c1: [simple()] }, { c1: [routed('multivalue', 0, target)] }] },
      {
        leaves: [`${HOST} A ${ONE} ${by('c1')}`],
        told: ['invalid c1 shop'],
        batches: 0,
      },
    ),
  );
});

describe('two clusters', () => {
  test.each(ALL)('share the name: %s', name =>
    expectOf(
      { steps: [{ c1: [routed(name, 0)] }, { c2: [routed(name, 1)] }] },
      {
        leaves: [blue(name), green(name)],
        told: SHARED,
        batches: 1,
      },
    ),
  );

  test.each(ALL)('one changes its address: the other’s is not touched: %s', name =>
    expectOf(
      { steps: [{ c1: [routed(name, 0)], c2: [routed(name, 1)] }, { c1: [routed(name, 0, '203.0.113.9')] }] },
      { leaves: [blue(name, '203.0.113.9'), green(name)], told: SHARED, batches: 1 },
    ),
  );

  test.each(ALL)('one goes: %s', name =>
    expectOf(
      { steps: [{ c1: [routed(name, 0)], c2: [routed(name, 1)] }, { c1: [] }] },
      {
        leaves: [green(name)],
        told: [],
        batches: 1,
      },
    ),
  );

  test.each(ALL)('one cannot be read: it keeps what it has, and the other goes on: %s', name =>
    expectOf(
      {
        steps: [
          { c1: [routed(name, 0)], c2: [routed(name, 1)] },
          { c1: [routed(name, 0, '203.0.113.9')], c2: 'away' },
        ],
      },
      {
        leaves: [blue(name, '203.0.113.9'), green(name)],
        told: ['unreadable'],
        batches: 1,
      },
    ),
  );

  test.each(ALL)('the same set identifier is the first one’s: %s', name =>
    expectOf(
      { steps: [{ c1: [routed(name, 0)] }, { c2: [routed(name, 1, TWO, 'blue')] }] },
      {
        leaves: [blue(name)],
        told: ['conflict c2 shop'],
        batches: 0,
      },
    ),
  );

  test.each(ALL)('a simple record is the first one’s, and nothing stands beside it: %s', name =>
    expectOf(
      { steps: [{ c1: [simple()] }, { c2: [routed(name, 1)] }] },
      {
        leaves: [`${HOST} A ${ONE} ${by('c1')}`],
        told: ['conflict c2 shop'],
        batches: 0,
      },
    ),
  );

  test.each(ALL)('nothing simple stands beside routed ones, the other way round: %s', name =>
    expectOf(
      { steps: [{ c2: [routed(name, 1)] }, { c1: [simple()] }] },
      {
        leaves: [green(name)],
        told: ['conflict c1 shop'],
        batches: 0,
      },
    ),
  );

  test.each(WITHIN)('one changes within the policy: %s → %s', (from, to) =>
    expectOf(
      { steps: [{ c1: [routed(from, 0)], c2: [routed(from, 1)] }, { c1: [routed(to, 0)] }] },
      {
        leaves: [blue(to), green(from)],
        told: SHARED,
        batches: 1,
      },
    ),
  );

  test.each(CHANGES)('one wants another policy: what stands stays: %s → %s', (from, to) =>
    expectOf(
      { steps: [{ c1: [routed(from, 0)], c2: [routed(from, 1)] }, { c1: [routed(to, 0)] }] },
      {
        leaves: [blue(from), green(from)],
        told: ['conflict c1 shop'],
        batches: 0,
      },
    ),
  );

  test.each(CHANGES)('both want another policy: one batch: %s → %s', (from, to) =>
    expectOf(
      {
        steps: [
          { c1: [routed(from, 0)], c2: [routed(from, 1)] },
          { c1: [routed(to, 0)], c2: [routed(to, 1)] },
        ],
      },
      { leaves: [blue(to), green(to)], told: SHARED, batches: 1 },
    ),
  );

  test.each(CHANGES)('both want another policy, and one cannot be read: what stands stays: %s → %s', (from, to) =>
    expectOf(
      {
        steps: [
          { c1: [routed(from, 0)], c2: [routed(from, 1)] },
          { c1: [routed(to, 0)], c2: 'away' },
        ],
      },
      {
        leaves: [blue(from), green(from)],
        told: ['conflict c1 shop', 'unreadable'],
        batches: 0,
      },
    ),
  );

  test.each(ALL)('both become simple, which only one can be: nobody loses what it has: %s', name =>
    expectOf(
      {
        steps: [
          { c1: [routed(name, 0)], c2: [routed(name, 1)] },
          { c1: [simple()], c2: [simple(TWO)] },
        ],
      },
      { leaves: [blue(name), green(name)], told: ['conflict c1 shop', 'conflict c2 shop'], batches: 0 },
    ),
  );

  test.each(ALL)('one becomes simple when the other has gone, in one batch: %s', name =>
    expectOf(
      {
        steps: [
          { c1: [routed(name, 0)], c2: [routed(name, 1)] },
          { c1: [simple()], c2: [] },
        ],
      },
      { leaves: [`${HOST} A ${ONE} ${by('c1')}`], told: [], batches: 1 },
    ),
  );

  test.each(ALL)('a set identifier that was given up may be taken, a run later: %s', name =>
    expectOf(
      {
        steps: [
          { c1: [routed(name, 0)], c2: [routed(name, 1)] },
          { c1: [routed(name, 0, ONE, 'red')], c2: [routed(name, 1)] },
          { c3: [routed(name, 0, '203.0.113.3')], c1: [] },
        ],
      },
      {
        leaves: [`${set(name, 0, '203.0.113.3')} ${by('c3')}`, green(name)],
        told: ['merged c2 shop', 'merged c3 shop'],
        batches: 1,
      },
    ),
  );
});

describe('what Route 53 would refuse is refused before, on the object, and what stands stays', () => {
  const id = { 'set-identifier': 'blue' };
  const BAD: readonly (readonly [what: string, annotations: Record<string, string>])[] = [
    ...ALL.map(([name]) => [`${name} without set identifier`, { ...ROUTED[name]?.says[0] }] as const),
    ['a set identifier without policy', id],
    ['two policies', { ...id, 'aws-weight': '1', 'aws-region': 'eu-west-1' }],
    ['two other policies', { ...id, 'aws-failover': 'PRIMARY', [`${GEO}country-code`]: 'DE' }],
    ['a weight below 0', { ...id, 'aws-weight': '-1' }],
    ['a weight above 255', { ...id, 'aws-weight': '256' }],
    ['a weight with a fraction', { ...id, 'aws-weight': '1.5' }],
    ['a weight that is a word', { ...id, 'aws-weight': 'half' }],
    ['a weight that is empty', { ...id, 'aws-weight': '' }],
    ['a region that there is not', { ...id, 'aws-region': 'eu-west-99' }],
    ['a third failover role', { ...id, 'aws-failover': 'TERTIARY' }],
    ['continent and country', { ...id, [`${GEO}continent-code`]: 'EU', [`${GEO}country-code`]: 'DE' }],
    ['a subdivision without country', { ...id, [`${GEO}subdivision-code`]: 'CA' }],
    ['a continent that there is not', { ...id, [`${GEO}continent-code`]: 'XX' }],
    ['a bias beyond 99', { ...id, [`${NEAR}region`]: 'us-east-1', [`${NEAR}bias`]: '100' }],
    ['two places', { ...id, [`${NEAR}region`]: 'us-east-1', [`${NEAR}coordinates`]: '1,1' }],
    ['a place that is none', { ...id, [`${NEAR}coordinates`]: '91,0' }],
    ['a health check of 65 characters', { 'aws-health-check-id': 'x'.repeat(65) }],
    ['a set identifier of 129 characters', { 'set-identifier': 'x'.repeat(129), 'aws-weight': '1' }],
  ];
  const KINDS: readonly (readonly [
    string,
    (annotations: Record<string, string>, target?: string) => KubernetesObject,
  ])[] = [
    ['service', (more, target = ONE) => service('shop', { hostname: HOST, ...more }, [target])],
    ['ingress', (more, target = ONE) => ingress('shop', [HOST], [target], more)],
  ];

  describe.each(KINDS)('%s', (kind, made) => {
    test.each(BAD)('%s', async (_, annotations) => {
      for (const before of [{}, { ...id, 'aws-weight': '4' }] as readonly Record<string, string>[]) {
        const steps = [{ c1: [made(before)] }, { c1: [made(annotations, '203.0.113.9')] }];
        expect(await play({ steps })).toEqual({
          leaves: [
            `${HOST} A${'set-identifier' in before ? `#blue ${ONE} weight 4` : ` ${ONE}`} (c1 ${kind}/default/shop)`,
          ],
          told: ['invalid c1 shop'],
          batches: 0,
        });
      }
    });

    test.each(ALL)('and what is sound is published: %s', async name => {
      const steps = [{ c1: [made({ ...id, ...ROUTED[name]?.says[0] })] }];
      expect(await play({ steps })).toEqual({
        leaves: [`${set(name, 0)} (c1 ${kind}/default/shop)`],
        told: [],
        batches: 1,
      });
    });
  });
});

describe('record sets that are not ours', () => {
  const recordOf = (name: string): RecordJson => ({
    name: `${HOST}.`,
    type: 'A',
    ttl: 300,
    values: ['192.0.2.1'],
    setIdentifier: 'green',
    ...(FOREIGN[name] as Partial<RecordJson>),
  });
  const FOREIGN: Readonly<Record<string, Partial<RecordJson>>> = {
    weighted: { weight: 6 },
    latency: { region: 'us-east-1' },
    failover: { failover: 'SECONDARY' },
    continents: { geoLocation: { continentCode: 'AS' } },
    'near regions': { geoProximityLocation: { awsRegion: 'us-east-1', bias: 0 } },
    multivalue: { multiValueAnswer: true },
  };
  const ownerOf = (name: string): RecordJson => ({
    ...recordOf(name),
    name: `a-${HOST}.`,
    type: 'TXT',
    values: ['"heritage=external-dns,external-dns/owner=other,external-dns/resource=service/x/y"'],
  });
  const strange = (name: string, who: string) => `${HOST} A#green 192.0.2.1 ${ROUTED[name]?.reads[1]} (${who})`;
  const NAMES = Object.keys(FOREIGN);
  const each = NAMES.flatMap(name => Object.keys(ROUTED).map(to => [name, to] as const));

  describe.each([
    ['nobody’s', (name: string) => [recordOf(name)], 'nobody', []],
    ['another owner’s', (name: string) => [recordOf(name), ownerOf(name)], 'other service/x/y', ['warning']],
  ] as const)('%s', (_, stands, who, more) => {
    test.each(each.filter(([name, to]) => isSame(name, to)))(
      'ours of its policy stands beside it: %s, %s',
      (name, to) =>
        expectOf(
          { stands: stands(name), steps: [{ c1: [routed(to, 0)] }] },
          {
            leaves: [blue(to), strange(name, who)],
            told: [],
            batches: 1,
          },
        ),
    );

    test.each(each.filter(([name, to]) => !isSame(name, to)))('ours of another is refused: %s, %s', (name, to) =>
      expectOf(
        { stands: stands(name), steps: [{ c1: [routed(to, 0)] }] },
        {
          leaves: [strange(name, who)],
          told: ['not-owned c1 shop'],
          batches: 0,
        },
      ),
    );

    test.each(NAMES)('a simple one of ours is refused: %s', name =>
      expectOf(
        { stands: stands(name), steps: [{ c1: [simple()] }] },
        {
          leaves: [strange(name, who)],
          told: ['not-owned c1 shop', ...more],
          batches: 0,
        },
      ),
    );

    test.each(ALL)('routed beside one that is simple is refused: %s', name => {
      const plain = (set: RecordJson): RecordJson => {
        const { name, type, ttl, values } = set;
        return { name, type, ...(ttl !== undefined && { ttl }), ...(values && { values }) };
      };
      return expectOf(
        { stands: stands('weighted').map(plain), steps: [{ c1: [routed(name, 0)] }] },
        { leaves: [`${HOST} A 192.0.2.1 (${who})`], told: ['not-owned c1 shop'], batches: 0 },
      );
    });

    test.each(NAMES)('its set identifier is taken: %s', name =>
      expectOf(
        { stands: stands(name), steps: [{ c2: [routed(name, 1)] }] },
        {
          leaves: [strange(name, who)],
          told: ['not-owned c2 shop', ...more],
          batches: 0,
        },
      ),
    );

    test.each(NAMES)('it stays when ours goes: %s', name =>
      expectOf(
        { stands: stands(name), steps: [{ c1: [routed(name, 0)] }, { c1: [] }] },
        {
          leaves: [strange(name, who)],
          told: [],
          batches: 1,
        },
      ),
    );
  });
});
