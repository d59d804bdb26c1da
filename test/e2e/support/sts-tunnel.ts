import { createServer as createHttp, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { stopServer } from '../../../local/emulators/aws/http.ts';
import type { World } from '../../../local/world.ts';
import { createAuthority } from '../../cluster/pki.ts';

/** A proxy at whose other end the world's STS has the name of AWS's own. */
export interface StsTunnel {
  /** For HTTPS_PROXY. */
  readonly url: string;
  /** PEM of the authority that vouches for it. */
  readonly ca: string;
  stop(): Promise<void>;
}

export async function startStsTunnel(world: World): Promise<StsTunnel> {
  const host = `sts.${world.region}.amazonaws.com`;
  const authority = await createAuthority('STS');
  const sts = createHttps(await authority.issue(host, [host]), (incoming, outgoing) =>
    pass(world.url, incoming, outgoing),
  );
  const sockets = new Set<Socket>();
  const proxy = createHttp().on('connect', (asked: IncomingMessage, socket: Socket) => {
    sockets.add(socket.once('close', () => sockets.delete(socket)));
    if (asked.url !== `${host}:443`) return void socket.end('HTTP/1.1 403 Only STS is here\r\n\r\n');
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    sts.emit('connection', socket);
  });
  await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    ca: authority.cert,
    async stop() {
      for (const socket of sockets) socket.destroy();
      sts.closeAllConnections();
      await stopServer(proxy);
    },
  };
}

/** Nothing but the address changes: the signature covers the Host header. */
function pass(to: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, headers, url } = incoming;
  const onward = request(`${to}${url}`, { ...(method !== undefined && { method }), headers }, answer => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', error => outgoing.destroy(error));
  incoming.pipe(onward);
}
