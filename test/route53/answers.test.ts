import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BoundedHandler } from '../../lib/aws/http.ts';
import { createAwsRoute53, createBudget, Route53Error, type Route53Port, withBudget } from '../../lib/route53/index.ts';
import { fakeClock } from '../support/clock.ts';

type Answer = (response: ServerResponse) => void;

const PAGE = '<html><body><p>Log in</p></body></html>';

const answering =
  (status: number, body: string): Answer =>
  response => {
    response.writeHead(status).end(body);
  };
const page =
  (status: number): Answer =>
  response => {
    response.writeHead(status, { 'content-type': 'text/html' }).end(PAGE);
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

const CONFIG = { region: 'us-east-1', credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' } };
const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

beforeAll(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  port = createAwsRoute53({ ...CONFIG, endpoint: url() });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const HALF = '<?xml version="1.0"?><ChangeResourceRecordSetsResponse><ChangeInfo><Id>/chan';

test.each<[string, string, Answer]>([
  ['a success cut off in its text', 'foreign', answering(200, HALF)],
  ['a success cut off on the wire', 'transient', CUT],
  ['a page of a proxy', 'foreign', answering(200, '<html>hello')],
  ['a whole page of a proxy', 'foreign', answering(200, PAGE)],
  ['an empty success', 'foreign', answering(200, '')],
  ['an empty 500', 'transient', answering(500, '')],
  ['a page with 403', 'foreign', page(403)],
  ['a page with 404', 'foreign', page(404)],
  ['a page of a gateway', 'transient', page(502)],
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
    await expect(ask(port)).rejects.toMatchObject({ kind: 'foreign' });
  });
});

/** Whoever stands between gives the same page again; with a deadline, it would be asked until then. */
test.each<[string, number, Answer]>([
  ['a page with 200', 1, page(200)],
  ['a page with 403', 1, page(403)],
  ['nothing', 1, answering(200, '')],
  ['a page of a gateway', 8, page(502)],
])('of %s a run has enough after %i', async (_, times, given) => {
  answer = given;
  for (const deadline of [undefined, Number.POSITIVE_INFINITY]) {
    const clock = fakeClock();
    const budget = createBudget({ requestsPerSecond: 5, burst: 25 }, clock);
    const route53 = withBudget(port, { budget, clock, ...(deadline && times === 1 && { deadline }) });
    await expect(route53.listRecordSets('Z1')).rejects.toThrow();
    expect(route53.counts).toEqual({ ListResourceRecordSets: times });
  }
});

test('one without end is none of Route 53’s, and is told in one line', async () => {
  const limits = { connect: 60_000, answer: 60_000, idle: 60_000, whole: 60_000, mebibytes: 1 };
  const config = { ...CONFIG, endpoint: url(), requestHandler: new BoundedHandler(limits) };
  for (const status of [200, 403]) {
    answer = answering(status, 'x'.repeat(2 * 2 ** 20));
    await expect(createAwsRoute53(config).listHostedZones()).rejects.toMatchObject({
      kind: 'foreign',
      message: '127.0.0.1: its answer does not end (more than 1 MiB): what stands between (a proxy, AWS_ENDPOINT_URL)?',
    });
  }
});
