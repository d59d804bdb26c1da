import { ResourceRecordSetRegion } from '@aws-sdk/client-route-53';
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../lib/model/index.ts';
import { COUNTRIES } from '../../lib/sources/locations.ts';
import { REGIONS } from '../../lib/sources/regions.ts';
import { ALPHA, held, NLB, onlyFinding, read, service } from './objects.ts';

type Annotations = Readonly<Record<string, string>>;

const asked = (annotations: Annotations) =>
  read('service', service({ annotations: { hostname: 'a.example.com', 'set-identifier': 's', ...annotations } }));

/** The same in the words of a DNSEndpoint. */
const entry = ({ 'set-identifier': setIdentifier = 's', ...annotations }: Annotations) =>
  read('crd', {
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      endpoints: [
        {
          dnsName: 'a.example.com',
          recordType: 'A',
          targets: ['192.0.2.1'],
          setIdentifier,
          providerSpecific: Object.entries(annotations).map(([key, value]) => ({
            name: key.replace(/^aws-/, 'aws/'),
            value,
          })),
        },
      ],
    },
  });

const geo = (part: string) => `aws-geolocation-${part}`;
const near = (part: string) => `aws-geoproximity-${part}`;

describe('an object says how its records are routed', () => {
  it.each<[Annotations, Endpoint['routing']]>([
    [{ 'aws-weight': '10' }, { weight: 10 }],
    [{ 'aws-weight': '0' }, { weight: 0 }],
    [{ 'aws-weight': '255' }, { weight: 255 }],
    [{ 'aws-weight': '+0255' }, { weight: 255 }],
    [{ 'aws-region': 'eu-west-1' }, { region: 'eu-west-1' }],
    [{ 'aws-failover': 'PRIMARY' }, { failover: 'PRIMARY' }],
    [{ 'aws-failover': 'SECONDARY' }, { failover: 'SECONDARY' }],
    [{ [geo('continent-code')]: 'EU' }, { geoLocation: { continentCode: 'EU' } }],
    [{ [geo('country-code')]: 'DE' }, { geoLocation: { countryCode: 'DE' } }],
    [{ [geo('country-code')]: '*' }, { geoLocation: { countryCode: '*' } }],
    [
      { [geo('country-code')]: 'US', [geo('subdivision-code')]: 'CA' },
      { geoLocation: { countryCode: 'US', subdivisionCode: 'CA' } },
    ],
    [{ [geo('country-code')]: 'XK' }, { geoLocation: { countryCode: 'XK' } }],
    [
      { [geo('country-code')]: 'US', [geo('subdivision-code')]: 'PR' },
      { geoLocation: { countryCode: 'US', subdivisionCode: 'PR' } },
    ],
    [
      { [geo('country-code')]: 'UA', [geo('subdivision-code')]: '43' },
      { geoLocation: { countryCode: 'UA', subdivisionCode: '43' } },
    ],
    [{ [near('region')]: 'us-east-1' }, { geoProximity: { awsRegion: 'us-east-1', bias: 0 } }],
    [{ [near('region')]: 'us-east-1', [near('bias')]: '-99' }, { geoProximity: { awsRegion: 'us-east-1', bias: -99 } }],
    [
      { [near('local-zone-group')]: 'us-east-1-bue-1' },
      { geoProximity: { localZoneGroup: 'us-east-1-bue-1', bias: 0 } },
    ],
    [
      { [near('coordinates')]: '52.52,-13.4', [near('bias')]: '10' },
      { geoProximity: { coordinates: { latitude: '52.52', longitude: '-13.4' }, bias: 10 } },
    ],
    [
      { [near('coordinates')]: '+90., -180.00', [near('bias')]: '+99' },
      { geoProximity: { coordinates: { latitude: '+90.', longitude: '-180.00' }, bias: 99 } },
    ],
    [{ 'aws-multi-value-answer': 'true' }, { multiValueAnswer: true }],
    [{ 'aws-multi-value-answer': '' }, { multiValueAnswer: true }],
  ])('%j', (annotations, routing) => {
    for (const wanted of [asked(annotations), entry(annotations)])
      expect(wanted).toMatchObject({ endpoints: [{ setIdentifier: 's', routing }], findings: [], holds: [] });
  });

  it('a health check stands beside a policy, and without one', () => {
    const health = { 'aws-health-check-id': '11111111-2222-3333-4444-555555555555' };
    const healthCheckId = health['aws-health-check-id'];
    for (const form of [asked, entry]) {
      expect(form({ ...health, 'aws-weight': '1' }).endpoints).toMatchObject([
        { healthCheckId, routing: { weight: 1 } },
      ]);
      const simple = form({ ...health, 'set-identifier': '' });
      expect(simple).toMatchObject({ endpoints: [{ healthCheckId }], findings: [] });
      expect(simple.endpoints[0]).not.toHaveProperty('setIdentifier');
    }
  });
});

it('a weight without set identifier is of its cluster’s share, if the name is shared: the plan knows', () => {
  for (const wanted of [asked, entry].map(form => form({ 'set-identifier': '', 'aws-weight': '7' }))) {
    expect(wanted.endpoints).toEqual([expect.objectContaining({ weight: 7 })]);
    expect(wanted.endpoints[0]).not.toHaveProperty('routing');
    expect([held(wanted), wanted.findings]).toEqual([[], []]);
  }
});

describe('fairlead.dev/sharing', () => {
  const annotated = (sharing: string) =>
    read('service', service({ annotations: { hostname: 'a.example.com', 'fairlead.dev/sharing': sharing } }));

  it.each(['first', 'merge', 'weighted'])('%s', sharing => {
    expect(annotated(sharing).endpoints).toEqual([expect.objectContaining({ name: 'a.example.com', sharing })]);
  });

  it('anything else holds the object’s records', () => {
    const wanted = annotated('all');
    expect([wanted.endpoints, held(wanted)]).toEqual([[], ['*']]);
    expect(onlyFinding(wanted)).toMatchObject({
      reason: 'invalid',
      field: 'metadata.annotations["fairlead.dev/sharing"]',
      message: expect.stringContaining('"all" is not allowed: write one of first, merge, weighted'),
    });
  });
});

describe('what Route 53 would refuse holds the object’s records, and names what is at fault', () => {
  it.each<[string, Annotations, string, RegExp]>([
    [
      'a policy without set identifier',
      { 'set-identifier': '', 'aws-region': 'eu-west-1' },
      'aws-region',
      /needs a set identifier/,
    ],
    ['a set identifier without policy', {}, 'set-identifier', /without a routing policy/],
    ['a long set identifier', { 'set-identifier': 'x'.repeat(129), 'aws-weight': '1' }, 'set-identifier', /1 to 128/],
    [
      'a set identifier that XML cannot say',
      { 'set-identifier': 'a\u0007', 'aws-weight': '1' },
      'set-identifier',
      /1 to 128/,
    ],
    ...['\ufffe', 'a\uffff', '\ud800'].map(
      id =>
        [
          `a set identifier that XML cannot say: ${encodeURI(JSON.stringify(id))}`,
          { 'set-identifier': id, 'aws-weight': '1' },
          'set-identifier',
          /1 to 128/,
        ] satisfies [string, Annotations, string, RegExp],
    ),
    [
      'two policies',
      { 'aws-weight': '1', 'aws-region': 'eu-west-1' },
      'aws-region',
      /one routing policy, and .*aws[-/]weight/,
    ],
    ['no number', { 'aws-weight': 'ten' }, 'aws-weight', /from 0 to 255/],
    ['an empty weight', { 'aws-weight': '' }, 'aws-weight', /from 0 to 255/],
    ['too large a weight', { 'aws-weight': '256' }, 'aws-weight', /from 0 to 255/],
    [
      'too large a weight of a share, which needs no set identifier',
      { 'set-identifier': '', 'aws-weight': '256' },
      'aws-weight',
      /from 0 to 255/,
    ],
    ['a negative weight', { 'aws-weight': '-1' }, 'aws-weight', /from 0 to 255/],
    ['half a weight', { 'aws-weight': '1.5' }, 'aws-weight', /from 0 to 255/],
    ['no region', { 'aws-region': 'eu-wset-1' }, 'aws-region', /did you mean "eu-west-1"/],
    ['no role', { 'aws-failover': 'primary' }, 'aws-failover', /"PRIMARY" or "SECONDARY"/],
    ['no continent', { [geo('continent-code')]: 'XX' }, geo('continent-code'), /one of AF, AN/],
    [
      'a continent with a country',
      { [geo('continent-code')]: 'EU', [geo('country-code')]: 'DE' },
      geo('continent-code'),
      /a continent or a country, and .*country-code/,
    ],
    [
      'a continent with a subdivision',
      { [geo('continent-code')]: 'EU', [geo('subdivision-code')]: 'CA' },
      geo('continent-code'),
      /a continent or a country/,
    ],
    ['no country', { [geo('country-code')]: 'Germany' }, geo('country-code'), /two capital letters/],
    ['a country that there is not', { [geo('country-code')]: 'QQ' }, geo('country-code'), /two capital letters/],
    ['a continent for a country', { [geo('country-code')]: 'EU' }, geo('country-code'), /two capital letters/],
    ['a country in small letters', { [geo('country-code')]: 'de' }, geo('country-code'), /did you mean "DE"/],
    ['a country by another code', { [geo('country-code')]: 'UK' }, geo('country-code'), /did you mean "GB"/],
    [
      'a state that there is not',
      { [geo('country-code')]: 'US', [geo('subdivision-code')]: 'ZZ' },
      geo('subdivision-code'),
      /not a subdivision of US/,
    ],
    [
      'a state in small letters',
      { [geo('country-code')]: 'US', [geo('subdivision-code')]: 'ca' },
      geo('subdivision-code'),
      /not a subdivision of US/,
    ],
    [
      'a province of Canada',
      { [geo('country-code')]: 'CA', [geo('subdivision-code')]: 'NL' },
      geo('subdivision-code'),
      /those of the US, and of Ukraine/,
    ],
    ['a subdivision alone', { [geo('subdivision-code')]: 'CA' }, geo('subdivision-code'), /needs a country/],
    [
      'a subdivision of everywhere',
      { [geo('country-code')]: '*', [geo('subdivision-code')]: 'CA' },
      geo('subdivision-code'),
      /not a subdivision/,
    ],
    ['a bias alone', { [near('bias')]: '1' }, near('bias'), /needs a place/],
    ['too much bias', { [near('region')]: 'us-east-1', [near('bias')]: '100' }, near('bias'), /-99 to 99/],
    ['no bias', { [near('region')]: 'us-east-1', [near('bias')]: 'x' }, near('bias'), /-99 to 99/],
    ['two places', { [near('region')]: 'us-east-1', [near('coordinates')]: '1,1' }, near('coordinates'), /one place/],
    ['no coordinates', { [near('coordinates')]: '91,0' }, near('coordinates'), /latitude and longitude/],
    ['too exact coordinates', { [near('coordinates')]: '1.234,0' }, near('coordinates'), /two decimals/],
    ['no local zone group', { [near('local-zone-group')]: 'X' }, near('local-zone-group'), /us-east-1-bue-1/],
    ['multivalue that is false', { 'aws-multi-value-answer': 'false' }, 'aws-multi-value-answer', /write "true"/],
    [
      'no health check',
      { 'aws-weight': '1', 'aws-health-check-id': 'a b' },
      'aws-health-check-id',
      /id of a health check/,
    ],
  ])('%s', (_what, annotations, key, message) => {
    const wanted = asked(annotations);
    expect(wanted.endpoints).toEqual([]);
    expect(held(wanted)).toEqual(['*']);
    expect(onlyFinding(wanted)).toMatchObject({
      reason: 'invalid',
      name: 'a.example.com',
      field: `metadata.annotations["${ALPHA}${key}"]`,
      message: expect.stringMatching(message),
    });

    const endpoint = entry(annotations);
    expect(endpoint.endpoints).toEqual([]);
    expect(held(endpoint)).toEqual(['a.example.com']);
    expect(onlyFinding(endpoint)).toMatchObject({ reason: 'invalid', message: expect.stringMatching(message) });
  });

  it('multivalue answers of a name, which would be an alias or a CNAME', () => {
    const annotations = { hostname: 'a.example.com', 'set-identifier': 's', 'aws-multi-value-answer': 'true' };
    const wanted = read('service', service({ annotations, lb: [{ hostname: NLB }] }));
    expect(wanted.endpoints).toEqual([]);
    expect(held(wanted)).toEqual(['a.example.com']);
    expect(onlyFinding(wanted)).toMatchObject({
      reason: 'invalid',
      field: `metadata.annotations["${ALPHA}aws-multi-value-answer"]`,
      message: expect.stringContaining('aws-multi-value-answer'),
    });
  });
});

it('the regions are those of the SDK', () => {
  expect([...REGIONS].sort()).toEqual(Object.values(ResourceRecordSetRegion).sort());
});

it('the countries are those of ISO 3166-1, and Kosovo', () => {
  // What ISO does not assign: exceptionally reserved codes, and some of private use.
  const unassigned = new Set('AC CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ'.split(' '));
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  const letters = Array.from({ length: 26 }, (_, i) => String.fromCharCode(65 + i));
  const isCurrent = (code: string) => names.of(code) !== undefined && new Intl.Locale(`und-${code}`).region === code;
  const all = letters.flatMap(first => letters.map(second => first + second));
  expect([...COUNTRIES]).toEqual(all.filter(code => isCurrent(code) && !unassigned.has(code)));
});
