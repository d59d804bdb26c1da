import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAwsRoute53, Route53Error, type Route53Port } from '../../lib/route53/index.ts';

type Answer = (response: ServerResponse) => void;

const answering =
  (status: number, body: string): Answer =>
  response => {
    response.writeHead(status).end(body);
  };
const CUT: Answer = response => {
  response.writeHead(200, { 'content-length': '5000' }).write('<?xml');
  setTimeout(() => response.destroy(), 10);
};

let answer: Answer;
let port: Route53Port;
const server = createServer((request, response) => {
  request.resume().on('end', () => answer(response));
});

beforeAll(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  port = createAwsRoute53({
    region: 'us-east-1',
    endpoint,
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
  });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const HALF = '<?xml version="1.0"?><ChangeResourceRecordSetsResponse><ChangeInfo><Id>/chan';

test.each<[string, string, Answer]>([
  ['a success cut off in its text', 'transient', answering(200, HALF)],
  ['a success cut off on the wire', 'transient', CUT],
  ['a page of a proxy', 'transient', answering(200, '<html>hello')],
  ['an empty 500', 'transient', answering(500, '')],
  ['a 502 in JSON', 'transient', answering(502, '{"message":"bad gateway"}')],
  ['a closed connection', 'transient', response => response.destroy()],
  ['an empty 429', 'throttled', answering(429, '')],
  ['an empty 400', 'fatal', answering(400, '')],
])('%s is %s', async (_, kind, given) => {
  answer = given;
  const record = { name: 'a.example.com', type: 'A', ttl: 60, values: ['203.0.113.1'] };
  const error = await port.changeRecordSets('Z1', [{ action: 'CREATE', record }]).catch(thrown => thrown);
  expect(error).toBeInstanceOf(Route53Error);
  expect(error).toMatchObject({ kind, message: expect.not.stringMatching(/^(UnknownError)?$/) });
});
