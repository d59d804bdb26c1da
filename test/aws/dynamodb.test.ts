import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { scanTable } from '../../lib/aws/dynamodb.ts';

interface Asked {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Record<string, unknown>;
}
let server: Server | undefined;
afterEach(() => void server?.close());

/** DynamoDB that gives these answers, one after the other, and what it was asked. */
async function dynamoDb(...answers: readonly [number, unknown][]) {
  const asked: Asked[] = [];
  server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    asked.push({ headers: request.headers, body: JSON.parse(text) });
    const [status, body] = answers[asked.length - 1] ?? [500, {}];
    response.writeHead(status, { connection: 'close' }).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>(resolve => server?.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = async () => ({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'x', sessionToken: 'session' });
  return {
    asked,
    scan: () => scanTable({ name: 'external-dns', region: 'eu-west-1', endpoint, credentials }, 'o', 'me'),
  };
}

const item = (key: string) => ({ k: { S: key } });

describe('a scan', () => {
  it('reads page after page, consistently, what has the value', async () => {
    const { scan, asked } = await dynamoDb(
      [200, { Items: [item('a')], LastEvaluatedKey: item('a') }],
      [200, { Items: [], LastEvaluatedKey: item('b') }],
      [200, { Items: [item('c')] }],
    );
    expect(await scan()).toEqual([item('a'), item('c')]);
    expect(asked.map(({ body }) => body.ExclusiveStartKey)).toEqual([undefined, item('a'), item('b')]);
    expect(asked[0]?.body).toEqual({
      TableName: 'external-dns',
      ConsistentRead: true,
      FilterExpression: '#a = :v',
      ExpressionAttributeNames: { '#a': 'o' },
      ExpressionAttributeValues: { ':v': { S: 'me' } },
    });
    expect(asked[0]?.headers).toMatchObject({
      'x-amz-target': 'DynamoDB_20120810.Scan',
      'x-amz-security-token': 'session',
      authorization: expect.stringMatching(/Credential=AKIAEXAMPLE\/\d{8}\/eu-west-1\/dynamodb\/aws4_request/),
    });
  });

  it('asks again where DynamoDB has too much to do', async () => {
    const busy = { __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException', message: 'slow' };
    const { scan, asked } = await dynamoDb([400, busy], [503, 'no'], [200, { Items: [item('a')] }]);
    expect(await scan()).toEqual([item('a')]);
    expect(asked).toHaveLength(3);
  });

  it.each<[string, number, unknown, RegExp]>([
    [
      'there is no such table',
      400,
      { __type: 'a#ResourceNotFoundException', message: 'not found' },
      /^DynamoDB table external-dns in eu-west-1: 400 ResourceNotFoundException: not found$/,
    ],
    [
      'it may not be read',
      400,
      { __type: 'a#AccessDeniedException', Message: 'User is not authorized' },
      /AccessDeniedException: User is not authorized/,
    ],
    ['something else answers', 404, '<html>', /Scan: what answered at 127\.0\.0\.1 is not DynamoDB \(HTTP 404,/],
  ])('says so where %s', async (_rule, status, body, message) => {
    const { scan, asked } = await dynamoDb([status, body]);
    await expect(scan()).rejects.toThrow(message);
    expect(asked).toHaveLength(1);
  });

  it('says so where nothing answers', async () => {
    const { scan } = await dynamoDb();
    server?.close();
    await expect(scan()).rejects.toThrow(/127\.0\.0\.1:\d+/);
  });
});
