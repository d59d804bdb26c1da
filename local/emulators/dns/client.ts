import { createSocket } from 'node:dgram';
import dnsPacket, { type Answer, type RecordType } from 'dns-packet';
import ipaddr from 'ipaddr.js';

const PATIENCE_MS = 1_000;

/** Asks a DNS server over UDP: what its answers of the type say, addresses in their usual form. Empty: none, or no answer. */
export async function lookUp(
  server: { readonly address: string; readonly port: number },
  name: string,
  type: RecordType,
): Promise<readonly string[]> {
  const id = Math.floor(Math.random() * 65_536);
  const socket = createSocket('udp4');
  const query = dnsPacket.encode({
    type: 'query',
    id,
    flags: dnsPacket.RECURSION_DESIRED,
    questions: [{ name, type }],
  });
  try {
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => resolve([]), PATIENCE_MS);
      socket.on('error', reject).on('message', message => {
        const packet = dnsPacket.decode(message);
        if (packet.id !== id) return;
        clearTimeout(timer);
        resolve((packet.answers ?? []).filter(answer => answer.type === type).map(textOf));
      });
      socket.send(query, server.port, server.address);
    });
  } finally {
    socket.close();
  }
}

function textOf(answer: Answer): string {
  const { data } = answer as { data: unknown };
  const text = Array.isArray(data) ? data.map(String).join('') : String(data);
  return ipaddr.isValid(text) ? ipaddr.parse(text).toString() : text;
}
