import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import dnsPacket, { type Answer, type DecodedPacket, type RecordType } from 'dns-packet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localAddress } from '../../../local/dns/addresses.ts';
import { routed } from '../../../local/dns/routing.ts';
import type { RecordJson } from '../../../local/route53/index.ts';
import { startWorld, type World } from '../../../local/world.ts';

let world: World;
let resolver: Resolver;

const ALB = 'k8s-shop-0123456789.eu-west-1.elb.amazonaws.com';
const set = (name: string, type: string, value: string | string[], fields: Partial<RecordJson> = {}): RecordJson => ({
  name: `${name}example.com`,
  type,
  ttl: 300,
  values: [value].flat(),
  ...fields,
});
const alias = (name: string, type: string, hostedZoneId: string, dnsName: string): RecordJson => ({
  name: `${name}example.com`,
  type,
  alias: { hostedZoneId, dnsName, evaluateTargetHealth: false },
});
const answers = (from: number, count: number) => Array.from({ length: count }, (_, i) => `10.0.${from}.${i}`);

beforeAll(async () => {
  world = await startWorld({
    throttle: false,
    zones: [
      {
        id: 'Z1',
        name: 'example.com',
        records: [
          set('', 'A', '192.0.2.1'),
          set('', 'MX', '10 mail.example.com'),
          set('', 'TXT', '"v=spf1 -all"'),
          set('www.', 'A', ['192.0.2.2', '192.0.2.3']),
          set('www.', 'AAAA', '2001:db8::2'),
          set('txt.', 'TXT', '"one \\"quoted\\"" "two\\303\\266"'),
          set('srv.', 'SRV', '1 2 8080 www.example.com'),
          set('caa.', 'CAA', '0 issue "ca.example.net"'),
          set('c.', 'CNAME', 'www.example.com'),
          set('cc.', 'CNAME', 'c.example.com'),
          set('away.', 'CNAME', 'www.example.net'),
          set('gone.', 'CNAME', 'missing.example.com'),
          set('loop.', 'CNAME', 'loop.example.com'),
          set('over.', 'CNAME', 'host.sub.example.com'),
          alias('alb.', 'A', 'Z32O12XQLNTSW2', `dualstack.${ALB}`),
          alias('alb.', 'AAAA', 'Z32O12XQLNTSW2', ALB),
          alias('own.', 'A', 'Z1', 'www.example.com'),
          alias('chain.', 'A', 'Z1', 'own.example.com'),
          alias('broken.', 'A', 'Z1', 'missing.example.com'),
          alias('cross.', 'A', 'Z2', 'host.sub.example.com'),
          set('*.wild.', 'A', '192.0.2.9'),
          set('known.wild.', 'TXT', '"x"'),
          set('deep.under.wild.', 'A', '192.0.2.8'),
          set('delegated.', 'NS', 'ns1.example.net'),
          set('w.', 'A', '10.1.0.1', { setIdentifier: 'one', weight: 0 }),
          set('w.', 'A', '10.1.0.2', { setIdentifier: 'two', weight: 5 }),
          set('many.', 'A', answers(0, 100)),
          set('ds.', 'DS', '60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118'),
        ],
      },
      {
        id: 'Z2',
        name: 'sub.example.com',
        records: [{ name: 'host.sub.example.com', type: 'A', ttl: 60, values: ['192.0.2.20'] }],
      },
      { id: 'Z3', name: 'example.com', private: true, records: [set('secret.', 'A', '10.9.9.9')] },
    ],
  });
  resolver = new Resolver();
  resolver.setServers([`${world.dns.address}:${world.dns.port}`]);
});

afterAll(() => world.close());

interface Asked {
  code: string;
  authoritative: boolean;
  truncated: boolean;
  answers: string[];
  authorities: string[];
  packet: DecodedPacket & { rcode: string };
}

const line = (answer: Answer): string => {
  const { name, type, ttl, data } = answer as { name: string; type: string; ttl: number; data: unknown };
  return `${name} ${ttl} ${type} ${typeof data === 'string' ? data : JSON.stringify(data)}`;
};

/** Sends one question over UDP. */
function ask(name: string, type: string = 'A', more: Partial<dnsPacket.Packet> = {}): Promise<Asked> {
  const query = dnsPacket.encode({
    type: 'query',
    id: 4711,
    flags: dnsPacket.RECURSION_DESIRED,
    questions: [{ name, type: type as RecordType }],
    ...more,
  });
  const socket = createSocket('udp4');
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', message => {
      socket.close();
      const packet = dnsPacket.decode(message) as Asked['packet'] & { flag_aa: boolean; flag_tc: boolean };
      expect(packet.id).toBe(4711);
      resolve({
        code: packet.rcode,
        authoritative: packet.flag_aa,
        truncated: packet.flag_tc,
        answers: (packet.answers ?? []).map(line),
        authorities: (packet.authorities ?? []).map(line),
        packet,
      });
    });
    socket.send(query, world.dns.port, world.dns.address);
  });
}

describe('a resolver is answered', () => {
  test('addresses', async () => {
    expect(await resolver.resolve4('www.example.com', { ttl: true })).toEqual([
      { address: '192.0.2.2', ttl: 300 },
      { address: '192.0.2.3', ttl: 300 },
    ]);
    expect(await resolver.resolve6('WWW.Example.com')).toEqual(['2001:db8::2']);
  });

  test('the apex', async () => {
    expect(await resolver.resolve4('example.com')).toEqual(['192.0.2.1']);
    expect(await resolver.resolveMx('example.com')).toMatchObject([{ exchange: 'mail.example.com', priority: 10 }]);
    expect(await resolver.resolveNs('example.com')).toHaveLength(4);
    expect(await resolver.resolveSoa('example.com')).toMatchObject({
      hostmaster: 'awsdns-hostmaster.amazon.com',
      serial: 1,
      minttl: 86_400,
    });
  });

  test('text, its escapes resolved', async () => {
    // Node reads the bytes as Latin-1.
    const read = [['one "quoted"', Buffer.from('twoö').toString('latin1')]];
    expect(await resolver.resolveTxt('txt.example.com')).toEqual(read);
  });

  test('services and authorities', async () => {
    expect(await resolver.resolveSrv('srv.example.com')).toMatchObject([
      { name: 'www.example.com', port: 8080, priority: 1, weight: 2 },
    ]);
    expect(await resolver.resolveCaa('caa.example.com')).toMatchObject([{ critical: 0, issue: 'ca.example.net' }]);
  });

  test('over TCP when it is too much for a datagram', async () => {
    expect((await ask('many.example.com')).truncated).toBe(true);
    expect((await resolver.resolve4('many.example.com')).sort()).toEqual(answers(0, 100).sort());
  });

  test('nothing of private zones', async () => {
    await expect(resolver.resolve4('secret.example.com')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });
});

describe('CNAMEs', () => {
  test('are followed inside the zones', async () => {
    const { answers, authoritative } = await ask('cc.example.com');
    expect(authoritative).toBe(true);
    expect(answers).toEqual([
      'cc.example.com 300 CNAME c.example.com',
      'c.example.com 300 CNAME www.example.com',
      'www.example.com 300 A 192.0.2.2',
      'www.example.com 300 A 192.0.2.3',
    ]);
  });

  test('are followed into another zone', async () => {
    expect((await ask('over.example.com')).answers.at(-1)).toBe('host.sub.example.com 60 A 192.0.2.20');
  });

  test('end where the zones end', async () => {
    const { answers, code } = await ask('away.example.com');
    expect([code, answers]).toEqual(['NOERROR', ['away.example.com 300 CNAME www.example.net']]);
  });

  test('to a name that is not there say so', async () => {
    const { answers, code, authorities } = await ask('gone.example.com');
    expect([code, answers, authorities.length]).toEqual([
      'NXDOMAIN',
      ['gone.example.com 300 CNAME missing.example.com'],
      1,
    ]);
  });

  test('to themselves come to an end', async () => {
    expect((await ask('loop.example.com')).code).toBe('NOERROR');
  });

  test('are themselves an answer when asked for', async () => {
    expect((await ask('cc.example.com', 'CNAME')).answers).toEqual(['cc.example.com 300 CNAME c.example.com']);
  });
});

describe('aliases', () => {
  test('answer with the addresses that their load balancer stands for', async () => {
    expect((await ask('alb.example.com')).answers).toEqual([`alb.example.com 60 A ${localAddress(ALB, 'A')}`]);
    expect(await resolver.resolve6('alb.example.com')).toEqual([localAddress(ALB, 'AAAA')]);
  });

  test('into the same zone answer with its records', async () => {
    expect((await ask('chain.example.com')).answers).toEqual([
      'chain.example.com 300 A 192.0.2.2',
      'chain.example.com 300 A 192.0.2.3',
    ]);
    expect((await ask('cross.example.com')).answers).toEqual(['cross.example.com 60 A 192.0.2.20']);
  });

  test('whose target is gone have no data', async () => {
    const { code, answers, authorities } = await ask('broken.example.com');
    expect([code, answers, authorities.length]).toEqual(['NOERROR', [], 1]);
  });
});

describe('wildcards (RFC 4592)', () => {
  test.each([
    ['any.wild.example.com', 'A', 'NOERROR', ['any.wild.example.com 300 A 192.0.2.9']],
    ['a.b.wild.example.com', 'A', 'NOERROR', ['a.b.wild.example.com 300 A 192.0.2.9']],
    ['*.wild.example.com', 'A', 'NOERROR', ['*.wild.example.com 300 A 192.0.2.9']],
    // A name that exists is not covered, whatever its types.
    ['known.wild.example.com', 'A', 'NOERROR', []],
    ['below.known.wild.example.com', 'A', 'NXDOMAIN', []],
    // Nor one that only has names below it.
    ['under.wild.example.com', 'A', 'NOERROR', []],
    ['other.under.wild.example.com', 'A', 'NXDOMAIN', []],
    ['any.wild.example.com', 'AAAA', 'NOERROR', []],
    ['wild.example.com', 'A', 'NOERROR', []],
  ])('%s %s is %s %j', async (name, type, code, answers) => {
    const asked = await ask(name, type);
    expect([asked.code, asked.answers]).toEqual([code, answers]);
  });
});

describe('nothing to tell', () => {
  const soa = /^example\.com 900 SOA \{"mname":"ns-\d+\.awsdns-\d+\.com".*"minimum":86400\}$/;

  test('no such name: NXDOMAIN, with the SOA', async () => {
    const { code, authoritative, authorities } = await ask('missing.example.com');
    expect([code, authoritative, authorities.length]).toEqual(['NXDOMAIN', true, 1]);
    expect(authorities[0]).toMatch(soa);
  });

  test('no such type: no data, with the SOA', async () => {
    const { code, answers, authorities } = await ask('www.example.com', 'TXT');
    expect([code, answers]).toEqual(['NOERROR', []]);
    expect(authorities[0]).toMatch(soa);
  });

  test('a delegated name is referred', async () => {
    const { code, authoritative, answers, authorities } = await ask('x.delegated.example.com');
    expect([code, authoritative, answers]).toEqual(['NOERROR', false, []]);
    expect(authorities).toEqual(['delegated.example.com 300 NS ns1.example.net']);
  });

  test('a zone below answers for its own names', async () => {
    expect((await ask('missing.sub.example.com')).authorities[0]).toMatch(/^sub\.example\.com 900 SOA/);
  });

  test.each<[what: string, name: string, type: string, more: Partial<dnsPacket.Packet>, code: string]>([
    ['a zone that is not here', 'www.example.net', 'A', {}, 'REFUSED'],
    ['a name that no zone can hold', 'a b.example.com', 'A', {}, 'NXDOMAIN'],
    ['a type that is there but cannot be written', 'ds.example.com', 'DS', {}, 'NOTIMP'],
    [
      'two questions',
      'www.example.com',
      'A',
      {
        questions: [
          { name: 'a', type: 'A' },
          { name: 'b', type: 'A' },
        ],
      },
      'FORMERR',
    ],
    [
      'another class',
      'www.example.com',
      'A',
      { questions: [{ name: 'www.example.com', type: 'A', class: 'CH' }] },
      'REFUSED',
    ],
    ['an update', 'www.example.com', 'A', { flags: 5 << 11 }, 'NOTIMP'],
  ])('%s', async (_what, name, type, more, code) => {
    expect((await ask(name, type, more)).code).toBe(code);
  });
});

test('EDNS raises the size of a datagram', async () => {
  const opt = {
    type: 'OPT',
    name: '.',
    udpPayloadSize: 4096,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
  } as const;
  const { truncated, answers, packet } = await ask('many.example.com', 'A', { additionals: [{ ...opt, options: [] }] });
  expect([truncated, answers.length, packet.additionals?.[0]?.type]).toEqual([false, 100, 'OPT']);
});

test('several questions on one TCP connection, in pieces', async () => {
  const query = (id: number) =>
    dnsPacket.streamEncode({ type: 'query', id, questions: [{ name: 'www.example.com', type: 'A' }] });
  const bytes = Buffer.concat([query(1), query(2)]);
  const socket = connect(world.dns.port, world.dns.address);
  const ids = await new Promise<number[]>((resolve, reject) => {
    let got = Buffer.alloc(0);
    const seen: number[] = [];
    socket.on('error', reject);
    socket.on('data', chunk => {
      got = Buffer.concat([got, chunk]);
      while (got.length >= 2 && got.length >= 2 + got.readUInt16BE(0)) {
        seen.push(dnsPacket.decode(got.subarray(2)).id ?? 0);
        got = got.subarray(2 + got.readUInt16BE(0));
      }
      if (seen.length === 2) resolve(seen);
    });
    socket.write(bytes.subarray(0, 5));
    setTimeout(() => socket.write(bytes.subarray(5)), 5);
  });
  socket.destroy();
  expect(ids).toEqual([1, 2]);
});

test('what is no DNS is not answered, and does no harm', async () => {
  const socket = createSocket('udp4');
  await new Promise<void>(resolve =>
    socket.send(Buffer.from('hello'), world.dns.port, world.dns.address, () => resolve()),
  );
  socket.close();
  expect(await resolver.resolve4('www.example.com')).toHaveLength(2);
});

test('a change is answered at once', async () => {
  world.route53.store.change('Z1', [
    { action: 'CREATE', recordSet: { name: 'new.example.com', type: 'A', ttl: 5, values: ['192.0.2.77'] } },
  ]);
  expect(await resolver.resolve4('new.example.com')).toEqual(['192.0.2.77']);
});

describe('addresses on loopback', () => {
  test('are the same for every spelling of a name', () => {
    const spellings = [ALB, `${ALB}.`, ALB.toUpperCase(), `dualstack.${ALB}`];
    expect(new Set(spellings.map(name => localAddress(name, 'A'))).size).toBe(1);
    expect(localAddress(ALB, 'A')).toMatch(/^198\.51\.100\.\d+$/);
    expect(localAddress(ALB, 'AAAA')).toMatch(/^2001:db8::[0-9a-f]+:[0-9a-f]+$/);
    expect(localAddress('other.elb.amazonaws.com', 'AAAA')).not.toBe(localAddress(ALB, 'AAAA'));
  });
});

describe('routing', () => {
  const weights = (...all: number[]) =>
    all.map((weight, i) => ({ name: 'w.', type: 'A', setIdentifier: String(i), weight, ttl: 1, values: ['1.1.1.1'] }));
  const chosen = (sets: ReturnType<typeof weights>, at: number) => routed(sets, () => at).map(one => one.setIdentifier);

  test.each<[sets: number[], at: number, chosen: string]>([
    [[1, 3], 0, '0'],
    [[1, 3], 0.24, '0'],
    [[1, 3], 0.26, '1'],
    [[1, 3], 0.999999, '1'],
    [[0, 5, 0], 0, '1'],
    [[0, 5, 0], 0.999999, '1'],
    [[0, 0], 0.4, '0'],
    [[0, 0], 0.6, '1'],
  ])('weights %j at %f: %s', (sets, at, identifier) => {
    expect(chosen(weights(...sets), at)).toEqual([identifier]);
  });

  test('a set of weight 0 is never answered while another weighs', async () => {
    for (let i = 0; i < 20; i++) expect((await ask('w.example.com')).answers).toEqual(['w.example.com 300 A 10.1.0.2']);
  });

  test('failover: the primary; multivalue: up to eight; geography: the default', () => {
    const one = (fields: object) => ({ name: 'x.', type: 'A', setIdentifier: 's', ttl: 1, values: [], ...fields });
    const [secondary, primary] = [one({ failover: 'SECONDARY' }), one({ failover: 'PRIMARY' })];
    expect(routed([secondary, primary], Math.random)).toEqual([primary]);
    expect(
      routed(
        Array.from({ length: 10 }, () => one({ multiValueAnswer: true })),
        Math.random,
      ),
    ).toHaveLength(8);
    const [europe, rest] = [one({ geoLocation: { continentCode: 'EU' } }), one({ geoLocation: { countryCode: '*' } })];
    expect(routed([europe, rest], Math.random)).toEqual([rest]);
  });
});
