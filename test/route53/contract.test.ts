import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RecordSet } from '../../lib/model/index.ts';
import { createAwsRoute53, Route53Error, type Route53Port, readNames, readZone } from '../../lib/route53/index.ts';
import { Route53Store } from '../../local/emulators/route53/index.ts';
import { startWorld, type World } from '../../local/world.ts';
import { storedSet, storeRoute53 } from '../support/store-route53.ts';

const ZONE = 'Z0EXAMPLE0000000001';
let world: World;

beforeAll(async () => {
  world = await startWorld({ throttle: false });
});
afterAll(() => world.close());

/** The same over the rules themselves, and over the AWS SDK, XML, signatures and HTTP. */
const PORTS: Record<string, () => { port: Route53Port; store: Route53Store }> = {
  'the store': () => {
    const store = new Route53Store();
    return { store, port: storeRoute53(store) };
  },
  'the SDK against the served Route 53': () => {
    const { env, route53 } = world;
    const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = env();
    return {
      store: route53.store,
      port: createAwsRoute53({
        endpoint: world.url,
        region: 'us-east-1',
        credentials: { accessKeyId, secretAccessKey },
      }),
    };
  },
};

const EVERY_SORT: readonly RecordSet[] = [
  { name: 'a.example.com', type: 'A', ttl: 60, values: ['203.0.113.1', '203.0.113.2'] },
  { name: '*.w.example.com', type: 'AAAA', ttl: 300, values: ['2001:db8::1'] },
  { name: 'odd\\100name.example.com', type: 'TXT', ttl: 300, values: ['"with \\"quotes\\"" "and two strings"'] },
  {
    name: 'alias.example.com',
    type: 'A',
    alias: { zoneId: ZONE, dnsName: 'a.example.com', evaluateTargetHealth: true },
  },
  { name: 'r.example.com', type: 'A', setIdentifier: 'one', ttl: 60, values: ['203.0.113.1'], routing: { weight: 0 } },
  {
    name: 'r.example.com',
    type: 'A',
    setIdentifier: 'two',
    ttl: 60,
    values: ['203.0.113.2'],
    routing: { weight: 10 },
    healthCheckId: 'abc',
  },
  {
    name: 'l.example.com',
    type: 'A',
    setIdentifier: 'eu',
    ttl: 60,
    values: ['203.0.113.1'],
    routing: { region: 'eu-west-1' },
  },
  {
    name: 'f.example.com',
    type: 'CNAME',
    setIdentifier: 'p',
    ttl: 60,
    values: ['x.example.net'],
    routing: { failover: 'PRIMARY' },
  },
  {
    name: 'g.example.com',
    type: 'A',
    setIdentifier: 'de',
    ttl: 60,
    values: ['203.0.113.1'],
    routing: { geoLocation: { countryCode: 'DE' } },
  },
  {
    name: 'm.example.com',
    type: 'A',
    setIdentifier: 'm',
    ttl: 60,
    values: ['203.0.113.1'],
    routing: { multiValueAnswer: true },
  },
  {
    name: 'p.example.com',
    type: 'A',
    setIdentifier: 'near',
    ttl: 60,
    values: ['203.0.113.1'],
    routing: { geoProximity: { awsRegion: 'eu-west-1', bias: 10 } },
  },
];

describe.each(Object.keys(PORTS))('a Route 53 behind %s', kind => {
  let port: Route53Port;
  let store: Route53Store;
  beforeEach(() => {
    ({ port, store } = PORTS[kind]!());
    store.addZone({ id: ZONE, name: 'example.com.' });
  });
  const listed = async () =>
    [...(await readZone(port, ZONE)).values()].flat().filter(({ type }) => type !== 'NS' && type !== 'SOA');
  const refusal = async (work: Promise<unknown>) => {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof Route53Error)) throw new Error(`no Route53Error but ${error}`);
    return error;
  };

  test('lists zones', async () => {
    store.addZone({ id: 'ZPRIVATE', name: 'corp.example.', private: true });
    const { zones } = await port.listHostedZones();
    expect(zones).toContainEqual({ id: ZONE, name: 'example.com', private: false });
    expect(zones).toContainEqual({ id: 'ZPRIVATE', name: 'corp.example', private: true });
  });

  test('gives back every sort of record set as it was written, and deletes exactly that', async () => {
    await port.changeRecordSets(
      ZONE,
      EVERY_SORT.map(record => ({ action: 'CREATE' as const, record })),
    );
    const records = await listed();
    expect(records).toHaveLength(EVERY_SORT.length);
    for (const record of EVERY_SORT) expect(records).toContainEqual(record);
    await port.changeRecordSets(
      ZONE,
      [...records].reverse().map(record => ({ action: 'DELETE' as const, record })),
    );
    expect(await listed()).toEqual([]);
  });

  test('lists in pages that together are the whole', async () => {
    const records: RecordSet[] = Array.from({ length: 700 }, (_, i) => ({
      name: `n${i}.example.com`,
      type: 'A',
      ttl: 60,
      values: ['203.0.113.1'],
    }));
    store.edit(ZONE, { put: records.map(storedSet) });
    expect(await listed()).toHaveLength(700);
    const page = await port.listRecordSets(ZONE, { name: 'n5.example.com', type: 'A' }, 2);
    expect(page.records[0]).toEqual(records[5]);
    expect(page.records).toHaveLength(2);
    expect(page.next).toMatchObject({ type: 'A' });
  });

  test('reads single names, absent ones too, and one with very many record sets', async () => {
    const routed: RecordSet[] = Array.from({ length: 40 }, (_, i) => ({
      name: 'r.example.com',
      type: 'A',
      setIdentifier: `s${i}`,
      ttl: 60,
      values: ['203.0.113.1'],
      routing: { weight: 1 },
    }));
    store.edit(ZONE, { put: [...routed, EVERY_SORT[1]!].map(storedSet) });
    const names = await readNames(port, ZONE, ['r.example.com', 'none.example.com', '*.w.example.com']);
    expect([...names].map(([name, sets]) => [name, sets.length]).sort()).toEqual([
      ['*.w.example.com', 1],
      ['none.example.com', 0],
      ['r.example.com', 40],
    ]);
  });

  test.each<[string, RecordSet, RegExp]>([
    [
      'exists already',
      { name: 'a.example.com', type: 'A', ttl: 60, values: ['203.0.113.9'] },
      /Tried to create resource record set \[name='a\.example\.com\.', type='A'\] but it already exists/,
    ],
    [
      'is beside a CNAME',
      { name: 'c.example.com', type: 'A', ttl: 60, values: ['203.0.113.9'] },
      /conflicting RRSet of type CNAME/,
    ],
    ['has a bad value', { name: 'b.example.com', type: 'A', ttl: 60, values: ['1.2.3'] }, /not a valid IPv4 address/],
  ])('refuses a record that %s, in Route 53’s words', async (_, record, words) => {
    store.edit(ZONE, {
      put: [
        { name: 'a.example.com.', type: 'A', ttl: 60, values: ['203.0.113.1'] },
        { name: 'c.example.com.', type: 'CNAME', ttl: 60, values: ['x.example.net'] },
      ],
    });
    const error = await refusal(port.changeRecordSets(ZONE, [{ action: 'CREATE', record }]));
    expect(error.kind).toBe('rejected');
    expect(error.message).toMatch(words);
  });

  test('knows how full a zone is', async () => {
    expect(await port.recordSetLimit(ZONE)).toEqual({ limit: 10_000, count: 2 });
  });

  test('a zone that is not there is missing', async () => {
    expect((await refusal(port.listRecordSets('ZNONE'))).kind).toBe('missing');
  });
});

describe('what goes wrong on the wire is told apart', () => {
  const port = () => PORTS['the SDK against the served Route 53']!().port;
  const kindOf = (work: Promise<unknown>) =>
    work.then(
      () => 'fine',
      (error: Route53Error) => error.kind,
    );
  const change = () =>
    port().changeRecordSets(ZONE, [
      { action: 'CREATE', record: { name: 'a.example.com', type: 'A', ttl: 60, values: ['1.2.3'] } },
    ]);

  beforeEach(() => {
    world.route53.store.addZone({ id: ZONE, name: 'example.com.' });
  });

  test('both wire shapes of InvalidChangeBatch say the same', async () => {
    const words: string[] = [];
    for (const shape of ['ErrorResponse', 'InvalidChangeBatch'] as const) {
      world.route53.invalidChangeBatchShape = shape;
      words.push(
        await change().then(
          () => '',
          (error: Error) => error.message,
        ),
      );
    }
    world.route53.invalidChangeBatchShape = 'ErrorResponse';
    expect(words[0]).toMatch(/^\[.*not a valid IPv4/);
    expect(words[1]).toBe(words[0]);
  });

  test.each([
    ['Throttling', 'throttled'],
    ['PriorRequestNotComplete', 'busy'],
    ['InternalError', 'transient'],
    ['ServiceUnavailable', 'transient'],
    ['AccessDenied', 'denied'],
  ])('%s is %s', async (code, kind) => {
    world.route53.faults.failNext('ChangeResourceRecordSets', code);
    expect(await kindOf(change())).toBe(kind);
  });

  test.each(['before', 'after'] as const)('a connection cut %s the change was applied is transient', async moment => {
    world.route53.faults.dropNext('ChangeResourceRecordSets', moment);
    const record: RecordSet = { name: 'b.example.com', type: 'A', ttl: 60, values: ['203.0.113.1'] };
    expect(await kindOf(port().changeRecordSets(ZONE, [{ action: 'CREATE', record }]))).toBe('transient');
    expect((await port().listRecordSets(ZONE, { name: 'b.example.com' }, 1)).records.length).toBe(
      moment === 'after' ? 1 : 0,
    );
  });

  test('an unreachable endpoint is transient, wrong credentials are told as such', async () => {
    const credentials = { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' };
    expect(
      await kindOf(
        createAwsRoute53({ endpoint: 'http://127.0.0.1:1', region: 'us-east-1', credentials }).listHostedZones(),
      ),
    ).toBe('transient');
    expect(
      await kindOf(createAwsRoute53({ endpoint: world.url, region: 'us-east-1', credentials }).listHostedZones()),
    ).toBe('credentials');
  });

  test('a request that is never answered ends', async () => {
    let noteAsked = () => {};
    const asked = new Promise<void>(resolve => {
      noteAsked = resolve;
    });
    const silent = createServer(() => noteAsked());
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
      const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
      const answer = kindOf(createAwsRoute53({ endpoint, region: 'us-east-1', credentials }).listHostedZones());
      await asked;
      vi.advanceTimersByTime(60_000);
      vi.useRealTimers();
      expect(await answer).toBe('transient');
    } finally {
      vi.useRealTimers();
      silent.closeAllConnections();
      silent.close();
    }
  });
});
