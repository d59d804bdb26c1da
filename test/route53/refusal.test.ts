import { describe, expect, test } from 'vitest';
import type { NameChange, Routing } from '../../lib/model/index.ts';
import { splitMessages, understand } from '../../lib/route53/refusal.ts';
import { address, create, remove, update } from '../support/changes.ts';

const verdicts = (text: string, batch: NameChange[]) =>
  understand(text, batch)
    .verdicts.map(({ change, verdict }) => `${change.name} ${verdict}`)
    .sort();

const batch = [
  create('a.example.com', '1.2.3'),
  create('b.example.com'),
  update('c.example.com', '203.0.113.1', '203.0.113.2'),
  remove('d.example.com'),
  create('*.w.example.com'),
];

describe('the culprits of a refused batch are found in the words of Route 53', () => {
  test.each([
    [
      "[Tried to create resource record set [name='b.example.com.', type='A'] but it already exists]",
      ['b.example.com stale'],
    ],
    [
      "[Tried to create resource record set [name='a-b.example.com.', type='TXT'] but it already exists]",
      ['b.example.com stale'],
    ],
    [
      "[Tried to delete resource record set [name='d.example.com.', type='A'] but it was not found]",
      ['d.example.com stale'],
    ],
    [
      "[Tried to delete resource record set [name='c.example.com.', type='A'] but the values provided do not match the current values]",
      ['c.example.com stale'],
    ],
    [
      "[Tried to create resource record set [name='\\052.w.example.com.', type='A'] but it already exists]",
      ['*.w.example.com stale'],
    ],
    [
      '[RRSet of type CNAME with DNS name b.example.com. is not permitted as it conflicts with other records with the same DNS name in zone example.com.]',
      ['b.example.com stale'],
    ],
    [
      '[RRSet of type A with DNS name b.example.com. is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone example.com.]',
      ['b.example.com stale'],
    ],
    [
      '[RRSet of type CNAME with DNS name b.example.com. is not permitted at apex in zone example.com.]',
      ['b.example.com invalid'],
    ],
    ['[RRSet with DNS name b.example.com. is not permitted in zone example.org.]', ['b.example.com invalid']],
    [
      "[Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with '1.2.3'']",
      ['a.example.com invalid'],
    ],
    [
      "Invalid request: Missing field 'SetIdentifier' in Change with [Action=CREATE, Name=b.example.com., Type=A, SetIdentifier=null]",
      ['b.example.com invalid'],
    ],
    ['[Some wording never seen before about b.example.com.]', ['b.example.com invalid']],
    [
      "[Tried to create resource record set [name='b.example.com.', type='A'] but it already exists, Tried to delete resource record set [name='d.example.com.', type='A'] but it was not found]",
      ['b.example.com stale', 'd.example.com stale'],
    ],
    [
      "[Tried to create resource record set [name='b.example.com.', type='A'] but it already exists, RRSet of type TXT with DNS name a-b.example.com. is not permitted at all]",
      ['b.example.com invalid'],
    ],
    ["FATAL problem: UnsupportedCharacter (Value contains unsupported characters) encountered with ' '", []],
    ['[Number of records limit of 1000 exceeded.]', []],
  ])('%s', (text, expected) => {
    expect(verdicts(text, batch)).toEqual(expected);
  });

  test('the zone’s own name in a message does not blame the apex', () => {
    const apex = create('example.com');
    const words =
      '[RRSet of type CNAME with DNS name b.example.com. is not permitted as it conflicts with other records with the same DNS name in zone example.com., Never seen in zone example.com.]';
    expect(verdicts(words, [apex, create('b.example.com')])).toEqual(['b.example.com stale']);
  });

  test('an alias without its target is told from the target itself', () => {
    const target = create('target.example.com');
    const alias: NameChange = {
      ...create('alias.example.com'),
      creates: [
        {
          name: 'alias.example.com',
          type: 'A',
          alias: { zoneId: 'Z1', dnsName: 'target.example.com', evaluateTargetHealth: true },
        },
      ],
    };
    expect(
      verdicts(
        '[Tried to create an alias that targets target.example.com., type A in zone Z1, but that target was not found]',
        [target, alias],
      ),
    ).toEqual(['alias.example.com stale']);
  });

  test('a location that Route 53 does not know blames those who are there', () => {
    const at = (name: string, geoLocation: Routing['geoLocation'] & object): NameChange => ({
      ...create(name),
      creates: [{ ...address(name, '192.0.2.1'), setIdentifier: 's', routing: { geoLocation } }],
    });
    const routed = [
      at('canada.example.com', { countryCode: 'CA' }),
      at('province.example.com', { countryCode: 'CA', subdivisionCode: 'NL' }),
      at('continent.example.com', { continentCode: 'XX' }),
    ];
    const words = "[Cannot find location: 'country = CA subdivision = NL'.  No changes made.";
    expect(verdicts(`${words}]`, routed)).toEqual(['province.example.com invalid']);
    expect(verdicts(`${words}, Cannot find location: 'continent = XX'.  No changes made.]`, routed)).toEqual([
      'continent.example.com invalid',
      'province.example.com invalid',
    ]);
  });

  test('a primary without health check, though it be the ownership record of an alias, is to blame', () => {
    const routing = { failover: 'PRIMARY' } as const;
    const failover = (name: string, more: object): NameChange => ({
      ...create(name),
      creates: [{ ...address(name, '192.0.2.1'), setIdentifier: 's', routing, ...more }],
    });
    const alias = { zoneId: 'Z1', dnsName: 'lb.example.net', evaluateTargetHealth: true };
    const some = [
      failover('unchecked.example.com', {}),
      failover('checked.example.com', { healthCheckId: 'h' }),
      failover('alias.example.com', { alias }),
      failover('second.example.com', { routing: { failover: 'SECONDARY' } }),
      create('b.example.com'),
    ];
    const words =
      "[A non-alias primary ResourceRecordSet must have an associated health check. No changes made., Tried to create resource record set [name='b.example.com.', type='A'] but it already exists]";
    expect(verdicts(words, some)).toEqual(['b.example.com stale', 'unchecked.example.com invalid']);
  });

  test('a full zone is nobody’s fault', () => {
    expect(understand('[Exceeded limit MAX_RRSETS_BY_ZONE for zone: Z1]', batch)).toEqual({
      verdicts: [],
      zoneFull: true,
    });
  });
});

test('messages are split where one begins, not at every comma', () => {
  expect(
    splitMessages(
      "[Tried to create resource record set [name='x.', type='A'] but it already exists, RRSet of type A with DNS name y. is no good, really]",
    ),
  ).toEqual([
    "Tried to create resource record set [name='x.', type='A'] but it already exists",
    'RRSet of type A with DNS name y. is no good, really',
  ]);
});
