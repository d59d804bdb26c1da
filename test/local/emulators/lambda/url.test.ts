import type { LambdaFunctionURLEventWithIAMAuthorizer } from 'aws-lambda';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type FunctionUrl,
  type FunctionUrlOptions,
  serveFunctionUrl,
  type UrlRequest,
} from '../../../../local/emulators/lambda/url.ts';
import { startWorld, type World } from '../../../../local/world.ts';
import { type Post, signedPost } from './notices.ts';

let world: World;
const open: FunctionUrl[] = [];
let events: LambdaFunctionURLEventWithIAMAuthorizer[] = [];
let requests: UrlRequest[] = [];

beforeEach(async () => {
  world = await startWorld({ region: 'eu-west-1' });
  events = [];
  requests = [];
});
afterEach(async () => {
  await Promise.all(open.splice(0).map(url => url.close()));
  await world.close();
});

async function serve(answer: () => unknown, options: Partial<FunctionUrlOptions> = {}): Promise<string> {
  const served = await serveFunctionUrl({
    auth: 'AWS_IAM',
    region: world.region,
    credentials: world.credentials,
    invoke: async event => {
      events.push(event as LambdaFunctionURLEventWithIAMAuthorizer);
      return answer();
    },
    onRequest: request => requests.push(request),
    ...options,
  });
  open.push(served);
  return served.url;
}

test('a signed request reaches the function with who signed it', async () => {
  const url = await serve(() => ({ statusCode: 202 }));
  const reply = await signedPost(world, url, {
    body: '{"a":1}',
    path: '/x/y?b=2&c=3',
    headers: { 'X-Own': 'yes' },
  });
  expect([reply.status, await reply.text()]).toEqual([202, '']);
  expect(events).toMatchObject([
    {
      version: '2.0',
      rawPath: '/x/y',
      queryStringParameters: { b: '2', c: '3' },
      body: '{"a":1}',
      isBase64Encoded: false,
      headers: { 'content-type': 'application/json', 'x-own': 'yes' },
      requestContext: {
        accountId: '123456789012',
        http: { method: 'POST', path: '/x/y', sourceIp: '127.0.0.1' },
        authorizer: { iam: { userArn: 'arn:aws:iam::123456789012:user/local', accountId: '123456789012' } },
      },
    },
  ]);
  expect(requests).toMatchObject([{ status: 202, body: '{"a":1}' }]);
});

test('a body that is not text is passed on in base64, and an answer may be', async () => {
  const url = await serve(() => ({
    statusCode: 200,
    body: Buffer.from([1, 255]).toString('base64'),
    isBase64Encoded: true,
  }));
  const reply = await signedPost(world, url, {
    body: '\u0000binary',
    headers: { 'content-type': 'application/octet-stream' },
  });
  expect(events[0]).toMatchObject({ isBase64Encoded: true, body: Buffer.from('\u0000binary').toString('base64') });
  expect(Buffer.from(await reply.arrayBuffer())).toEqual(Buffer.from([1, 255]));
});

test('an answer without a status code is a JSON body', async () => {
  const reply = await signedPost(world, await serve(() => ({ hello: 'you' })), { body: '{}' });
  expect([reply.status, await reply.json()]).toEqual([200, { hello: 'you' }]);
});

const REFUSED: [what: string, post: Post, words: RegExp][] = [
  ['another secret', { body: '{}', secret: 'wrong' }, /signature/],
  ['another body', { body: '{}', forged: '{"cluster":"prod"}' }, /signature/],
  ['another service', { body: '{}', service: 'execute-api' }, /correct service: 'lambda'/],
  ['a signature of ten minutes ago', { body: '{}', signingDate: new Date(Date.now() - 600_000) }, /expired/],
];

test.each(REFUSED)('%s: 403, and the function is not invoked', async (_, post, words) => {
  const reply = await signedPost(world, await serve(() => ({ statusCode: 202 })), post);
  expect([reply.status, await reply.text()]).toEqual([403, expect.stringMatching(words)]);
  expect(events).toEqual([]);
});

test('no signature: 403 Forbidden; let in where the URL is open to all', async () => {
  const plain = (url: string) => fetch(url, { method: 'POST', body: '{}' });
  const refused = await plain(await serve(() => ({ statusCode: 202 })));
  expect([refused.status, await refused.json()]).toEqual([403, { Message: 'Forbidden' }]);
  const admitted = await plain(await serve(() => ({ statusCode: 202 }), { auth: 'NONE' }));
  expect(admitted.status).toBe(202);
  expect(events).toMatchObject([{ requestContext: { accountId: 'anonymous' } }]);
  expect(events[0]?.requestContext).not.toHaveProperty('authorizer');
});

test('a function that throws: 502 without a word of why', async () => {
  const url = await serve(() => {
    throw new Error('secret');
  });
  const reply = await signedPost(world, url, { body: '{}' });
  expect([reply.status, await reply.text()]).toEqual([502, 'Internal Server Error']);
});

test('more than six megabytes: 413', async () => {
  const reply = await signedPost(world, await serve(() => ({ statusCode: 202 })), {
    body: 'x'.repeat(6 * 1024 * 1024 + 1),
  });
  expect(reply.status).toBe(413);
  expect(events).toEqual([]);
});
