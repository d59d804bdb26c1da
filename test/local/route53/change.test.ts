import { describe, expect, test } from 'vitest';
import type { Change } from '../../../local/route53/index.ts';
import { dumpZones } from '../../../local/route53/index.ts';
import { alias, create, type Fields, refusal, remove, twoZones, upsert } from './changes.ts';

const ALB = 'foo.us-east-1.elb.amazonaws.com';
const ALB_ZONE = 'Z35SXDOTRQ7X7K';
const one = (fields: Fields): Fields => ({ setIdentifier: 'one', ...fields });
const two = (fields: Fields): Fields => ({ setIdentifier: 'two', ...fields });

const weighted = create('w.example.com', 'A', '1.1.1.1', one({ weight: 1 }));
const latency = create('l.example.com', 'A', '1.1.1.1', one({ region: 'eu-west-1' }));
const failover = create('f.example.com', 'A', '1.1.1.1', one({ failover: 'PRIMARY' }));
const geo = create('g.example.com', 'A', '1.1.1.1', one({ geoLocation: { continentCode: 'EU' } }));
const base: readonly Change[] = [
  create('a.example.com', 'A', '1.2.3.4'),
  create('c.example.com', 'CNAME', 'x.example.net'),
  weighted,
  latency,
  failover,
  geo,
  create('m.example.com', 'A', '1.1.1.1', one({ multiValueAnswer: true })),
  alias('CREATE', 'lb.example.com', 'A', ALB_ZONE, ALB, { evaluateTargetHealth: true }),
  create('*.example.com', 'A', '9.9.9.9'),
  create('two.example.com', 'A', ['1.1.1.1', '2.2.2.2']),
  create('t.example.com', 'TXT', '"one" "two"'),
  create('v6.example.com', 'AAAA', '2001:db8::1'),
];

const exists = (what: string) => `Tried to create resource record set [${what}] but it already exists`;
const absent = (what: string) => `Tried to delete resource record set [${what}] but it was not found`;
const differs = (what: string) =>
  `Tried to delete resource record set [${what}] but the values provided do not match the current values`;
const A = "name='a.example.com.', type='A'";
const invalidSet = (what: string) =>
  `The request contains an invalid set of changes for a resource record set '${what}'`;
const besideCname = (type: string, name: string) =>
  `RRSet of type ${type} with DNS name ${name} is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone example.com.`;
const cnameBeside = (name: string) =>
  `RRSet of type CNAME with DNS name ${name} is not permitted as it conflicts with other records with the same DNS name in zone example.com.`;
const noTarget = (name: string, type: string, zone: string) =>
  `Tried to create an alias that targets ${name}, type ${type} in zone ${zone}, but that target was not found`;
const outside = (name: string, zone: string) =>
  `Tried to create an alias that targets ${name}, type A in zone ${zone}, but the alias target name does not lie within the target zone`;

type Case = readonly [rule: string, changes: readonly Change[], messages?: readonly string[]];

const existence: readonly Case[] = [
  ['a new record set is created', [create('n.example.com', 'A', '1.2.3.4')]],
  ['CREATE of what is there is refused', [create('a.example.com', 'A', '1.2.3.4')], [exists(A)]],
  ['names compare without case and final dot', [create('A.Example.com.', 'A', '9.9.9.9')], [exists(A)]],
  [
    'a wildcard is printed as an octal escape',
    [create('*.example.com', 'A', '9.9.9.9')],
    [exists("name='\\052.example.com.', type='A'")],
  ],
  ['the set identifier is printed', [weighted], [exists("name='w.example.com.', type='A', set-identifier='one'")]],
  [
    'every bad change has its message',
    [
      create('a.example.com', 'A', '1.1.1.1'),
      create('ok.example.com', 'A', '1.1.1.1'),
      remove('no.example.com', 'A', '1.1.1.1'),
    ],
    [exists(A), absent("name='no.example.com.', type='A'")],
  ],
  ['UPSERT creates and replaces', [upsert('a.example.com', 'A', '5.5.5.5'), upsert('b.example.com', 'A', '5.5.5.5')]],
];

const deletion: readonly Case[] = [
  ['DELETE names exactly what is there', [remove('a.example.com', 'A', '1.2.3.4')]],
  ['DELETE takes the escaped wildcard', [remove('\\052.example.com.', 'A', '9.9.9.9')]],
  ['values compare as a set', [remove('two.example.com', 'A', ['2.2.2.2', '1.1.1.1'])]],
  ['another spelling of a TXT value is the same value', [remove('t.example.com', 'TXT', '"\\157ne"  "two"')]],
  ['another spelling of an IPv6 address is the same', [remove('v6.example.com', 'AAAA', '2001:DB8:0::1')]],
  ['case and final dot of a target do not count', [remove('c.example.com', 'CNAME', 'X.example.net.')]],
  [
    'two strings are not one',
    [remove('t.example.com', 'TXT', '"onetwo"')],
    [differs("name='t.example.com.', type='TXT'")],
  ],
  [
    'fewer values do not match',
    [remove('two.example.com', 'A', '1.1.1.1')],
    [differs("name='two.example.com.', type='A'")],
  ],
  [
    'another type is not there',
    [remove('a.example.com', 'AAAA', '::1')],
    [absent("name='a.example.com.', type='AAAA'")],
  ],
  ['another value does not match', [remove('a.example.com', 'A', '1.2.3.5')], [differs(A)]],
  ['another TTL does not match', [remove('a.example.com', 'A', '1.2.3.4', { ttl: 60 })], [differs(A)]],
  [
    'a routed set is not found without its identifier',
    [remove('w.example.com', 'A', '1.1.1.1')],
    [absent("name='w.example.com.', type='A'")],
  ],
  [
    'another weight does not match',
    [remove('w.example.com', 'A', '1.1.1.1', one({ weight: 2 }))],
    [differs("name='w.example.com.', type='A', set-identifier='one'")],
  ],
  [
    'a health check that is not there does not match',
    [remove('w.example.com', 'A', '1.1.1.1', one({ weight: 1, healthCheckId: 'abc' }))],
    [differs("name='w.example.com.', type='A', set-identifier='one'")],
  ],
  [
    'an alias is deleted by its target',
    [alias('DELETE', 'lb.example.com', 'A', `/hostedzone/${ALB_ZONE}`, `${ALB}.`, { evaluateTargetHealth: true })],
  ],
  [
    'evaluate-target-health must match',
    [alias('DELETE', 'lb.example.com', 'A', ALB_ZONE, ALB)],
    [differs("name='lb.example.com.', type='A'")],
  ],
  [
    'the zone of an alias must match',
    [alias('DELETE', 'lb.example.com', 'A', 'Z32O12XQLNTSW2', ALB, { evaluateTargetHealth: true })],
    [differs("name='lb.example.com.', type='A'")],
  ],
];

const order: readonly Case[] = [
  ['a swap is DELETE then CREATE', [remove('a.example.com', 'A', '1.2.3.4'), create('a.example.com', 'A', '5.5.5.5')]],
  [
    'a swap of what somebody changed is refused twice over',
    [remove('a.example.com', 'A', '8.8.8.8'), create('a.example.com', 'A', '5.5.5.5')],
    [differs(A), exists(A)],
  ],
  [
    'CREATE then DELETE of one set is an invalid set of changes',
    [create('a.example.com', 'A', '5.5.5.5'), remove('a.example.com', 'A', '1.2.3.4')],
    [invalidSet('A a.example.com.')],
  ],
  [
    'so are two UPSERTs',
    [upsert('z.example.com', 'A', '5.5.5.5'), upsert('z.example.com', 'A', '5.5.5.6')],
    [invalidSet('A z.example.com.')],
  ],
  [
    'so are DELETE and UPSERT',
    [remove('a.example.com', 'A', '1.2.3.4'), upsert('a.example.com', 'A', '5.5.5.6')],
    [invalidSet('A a.example.com.')],
  ],
  [
    'so are two DELETEs',
    [remove('a.example.com', 'A', '1.2.3.4'), remove('a.example.com', 'A', '1.2.3.4')],
    [invalidSet('A a.example.com.')],
  ],
  [
    'invalid sets are reported alone',
    [
      upsert('z.example.com', 'A', '5.5.5.5'),
      upsert('z.example.com', 'A', 'x'),
      create('a.example.com', 'A', '1.1.1.1'),
    ],
    [invalidSet('A z.example.com.')],
  ],
  [
    'two identifiers are two record sets',
    [
      remove('w.example.com', 'A', '1.1.1.1', one({ weight: 1 })),
      create('w.example.com', 'A', '1.1.1.1', two({ weight: 1 })),
    ],
  ],
  ['CNAME becomes A', [remove('c.example.com', 'CNAME', 'x.example.net'), create('c.example.com', 'A', '1.1.1.1')]],
  ['A becomes CNAME', [remove('a.example.com', 'A', '1.2.3.4'), create('a.example.com', 'CNAME', 'x.net')]],
  [
    'CREATE CNAME before DELETE A fails',
    [create('a.example.com', 'CNAME', 'x.net'), remove('a.example.com', 'A', '1.2.3.4')],
    [cnameBeside('a.example.com.')],
  ],
  [
    'CNAME and A cannot both be created',
    [create('n.example.com', 'CNAME', 'x.net'), create('n.example.com', 'A', '1.1.1.1')],
    [besideCname('A', 'n.example.com.')],
  ],
];

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

/** Every refused batch also carries a good change, which must not be applied. */
const good = create('good.example.com', 'A', '7.7.7.7');

const groups: readonly (readonly [group: string, cases: readonly Case[]])[] = [
  ['what exists', existence],
  ['exact deletes', deletion],
  ['order within the batch', order],
  ['where a record may stand', places],
  ['routing policies', routing],
  ['alias targets', aliases],
];

describe.each(groups)('%s', (_group, cases) => {
  test.each(cases.map(([rule, changes, messages = []]) => ({ rule, changes, messages })))(
    '$rule',
    ({ changes, messages }) => {
      const store = twoZones(base);
      const before = dumpZones(store, { ownSets: true });
      const answer = refusal(() => store.change('Z1', [good, ...changes]));
      expect(answer).toBe(messages.length > 0 ? `InvalidChangeBatch: [${messages.join(', ')}]` : '');
      if (messages.length > 0) expect(dumpZones(store, { ownSets: true })).toEqual(before);
      else expect(dumpZones(store, { ownSets: true })).not.toEqual(before);
    },
  );
});

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
