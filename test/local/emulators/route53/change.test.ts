import { ALB, ALB_ZONE, besideCname, type Case, cnameBeside, one, testCases, two, weighted } from './cases.ts';
import { alias, create, remove, upsert } from './changes.ts';

const exists = (what: string) => `Tried to create resource record set [${what}] but it already exists`;
const absent = (what: string) => `Tried to delete resource record set [${what}] but it was not found`;
const differs = (what: string) =>
  `Tried to delete resource record set [${what}] but the values provided do not match the current values`;
const A = "name='a.example.com.', type='A'";
const invalidSet = (what: string) =>
  `The request contains an invalid set of changes for a resource record set '${what}'`;

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

testCases('what exists', existence);
testCases('exact deletes', deletion);
testCases('order within the batch', order);
