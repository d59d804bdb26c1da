import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What moto cannot do, done in front of it. */
export interface Gaps {
  /** Runs a deployed function: moto would need Docker for it. */
  invoke(name: string, payload: unknown): Promise<unknown>;
  /** The outputs of a stack: moto has none of one that a change set made. */
  outputs(stack: string): Readonly<Record<string, string>>;
}

/** moto with its gaps filled: everything else is passed on as it is. */
export interface FilledMoto {
  readonly url: string;
  close(): void;
}

export async function fillGaps(moto: string, gaps: Gaps): Promise<FilledMoto> {
  const server = createServer((request, response) => {
    serve(request, response).catch(error => response.writeHead(500).end(String(error)));
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray());
    const [, name] = /^\/2015-03-31\/functions\/([^/]+)\/invocations/.exec(request.url ?? '') ?? [];
    if (name !== undefined) {
      const answer = await gaps.invoke(decodeURIComponent(name), JSON.parse(body.toString() || 'null'));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      return;
    }
    const { host: _host, connection: _connection, ...headers } = request.headers;
    const passed = await fetch(`${moto}${request.url}`, {
      method: request.method ?? 'GET',
      headers: headers as Record<string, string>,
      ...(body.length > 0 && { body }),
    });
    const text = Buffer.from(await passed.arrayBuffer());
    const asked = new URLSearchParams(body.toString());
    const said = asked.get('Action') === 'DescribeStacks' ? withOutputs(text.toString(), asked) : text;
    const { 'content-length': _length, 'content-encoding': _encoding, ...rest } = Object.fromEntries(passed.headers);
    response.writeHead(passed.status, rest).end(said);
  }

  function withOutputs(xml: string, asked: URLSearchParams): string {
    const stack = (asked.get('StackName') ?? '').replace(/^arn:.*:stack\/([^/]+)\/.*$/, '$1');
    const members = Object.entries(gaps.outputs(stack)).map(
      ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
    );
    const outputs = `<Outputs>${members.join('')}</Outputs>`;
    if (members.length === 0) return xml;
    return /<Outputs\s*\/>|<Outputs>.*?<\/Outputs>/s.test(xml)
      ? xml.replace(/<Outputs\s*\/>|<Outputs>.*?<\/Outputs>/s, outputs)
      : xml.replace('</StackName>', `</StackName>${outputs}`);
  }

  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}
