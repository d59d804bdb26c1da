import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Statement {
  readonly Statement: string;
  readonly Parameters: readonly object[];
}

const INSERT = /^INSERT INTO "([^"]+)" VALUE \{'k':\?, 'o':\?, 'l':\?\}$/;

/**
 * In front of moto, whose PartiQL takes no map for a parameter: the one statement with which ExternalDNS's registry inserts becomes a
 * PutItem; whatever else is asked goes on as it is.
 */
export async function startPartiql(moto: string): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(
        ([name]) => !/^(host|connection|content-length|accept-encoding)$/.test(name),
      ),
    ) as Record<string, string>;
    const ask = async (operation: string, text: string) => {
      const target = { ...headers, 'x-amz-target': `DynamoDB_20120810.${operation}` };
      const answer = await fetch(moto, { method: 'POST', headers: target, body: text });
      return { status: answer.status, text: await answer.text() };
    };
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    if (operation !== 'BatchExecuteStatement') {
      const { status, text } = await ask(operation, body);
      return response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(text);
    }
    const { Statements } = JSON.parse(body) as { Statements: Statement[] };
    const Responses: object[] = [];
    for (const { Statement, Parameters } of Statements) {
      const [, TableName] = INSERT.exec(Statement) ?? [];
      if (TableName === undefined) return response.writeHead(500).end(`not known here: ${Statement}`);
      const [k, o, l] = Parameters;
      const put = { TableName, Item: { k, o, l }, ConditionExpression: 'attribute_not_exists(k)' };
      const { status, text } = await ask('PutItem', JSON.stringify(put));
      Responses.push(status === 200 ? { TableName } : { Error: { Code: 'DuplicateItem', Message: text } });
    }
    return response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify({ Responses }));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise(resolve => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
