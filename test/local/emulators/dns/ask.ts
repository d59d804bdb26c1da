import { createSocket } from 'node:dgram';
import dnsPacket, { type Answer, type DecodedPacket, type RecordType } from 'dns-packet';
import { expect } from 'vitest';

export interface Asked {
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
export function ask(
  server: { port: number; address: string },
  name: string,
  type: string = 'A',
  more: Partial<dnsPacket.Packet> = {},
): Promise<Asked> {
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
    socket.send(query, server.port, server.address);
  });
}
