import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import dnsPacket from 'dns-packet';
import type { Route53Store } from '../route53/store.ts';
import { answerQuery, toDatagram } from './packet.ts';
import type { Random } from './routing.ts';

export interface DnsOptions {
  /** UDP and TCP port; a free one when absent. */
  readonly port?: number;
  /** Decides between weighted record sets; Math.random by default. */
  readonly random?: Random;
}

/** An authoritative DNS server on loopback, for the public zones of a store as they are at each question. */
export interface DnsServer {
  readonly address: string;
  /** UDP and TCP alike. */
  readonly port: number;
  close(): Promise<void>;
}

const ADDRESS = '127.0.0.1';
/** A port that UDP got may be taken for TCP; another one is tried. */
const ATTEMPTS = 5;

export async function startDns(store: Route53Store, options: DnsOptions = {}): Promise<DnsServer> {
  const random = options.random ?? Math.random;
  for (let attempt = 1; ; attempt++) {
    const udp = await listenUdp(store, random, options.port ?? 0);
    const { port } = udp.address();
    const connections = new Set<Socket>();
    try {
      const tcp = await listenTcp(store, random, port, connections);
      return { address: ADDRESS, port, close: () => closeBoth(udp, tcp, connections) };
    } catch (error) {
      await new Promise<void>(resolve => udp.close(() => resolve()));
      if (options.port || attempt === ATTEMPTS) throw error;
    }
  }
}

async function listenUdp(store: Route53Store, random: Random, port: number): Promise<UdpSocket> {
  const socket = createSocket('udp4');
  socket.on('message', (message, sender) => {
    const query = decode(() => dnsPacket.decode(message));
    const answer = query && answerQuery(query, store, random);
    if (query && answer) socket.send(toDatagram(answer, query), sender.port, sender.address);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, ADDRESS, resolve);
  });
  return socket;
}

async function listenTcp(store: Route53Store, random: Random, port: number, open: Set<Socket>): Promise<Server> {
  const server = createServer(socket => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    let pending = Buffer.alloc(0);
    socket.on('data', chunk => {
      pending = Buffer.concat([pending, chunk]);
      // Each message has its length in front, in two bytes (RFC 1035 section 4.2.2).
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        const message = pending.subarray(2, 2 + pending.readUInt16BE(0));
        pending = pending.subarray(2 + message.length);
        const query = decode(() => dnsPacket.decode(message));
        const answer = query && answerQuery(query, store, random);
        if (answer) socket.write(dnsPacket.streamEncode(answer));
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, ADDRESS, resolve);
  });
  return server;
}

/** What cannot be read is not answered. */
function decode<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

async function closeBoth(udp: UdpSocket, tcp: Server, connections: ReadonlySet<Socket>): Promise<void> {
  for (const socket of connections) socket.destroy();
  await Promise.all([
    new Promise<void>(resolve => udp.close(() => resolve())),
    new Promise<void>(resolve => tcp.close(() => resolve())),
  ]);
}
