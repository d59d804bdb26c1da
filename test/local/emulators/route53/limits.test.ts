import { describe, expect, test } from 'vitest';
import type { Change } from '../../../../local/emulators/route53/index.ts';
import { alias, change, create, type Fields, refusal, remove, twoZones, upsert } from './changes.ts';

const records = 'InvalidChangeBatch: [Number of records limit of 1000 exceeded.]';
const characters = 'InvalidChangeBatch: [RDATA character limit of 32000 exceeded.]';

const times = (count: number, make: (i: number) => Change): Change[] =>
  Array.from({ length: count }, (_, i) => make(i));
const many = (action: 'CREATE' | 'UPSERT', count: number): Change[] =>
  times(count, i => change(action, `n${i}.example.com`, 'A', ['1.1.1.1']));
/** TXT records of the size given, quotation marks included. */
const texts = (action: 'CREATE' | 'UPSERT', count: number, size: number): Change[] =>
  times(count, i => change(action, `t${i}.example.com`, 'TXT', [`"${'x'.repeat(size - 2)}"`]));
const values = (count: number): string[] => Array.from({ length: count }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
const odd = create('z.example.com', 'TXT', `"${'x'.repeat(199)}"`);

describe('limits of one request', () => {
  test.each<[rule: string, changes: Change[], answer: string]>([
    ['1,000 records', many('CREATE', 1000), ''],
    ['1,001 records', many('CREATE', 1001), records],
    ['500 upserts', many('UPSERT', 500), ''],
    ['501 upserts, which count twice', many('UPSERT', 501), records],
    ['records are counted, not record sets', times(3, i => create(`n${i}.example.com`, 'A', values(334))), records],
    ['400 values', [create('n.example.com', 'A', values(400))], ''],
    [
      '401 values',
      [create('n.example.com', 'A', values(401))],
      'InvalidChangeBatch: [Cannot have more than 400 records in a RRSet.]',
    ],
    ['32,000 characters', texts('CREATE', 160, 200), ''],
    ['32,001 characters', [...texts('CREATE', 159, 200), odd], characters],
    ['16,000 characters upserted', texts('UPSERT', 80, 200), ''],
    ['16,001 characters upserted', [...texts('UPSERT', 79, 200), { ...odd, action: 'UPSERT' }], characters],
    [
      'aliases have no records: any number of them',
      times(1500, i => alias('CREATE', `n${i}.example.com`, 'A', 'Z35SXDOTRQ7X7K', 'x.us-east-1.elb.amazonaws.com')),
      '',
    ],
  ])('%s', (_rule, changes, answer) => {
    expect(refusal(() => twoZones().change('Z1', changes))).toBe(answer);
  });

  test.each([
    [8, ''],
    [9, 'InvalidChangeBatch: [Exceeded limit MAX_RRSETS_BY_ZONE for zone: Z1]'],
  ])('a zone for 10 record sets, two of them its own, takes 8 more: %i', (count, answer) => {
    const store = twoZones();
    store.maxRecordSets = 10;
    expect(refusal(() => store.change('Z1', many('CREATE', count)))).toBe(answer);
  });

  test('a full zone still takes swaps, updates and deletes', () => {
    const store = twoZones(many('CREATE', 8));
    store.maxRecordSets = 10;
    const swap = [remove('n0.example.com', 'A', '1.1.1.1'), create('m.example.com', 'A', '1.1.1.1')];
    expect(refusal(() => store.change('Z1', swap))).toBe('');
    expect(refusal(() => store.change('Z1', [upsert('n1.example.com', 'A', '2.2.2.2')]))).toBe('');
    expect(refusal(() => store.change('Z1', [remove('n2.example.com', 'A', '1.1.1.1')]))).toBe('');
  });

  test('at most 100 weighted sets of one name and type', () => {
    const sets = (count: number) =>
      times(count, i => create('w.example.com', 'A', '1.1.1.1', { setIdentifier: `s${i}`, weight: 1 }));
    expect(refusal(() => twoZones().change('Z1', sets(100)))).toBe('');
    expect(refusal(() => twoZones().change('Z1', sets(101)))).toContain('Exceeded limit on number of weighted RRSets');
  });
});

const schema = /^InvalidInput: Invalid XML ; .*lineNumber: 1; columnNumber: 1; cvc-/;
const where = (identifier: string) =>
  ` in Change with [Action=CREATE, Name=n.example.com, Type=A, SetIdentifier=${identifier}]`;
const content =
  'InvalidInput: Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found ';
const near = (geoProximityLocation: Fields['geoProximityLocation'] & object) =>
  plain({ setIdentifier: 'foo', geoProximityLocation });
const place =
  'InvalidInput: Invalid request: Expected exactly one of [AWSRegion, LocalZoneGroup, or Coordinates], but found ';
const nowhere = 'InvalidInput: Invalid request: Coordinates are not valid';
const routing =
  'InvalidInput: Invalid request: Expected exactly one of [Weight, Region, Failover, GeoLocation, or MultiValueAnswer], but found ';
const bare = (fields: Fields): Change => ({
  action: 'CREATE',
  recordSet: { name: 'n.example.com', type: 'A', ...fields },
});
const plain = (fields: Fields): Change => create('n.example.com', 'A', '1.1.1.1', fields);
const target = {
  hostedZoneId: 'Z35SXDOTRQ7X7K',
  dnsName: 'x.us-east-1.elb.amazonaws.com',
  evaluateTargetHealth: false,
};

describe('fields out of range', () => {
  test.each<[rule: string, change: Change, answer: RegExp]>([
    ['weight 0 is the least', plain({ setIdentifier: 'x', weight: 0 }), /^$/],
    ['weight 255 is the most', plain({ setIdentifier: 'x', weight: 255 }), /^$/],
    [
      'weight 256',
      plain({ setIdentifier: 'x', weight: 256 }),
      /cvc-maxInclusive-valid: Value '256' .* '255' for type 'ResourceRecordSetWeight'/,
    ],
    ['weight -1', plain({ setIdentifier: 'x', weight: -1 }), /cvc-minInclusive-valid/],
    [
      'weight 1.5',
      plain({ setIdentifier: 'x', weight: 1.5 }),
      /cvc-datatype-valid.1.2.1: '1.5' is not a valid value for 'integer'/,
    ],
    ['TTL 0 is the least', plain({ ttl: 0 }), /^$/],
    ['TTL 2147483647 is the most', plain({ ttl: 2147483647 }), /^$/],
    ['TTL above', plain({ ttl: 2147483648 }), /'2147483647' for type 'TTL'/],
    ['TTL below', plain({ ttl: -1 }), /cvc-minInclusive-valid/],
    ['identifier of 128 characters', plain({ setIdentifier: 'i'.repeat(128), weight: 1 }), /^$/],
    [
      'identifier of 129',
      plain({ setIdentifier: 'i'.repeat(129), weight: 1 }),
      /length = '129' .*'ResourceRecordSetIdentifier'/,
    ],
    ['empty identifier', plain({ setIdentifier: '', weight: 1 }), /cvc-minLength-valid/],
    ['unknown region', plain({ setIdentifier: 'x', region: 'mars-1' }), /cvc-enumeration-valid: Value 'mars-1'/],
    ['unknown failover', plain({ setIdentifier: 'x', failover: 'primary' }), /enumeration '\[PRIMARY, SECONDARY\]'/],
    ['unknown type', create('n.example.com', 'FOO', '1'), /cvc-enumeration-valid: Value 'FOO'/],
    [
      'value of 4,001 characters',
      create('n.example.com', 'TXT', 'x'.repeat(4001)),
      /length = '4001' .*maxLength '4000' for type 'RData'/,
    ],
    [
      'name of 1,025 characters',
      create(`${'a'.repeat(1013)}.example.com`, 'A', '1.1.1.1'),
      /length = '1025' .*'DNSName'/,
    ],
  ])('%s', (_rule, change, answer) => {
    const found = refusal(() => twoZones().change('Z1', [change]));
    expect(found).toMatch(answer);
    if (found) expect(found).toMatch(schema);
  });

  test.each<[rule: string, change: Change, answer: string]>([
    ['alias and TTL', bare({ alias: target, ttl: 60 }), `${content}more than one${where('null')}`],
    ['alias and values', bare({ alias: target, values: ['1.1.1.1'] }), `${content}more than one${where('null')}`],
    ['values without TTL', bare({ values: ['1.1.1.1'] }), `${content}none${where('null')}`],
    ['TTL without values', bare({ ttl: 60 }), `${content}none${where('null')}`],
    ['neither', bare({}), `${content}none${where('null')}`],
    ['identifier without policy', plain({ setIdentifier: 'foo' }), `${routing}none${where('foo')}`],
    [
      'two policies',
      plain({ setIdentifier: 'foo', weight: 1, region: 'us-east-1' }),
      `${routing}more than one${where('foo')}`,
    ],
    [
      'policy without identifier',
      plain({ weight: 1 }),
      `InvalidInput: Invalid request: Missing field 'SetIdentifier'${where('null')}`,
    ],
    [
      'multivalue false counts as a policy',
      plain({ multiValueAnswer: false }),
      `InvalidInput: Invalid request: Missing field 'SetIdentifier'${where('null')}`,
    ],
    [
      'multivalue alias',
      bare({ alias: target, setIdentifier: 'foo', multiValueAnswer: true }),
      `InvalidInput: Invalid request: MultiValueAnswer is not supported for alias resource record sets${where('foo')}`,
    ],
    [
      'a location that is none',
      plain({ setIdentifier: 'foo', geoLocation: {} }),
      `InvalidInput: Invalid request: Expected exactly one of [ContinentCode, or CountryCode], but found none${where('foo')}`,
    ],
    [
      'continent and country',
      plain({ setIdentifier: 'foo', geoLocation: { continentCode: 'EU', countryCode: 'DE' } }),
      `InvalidInput: Invalid request: Expected exactly one of [ContinentCode, or CountryCode], but found more than one${where('foo')}`,
    ],
    ['a bias of nothing', near({ bias: 1 }), `${place}none${where('foo')}`],
    ['two places', near({ awsRegion: 'eu-west-1', localZoneGroup: 'x' }), `${place}more than one${where('foo')}`],
    ['a latitude of 91', near({ coordinates: { latitude: '91', longitude: '0' } }), `${nowhere}${where('foo')}`],
    ['three decimals', near({ coordinates: { latitude: '1', longitude: '0.123' } }), `${nowhere}${where('foo')}`],
    ['a place', near({ coordinates: { latitude: '-1.25', longitude: '180' }, bias: -99 }), ''],
    [
      'a routed delegation',
      create('d.example.com', 'NS', 'ns.example.net', { setIdentifier: 'foo', weight: 1 }),
      'InvalidInput: Invalid request: routing policies are not supported for resource record sets of type NS in Change with [Action=CREATE, Name=d.example.com, Type=NS, SetIdentifier=foo]',
    ],
  ])('%s', (_rule, change, answer) => {
    expect(refusal(() => twoZones().change('Z1', [change]))).toBe(answer);
  });
});

test('what is out of range is refused before anything else of the batch', () => {
  const changes = [create('a..example.com', 'A', 'x'), ...many('CREATE', 1001), plain({ ttl: -1 })];
  expect(refusal(() => twoZones().change('Z1', changes))).toMatch(schema);
});

test('the size of the batch is refused before its names and values', () => {
  const changes = [create('a..example.com', 'A', 'x'), ...many('CREATE', 1001)];
  expect(refusal(() => twoZones().change('Z1', changes))).toBe(records);
});

test('a zone that is not there is refused before the batch is looked at', () => {
  expect(refusal(() => twoZones().change('ZNO', [plain({ ttl: -1 })]))).toBe(
    'NoSuchHostedZone: No hosted zone found with ID: ZNO',
  );
});

test('an empty batch is no batch', () => {
  expect(refusal(() => twoZones().change('Z1', []))).toMatch(schema);
});

test('a health check that does not exist is refused, and the answer does not say of which record set', () => {
  const store = twoZones();
  store.missingHealthChecks.add('hc-1');
  const changes = [create('a.example.com', 'A', '1.1.1.1'), plain({ healthCheckId: 'hc-1' })];
  expect(refusal(() => store.change('Z1', changes))).toBe(
    'NoSuchHealthCheck: No health check exists with the specified ID.',
  );
  expect(refusal(() => store.change('Z1', [plain({ healthCheckId: 'hc-2' })]))).toBe('');
  store.healthChecks = new Set(['hc-1', 'hc-3']);
  expect(refusal(() => store.change('Z1', [plain({ healthCheckId: 'hc-1' })]))).toMatch(/^NoSuchHealthCheck/);
  expect(refusal(() => store.change('Z1', [plain({ healthCheckId: 'hc-2' })]))).toMatch(/^NoSuchHealthCheck/);
  expect(refusal(() => store.change('Z1', [create('m.example.com', 'A', '1.1.1.1', { healthCheckId: 'hc-3' })]))).toBe(
    '',
  );
});
