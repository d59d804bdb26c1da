import { Resolver } from 'node:dns/promises';
import type dnsPacket from 'dns-packet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localAddress } from '../../../../local/emulators/dns/addresses.ts';
import { startWorld, type World } from '../../../../local/world.ts';
import { ask as askServer } from './ask.ts';
import { ALB, answers, ZONES } from './zones.ts';

let world: World;
let resolver: Resolver;

beforeAll(async () => {
  world = await startWorld({ throttle: false, zones: ZONES });
  resolver = new Resolver();
  resolver.setServers([`${world.dns.address}:${world.dns.port}`]);
});

afterAll(() => world.close());

const ask = (name: string, type?: string, more?: Partial<dnsPacket.Packet>) => askServer(world.dns, name, type, more);

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

test('a set of weight 0 is never answered while another weighs', async () => {
  for (let i = 0; i < 20; i++) expect((await ask('w.example.com')).answers).toEqual(['w.example.com 300 A 10.1.0.2']);
});
