import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

const PAGE = '<html><body><p>Log in</p></body></html>';

test.each<[string, string, Answer]>([
  ['a success cut off in its text', 'transient', answering(200, HALF)],
  ['a success cut off on the wire', 'transient', CUT],
  ['a page of a proxy', 'transient', answering(200, '<html>hello')],
  ['a whole page of a proxy', 'transient', answering(200, PAGE)],
  ['an empty success', 'transient', answering(200, '')],
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

/** Taken for an answer, it would be an account without zones, a zone without record sets or tags, a batch that was accepted. */
describe.each<[string, (port: Route53Port) => Promise<unknown>]>([
  ['listHostedZones', port => port.listHostedZones()],
  ['listRecordSets', port => port.listRecordSets('Z1')],
  ['changeRecordSets', port => port.changeRecordSets('Z1', [])],
  ['listTags', port => port.listTags(['Z1'])],
  ['recordSetLimit', port => port.recordSetLimit('Z1')],
])('%s', (_, ask) => {
  test.each([
    ['nothing', ''],
    ['a page of a proxy', PAGE],
    ['a root and nothing in it', '<ListHostedZonesResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"/>'],
  ])('a success with %s is no answer', async (_, body) => {
    answer = answering(200, body);
    await expect(ask(port)).rejects.toMatchObject({ kind: 'transient' });
  });
});
