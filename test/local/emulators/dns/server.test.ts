import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import dnsPacket from 'dns-packet';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../../../../local/world.ts';
import { ask as askServer } from './ask.ts';
import { ZONES } from './zones.ts';

let world: World;
let resolver: Resolver;

beforeAll(async () => {
  world = await startWorld({ throttle: false, zones: ZONES });
  resolver = new Resolver();
  resolver.setServers([`${world.dns.address}:${world.dns.port}`]);
});

afterAll(() => world.close());

const ask = (name: string, type?: string, more?: Partial<dnsPacket.Packet>) => askServer(world.dns, name, type, more);

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
