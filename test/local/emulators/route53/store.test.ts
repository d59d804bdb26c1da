import { describe, expect, test } from 'vitest';
import {
  type Change,
  dumpZones,
  type ListStart,
  loadZones,
  type RecordSet,
  Route53Store,
  type ZoneJson,
} from '../../../../local/emulators/route53/index.ts';
import { alias, create, refusal, remove, twoZones, upsert } from './changes.ts';
import { allPages, line } from './pages.ts';

describe('listing', () => {
  const weighted = (setIdentifier: string) => create('w.example.com', 'A', '1.1.1.1', { setIdentifier, weight: 1 });
  const store = twoZones([
    create('www.example.com', 'TXT', '"x"'),
    create('www.example.com', 'A', '1.1.1.1'),
    create('www.example.com', 'AAAA', '::1'),
    create('*.example.com', 'A', '1.1.1.1'),
    create('a.www.example.com', 'A', '1.1.1.1'),
    create('www-1.example.com', 'A', '1.1.1.1'),
    create('_x.example.com', 'A', '1.1.1.1'),
    create('9.example.com', 'A', '1.1.1.1'),
    weighted('b'),
    weighted('B'),
    weighted('a'),
    create('example.com', 'MX', '1 a.'),
    create('example.com', 'A', '1.1.1.1'),
  ]);
  const whole = [
    'example.com. A',
    'example.com. MX',
    'example.com. NS',
    'example.com. SOA',
    '9.example.com. A',
    '\\052.example.com. A',
    '_x.example.com. A',
    'w.example.com. A B',
    'w.example.com. A a',
    'w.example.com. A b',
    'www-1.example.com. A',
    'www.example.com. A',
    'www.example.com. AAAA',
    'www.example.com. TXT',
    'a.www.example.com. A',
  ];

  test('the order is by reversed labels, then type, then set identifier', () => {
    expect(store.records('Z1').map(line)).toEqual(whole);
  });

  test.each([1, 2, 3, 7, 300, 1000])('pages of %i reach every record set once, in that order', maxItems => {
    expect(allPages(store, 'Z1', Math.min(maxItems, 300)).map(line)).toEqual(whole);
    expect(store.list('Z1', { maxItems }).maxItems).toBe(Math.min(maxItems, 300));
  });

  test.each<[start: ListStart, first: string | undefined]>([
    [{ startRecordName: 'WWW.example.com' }, 'www.example.com. A'],
    [{ startRecordName: 'www.example.com', startRecordType: 'SOA' }, 'www.example.com. TXT'],
    [{ startRecordName: 'www.example.com', startRecordType: 'TXT' }, 'www.example.com. TXT'],
    [{ startRecordName: 'w.example.com', startRecordType: 'A', startRecordIdentifier: 'aa' }, 'w.example.com. A b'],
    [{ startRecordName: 'x.example.com' }, undefined],
    [{ startRecordName: '*.example.com' }, '\\052.example.com. A'],
  ])('%o starts there, whether it exists or not', (start, first) => {
    expect(store.list('Z1', start).recordSets.map(line)[0]).toBe(first);
  });

  test.each<[start: ListStart]>([
    [{ startRecordType: 'A' }],
    [{ startRecordIdentifier: 'x' }],
    [{ startRecordName: 'a', startRecordIdentifier: 'x' }],
    [{ startRecordName: 'a', startRecordType: 'XX' }],
    [{ startRecordName: 'a..b' }],
    [{ maxItems: 0 }],
    [{ maxItems: 1.5 }],
  ])('%o is refused', start => {
    expect(refusal(() => store.list('Z1', start))).toMatch(/^InvalidInput: /);
  });
});

describe('the zone itself', () => {
  const own = () => {
    const store = twoZones();
    const [ns, soa] = store.records('Z1') as [RecordSet, RecordSet];
    return { store, ns, soa };
  };

  test('begins with NS and SOA', () => {
    const { ns, soa } = own();
    expect([line(ns), ns.ttl, ns.values?.length]).toEqual(['example.com. NS', 172_800, 4]);
    expect([line(soa), soa.ttl]).toEqual(['example.com. SOA', 900]);
  });

  test('keeps one NS record set and one SOA', () => {
    const { store, ns, soa } = own();
    expect(refusal(() => store.change('Z1', [{ action: 'DELETE', recordSet: ns }]))).toBe(
      'InvalidChangeBatch: [A HostedZone must contain at least one NS record for the zone itself.]',
    );
    expect(refusal(() => store.change('Z1', [{ action: 'DELETE', recordSet: soa }]))).toBe(
      'InvalidChangeBatch: [A HostedZone must contain exactly one SOA record.]',
    );
    const swap: Change[] = [{ action: 'DELETE', recordSet: ns }, create('example.com', 'NS', 'ns1.example.net')];
    expect(refusal(() => store.change('Z1', swap))).toBe('');
  });
});

describe('what a test can ask for', () => {
  test('a poisoned name refuses every batch that touches it, with the words given', () => {
    const store = twoZones();
    store.poisons.push({ name: 'P.example.com', message: '{type} {name} {zone} {value}' }, { name: '*.example.com' });
    const batch = [
      create('ok.example.com', 'A', '1.1.1.1'),
      create('p.example.com', 'A', '2.2.2.2'),
      create('*.example.com', 'A', '3.3.3.3'),
    ];
    expect(refusal(() => store.change('Z1', batch))).toBe(
      'InvalidChangeBatch: [A p.example.com. example.com. 2.2.2.2, RRSet of type A with DNS name \\052.example.com. is not permitted as it conflicts with other records with the same DNS name in zone example.com.]',
    );
    store.poisons.length = 0;
    expect(refusal(() => store.change('Z1', batch))).toBe('');
  });

  test('a load balancer that does not exist cannot be an alias target', () => {
    const store = twoZones();
    store.missingTargets.add('gone.us-east-1.elb.amazonaws.com');
    const to = (name: string) => [alias('CREATE', 'a.example.com', 'A', 'Z35SXDOTRQ7X7K', name)];
    expect(refusal(() => store.change('Z1', to('dualstack.gone.us-east-1.elb.amazonaws.com')))).toContain(
      'that target was not found',
    );
    expect(refusal(() => store.change('Z1', to('there.us-east-1.elb.amazonaws.com')))).toBe('');
  });

  test("another party's edit goes in without the rules, and replaces what is there", () => {
    const store = twoZones([create('a.example.com', 'A', '1.1.1.1')]);
    const put = [
      { name: 'a.example.com', type: 'A', ttl: 60, values: ['2.2.2.2'] },
      { name: 'a.example.com', type: 'CNAME', ttl: 60, values: ['x.net'] },
    ];
    store.edit('Z1', { put });
    expect(store.records('Z1').slice(2)).toEqual(put.map(set => ({ ...set, name: 'a.example.com.' })));
    store.edit('Z1', { remove: put });
    expect(store.records('Z1')).toHaveLength(2);
  });
});

describe('plain form', () => {
  const zones: (ZoneJson & { id: string })[] = [
    {
      id: 'Z1',
      name: 'example.com.',
      private: true,
      tags: { team: 'a' },
      records: [
        { name: 'a.example.com.', type: 'A', ttl: 300, values: ['1.1.1.1'] },
        {
          name: 'g.example.com.',
          type: 'A',
          ttl: 300,
          values: ['1.1.1.1'],
          setIdentifier: 'eu',
          geoLocation: { Continent: 'EU', Country: '', Subdivision: '' },
        },
        {
          name: 'lb.example.com.',
          type: 'A',
          alias: {
            hostedZoneId: 'Z35SXDOTRQ7X7K',
            dnsName: 'x.us-east-1.elb.amazonaws.com.',
            evaluateTargetHealth: true,
          },
        },
      ],
    },
  ];

  test('what is loaded is what is dumped', () => {
    const store = new Route53Store();
    loadZones(store, zones);
    expect(dumpZones(store)).toEqual(zones);
  });

  test('a loaded record set is deleted like any other', () => {
    const store = new Route53Store();
    loadZones(store, zones);
    const batch = [
      remove('g.example.com', 'A', '1.1.1.1', { setIdentifier: 'eu', geoLocation: { continentCode: 'EU' } }),
      alias('DELETE', 'lb.example.com', 'A', 'Z35SXDOTRQ7X7K', 'x.us-east-1.elb.amazonaws.com', {
        evaluateTargetHealth: true,
      }),
    ];
    expect(refusal(() => store.change('Z1', batch))).toBe('');
  });

  test.each([
    ['outside its zone', [{ name: 'a.example.org', type: 'A', values: ['1.1.1.1'] }], 'does not lie in zone'],
    [
      'there twice',
      [
        { name: 'a.example.com', type: 'A', values: ['1.1.1.1'] },
        { name: 'A.example.com.', type: 'A', values: ['2.2.2.2'] },
      ],
      'twice',
    ],
  ])('a record set %s is refused', (_what, records, message) => {
    expect(() => loadZones(new Route53Store(), [{ name: 'example.com', records }])).toThrow(message);
  });
});

test('a batch of 1,000 changes costs in a zone of 100,000 record sets what it costs in one of 1,000', () => {
  const zoneOf = (count: number) => {
    const store = new Route53Store({ maxRecordSets: 200_000 });
    const put = Array.from({ length: count }, (_, i) => ({
      name: `h${i}.example.com`,
      type: 'A',
      ttl: 60,
      values: ['10.0.0.1'],
    }));
    store.addZone({ id: 'Z1', name: 'example.com' });
    store.edit('Z1', { put });
    store.list('Z1');
    return { store, some: put.slice(0, 500) };
  };
  const [small, large] = [zoneOf(1_000), zoneOf(100_000)];
  const milliseconds = ({ store, some }: typeof small) => {
    const start = performance.now();
    store.change(
      'Z1',
      some.flatMap(recordSet => [
        { action: 'DELETE' as const, recordSet },
        { action: 'CREATE' as const, recordSet },
      ]),
    );
    return performance.now() - start;
  };
  // In turn, and the least of many: whatever else the machine does, it does not do it all the time.
  const took = Array.from({ length: 15 }, () => [milliseconds(small), milliseconds(large)] as const);
  const [few, many] = [0, 1].map(at => Math.min(...took.map(pair => pair[at] ?? 0)));
  expect(many).toBeLessThan(20 * (few ?? 0));
  expect(refusal(() => large.store.change('Z1', [upsert('h1.example.com', 'A', '10.0.0.2')]))).toBe('');
});
