import { expect, test } from 'vitest';
import { type RecordSet, Route53Store } from '../../../../local/emulators/route53/index.ts';
import { ALB, ALB_ZONE, besideCname, type Case, cnameBeside, one, testCases, two, weighted } from './cases.ts';
import { alias, create, refusal, twoZones, upsert } from './changes.ts';

const noTarget = (name: string, type: string, zone: string) =>
  `Tried to create an alias that targets ${name}, type ${type} in zone ${zone}, but that target was not found`;
const outside = (name: string, zone: string) =>
  `Tried to create an alias that targets ${name}, type A in zone ${zone}, but the alias target name does not lie within the target zone`;

const places: readonly Case[] = [
  [
    'a name of another zone is refused',
    [create('x.other.com', 'A', '1.1.1.1')],
    ['RRSet with DNS name x.other.com. is not permitted in zone example.com.'],
  ],
  [
    'a suffix that is no label boundary is another zone',
    [create('notexample.com', 'A', '1.1.1.1')],
    ['RRSet with DNS name notexample.com. is not permitted in zone example.com.'],
  ],
  [
    'no CNAME at the apex',
    [create('example.com', 'CNAME', 'x.net')],
    ['RRSet of type CNAME with DNS name example.com. is not permitted at apex in zone example.com.'],
  ],
  ['no CNAME beside A', [upsert('a.example.com', 'CNAME', 'x.net')], [cnameBeside('a.example.com.')]],
  ['no A beside CNAME', [upsert('c.example.com', 'A', '1.1.1.1')], [besideCname('A', 'c.example.com.')]],
  ['no TXT beside CNAME', [upsert('c.example.com', 'TXT', '"x"')], [besideCname('TXT', 'c.example.com.')]],
  [
    'a CNAME has one value',
    [create('n.example.com', 'CNAME', ['x.net', 'y.net'])],
    ['RRSet of type CNAME with DNS name n.example.com. is not permitted to have more than one resource record'],
  ],
  [
    'SOA stands at the apex only',
    [create('n.example.com', 'SOA', 'a. b. 1 2 3 4 5')],
    ['RRSet of type SOA with DNS name n.example.com. is not permitted in zone example.com.'],
  ],
  [
    'NS has no wildcard',
    [create('*.sub.example.com', 'NS', 'ns.example.net')],
    ['RRSet of type NS with DNS name \\052.sub.example.com. is not permitted as NS records cannot be wildcards'],
  ],
];

const W = 'RRSet with DNS name w.example.com., type A';
const routing: readonly Case[] = [
  [
    'simple does not stand beside weighted',
    [create('w.example.com', 'A', '1.1.1.1')],
    [`${W} cannot be created as other RRSets exist with the same name and type.`],
  ],
  [
    'weighted does not stand beside simple',
    [create('a.example.com', 'A', '1.1.1.1', one({ weight: 1 }))],
    [
      'RRSet with DNS name a.example.com., type A, SetIdentifier one cannot be created as a non-weighted set exists with the same name and type.',
    ],
  ],
  [
    'latency does not stand beside weighted',
    [create('w.example.com', 'A', '1.1.1.1', two({ region: 'eu-west-1' }))],
    [
      `${W}, SetIdentifier two, and Region Name=eu-west-1 cannot be created as a non-latency set exists with the same name and type.`,
    ],
  ],
  [
    'multivalue does not stand beside simple',
    [create('a.example.com', 'A', '1.1.1.1', one({ multiValueAnswer: true }))],
    [
      'RRSet with DNS name a.example.com., type A, SetIdentifier one cannot be created because a non multivalue answer rrset exists with the same name and type.',
    ],
  ],
  ['a second weighted set is welcome', [create('w.example.com', 'A', '1.1.1.1', two({ weight: 2 }))]],
  [
    'weighted sets share their TTL',
    [create('w.example.com', 'A', '1.1.1.1', two({ weight: 2, ttl: 60 }))],
    [
      'RRSet with DNS name w.example.com. and type A, SetIdentifier two cannot be created as weighted sets must contain the same TTL.',
    ],
  ],
  [
    'one latency set for each region',
    [create('l.example.com', 'A', '1.1.1.1', two({ region: 'eu-west-1' }))],
    [
      'RRSet with DNS name l.example.com., type A, SetIdentifier two, and Region Name=eu-west-1 cannot be created because a latency RRSet with the same name, type and region already exists.',
    ],
  ],
  ['another region is welcome', [create('l.example.com', 'A', '1.1.1.1', two({ region: 'us-east-1' }))]],
  [
    'one primary',
    [create('f.example.com', 'A', '1.1.1.1', two({ failover: 'PRIMARY' }))],
    [
      'RRSet with DNS name f.example.com., type A, SetIdentifier two cannot be created because a failover RRSet with the same name, type and failover PRIMARY already exists.',
    ],
  ],
  ['primary and secondary', [create('f.example.com', 'A', '1.1.1.1', two({ failover: 'SECONDARY' }))]],
  [
    'one set for each location',
    [create('g.example.com', 'A', '1.1.1.1', two({ geoLocation: { continentCode: 'EU' } }))],
    [
      'RRSet with DNS name g.example.com., type A, SetIdentifier two cannot be created because a geolocation RRSet with the same name, type and location already exists.',
    ],
  ],
  [
    'another location is welcome',
    [create('g.example.com', 'A', '1.1.1.1', two({ geoLocation: { countryCode: '*' } }))],
  ],
  [
    'a state',
    [create('g.example.com', 'A', '1.1.1.1', two({ geoLocation: { countryCode: 'US', subdivisionCode: 'CA' } }))],
  ],
  ...(
    [
      [{ continentCode: 'XX' }, 'continent = XX'],
      [{ countryCode: 'EU' }, 'country = EU'],
      [{ countryCode: 'UK' }, 'country = UK'],
      [{ countryCode: 'QQ' }, 'country = QQ'],
      [{ countryCode: 'CA', subdivisionCode: 'NL' }, 'country = CA subdivision = NL'],
    ] satisfies [RecordSet['geoLocation'] & object, string][]
  ).map<Case>(([geoLocation, location]) => [
    `a location that there is not: ${location}`,
    [create('g.example.com', 'A', '1.1.1.1', two({ geoLocation }))],
    [`Cannot find location: '${location}'.  No changes made.`],
  ]),
];

const aliases: readonly Case[] = [
  ['a load balancer, with dualstack', [alias('CREATE', 'n.example.com', 'A', ALB_ZONE, `dualstack.${ALB}`)]],
  [
    'a network load balancer',
    [alias('CREATE', 'n.example.com', 'AAAA', 'Z26RNL4JYFTOTI', 'n.elb.us-east-1.amazonaws.com')],
  ],
  [
    'a load balancer in China',
    [alias('CREATE', 'n.example.com', 'A', 'Z1GDH35T77C1KE', 'n.cn-north-1.elb.amazonaws.com.cn')],
  ],
  ['CloudFront at the apex', [alias('CREATE', 'example.com', 'A', 'Z2FDTNDATAQYW2', 'd111.cloudfront.net')]],
  ['CloudFront for HTTPS', [alias('CREATE', 'n.example.com', 'HTTPS', 'Z2FDTNDATAQYW2', 'd111.cloudfront.net')]],
  ['Global Accelerator', [alias('CREATE', 'n.example.com', 'A', 'Z2BJ6XQ5FK7U4H', 'a1.awsglobalaccelerator.com')]],
  [
    "another region's zone",
    [alias('CREATE', 'n.example.com', 'A', 'Z32O12XQLNTSW2', ALB)],
    [outside(`${ALB}.`, 'Z32O12XQLNTSW2')],
  ],
  [
    "a network load balancer with the application load balancers' zone",
    [alias('CREATE', 'n.example.com', 'A', ALB_ZONE, 'foo.elb.us-east-1.amazonaws.com')],
    [outside('foo.elb.us-east-1.amazonaws.com.', ALB_ZONE)],
  ],
  ['the own zone for a load balancer', [alias('CREATE', 'n.example.com', 'A', 'Z1', ALB)], [outside(`${ALB}.`, 'Z1')]],
  ['a zone that nobody knows', [alias('CREATE', 'n.example.com', 'A', 'ZNOPE', ALB)], [outside(`${ALB}.`, 'ZNOPE')]],
  [
    'no CNAME alias to a service',
    [alias('CREATE', 'n.example.com', 'CNAME', ALB_ZONE, ALB)],
    [noTarget(`${ALB}.`, 'CNAME', ALB_ZONE)],
  ],
  ['a record of the same zone', [alias('CREATE', 'n.example.com', 'A', 'Z1', 'a.example.com')]],
  [
    'no such record',
    [alias('CREATE', 'n.example.com', 'A', 'Z1', 'y.example.com')],
    [noTarget('y.example.com.', 'A', 'Z1')],
  ],
  [
    'the record has another type',
    [alias('CREATE', 'n.example.com', 'AAAA', 'Z1', 'a.example.com')],
    [noTarget('a.example.com.', 'AAAA', 'Z1')],
  ],
  ['itself', [alias('UPSERT', 'a.example.com', 'A', 'Z1', 'a.example.com')], [noTarget('a.example.com.', 'A', 'Z1')]],
  [
    'after its target',
    [create('y.example.com', 'A', '1.1.1.1'), alias('CREATE', 'n.example.com', 'A', 'Z1', 'y.example.com')],
  ],
  [
    'before its target',
    [alias('CREATE', 'n.example.com', 'A', 'Z1', 'y.example.com'), create('y.example.com', 'A', '1.1.1.1')],
    [noTarget('y.example.com.', 'A', 'Z1')],
  ],
  [
    'before the UPSERT of its target',
    [alias('CREATE', 'n.example.com', 'A', 'Z1', 'a.example.com'), upsert('a.example.com', 'A', '1.1.1.1')],
    [noTarget('a.example.com.', 'A', 'Z1')],
  ],
  [
    'a record of another zone',
    [alias('CREATE', 'n.example.com', 'NS', 'Z2', 'example.org')],
    [noTarget('example.org.', 'NS', 'Z2')],
  ],
  [
    'a record that another zone lacks',
    [alias('CREATE', 'n.example.com', 'A', 'Z2', 'a.example.org')],
    [noTarget('a.example.org.', 'A', 'Z2')],
  ],
  [
    'an empty target',
    [alias('CREATE', 'n.example.com', 'A', 'Z1', '')],
    ["FATAL problem: DomainNameEmpty (Domain name is empty) encountered with ''"],
  ],
];

testCases('where a record may stand', places);
testCases('routing policies', routing);
testCases('alias targets', aliases);

test('every weighted set of a name may change its TTL in one batch', () => {
  const store = twoZones([weighted, create('w.example.com', 'A', '1.1.1.2', two({ weight: 1 }))]);
  const slower = ['one', 'two'].map((setIdentifier, i) =>
    upsert('w.example.com', 'A', `1.1.1.${i + 1}`, { setIdentifier, weight: 1, ttl: 900 }),
  );
  expect(refusal(() => store.change('Z1', slower))).toBe('');
});

test('an alias may point to a record of another hosted zone', () => {
  const store = twoZones();
  store.change('Z2', [create('a.example.org', 'A', '1.1.1.1')]);
  const attempt = () => store.change('Z1', [alias('CREATE', 'n.example.com', 'A', 'Z2', 'a.example.org')]);
  expect(refusal(attempt)).toBe('');
});

const CLOUDFRONT = ['Z2FDTNDATAQYW2', 'd111111abcdef8.cloudfront.net'] as const;

test.each<[string, boolean, boolean, RegExp]>([
  [
    'looks after no target health',
    false,
    true,
    /d111111abcdef8\.cloudfront\.net\., .* EvaluateTargetHealth cannot be true/,
  ],
  ['stands in no private zone', true, false, /cannot target a CloudFront distribution/],
  ['stands in a public zone', false, false, /^$/],
])('an alias to CloudFront %s, by the API reference', (_rule, inside, evaluateTargetHealth, message) => {
  const store = new Route53Store({ cloudFrontRules: true });
  store.addZone({ id: 'Z1', name: 'example.com', private: inside });
  const sent = [alias('CREATE', 'x.example.com', 'A', ...CLOUDFRONT, { evaluateTargetHealth })];
  expect(refusal(() => store.change('Z1', sent))).toMatch(message);
});

test('an alias of type AAAA finds no target where the service has no IPv6', () => {
  const store = twoZones();
  store.ipv4Targets.add(ALB);
  expect(refusal(() => store.change('Z1', [alias('CREATE', 'x.example.com', 'A', ALB_ZONE, ALB)]))).toBe('');
  const aaaa = refusal(() => store.change('Z1', [alias('CREATE', 'x.example.com', 'AAAA', ALB_ZONE, ALB)]));
  expect(aaaa).toContain(noTarget(`${ALB}.`, 'AAAA', ALB_ZONE));
});
